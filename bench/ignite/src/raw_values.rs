//! Values parsed by hand, for exactly the columns that are known to come: what decoding costs at least.

use crate::Result;

/// A row of the table, of types that need no library.
#[expect(dead_code, reason = "what counts is that it was made")]
pub(crate) struct RawRow {
    id: i64,
    quantity: i32,
    ratio: f64,
    name: String,
    /// Scale and unscaled value.
    price: (i32, i64),
    /// Milliseconds and nanoseconds.
    made_at: (i64, i32),
    active: bool,
    note: Option<String>,
}

/// The rows of a page: their number, the rows, whether there are more.
pub(crate) fn rows(page: &[u8], rows: &mut Vec<RawRow>) -> Result<()> {
    let mut input = Input(page);
    for _ in 0..i32::from_le_bytes(input.take()?) {
        rows.push(RawRow {
            id: i64::from_le_bytes(input.of(4)?),
            quantity: i32::from_le_bytes(input.of(3)?),
            ratio: f64::from_le_bytes(input.of(6)?),
            name: input.string()?.ok_or(WRONG)?,
            price: input.decimal()?,
            made_at: (i64::from_le_bytes(input.of(33)?), i32::from_le_bytes(input.take()?)),
            active: input.of::<1>(8)? != [0],
            note: input.string()?,
        });
    }
    Ok(())
}

/// The entries of a getAll.
pub(crate) fn entries(payload: &[u8]) -> Result<Vec<(i64, i64)>> {
    let mut input = Input(payload);
    let count = i32::from_le_bytes(input.take()?);
    let entries =
        (0..count).map(|_| Ok((i64::from_le_bytes(input.of(4)?), i64::from_le_bytes(input.of(4)?))));
    entries.collect()
}

const WRONG: &str = "a value of another type";
const STRING: u8 = 9;
const DECIMAL: u8 = 30;
const NULL: u8 = 101;

struct Input<'a>(&'a [u8]);

impl Input<'_> {
    fn take<const N: usize>(&mut self) -> Result<[u8; N]> {
        let (bytes, rest) = self.0.split_first_chunk().ok_or(WRONG)?;
        self.0 = rest;
        Ok(*bytes)
    }

    /// A value of this type code.
    fn of<const N: usize>(&mut self, code: u8) -> Result<[u8; N]> {
        if self.take()? == [code] { self.take() } else { Err(WRONG.into()) }
    }

    fn bytes(&mut self) -> Result<&[u8]> {
        let len = i32::from_le_bytes(self.take()?) as usize;
        let (bytes, rest) = self.0.split_at_checked(len).ok_or(WRONG)?;
        self.0 = rest;
        Ok(bytes)
    }

    fn string(&mut self) -> Result<Option<String>> {
        match self.take()? {
            [STRING] => Ok(Some(std::str::from_utf8(self.bytes()?)?.to_owned())),
            [NULL] => Ok(None),
            _ => Err(WRONG.into()),
        }
    }

    fn decimal(&mut self) -> Result<(i32, i64)> {
        let scale = i32::from_le_bytes(self.of(DECIMAL)?);
        let unscaled = self.bytes()?.iter().fold(0, |number, byte| number << 8 | i64::from(*byte));
        Ok((scale, unscaled))
    }
}
