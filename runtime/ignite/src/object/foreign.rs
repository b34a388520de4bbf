//! Types of other crates, by way of querent's own lossless ones.

use querent_core::ValueProblem;
use querent_core::types::value;

use super::{Cell, Encoder, FromObject, ReadError, ToObject};

macro_rules! foreign {
    ($($(#[$feature:meta])* $foreign:ty = $own:ident;)+) => { $(
        $(#[$feature])*
        impl ToObject for $foreign {
            const CODE: u8 = value::$own::CODE;
            const SEQUENCE_CODE: u8 = value::$own::SEQUENCE_CODE;
            const NULLABLE_SEQUENCE_CODE: u8 = value::$own::NULLABLE_SEQUENCE_CODE;

            fn to_object(&self, encoder: &mut Encoder<'_>) {
                match value::$own::try_from(self.clone()) {
                    Ok(own) => own.to_object(encoder),
                    Err(_) => encoder.fail(concat!("a ", stringify!($foreign), " that is no ", stringify!($own))),
                }
            }

            fn sequence_to_object(items: &[$foreign], encoder: &mut Encoder<'_>) {
                match <$foreign as ToObject>::SEQUENCE_CODE {
                    querent_protocol::ignite::value::code::COLLECTION => encoder.list(items.iter()),
                    array => super::scalar::typed_array(array, items.iter(), encoder),
                }
            }
        }

        $(#[$feature])*
        impl FromObject for $foreign {
            const NAME: &'static str = stringify!($foreign);

            fn from_object(cell: &Cell<'_>) -> Result<$foreign, ReadError> {
                let own = value::$own::from_object(cell)?;
                <$foreign>::try_from(own).map_err(|_| ValueProblem::OutOfRange(stringify!($foreign)).into())
            }
        }
    )+ };
}

foreign! {
    std::time::Duration = Duration;
}
