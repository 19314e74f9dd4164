//! What was counted and what was found, for the summary.

use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

static FOUND: Mutex<Vec<String>> = Mutex::new(Vec::new());
static PLACE: Mutex<String> = Mutex::new(String::new());

/// Where the run is, for what is found next.
pub fn at(place: String) {
    *PLACE.lock().unwrap() = place;
}

/// Something that must never be.
pub fn violation(what: &str) {
    let place = PLACE.lock().unwrap().clone();
    let what = format!("{place}: {what}");
    eprintln!("VIOLATION {what}");
    FOUND.lock().unwrap().push(what);
}

pub fn violations() -> Vec<String> {
    FOUND.lock().unwrap().clone()
}

static TELLS: AtomicBool = AtomicBool::new(false);

/// Progress is told on stderr from now on.
pub fn tell() {
    TELLS.store(true, Ordering::SeqCst);
}

/// How far it is.
pub fn progress(what: &str) {
    if TELLS.load(Ordering::SeqCst) {
        eprintln!("{what}");
    }
}

/// Something counted.
pub struct Count {
    name: &'static str,
    value: AtomicU64,
}

impl Count {
    pub const fn of(name: &'static str) -> Self {
        Self {
            name,
            value: AtomicU64::new(0),
        }
    }

    pub fn add(&self, more: u64) {
        self.value.fetch_add(more, Ordering::SeqCst);
    }
}

macro_rules! counts {
    ($($name:ident),+ $(,)?) => {
        $(pub static $name: Count = Count::of(stringify!($name));)+
        static ALL: &[&Count] = &[$(&$name),+];
    };
}

counts!(
    ROUNDS,
    DEATHS_WHILE_STARTING,
    DEATHS_UNDER_LOAD,
    DEATHS_WHILE_STOPPING,
    TORN_TAILS,
    OPEN_INTENTS,
    LEFT_UNANSWERED,
    ASKED_AFTERWARDS,
    CALLS_IN_FLIGHT,
    ANSWERS_REPEATED,
    BATCHES,
    BATCHES_ACKNOWLEDGED,
    APPROVALS_ACKNOWLEDGED,
    WITHDRAWALS_ACKNOWLEDGED,
    CORRECTIONS,
    BANK_FILES,
    LINES_INSTRUCTED,
    PUSHES_RECEIPTED,
    QUESTIONS,
    RECORDS,
    LINES_PAID,
    LINES_FAILED,
    LINES_RETURNED,
    LINES_UNKNOWN,
    LINES_ACCEPTED,
    CLEAN_STOPS,
    BACKUPS,
    BACKUPS_UNDER_WAY_AT_THE_END,
    BATCHES_IN_BACKUPS,
    BATCHES_AFTER_THE_BACKUP,
    RESTORES,
    APPROVALS_BARRED,
    TAKEN_BACK_AFTER_A_RESTORE,
    COPIES_AGAIN,
    WRITES_DROPPED,
    WRITES_TORN,
    FILES_REORDERED,
    NAMES_FORGOTTEN,
    STALE_CACHES,
    FAULTS_INJECTED,
    ABORTS,
    SYNCS_FAILED,
    WRITES_CUT_SHORT_OR_WITHOUT_ROOM,
    READS_FAILED,
    READS_FLIPPED,
    CHANGES_REFUSED_READ_ONLY,
    HARMED_STARTS,
    REFUSED_STARTS,
    READINESS_FAILED,
    HONEST_REFUSALS,
    FLIPS,
    TRUNCATIONS,
    SHUFFLES,
);

/// What was done to a disk on purpose, how often.
static HARMS: Mutex<BTreeMap<&'static str, u64>> = Mutex::new(BTreeMap::new());

/// A disk is harmed in this way from now on.
pub fn harm(name: &'static str) {
    *HARMS.lock().unwrap().entry(name).or_default() += 1;
}

/// Every harm that was done.
pub fn harms() -> Value {
    json!(*HARMS.lock().unwrap())
}

/// A call failed, or told something wrong, because of a harm.
pub fn fault(kind: &Count) {
    FAULTS_INJECTED.add(1);
    kind.add(1);
}

/// Everything that was counted and is not nothing.
pub fn summary() -> Value {
    let counted = ALL.iter().filter_map(|count| {
        let value = count.value.load(Ordering::SeqCst);
        (value > 0).then(|| (count.name.to_lowercase(), json!(value)))
    });
    Value::Object(counted.collect())
}
