//! Another client to compare ours with: `tests/servers/ignite/README.md` says what it is asked and answers.

use std::process::Stdio;

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};

/// The script that starts nodes and oracles.
pub(crate) const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/servers/ignite.sh");

/// An oracle. It ends with this.
pub(crate) struct Oracle {
    _child: Child,
    ask: ChildStdin,
    answers: Lines<BufReader<ChildStdout>>,
}

impl Oracle {
    /// Starts one (`java` or `python`) and connects it to the nodes of a URL.
    pub(crate) async fn connect(kind: &str, url: &str) -> Oracle {
        let mut command = Command::new(SCRIPT);
        command.args(["oracle", kind]).stdin(Stdio::piped()).stdout(Stdio::piped()).kill_on_drop(true);
        let mut child = command.spawn().expect("the script is there");
        let ask = child.stdin.take().expect("stdin is piped");
        let answers = BufReader::new(child.stdout.take().expect("stdout is piped")).lines();
        let mut oracle = Oracle { _child: child, ask, answers };
        let addresses = url.strip_prefix("ignite://").expect("a plain URL").split(',').collect::<Vec<_>>();
        oracle.ask(json!({"op": "connect", "addresses": addresses})).await;
        oracle
    }

    /// Asks something that must succeed.
    pub(crate) async fn ask(&mut self, request: Value) -> Value {
        let line = format!("{request}\n");
        self.ask.write_all(line.as_bytes()).await.expect("the oracle listens");
        let answer = self.answers.next_line().await.expect("the oracle speaks").expect("the oracle answers");
        let mut answer: Value = serde_json::from_str(&answer).expect("an answer is JSON");
        match answer.get_mut("ok") {
            Some(ok) => ok.take(),
            None => panic!("{request}: {answer}"),
        }
    }
}
