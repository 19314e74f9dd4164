//! `convert` by day, by bank and by what it refuses, beside what `check --bank` says of the same
//! file (INTERFACE section 1).
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod command_kit;

use command_kit::{Ended, TEMPLATE, run, run_with};
use serde_json::Value;
use std::path::Path;

/// Converts `text` into a folder of its own.
fn convert(text: &str, more: &[&str]) -> (Ended, Value) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("wages.csv");
    std::fs::write(&file, text).unwrap();
    let out = folder.path().join("out");
    let mut words = vec!["convert", file.to_str().unwrap()];
    words.extend(["--out", out.to_str().unwrap()]);
    words.extend(more);
    if !more.contains(&"--date") {
        words.extend(["--date", "2026-11-24"]);
    }
    let ended = run(&words);
    let manifest = std::fs::read(out.join("manifest.json")).unwrap_or_default();
    (ended, serde_json::from_slice(&manifest).unwrap_or_default())
}

/// 31 December 2026 is the last bank day that the program knows; of 2027 an operator gives a
/// list.
#[test]
fn a_day_without_a_list_is_wrong_input_and_names_the_year() {
    let on = |day: &str| convert(TEMPLATE, &["--bank", "HXB", "--date", day]).0;
    assert_eq!(on("2026-12-31").code, 0);
    assert_eq!(on("2026-13-01").code, 2);
    for day in ["2027-01-05", "2028-02-29"] {
        let ended = on(day);
        assert_eq!((ended.code, ended.stdout.as_str()), (2, ""), "{ended:?}");
        assert!(
            ended.stderr.contains(&format!("没有 {} 年", &day[..4])),
            "{ended:?}"
        );
        assert!(ended.stderr.contains("--calendar"), "{ended:?}");
    }
    let folder = tempfile::tempdir().unwrap();
    let list = "[[year]]\nyear = 2027\nnotice = \"sample\"\n\
                [[day]]\ndate = \"2027-01-05\"\nkind = \"off\"\nname = \"sample\"\n";
    std::fs::write(folder.path().join("2027.toml"), list).unwrap();
    let calendar = folder.path().to_str().unwrap();
    let with = |place: &str, day: &str| {
        let words = [
            "--bank",
            "ICBC",
            "--date",
            day,
            "--calendar",
            place,
            "--json",
        ];
        let (ended, manifest) = convert(TEMPLATE, &words);
        (ended.code, manifest["files"][0]["sha256"].clone())
    };
    // The 5th is off by that list: the messages are those of the 6th. PAYPER carries the day.
    let sixth = with(calendar, "2027-01-06");
    assert_eq!(sixth.0, 0);
    assert_eq!(with(calendar, "2027-01-05"), sixth);
    assert_ne!(with(calendar, "2027-01-07"), sixth);
    assert_eq!(with("nowhere", "2027-01-05").0, 2);
}

#[test]
fn with_json_every_end_prints_its_document() {
    let (ended, _) = convert("\u{89}PNG\0\u{1}", &["--bank", "HXB", "--json"]);
    assert_eq!(ended.code, 2, "{ended:?}");
    let code = ended.document()["findings"][0]["code"].clone();
    assert!(
        code == "unreadable" || code == "unsupported_format",
        "{code}"
    );
    let wrong = TEMPLATE.replace("13603.50", "13603.51");
    let (ended, _) = convert(&wrong, &["--bank", "HXB", "--json"]);
    assert_eq!(ended.code, 1, "{ended:?}");
    let document = ended.document();
    assert_eq!(document["findings"][0]["code"], "control_sum_mismatch");
    assert_eq!(
        (&document["errors"], &document["files"]),
        (&1.into(), &Value::Array(vec![]))
    );
    let out = tempfile::tempdir().unwrap();
    let out = out.path().join("out");
    let out = out.to_str().unwrap();
    let ended = run(&[
        "convert",
        "--date",
        "2026-11-24",
        "nothing.csv",
        "--bank",
        "HXB",
        "--out",
        out,
        "--json",
    ]);
    assert_eq!(ended.code, 2);
    assert_eq!(ended.document()["findings"][0]["code"], "unreadable");
}

/// U+20BB7 is in no two-byte table; 付款户名 stands in every row of PAYPER, and in no line of the
/// employer's file.
#[test]
fn check_says_of_the_head_what_convert_says() {
    let text = TEMPLATE.replace("付款户名,杭州", "付款户名,𠮷州");
    let (converted, _) = convert(&text, &["--bank", "ICBC", "--json"]);
    let checked = run_with(&["check", "-", "--bank", "ICBC", "--json"], text.as_bytes());
    assert_eq!((converted.code, checked.code), (1, 1), "{checked:?}");
    let (converted, checked) = (converted.document(), checked.document());
    assert_eq!(converted["findings"], checked["findings"]);
    assert_eq!(checked["errors"], 1);
    let finding = &checked["findings"][0];
    assert_eq!(finding["code"], "text_not_encodable");
    assert_eq!(finding["field"], "payer_name");
    assert!(
        finding["line"].is_null() && finding["row"].is_null(),
        "{finding}"
    );
    assert!(
        finding["message"].as_str().unwrap().contains("付款户名"),
        "{finding}"
    );
}

