//! `anxin explain` over a journal on disk: beside the process that has it open, and damaged.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod command_kit;

use command_kit::serving::Serving;
use command_kit::site::{Site, text};
use command_kit::{Ended, run};
use gateway::clock::{Clock as _, SystemClock};
use gateway::event::Event::{self, BatchAbandoned, BatchApproved, BatchOpened, FileIntended};
use gateway::event::Intent;
use journal::disk::OsDisk;
use journal::{Draft, Journal, Options};
use schemas::value::{BankCode, BatchId};
use std::path::Path;
use std::sync::Arc;

const MAKER: &str = "urn:anxin:employer:913301006639233248:person:maker";

fn append(journal: &Journal, event: &Event) -> u64 {
    let clear = serde_json::to_vec(event).unwrap();
    let draft = Draft {
        kind: event.kind(),
        time_ms: 1_795_400_000_000,
        actor: MAKER,
        key_id: "",
        clear: &clear,
        sealed: &[],
    };
    let sequence = journal.append(&draft).unwrap().sequence;
    journal.wait_durable(sequence).unwrap();
    sequence
}

/// A file that came and was refused. Gives the sequence of its opening record; its id has it.
fn refused_file(journal: &Journal) -> u64 {
    let opened = BatchOpened {
        submitted_by: MAKER.to_owned(),
        day: 20_261_123,
    };
    let opened = append(journal, &opened);
    let abandoned = BatchAbandoned {
        opened,
        why: "control_sum_mismatch".to_owned(),
        bytes: 9,
    };
    append(journal, &abandoned);
    opened
}

/// Another person approves.
fn approve(journal: &Journal, id: &str) {
    let approved = BatchApproved {
        batch: BatchId::parse(id).unwrap(),
        person: MAKER.replace("maker", "checker"),
        acknowledged: Vec::new(),
        as_of: None,
    };
    append(journal, &approved);
}

fn open(data: &Path) -> Journal {
    let folder = data.join("journal");
    let opened = Journal::open(Arc::new(OsDisk), &folder, Options::default());
    opened.unwrap().0
}

fn explain(data: &Path, id: &str, more: &[&str]) -> Ended {
    let data = data.to_str().unwrap();
    run(&[&["explain", id, "--data", data][..], more].concat())
}

#[test]
fn it_tells_of_a_refused_file_while_another_process_has_the_journal_open() {
    let data = tempfile::tempdir().unwrap();
    let journal = open(data.path());
    let opened = refused_file(&journal);
    let id = format!("B20261123-{opened}");
    let told = explain(data.path(), &id, &["--lang", "en"]);
    assert_eq!(told.code, 0, "{told:?}");
    let lines: Vec<&str> = told.stdout.lines().collect();
    let maker = "maker of employer 913301006639233248: a file begins to arrive";
    assert!(lines[0].contains(maker), "{told:?}");
    assert!(lines[1].contains("control_sum_mismatch"), "{told:?}");
    assert!(told.stdout.contains("nothing is paid"));
    let document = explain(data.path(), &id, &["--json"]).document();
    assert_eq!(document["records"], 2);
    assert_eq!(document["refused"], "control_sum_mismatch");
    assert_eq!(document["story"][0]["sequence"], opened);
    // It took no lock: the journal is still ours to write.
    refused_file(&journal);
}

#[test]
fn what_is_no_id_unknown_not_there_or_damaged_is_said_with_its_code() {
    let data = tempfile::tempdir().unwrap();
    let journal = open(data.path());
    let opened = refused_file(&journal);
    refused_file(&journal);
    journal.close().unwrap();
    drop(journal);
    let code = |id: &str| explain(data.path(), id, &[]).code;
    assert_eq!((code("B1"), code("0"), code("@x")), (2, 2, 2));
    assert_eq!(
        (code("B20261123-9999"), code("17"), code("@9999")),
        (1, 1, 1)
    );
    // The sequence with another day is another id.
    assert_eq!(code(&format!("B20261122-{opened}")), 1);
    assert_eq!(code(&format!("@{opened}")), 0);
    let missing = explain(&data.path().join("none"), "17", &[]);
    assert_eq!((missing.code, missing.stdout.as_str()), (2, ""));
    let document = explain(data.path(), "17", &["--json"]).document();
    assert_eq!(document["exit_code"], 1);

    let segment = data.path().join("journal/00000000000000000001.seg");
    let mut bytes = std::fs::read(&segment).unwrap();
    let at = bytes.len() / 2;
    bytes[at] ^= 0xff;
    std::fs::write(&segment, bytes).unwrap();
    let id = format!("B20261123-{opened}");
    let told = explain(data.path(), &id, &["--lang", "en"]);
    assert_eq!(told.code, 1, "{told:?}");
    assert!(
        told.stdout.contains("the story may lack something"),
        "{told:?}"
    );
    let place = "damaged in 1 places, first at 00000000000000000001.seg:";
    assert!(told.stdout.contains(place), "{told:?}");
}

