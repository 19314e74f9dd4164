//! Values of the record in JSON: as the text that their parsing door reads. Personal values have
//! no such form on purpose; they go into the sealed part.

use super::{BankCode, BatchId, BatchNo, CnapsCode, PayMonth, PaymentId, RegionCode, Uscc};
use crate::line_state::{FailureReason, LineEvent, LineState};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

macro_rules! as_text {
    ($($value:ty => $read:expr, $write:expr;)*) => {$(
        impl Serialize for $value {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                let write: fn(&$value) -> String = $write;
                serializer.serialize_str(&write(self))
            }
        }
        impl<'de> Deserialize<'de> for $value {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<'_, str>::deserialize(deserializer)?;
                let read: fn(&str) -> Option<$value> = $read;
                read(&text).ok_or_else(|| {
                    D::Error::custom(concat!("not a ", stringify!($value)))
                })
            }
        }
    )*};
}

as_text! {
    Uscc => |text| Uscc::parse(text).ok(), ToString::to_string;
    BankCode => |text| BankCode::parse(text).ok(), ToString::to_string;
    BatchNo => |text| BatchNo::parse(text).ok(), ToString::to_string;
    BatchId => |text| BatchId::parse(text).ok(), ToString::to_string;
    PaymentId => |text| PaymentId::parse(text).ok(), ToString::to_string;
    PayMonth => |text| PayMonth::parse(text).ok(), ToString::to_string;
    RegionCode => |text| RegionCode::parse(text).ok(), ToString::to_string;
    CnapsCode => |text| CnapsCode::parse(text).ok(), ToString::to_string;
    LineState => LineState::parse, ToString::to_string;
    FailureReason => FailureReason::parse, ToString::to_string;
    LineEvent => LineEvent::parse, |event| event.as_str().to_owned();
}
