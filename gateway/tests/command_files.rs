//! The program itself on files: `check`, `convert`, `decode`, `banks`. What stands on stdout, what
//! on stderr, and with which code it ends (INTERFACE sections 1 and 6).
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod command_kit;

use command_kit::{TEMPLATE, run, run_with};
use serde_json::Value;
use std::path::Path;

fn write(folder: &Path, name: &str, text: &str) -> String {
    let path = folder.join(name);
    std::fs::write(&path, text).unwrap();
    path.to_str().unwrap().to_owned()
}

#[test]
fn a_good_file_is_checked_with_code_0() {
    let folder = tempfile::tempdir().unwrap();
    let file = write(folder.path(), "wages.csv", TEMPLATE);
    let ended = run(&["check", &file, "--json"]);
    assert_eq!(ended.code, 0, "{ended:?}");
    let document = ended.document();
    assert_eq!(document["format"], "csv");
    assert_eq!(document["encoding"], "UTF-8");
    assert_eq!(document["batch"]["batch_no"], "GZ-2026-11-001");
    assert_eq!(document["batch"]["paying_bank"], "ICBC");
    assert_eq!(document["line_count"], 2);
    assert_eq!(document["total_fen"], 1_360_350);
    assert_eq!(document["lines_ok"], 2);
    assert_eq!(
        (&document["errors"], &document["warnings"]),
        (&0.into(), &0.into())
    );
    assert_eq!(document["findings"], Value::Array(Vec::new()));
    assert_eq!(document["digest"].as_str().unwrap().len(), 64);
    let ended = run(&["check", &file]);
    assert_eq!(ended.code, 0);
    assert!(ended.stdout.contains("13,603.50"), "{ended:?}");
    assert!(
        !ended.stdout.contains('\u{1b}'),
        "no colours where nobody looks"
    );
}

#[test]
fn every_finding_comes_in_one_pass_with_code_1_and_no_clear_number() {
    let folder = tempfile::tempdir().unwrap();
    let wrong = TEMPLATE
        .replace("11010519491231002X", "110105194912310021")
        .replace("7080.00,7080.00", "-5,7080.00");
    let file = write(folder.path(), "wages.csv", &wrong);
    let ended = run(&["check", &file, "--json", "--lang", "en"]);
    assert_eq!(ended.code, 1, "{ended:?}");
    let document = ended.document();
    let findings = document["findings"].as_array().unwrap();
    let codes: Vec<&str> = findings
        .iter()
        .map(|f| f["code"].as_str().unwrap())
        .collect();
    assert!(codes.contains(&"id_number_invalid"), "{codes:?}");
    assert!(codes.contains(&"control_sum_mismatch"), "{codes:?}");
    assert_eq!(document["errors"].as_u64().unwrap(), findings.len() as u64);
    for finding in findings {
        for key in [
            "code", "severity", "line", "row", "field", "value", "message", "hint",
        ] {
            assert!(finding.get(key).is_some(), "{key} is missing in {finding}");
        }
    }
    assert!(!ended.stdout.contains("110105194912310021"));
    let ended = run(&["check", &file, "--lang", "zh"]);
    assert_eq!(ended.code, 1);
    assert!(ended.stdout.contains("id_number_invalid"));
}

#[test]
fn what_cannot_be_read_ends_with_code_2_and_still_prints_its_document() {
    let folder = tempfile::tempdir().unwrap();
    let picture = folder.path().join("wages.csv");
    std::fs::write(&picture, [0x89, b'P', b'N', b'G', 0, 1, 2, 3]).unwrap();
    let missing = folder.path().join("nothing.csv");
    for path in [picture.as_path(), missing.as_path(), folder.path()] {
        let ended = run(&["check", path.to_str().unwrap(), "--json"]);
        assert_eq!(ended.code, 2, "{ended:?}");
        let document = ended.document();
        let code = document["findings"][0]["code"].as_str().unwrap();
        assert!(
            ["unreadable", "unsupported_format"].contains(&code),
            "{code}"
        );
        assert!(document["errors"].as_u64().unwrap() >= 1);
        assert!(document.get("batch").is_some());
        // What it is no program knows: it is not called a csv for its name.
        assert!(document["format"].is_null() && document["encoding"].is_null());
    }
    let ended = run(&["check", missing.to_str().unwrap()]);
    assert_eq!((ended.code, ended.stdout.as_str()), (2, ""));
    assert!(ended.stderr.contains("nothing.csv"), "{ended:?}");
}