/// A person has the number of a letter, of the bank or of the employer's own books, and mistypes.
#[test]
fn every_number_that_a_person_may_have_finds_its_story_or_what_is_near_it() {
    let site = Site::new();
    let serving = Serving::start(site.folder.path());
    site.certificates();
    let id = site.submit(&serving.url, 1);
    let data = site.at("data");
    let told = |id: &str| explain(&data, id, &["--lang", "en"]);
    let story = told(&id);
    assert_eq!(story.code, 0, "{story:?}");
    let waits = "waits for another person's approval (since ";
    let remedy = "what to do: a person of the employer other than the one who submitted it";
    assert!(
        story.stdout.contains(waits) && story.stdout.contains(remedy),
        "{story:?}"
    );
    assert_listed(&data, &id);
    // The employer's own number, a small letter, spaces around it.
    let small = format!(" {} ", id.to_lowercase());
    for same in ["GZ-1", " GZ-1", &small] {
        assert_eq!(told(same).stdout, story.stdout, "{same}");
    }
    // 40 lines are in the file.
    let line = told(&format!("{id}.40"));
    assert_eq!(line.code, 0, "{line:?}");
    assert!(
        line.stdout
            .contains(&format!("{id}.40  line 40  100.80 yuan")),
        "{line:?}"
    );
    let beyond = told(&format!("{id}.41"));
    assert_eq!((beyond.code, beyond.stdout.as_str()), (1, ""), "{beyond:?}");
    assert!(
        beyond
            .stderr
            .contains(&format!("has 40 lines, {id}.1 to {id}.40")),
        "{beyond:?}"
    );
    let wrong = format!("{id}7");
    let near = told(&wrong);
    assert_eq!(near.code, 1);
    let place = data.join("journal");
    assert!(
        near.stderr.contains(&format!("Near it are {id}")),
        "{near:?}"
    );
    assert!(near.stderr.contains(place.to_str().unwrap()), "{near:?}");
    let number = told("GZ-9");
    assert_eq!(number.code, 2);
    assert!(
        number.stderr.contains("no batch of this number"),
        "{number:?}"
    );
    let file = told("17");
    assert!(
        file.stderr.contains("No bank file was made yet"),
        "{file:?}"
    );
    let record = told("@99999");
    assert!(record.stderr.contains("Records go up to"), "{record:?}");

    // Without the master key the same: it needs none.
    assert_eq!(serving.stop(), 0);
    std::fs::remove_file(site.at("master.key")).unwrap();
    assert_eq!(told(&id).stdout, story.stdout);
    for id in [id.as_str(), &format!("{id}.1"), "GZ-1", &wrong] {
        assert_nobody_is_named(&data, id);
    }
}

/// An employer's number is found however it is written; where it is also an id of ours that the
/// journal has, neither is told before one of them is asked for.
#[test]
fn an_employers_number_that_is_written_like_an_id_is_found_or_told_beside_it() {
    let site = Site::new();
    let serving = Serving::start(site.folder.path());
    site.certificates();
    let submit = |batch_no: &str, number| site.submit_as(batch_no, &serving.url, number);
    let first = submit("2026110001", 1);
    let like_batch = submit(&first, 2);
    let line = format!("{first}.2");
    let like_line = submit(&line, 3);
    let like_file = submit("1", 4);
    assert_eq!(serving.stop(), 0);
    let data = site.at("data");
    let told = |id: &str, more: &[&str]| explain(&data, id, &[&["--lang", "en"], more].concat());
    let whole = |id: &str, batch: &str| {
        let (asked, own) = (told(id, &[]), told(batch, &["--by-id"]));
        assert_eq!((asked.code, own.code), (0, 0), "{asked:?} {own:?}");
        assert!(own.stdout.contains(batch), "{own:?}");
        assert_eq!(asked.stdout, own.stdout, "{id}");
    };
    let both = |id: &str, batch: &str, kind: &str| {
        for id in [id.to_owned(), id.to_lowercase()] {
            let asked = told(&id, &[]);
            assert_eq!((asked.code, asked.stdout.as_str()), (1, ""), "{asked:?}");
            for way in [
                format!("the {kind} "),
                "--by-id".to_owned(),
                batch.to_owned(),
            ] {
                assert!(asked.stderr.contains(&way), "{way}: {asked:?}");
            }
        }
        let asked = explain(&data, id, &["--json"]);
        assert_eq!(asked.document()["exit_code"], 1);
        assert_eq!(told(id, &["--by-id"]).code, 0, "{id}");
        whole(batch, batch);
    };
    whole("2026110001", &first);
    both(&first, &like_batch, "batch");
    both(&line, &like_line, "line");
    // There is no bank file 1 yet, and then there is one, of the last batch.
    whole("1", &like_file);
    let journal = open(&data);
    approve(&journal, &like_file);
    let intent = Intent {
        file_no: 1,
        batch: BatchId::parse(&like_file).unwrap(),
        bank: BankCode::parse("ICBC").unwrap(),
        dialect: None,
        lines: (1..=40).collect(),
        total_fen: 407_220,
        bank_date: "2026-11-24".to_owned(),
        instructed_ms: 1_795_400_000_000,
    };
    append(&journal, &FileIntended(Box::new(intent)));
    both("1", &like_file, "bank file");
    let file = told("1", &["--by-id"]).stdout;
    assert!(file.contains("bank file 1  ICBC"), "{file}");
    // With the option a number of the employer's is none, and the rest as before.
    assert_eq!(told("GZ-9", &["--by-id"]).code, 2);
    assert_eq!(told("2026110001", &["--by-id"]).code, 1);
    assert_eq!(told("17", &[]).code, 1);
}

