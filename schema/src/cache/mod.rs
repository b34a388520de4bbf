//! The committed caches: file names, formats, atomic writes, lookup.
