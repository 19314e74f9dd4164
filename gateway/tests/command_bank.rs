//! `anxin bank`: a bank is added by a payments clerk; `anxin decode` of a dialect alone.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod command_kit;

use adapters::Book;
use command_kit::{Ended, TEMPLATE, run};
use gateway::command::definitions::book_in;
use std::collections::BTreeSet;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

/// A folder of definitions without anything in it: the dialects are the program's.
struct Desk(tempfile::TempDir);

impl Desk {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn bank(&self, words: &[&str]) -> Ended {
        let folder = self.path("adapters");
        run(&[&["bank"], words, &["--dir", folder.to_str().unwrap()]].concat())
    }

    fn added(code: &str, dialect: &str) -> Self {
        let desk = Self::new();
        let ended = desk.bank(&["new", code, "--dialect", dialect]);
        assert_eq!(ended.code, 0, "{ended:?}");
        desk
    }

    /// The example of the contract with another paying bank.
    fn wages(&self, code: &str) -> String {
        let path = self.path("wages.csv");
        std::fs::write(
            &path,
            TEMPLATE.replace("付款银行,ICBC", &format!("付款银行,{code}")),
        )
        .unwrap();
        path.to_str().unwrap().to_owned()
    }

    fn preset(&self, code: &str) -> PathBuf {
        self.path("adapters/banks").join(code).join("bank.toml")
    }

    fn edit(&self, code: &str, old: &str, new: &str) {
        let path = self.preset(code);
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text.contains(old), "{old}: {text}");
        std::fs::write(path, text.replacen(old, new, 1)).unwrap();
    }
}

#[test]
fn the_definitions_on_disk_are_the_book_in_the_program() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../adapters");
    let book = book_in(&folder).unwrap();
    let explained = |book: &Book| -> Vec<_> {
        book.adapters()
            .iter()
            .map(|bank| (bank.code(), bank.explain()))
            .collect()
    };
    let own = Book::built_in().unwrap();
    assert!(explained(book) == explained(own), "both tell the same");
    assert_eq!(book.dialects().len(), own.dialects().len());
}

/// The notes say what those of every synthetic bank of the book say.
fn assert_notes(path: &Path) {
    let notes = std::fs::read_to_string(path).unwrap();
    for words in [
        "Evidence: synthetic",
        "not the bank's format",
        "limits are invented",
    ] {
        assert!(notes.contains(words), "{words}: {notes}");
    }
}

#[test]
fn a_new_bank_is_a_folder_that_is_never_written_over() {
    let desk = Desk::added("ZZTRIAL", "synthetic_fixed");
    let text = std::fs::read_to_string(desk.preset("ZZTRIAL")).unwrap();
    for word in [
        "code = \"ZZTRIAL\"",
        "evidence = \"synthetic\"",
        "[identity]",
        "截止时间",
    ] {
        assert!(text.contains(word), "{word}: {text}");
    }
    let notes = desk.path("adapters/banks/ZZTRIAL/NOTES.md");
    assert_notes(&notes);
    let again = desk.bank(&["new", "ZZTRIAL", "--dialect", "synthetic_fixed"]);
    assert_eq!(again.code, 2, "{again:?}");
    assert!(again.stderr.contains("已存在"), "{again:?}");
    assert_eq!(
        std::fs::read_to_string(desk.preset("ZZTRIAL")).unwrap(),
        text
    );
    // A bank of the list needs no names.
    let known = desk.bank(&[
        "new",
        "HZCB",
        "--dialect",
        "hxb_xhj",
        "--lang",
        "en",
        "--json",
    ]);
    assert_eq!(known.code, 0, "{known:?}");
    assert_eq!(known.document()["files"].as_array().unwrap().len(), 2);
    assert_notes(&desk.path("adapters/banks/HZCB/NOTES.md"));
    let text = std::fs::read_to_string(desk.preset("HZCB")).unwrap();
    assert!(!text.contains("[identity]") && text.contains("Last time of a bank day"));
}

#[test]
fn what_can_t_be_a_bank_leaves_nothing() {
    let desk = Desk::new();
    let refused = |words: &[&str], told: &[&str]| {
        let ended = desk.bank(words);
        assert_eq!(ended.code, 2, "{ended:?}");
        for word in told {
            assert!(ended.stderr.contains(word), "{word}: {ended:?}");
        }
        assert!(!desk.path("adapters").exists(), "{words:?}");
    };
    let unknown = ["new", "ZZTRIAL", "--dialect", "hxb_xjh"];
    refused(
        &unknown,
        &["没有方言 hxb_xjh", "hxb_xhj", "icbc_cms", "synthetic_fixed"],
    );
    for code in ["xybank", "X", "../XY", "ABCDEFGHIJK", "XY BANK", ""] {
        refused(
            &["new", code, "--dialect", "synthetic_fixed"],
            &["银行代码"],
        );
    }
    refused(&["explain", "ZZTRIAL"], &["adapters 不存在", "--dir"]);
    std::fs::create_dir_all(desk.path("other/banks")).unwrap();
    let other = desk.path("other");
    let other = [
        "bank",
        "explain",
        "ZZTRIAL",
        "--dir",
        other.to_str().unwrap(),
    ];
    let ended = run(&other);
    assert_eq!(ended.code, 2, "{ended:?}");
    assert!(ended.stderr.contains("没有银行 ZZTRIAL") && ended.stderr.contains("bank new"));
}

