//! What a definition says of itself.

use super::Verdict::{self, Pass};
use adapters::exchange::{Next, Outcome, PlanLine};
use adapters::{BankReply, Evidence, RequestKind};
use schemas::FailureReason;
use schemas::value::{Fen, PersonName};
use std::path::Path;
use tests::desk::definitions;
use tests::talk::Talk;

pub fn definition_is_of_a_known_bank(talk: &Talk) -> Verdict {
    let code = talk.adapter.code();
    let bank = talk
        .adapter
        .bank()
        .expect("in schemas/codes/banks.toml or [identity]");
    assert_eq!(bank.code, code);
    let cut_off = talk.adapter.cut_off();
    let working = time::macros::time!(12:00)..=time::macros::time!(22:00);
    assert!(working.contains(&cut_off), "{code}: {cut_off}");
    Pass
}

/// Nothing above `observed` without samples; every bank says in its notes what it stands on.
pub fn definition_says_what_it_stands_on(talk: &Talk) -> Verdict {
    let code = talk.adapter.code();
    let folder = definitions().join("banks").join(code.as_str());
    let stands = stands_on(talk.adapter.evidence(), &folder);
    assert!(stands.is_ok(), "{code}: {stands:?}");
    Pass
}

/// What the notes of a synthetic bank say, in one of these ways.
const NOT_THEIRS: [&str; 2] = ["not the bank's format", "不是该行的真实格式"];

/// Whether a bank's folder holds what its evidence asks for: notes that name the level, and from
/// `documented` on a sample that is not ours. Of a synthetic bank they say that it is no bank's.
fn stands_on(evidence: Evidence, folder: &Path) -> Result<(), &'static str> {
    let notes = std::fs::read_to_string(folder.join("NOTES.md")).map_err(|_| "no NOTES.md")?;
    if !notes.to_lowercase().contains(evidence.as_str()) {
        return Err("the notes do not name the evidence");
    }
    let says = |words: &&str| notes.contains(*words);
    if evidence == Evidence::Synthetic && !NOT_THEIRS.iter().any(says) {
        return Err("the notes do not say that this is not the bank's format");
    }
    if evidence < Evidence::Documented {
        return Ok(());
    }
    let files = std::fs::read_dir(folder.join("samples")).map_err(|_| "no samples")?;
    let mut files = files.map(|file| file.unwrap().file_name().to_string_lossy().into_owned());
    match files.any(|file| is_foreign(&notes, &file)) {
        true => Ok(()),
        false => Err("only samples of our own"),
    }
}

/// Whether the notes say of a sample that it comes from elsewhere: a line that names the file in
/// backquotes and an origin behind `origin:`, which is not ours.
fn is_foreign(notes: &str, file: &str) -> bool {
    let named = format!("`{file}`");
    let mut lines = notes.lines().filter(|line| line.contains(&named));
    lines.any(|line| {
        let origin = line.split_once("origin:").map(|(_, origin)| origin);
        let origin = origin.unwrap_or_default().trim().to_lowercase();
        let own = [
            "ours",
            "our ",
            "synthetic",
            "self-made",
            "anxin",
            "invented",
        ];
        !origin.is_empty() && !own.iter().any(|word| origin.starts_with(word))
    })
}

pub fn a_sample_is_foreign_where_the_notes_say_so() {
    let notes = "- `result.bin` origin: ours\n- `push.bin` origin: synthetic, after the manual\n\
                 - `receipt.bin`\n- `manual.bin` origin: the bank's manual, edition 3, page 41";
    let foreign = |file| is_foreign(notes, file);
    assert!(!foreign("result.bin") && !foreign("push.bin") && !foreign("receipt.bin"));
    assert!(foreign("manual.bin") && !foreign("other.bin"));
}

/// HXB's definition as if its manual had been read: nothing changes but the word.
fn documented() -> Evidence {
    let read = |file: &str| std::fs::read_to_string(definitions().join(file)).unwrap();
    let files = ["dialects/hxb_xhj/dialect.toml", "banks/HXB/bank.toml"];
    let files = files.map(|file| (file, read(file).replace("\"observed\"", "\"documented\"")));
    let book = adapters::Book::from_files(files).unwrap();
    book.adapters()[0].evidence()
}

