//! Caches themselves: names, creation, configuration, destruction.

use super::super::code::{Feature, Op};
use super::super::config::CacheConfiguration;
use super::super::handshake::Agreed;
use super::super::value::write_string;
use super::super::writer::Writer;
use super::{CacheInfo, Request};

/// Asks for the names of all caches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CacheNames;

impl Request for CacheNames {
    fn op(&self) -> Op {
        Op::CacheGetNames
    }

    fn write(&self, _: &Agreed, _: &mut Writer) {}
}

/// What is done with a cache's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NameOp {
    /// Creates it; an error where it exists.
    Create,
    /// Creates it where it does not exist.
    GetOrCreate,
}

/// Creates a cache with the server's defaults, or the template that its name matches.
#[derive(Debug, Clone, Copy)]
pub struct CacheByName<'a> {
    /// The operation.
    pub op: NameOp,
    /// The name.
    pub name: &'a str,
}

impl Request for CacheByName<'_> {
    fn op(&self) -> Op {
        match self.op {
            NameOp::Create => Op::CacheCreateWithName,
            NameOp::GetOrCreate => Op::CacheGetOrCreateWithName,
        }
    }

    fn write(&self, _: &Agreed, w: &mut Writer) {
        write_string(w, Some(self.name));
    }
}

/// What is done with a configuration.
pub type CreateOp = NameOp;

/// Creates a cache of a configuration.
#[derive(Debug, Clone, Copy)]
pub struct CreateWith<'a> {
    /// The operation.
    pub op: CreateOp,
    /// The configuration; what it leaves open is the server's default.
    pub configuration: &'a CacheConfiguration,
}

impl Request for CreateWith<'_> {
    fn op(&self) -> Op {
        match self.op {
            NameOp::Create => Op::CacheCreateWithConfiguration,
            NameOp::GetOrCreate => Op::CacheGetOrCreateWithConfiguration,
        }
    }

    fn write(&self, agreed: &Agreed, w: &mut Writer) {
        if agreed.has(Feature::SqlCacheCreation) {
            // Whether the cache is made as CREATE TABLE would. Without this byte 2.18.0 says "Cache name must not be null".
            w.bool(false);
        }
        self.configuration.write(agreed, w);
    }
}

/// Asks for a cache's configuration.
#[derive(Debug, Clone, Copy)]
pub struct Configuration<'a>(pub &'a CacheInfo);

impl Request for Configuration<'_> {
    fn op(&self) -> Op {
        Op::CacheGetConfiguration
    }

    fn write(&self, agreed: &Agreed, w: &mut Writer) {
        self.0.write_bare(agreed, w);
    }
}

/// Destroys a cache, by its id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Destroy(pub i32);

impl Request for Destroy {
    fn op(&self) -> Op {
        Op::CacheDestroy
    }

    fn write(&self, _: &Agreed, w: &mut Writer) {
        w.i32(self.0);
    }
}
