//! A start over a bad disk: it refuses and says where, or starts as if nothing was.

use super::dice::Dice;
use super::faults::FaultKind;
use super::gate;
use super::trouble::POWER_LOST;
use super::world::World;
use journal::disk::Faults;
use std::path::PathBuf;

impl World {
    /// Trouble while it opens: a read fails, or power goes again. It must not start then, or start
    /// as if nothing was.
    pub(super) fn stumbles(&mut self, dice: &Dice) {
        for kind in [FaultKind::ReadError, FaultKind::PowerLostInside] {
            if !(self.stage.may(kind) && dice.one_in(4)) {
                continue;
            }
            let mut faults = Faults::default();
            if kind == FaultKind::ReadError {
                faults.read = Some(1 + dice.below(20));
            } else {
                faults.power = Some(dice.below(6));
            }
            // A start that breaks off may have begun to write.
            self.troubles.is_closed = false;
            self.disk.set_faults(faults);
            let of_life = (self.seed, self.life + 1000);
            let disk = self.disk.clone();
            let opened = gate::open(&self.stage, &self.installation, disk, of_life);
            if opened.is_err() {
                self.stage.struck(kind);
            }
            drop(opened);
            self.disk = self.disk.after_power_cut(POWER_LOST, dice.draw());
        }
    }

    /// A bit of what is stored is another one: it must not start, and say where.
    pub(super) fn refuses_flipped(&mut self) {
        // The very last group may be torn for all that anybody can know.
        let before = self.troubles.ends.0;
        let last = format!("{:020}.seg", before.segment);
        let dice = self.troubles.dice.clone();
        let segments = self.disk.files().into_iter();
        let is_segment = |path: &PathBuf| path.extension().is_some_and(|end| end == "seg");
        let is_before = |path: &PathBuf| path.file_name().is_some_and(|name| *name <= *last);
        let segments = segments.filter(is_segment).filter(is_before);
        let segments: Vec<PathBuf> = segments.collect();
        let Some(path) = dice.pick_of(&segments) else {
            return;
        };
        let Some(whole) = self.disk.bytes(&path) else {
            return;
        };
        let end = match path.file_name().is_some_and(|name| *name == *last) {
            true => before.offset.min(whole.len() as u64),
            false => whole.len() as u64,
        };
        if end == 0 {
            return;
        }
        let at = usize::try_from(dice.below(end)).unwrap_or_default();
        let mut flipped = whole.clone();
        if let Some(byte) = flipped.get_mut(at) {
            *byte ^= 1 << dice.below(8);
        }
        self.disk.put(&path, flipped);
        let of_life = (self.seed, self.life + 1000);
        let disk = self.disk.clone();
        match gate::open(&self.stage, &self.installation, disk, of_life) {
            Err(error) => {
                let said = crate::chain(&error);
                let name = path.file_name().unwrap_or_default().to_string_lossy();
                if !said.contains(name.as_ref()) {
                    let what = format!("a flipped bit at {at} of {name} is told as: {said}");
                    self.violated("M10", what);
                }
            }
            Ok(_) => {
                let what = format!("a flipped bit at {at} of {} is not seen", path.display());
                self.violated("M10", what);
            }
        }
        self.disk.put(&path, whole);
    }
}
