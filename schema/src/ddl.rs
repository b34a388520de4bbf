//! SQL files as a source: CREATE, ALTER and DROP followed in order.