/// Every dialect makes a bank that loads, takes the example's wages and answers: nothing of the
/// play is left out, and no person is told in full.
#[test]
fn every_dialect_makes_a_bank_that_a_clerk_can_try() {
    let desk = Desk::new();
    let book = Book::built_in().unwrap();
    for (number, dialect) in (10..).zip(book.dialects()) {
        let dialect = dialect.dialect();
        let code = format!("XY{number}");
        let ended = desk.bank(&["new", &code, "--dialect", dialect]);
        assert_eq!(ended.code, 0, "{dialect}: {ended:?}");
        let wages = desk.path("own.csv");
        // Accounts at the bank itself, of 18 digits: the least that a dialect takes.
        let text = TEMPLATE
            .replace("ICBC", &code)
            .replace(",ABC,", &format!(",{code},"))
            .replace("6222021202000000019", "338801000990001234")
            .replace("6228480000000000000", "338801000990005678");
        std::fs::write(&wages, text).unwrap();
        let ended = desk.bank(&["try", wages.to_str().unwrap(), "--bank", &code, "--json"]);
        assert_eq!(ended.code, 0, "{dialect}: {ended:?}");
        let document = ended.document();
        assert!(document["not_played"].is_null(), "{dialect}: {ended:?}");
        assert!(
            document["answers"]["receipt"].is_object(),
            "{dialect}: {ended:?}"
        );
        let lines = document["answers"]["result"]["lines"].as_array().unwrap();
        assert!(lines.len() <= 2, "{dialect}");
        for person in [
            "张样一",
            "李样二",
            "338801000990001234",
            "11010519491231002X",
        ] {
            assert!(!ended.stdout.contains(person), "{dialect}: {person}");
        }
    }
}

#[test]
fn a_trial_shows_lines_messages_and_answers_and_hides_people() {
    let desk = Desk::added("ZZTRIAL", "synthetic_xml_gbk");
    let wages = desk.wages("ZZTRIAL");
    let out = desk.path("out");
    let words = [
        "try",
        &wages,
        "--bank",
        "ZZTRIAL",
        "--out",
        out.to_str().unwrap(),
    ];
    let ended = desk.bank(&words);
    assert_eq!(ended.code, 0, "{ended:?}");
    for word in [
        "张**",
        "622202*********0019",
        "6,523.50",
        "总笔数",
        "没有发送",
        "报送回执",
    ] {
        assert!(ended.stdout.contains(word), "{word}: {}", ended.stdout);
    }
    for person in ["张样一", "6222021202000000019"] {
        assert!(!ended.stdout.contains(person), "{person}");
    }
    // Nothing is masked in the files; nobody else may read them.
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&out), 0o700);
    let files = std::fs::read_dir(&out)
        .unwrap()
        .map(|file| file.unwrap().path());
    let files: Vec<PathBuf> = files.collect();
    assert!(files.iter().all(|file| mode(file) == 0o600), "{files:?}");
    let bytes: Vec<u8> = files
        .iter()
        .flat_map(|file| std::fs::read(file).unwrap())
        .collect();
    let account = b"6222021202000000019";
    assert!(bytes.windows(account.len()).any(|window| window == account));
    let english = desk.bank(&["try", &wages, "--bank", "ZZTRIAL", "--lang", "en"]);
    assert!(
        english.stdout.contains("How its answers read"),
        "{english:?}"
    );
}

#[test]
fn the_bank_s_own_limits_are_those_that_are_tried() {
    let desk = Desk::added("ZZTRIAL", "synthetic_fixed");
    let wages = desk.wages("ZZTRIAL");
    desk.edit("ZZTRIAL", "#[limits]", "[limits]");
    desk.edit(
        "ZZTRIAL",
        "#amount_max_fen = 500000000",
        "amount_max_fen = 7000_00",
    );
    let ended = desk.bank(&["try", &wages, "--bank", "ZZTRIAL"]);
    assert_eq!(ended.code, 1, "{ended:?}");
    assert!(ended.stderr.contains("amount_over_limit"), "{ended:?}");
    let ended = desk.bank(&["try", &wages, "--bank", "ZZTRIAL", "--json"]);
    let document = ended.document();
    assert_eq!(document["findings"][0]["code"], "amount_over_limit");
    assert_eq!(document["files"].as_array().unwrap().len(), 0);
    let explained = desk.bank(&["explain", "ZZTRIAL"]).stdout;
    let limit = explained
        .lines()
        .find(|line| line.starts_with("单笔最高金额"));
    let limit = limit.unwrap();
    assert!(
        limit.contains("7000.00") && limit.contains("banks/ZZTRIAL/bank.toml"),
        "{limit}"
    );
}

