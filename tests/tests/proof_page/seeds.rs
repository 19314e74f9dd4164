//! Which seeds the simulation was run with: the whole range, and what is missing in it.

use super::{folder, number, violations};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;

/// The first and the last one of each range.
type Ranges = Vec<(u64, u64)>;

/// One paragraph over the documents of all seeds.
pub fn section(runs: &[(String, Value)]) -> String {
    let asked = fs::read_to_string(folder().join("seeds.jsonl")).unwrap_or_default();
    let asked = asked.lines().map(|line| {
        let range: Value = serde_json::from_str(line).expect("a range");
        (number(&range, "first"), number(&range, "last"))
    });
    let mut kept = BTreeMap::new();
    for (document, run) in runs {
        let seed = number(run, "seed");
        assert_eq!(document, &format!("simulation-{seed}.json"));
        kept.insert(seed, violations(run));
    }
    told(&kept, &asked.collect())
}

/// `kept` has the violations by seed; `asked` are ranges that a runner began.
fn told(kept: &BTreeMap<u64, usize>, asked: &Ranges) -> String {
    let bounds = || {
        kept.keys()
            .copied()
            .chain(asked.iter().flat_map(|range| [range.0, range.1]))
    };
    let (Some(first), Some(last)) = (bounds().min(), bounds().max()) else {
        return "No seed was run.\n\n".to_owned();
    };
    let missing: BTreeSet<u64> = (first..=last)
        .filter(|seed| !kept.contains_key(seed))
        .collect();
    let violated = kept.iter().filter(|(_, violations)| **violations > 0);
    let violated: BTreeSet<u64> = violated.map(|(seed, _)| *seed).collect();
    format!(
        "Seeds from {first} to {last}: {} are kept. Missing among them (not run, or what they came \
         to is not kept): {}. With violations: {}.\n\n",
        kept.len(),
        listed(&missing),
        listed(&violated),
    )
}

/// Seeds side by side as one range.
fn listed(seeds: &BTreeSet<u64>) -> String {
    let mut ranges = Ranges::new();
    for seed in seeds {
        match ranges.last_mut() {
            Some((_, last)) if *last + 1 == *seed => *last = *seed,
            _ => ranges.push((*seed, *seed)),
        }
    }
    let words = ranges.iter().map(|(first, last)| match last - first {
        0 => first.to_string(),
        1 => format!("{first}, {last}"),
        _ => format!("{first} to {last}"),
    });
    let words: Vec<String> = words.collect();
    match words.is_empty() {
        true => "none".to_owned(),
        false => words.join(", "),
    }
}

#[test]
fn a_seed_that_is_not_kept_is_named() {
    let kept = BTreeMap::from([(3, 0), (4, 2), (6, 0), (10, 0)]);
    let alone = told(&kept, &Ranges::new());
    assert!(
        alone.starts_with("Seeds from 3 to 10: 4 are kept."),
        "{alone}"
    );
    assert!(
        alone.contains(": 5, 7 to 9. With violations: 4."),
        "{alone}"
    );
    // A range that was begun and of which the ends are not kept.
    let asked = told(&kept, &vec![(1, 3), (10, 12)]);
    assert!(
        asked.starts_with("Seeds from 1 to 12: 4 are kept."),
        "{asked}"
    );
    assert!(asked.contains(": 1, 2, 5, 7 to 9, 11, 12. With"), "{asked}");
    let whole = told(&BTreeMap::from([(1, 0), (2, 0)]), &vec![(1, 2)]);
    assert!(whole.contains(": none. With violations: none."), "{whole}");
    assert!(told(&BTreeMap::new(), &Ranges::new()).contains("No seed"));
}
