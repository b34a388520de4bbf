//! Which Rust value can be sent as which SQL type.
//!
//! Only conversions that lose nothing are here: an `i32` may be bound to a BIGINT, an `i64` to an INTEGER may not.

use std::borrow::Cow;
use std::marker::PhantomData;
use std::sync::Arc;

use querent_types::value;

use crate::sql;
use crate::value::Value;

/// A value, or a reference to one, that can be sent as the SQL type `T`, a marker of [`sql`](crate::sql).
///
/// What is copied binds by value as well; what is borrowed binds by reference.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be bound to a {T} parameter",
    label = "this parameter is {T} in the checked query",
    note = "only conversions that lose nothing are made; convert the value, or CAST the parameter in the SQL"
)]
pub trait Bind<'q, T> {
    /// Whether it can be a NULL: [`NeverNull`] or [`MaybeNull`].
    type Null;

    /// The value to send.
    fn bind(self) -> Value<'q>;
}

/// A Rust type that always holds a value.
#[derive(Debug, Clone, Copy)]
pub enum NeverNull {}

/// A Rust type that can hold a NULL: an `Option`.
#[derive(Debug, Clone, Copy)]
pub enum MaybeNull {}

/// What a parameter accepts whose value is written into a column that is NOT NULL.
#[diagnostic::on_unimplemented(
    message = "an `Option` cannot be bound to a parameter that takes no NULL",
    label = "this may be NULL, and what it is for cannot",
    note = "bind the value itself (`unwrap_or…`, `?`), leave its place out with it by an optional section (`{{{{ … }}}}`), or give the NULL a meaning in SQL: `COALESCE($1, …)`"
)]
pub trait NotNull {}

impl NotNull for NeverNull {}

/// The type of one parameter; generated code calls [`Typed::bind`] on it, so that errors land on the argument.
pub struct Typed<T>(PhantomData<T>);

impl<T> Typed<T> {
    /// Turns an argument into a value to send.
    #[inline]
    pub fn bind<'q, V: Bind<'q, T>>(value: V) -> Value<'q> {
        value.bind()
    }

    /// The same for a parameter that cannot be NULL.
    #[inline]
    pub fn bind_not_null<'q, V: Bind<'q, T, Null: NotNull>>(value: V) -> Value<'q> {
        value.bind()
    }
}

impl<'q, T, V: ?Sized> Bind<'q, T> for &&'q V
where
    &'q V: Bind<'q, T>,
{
    type Null = <&'q V as Bind<'q, T>>::Null;

    fn bind(self) -> Value<'q> {
        (*self).bind()
    }
}

impl<'q, T, V> Bind<'q, T> for &'q Option<V>
where
    &'q V: Bind<'q, T>,
{
    type Null = MaybeNull;

    fn bind(self) -> Value<'q> {
        self.as_ref().map_or(Value::Null, Bind::bind)
    }
}

impl<'q, T, V> Bind<'q, T> for Option<V>
where
    V: Bind<'q, T>,
{
    type Null = MaybeNull;

    fn bind(self) -> Value<'q> {
        self.map_or(Value::Null, Bind::bind)
    }
}

/// Copies, from a reference or by value: the borrow ends at once, so that `'q` is free.
macro_rules! bind_copied {
    ($($rust:ty => [$($marker:ident),+]: $make:expr;)+) => {
        $($(impl<'q> Bind<'q, sql::$marker> for &$rust {
            type Null = NeverNull;

            #[inline]
            fn bind(self) -> Value<'q> {
                let make: fn($rust) -> Value<'q> = $make;
                make(*self)
            }
        }

        impl<'q> Bind<'q, sql::$marker> for $rust {
            type Null = NeverNull;

            #[inline]
            fn bind(self) -> Value<'q> {
                let make: fn($rust) -> Value<'q> = $make;
                make(self)
            }
        })+)+
    };
}