/// The word alone is not enough, nor are samples that the engine made itself, nor the mention of
/// one that is not there.
pub fn a_documented_bank_with_samples_of_its_own_only_fails() {
    let evidence = documented();
    assert_eq!(evidence, Evidence::Documented);
    let folder = tempfile::tempdir().unwrap();
    let said = |notes: &str| {
        std::fs::write(folder.path().join("NOTES.md"), notes).unwrap();
        stands_on(evidence, folder.path())
    };
    let ours = "Evidence: documented.\n- `result.bin` origin: ours\n";
    let named = format!("{ours}- `manual.bin` origin: the bank's manual, edition 3, page 41\n");
    assert_eq!(
        said("Evidence: observed."),
        Err("the notes do not name the evidence")
    );
    assert_eq!(said(&named), Err("no samples"));
    let samples = folder.path().join("samples");
    std::fs::create_dir(&samples).unwrap();
    std::fs::write(samples.join("result.bin"), "made by the engine").unwrap();
    assert_eq!(said(ours), Err("only samples of our own"));
    assert_eq!(said(&named), Err("only samples of our own"));
    std::fs::write(samples.join("manual.bin"), "copied from the manual").unwrap();
    assert_eq!(said(ours), Err("only samples of our own"));
    assert_eq!(said(&named), Ok(()));
}

/// Account, name, amount, count and sum reach the bank; it knows which file it is about.
pub fn definition_carries_every_needed_field(talk: &Talk) -> Verdict {
    let code = talk.adapter.code();
    let messages = talk.submit(&talk.order).unwrap();
    let lines = talk.lines(&talk.order).unwrap();
    assert_eq!(lines.len(), talk.order.lines.len(), "{code}");
    for (own, read) in talk.order.lines.iter().zip(&lines) {
        assert_eq!(read.row_no, Some(own.row_no), "{code}");
        assert_eq!(
            (&read.name, read.account),
            (&own.name, own.account),
            "{code}"
        );
        assert_eq!(read.amount, own.amount, "{code}");
    }
    let instructs: Vec<_> = messages.iter().filter(|(out, _)| out.instructs).collect();
    assert_eq!(instructs.len(), 1, "{code}: one message instructs");
    let (_, request) = instructs[0];
    assert_eq!(request.kind, RequestKind::Submit, "{code}");
    // A message of one payment states no count and no sum.
    if talk.adapter.limits().rows_max > 1 {
        assert_eq!(request.count, Some(4), "{code}");
        assert_eq!(request.total, talk.order.total(), "{code}");
    }
    let named =
        |(_, request): &(_, adapters::BankRequest)| request.file_no == Some(talk.order.file_no);
    assert!(
        messages.iter().all(named),
        "{code}: each message names the file"
    );
    Pass
}

/// The longest name and memo, the largest amount and number fit the widths together.
pub fn definition_fits_its_own_limits(talk: &Talk) -> Verdict {
    let code = talk.adapter.code();
    let limits = talk.adapter.limits();
    let mut order = talk.order.clone();
    order.file_no = 9_999_999_999;
    order.lines.truncate(1);
    let charset = talk.adapter.charset_out();
    let width = charset.byte_len("长").unwrap();
    let name = "长".repeat(limits.name_bytes_max / width);
    let line = &mut order.lines[0];
    line.name = PersonName::parse(&name).unwrap();
    line.memo = Some("工".repeat(limits.memo_bytes_max / width));
    line.amount = limits.amount_max;
    let lines = talk
        .lines(&order)
        .unwrap_or_else(|error| panic!("{code}: {error}"));
    assert_eq!(lines[0].name, order.lines[0].name, "{code}");
    assert_eq!(lines[0].amount, limits.amount_max, "{code}");
    assert!(
        limits.rows_max > 0 && limits.amount_max > Fen::ZERO,
        "{code}"
    );
    assert!(limits.total_max >= limits.amount_max, "{code}");
    Pass
}

