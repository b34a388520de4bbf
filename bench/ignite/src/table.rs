//! From slices to a table: medians over the rounds, and ratios within each round before their median is taken, for the
//! machine is not the same from one round to the next.

use std::fmt::Write as _;
use std::time::Duration;

use crate::Name;
use crate::measure::{Flavour, Measure, Slice};

#[derive(Default)]
pub(crate) struct Results(Vec<Entry>);

struct Entry {
    measure: Measure,
    name: Name,
    flavour: Flavour,
    round: usize,
    slice: Slice,
}

/// A ratio to the raw socket's: its median over the rounds, the least and the greatest.
struct Ratio {
    median: f64,
    least: f64,
    greatest: f64,
}

impl Results {
    pub(crate) fn add(&mut self, measure: Measure, name: Name, flavour: Flavour, round: usize, slice: Slice) {
        self.0.push(Entry { measure, name, flavour, round, slice });
    }

    fn of(
        &self,
        measure: Measure,
        name: Name,
        flavour: Flavour,
        figure: impl Fn(&Slice) -> f64,
    ) -> Option<f64> {
        let entries = self
            .0
            .iter()
            .filter(|entry| entry.measure == measure && entry.name == name && entry.flavour == flavour);
        median(entries.map(|entry| figure(&entry.slice)).collect())
    }

    /// Of time to time where operations come one after the other, else of answers a second.
    fn ratio(&self, measure: Measure, name: Name, flavour: Flavour) -> Option<Ratio> {
        let mut ratios = Vec::new();
        let of = |wanted: Name| self.0.iter().filter(move |e| e.measure == measure && e.name == wanted);
        for entry in of(name).filter(|entry| entry.flavour == flavour) {
            let raw = of(Name::Raw).find(|raw| raw.flavour == flavour && raw.round == entry.round);
            let (ours, raw) = (figure(measure, &entry.slice), figure(measure, &raw?.slice));
            ratios.push(ours / raw);
        }
        ratios.sort_by(f64::total_cmp);
        let (least, greatest) = (*ratios.first()?, *ratios.last()?);
        Some(Ratio { median: median(ratios)?, least, greatest })
    }

    pub(crate) fn markdown(&self, rounds: usize, slice: Duration) -> String {
        let mut out = String::new();
        // Writing into a String cannot fail.
        let _ = writeln!(
            out,
            "{rounds} rounds of {} ms each, contenders taking turns; medians. Ratio: querent to raw within each round, \
             median (least–greatest).\n",
            slice.as_millis()
        );
        out.push_str("| measure | runtime | raw socket | querent | ratio | CPU µs: raw | querent | pyignite Aio | sync |\n");
        out.push_str("|---|---|---|---|---|---|---|---|---|\n");
        for measure in Measure::ALL {
            for flavour in [Flavour::CurrentThread, Flavour::MultiThread] {
                self.line(measure, flavour, &mut out);
            }
        }
        out.push('\n');
        self.decoded(&mut out);
        self.budgets(&mut out);
        out
    }

    fn line(&self, measure: Measure, flavour: Flavour, out: &mut String) {
        let shown = |name, flavour| {
            let figure = self.of(measure, name, flavour, |slice| figure(measure, slice));
            figure.map_or_else(|| "—".to_owned(), |figure| written(measure, figure))
        };
        let cpu = |name| {
            let cpu = self.of(measure, name, flavour, Slice::cpu_micros);
            cpu.map_or_else(|| "—".to_owned(), digits)
        };
        let Some(ratio) = self.ratio(measure, Name::Querent, flavour) else { return };
        let (aio, sync) = match flavour {
            Flavour::CurrentThread => {
                (shown(Name::PyigniteAio, Flavour::Python), shown(Name::PyigniteSync, Flavour::Python))
            }
            _ => (String::new(), String::new()),
        };
        let _ = writeln!(
            out,
            "| {} | {} | {} | {} | **{:.2}** ({:.2}–{:.2}) | {} | {} | {aio} | {sync} |",
            measure.title(),
            flavour.title(),
            shown(Name::Raw, flavour),
            shown(Name::Querent, flavour),
            ratio.median,
            ratio.least,
            ratio.greatest,
            cpu(Name::Raw),
            cpu(Name::Querent),
        );
    }

