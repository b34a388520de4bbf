//! Payloads of one value or a plain list.

use bytes::Bytes;

use super::super::config::CacheConfiguration;
use super::super::error::DecodeError;
use super::super::handshake::Agreed;
use super::super::meta::{BinaryConfiguration, BinaryType};
use super::super::reader::Reader;
use super::super::value::{read_string, skip};
use super::{Page, Result};

/// Nothing: the operation is done.
pub fn empty(r: &mut Reader<'_>) -> Result<()> {
    r.end()
}

/// A truth value.
pub fn boolean(r: &mut Reader<'_>) -> Result<bool> {
    whole(r, Reader::bool)
}

/// A number of entries.
pub fn size(r: &mut Reader<'_>) -> Result<u64> {
    let at = r.position();
    let size = whole(r, Reader::i64)?;
    u64::try_from(size).map_err(|_| DecodeError::expected(at, "a size of zero or more"))
}

/// How many milliseconds the server lets the connection be idle; `None` for ever.
pub fn idle_timeout_ms(r: &mut Reader<'_>) -> Result<Option<u64>> {
    Ok(u64::try_from(whole(r, Reader::i64)?).ok().filter(|ms| *ms > 0))
}

/// The id of a transaction that began.
pub fn tx_id(r: &mut Reader<'_>) -> Result<i32> {
    whole(r, Reader::i32)
}

/// The bytes of one object, null among them.
pub fn object<'a>(r: &mut Reader<'a>) -> Result<&'a [u8]> {
    let range = skip(r)?;
    r.end()?;
    Ok(&r.body()[range])
}

/// The entries that CACHE_GET_ALL found: two cells a row. `body` is what the reader reads.
pub fn entries(body: &Bytes, r: &mut Reader<'_>) -> Result<Page> {
    let page = Page::read_rows(body, r, 2)?;
    r.end()?;
    Ok(page)
}

/// The names of caches.
pub fn cache_names(r: &mut Reader<'_>) -> Result<Vec<String>> {
    let names = (0..r.count(1)?).map(|_| Ok(read_string(r)?.unwrap_or_default().into_owned()));
    let names = names.collect::<Result<_>>()?;
    r.end()?;
    Ok(names)
}

/// A cache's configuration.
pub fn cache_configuration(r: &mut Reader<'_>, agreed: &Agreed) -> Result<CacheConfiguration> {
    let configuration = CacheConfiguration::read(r, agreed)?;
    r.end()?;
    Ok(configuration)
}

/// The Java class name of a type id.
pub fn type_name(r: &mut Reader<'_>) -> Result<String> {
    let at = r.position();
    let name = read_string(r)?.ok_or(DecodeError::expected(at, "a class name"))?.into_owned();
    r.end()?;
    Ok(name)
}

/// A binary type; `None` where there is none of that id.
pub fn binary_type(r: &mut Reader<'_>) -> Result<Option<BinaryType>> {
    let found = if r.bool()? { Some(BinaryType::read(r)?) } else { None };
    r.end()?;
    Ok(found)
}

/// The form of footers and names.
pub fn binary_configuration(r: &mut Reader<'_>) -> Result<BinaryConfiguration> {
    whole(r, BinaryConfiguration::read)
}

/// One thing and nothing after it.
fn whole<'a, T>(r: &mut Reader<'a>, read: impl FnOnce(&mut Reader<'a>) -> Result<T>) -> Result<T> {
    let read = read(r)?;
    r.end()?;
    Ok(read)
}