pub fn definition_has_a_code_for_every_outcome(talk: &Talk) -> Verdict {
    let code = talk.adapter.code();
    let side = talk.adapter.bank_side();
    for push in [false, true] {
        let all = [Outcome::Paid, Outcome::Accepted, Outcome::Unknown];
        for outcome in all.into_iter().filter(|o| push || side.names_line(*o)) {
            let read = side.line_expressible(outcome, push);
            // A bank may push what is final only.
            let untold = push && outcome == Outcome::Accepted && read == Outcome::Unknown;
            assert!(read == outcome || untold, "{code} {push}: {read:?}");
        }
        for reason in FailureReason::ALL {
            let read = side.line_expressible(Outcome::Failed(reason), push);
            assert!(
                matches!(read, Outcome::Failed(_)),
                "{code} {push} {reason:?}"
            );
        }
    }
    Pass
}

/// Declared but absent and present but undeclared both fail.
pub fn definition_does_what_it_declares(talk: &Talk) -> Verdict {
    let code = talk.adapter.code();
    let declared = talk.adapter.capability();
    let query = talk.query();
    let asks = matches!(
        talk.adapter.query(&query).next(&talk.keys),
        Ok(Next::Send(_))
    );
    assert_eq!(declared.query, asks, "{code}: query");
    let told = talk.told(&[Outcome::Returned]);
    let reply = BankReply {
        bank_date: Some(talk.order.bank_date),
        ..BankReply::result(told)
    };
    let side = talk.adapter.bank_side();
    let pushes = side.write_push_of(talk.order.file_no, &reply, &talk.keys);
    let pushes = pushes.is_ok();
    assert_eq!(declared.push, pushes, "{code}: push");
    let returns = [false, true].map(|push| side.line_expressible(Outcome::Returned, push));
    let returns = returns.contains(&Outcome::Returned);
    assert_eq!(declared.returns, returns, "{code}: returns");
    assert!(
        declared.own_bank || declared.other_banks,
        "{code}: pays nobody"
    );
    pays_other_banks_as_declared(talk);
    lists_failures_as_declared(talk);
    Pass
}

/// A payee elsewhere: carried where it is declared; in a file of its own where that is.
fn pays_other_banks_as_declared(talk: &Talk) {
    let code = talk.adapter.code();
    let declared = talk.adapter.capability();
    let elsewhere = if code.as_str() == "BOC" { "ABC" } else { "BOC" };
    let elsewhere = schemas::BankCode::parse(elsewhere).unwrap();
    let mut order = talk.order.clone();
    order.lines.truncate(1);
    order.lines[0].payee_bank = Some(elsewhere);
    let carried = talk.lines(&order);
    assert_eq!(declared.other_banks, carried.is_ok(), "{code}: other banks");
    let line = |bank| PlanLine {
        payee_bank: bank,
        amount: Fen(100),
        name_bytes: 9,
        memo_bytes: 12,
    };
    // Stated as its own, elsewhere, not stated, elsewhere.
    let lines = [Some(code), Some(elsewhere), None, Some(elsewhere)].map(line);
    let one_by_one = talk.adapter.limits().rows_max == 1;
    let expected: &[&[usize]] = match declared.one_class_per_file {
        true => &[&[0, 2], &[1, 3]],
        false if one_by_one => &[&[0], &[1], &[2], &[3]],
        false => &[&[0, 1, 2, 3]],
    };
    assert_eq!(talk.adapter.plan(&lines), expected, "{code}: classes");
}

/// A result that leaves a line out and calls the file done pays it by its silence only where
/// that is declared.
fn lists_failures_as_declared(talk: &Talk) {
    let code = talk.adapter.code();
    let declared = talk.adapter.capability().failures_only;
    let mut lines = talk.told(&[Outcome::Failed(FailureReason::AccountClosed)]);
    lines.truncate(1);
    let bytes = talk.result(Outcome::Paid, lines);
    let result = talk.adapter.decode_result(&bytes, &talk.keys).unwrap();
    assert_eq!(result.failures_only, declared, "{code}: failures only");
    let by_silence = result.outcome == Outcome::Paid;
    assert!(declared || !by_silence, "{code}: silence pays");
}

pub fn definition_explains_every_value(talk: &Talk) -> Verdict {
    let code = talk.adapter.code();
    let explained = talk.adapter.explain();
    for each in &explained {
        assert!(
            definitions().join(&each.file).exists(),
            "{code}: {}",
            each.file
        );
    }
    for name in [
        "dialect",
        "evidence",
        "cut_off",
        "limits.rows_max",
        "limits.amount_max",
    ] {
        assert!(
            explained.iter().any(|each| each.name == name),
            "{code}: {name}"
        );
    }
    Pass
}
