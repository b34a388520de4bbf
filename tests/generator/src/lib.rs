//! Random well-typed statements for any catalog and dialect of querent's, mutants of them, and a shrinker: the part of the
//! truth harness that needs no engine.
//!
//! [`Generator`] writes statements, [`mutants`] makes mistakes in them, [`judge`] judges what the checker says of a
//! mistake, [`fn@shrink`] reduces a statement that shows something, and [`schemas`] has tables to write over. No engine is asked here, and no file is read.

mod calls;
mod conversions;
mod coverage;
mod features;
mod generate;
mod mutant;
mod operators;
mod random;
pub mod schemas;
mod scope;
mod shrink;
mod text;
mod types;

pub use calls::Overload;
pub use coverage::{Coverage, Wanted};
pub use features::{DIALECTS, Feature, Features, features};
pub use generate::{Generated, Generator, Parameter};
pub use mutant::{Change, Figures, Judged, Mistake, Mutant, judge, mutants};
pub use querent_schema::walk::Clause;
pub use shrink::shrink;

use querent_schema::walk;
