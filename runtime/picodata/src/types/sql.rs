//! The wire's types as the checker's.

use querent_core::types::{SqlType, TimeUnit};
use tokio_postgres::types::{Kind, Type};

use super::base;

/// The type of a column or a parameter; `None` for one that has no counterpart here.
///
/// Picodata sends `int8`, `text`, `bool`, `float8`, `numeric`, `uuid`, `timestamptz`, `json`, from 26.2 on arrays of these, and
/// `unknown` for a NULL without a type. The others are PostgreSQL's, which stands in for it in tests.
pub(crate) fn sql_type(ty: &Type) -> Option<SqlType> {
    let ty = base(ty);
    if let Kind::Array(element) = ty.kind() {
        return sql_type(element).map(SqlType::list);
    }
    let micros = TimeUnit::Microsecond;
    Some(match *ty {
        Type::UNKNOWN => SqlType::Null,
        Type::BOOL => SqlType::Boolean,
        Type::INT2 => SqlType::Int16,
        Type::INT4 => SqlType::Int32,
        Type::INT8 => SqlType::Int64,
        Type::FLOAT4 => SqlType::Float32,
        Type::FLOAT8 => SqlType::Float64,
        Type::NUMERIC => SqlType::BigDecimal,
        Type::TEXT | Type::VARCHAR | Type::BPCHAR | Type::NAME => SqlType::TEXT,
        Type::JSON | Type::JSONB => SqlType::Json,
        Type::UUID => SqlType::Uuid,
        Type::BYTEA => SqlType::BINARY,
        Type::TIMESTAMPTZ => SqlType::Timestamp(micros, Some("UTC".to_owned())),
        Type::TIMESTAMP => SqlType::Timestamp(micros, None),
        Type::DATE => SqlType::Date32,
        Type::TIME => SqlType::Time(micros),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use querent_core::types::SqlType;

    use super::*;

    /// The types that a server of 25.6 to 26.3 describes columns and parameters with, by their numbers on the wire.
    #[test]
    fn every_type_of_the_wire_has_one() {
        let at = SqlType::Timestamp(TimeUnit::Microsecond, Some("UTC".to_owned()));
        for (oid, array, ty) in [
            (20, Some(1016), SqlType::Int64),
            (25, Some(1009), SqlType::TEXT),
            (16, Some(1000), SqlType::Boolean),
            (701, Some(1022), SqlType::Float64),
            (1700, Some(1231), SqlType::BigDecimal),
            (2950, Some(2951), SqlType::Uuid),
            (1184, Some(1185), at),
            (114, Some(199), SqlType::Json),
            (1043, None, SqlType::TEXT),
            (23, None, SqlType::Int32),
            (21, None, SqlType::Int16),
            (705, None, SqlType::Null),
        ] {
            let known = |oid| sql_type(&Type::from_oid(oid).expect("a type of PostgreSQL"));
            assert_eq!(known(oid), Some(ty.clone()), "{oid}");
            if let Some(array) = array {
                assert_eq!(known(array), Some(SqlType::list(ty)), "{array}");
            }
        }
        assert_eq!(sql_type(&Type::INET), None);
        assert_eq!(sql_type(&Type::INET_ARRAY), None);
    }
}
