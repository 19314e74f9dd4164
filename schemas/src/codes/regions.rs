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

/// First two digits of the provinces of GB/T 2260.
const PROVINCES: [&str; 34] = [
    "11", "12", "13", "14", "15", "21", "22", "23", "31", "32", "33", "34", "35", "36", "37", "41",
    "42", "43", "44", "45", "46", "50", "51", "52", "53", "54", "61", "62", "63", "64", "65", "71",
    "81", "82",
];

/// The province of our list.
const OWN_PROVINCE: &str = "33";

/// Whether the first two digits of a region are a province's.
#[must_use]
pub fn province_known(region: RegionCode) -> bool {
    let province = region.as_str().get(..2);
    province.is_some_and(|province| PROVINCES.contains(&province))
}

/// Whether a region exists as far as we can tell: in Zhejiang the list decides, elsewhere the
/// province. A county that was abolished is not known, though old codes still name it.
#[must_use]
pub fn region_known(region: RegionCode) -> bool {
    let own = region.as_str().starts_with(OWN_PROVINCE);
    province_known(region) && (!own || REGIONS.contains_key(&region))
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
