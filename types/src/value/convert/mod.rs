//! Conversions from and to the types of the standard library and, behind their features, of other libraries.
//!
//! `From` where every value has a counterpart, else `TryFrom` with a [`ConversionError`](super::ConversionError) that
//! names the range.

mod std;

#[cfg(feature = "bigdecimal")]
mod bigdecimal;
#[cfg(feature = "chrono")]
mod chrono;
#[cfg(feature = "jiff")]
mod jiff;
#[cfg(feature = "rust_decimal")]
mod rust_decimal;
#[cfg(feature = "time")]
mod time;
#[cfg(feature = "uuid")]
mod uuid;
