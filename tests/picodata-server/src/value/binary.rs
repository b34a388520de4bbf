//! The binary format.

use querent_types::TimeUnit;
use querent_types::value::{Timestamp, Uuid};

use super::{Malformed, Type, Value, numeric};

/// Microseconds from 1970-01-01 to 2000-01-01, where the wire counts from.
const EPOCH_MICROS: i64 = 946_684_800_000_000;

const BOOL: u32 = 16;
const INT8: u32 = 20;
const INT2: u32 = 21;
const INT4: u32 = 23;
const TEXT: u32 = 25;
const FLOAT8: u32 = 701;
const VARCHAR: u32 = 1043;
const TIMESTAMPTZ: u32 = 1184;
const NUMERIC: u32 = 1700;
const UUID: u32 = 2950;

impl Value {
    /// The bytes of a result, `None` for NULL.
    pub(crate) fn to_binary(&self) -> Result<Option<Vec<u8>>, Malformed> {
        Ok(Some(match self {
            Value::Null => return Ok(None),
            Value::Int(number) => number.to_be_bytes().to_vec(),
            Value::Text(text) => text.as_bytes().to_vec(),
            Value::Bool(value) => vec![u8::from(*value)],
            Value::Double(number) => number.to_be_bytes().to_vec(),
            Value::Numeric(number) => numeric::encode(number)?,
            Value::Uuid(uuid) => uuid.as_bytes().to_vec(),
            Value::Timestamptz(instant) => {
                let micros = instant.to_unit(TimeUnit::Microsecond).map_err(|_| Malformed)?;
                micros.checked_sub(EPOCH_MICROS).ok_or(Malformed)?.to_be_bytes().to_vec()
            }
            Value::Json(json) => json.to_string().into_bytes(),
            Value::Array(items) => array(items)?,
        }))
    }

    /// A parameter, by the OID that its statement has it with.
    pub(crate) fn from_binary(oid: u32, bytes: &[u8]) -> Result<Value, Malformed> {
        Ok(match oid {
            INT8 => Value::Int(i64::from_be_bytes(fixed(bytes)?)),
            INT4 => Value::Int(i32::from_be_bytes(fixed(bytes)?).into()),
            INT2 => Value::Int(i16::from_be_bytes(fixed(bytes)?).into()),
            TEXT | VARCHAR => Value::Text(String::from_utf8(bytes.to_vec()).map_err(|_| Malformed)?),
            BOOL => match bytes {
                [0] => Value::Bool(false),
                [1] => Value::Bool(true),
                _ => return Err(Malformed),
            },
            FLOAT8 => Value::Double(f64::from_be_bytes(fixed(bytes)?)),
            NUMERIC => Value::Numeric(numeric::decode(bytes)?),
            UUID => Value::Uuid(Uuid::from_bytes(fixed(bytes)?)),
            TIMESTAMPTZ => {
                let micros = i64::from_be_bytes(fixed(bytes)?).checked_add(EPOCH_MICROS).ok_or(Malformed)?;
                Value::Timestamptz(Timestamp::from_micros(micros))
            }
            _ => return Err(Malformed),
        })
    }

    /// The type of this value alone.
    fn ty(&self) -> Type {
        match self {
            Value::Null | Value::Array(_) => Type::Unknown,
            Value::Int(_) => Type::Int8,
            Value::Text(_) => Type::Text,
            Value::Bool(_) => Type::Bool,
            Value::Double(_) => Type::Float8,
            Value::Numeric(_) => Type::Numeric,
            Value::Uuid(_) => Type::Uuid,
            Value::Timestamptz(_) => Type::Timestamptz,
            Value::Json(_) => Type::Json,
        }
    }
}

fn fixed<const N: usize>(bytes: &[u8]) -> Result<[u8; N], Malformed> {
    bytes.try_into().map_err(|_| Malformed)
}

/// One dimension, or none where it is empty.
fn array(items: &[Value]) -> Result<Vec<u8>, Malformed> {
    let element = items.iter().find(|item| **item != Value::Null).map_or(Type::Text, Value::ty);
    let has_nulls = items.contains(&Value::Null);
    let mut out = Vec::new();
    let dimensions = i32::from(!items.is_empty());
    out.extend(dimensions.to_be_bytes());
    out.extend(i32::from(has_nulls).to_be_bytes());
    out.extend(element.oid().to_be_bytes());
    if dimensions == 1 {
        out.extend((items.len() as i32).to_be_bytes());
        out.extend(1_i32.to_be_bytes());
    }
    for item in items {
        match item.to_binary()? {
            Some(bytes) => {
                out.extend((bytes.len() as i32).to_be_bytes());
                out.extend(bytes);
            }
            None => out.extend((-1_i32).to_be_bytes()),
        }
    }
    Ok(out)
}
