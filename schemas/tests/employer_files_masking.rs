//! A person's name or number that stands in the wrong column is never shown in full.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod employer_files_support;

use employer_files_support::*;
use schemas::finding::Lang;

/// All that a finding of a file whose only line has this value in this column says.
fn said(column: usize, value: &str) -> String {
    let (_, kept) = read_bytes(file("1", "1.00", &row(1, column, value)).as_bytes());
    let text = |f: &schemas::Finding| {
        let shown = f.value.clone().unwrap_or_default();
        shown + "\n" + &f.message(Lang::Zh) + "\n" + &f.message(Lang::En) + "\n"
    };
    kept.findings.iter().map(text).collect()
}

#[test]
fn a_name_or_number_in_any_column_is_masked() {
    let names = [
        "买买提·艾力",
        "Zhang San",
        "王五",
        "欧阳娜娜",
        "阿卜杜热合曼·吐尔孙",
        "JEAN O'NEIL",
    ];
    let numbers = [
        "6222021202000000019",
        "6222 0212 0200 0000 019",
        "6222-0212-0200-0000-019",
        "６２２２０２１２０２００００００００１９",
        "11010519491231002X",
    ];
    // 序号, 证件类型, 开户银行, 联行号, 实发金额, 应发金额, 备注.
    for column in [0, 2, 5, 6, 7, 8] {
        for secret in names.iter().chain(&numbers) {
            let said = said(column, secret);
            assert!(
                !said.is_empty() && !said.contains(secret),
                "{column}: {said}"
            );
        }
    }
    for column in [0, 2, 3, 4, 5, 6, 7, 8] {
        let said = said(column, "欧阳娜娜6222021202000000019");
        assert!(
            !said.contains("欧阳") && !said.contains("62220212"),
            "{said}"
        );
    }
}

#[test]
fn a_memo_shows_only_the_character_that_is_wrong() {
    let said = said(9, "张样一补发\u{202E}六月");
    assert!(
        said.contains("U+202E") && !said.contains("补发") && !said.contains('张'),
        "{said}"
    );
}

#[test]
fn what_is_of_the_columns_own_kind_is_shown() {
    for (column, value) in [
        (0, "0"),
        (2, "18"),
        (5, "某某村镇银行"),
        (7, "1.234.5"),
        (7, "-5.00"),
        (8, "１２.３４５"),
    ] {
        let said = said(column, value);
        assert!(said.contains(value), "{column} {value}: {said}");
    }
}
