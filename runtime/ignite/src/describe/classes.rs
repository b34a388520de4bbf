//! Java's classes as types of SQL.

use querent_core::types::{SqlType, TimeUnit};

use crate::options::Engine;

/// A column's type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ColumnType {
    pub(super) ty: Option<SqlType>,
    /// As the engines' own DDL writes it.
    pub(super) native: String,
}

/// The type of a class. Precision and scale are -1 where there is none.
///
/// A decimal's value has a scale of its own, whatever its column declares.
pub(super) fn column_type(class: &str, precision: i32, scale: i32, engine: Engine) -> ColumnType {
    let (ty, native) = match class {
        "java.lang.Boolean" | "boolean" => (SqlType::Boolean, "BOOLEAN"),
        "java.lang.Byte" | "byte" => (SqlType::Int8, "TINYINT"),
        "java.lang.Short" | "short" => (SqlType::Int16, "SMALLINT"),
        "java.lang.Integer" | "int" => (SqlType::Int32, "INTEGER"),
        "java.lang.Long" | "long" => (SqlType::Int64, "BIGINT"),
        "java.lang.Float" | "float" => (SqlType::Float32, "REAL"),
        "java.lang.Double" | "double" => (SqlType::Float64, "DOUBLE"),
        "java.math.BigDecimal" => (SqlType::BigDecimal, "DECIMAL"),
        "java.lang.String" => (SqlType::TEXT, "VARCHAR"),
        "java.sql.Date" => (SqlType::Date32, "DATE"),
        "java.sql.Time" => (SqlType::Time(TimeUnit::Millisecond), "TIME"),
        "java.sql.Timestamp" | "java.util.Date" => {
            (SqlType::Timestamp(TimeUnit::Nanosecond, None), "TIMESTAMP")
        }
        "[B" => (SqlType::BINARY, "VARBINARY"),
        "java.util.UUID" => (SqlType::Uuid, "UUID"),
        "java.lang.Object" => return ColumnType { ty: None, native: "OTHER".to_owned() },
        // Views of schema SYS have columns of enums and other classes: H2 gives them as text, Calcite (2.17.0) as what Java's
        // own serialization makes of them.
        other => {
            let ty = (engine == Engine::H2 && is_text_on_h2(other)).then_some(SqlType::TEXT);
            return ColumnType { ty, native: other.to_owned() };
        }
    };
    let native = match (&ty, precision, scale) {
        (SqlType::BigDecimal, 0.., 0..) => format!("{native}({precision}, {scale})"),
        (SqlType::BigDecimal | SqlType::Text(_) | SqlType::Binary(_), 1.., _) => {
            format!("{native}({precision})")
        }
        _ => native.to_owned(),
    };
    ColumnType { ty: Some(ty), native }
}

/// The classes of columns of system views that H2 gives as text (2.17.0).
fn is_text_on_h2(class: &str) -> bool {
    matches!(
        class,
        "java.lang.Class"
            | "java.net.InetSocketAddress"
            | "org.apache.ignite.lang.IgniteUuid"
            | "java.util.Map"
    ) || class.starts_with("org.apache.ignite.")
}

/// Whether a column of a class of Java's primitive types, which hold no null.
pub(super) fn is_primitive(class: &str) -> bool {
    matches!(class, "boolean" | "byte" | "short" | "int" | "long" | "float" | "double")
}

/// Whether a name ends with the random id that the server gives the binary types of a table that names none:
/// `SQL_PUBLIC_T_ae2dd209_9300_4022_918d_544845d0028f`, and with `_KEY` behind it.
pub(super) fn is_random(name: &str) -> bool {
    let name = name.strip_suffix("_KEY").unwrap_or(name);
    let Some((rest, uuid)) = name.len().checked_sub(36).and_then(|at| name.split_at_checked(at)) else {
        return false;
    };
    let groups: Vec<&str> = uuid.split('_').collect();
    rest.starts_with("SQL_")
        && rest.ends_with('_')
        && groups.iter().map(|group| group.len()).eq([8, 4, 4, 4, 12])
        && groups.iter().all(|group| group.bytes().all(|b| b.is_ascii_hexdigit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(class: &str, digits: (i32, i32), ty: Option<SqlType>, native: &str) {
        let found = column_type(class, digits.0, digits.1, Engine::Calcite);
        assert_eq!((found.ty, &*found.native), (ty, native), "{class}");
    }

    #[test]
    fn classes_are_types() {
        check("java.lang.String", (20, -1), Some(SqlType::TEXT), "VARCHAR(20)");
        // A column that was added later has scale 0 (2.17.0, H2).
        check("java.lang.String", (3, 0), Some(SqlType::TEXT), "VARCHAR(3)");
        check("java.math.BigDecimal", (10, 2), Some(SqlType::BigDecimal), "DECIMAL(10, 2)");
        check("java.math.BigDecimal", (-1, -1), Some(SqlType::BigDecimal), "DECIMAL");
        check("int", (10, 0), Some(SqlType::Int32), "INTEGER");
        check("java.lang.Object", (-1, -1), None, "OTHER");
        check("org.Person", (-1, -1), None, "org.Person");
        assert_eq!(column_type("java.lang.Class", -1, -1, Engine::H2).ty, Some(SqlType::TEXT));
    }

    #[test]
    fn random_names_are_told() {
        let id = "ae2dd209_9300_4022_918d_544845d0028f";
        assert!(is_random(&format!("SQL_PUBLIC_T_{id}")) && is_random(&format!("SQL_PUBLIC_T_{id}_KEY")));
        assert!(!is_random("SQL_PUBLIC_T") && !is_random("Person") && !is_random(id));
        assert!(!is_random("SQL_PUBLIC_T_ae2dd209_9300_4022_918d_544845d0028ö"));
        assert!(!is_random(&format!("Mine_{id}")));
    }
}
