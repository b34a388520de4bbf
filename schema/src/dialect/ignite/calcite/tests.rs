//! The rules against what the reference says of them; whole statements are in `tests/ignite`.

use super::*;
use crate::dialect::FunctionKind;

#[test]
fn every_line_of_the_data_is_read() {
    assert_eq!(FUNCTIONS.faults(), Vec::<String>::new());
    let scalar = FUNCTIONS.names().iter().filter(|(_, kind)| *kind == FunctionKind::Scalar).count();
    assert!(scalar >= 128, "{scalar} scalar functions");
}
