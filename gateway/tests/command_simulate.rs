//! `anxin simulate`: the same seed, the same bytes, in two processes; both languages; one document.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod command_kit;

use command_kit::run;

const SEED: [&str; 4] = ["--seed", "7", "--batches", "24"];

fn simulate(more: &[&str]) -> command_kit::Ended {
    let words: Vec<&str> = ["simulate"]
        .iter()
        .chain(&SEED)
        .chain(more)
        .copied()
        .collect();
    run(&words)
}

#[test]
fn the_same_seed_says_the_same_in_two_processes_and_on_one_thread_or_two() {
    let first = simulate(&["--threads", "2"]);
    let again = simulate(&["--threads", "1"]);
    assert_eq!(first.code, 0, "{first:?}");
    assert!(first.stdout.starts_with("种子 7："), "{}", first.stdout);
    assert!(
        first.stdout.trim_end().ends_with("违例 0"),
        "{}",
        first.stdout
    );
    assert_eq!(first.stdout, again.stdout);
    let english = simulate(&["--lang", "en"]);
    assert!(english.stdout.starts_with("seed 7: "), "{}", english.stdout);
    assert!(
        english.stdout.trim_end().ends_with("violations 0"),
        "{}",
        english.stdout
    );
    let digest = |text: &str| {
        text.lines()
            .nth(3)
            .unwrap()
            .chars()
            .rev()
            .take(64)
            .collect()
    };
    let (zh, en): (String, String) = (digest(&first.stdout), digest(&english.stdout));
    assert_eq!(zh, en);
}

#[test]
fn the_document_counts_what_struck_and_what_was_checked() {
    let ended = simulate(&["--json"]);
    assert_eq!(ended.code, 0, "{ended:?}");
    let document = ended.document();
    assert_eq!(document["seed"], 7);
    assert_eq!(document["batches"], 24);
    assert_eq!(document["violations"].as_array().unwrap().len(), 0);
    let checked = document["checked"].as_object().unwrap();
    let names: std::collections::BTreeSet<&str> = checked.keys().map(String::as_str).collect();
    let all: Vec<String> = (1..=14).map(|number| format!("M{number}")).collect();
    assert_eq!(names, all.iter().map(String::as_str).collect());
    assert!(document["faults"].as_object().unwrap().len() > 20);
    assert!(!document["together"].as_array().unwrap().is_empty());
}

#[test]
fn a_seed_is_asked_for() {
    assert_eq!(run(&["simulate"]).code, 2);
    assert_eq!(run(&["simulate", "--seed", "1", "--batches", "0"]).code, 2);
}

/// The last world of a run has fewer files than the same one of a longer run.
#[test]
fn a_world_is_looked_at_again_as_it_was_in_its_run() {
    let one = |more: &[&str]| {
        let words: Vec<&str> = ["simulate", "--seed", "7", "--json"]
            .iter()
            .chain(more)
            .copied()
            .collect();
        run(&words)
    };
    let whole = one(&["--batches", "24"]).document();
    let last = (whole["worlds"].as_u64().unwrap() - 1).to_string();
    let files = |document: &serde_json::Value| document["batches"].as_u64().unwrap();
    let again = one(&["--batches", "24", "--world", &last]).document();
    let alone = one(&["--world", &last]).document();
    let before: u64 = (0..last.parse().unwrap())
        .map(|world: u64| files(&one(&["--world", &world.to_string()]).document()))
        .sum();
    assert_eq!(files(&again), 24 - before);
    assert!(files(&alone) > files(&again), "{alone} {again}");
    let beyond = one(&["--batches", "24", "--world", "99"]);
    assert_eq!(beyond.code, 2, "{beyond:?}");
    assert!(beyond.stderr.contains("--world"), "{beyond:?}");
    for wrong in [
        ["--threads", "0"],
        ["--threads", "1025"],
        ["--world", "999999999999"],
    ] {
        assert_eq!(one(&wrong).code, 2, "{wrong:?}");
    }
}
