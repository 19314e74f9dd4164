//! What a payroll clerk sees of `check`, `convert` and `decode`, beyond the plain case.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod command_kit;

use command_kit::{TEMPLATE, run};
use serde_json::Value;
use std::path::Path;
use std::process::Command;

fn write(folder: &Path, name: &str, text: &str) -> String {
    let path = folder.join(name);
    std::fs::write(&path, text).unwrap();
    path.to_str().unwrap().to_owned()
}

/// The template with `count` lines of 1.00 yuan, each with its own account.
fn many(count: u32, amount: &str) -> String {
    let (head, _) = TEMPLATE.split_once("\n\n").unwrap();
    let head = head.replace("总笔数,2", &format!("总笔数,{count}"));
    let head = head.replace("13603.50", &format!("{count}.00"));
    let row = |n: u32| format!("{n},张样一,11010519491231002X,1000{n:08},{amount}\n");
    let rows: String = (1..=count).map(row).collect();
    format!("{head}\n\n序号,姓名,证件号码,银行账号,实发金额\n{rows}")
}

#[test]
fn a_bad_head_value_is_null_and_the_others_are_there() {
    let folder = tempfile::tempdir().unwrap();
    let text = TEMPLATE.replace("总笔数,2", "总笔数,two");
    let file = write(folder.path(), "wages.csv", &text);
    let ended = run(&["check", &file, "--json"]);
    assert_eq!(ended.code, 1, "{ended:?}");
    let batch = &ended.document()["batch"];
    assert_eq!(batch["line_count"], Value::Null);
    assert_eq!(batch["batch_no"], "GZ-2026-11-001");
    assert_eq!(batch["employer_uscc"], "913301006639233248");
    assert_eq!(batch["pay_month"], "2026-01");
    assert_eq!(batch["paying_bank"], "ICBC");
    assert_eq!(batch["total_fen"], 1_360_350);
    // Nothing of a file that is no template was read.
    let other = write(folder.path(), "other.csv", "hello\nworld\n");
    let ended = run(&["check", &other, "--json"]);
    assert_eq!(ended.document()["batch"], Value::Null);
}

