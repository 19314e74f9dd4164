//! How a world begins: its date, banks, employers and troubles, all by the seed.

use super::court;
use super::dice::Dice;
use super::faults::FaultKind;
use super::gate::{Connection, Installation};
use super::keys;
use super::office::{self, Office};
use super::onlookers;
use super::operators;
use super::outside::{Employer, Sheet, Wage};
use super::sheet::{ACCOUNT, payee};
use super::stage::{Side, Stage};
use crate::clock::{Clock, ManualClock};
use crate::mandates::{Mandate, Mandates};
use crate::sandbox::keys::KeysError;
use adapters::{BankAdapter, Book, ConnectionValues};
use schemas::ValueError;
use schemas::codes::{BankCalendar, BankDay};
use schemas::people::uscc;
use schemas::value::{AccountNo, BankCode, PersonName};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use time::macros::datetime;
use time::{Date, Month, OffsetDateTime};

/// Days on which something ends or is missing.
const STARTS: [OffsetDateTime; 12] = [
    datetime!(2026-11-23 10:00 +8),
    datetime!(2026-11-23 15:50 +8),
    datetime!(2026-11-27 16:20 +8),
    datetime!(2026-09-30 14:00 +8),
    datetime!(2026-12-30 09:30 +8),
    datetime!(2026-12-31 15:30 +8),
    datetime!(2026-02-27 11:00 +8),
    datetime!(2026-02-12 16:00 +8),
    datetime!(2028-02-28 15:00 +8),
    datetime!(2028-02-29 09:00 +8),
    datetime!(2026-03-29 01:30 +8),
    datetime!(2026-10-25 02:30 +8),
];

const REGIONS: [&str; 3] = ["330110", "330203", "330302"];

