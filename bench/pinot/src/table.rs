//! From slices to a table: medians over the rounds, and ratios within each round before their median is taken, for the
//! machine is not the same from one round to the next.

use std::fmt::Write as _;
use std::time::Duration;

use querent_bench_pinot::measure::{Measure, Slice};

use crate::contender::Name;

#[derive(Default)]
pub(crate) struct Results(Vec<Entry>);

struct Entry {
    measure: Measure,
    name: Name,
    round: usize,
    slice: Slice,
}

/// The median over the rounds, the least and the greatest.
struct Spread {
    median: f64,
    least: f64,
    greatest: f64,
}

impl Results {
    pub(crate) fn add(&mut self, measure: Measure, name: Name, round: usize, slice: Slice) {
        self.0.push(Entry { measure, name, round, slice });
    }

    fn of(&self, measure: Measure, name: Name) -> impl Iterator<Item = &Entry> {
        self.0.iter().filter(move |entry| entry.measure == measure && entry.name == name)
    }

    fn figures(&self, measure: Measure, name: Name, figure: impl Fn(&Slice) -> f64) -> Option<Spread> {
        spread(self.of(measure, name).map(|entry| figure(&entry.slice)).collect())
    }

    /// Of time to time, to bytes only.
    fn ratio(&self, measure: Measure, name: Name) -> Option<Spread> {
        let mut ratios = Vec::new();
        for entry in self.of(measure, name) {
            let base = self.of(measure, name.base()).find(|base| base.round == entry.round)?;
            ratios.push(entry.slice.micros() / base.slice.micros());
        }
        spread(ratios)
    }

    pub(crate) fn markdown(&self, rounds: usize, slice: Duration) -> String {
        let mut out = String::new();
        // Writing into a String cannot fail.
        let _ = writeln!(
            out,
            "{rounds} rounds of {} ms each, contenders taking turns; median of the rounds (least–greatest). Ratio: to \
             bytes only on the same kind of runtime, within each round.\n",
            slice.as_millis()
        );
        for measure in Measure::ALL {
            let _ = writeln!(
                out,
                "| {} | time | ratio | CPU of the client |\n|---|---|---|---|",
                measure.title()
            );
            for name in Name::ALL {
                self.line(measure, name, &mut out);
            }
            out.push('\n');
        }
        self.budgets(&mut out);
        out
    }

    fn line(&self, measure: Measure, name: Name, out: &mut String) {
        let Some(time) = self.figures(measure, name, Slice::micros) else { return };
        let Some(cpu) = self.figures(measure, name, Slice::cpu_micros) else { return };
        let ratio = match self.ratio(measure, name) {
            Some(ratio) if name != name.base() => {
                format!("**{:.2}** ({:.2}–{:.2})", ratio.median, ratio.least, ratio.greatest)
            }
            _ => "1".to_owned(),
        };
        let _ = writeln!(
            out,
            "| {} | {} ({}–{}) | {ratio} | {} |",
            name.title(),
            written(time.median),
            written(time.least),
            written(time.greatest),
            written(cpu.median),
        );
    }

    fn budgets(&self, out: &mut String) {
        for (measure, budget) in [(Measure::Rows, 1.25), (Measure::Point, 1.2)] {
            for (name, runtime) in
                [(Name::Querent, "current-thread"), (Name::QuerentMulti, "multi-thread (2)")]
            {
                let Some(ratio) = self.ratio(measure, name) else { continue };
                let verdict = if ratio.median <= budget { "held" } else { "MISSED" };
                let title = measure.title();
                let _ = writeln!(out, "- {title}, {runtime}: {:.2} of ≤ {budget}: {verdict}", ratio.median);
            }
        }
    }
}

fn written(micros: f64) -> String {
    if micros >= 10_000.0 {
        format!("{} ms", digits(micros / 1e3))
    } else {
        format!("{} µs", digits(micros))
    }
}

/// Three digits that count.
fn digits(number: f64) -> String {
    match number {
        _ if number >= 100.0 => format!("{number:.0}"),
        _ if number >= 10.0 => format!("{number:.1}"),
        _ => format!("{number:.2}"),
    }
}

fn spread(mut figures: Vec<f64>) -> Option<Spread> {
    figures.sort_by(f64::total_cmp);
    let (least, greatest) = (*figures.first()?, *figures.last()?);
    let middle = figures.len() / 2;
    let median = match figures.len() % 2 {
        0 => (figures[middle - 1] + figures[middle]) / 2.0,
        _ => figures[middle],
    };
    Some(Spread { median, least, greatest })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slice(micros: u64) -> Slice {
        Slice { ops: 10, cpu: Duration::from_micros(10 * micros), median: Duration::from_micros(micros) }
    }

    #[test]
    fn ratios_are_taken_within_a_round() {
        let mut results = Results::default();
        // The machine is three times slower in the second and third rounds.
        for (round, raw, ours) in [(1, 100, 109), (2, 300, 327), (3, 300, 390)] {
            results.add(Measure::Point, Name::Raw, round, slice(raw));
            results.add(Measure::Point, Name::Querent, round, slice(ours));
        }
        let ratio = results.ratio(Measure::Point, Name::Querent).unwrap();
        assert_eq!(format!("{:.2} {:.2} {:.2}", ratio.median, ratio.least, ratio.greatest), "1.09 1.09 1.30");
        let table = results.markdown(3, Duration::from_millis(1));
        assert!(table.contains("- one row, current-thread: 1.09 of ≤ 1.2: held"), "{table}");
    }
}