bind_copied! {
    bool => [BOOLEAN, ANY]: Value::Bool;
    i8 => [TINYINT, SMALLINT, INTEGER, BIGINT, REAL, DOUBLE, DECIMAL, NUMBER, ANY]: |v| Value::Int(v.into());
    i16 => [SMALLINT, INTEGER, BIGINT, REAL, DOUBLE, DECIMAL, NUMBER, ANY]: |v| Value::Int(v.into());
    i32 => [INTEGER, BIGINT, DOUBLE, DECIMAL, NUMBER, ANY]: |v| Value::Int(v.into());
    i64 => [BIGINT, DECIMAL, NUMBER, ANY]: Value::Int;
    u8 => [TINYINT_UNSIGNED, SMALLINT_UNSIGNED, INTEGER_UNSIGNED, BIGINT_UNSIGNED, SMALLINT, INTEGER, BIGINT, REAL, DOUBLE, DECIMAL, NUMBER, ANY]: |v| Value::UInt(v.into());
    u16 => [SMALLINT_UNSIGNED, INTEGER_UNSIGNED, BIGINT_UNSIGNED, INTEGER, BIGINT, REAL, DOUBLE, DECIMAL, NUMBER, ANY]: |v| Value::UInt(v.into());
    u32 => [INTEGER_UNSIGNED, BIGINT_UNSIGNED, BIGINT, DOUBLE, DECIMAL, NUMBER, ANY]: |v| Value::UInt(v.into());
    u64 => [BIGINT_UNSIGNED, DECIMAL, NUMBER, ANY]: Value::UInt;
    f32 => [REAL, DOUBLE, NUMBER, ANY]: Value::Float;
    f64 => [DOUBLE, NUMBER, ANY]: Value::Double;
    value::Date => [DATE, ANY]: Value::Date;
    value::Time => [TIME, ANY]: Value::Time;
    value::Timestamp => [TIMESTAMP, TIMESTAMP_WITH_TIME_ZONE, ANY]: Value::Timestamp;
    value::Duration => [DURATION, ANY]: Value::Duration;
    value::Interval => [INTERVAL, ANY]: Value::Interval;
    value::Uuid => [UUID, ANY]: Value::Uuid;
    char => [VARCHAR, ANY]: |v| Value::String(v.into());
}

/// Borrows for `'q`.
macro_rules! bind_borrowed {
    ($($rust:ty => [$($marker:ident),+]: $make:expr;)+) => {
        $($(impl<'q> Bind<'q, sql::$marker> for &'q $rust {
            type Null = NeverNull;

            #[inline]
            fn bind(self) -> Value<'q> {
                let make: fn(&'q $rust) -> Value<'q> = $make;
                make(self)
            }
        })+)+
    };
}

bind_borrowed! {
    str => [VARCHAR, JSON, ANY]: Value::Str;
    String => [VARCHAR, JSON, ANY]: |v| Value::Str(v);
    Box<str> => [VARCHAR, JSON, ANY]: |v| Value::Str(v);
    Arc<str> => [VARCHAR, JSON, ANY]: |v| Value::Str(v);
    Cow<'_, str> => [VARCHAR, JSON, ANY]: |v| Value::Str(v);
    [u8] => [VARBINARY, ANY]: Value::Bytes;
    Vec<u8> => [VARBINARY, ANY]: |v| Value::Bytes(v);
    value::Decimal => [DECIMAL, NUMBER, ANY]: |v| Value::Decimal(Cow::Borrowed(v));
}

impl<'q, const N: usize> Bind<'q, sql::VARBINARY> for &'q [u8; N] {
    type Null = NeverNull;

    fn bind(self) -> Value<'q> {
        Value::Bytes(self)
    }
}

/// Lists: the elements of a spread, or an array parameter.
macro_rules! bind_lists {
    ($($marker:ident),+) => {
        $(
            impl<'q, T, V> Bind<'q, sql::$marker<T>> for &'q [V]
            where
                &'q V: Bind<'q, T>,
            {
                type Null = NeverNull;

                fn bind(self) -> Value<'q> {
                    Value::List(self.iter().map(Bind::bind).collect())
                }
            }

            impl<'q, T, V> Bind<'q, sql::$marker<T>> for &'q Vec<V>
            where
                &'q V: Bind<'q, T>,
            {
                type Null = NeverNull;

                fn bind(self) -> Value<'q> {
                    Value::List(self.iter().map(Bind::bind).collect())
                }
            }

            impl<'q, T, V, const N: usize> Bind<'q, sql::$marker<T>> for &'q [V; N]
            where
                &'q V: Bind<'q, T>,
            {
                type Null = NeverNull;

                fn bind(self) -> Value<'q> {
                    Value::List(self.iter().map(Bind::bind).collect())
                }
            }
        )+
    };
}

bind_lists!(LIST_OF, ARRAY);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[expect(clippy::needless_borrows_for_generic_args, reason = "references are what is tested")]
    fn values_bind_through_references_options_and_temporaries() {
        let name = String::from("x");
        assert_eq!(Typed::<sql::VARCHAR>::bind(&name), Value::Str("x"));
        assert_eq!(Typed::<sql::VARCHAR>::bind(&name[..]), Value::Str("x"));
        assert_eq!(Typed::<sql::VARCHAR>::bind(&Some(&name)), Value::Str("x"));
        assert_eq!(Typed::<sql::BIGINT>::bind(&None::<i32>), Value::Null);
        assert_eq!(Typed::<sql::BIGINT>::bind(5), Value::Int(5));
        assert_eq!(Typed::<sql::VARCHAR>::bind(Some(&name)), Value::Str("x"));
        let list = [Some(1_i32), None];
        assert_eq!(
            Typed::<sql::LIST_OF<sql::BIGINT>>::bind(&list[..]),
            Value::List(vec![Value::Int(1), Value::Null])
        );
        assert!(!Typed::<sql::LIST_OF<sql::VARCHAR>>::bind(&["a", "b"]).is_null());
    }
}
