//! Regions of Zhejiang by GB/T 2260.

use super::CodesError;
use super::list::ListFile;
use crate::value::RegionCode;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::LazyLock;

pub(super) const FILE: ListFile = ListFile {
    name: "regions.toml",
    text: include_str!("../../codes/regions.toml"),
};

static REGIONS: LazyLock<BTreeMap<RegionCode, String>> =
    LazyLock::new(|| load().unwrap_or_default());

/// Name of a region of the list, Chinese. A region that is not of the list exists all the same:
/// nothing is refused for it.
#[must_use]
pub fn region_name(region: RegionCode) -> Option<&'static str> {
    REGIONS.get(&region).map(String::as_str)
}

/// Every region of the list with its name, by code: the province, 11 cities, 90 counties.
pub fn regions() -> impl Iterator<Item = (RegionCode, &'static str)> {
    REGIONS.iter().map(|(code, name)| (*code, name.as_str()))
}

pub(super) fn load() -> Result<BTreeMap<RegionCode, String>, CodesError> {
    let rows: Rows = FILE.rows()?;
    let mut regions = BTreeMap::new();
    for (code, name) in rows.regions {
        let region =
            RegionCode::parse(&code).map_err(|why| FILE.wrong(format!("{code}: {why}")))?;
        if regions.insert(region, name).is_some() {
            return Err(FILE.wrong(format!("{code} stands twice")));
        }
    }
    Ok(regions)
}

#[derive(Deserialize)]
struct Rows {
    regions: Vec<(String, String)>,
}
