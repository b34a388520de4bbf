//! The SQL types of DataFusion: their names, and what ODBC and JDBC want to know of them.

use arrow_flight::sql::metadata::{XdbcTypeInfo, XdbcTypeInfoData, XdbcTypeInfoDataBuilder};
use arrow_flight::sql::{Nullable, Searchable, XdbcDataType, XdbcDatetimeSubcode};
use datafusion::arrow::datatypes::{DataType, IntervalUnit, TimeUnit};
use tonic::Status;

use super::wire;

/// How a type is written in SQL; Arrow's own name where SQL has none.
pub(super) fn sql_name(data_type: &DataType) -> String {
    let name = match data_type {
        DataType::Boolean => "BOOLEAN",
        DataType::Int8 => "TINYINT",
        DataType::Int16 => "SMALLINT",
        DataType::Int32 => "INTEGER",
        DataType::Int64 => "BIGINT",
        DataType::UInt8 => "TINYINT UNSIGNED",
        DataType::UInt16 => "SMALLINT UNSIGNED",
        DataType::UInt32 => "INTEGER UNSIGNED",
        DataType::UInt64 => "BIGINT UNSIGNED",
        DataType::Float32 => "REAL",
        DataType::Float64 => "DOUBLE",
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => "VARCHAR",
        DataType::Binary | DataType::LargeBinary | DataType::BinaryView | DataType::FixedSizeBinary(_) => {
            "BYTEA"
        }
        DataType::Date32 | DataType::Date64 => "DATE",
        DataType::Time32(_) | DataType::Time64(_) => "TIME",
        DataType::Timestamp(_, None) => "TIMESTAMP",
        DataType::Timestamp(_, Some(_)) => "TIMESTAMP WITH TIME ZONE",
        DataType::Interval(_) => "INTERVAL",
        DataType::Decimal32(precision, scale)
        | DataType::Decimal64(precision, scale)
        | DataType::Decimal128(precision, scale)
        | DataType::Decimal256(precision, scale) => {
            return format!("DECIMAL({precision}, {scale})");
        }
        DataType::Dictionary(_, values) => return sql_name(values),
        other => return other.to_string(),
    };
    name.to_owned()
}

/// Digits (or bits after the point of a second), and digits after the point.
pub(super) fn scale_and_precision(data_type: &DataType) -> (Option<u32>, Option<i32>) {
    match data_type {
        DataType::Int8 | DataType::UInt8 => (Some(3), Some(0)),
        DataType::Int16 | DataType::UInt16 => (Some(5), Some(0)),
        DataType::Int32 | DataType::UInt32 => (Some(10), Some(0)),
        DataType::Int64 => (Some(19), Some(0)),
        DataType::UInt64 => (Some(20), Some(0)),
        DataType::Float32 => (Some(7), None),
        DataType::Float64 => (Some(15), None),
        DataType::Decimal32(precision, scale)
        | DataType::Decimal64(precision, scale)
        | DataType::Decimal128(precision, scale)
        | DataType::Decimal256(precision, scale) => (Some((*precision).into()), Some((*scale).into())),
        DataType::Timestamp(unit, _) | DataType::Time32(unit) | DataType::Time64(unit) => {
            (None, Some(second_digits(*unit)))
        }
        _ => (None, None),
    }
}

fn second_digits(unit: TimeUnit) -> i32 {
    match unit {
        TimeUnit::Second => 0,
        TimeUnit::Millisecond => 3,
        TimeUnit::Microsecond => 6,
        TimeUnit::Nanosecond => 9,
    }
}

/// One type of the list: what SQL calls it, and the Arrow type that stands for it.
struct Listed {
    data_type: DataType,
    xdbc: XdbcDataType,
    column_size: Option<i32>,
    quotes: Option<(&'static str, &'static str)>,
    create_params: &'static [&'static str],
    subcode: Option<XdbcDatetimeSubcode>,
}

impl Listed {
    fn new(data_type: DataType, xdbc: XdbcDataType) -> Self {
        let precision = scale_and_precision(&data_type).0;
        Self {
            data_type,
            xdbc,
            column_size: precision.and_then(|digits| i32::try_from(digits).ok()),
            quotes: None,
            create_params: &[],
            subcode: None,
        }
    }

    fn size(mut self, column_size: i32) -> Self {
        self.column_size = Some(column_size);
        self
    }

    fn quoted(mut self, prefix: &'static str) -> Self {
        self.quotes = Some((prefix, "'"));
        self
    }

    fn subcode(mut self, subcode: XdbcDatetimeSubcode) -> Self {
        self.subcode = Some(subcode);
        self
    }
}

