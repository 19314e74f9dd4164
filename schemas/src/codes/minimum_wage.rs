//! Minimum wages of Zhejiang by tier and first day.

use super::CodesError;
use super::list::{Day, ListFile};
use crate::value::{Fen, RegionCode};
use serde::Deserialize;
use std::sync::LazyLock;
use time::Date;

pub(super) const FILE: ListFile = ListFile {
    name: "minimum_wage.toml",
    text: include_str!("../../codes/minimum_wage.toml"),
};

static WAGES: LazyLock<Vec<MinimumWage>> = LazyLock::new(|| load().unwrap_or_default());

/// A minimum wage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "Row")]
pub struct MinimumWage {
    /// The region that it covers; each county of it says which tier is its own.
    pub region: RegionCode,
    /// 1 is the highest tier.
    pub tier: u8,
    /// First day.
    pub from: Date,
    /// For a month of full-time work.
    pub monthly: Fen,
    /// For an hour of part-time work.
    pub hourly: Fen,
}

/// The wages that hold on `date`, for each region and tier the newest, in the list's order.
#[must_use]
pub fn minimum_wages(date: Date) -> Vec<MinimumWage> {
    let begun = || WAGES.iter().filter(move |wage| wage.from <= date);
    begun()
        .filter(|wage| {
            let newer = |other: &MinimumWage| {
                (other.region, other.tier) == (wage.region, wage.tier) && other.from > wage.from
            };
            !begun().any(newer)
        })
        .copied()
        .collect()
}

pub(super) fn load() -> Result<Vec<MinimumWage>, CodesError> {
    let rows: Rows = FILE.rows()?;
    Ok(rows.wages)
}

#[derive(Deserialize)]
struct Rows {
    wages: Vec<MinimumWage>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    region: String,
    tier: u8,
    from: Day,
    monthly_fen: i64,
    hourly_fen: i64,
}

impl TryFrom<Row> for MinimumWage {
    type Error = String;

    fn try_from(row: Row) -> Result<Self, Self::Error> {
        let amount = |fen| Fen(fen).positive().map_err(|why| why.to_string());
        Ok(Self {
            region: RegionCode::parse(&row.region).map_err(|why| why.to_string())?,
            tier: row.tier,
            from: row.from.0,
            monthly: amount(row.monthly_fen)?,
            hourly: amount(row.hourly_fen)?,
        })
    }
}
