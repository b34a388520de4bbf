//! The checker's names of Ignite's types are the protocol's: neither of the two crates may import the other.

use querent_protocol::ignite::value::code;
use querent_schema::objects::{self, WIRES};

/// The codes that no field of a binary type has: how a value travels, and not what it is.
const TRAVEL: &[u8] = &[code::WRAPPED, code::NULL, code::HANDLE, code::TRANSFORMED, code::OPTIMIZED];

#[test]
fn every_code_has_one_name() {
    let of_protocol = (0..=u8::MAX).filter(|code| !TRAVEL.contains(code));
    let of_protocol: Vec<(u8, &str)> =
        of_protocol.filter_map(|code| Some((code, code::name(code)?))).collect();
    let of_checker: Vec<(u8, &str)> = WIRES.iter().map(|wire| (wire.code, wire.name)).collect();
    assert_eq!(of_checker, of_protocol);
}

#[test]
fn named_codes_are_the_same() {
    assert_eq!(
        (objects::OBJECT, objects::ENUM, objects::BINARY_ENUM),
        (code::OBJECT, code::ENUM, code::BINARY_ENUM)
    );
    assert_eq!(querent::__private::ignite::ENUM, code::ENUM);
}
