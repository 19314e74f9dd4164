//! Disks that refuse in the middle of the work: full, read-only, unable to sync. Nothing that was
//! acknowledged is lost, callers and readiness are told plainly, nothing is acknowledged any more
//! in that process, and after the repair that RUNBOOK names everything goes on.

use super::ground::Ground;
use super::layer::Layer;
use super::layer::disk::Faults;
use super::load::{Employer, Shared, call, text};
use super::power::Image;
use super::rounds::Epoch;
use super::serving::Serving;
use super::stage::Stage;
use super::tally::{self, violation, violations};
use super::wages::Wages;
use hyper::Method;
use schemas::people::SplitMix64;
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// Within this time a failed write shows.
const SHOWS_WITHIN: Duration = Duration::from_secs(10);

/// What a disk does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Harm {
    /// ext4, every block taken.
    Full,
    /// ext4 after an error of its device.
    ReadOnly,
    /// A sync is called done and is lost; from then on the disk takes nothing.
    GivesUp,
    /// No sync works.
    NoSync,
    /// The last write is short, then there is no room.
    ShortWrite,
}

impl Harm {
    pub const ALL: [Self; 5] = [
        Self::Full,
        Self::ReadOnly,
        Self::GivesUp,
        Self::NoSync,
        Self::ShortWrite,
    ];

    /// Whether the disk must be mounted again, without the program.
    fn is_for_good(self) -> bool {
        matches!(self, Self::ReadOnly | Self::GivesUp)
    }
}

/// A ground that the play keeps its hand on.
#[derive(Clone)]
enum Held {
    Image(Arc<Mutex<Image>>),
    Layer(Arc<Mutex<Layer>>),
}

impl Held {
    fn make(harm: Harm, mount: &Path, seed: u64) -> Result<Self, String> {
        Ok(match harm {
            Harm::Full | Harm::ReadOnly => {
                Self::Image(Arc::new(Mutex::new(Image::make(mount, seed)?)))
            }
            Harm::GivesUp | Harm::NoSync | Harm::ShortWrite => {
                Self::Layer(Arc::new(Mutex::new(Layer::make(mount, seed)?)))
            }
        })
    }

    fn harm(&self, harm: Harm, draw: &mut SplitMix64) {
        let room = 4_096 * draw.below(60);
        match self {
            Self::Image(image) if harm == Harm::Full => image.lock().unwrap().fill(room).unwrap(),
            Self::Image(image) => image.lock().unwrap().abort().unwrap(),
            Self::Layer(layer) => layer.lock().unwrap().fail(match harm {
                Harm::GivesUp => Faults {
                    gives_up_after: Some(draw.below(20)),
                    ..Faults::default()
                },
                Harm::NoSync => Faults {
                    syncs_left: Some(draw.below(20)),
                    ..Faults::default()
                },
                _ => Faults {
                    bytes_left: Some(room + draw.below(4_096)),
                    ..Faults::default()
                },
            }),
        }
    }

    /// Room is made while the program is still there.
    fn make_room(&self) {
        match self {
            Self::Image(image) => image.lock().unwrap().empty(),
            Self::Layer(layer) => layer.lock().unwrap().fail(Faults::default()),
        }
    }

    /// What needs the program gone: mounting again.
    fn mend(&self, harm: Harm) {
        match self {
            Self::Image(image) => image.lock().unwrap().again().unwrap(),
            Self::Layer(layer) if harm.is_for_good() => layer.lock().unwrap().disk().lose_power(),
            Self::Layer(_) => {}
        }
    }
}

impl Ground for Held {
    fn path(&self) -> PathBuf {
        match self {
            Self::Image(image) => image.lock().unwrap().path(),
            Self::Layer(layer) => layer.lock().unwrap().path(),
        }
    }

    fn die(&mut self, serving: Serving) -> Option<String> {
        match self {
            Self::Image(image) => image.lock().unwrap().die(serving),
            Self::Layer(layer) => layer.lock().unwrap().die(serving),
        }
    }
}

