//! Changed bytes in a journal at rest: a flipped bit anywhere, records dropped, doubled and
//! swapped, and a cut at every byte. Each is found by `verify`, which names segment, offset and
//! sequence of the record that was hit.

use super::beside;
use super::ground::Firm;
use super::load::{Employer, call};
use super::program::run as command;
use super::rounds::Epoch;
use super::stage::Stage;
use super::tally::{self, violation, violations};
use hyper::Method;
use journal::disk::{Disk as _, MemoryDisk, OsDisk};
use journal::{Report, verify, verify_with};
use schemas::people::SplitMix64;
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;
use std::time::Duration;

/// A record and where it is.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Place {
    segment: String,
    offset: usize,
    bytes: usize,
    sequence: u64,
}

/// A sound journal in memory, with the places of its records.
struct Sound {
    dir: PathBuf,
    segments: Vec<(String, Vec<u8>)>,
    places: Vec<Place>,
}

impl Sound {
    fn read(folder: &Path) -> Self {
        let dir = PathBuf::from("/journal");
        let mut names: Vec<_> = std::fs::read_dir(folder)
            .unwrap()
            .map(Result::unwrap)
            .collect();
        names.sort_by_key(std::fs::DirEntry::file_name);
        let mut segments = Vec::new();
        for entry in names {
            let name = entry.file_name().into_string().unwrap();
            let bytes = std::fs::read(entry.path()).unwrap();
            segments.push((name, bytes));
        }
        let mut places = Vec::new();
        let (mut at, mut offset) = (0, 0);
        let report = verify_with(&OsDisk, folder, 0, &mut |passed| {
            if offset == segments[at].1.len() {
                (at, offset) = (at + 1, 0);
            }
            let bytes = usize::try_from(passed.bytes).unwrap();
            let segment = segments[at].0.clone();
            places.push(Place {
                segment,
                offset,
                bytes,
                sequence: passed.sequence,
            });
            offset += bytes;
        });
        assert!(report.unwrap().is_sound(), "a clean stop");
        let all: usize = segments.iter().map(|(_, bytes)| bytes.len()).sum();
        assert_eq!(
            places.iter().map(|place| place.bytes).sum::<usize>(),
            all,
            "no byte outside"
        );
        Self {
            dir,
            segments,
            places,
        }
    }

    fn bytes(&self) -> usize {
        self.segments.iter().map(|(_, bytes)| bytes.len()).sum()
    }

    /// The report about the journal with other bytes in one segment. Each time on a disk of its
    /// own: the one in memory keeps what was replaced, and millions of journals fill a machine.
    fn with(&self, segment: &str, bytes: Vec<u8>) -> Report {
        let disk = MemoryDisk::new();
        disk.create_dir_all(&self.dir).unwrap();
        for (name, own) in self.segments.iter().filter(|(name, _)| name != segment) {
            disk.put(&self.dir.join(name), own.clone());
        }
        disk.put(&self.dir.join(segment), bytes);
        verify(&disk, &self.dir).unwrap()
    }

    /// The last record that is whole where a segment is cut to a length.
    fn last_whole(&self, segment: &str, length: usize) -> u64 {
        let is_whole = |place: &&Place| match place.segment.as_str().cmp(segment) {
            std::cmp::Ordering::Less => true,
            std::cmp::Ordering::Equal => place.offset + place.bytes <= length,
            std::cmp::Ordering::Greater => false,
        };
        let whole = self.places.iter().take_while(is_whole).last();
        whole.map_or(0, |place| place.sequence)
    }

    /// The journal must be found damaged, first at the place.
    fn damaged_at(&self, what: &str, place: &Place, report: &Report) {
        let first = report
            .damages
            .first()
            .map(|damage| (damage.segment.clone(), damage.offset, damage.sequence));
        let expected = (place.segment.clone(), place.offset as u64, place.sequence);
        if report.is_sound() || first.as_ref() != Some(&expected) {
            violation(&format!("M10 {what}: {first:?}, must be {expected:?}"));
        }
    }
}

