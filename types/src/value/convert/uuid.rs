//! `uuid`.

use super::super::Uuid;

impl From<Uuid> for ::uuid::Uuid {
    fn from(value: Uuid) -> ::uuid::Uuid {
        ::uuid::Uuid::from_bytes(value.into_bytes())
    }
}

impl From<::uuid::Uuid> for Uuid {
    fn from(value: ::uuid::Uuid) -> Uuid {
        Uuid::from_bytes(value.into_bytes())
    }
}
