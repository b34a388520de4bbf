//! From slices to a table: medians over the rounds, and differences within each round before their median is taken, for the
//! machine is not the same from one round to the next.

use std::fmt::Write as _;
use std::time::Duration;

use crate::Contender;
use crate::measure::{Measure, Slice};

/// How much longer than prepared tokio-postgres a point SELECT may take.
const BUDGET_MICROS: f64 = 10.0;

#[derive(Default)]
pub(crate) struct Results(Vec<Entry>);

struct Entry {
    measure: Measure,
    title: String,
    base: String,
    round: usize,
    slice: Slice,
}

impl Results {
    pub(crate) fn add(&mut self, measure: Measure, who: &Contender<'_>, round: usize, slice: Slice) {
        let (title, base) = (who.title.clone(), who.base.clone());
        self.0.push(Entry { measure, title, base, round, slice });
    }

    fn of(&self, measure: Measure, title: &str) -> impl Iterator<Item = &Entry> {
        self.0.iter().filter(move |entry| entry.measure == measure && entry.title == title)
    }

    /// Microseconds above the base, and the ratio to it, by round.
    fn above(&self, measure: Measure, title: &str) -> Option<(f64, f64)> {
        let (mut above, mut ratios) = (Vec::new(), Vec::new());
        for entry in self.of(measure, title) {
            let base = self.of(measure, &entry.base).find(|base| base.round == entry.round)?;
            above.push(entry.slice.micros() - base.slice.micros());
            ratios.push(entry.slice.micros() / base.slice.micros());
        }
        Some((median(above)?, median(ratios)?))
    }

    pub(crate) fn markdown(&self, rounds: usize, slice: Duration) -> String {
        let mut out = String::new();
        // Writing into a String cannot fail.
        let _ = writeln!(
            out,
            "{rounds} rounds of {} ms each, contenders taking turns; medians. Above and ratio: to tokio-postgres on the same \
             kind of runtime, within each round.\n",
            slice.as_millis()
        );
        for measure in Measure::ALL {
            let _ = writeln!(
                out,
                "| {} | time | above | ratio | CPU of the client |\n|---|---|---|---|---|",
                measure.title()
            );
            let mut titles: Vec<&str> = Vec::new();
            for entry in self.0.iter().filter(|entry| entry.measure == measure) {
                if !titles.contains(&entry.title.as_str()) {
                    titles.push(&entry.title);
                }
            }
            titles.sort_unstable_by_key(|title| {
                (title.contains("multi"), *title != "tokio-postgres, prepared, one connection")
            });
            for title in titles {
                self.line(measure, title, &mut out);
            }
            out.push('\n');
        }
        for runtime in ["", ", multi-thread (2)"] {
            let title = format!("querent, typed, routed{runtime}");
            if let Some((above, _)) = self.above(Measure::One, &title) {
                let verdict = if above <= BUDGET_MICROS { "held" } else { "MISSED" };
                let _ = writeln!(out, "- {title}: {above:.1} µs above, of ≤ {BUDGET_MICROS}: {verdict}");
            }
        }
        out
    }

    fn line(&self, measure: Measure, title: &str, out: &mut String) {
        let time = median(self.of(measure, title).map(|entry| entry.slice.micros()).collect());
        let cpu = median(self.of(measure, title).map(|entry| entry.slice.cpu_micros()).collect());
        let (Some(time), Some(cpu)) = (time, cpu) else { return };
        let (above, ratio) = self.above(measure, title).unwrap_or((0.0, 1.0));
        let _ = writeln!(out, "| {title} | {time:.1} µs | {above:+.1} µs | {ratio:.2} | {cpu:.1} µs |");
    }
}

fn median(mut figures: Vec<f64>) -> Option<f64> {
    figures.sort_by(f64::total_cmp);
    figures.get(figures.len() / 2).copied()
}
