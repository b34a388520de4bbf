//! What the checker says of a mutant, held against what is known of it: the place, the name that was meant, the number of
//! findings.

use std::collections::BTreeMap;
use std::fmt;

use querent_schema::diagnostic::{Code, Diagnostic, Severity};

use super::{Change, Mistake, Mutant};

/// How well a mutant's mistakes were told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Judged {
    /// Whether it was refused at all.
    pub refused: bool,
    /// Whether each mistake has a finding at its place: a misspelt name at its very token, others at what holds it.
    pub place: bool,
    /// Whether each misspelt name has what was meant as its first suggestion; `None` where none is misspelt.
    pub suggestion: Option<bool>,
    /// Whether there are as many findings as mistakes.
    pub count: bool,
}

/// Judges what was said of a mutant.
pub fn judge(mutant: &Mutant, diagnostics: &[Diagnostic]) -> Judged {
    let errors: Vec<&Diagnostic> =
        diagnostics.iter().filter(|found| found.severity == Severity::Error).collect();
    let of = |change: &Change| errors.iter().find(|found| tells(found, change)).copied();
    let misspelt: Vec<&Change> =
        mutant.changes.iter().filter(|change| change.mistake.is_misspelling()).collect();
    let suggested = |change: &&Change| of(change).is_some_and(|found| suggests(found, &change.original));
    Judged {
        refused: !errors.is_empty(),
        place: mutant.changes.iter().all(|change| of(change).is_some()),
        suggestion: (!misspelt.is_empty()).then(|| misspelt.iter().all(suggested)),
        count: errors.len() == mutant.changes.len(),
    }
}

/// Whether a finding is about a change: of a name at its very token, of a call at the whole of it, of an operand at the
/// operator, beside which it is shown, of a key left out of GROUP BY at a use of it, of a parameter at the number that then
/// follows none.
fn tells(found: &Diagnostic, change: &Change) -> bool {
    let shown =
        || found.related.iter().any(|(span, _)| span.contains(change.span) || change.span.contains(*span));
    match change.mistake {
        own if own.is_misspelling() => found.span == change.span,
        Mistake::GroupBy => found.code == Code::UngroupedColumn,
        // The numbers of the parameters have a gap.
        Mistake::MissingParameter if found.code == Code::ParameterStyle => true,
        Mistake::Type | Mistake::MissingParameter | Mistake::SurplusParameter => {
            found.span.contains(change.span) || change.span.contains(found.span) || shown()
        }
        _ => found.span.contains(change.span),
    }
}

/// Whether the first name that a finding's help writes is the one that was meant.
fn suggests(found: &Diagnostic, original: &str) -> bool {
    let Some(name) = found.help.as_deref().and_then(|help| help.split('`').nth(1)) else { return false };
    let bare = |text: &str| text.trim_matches('"').replace("\"\"", "\"");
    let last = if name.ends_with('"') {
        name.trim_end_matches('"').rsplit('"').next().unwrap_or(name)
    } else {
        name.rsplit('.').next().unwrap_or(name)
    };
    bare(last).eq_ignore_ascii_case(&bare(original)) || bare(name).eq_ignore_ascii_case(&bare(original))
}

/// Sums over many mutants, by kind; two mistakes in one statement are a kind of their own.
#[derive(Debug, Clone, Default)]
pub struct Figures {
    by_kind: BTreeMap<Option<Mistake>, Sums>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Sums {
    all: u64,
    refused: u64,
    place: u64,
    misspelt: u64,
    suggested: u64,
    counted: u64,
}

impl Figures {
    /// Adds what was judged of a mutant.
    pub fn add(&mut self, mutant: &Mutant, judged: Judged) {
        let kind = match &mutant.changes[..] {
            [only] => Some(only.mistake),
            _ => None,
        };
        let sums = self.by_kind.entry(kind).or_default();
        sums.all += 1;
        sums.refused += u64::from(judged.refused);
        sums.place += u64::from(judged.place);
        sums.misspelt += u64::from(judged.suggestion.is_some());
        sums.suggested += u64::from(judged.suggestion == Some(true));
        sums.counted += u64::from(judged.count);
    }

    fn misspellings(&self) -> Sums {
        let own = self.by_kind.iter().filter(|(kind, _)| kind.is_some_and(Mistake::is_misspelling));
        own.fold(Sums::default(), |sum, (_, own)| Sums {
            all: sum.all + own.all,
            refused: sum.refused + own.refused,
            place: sum.place + own.place,
            misspelt: sum.misspelt + own.misspelt,
            suggested: sum.suggested + own.suggested,
            counted: sum.counted + own.counted,
        })
    }

    /// Of misspelt names, in thousandths: refused, at the very token, with the name that was meant first, by one finding.
    pub fn misspelt_permille(&self) -> [u64; 4] {
        let sums = self.misspellings();
        [
            permille(sums.refused, sums.all),
            permille(sums.place, sums.all),
            permille(sums.suggested, sums.misspelt),
            permille(sums.counted, sums.all),
        ]
    }

    /// Of statements with one mistake of any kind that were refused, in thousandths: told at its place, by one finding.
    pub fn refused_permille(&self) -> [u64; 2] {
        let single = self.by_kind.iter().filter(|(kind, _)| kind.is_some());
        let (refused, place, counted) = single.fold((0, 0, 0), |(refused, place, counted), (_, own)| {
            (refused + own.refused, place + own.place, counted + own.counted)
        });
        [permille(place, refused), permille(counted, refused)]
    }

    /// Of statements with two mistakes, in thousandths: those with just two findings.
    pub fn pairs_permille(&self) -> u64 {
        self.by_kind.get(&None).map_or(1000, |sums| permille(sums.counted, sums.all))
    }

    /// How many mutants were added.
    pub fn mutants(&self) -> u64 {
        self.by_kind.values().map(|sums| sums.all).sum()
    }
}

fn permille(part: u64, whole: u64) -> u64 {
    (part * 1000).checked_div(whole).unwrap_or(1000)
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (kind, sums) in &self.by_kind {
            let name = kind.map_or("two mistakes".to_owned(), |kind| format!("{kind:?}"));
            writeln!(
                f,
                "{name}: {} mutants, {} refused, {} at the token, {} of {} suggested, {} counted",
                sums.all, sums.refused, sums.place, sums.suggested, sums.misspelt, sums.counted
            )?;
        }
        Ok(())
    }
}
