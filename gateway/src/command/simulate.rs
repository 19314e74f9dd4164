//! `anxin simulate`: worlds of one seed, and what does not hold in them.

use super::adapter::book;
use super::arguments::Simulate;
use super::terminal::{Colour, Paper, paper, progress};
use super::words::{Ended, Exit, Failure, Words, pick};
use crate::simulation::faults::FaultKind;
use crate::simulation::run::{Plan, RunReport, run as run_worlds};
use crate::simulation::world::{Violation, WorldReport};
use schemas::Lang;
use serde_json::{Value, json};
use std::io::Write;

/// Files of a run, unless it is said.
const BATCHES: u64 = 500;

/// Runs the command.
///
/// # Errors
/// See [`Failure`]; a violation is no failure but exit 1.
pub fn run(arguments: &Simulate, lang: Lang) -> Ended {
    let book = book()?;
    let plan = plan(arguments);
    let template = pick(
        lang,
        "模拟 {wide_bar} {pos}/{len} 批 剩余 {eta}",
        "simulating {wide_bar} {pos}/{len} batches {eta} left",
    );
    let bar = progress(plan.world.map_or(plan.batches, |_| 0), template);
    let ran = run_worlds(book, &plan, &|batches| bar.inc(batches));
    bar.finish_and_clear();
    let report = ran.map_err(|error| Failure::defect(&error))?;
    if let (Some(world), 0) = (plan.world, report.worlds) {
        return Err(no_such_world(&plan, world));
    }
    let mut paper = paper();
    if arguments.json {
        paper.document(&document(&plan, &report))?;
    } else {
        tell(&mut paper, &plan, &report, lang)?;
    }
    paper.flush()?;
    Ok(match report.violations() {
        0 => Exit::Done,
        _ => Exit::InputErrors,
    })
}

fn plan(arguments: &Simulate) -> Plan {
    let processors = || std::thread::available_parallelism().map_or(1, usize::from);
    // A world alone is whole, unless it is said in which run it was.
    let batches = arguments.world.map_or(BATCHES, |_| u64::MAX);
    Plan {
        seed: arguments.seed,
        batches: arguments.batches.unwrap_or(batches),
        world: arguments.world,
        threads: arguments.threads.map_or_else(processors, usize::from),
    }
}

fn no_such_world(plan: &Plan, world: u64) -> Failure {
    let batches = plan.batches;
    Failure::usage(
        Words::new(
            format!("{batches} 个批次的模拟没有编号 {world} 的世界"),
            format!("a run of {batches} batches has no world {world}"),
        ),
        Words::new(
            "减小 --world,或去掉 --batches。",
            "Give a smaller --world, or no --batches.",
        ),
    )
}

/// How a world is run again: the last one of a run has only what is left of its files.
fn again(plan: &Plan, world: &WorldReport) -> String {
    let (seed, number) = (plan.seed, world.number);
    match plan.batches {
        u64::MAX => format!("anxin simulate --seed {seed} --world {number}"),
        batches => format!("anxin simulate --seed {seed} --batches {batches} --world {number}"),
    }
}

fn document(plan: &Plan, report: &RunReport) -> Value {
    let faults = report.struck.iter();
    let faults = faults.map(|(kind, times)| (kind.as_str().to_owned(), json!(times)));
    let invariants = report.compared.iter();
    let invariants = invariants.map(|(id, times)| ((*id).to_owned(), json!(times)));
    let together = report.together.iter();
    let together = together.map(|((id, kind), together)| {
        json!({
            "invariant": id,
            "fault": kind.as_str(),
            "worlds": together.worlds,
            "compared": together.compared,
        })
    });
    let failed = report.failed.iter().flat_map(|world| {
        let view = |violation: &Violation| {
            json!({
                "invariant": violation.invariant,
                "what": violation.what,
                "world": world.number,
                "world_seed": world.seed,
                "batches": world.batches,
                "step": violation.step,
                "again": again(plan, world),
                "events": violation.story,
            })
        };
        world.violations.iter().map(view)
    });
    json!({
        "seed": plan.seed,
        "worlds": report.worlds,
        "batches": report.batches,
        "accepted": report.accepted,
        "events": report.steps,
        "records": report.records,
        "crashes": report.crashes,
        "simulated_days": report.simulated_s / 86_400,
        "digest": report.digest,
        "faults": faults.collect::<serde_json::Map<_, _>>(),
        "checked": invariants.collect::<serde_json::Map<_, _>>(),
        "together": together.collect::<Vec<_>>(),
        "violations": failed.collect::<Vec<_>>(),
    })
}

fn tell<W: Write>(
    paper: &mut Paper<W>,
    plan: &Plan,
    report: &RunReport,
    lang: Lang,
) -> std::io::Result<()> {
    let days = report.simulated_s / 86_400;
    paper.line(pick(
        lang,
        &format!(
            "种子 {}：{} 个世界，{} 个批次（受理 {} 个文件），事件 {}，日志记录 {}，崩溃 {} 次，\
             业务时间 {days} 天",
            plan.seed,
            report.worlds,
            report.batches,
            report.accepted,
            report.steps,
            report.records,
            report.crashes,
        ),
        &format!(
            "seed {}: {} worlds, {} batches ({} files accepted), {} events, {} records, \
             {} crashes, {days} days of business",
            plan.seed,
            report.worlds,
            report.batches,
            report.accepted,
            report.steps,
            report.records,
            report.crashes,
        ),
    ))?;
    let faults = counted(
        report
            .struck
            .iter()
            .map(|(kind, n)| (FaultKind::as_str(*kind), n)),
    );
    let mut compared: Vec<_> = report.compared.iter().collect();
    // M2 before M10.
    compared.sort_by_key(|(id, _)| (id.len(), **id));
    let checked = counted(compared.into_iter().map(|(id, times)| (*id, times)));
    paper.line(&format!("{}{faults}", pick(lang, "故障：", "faults: ")))?;
    paper.line(&format!("{}{checked}", pick(lang, "核对：", "checked: ")))?;
    paper.line(&format!(
        "{}{}",
        pick(lang, "摘要：", "digest: "),
        report.digest
    ))?;
    for world in &report.failed {
        for violation in &world.violations {
            tell_of(paper, (plan, world, violation), lang)?;
        }
    }
    let count = report.violations();
    let colour = match count {
        0 => Colour::Green,
        _ => Colour::Red,
    };
    let words = pick(lang, "违例", "violations");
    paper.coloured_line(&format!("{words} {count}"), colour)
}

fn counted<'a>(counts: impl Iterator<Item = (&'a str, &'a u64)>) -> String {
    let counts = counts.map(|(name, times)| format!("{name} {times}"));
    counts.collect::<Vec<_>>().join(", ")
}

fn tell_of<W: Write>(
    paper: &mut Paper<W>,
    (plan, world, violation): (&Plan, &WorldReport, &Violation),
    lang: Lang,
) -> std::io::Result<()> {
    let Violation {
        invariant,
        what,
        step,
        story,
    } = violation;
    let (number, seed) = (world.number, world.seed);
    let words = pick(
        lang,
        &format!("{invariant} 不成立：世界 {number}（种子 {seed}）第 {step} 步：{what}"),
        &format!("{invariant} does not hold: world {number} (seed {seed}), step {step}: {what}"),
    )
    .to_owned();
    paper.coloured_line(&words, Colour::Red)?;
    for line in story {
        paper.line(&format!("  {line}"))?;
    }
    let again = again(plan, world);
    paper.line(&format!("{}{again}", pick(lang, "重现：", "again: ")))
}