#[test]
fn a_mistake_is_told_with_file_line_and_the_allowed_words() {
    let desk = Desk::added("ZZTRIAL", "synthetic_fixed");
    for (old, new, told) in [
        ("cut_off = ", "cutoff = ", "没有这一项 `cutoff`"),
        (
            "\"synthetic_fixed\"",
            "\"synthetic_fix\"",
            "没有这个方言 `synthetic_fix`",
        ),
        ("\"16:00\"", "\"4 pm\"", "16:00 的样子"),
        ("kind = \"rural\"", "kind = \"village\"", "village"),
        ("[identity]", "[identify]", "identify"),
    ] {
        let path = desk.preset("ZZTRIAL");
        let whole = std::fs::read_to_string(&path).unwrap();
        desk.edit("ZZTRIAL", old, new);
        let text = std::fs::read_to_string(&path).unwrap();
        let ended = desk.bank(&["explain", "ZZTRIAL"]);
        assert_eq!(ended.code, 1, "{ended:?}");
        assert!(ended.stderr.contains(told), "{told}: {ended:?}");
        let at = text.find(new).unwrap();
        let line = text[..at].matches('\n').count() + 1;
        // A table that is refused as a whole is told at its head.
        let place = ended.stderr.split("bank.toml:").nth(1).unwrap();
        let place: usize = place.split(':').next().unwrap().parse().unwrap();
        assert!(place.abs_diff(line) <= 8, "{place} {line}: {ended:?}");
        std::fs::write(&path, whole).unwrap();
    }
    // Names that another bank of the list has.
    desk.edit("ZZTRIAL", "ZZTRIAL(行名待填)", "中国工商银行股份有限公司");
    let ended = desk.bank(&["explain", "ZZTRIAL"]);
    assert_eq!(ended.code, 1, "{ended:?}");
    assert!(ended.stderr.contains("另一家银行"), "{ended:?}");
}

#[test]
fn an_explanation_is_the_adapter_in_words_each_with_its_file() {
    let code = "HXB";
    let book = Book::built_in().unwrap();
    let adapter = book
        .adapter(schemas::BankCode::parse(code).unwrap())
        .unwrap();
    let ended = run(&["bank", "explain", code, "--json"]);
    assert_eq!(ended.code, 0, "{ended:?}");
    let document = ended.document();
    let values = document["values"].as_array().unwrap();
    let named: BTreeSet<_> = values
        .iter()
        .map(|value| value["name"].as_str().unwrap())
        .collect();
    for each in adapter.explain() {
        assert!(named.contains(each.name.as_str()), "{}", each.name);
    }
    let chinese = run(&["bank", "explain", code]).stdout;
    for word in ["收款账号[payee.account]", "送盘步骤", "已付", "每笔第 1 项"] {
        assert!(chinese.contains(word), "{word}: {chinese}");
    }
    let english = run(&["bank", "explain", code, "--lang", "en"]).stdout;
    assert!(
        english.contains("payee's account[payee.account]"),
        "{english}"
    );
}

#[test]
fn a_message_is_read_by_its_dialect_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("push.txt");
    let push = b"axp0001#AX0000004711#6523.50#1#1#1|6200000000000000018||6523.50|01||||||#@@@@\r\n";
    std::fs::write(&path, push).unwrap();
    let decode = |bank: &str| {
        let file = path.to_str().unwrap();
        run(&[
            "decode",
            file,
            "--bank",
            bank,
            "--message",
            "push",
            "--json",
        ])
    };
    let (bank, dialect) = (decode("HXB"), decode("hxb_xhj"));
    assert_eq!((bank.code, dialect.code), (0, 0), "{dialect:?}");
    let (bank, dialect) = (bank.document(), dialect.document());
    assert_eq!(
        (&bank["bank"], dialect["bank"].is_null()),
        (&"HXB".into(), true)
    );
    assert_eq!(bank["lines"], dialect["lines"]);
    assert_eq!(dialect["dialect"], "hxb_xhj");
    let unknown = decode("hxb");
    assert_eq!(unknown.code, 0, "a code in any letter case: {unknown:?}");
    let unknown = decode("hxb_xjh");
    assert_eq!(unknown.code, 2, "{unknown:?}");
    for word in ["unionpay_df", "cnaps2", "ICBC"] {
        assert!(unknown.stderr.contains(word), "{unknown:?}");
    }
}
