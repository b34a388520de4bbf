//! The dialects of Pinot against a real 1.5.1: the type that each engine gives for 4,116 expressions, and recorded answers.
//!
//! `docs/truth.md` holds the figures and what is left over; the test fails when they are no longer true, so a figure can
//! neither fall nor rise unseen. `BLESS=1 cargo test -p querent-schema --test pinot` writes them anew; `SHOW=1` prints what
//! is left over.

mod answers;
mod data;
mod expressions;
mod functions;
mod rules;
#[path = "../truth/mod.rs"]
mod truth;

/// Which engine was asked.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Engine {
    SingleStage,
    MultiStage,
}

const ENGINES: [Engine; 2] = [Engine::SingleStage, Engine::MultiStage];

impl Engine {
    fn dialect(self) -> &'static str {
        match self {
            Engine::SingleStage => "pinot-sse",
            Engine::MultiStage => "pinot-mse",
        }
    }

    fn words(self) -> &'static str {
        match self {
            Engine::SingleStage => "single-stage",
            Engine::MultiStage => "multi-stage",
        }
    }

    /// The file of its functions.
    fn file(self) -> &'static str {
        match self {
            Engine::SingleStage => "sse.tsv",
            Engine::MultiStage => "mse.tsv",
        }
    }

    /// Its letter in the list of functions that are written by hand, and in the recording's names.
    fn letter(self) -> char {
        match self {
            Engine::SingleStage => 's',
            Engine::MultiStage => 'm',
        }
    }

    /// The functions of the cluster's list that it does not take as calls.
    fn absent(self) -> &'static str {
        match self {
            Engine::SingleStage => {
                "$sum0 and array arrayvalueconstructor case casewhen cast extract fasthll fourthmoment fromtimestampmv \
                 jsonkeyvaluearraytomap jsonpath jsonstringtolistormap not nullif or pinotchildaggexprmax \
                 pinotchildaggexprmin pinotparentaggexprmax pinotparentaggexprmin testfunc1 testfunc2"
            }
            Engine::MultiStage => {
                "$sum0 and array case casewhen cast extract fasthll in not notin or percentilesmarttdigest \
                 pinotchildaggexprmax pinotchildaggexprmin pinotparentaggexprmax pinotparentaggexprmin testfunc1 \
                 testfunc2"
            }
        }
    }
}
