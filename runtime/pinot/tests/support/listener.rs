//! What the driver tells `tracing`, kept as lines.

use std::fmt::Debug;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::sync::Notify;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::subscriber::{DefaultGuard, set_default};
use tracing::{Event, Level, Metadata, Subscriber};

/// Keeps events as text: the message, then names and values in order.
#[derive(Clone, Default)]
pub(crate) struct Listener {
    lines: Arc<Mutex<Vec<String>>>,
    /// Told of each line.
    came: Arc<Notify>,
}

struct Line(String, String);

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        match field.name() {
            "message" => self.0 = format!("{value:?}"),
            // What differs from run to run.
            "server.port" | "duration_ms" => self.1 += &format!(" {}", field.name()),
            name => self.1 += &format!(" {name}={value:?}"),
        }
    }
}

impl Subscriber for Listener {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target().starts_with("querent_pinot") && *metadata.level() <= Level::DEBUG
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut line = Line(String::new(), String::new());
        event.record(&mut line);
        self.lines.lock().unwrap().push(line.0 + &line.1);
        self.came.notify_one();
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

impl Listener {
    /// Listens to this thread, until the second one is dropped: a test runs there with all its tasks.
    pub(crate) fn listen() -> (Listener, DefaultGuard) {
        let listener = Listener::default();
        (listener.clone(), set_default(listener))
    }

    /// What was told since this was asked the last time.
    pub(crate) fn heard(&self) -> Vec<String> {
        std::mem::take(&mut *self.lines.lock().unwrap())
    }

    /// Waits until something was heard: some requests end in tasks of their own.
    pub(crate) async fn hears(&self, begin: &str) {
        let heard = async {
            while !self.lines.lock().unwrap().iter().any(|line| line.starts_with(begin)) {
                self.came.notified().await;
            }
        };
        tokio::time::timeout(Duration::from_secs(100), heard).await.expect(begin);
    }
}