fn listed() -> Vec<Listed> {
    let time = DataType::Time64(TimeUnit::Nanosecond);
    let timestamp = |zone: Option<&str>| DataType::Timestamp(TimeUnit::Nanosecond, zone.map(Into::into));
    let mut decimal = Listed::new(DataType::Decimal128(38, 10), XdbcDataType::XdbcDecimal);
    decimal.create_params = &["precision", "scale"];
    vec![
        Listed::new(DataType::Boolean, XdbcDataType::XdbcBit).size(1),
        Listed::new(DataType::Int8, XdbcDataType::XdbcTinyint),
        Listed::new(DataType::Int16, XdbcDataType::XdbcSmallint),
        Listed::new(DataType::Int32, XdbcDataType::XdbcInteger),
        Listed::new(DataType::Int64, XdbcDataType::XdbcBigint),
        Listed::new(DataType::UInt8, XdbcDataType::XdbcTinyint),
        Listed::new(DataType::UInt16, XdbcDataType::XdbcSmallint),
        Listed::new(DataType::UInt32, XdbcDataType::XdbcInteger),
        Listed::new(DataType::UInt64, XdbcDataType::XdbcBigint),
        Listed::new(DataType::Float32, XdbcDataType::XdbcReal),
        Listed::new(DataType::Float64, XdbcDataType::XdbcDouble),
        decimal,
        Listed::new(DataType::Utf8View, XdbcDataType::XdbcVarchar).quoted("'"),
        Listed::new(DataType::Binary, XdbcDataType::XdbcVarbinary).quoted("X'"),
        Listed::new(DataType::Date32, XdbcDataType::XdbcDate)
            .size(10)
            .quoted("DATE '")
            // DATE and YEAR share the number 1, and the generated enumeration has the latter.
            .subcode(XdbcDatetimeSubcode::XdbcSubcodeYear),
        Listed::new(time, XdbcDataType::XdbcTime)
            .size(18)
            .quoted("TIME '")
            .subcode(XdbcDatetimeSubcode::XdbcSubcodeTime),
        Listed::new(timestamp(None), XdbcDataType::XdbcTimestamp)
            .size(29)
            .quoted("TIMESTAMP '")
            .subcode(XdbcDatetimeSubcode::XdbcSubcodeTimestamp),
        Listed::new(timestamp(Some("+00:00")), XdbcDataType::XdbcTimestamp)
            .size(35)
            .quoted("TIMESTAMP '")
            .subcode(XdbcDatetimeSubcode::XdbcSubcodeTimestampWithTimezone),
        Listed::new(DataType::Interval(IntervalUnit::MonthDayNano), XdbcDataType::XdbcInterval)
            .quoted("INTERVAL '"),
    ]
}

/// All types, in the order of the list.
pub(super) fn types() -> Result<XdbcTypeInfoData, Status> {
    let mut builder = XdbcTypeInfoDataBuilder::new();
    for entry in listed() {
        builder.append(type_info(&entry));
    }
    builder.build().map_err(wire::flight_status)
}

fn type_info(entry: &Listed) -> XdbcTypeInfo {
    let data_type = &entry.data_type;
    let is_decimal = matches!(data_type, DataType::Decimal128(..));
    let is_text = matches!(data_type, DataType::Utf8View);
    let name = match is_decimal {
        true => "DECIMAL".to_owned(),
        false => sql_name(data_type),
    };
    let scale = scale_and_precision(data_type).1;
    XdbcTypeInfo {
        type_name: name.clone(),
        data_type: entry.xdbc,
        column_size: entry.column_size,
        literal_prefix: entry.quotes.map(|(prefix, _)| prefix.to_owned()),
        literal_suffix: entry.quotes.map(|(_, suffix)| suffix.to_owned()),
        create_params: (!entry.create_params.is_empty())
            .then(|| entry.create_params.iter().map(|&name| name.to_owned()).collect()),
        nullable: Nullable::NullabilityNullable,
        case_sensitive: is_text,
        searchable: if is_text { Searchable::Full } else { Searchable::Basic },
        unsigned_attribute: data_type.is_numeric().then(|| data_type.is_unsigned_integer()),
        fixed_prec_scale: false,
        auto_increment: Some(false),
        local_type_name: Some(name),
        minimum_scale: if is_decimal { Some(0) } else { scale },
        maximum_scale: if is_decimal { Some(38) } else { scale },
        sql_data_type: entry.xdbc,
        datetime_subcode: entry.subcode,
        num_prec_radix: data_type.is_numeric().then_some(10),
        interval_precision: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_listed_type_has_a_row() {
        let batch = types().expect("types").record_batch(None).expect("batch");
        assert_eq!(batch.num_rows(), listed().len());
    }

    #[test]
    fn names_are_those_of_sql() {
        assert_eq!(sql_name(&DataType::Decimal128(10, 2)), "DECIMAL(10, 2)");
        assert_eq!(sql_name(&DataType::Utf8View), "VARCHAR");
        let dictionary = DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8));
        assert_eq!(sql_name(&dictionary), "VARCHAR");
    }
}