    /// What parsing by hand costs beside only reading.
    fn decoded(&self, out: &mut String) {
        for measure in [Measure::GetAll, Measure::Rows] {
            let flavour = Flavour::CurrentThread;
            let figure = self.of(measure, Name::RawDecoded, flavour, |slice| figure(measure, slice));
            let cpu = self.of(measure, Name::RawDecoded, flavour, Slice::cpu_micros);
            let (Some(figure), Some(cpu)) = (figure, cpu) else { continue };
            let _ = writeln!(
                out,
                "{}, raw socket with values parsed by hand: {}, {} µs of CPU.",
                measure.title(),
                written(measure, figure),
                digits(cpu)
            );
        }
    }

    fn budgets(&self, out: &mut String) {
        out.push('\n');
        for flavour in [Flavour::CurrentThread, Flavour::MultiThread] {
            for measure in [Measure::Get, Measure::Put, Measure::GetPipelined, Measure::PutPipelined] {
                let Some(ratio) = self.ratio(measure, Name::Querent, flavour) else { continue };
                let (holds, budget) = match measure.is_pipelined() {
                    true => (ratio.median >= 0.8, "≥ 0.8"),
                    false => (ratio.median <= 1.1, "≤ 1.1"),
                };
                let verdict = if holds { "held" } else { "MISSED" };
                let (title, flavour) = (measure.title(), flavour.title());
                let _ = writeln!(out, "- {title}, {flavour}: {:.2} of {budget}: {verdict}", ratio.median);
            }
        }
    }
}

/// What is shown of a measure: the time of one operation, or answers a second.
fn figure(measure: Measure, slice: &Slice) -> f64 {
    if measure.is_pipelined() { slice.per_second() } else { slice.micros() }
}

fn written(measure: Measure, figure: f64) -> String {
    if measure.is_pipelined() {
        format!("{} k/s", digits(figure / 1e3))
    } else if figure >= 10_000.0 {
        format!("{} ms", digits(figure / 1e3))
    } else {
        format!("{} µs", digits(figure))
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

fn median(mut figures: Vec<f64>) -> Option<f64> {
    figures.sort_by(f64::total_cmp);
    let middle = figures.len() / 2;
    match figures.len() % 2 {
        0 => Some((*figures.get(middle.checked_sub(1)?)? + figures.get(middle)?) / 2.0),
        _ => figures.get(middle).copied(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slice(ops: u64, millis: u64) -> Slice {
        let wall = Duration::from_millis(millis);
        Slice { ops, wall, cpu: wall, median: None }
    }

    #[test]
    fn ratios_are_taken_within_a_round() {
        let mut results = Results::default();
        // The machine is three times slower in the second and third rounds.
        for (round, raw, ours) in [(1, 100, 109), (2, 300, 327), (3, 300, 360)] {
            results.add(Measure::Get, Name::Raw, Flavour::CurrentThread, round, slice(10, raw));
            results.add(Measure::Get, Name::Querent, Flavour::CurrentThread, round, slice(10, ours));
        }
        let ratio = results.ratio(Measure::Get, Name::Querent, Flavour::CurrentThread).unwrap();
        assert_eq!(format!("{:.2} {:.2} {:.2}", ratio.median, ratio.least, ratio.greatest), "1.09 1.09 1.20");
        let table = results.markdown(3, Duration::from_millis(1));
        assert!(table.contains("get, one after the other, current-thread: 1.09 of ≤ 1.1: held"), "{table}");
        assert_eq!(median(vec![4.0, 1.0, 2.0, 3.0]), Some(2.5));
    }
}
