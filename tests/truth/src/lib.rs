//! The checker held against real engines: a corpus of statements is asked of both, and every answer that differs is told.
//!
//! A [`corpus`] is a list of scripts of statements; an [`engine`] answers them, live or from a recording; [`run`] asks the
//! checker and the engine, [`judge`] compares, [`report`] prints. What plugs in is a file each: a corpus is data (a
//! generator makes [`Corpus`] values), an engine is an implementation of [`Engine`]. No statement and no figure stands
//! here: which corpora there are, and what must be reached, is in `tests/truth.rs`.

pub mod corpus;
mod definitions;
pub mod engine;
pub mod judge;
pub mod report;
mod run;
mod unused;

pub use corpus::{Case, Corpus, Role, Script};
pub use engine::{Answer, Column, Engine, Kind, Outcome, Parameter};
pub use judge::{Disagreement, Figures, What};
pub use run::run;
