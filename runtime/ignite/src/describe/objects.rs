//! Binary types, as the cluster registered them.

use std::collections::HashMap;

use querent_core::Result;
use querent_core::types::{ObjectField, ObjectType};
use querent_protocol::ignite::meta::BinaryType;
use querent_protocol::ignite::value::code;

use super::ask::Ask;
use super::classes::is_random;

/// Reads all binary types, by name, and how many were left out because their names are random.
pub(super) async fn read(ask: &Ask) -> Result<(Vec<ObjectType>, usize)> {
    let rows = ask.rows("SELECT TYPE_ID, TYPE_NAME FROM SYS.BINARY_METADATA").await?;
    let (mut ids, mut unstable) = (Vec::new(), 0);
    for row in rows {
        match row.text(1) {
            Some(name) if is_random(&name) => unstable += 1,
            _ => ids.push(row.int(0)?),
        }
    }
    let mut types: Vec<ObjectType> =
        ask.binary_types(ids).await?.into_iter().filter_map(object_type).collect();
    types.sort_by(|a, b| a.name.cmp(&b.name));
    types.dedup_by(|a, b| a.name == b.name);
    Ok((types, unstable))
}

/// `None` for one without a name, of which nothing but the id is known.
fn object_type(found: BinaryType) -> Option<ObjectType> {
    if found.name.is_empty() {
        return None;
    }
    let mut values = found.enum_values.clone().unwrap_or_default();
    values.sort_by(|a, b| a.1.cmp(&b.1).then_with(|| a.0.cmp(&b.0)));
    let order = field_order(&found);
    let mut fields: Vec<_> = found.fields.iter().collect();
    fields.sort_by(|a, b| {
        let place = |id: i32| order.get(&id).copied().unwrap_or(usize::MAX);
        place(a.id).cmp(&place(b.id)).then_with(|| a.name.cmp(&b.name))
    });
    let fields = fields
        .into_iter()
        .map(|field| ObjectField { name: field.name.clone(), ty: type_name(field.type_code) });
    Some(ObjectType {
        fields: fields.collect(),
        name: found.name.clone(),
        affinity_key: found.affinity_field.clone().filter(|field| !field.is_empty()),
        values,
    })
}

/// Where each field stands in the orders that objects have: the server's own list is a hash map's.
///
/// Objects of several orders: each field stands where the longest order has it, then where the next one has it; so that the
/// sequence in which they were registered, which nodes do not agree on, does not matter.
fn field_order(found: &BinaryType) -> HashMap<i32, usize> {
    let mut schemas: Vec<&[i32]> = found.schemas.iter().map(|schema| &schema.field_ids[..]).collect();
    schemas.sort_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
    let mut order = HashMap::new();
    for id in schemas.into_iter().flatten() {
        let next = order.len();
        order.entry(*id).or_insert(next);
    }
    order
}

/// The name of a type code in the protocol's own words.
fn type_name(type_code: i32) -> String {
    let name = u8::try_from(type_code).ok().and_then(code::name);
    name.map_or_else(|| format!("code {type_code}"), str::to_owned)
}

#[cfg(test)]
mod tests {
    use querent_protocol::ignite::meta::{BinaryField, Schema};

    use super::*;

    fn field(name: &str, type_code: i32, id: i32) -> BinaryField {
        BinaryField { name: name.to_owned(), type_code, id }
    }

    #[test]
    fn fields_stand_in_the_order_of_objects() {
        let found = BinaryType {
            name: "Person".into(),
            fields: vec![field("late", 103, 4), field("b", 9, 2), field("never", 250, 9), field("a", 3, 1)],
            schemas: vec![
                Schema { id: 1, field_ids: vec![1, 2] },
                Schema { id: 2, field_ids: vec![1, 2, 4] },
            ],
            ..BinaryType::default()
        };
        let described = object_type(found.clone()).expect("it has a name");
        let names: Vec<_> = described.fields.iter().map(|f| (f.name.as_str(), f.ty.as_str())).collect();
        assert_eq!(names, [("a", "int"), ("b", "String"), ("late", "Object"), ("never", "code 250")]);
        let turned = BinaryType { schemas: found.schemas.iter().rev().cloned().collect(), ..found };
        assert_eq!(object_type(turned), Some(described));
    }

    #[test]
    fn values_stand_by_ordinal() {
        let values = vec![("GREEN".to_owned(), 7), ("RED".to_owned(), 0)];
        let found = BinaryType { name: "Color".into(), enum_values: Some(values), ..BinaryType::default() };
        let described = object_type(found).expect("it has a name");
        assert_eq!(described.values, [("RED".to_owned(), 0), ("GREEN".to_owned(), 7)]);
        assert_eq!(object_type(BinaryType::default()), None);
    }
}
