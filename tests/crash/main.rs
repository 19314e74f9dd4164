//! Real crashes: the release program under load is killed, loses its power, its disk tears,
//! forgets, fills up and lies. The banks are a process of their own that remembers by itself;
//! what callers were answered is kept by this one. After every death both are held against the
//! journal and against what the program says when it is there again. Or it is lost for good, and a
//! backup that was made under load takes its place.
//!
//! `tests/crash-rounds` builds and runs it; without a word it plays a few rounds of each kind.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
// A test names the arms that it expects.
#![allow(clippy::wildcard_enum_match_arm)]

mod aborting;
mod acks;
mod backup;
mod bank;
mod beside;
mod checks;
mod failing;
mod flips;
mod ground;
mod layer;
mod load;
mod options;
mod power;
mod program;
mod rest;
mod rounds;
mod serving;
mod stage;
mod tally;
mod wages;
mod walk;

use ground::{Firm, Ground};
use options::{Options, USAGE, Way};
use serde_json::json;
use std::io::Write as _;
use std::process::ExitCode;
use std::time::Instant;

/// What a way came to.
enum Ran {
    Here,
    /// Not here, and why.
    Not(String),
}

fn main() -> ExitCode {
    let options = match Options::read(std::env::args().skip(1)) {
        Ok(options) => options,
        Err(what) => {
            eprintln!("{what}\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    if options.named_others && options.ways.is_empty() {
        return ExitCode::SUCCESS;
    }
    if !options.ways.is_empty() {
        tally::tell();
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    let begun = Instant::now();
    let ways = match options.ways.is_empty() {
        true => Way::ALL.to_vec(),
        false => options.ways.clone(),
    };
    let mut not_run = Vec::new();
    for way in &ways {
        if let Ran::Not(why) = runtime.block_on(play(*way, &options)) {
            eprintln!("crash {}: not run here: {why}", way.as_str());
            not_run.push(way.as_str());
        }
    }
    let found = tally::violations();
    let summary = json!({
        "program": program::commit(), "build": program::BUILD, "seed": options.seed,
        "ways": ways.iter().map(|way| way.as_str()).collect::<Vec<_>>(),
        "not_run": not_run, "seconds": begun.elapsed().as_secs(), "counts": tally::summary(),
        "harms": tally::harms(),
        "violations": found,
    });
    let told = match options.json || options.ways.is_empty() {
        true => format!("{summary}\n"),
        false => format!("{summary:#}\n"),
    };
    std::io::stdout().write_all(told.as_bytes()).unwrap();
    match (
        found.is_empty(),
        not_run.is_empty() || options.ways.is_empty(),
    ) {
        (false, _) => ExitCode::from(1),
        (true, true) => ExitCode::SUCCESS,
        (true, false) => ExitCode::from(3),
    }
}

async fn play(way: Way, options: &Options) -> Ran {
    let rounds = |quick| options.rounds.unwrap_or(quick);
    let (seed, keep) = (options.seed, options.keep.as_deref());
    match way {
        Way::Kill => {
            let ground = |stage: &stage::Stage, _| -> Box<dyn Ground> {
                Box::new(Firm::at(&stage.path("ground")))
            };
            rounds::run("kill", (rounds(8), 10), seed, keep, ground).await;
            Ran::Here
        }
        Way::Cut => {
            if let Err(why) = power::can_mount() {
                return Ran::Not(why);
            }
            let ground = |stage: &stage::Stage, own| -> Box<dyn Ground> {
                Box::new(power::Image::make(&stage.path("ground"), own).unwrap())
            };
            rounds::run("cut", (rounds(3), 10), seed, keep, ground).await;
            Ran::Here
        }
        Way::Layer => {
            if let Err(why) = layer::can_mount() {
                return Ran::Not(why);
            }
            let ground = |stage: &stage::Stage, own| -> Box<dyn Ground> {
                Box::new(layer::Layer::make(&stage.path("ground"), own).unwrap())
            };
            rounds::run("layer", (rounds(6), 10), seed, keep, ground).await;
            Ran::Here
        }
        Way::Full => {
            if let Err(why) = power::can_mount().and_then(|()| layer::can_mount()) {
                return Ran::Not(why);
            }
            if let Err(why) = aborting::run(rounds(8), seed) {
                return Ran::Not(why);
            }
            match failing::run(rounds(5), seed, keep).await {
                Ok(()) => Ran::Here,
                Err(why) => Ran::Not(why),
            }
        }
        Way::Backup => {
            backup::run(rounds(2), seed, keep).await;
            Ran::Here
        }
        Way::Flip => {
            flips::run(rounds(200), seed, keep).await;
            Ran::Here
        }
    }
}