/// By the folder of the gateway the banks rest until the tenth day from now.
#[test]
fn bank_days_are_those_of_the_folder_that_is_given() {
    let site = Site::new();
    let serving = Serving::start(site.folder.path());
    site.certificates();
    let id = site.submit(&serving.url, 1);
    assert_eq!(serving.stop(), 0);
    let data = site.at("data");
    approve(&open(&data), &id);
    let days = site.at("calendar");
    std::fs::create_dir(&days).unwrap();
    let today = SystemClock::new().now().date();
    let day = |ahead: i64| today + time::Duration::days(ahead);
    let mut years = vec![day(0).year(), day(9).year()];
    years.dedup();
    let years = years
        .iter()
        .map(|year| format!("[[year]]\nyear = {year}\nnotice = \"\"\n"));
    let listed = (0..=10).map(|ahead| {
        let kind = if ahead < 10 { "off" } else { "work" };
        format!("[[day]]\ndate = \"{}\"\nkind = \"{kind}\"\n", day(ahead))
    });
    let list: String = years.chain(listed).collect();
    std::fs::write(days.join("list.toml"), list).unwrap();
    let given = explain(&data, &id, &["--json", "--calendar", text(&days)]);
    assert_eq!(given.code, 0, "{given:?}");
    let next = &given.document()["next"][0];
    let at = format!("{}T00:00:00+08:00", day(10));
    assert_eq!((&next["what"], &next["at"]), (&"send".into(), &at.into()));
    // Without it, what is not known is said with the option that tells it.
    for (ended, is_named) in [(given, false), (explain(&data, &id, &["--json"]), true)] {
        let unknown = ended.document()["unknown_here"].clone();
        let unknown = unknown.as_str().unwrap();
        assert_eq!(unknown.contains("--calendar"), is_named, "{unknown}");
    }
    std::fs::write(days.join("other.toml"), "[[day]]\n").unwrap();
    for wrong in [days, site.at("none")] {
        let ended = explain(&data, &id, &["--calendar", text(&wrong)]);
        assert_eq!((ended.code, ended.stdout.as_str()), (2, ""), "{ended:?}");
        assert!(ended.stderr.contains(text(&wrong)), "{ended:?}");
    }
    let waiting = [
        "explain",
        "--waiting",
        "--data",
        text(&data),
        "--calendar",
        "x",
    ];
    assert_eq!(run(&waiting).code, 2);
}

/// From an alarm to its batches: the one that waits is listed, with what it waits for.
fn assert_listed(data: &Path, id: &str) {
    let data = data.to_str().unwrap();
    let told = run(&["explain", "--waiting", "--data", data, "--json"]);
    assert_eq!(told.code, 0, "{told:?}");
    let document = told.document();
    let waiting = document["waiting"].as_array().unwrap();
    assert_eq!(waiting.len(), 1, "{document}");
    assert_eq!(waiting[0]["batch_id"], id);
    assert_eq!(waiting[0]["waits_for"]["what"], "approval");
    let told = run(&["explain", "--waiting", "--data", data]).stdout;
    assert!(told.contains(id) && told.contains("approval"), "{told}");
    // One or the other, and one of them.
    let both = run(&["explain", id, "--waiting", "--data", data]);
    let none = run(&["explain", "--data", data]);
    assert_eq!((both.code, none.code), (2, 2));
}

/// Nobody stands in it, in any language or form.
fn assert_nobody_is_named(data: &Path, id: &str) {
    for more in [&["--json"][..], &["--every"], &["--lang", "en", "--every"]] {
        let said = explain(data, id, more);
        let said = said.stdout + &said.stderr;
        for person in [
            "张样一",
            "11010519491231002X",
            "100000000001",
            "1202020009900012345",
        ] {
            assert!(!said.contains(person), "{said}");
        }
    }
}