/// A small journal that the real program wrote.
async fn written(seed: u64) -> Epoch {
    let stage = Stage::set(seed).await;
    let ground = Firm::at(&stage.path("ground"));
    let mut epoch = Epoch::begin(stage, Box::new(ground), seed);
    let serving = epoch.start().expect("it starts");
    let shared = epoch.callers(&serving);
    let employer = Employer::new(&shared, 0, seed);
    let at_work = tokio::spawn(employer.work());
    tokio::time::sleep(Duration::from_millis(700)).await;
    shared.stop.store(true, Ordering::SeqCst);
    at_work.await.unwrap();
    let mut caller = shared.client(&shared.payers[0].person("maker"));
    let listed = call(&mut caller, (Method::GET, "/v1/batches"), Vec::new()).await;
    assert!(
        listed.is_some_and(|answer| answer.status == 200),
        "it serves"
    );
    drop(shared);
    epoch.end();
    assert_eq!(serving.stop(), Ok(0), "a clean stop");
    epoch
}

/// `wanted` flips in all, spread over every byte; with 8 for each byte, every bit.
pub async fn run(wanted: u64, seed: u64, keep: Option<&Path>) {
    tally::at(format!("flip, seed {seed}, setting up"));
    let epoch = written(seed).await;
    let data = epoch.stage.path("ground/data");
    let sound = Sound::read(&data.join("journal"));
    let (bytes, records) = (sound.bytes(), sound.places.len());
    let segments = sound.segments.len();
    tally::progress(&format!(
        "flip: a journal of {bytes} bytes, {records} records, {segments} segments"
    ));
    let before = violations().len();
    flips(&sound, wanted);
    shuffles(&sound);
    truncations(&sound, wanted);
    let mut draw = SplitMix64::new(seed);
    by_verify(&sound, &data, &mut draw);
    let mut epoch = epoch;
    by_serve(&sound, &mut epoch, &mut draw);
    beside::verified(&data, &mut draw);
    beside::started(&mut epoch, &mut draw).await;
    if violations().len() > before {
        epoch.keep(keep, &format!("flip-{seed}"));
    }
}

fn flips(sound: &Sound, wanted: u64) {
    tally::at("flip, one bit".to_owned());
    let all = sound.bytes() as u64 * 8;
    let stride = (all / wanted.max(1)).max(1);
    let mut bit = 0;
    for place in &sound.places {
        let (_, own) = sound
            .segments
            .iter()
            .find(|(name, _)| *name == place.segment)
            .unwrap();
        let end = bit + place.bytes as u64 * 8;
        let begun = bit;
        for at in (begun..end).filter(|at| at % stride == 0) {
            let within = at - begun;
            let byte = place.offset + usize::try_from(within / 8).unwrap();
            let mut changed = own.clone();
            changed[byte] ^= 1 << (within % 8);
            let report = sound.with(&place.segment, changed);
            sound.damaged_at(
                &format!("bit {} of byte {byte}", within % 8),
                place,
                &report,
            );
            tally::FLIPS.add(1);
        }
        bit = end;
    }
}

/// Neighbours in one segment: one dropped, one doubled, two swapped.
fn shuffles(sound: &Sound) {
    tally::at("flip, records dropped, doubled, swapped".to_owned());
    for pair in sound.places.windows(2) {
        let [one, two] = pair else { continue };
        if one.segment != two.segment {
            continue;
        }
        let (_, own) = sound
            .segments
            .iter()
            .find(|(name, _)| *name == one.segment)
            .unwrap();
        let (start, middle, end) = (one.offset, two.offset, two.offset + two.bytes);
        let (first, second) = (&own[start..middle], &own[middle..end]);
        for (what, between) in [
            ("dropped", second.to_vec()),
            ("doubled", [first, first, second].concat()),
            ("swapped", [second, first].concat()),
        ] {
            let changed = [&own[..start], &between, &own[end..]].concat();
            let report = sound.with(&one.segment, changed);
            let named = report.damages.first();
            // A doubled record is wrong where its copy begins, the others where it should be.
            let expected = if what == "doubled" { middle } else { start };
            let is_named = named.is_some_and(|damage| {
                damage.segment == one.segment && damage.offset == expected as u64
            });
            if report.is_sound() || !is_named {
                violation(&format!("M10 {what}: record {}: {named:?}", one.sequence));
            }
            tally::SHUFFLES.add(1);
        }
    }
}

