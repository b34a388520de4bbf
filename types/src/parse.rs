//! The text of a [`SqlType`](crate::SqlType) read back.

/// A text that is no type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParseTypeError {
    _private: (),
}