#[test]
fn another_bank_than_the_file_s_and_the_evidence_are_told() {
    let (ended, manifest) = convert(TEMPLATE, &["--bank", "HXB"]);
    assert_eq!(ended.code, 0, "{ended:?}");
    assert!(
        ended.stdout.contains("注意:文件写的付款银行是 ICBC"),
        "{ended:?}"
    );
    assert!(ended.stdout.contains("HXB 证据等级 observed"), "{ended:?}");
    assert_eq!(manifest["bank_is_stated"], false);
    assert_eq!(manifest["stated_bank"], "ICBC");
    let signature = manifest["placeholders"]["signature"].as_str().unwrap();
    assert!(signature.starts_with("所有签名"), "{signature}");
    let (ended, manifest) = convert(TEMPLATE, &["--bank", "ICBC"]);
    assert!(!ended.stdout.contains("注意"), "{ended:?}");
    assert_eq!(manifest["bank_is_stated"], true);
    let checked = run_with(&["check", "-", "--bank", "HZCB"], TEMPLATE.as_bytes());
    assert!(
        checked.stdout.contains("HZCB 证据等级 synthetic"),
        "{checked:?}"
    );
    let words = ["check", "-", "--bank", "HZCB", "--json"];
    let document = run_with(&words, TEMPLATE.as_bytes()).document();
    assert_eq!(document["checked_bank_evidence"], "synthetic");
}

/// At ICBC the NetSafe sign port signs the form that goes to the bank (PAYPER, step 2).
#[test]
fn the_manifest_names_the_signature_of_a_sign_port() {
    let (_, manifest) = convert(TEMPLATE, &["--bank", "ICBC"]);
    let files = manifest["files"].as_array().unwrap();
    let of = |step: &str| files.iter().find(|file| file["step"] == step).unwrap();
    assert_eq!(of("submit")["signature"]["sign_port"], "sign");
    assert!(of("sign")["signature"].is_null());
}

/// A pipe can't be read twice: it is kept, as standard input is.
#[test]
fn a_pipe_is_a_file_too() {
    assert!(Path::new("/dev/stdin").exists());
    let ended = run_with(&["check", "/dev/stdin", "--json"], TEMPLATE.as_bytes());
    assert_eq!(ended.code, 0, "{ended:?}");
    assert_eq!(ended.document()["line_count"], 2);
    let out = tempfile::tempdir().unwrap();
    let out = out.path().join("out");
    let words = [
        "convert",
        "--date",
        "2026-11-24",
        "/dev/stdin",
        "--bank",
        "HXB",
        "--out",
        out.to_str().unwrap(),
    ];
    assert_eq!(run_with(&words, TEMPLATE.as_bytes()).code, 0);
}

/// CMBC takes wages to its own accounts and wages elsewhere by different transactions: the
/// commands show and use both.
#[test]
fn a_bank_of_two_dialects_shows_both() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let wages = path("wages.csv");
    std::fs::write(&wages, TEMPLATE.replace("ICBC", "CMBC")).unwrap();
    let wages = wages.to_str().unwrap();
    let tried = run(&["bank", "try", wages, "--bank", "CMBC", "--json"]).document();
    let by = |document: &Value| {
        let files = document["files"].as_array().unwrap().iter();
        let by = files.map(|file| file["dialect"].as_str().unwrap().to_owned());
        by.collect::<Vec<_>>()
    };
    assert_eq!(by(&tried), ["cmbc_reimb", "cmbc_xfer"]);
    let shown = run(&["bank", "try", wages, "--bank", "CMBC"]);
    assert!(shown.stdout.contains("第 2 个文件:cmbc_xfer"), "{shown:?}");

    let out = path("out");
    let to = ["--bank", "CMBC", "--date", "2026-11-24", "--json", "--out"];
    let words = [&["convert", wages], &to[..], &[out.to_str().unwrap()]].concat();
    let converted = run(&words).document();
    assert_eq!(by(&converted), ["cmbc_reimb", "cmbc_xfer"]);
    let codes = converted["files"].as_array().unwrap().iter().map(|file| {
        let path = out.join(file["file"].as_str().unwrap());
        let text = String::from_utf8(std::fs::read(path).unwrap()).unwrap();
        let code = text.split("trnCode=\"").nth(1).unwrap();
        code.split('"').next().unwrap().to_owned()
    });
    assert_eq!(
        codes.collect::<Vec<_>>(),
        ["batchCostReimb", "batchXfer"],
        "{converted}"
    );

    let listed = run(&["banks"]);
    assert!(
        listed.stdout.contains("cmbc_reimb + cmbc_xfer"),
        "{listed:?}"
    );
    let explained = run(&["bank", "explain", "CMBC"]);
    assert!(explained.stdout.contains("跨行: 最多笔数"), "{explained:?}");

    // An answer in either dialect, kept in a file.
    for (dialect, said) in [("cmbc_reimb", "batchCostReimb"), ("cmbc_xfer", "batchXfer")] {
        let kept = path("answer.xml");
        let sample = adapters::Book::samples(dialect)["receipt.bin"];
        std::fs::write(&kept, sample).unwrap();
        let words = ["decode", kept.to_str().unwrap(), "--bank", "CMBC"];
        let read = run(&[&words[..], &["--message", "receipt", "--json"]].concat());
        assert_eq!(read.document()["dialect"], dialect, "{said}: {read:?}");
    }
}