fn truncations(sound: &Sound, wanted: u64) {
    tally::at("flip, cut off".to_owned());
    let stride = (sound.bytes() as u64 / wanted.max(1)).max(1);
    for (number, (name, own)) in sound.segments.iter().enumerate() {
        let is_last = number + 1 == sound.segments.len();
        for length in (0..own.len()).filter(|length| (*length as u64).is_multiple_of(stride)) {
            let report = sound.with(name, own[..length].to_vec());
            let whole = sound.last_whole(name, length);
            let first = report.damages.first();
            let is_named = match first {
                // What is left of the last segment is sound, without its closing record: the report
                // ends where the bytes do.
                None => is_last && report.head_sequence == whole,
                // Else the record that is no more, or the next segment, which does not follow.
                Some(damage) => damage.sequence == whole + 1,
            };
            if report.is_sound() || !is_named {
                violation(&format!("M10 {name} cut to {length} bytes: {report:?}"));
            }
            tally::TRUNCATIONS.add(1);
        }
    }
}

/// How many changes the real program is asked about.
const ASKED: u64 = 24;
/// How many of them it is started on.
const STARTED: u64 = 6;

/// The real program on the folder itself: `verify` says where, ends with 1 and changes nothing.
fn by_verify(sound: &Sound, data: &Path, draw: &mut SplitMix64) {
    tally::at("flip, anxin verify".to_owned());
    let folder = data.display().to_string();
    for _ in 0..ASKED {
        let number = usize::try_from(draw.below(sound.places.len() as u64)).unwrap();
        let place = &sound.places[number];
        let within = usize::try_from(draw.below(place.bytes as u64)).unwrap();
        let path = data.join("journal").join(&place.segment);
        let own = std::fs::read(&path).unwrap();
        let mut changed = own.clone();
        changed[place.offset + within] ^= 1 << draw.below(8);
        std::fs::write(&path, &changed).unwrap();
        let output = command(&["verify", "--json", "--data", &folder]);
        let told: Value = serde_json::from_slice(&output.stdout).unwrap_or_default();
        let first = &told["damages"][0];
        let named = (
            first["segment"].as_str(),
            first["offset"].as_u64(),
            first["sequence"].as_u64(),
        );
        let expected = (
            Some(&*place.segment),
            Some(place.offset as u64),
            Some(place.sequence),
        );
        if output.status.code() != Some(1) || named != expected {
            violation(&format!(
                "M10 verify: {:?} {named:?}, must be {expected:?}",
                output.status
            ));
        }
        if std::fs::read(&path).unwrap() != changed {
            violation("M10 verify changed a file");
        }
        std::fs::write(&path, &own).unwrap();
        tally::FLIPS.add(1);
    }
    let output = command(&["verify", "--json", "--data", &folder]);
    if output.status.code() != Some(0) {
        violation("M10 the bytes as they were are not sound any more");
    }
}

/// It does not start on a changed record, and changes nothing. The last record may be an
/// interrupted write, and is left out.
fn by_serve(sound: &Sound, epoch: &mut Epoch, draw: &mut SplitMix64) {
    tally::at("flip, anxin serve".to_owned());
    let ground = epoch.ground.path();
    for _ in 0..STARTED {
        let number = draw.below(sound.places.len() as u64 - 1);
        let place = &sound.places[usize::try_from(number).unwrap()];
        let path = ground.join("data/journal").join(&place.segment);
        let own = std::fs::read(&path).unwrap();
        let mut changed = own.clone();
        changed[place.offset + place.bytes / 2] ^= 0x10;
        std::fs::write(&path, &changed).unwrap();
        let mut serving = epoch.stage.spawn(&ground);
        match (serving.ready(), serving.exited()) {
            (Err(_), Some(3)) => tally::REFUSED_STARTS.add(1),
            other => violation(&format!(
                "M10 it starts on record {}: {other:?}",
                place.sequence
            )),
        }
        if std::fs::read(&path).unwrap() != changed {
            violation("M10 a start on a damaged journal changed it");
        }
        std::fs::write(&path, &own).unwrap();
    }
}
