//! Anxin Gateway: wage payments between employers, banks and the labour regulators of a province.

pub mod channel;
pub mod clock;
pub mod configuration;
pub mod telemetry;
