//! The suite on each scripted backend, and what only one of the shapes has.

use querent_conformance::{Columnar, Commands, Literal, Multiplexed, Prepared, suite};

suite!(columnar: Columnar);
suite!(prepared: Prepared);
suite!(literal: Literal);
suite!(multiplexed: Multiplexed);
suite!(commands: Commands);
