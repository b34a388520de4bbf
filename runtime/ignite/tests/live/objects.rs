//! Values of every type: back as they went, and as Java reads them.
use crate::Test;
pub(crate) const TESTS: &[(&str, Test)] = &[];
pub(crate) const ZONE: &[(&str, Test)] = &[];
