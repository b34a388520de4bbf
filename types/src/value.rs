//! Lossless values.
