//! Keys go to their nodes.
use crate::Test;
pub(crate) const TESTS: &[(&str, Test)] = &[];
