//! The definition language as JSON Schema: what an editor completes and marks while a definition
//! is written. Made from the types that read definitions, so that it can't say anything else.

use super::bank::Preset;
use super::dialect::Dialect;
use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema};

/// A type whose schema is that of the raw form in which it is written.
macro_rules! written_as {
    ($type:ty, $raw:ty) => {
        impl schemars::JsonSchema for $type {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($type).into()
            }

            fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
                <$raw>::json_schema(generator)
            }
        }
    };
}
pub(crate) use written_as;

/// The schema of `dialects/<name>/dialect.toml`.
#[must_use]
pub fn of_dialect() -> Schema {
    of::<Dialect>()
}

/// The schema of `banks/<CODE>/bank.toml`.
#[must_use]
pub fn of_bank() -> Schema {
    of::<Preset>()
}

/// Draft 7: what editors' TOML servers read.
fn of<T: JsonSchema>() -> Schema {
    SchemaSettings::draft07()
        .into_generator()
        .into_root_schema_for::<T>()
}