/// Why a world can't begin: a defect of a definition.
#[derive(Debug, thiserror::Error)]
pub enum SceneError {
    /// The keys.
    #[error("the banks' keys can't be made")]
    Keys(#[from] KeysError),
    /// A value of ours.
    #[error("a value of the scene is wrong")]
    Value(#[from] ValueError),
    /// No bank.
    #[error("the book has no bank")]
    NoBank,
}

/// What a world begins with.
pub(super) struct Scene {
    pub installation: Installation,
    pub employers: Vec<Employer>,
    pub clock: Arc<ManualClock>,
    pub troubles: BTreeSet<FaultKind>,
}

/// The calendar of all worlds: the program's, and the years of the other starts.
fn calendar() -> BankCalendar {
    let mut days = BTreeMap::new();
    let years = [2027, 2028];
    for year in years {
        if let Ok(first) = Date::from_calendar_date(year, Month::January, 1) {
            days.insert(first, BankDay::Closed);
        }
    }
    BankCalendar::with(years.into_iter().collect(), days)
}

/// Draws a world.
///
/// # Errors
/// See [`SceneError`].
pub(super) fn draw(seed: u64, dice: &Dice, book: &'static Book) -> Result<Scene, SceneError> {
    let start = dice.pick(&STARTS).unwrap_or(STARTS[0]);
    let clock = Arc::new(ManualClock::new(start));
    let made = keys::all(book)?;
    let mut connections = Vec::new();
    for adapter in some_banks(dice, book) {
        let now = Arc::clone(&clock) as Arc<dyn Clock>;
        let ours = keys::of_world(adapter, made, seed, Arc::clone(&now));
        connections.push(Connection {
            adapter,
            theirs: ours.other_chair(),
            ours,
        });
    }
    if connections.is_empty() {
        return Err(SceneError::NoBank);
    }
    let count = 1 + u32::try_from(dice.below(3)).unwrap_or_default();
    let employers: Vec<Employer> = (0..count).map(|place| employer(seed, place)).collect();
    let mut mandates = Mandates::default();
    for connection in &connections {
        for employer in &employers {
            let account = AccountNo::parse(ACCOUNT)?;
            let mandate = Mandate {
                payer_name: PersonName::parse("样例建设有限公司工资专户")?,
                connection: ConnectionValues::default(),
            };
            mandates.register((employer.uscc, connection.adapter.code(), account), mandate);
        }
    }
    let troubles = FaultKind::ALL.into_iter().filter(|_| dice.one_in(2));
    Ok(Scene {
        installation: Installation {
            connections,
            mandates: Arc::new(mandates),
            book,
            calendar: Arc::new(calendar()),
            segment_bytes_max: 16_384 << dice.below(4),
            memory_bytes_max: 64 << dice.below(8),
        },
        employers,
        clock,
        troubles: troubles.collect(),
    })
}

/// One to three banks of the book.
fn some_banks(dice: &Dice, book: &'static Book) -> Vec<&'static BankAdapter> {
    let mut chosen: BTreeMap<BankCode, &'static BankAdapter> = BTreeMap::new();
    let all: Vec<&'static BankAdapter> = book.adapters().iter().collect();
    for _ in 0..=dice.below(3) {
        if let Some(adapter) = dice.pick(&all) {
            chosen.insert(adapter.code(), adapter);
        }
    }
    chosen.into_values().collect()
}

fn employer(seed: u64, place: u32) -> Employer {
    let at = usize::try_from(place).unwrap_or_default();
    let region = REGIONS.get(at).copied().unwrap_or("330110");
    let uscc = uscc(seed, place, region);
    let whole = format!("urn:anxin:employer:{uscc}");
    Employer {
        uscc,
        makers: vec![whole.clone(), format!("{whole}:person:maker")],
        checkers: vec![
            format!("{whole}:person:checker"),
            format!("{whole}:person:chief"),
        ],
    }
}

/// Sets everybody to work: so many files, and those who look on.
pub(super) fn populate(stage: &Arc<Stage>, scene: &Scene, (seed, batches): (u64, u32)) {
    let dice = stage.dice.fork();
    let mut first = 0;
    for number in 0..batches {
        let Some(employer) = dice.pick_of(&scene.employers) else {
            return;
        };
        let (sheet, next) = sheet(stage, scene, (seed, number), (&employer, first), &dice);
        first = next;
        let office = Office {
            stage: Arc::clone(stage),
            employer,
            dice: dice.fork(),
        };
        office::begin(&office, sheet, 0, 14 * 3600);
    }
    let operating = operators::operate(Arc::clone(stage), dice.fork());
    stage.spawn(Side::Outside, operating);
    let trespassing = operators::trespass(Arc::clone(stage), dice.fork(), parties(scene));
    stage.spawn(Side::Outside, trespassing);
    let watching = onlookers::watch(Arc::clone(stage), dice.fork(), parties(scene));
    stage.spawn(Side::Outside, watching);
    let keeping = court::keep(Arc::clone(stage), dice.fork(), parties(scene));
    stage.spawn(Side::Outside, keeping);
}

fn parties(scene: &Scene) -> Vec<String> {
    let employers = scene.employers.iter();
    let makers = employers.flat_map(|employer| employer.makers.clone());
    let banks = scene.installation.connections.iter();
    let banks = banks.map(|bank| format!("urn:anxin:bank:{}", bank.adapter.code()));
    let others = ["urn:anxin:regulator:330203", "urn:anxin:regulator:440100"];
    let others = others.into_iter().map(str::to_owned);
    makers.chain(banks).chain(others).collect()
}

/// A file of an employer; people from number `first` on. Gives the next number.
fn sheet(
    stage: &Stage,
    scene: &Scene,
    (seed, number): (u64, u32),
    (employer, first): (&Employer, u32),
    dice: &Dice,
) -> (Sheet, u32) {
    let banks: Vec<&Connection> = scene.installation.connections.iter().collect();
    let bank = dice.pick(&banks).unwrap_or(banks[0]).adapter;
    let (code, pays_others) = (bank.code(), bank.capability().other_banks);
    let count = 1 + u32::try_from(dice.below(4)).unwrap_or_default();
    let mut wages = Vec::new();
    for place in first..first + count {
        let other = dice.pick(&banks).filter(|_| pays_others && dice.one_in(4));
        let payee = payee(
            seed,
            place,
            other.map_or(code, |other| other.adapter.code()),
        );
        stage.outside().people.push(payee.clone());
        wages.push(Wage {
            payee,
            amount_fen: 300_000 + i64::from(place) * 10_001,
            corrects: None,
            is_flawed: false,
        });
    }
    let now = stage.clock.now();
    let region = dice.pick(&REGIONS).unwrap_or("330110");
    let sheet = Sheet {
        employer: employer.uscc.to_string(),
        batch_no: format!("GZ-{number:04}"),
        bank: code,
        pay_month: format!("{}-{:02}", now.year(), u8::from(now.month())),
        project: match dice.below(4) {
            0 => Some(format!("{region}202611000001")),
            1 => Some(format!("{region}202611000002")),
            _ => None,
        },
        is_old_spelling: false,
        policy: match dice.one_in(4) {
            true => "good_lines",
            false => "all_or_nothing",
        },
        wages,
    };
    (sheet, first + count)
}
