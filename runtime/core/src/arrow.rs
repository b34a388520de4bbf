//! The one mapping between `SqlType` and Arrow.