#[test]
fn findings_beyond_the_bound_leave_nothing_in_the_temporary_folder() {
    let folder = tempfile::tempdir().unwrap();
    let scratch = tempfile::tempdir().unwrap();
    // A run that was killed: no process has this number.
    let left = scratch.path().join("anxin-check-4194305-00");
    std::fs::create_dir(&left).unwrap();
    let file = write(folder.path(), "wages.csv", &many(21_000, "x"));
    let output = Command::new(env!("CARGO_BIN_EXE_anxin"))
        .args(["check", &file, "--json"])
        .env("TMPDIR", scratch.path())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    let document: Value = serde_json::from_slice(&output.stdout).unwrap();
    let findings = document["findings"].as_array().unwrap();
    let rows: Vec<u64> = findings.iter().filter_map(|f| f["row"].as_u64()).collect();
    assert_eq!(rows.len(), 21_000);
    assert!(rows.is_sorted());
    let left: Vec<_> = scratch.path().read_dir().unwrap().collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn convert_cuts_by_the_banks_limit_and_numbers_the_files_in_order() {
    let folder = tempfile::tempdir().unwrap();
    let file = write(folder.path(), "wages.csv", &many(450, "1.00"));
    let out = folder.path().join("out");
    let out_name = out.to_str().unwrap();
    let ended = run(&[
        "convert",
        &file,
        "--date",
        "2026-11-24",
        "--bank",
        "HXB",
        "--out",
        out_name,
        "--json",
    ]);
    assert_eq!(ended.code, 0, "{ended:?}");
    let manifest = ended.document();
    let files = manifest["files"].as_array().unwrap();
    // HXB takes 200 lines a message.
    let cut: Vec<(u64, u64, i64)> = files
        .iter()
        .map(|file| {
            let number = |key: &str| file[key].as_u64().unwrap();
            let total = file["total_fen"].as_i64().unwrap();
            (number("file_no"), number("lines"), total)
        })
        .collect();
    assert_eq!(cut, [(1, 200, 20_000), (2, 200, 20_000), (3, 50, 5_000)]);
    let mut found = 0;
    for file in files {
        let bytes = std::fs::read(out.join(file["file"].as_str().unwrap())).unwrap();
        let text = String::from_utf8_lossy(&bytes);
        found += (1..=450u32)
            .filter(|n| text.contains(&format!("1000{n:08}")))
            .count();
    }
    assert_eq!(found, 450, "each account once");
    // The three files and the manifest.
    assert_eq!(out.read_dir().unwrap().count(), 4);
}

/// PSBC wants its own accounts and those of other banks apart: two bank files wait for lines at
/// the same time.
#[test]
fn convert_keeps_classes_apart_while_lines_alternate() {
    let folder = tempfile::tempdir().unwrap();
    let (head, _) = TEMPLATE.split_once("\n\n").unwrap();
    let head = head
        .replace("总笔数,2", "总笔数,5")
        .replace("13603.50", "15.00");
    let bank = |n: u32| if n.is_multiple_of(2) { "ICBC" } else { "PSBC" };
    let row = |n: u32| {
        let bank = bank(n);
        format!("{n},张样一,11010519491231002X,1000000{n},{bank},{n}.00\n")
    };
    let rows: String = (1..=5).map(row).collect();
    let titles = "序号,姓名,证件号码,银行账号,开户银行,实发金额";
    let text = format!("{head}\n\n{titles}\n{rows}");
    let file = write(folder.path(), "wages.csv", &text);
    let out = folder.path().join("out");
    let out_name = out.to_str().unwrap();
    let ended = run(&[
        "convert",
        &file,
        "--date",
        "2026-11-24",
        "--bank",
        "PSBC",
        "--out",
        out_name,
        "--json",
    ]);
    assert_eq!(ended.code, 0, "{ended:?}");
    let document = ended.document();
    let files = document["files"].as_array().unwrap().iter();
    let paying = files.filter(|file| file["instructs"] == true);
    let cut: Vec<(u64, u64, i64)> = paying
        .map(|file| {
            let number = |key: &str| file[key].as_u64().unwrap();
            let total = file["total_fen"].as_i64().unwrap();
            (number("file_no"), number("lines"), total)
        })
        .collect();
    // 1 + 3 + 5 yuan of its own, 2 + 4 of ICBC.
    assert_eq!(cut, [(1, 3, 900), (2, 2, 600)]);
}

#[test]
fn convert_shows_every_error_and_makes_no_folder() {
    let folder = tempfile::tempdir().unwrap();
    let file = write(folder.path(), "wages.csv", &many(300, "x"));
    let out = folder.path().join("out");
    let ended = run(&[
        "convert",
        "--date",
        "2026-11-24",
        &file,
        "--bank",
        "HXB",
        "--out",
        out.to_str().unwrap(),
    ]);
    assert_eq!(ended.code, 1);
    assert_eq!(ended.stderr.matches("amount_invalid").count(), 300);
    assert!(!out.exists());
}

/// The XML breaks off after its last byte; nothing before it is wrong.
#[test]
fn decode_reports_the_attempt_that_got_furthest() {
    let folder = tempfile::tempdir().unwrap();
    let text = "<?xml version=\"1.0\"?><CMS><eb><pub></pub>";
    let file = write(folder.path(), "reply.xml", text);
    let arguments = ["decode", &file, "--bank", "ICBC", "--message", "result"];
    let ended = run(&arguments);
    assert_eq!(ended.code, 2);
    let place = format!("第 {} 字节处,XML 不完整,或没有唯一的根元素", text.len());
    assert!(ended.stderr.contains(&place), "{}", ended.stderr);
    let tried = "另试过:按完整报文(第 0 字节处,缺少前缀);\
                 按已去掉外层 1 层(第 0 字节处,不是 BASE64 编码)";
    assert!(ended.stderr.contains(tried), "{}", ended.stderr);
    let ended = run(&[arguments.as_slice(), &["--json", "--lang", "en"]].concat());
    let document = ended.document();
    let furthest = &document["attempts"]["furthest"];
    assert_eq!(furthest["offset"], text.len());
    assert_eq!(
        furthest["reason"],
        "the XML is cut off or has no single root"
    );
    let others = document["attempts"]["others"].as_array().unwrap();
    assert_eq!(others[0]["reason"], "the prefix is missing");
    assert_eq!(others[1]["layers_gone"], 1);
}

#[test]
fn decode_names_the_kind_of_message_that_the_bytes_are() {
    let folder = tempfile::tempdir().unwrap();
    let file = write(folder.path(), "receipt.txt", "000000#OK#@@@@\r\n");
    let ended = run(&["decode", &file, "--bank", "HXB", "--message", "push"]);
    assert_eq!(ended.code, 2, "{ended:?}");
    assert!(
        ended.stderr.contains("--message receipt"),
        "{}",
        ended.stderr
    );
}

/// A result of the whole batch alone says what became of it; where lines are, they say it.
#[test]
fn a_result_without_lines_says_how_the_batch_stands() {
    let folder = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../adapters/tests/book/held_answers"
    );
    let decode_of = |bank: &str, file: &str, more: &[&str]| {
        let path = format!("{folder}/{file}");
        let of = ["decode", &path, "--bank", bank, "--message", "result"];
        run(&[&of, more].concat())
    };
    let decode = |file: &str, more: &[&str]| decode_of("BOC", file, more);
    for (file, outcome, word) in [
        ("boc_done.result.txt", "accepted", "已受理"),
        ("boc_else.result.txt", "unknown", "支付不明"),
        ("boc_attributes.result.txt", "accepted", "已受理"),
        // A sign-in that went well says nothing of a batch.
        ("boc_signin.result.txt", "unknown", "支付不明"),
    ] {
        let ended = decode(file, &["--json"]);
        assert_eq!(ended.document()["outcome"], outcome, "{file}");
        let text = decode(file, &[]).stdout;
        assert!(text.lines().any(|line| line == word), "{text}");
    }
    // Nor does an answer without rows of a bank that has no state of the whole.
    for (file, bank) in [
        ("hxb_empty.result.txt", "HXB"),
        ("icbc_empty.result.txt", "ICBC"),
    ] {
        let document = decode_of(bank, file, &["--json"]).document();
        assert_eq!(document["outcome"], "unknown", "{file}");
    }
    let many = decode("boc_many.result.txt", &["--json"]).document();
    assert_eq!(many.get("outcome"), None);
    assert_eq!(many["lines"][0]["reference"], "PK2026120100007701");
    // The token of a session is nobody's to read.
    for more in [&["--json"][..], &[]] {
        let ended = decode("boc_signin.result.txt", more);
        assert_eq!(ended.code, 0, "{ended:?}");
        assert!(!ended.stdout.contains("TK-SAMPLE"), "{ended:?}");
    }
}
