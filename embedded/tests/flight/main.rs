//! The server as a Flight SQL client sees it, in process and over TCP. One binary, because
//! each of them links DataFusion.

mod actions;
mod changes;
mod client;
mod files;
mod hostile;
mod listen;
mod parameters;
mod queries;
mod reflection;