/// The system's own words are English: a clerk reads Chinese, on the screen and in the document.
#[cfg(unix)]
#[test]
fn why_a_file_cannot_be_opened_is_said_in_the_readers_language() {
    let folder = tempfile::tempdir().unwrap();
    let circle = folder.path().join("a.csv");
    std::os::unix::fs::symlink(&circle, &circle).unwrap();
    let circle = circle.to_str().unwrap().to_owned();
    let below = write(folder.path(), "wages.csv", TEMPLATE) + "/october.csv";
    for (path, zh, en) in [
        (
            &circle,
            "路径中的符号链接互相指向,没有尽头",
            "symbolic links",
        ),
        (&below, "不是目录", "it is no folder"),
    ] {
        for (lang, said) in [("zh", zh), ("en", en)] {
            let ended = run(&["check", path, "--json", "--lang", lang]);
            assert_eq!(ended.code, 2);
            let message = ended.document()["findings"][0]["message"].to_string();
            for told in [message, run(&["check", path, "--lang", lang]).stderr] {
                assert!(told.contains(said), "{told}");
                assert!(!told.contains("os error"), "{told}");
            }
        }
    }
}

#[test]
fn standard_input_is_a_file_too() {
    let ended = run_with(&["check", "-", "--json"], TEMPLATE.as_bytes());
    assert_eq!(ended.code, 0, "{ended:?}");
    assert_eq!(ended.document()["line_count"], 2);
}

#[test]
fn a_paying_bank_refuses_what_its_character_set_lacks() {
    let folder = tempfile::tempdir().unwrap();
    // U+20BB7 is in no two-byte table; HXB speaks GBK.
    let file = write(
        folder.path(),
        "wages.csv",
        &TEMPLATE.replace("张样一", "𠮷样一"),
    );
    assert_eq!(run(&["check", &file]).code, 0);
    let ended = run(&["check", &file, "--bank", "HXB", "--json"]);
    assert_eq!(ended.code, 1, "{ended:?}");
    assert_eq!(
        ended.document()["findings"][0]["code"],
        "name_not_encodable"
    );
    assert_eq!(run(&["check", &file, "--bank", "NOBANK"]).code, 2);
}

#[test]
fn convert_writes_private_files_and_a_manifest_that_fits_them() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let file = write(folder.path(), "wages.csv", TEMPLATE);
    let out = folder.path().join("out");
    let arguments = [
        "convert",
        "--date",
        "2026-11-24",
        &file,
        "--bank",
        "HXB",
        "--out",
        out.to_str().unwrap(),
    ];
    let ended = run(&arguments);
    assert_eq!(ended.code, 0, "{ended:?}");
    let mode = |path: &Path| path.metadata().unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&out), 0o700);
    let manifest = std::fs::read(out.join("manifest.json")).unwrap();
    let manifest: Value = serde_json::from_slice(&manifest).unwrap();
    let files = manifest["files"].as_array().unwrap();
    assert_eq!(files.len(), 1);
    assert_eq!(files[0]["lines"], 2);
    assert_eq!(files[0]["instructs"], true);
    let path = out.join(files[0]["file"].as_str().unwrap());
    assert_eq!(mode(&path), 0o600);
    assert_eq!(mode(&out.join("manifest.json")), 0o600);
    let bytes = std::fs::read(&path).unwrap();
    assert_eq!(files[0]["bytes"], bytes.len());
    let digest = ring::digest::digest(&ring::digest::SHA256, &bytes);
    assert_eq!(files[0]["sha256"], gateway::hex(digest.as_ref()));
    // GBK: 张 is D5 C5, and the amounts stand in yuan.
    assert!(bytes.windows(2).any(|pair| pair == [0xD5, 0xC5]));
    assert!(bytes.windows(7).any(|part| part == b"6523.50"));
    assert_eq!(run(&arguments).code, 2, "old and new messages never mix");
}

#[test]
fn convert_refuses_a_file_with_errors_and_writes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let file = write(
        folder.path(),
        "wages.csv",
        &TEMPLATE.replace("13603.50", "13603.51"),
    );
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
    assert_eq!(ended.code, 1, "{ended:?}");
    assert!(ended.stderr.contains("control_sum_mismatch"));
    assert!(!out.exists());
}

