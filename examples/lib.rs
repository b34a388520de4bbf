//! Nothing but the examples: `cargo run --example quickstart`.
