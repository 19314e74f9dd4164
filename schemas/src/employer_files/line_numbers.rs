//! The set of line numbers seen, exact and compact.

use std::collections::BTreeMap;

/// Above this many numbers in a page of 65,536 a bitmap is smaller than a list.
const LIST_MAX: usize = 4096;

/// Numbers in pages of 65,536: a sorted list while few, a bitmap of 8 KiB then. A million
/// numbers from 1 take 128 KiB, a million scattered ones some 6 MiB.
#[derive(Default)]
pub(super) struct LineNumbers {
    pages: BTreeMap<u16, Page>,
}

enum Page {
    List(Vec<u16>),
    Bits(Vec<u64>),
}

impl LineNumbers {
    /// Adds a number; false when it was there.
    pub(super) fn insert(&mut self, number: u32) -> bool {
        let (high, low) = ((number >> 16) as u16, (number & 0xFFFF) as u16);
        let page = self
            .pages
            .entry(high)
            .or_insert_with(|| Page::List(Vec::new()));
        page.insert(low)
    }
}

impl Page {
    fn insert(&mut self, low: u16) -> bool {
        match self {
            Self::List(list) => {
                // Files count upwards: the end is the usual place.
                let place = match list.last() {
                    Some(last) if *last >= low => match list.binary_search(&low) {
                        Ok(_) => return false,
                        Err(place) => place,
                    },
                    Some(_) | None => list.len(),
                };
                list.insert(place, low);
                if list.len() > LIST_MAX {
                    let mut bits = vec![0; 1024];
                    for number in list.iter() {
                        set(&mut bits, *number);
                    }
                    *self = Self::Bits(bits);
                }
                true
            }
            Self::Bits(bits) => set(bits, low),
        }
    }
}

/// Sets a bit; false when it was set.
fn set(bits: &mut [u64], number: u16) -> bool {
    let mask = 1u64 << (number % 64);
    match bits.get_mut(usize::from(number / 64)) {
        Some(word) if *word & mask == 0 => {
            *word |= mask;
            true
        }
        Some(_) | None => false,
    }
}
