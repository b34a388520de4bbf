//! The type codes: the first byte of every object.

/// A signed byte.
pub const BYTE: u8 = 1;
/// Two bytes, signed.
pub const SHORT: u8 = 2;
/// Four bytes, signed.
pub const INT: u8 = 3;
/// Eight bytes, signed.
pub const LONG: u8 = 4;
/// Single precision.
pub const FLOAT: u8 = 5;
/// Double precision.
pub const DOUBLE: u8 = 6;
/// One UTF-16 unit.
pub const CHAR: u8 = 7;
/// A truth value.
pub const BOOL: u8 = 8;
/// Text: `i32` bytes, UTF-8.
pub const STRING: u8 = 9;
/// Two `i64`, the most significant first.
pub const UUID: u8 = 10;
/// `java.util.Date`: `i64` milliseconds.
pub const DATE: u8 = 11;
/// `byte[]`.
pub const BYTE_ARRAY: u8 = 12;
/// `short[]`.
pub const SHORT_ARRAY: u8 = 13;
/// `int[]`.
pub const INT_ARRAY: u8 = 14;
/// `long[]`.
pub const LONG_ARRAY: u8 = 15;
/// `float[]`.
pub const FLOAT_ARRAY: u8 = 16;
/// `double[]`.
pub const DOUBLE_ARRAY: u8 = 17;
/// `char[]`.
pub const CHAR_ARRAY: u8 = 18;
/// `boolean[]`.
pub const BOOL_ARRAY: u8 = 19;
/// `String[]`, each element an object or null.
pub const STRING_ARRAY: u8 = 20;
/// `UUID[]`, each element an object or null.
pub const UUID_ARRAY: u8 = 21;
/// `java.util.Date[]`, each element an object or null.
pub const DATE_ARRAY: u8 = 22;
/// An array of objects, with the type of its elements.
pub const OBJECT_ARRAY: u8 = 23;
/// A list or set.
pub const COLLECTION: u8 = 24;
/// A map.
pub const MAP: u8 = 25;
/// A complex object inside a byte array: `i32` bytes, the bytes, `i32` where in them it begins.
pub const WRAPPED: u8 = 27;
/// An enum value by its ordinal.
pub const ENUM: u8 = 28;
/// An array of enum values.
pub const ENUM_ARRAY: u8 = 29;
/// `BigDecimal`.
pub const DECIMAL: u8 = 30;
/// `BigDecimal[]`, each element an object or null.
pub const DECIMAL_ARRAY: u8 = 31;
/// A class.
pub const CLASS: u8 = 32;
/// `java.sql.Timestamp`: `i64` milliseconds and `i32` nanoseconds within the millisecond.
pub const TIMESTAMP: u8 = 33;
/// `java.sql.Timestamp[]`, each element an object or null.
pub const TIMESTAMP_ARRAY: u8 = 34;
/// A dynamic proxy: interfaces and the object behind them.
pub const PROXY: u8 = 35;
/// `java.sql.Time`: `i64` milliseconds.
pub const TIME: u8 = 36;
/// `java.sql.Time[]`, each element an object or null.
pub const TIME_ARRAY: u8 = 37;
/// An enum value of a binary type, by its ordinal.
pub const BINARY_ENUM: u8 = 38;
/// No value.
pub const NULL: u8 = 101;
/// An object that came before: `i32` bytes back from this code.
pub const HANDLE: u8 = 102;
/// A complex object.
pub const OBJECT: u8 = 103;
/// A value in the server's stored, transformed form, up to the end of what holds it.
pub const TRANSFORMED: u8 = 253;
/// What Java's optimized marshaller wrote: `i32` bytes, and these. `java.sql.Date` comes this way.
pub const OPTIMIZED: u8 = 254;

/// The name of a type code in Ignite's own words, for messages; `None` for a code that is not known.
pub fn name(code: u8) -> Option<&'static str> {
    Some(match code {
        BYTE => "byte",
        SHORT => "short",
        INT => "int",
        LONG => "long",
        FLOAT => "float",
        DOUBLE => "double",
        CHAR => "char",
        BOOL => "boolean",
        STRING => "String",
        UUID => "UUID",
        DATE => "Date",
        BYTE_ARRAY => "byte[]",
        SHORT_ARRAY => "short[]",
        INT_ARRAY => "int[]",
        LONG_ARRAY => "long[]",
        FLOAT_ARRAY => "float[]",
        DOUBLE_ARRAY => "double[]",
        CHAR_ARRAY => "char[]",
        BOOL_ARRAY => "boolean[]",
        STRING_ARRAY => "String[]",
        UUID_ARRAY => "UUID[]",
        DATE_ARRAY => "Date[]",
        OBJECT_ARRAY => "Object[]",
        COLLECTION => "Collection",
        MAP => "Map",
        WRAPPED => "wrapped object",
        ENUM => "enum",
        ENUM_ARRAY => "enum[]",
        DECIMAL => "decimal",
        DECIMAL_ARRAY => "decimal[]",
        CLASS => "Class",
        TIMESTAMP => "Timestamp",
        TIMESTAMP_ARRAY => "Timestamp[]",
        PROXY => "Proxy",
        TIME => "Time",
        TIME_ARRAY => "Time[]",
        BINARY_ENUM => "binary enum",
        NULL => "null",
        HANDLE => "handle",
        OBJECT => "Object",
        TRANSFORMED => "transformed value",
        OPTIMIZED => "optimized object",
        _ => return None,
    })
}
