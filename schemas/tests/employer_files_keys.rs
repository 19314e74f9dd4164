//! M9: a batch number and a project code stay in clear for ever, so that no number of a person may
//! be in them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod employer_files_support;

use employer_files_support::{EXAMPLE, read_bytes};

#[test]
fn a_key_with_a_number_of_a_person_is_refused_and_shown_masked() {
    let batch_no = "GZ-2026-11-001";
    let project = "330110202611000001";
    let cases = [
        (batch_no, "GZ-1101.0519.4912.3100.2X", "GZ1101"),
        (batch_no, "GZ-1202-0200-0990-0012-345", "GZ1202"),
        (project, "6222021202000000019", "622202"),
        (project, "11010519491231002x", "110105"),
    ];
    for (from, to, shown) in cases {
        let (summary, kept) = read_bytes(EXAMPLE.replacen(from, to, 1).as_bytes());
        let place = if from == batch_no {
            "batch_no_invalid - - batch_no"
        } else {
            "project_code_invalid - - project_code"
        };
        assert_eq!(kept.places(), [place], "{to}");
        assert!(summary.head.is_none());
        let value = kept.findings[0].value.as_deref().unwrap();
        assert!(
            value.starts_with(shown) && value.contains("****"),
            "{value}"
        );
        let reason = kept.findings[0].arguments.get("reason");
        assert_eq!(reason.map(String::as_str), Some("personal"));
    }
}

#[test]
fn a_project_code_has_the_shape_of_a_key() {
    let long = "3".repeat(33);
    let longest = "X".repeat(32);
    for (code, taken) in [
        ("330110202611000001", true),
        ("XM-2026.01_A", true),
        ("三标段", true),
        (longest.as_str(), true),
        ("XM 1", false),
        (long.as_str(), false),
    ] {
        let (summary, _) = read_bytes(EXAMPLE.replacen("330110202611000001", code, 1).as_bytes());
        assert_eq!(summary.head.is_some(), taken, "{code}");
    }
}