/// Rounds by the seed, each harm in turn.
pub async fn run(rounds: u64, seed: u64, keep: Option<&Path>) -> Result<(), String> {
    for round in 0..rounds {
        let harm = Harm::ALL[usize::try_from(round).unwrap() % Harm::ALL.len()];
        let own = seed.wrapping_mul(1_000_003).wrapping_add(round);
        let place = format!("full, seed {seed}, round {round}, {harm:?}");
        tally::progress(&place);
        tally::at(place);
        tally::ROUNDS.add(1);
        let before = violations().len();
        let stage = Stage::set(own).await;
        let ground = Held::make(harm, &stage.path("ground"), own)?;
        let mut epoch = Epoch::begin(stage, Box::new(ground.clone()), own);
        play(&mut epoch, &ground, harm).await;
        if violations().len() > before {
            epoch.keep(keep, &format!("full-{seed}-{round}"));
        }
    }
    Ok(())
}

async fn play(epoch: &mut Epoch, ground: &Held, harm: Harm) {
    let Some(mut serving) = epoch.start() else {
        return;
    };
    let shared = epoch.callers(&serving);
    let mut at_work = tokio::task::JoinSet::new();
    for place in 0..shared.payers.len() {
        at_work.spawn(Employer::new(&shared, place, epoch.draw.draw()).work());
    }
    tokio::time::sleep(Duration::from_millis(300 + epoch.draw.below(500))).await;
    shared.faulty.store(true, Ordering::SeqCst);
    ground.harm(harm, &mut epoch.draw);
    unready(&serving).await;
    shared.stop.store(true, Ordering::SeqCst);
    while at_work.join_next().await.is_some() {}
    refused(&shared, "while the disk refuses").await;
    if !harm.is_for_good() {
        ground.make_room();
        refused(&shared, "with room again, in the same process").await;
    }
    still_shown(&shared).await;
    drop(shared);
    epoch.end();
    if let Some(ended) = serving.ended() {
        violation(&format!(
            "M12 it ended by itself: {ended}: {}",
            epoch.last_words()
        ));
    }
    match serving.stop() {
        Ok(0 | 3) => {}
        other => violation(&format!("M12 the stop: {other:?}: {}", epoch.last_words())),
    }
    ground.mend(harm);
    epoch.look_at_the_dead();
    epoch.rest().await;
}

/// Readiness fails and names the journal.
async fn unready(serving: &Serving) {
    let begun = Instant::now();
    let mut told = String::new();
    while begun.elapsed() < SHOWS_WITHIN {
        told = serving.operation("/readyz").unwrap_or_default();
        if told.starts_with("HTTP/1.1 503") {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    match told.starts_with("HTTP/1.1 503") && told.contains("journal") {
        true => tally::READINESS_FAILED.add(1),
        false => violation(&format!("M12 readiness does not name the journal: {told}")),
    }
}

/// A file is refused in words, and is not acknowledged.
async fn refused(shared: &Shared, when: &str) {
    let payer = &shared.payers[0];
    let number = shared.numbers.fetch_add(1, Ordering::SeqCst);
    let wages = Wages::draw(payer, number, shared.seed);
    let bytes = wages.bytes.clone();
    shared.acks.lock().unwrap().trying(0, wages);
    let mut caller = shared.client(&payer.person("maker"));
    match call(&mut caller, (Method::POST, "/v1/batches"), bytes).await {
        Some(answer) if answer.status.is_server_error() => {
            let told = answer.json().unwrap_or_default();
            match told["title"].is_string() && told["status"] == answer.status.as_u16() {
                true => tally::HONEST_REFUSALS.add(1),
                false => violation(&format!("M12 {when}: no problem document: {told}")),
            }
        }
        Some(answer) => violation(&format!("M3 {when}: {} {}", answer.status, text(&answer))),
        None => violation(&format!("M12 {when}: no answer")),
    }
}

/// What is there can be read, or the answer says that it can't.
async fn still_shown(shared: &Shared) {
    let known = {
        let acks = shared.acks.lock().unwrap();
        let first = acks.batches.iter().find(|batch| batch.id().is_some());
        first.map(|batch| (batch.payer, format!("/v1/batches/{}", batch.id().unwrap())))
    };
    let Some((payer, path)) = known else { return };
    let mut caller = shared.client(&shared.payers[payer].person("maker"));
    match call(&mut caller, (Method::GET, &path), Vec::new()).await {
        Some(answer) if answer.status == 200 || answer.status.is_server_error() => {}
        other => violation(&format!(
            "M12 {path}: {:?}",
            other.map(|answer| answer.status)
        )),
    }
}
