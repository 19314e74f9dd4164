//! Each answer that shows a batch names what it waits for and since when, whatever fails meanwhile.

use super::waits::{self, Since};
use crate::clock::unix_ms;
use crate::simulation::checker::{Looks, View};
use crate::simulation::checkers::cursor::text;
use crate::simulation::checkers::reading::Reading;
use crate::simulation::faults::FaultKind;
use crate::simulation::outside::{Answer, Call, Outside};
use schemas::value::BatchId;
use serde_json::Value;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// These may keep a record from being read or written, in whatever life of the gateway.
const OF_THE_DISK: [FaultKind; 8] = [
    FaultKind::TornWrite,
    FaultKind::ReorderedWrite,
    FaultKind::PowerLostInside,
    FaultKind::SyncFails,
    FaultKind::ShortWrite,
    FaultKind::DiskFull,
    FaultKind::SlowDisk,
    FaultKind::ReadError,
];

/// What is known of the journal in this life of the gateway.
#[derive(Default)]
pub(super) struct Journal {
    life: u32,
    /// How often the disk had failed when the life began.
    failures: u64,
    /// The clock when the journal was last seen to take records, and how often it had been set
    /// back by then.
    sound: (i64, u64),
    /// The step after which it was first seen to take none.
    failed: Option<u64>,
    /// Since when it takes none, as it was said first.
    said: Option<String>,
}

/// What a batch is shown to wait for.
struct Shown<'a> {
    reading: &'a Reading,
    batch: BatchId,
    what: Option<&'a str>,
    why: &'a str,
    since: &'a str,
    /// It was made between these records.
    records: (u64, u64),
}

fn times(outside: &Outside, kinds: &[FaultKind]) -> u64 {
    let struck = |kind| outside.struck.get(kind).copied().unwrap_or(0);
    kinds.iter().map(struck).sum()
}

impl Journal {
    /// Sees whether it takes records.
    pub(super) fn look(&mut self, view: &View<'_>) {
        let (outside, now) = (view.outside, view.outside.now);
        if self.life != now.life {
            *self = Self {
                life: now.life,
                failures: times(outside, &OF_THE_DISK),
                ..Self::default()
            };
        }
        if view.core.journal().health().is_ok() {
            self.sound = (now.at_ms, times(outside, &[FaultKind::ClockBack]));
        } else {
            self.failed.get_or_insert(now.step);
        }
    }

    /// An answer to somebody of the world.
    pub(super) fn answered(
        &mut self,
        (view, reading): (&View<'_>, &Reading),
        (call, answer): (&Call, &Answer),
        looks: &mut Looks,
    ) {
        let parts: Vec<&str> = call.parts().collect();
        let is_read = call.method == "GET" && answer.status == 200;
        // Where the disk gives no records just now, nothing can be compared.
        if !is_read || reading.auditor.read() < answer.durable {
            return;
        }
        let body = answer.json();
        let shown: Vec<&Value> = match parts.as_slice() {
            [_, "batches", _] => vec![&body],
            [_, "batches"] => {
                let listed = body.get("batches").and_then(Value::as_array);
                listed.into_iter().flatten().collect()
            }
            _ => return,
        };
        for one in shown {
            let Some(shown) = Shown::of(reading, one, (call.durable, answer.durable)) else {
                continue;
            };
            let in_this_life = call.begun.life == self.life;
            let failed = self.failed.filter(|_| in_this_life);
            if failed.is_some_and(|step| call.begun.step > step) && !shown.may_have_ended() {
                self.fails(view.outside, (&shown, answer), looks);
            } else if shown.what == Some("installation") {
                // A record that could not be read hinders what is made of it.
                let is_hindered = shown.why == "record_unreadable" || shown.why == "journal";
                let failures = times(view.outside, &OF_THE_DISK);
                let may_be = !in_this_life || failed.is_some() || failures > self.failures;
                looks.demand(is_hindered && may_be, || shown.unfit("lacks nothing"));
            } else {
                shown.hold(looks);
            }
        }
    }

    /// The journal has failed before it was asked: that is said of every batch, since one moment.
    fn fails(
        &mut self,
        outside: &Outside,
        (shown, answer): (&Shown<'_>, &Answer),
        looks: &mut Looks,
    ) {
        let is_named = shown.what == Some("installation") && shown.why == "journal";
        looks.hold(is_named, || {
            shown.unfit("stands, since the journal takes no records")
        });
        if !is_named {
            return;
        }
        let first = self.said.get_or_insert_with(|| shown.since.to_owned());
        looks.hold(first == shown.since, || {
            format!(
                "{}; before it was since {first}",
                shown.unfit("waits for the journal")
            )
        });
        let (sound_ms, backs) = self.sound;
        let is_set_back = times(outside, &[FaultKind::ClockBack]) > backs;
        let is_since = shown
            .since_ms()
            .is_some_and(|since_ms| (sound_ms..=answer.at.at_ms).contains(&since_ms));
        looks.hold(is_since || is_set_back, || {
            let at_ms = answer.at.at_ms;
            shown.unfit(&format!("failed between {sound_ms} and {at_ms}"))
        });
    }
}

/// At the end, when nothing fails: what a batch is shown to wait for then.
pub(super) fn at_rest(reading: &Reading, body: &Value, looks: &mut Looks) {
    let read = reading.auditor.read();
    if let Some(shown) = Shown::of(reading, body, (read, read)) {
        shown.hold(looks);
    }
}

impl<'a> Shown<'a> {
    fn of(reading: &'a Reading, body: &'a Value, records: (u64, u64)) -> Option<Self> {
        let batch = BatchId::parse(text(body, "batch_id")).ok()?;
        let waits = body.get("waits_for").unwrap_or(&Value::Null);
        Some(Self {
            reading,
            batch,
            what: waits.get("what").and_then(Value::as_str),
            why: text(waits, "why"),
            since: text(waits, "since"),
            records,
        })
    }

    fn since_ms(&self) -> Option<i64> {
        OffsetDateTime::parse(self.since, &Rfc3339)
            .ok()
            .map(unix_ms)
    }

    /// What may be said of it: by any of the records between which it was made.
    fn fits(&self) -> impl Iterator<Item = waits::Fit> {
        let (from, to) = self.records;
        (from..=to).flat_map(|at| waits::after(self.reading, self.batch, at))
    }

    fn may_have_ended(&self) -> bool {
        self.fits().any(|(what, _)| what.is_none())
    }

    fn hold(&self, looks: &mut Looks) {
        let since_ms = self.since_ms();
        let times = &self.reading.times;
        let is_since = |since: Since| match since {
            Since::At(moments) if self.what.is_none() => moments.is_empty(),
            Since::At(moments) => since_ms.is_some_and(|ms| moments.contains(&ms)),
            Since::Any => times.values().any(|time_ms| Some(*time_ms) == since_ms),
        };
        let mut fits = self.fits();
        let holds = fits.any(|(what, since)| what == self.what && is_since(since));
        looks.hold(holds && self.why.is_empty(), || {
            let fits: Vec<waits::Fit> = self.fits().collect();
            self.unfit(&format!("may be {fits:?}"))
        });
    }

    fn unfit(&self, what: &str) -> String {
        let (batch, (from, to)) = (self.batch, self.records);
        let (waits, why, since) = (self.what, self.why, self.since);
        let since_ms = self.since_ms();
        format!(
            "{batch} is shown to wait for {waits:?} {why} since {since} ({since_ms:?}), and {what} \
             (records {from} to {to})"
        )
    }
}
