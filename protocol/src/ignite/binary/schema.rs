//! Which fields objects of a type have, in which order.

use super::super::hash::schema_id;

/// The fields of one form of a type, in the order in which objects have them. A type can have several.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Schema {
    id: i32,
    field_ids: Vec<i32>,
}

impl Schema {
    /// The schema of these fields.
    pub fn new(field_ids: Vec<i32>) -> Schema {
        Schema { id: schema_id(&field_ids), field_ids }
    }

    /// Its id, which objects carry.
    pub fn id(&self) -> i32 {
        self.id
    }

    /// The ids of the fields, in their order.
    pub fn field_ids(&self) -> &[i32] {
        &self.field_ids
    }

    /// The place of a field.
    pub fn ordinal(&self, field_id: i32) -> Option<usize> {
        self.field_ids.iter().position(|id| *id == field_id)
    }
}