#[test]
fn decode_reads_a_receipt_and_says_what_it_cannot_read() {
    let folder = tempfile::tempdir().unwrap();
    let good = write(folder.path(), "good.txt", "000000#OK#@@@@\r\n");
    let arguments = |file: &str| -> Vec<String> {
        let words = [
            "decode",
            file,
            "--bank",
            "HXB",
            "--message",
            "receipt",
            "--json",
        ];
        words.iter().map(|word| (*word).to_owned()).collect()
    };
    let words = arguments(&good);
    let ended = run(&words.iter().map(String::as_str).collect::<Vec<_>>());
    assert_eq!(ended.code, 0, "{ended:?}");
    let document = ended.document();
    assert_eq!(document["bank"], "HXB");
    assert_eq!(document["message"], "receipt");
    assert_eq!(document["outcome"], "accepted");
    assert_eq!(document["lines"], Value::Array(Vec::new()));
    assert_eq!(document["totals"]["count"], Value::Null);
    assert_eq!(document["evidence"], "observed");
    let bad = write(folder.path(), "bad.txt", "<html>login</html>");
    let words = arguments(&bad);
    let ended = run(&words.iter().map(String::as_str).collect::<Vec<_>>());
    assert_eq!(ended.code, 2, "{ended:?}");
    assert_eq!(ended.document()["findings"][0]["code"], "unreadable");
}

#[test]
fn the_book_has_a_row_for_each_bank_and_says_where_each_value_is_from() {
    let ended = run(&["banks", "--json"]);
    assert_eq!(ended.code, 0);
    let document = ended.document();
    let rows = document.as_array().unwrap();
    assert_eq!(rows.len(), schemas::codes::banks().len());
    for row in rows {
        for key in [
            "code",
            "name_zh",
            "name_en",
            "dialect",
            "evidence",
            "cnaps_code",
            "bic",
            "capability",
            "limits",
            "cut_off",
            "channel",
        ] {
            assert!(row.get(key).is_some(), "{key} is missing in {row}");
        }
        assert_ne!(row["evidence"], "certified", "nothing is certified here");
    }
    let ended = run(&["banks", "hxb", "--json"]);
    assert_eq!(ended.code, 0);
    let values = ended.document()["values"].as_array().unwrap().clone();
    let cut_off = values
        .iter()
        .find(|value| value["name"] == "cut_off")
        .unwrap();
    assert_eq!(cut_off["file"], "banks/HXB/bank.toml");
    // Every code, every field in order, and what the connection's values are.
    let dialect = "dialects/hxb_xhj/dialect.toml";
    for (name, word) in [
        ("connection.operator.zh", "操作员号"),
        (
            "connection.operator.en",
            "number of our operator at the bank",
        ),
        ("submit.submit.wire", "tcp"),
        ("submit.submit.request.head.2", "connection.operator"),
        ("codes.submit.000000", "accepted"),
    ] {
        let told = values.iter().find(|value| value["name"] == name);
        let told = told.unwrap_or_else(|| panic!("{name} in {values:#?}"));
        assert_eq!(
            (&told["value"], &told["file"]),
            (&word.into(), &dialect.into())
        );
    }
    assert_eq!(run(&["banks"]).code, 0);
    assert_eq!(run(&["banks", "NOBANK"]).code, 2);
}

/// What the command line says against the file is told, never ignored in silence.
#[test]
fn a_month_or_a_bank_that_is_not_the_file_s_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("wages.csv");
    std::fs::write(&file, TEMPLATE).unwrap();
    let file = file.to_str().unwrap();
    let ended = run(&["check", file, "--pay-month", "2026-02"]);
    assert_eq!(ended.code, 1, "{ended:?}");
    let both = "文件写的工资月份是 2026-01，而报送时指定的是 2026-02";
    assert!(ended.stdout.contains(both), "{ended:?}");
    assert_eq!(run(&["check", file, "--pay-month", "2026-01"]).code, 0);
    let ended = run(&["check", file, "--bank", "ABC"]);
    let words = "注意:文件写的付款银行是 ICBC,而 --bank 指定的是 ABC";
    assert!(ended.stdout.contains(words), "{ended:?}");
    let document = run(&["check", file, "--bank", "ABC", "--json"]).document();
    assert_eq!(document["checked_bank"], "ABC");
    assert_eq!(document["checked_bank_is_stated"], false);
    let ended = run(&["check", file, "--bank", "ICBC"]);
    assert!(!ended.stdout.contains("注意"), "{ended:?}");
    let document = run(&["check", file, "--json"]).document();
    assert!(document["checked_bank"].is_null());
}
