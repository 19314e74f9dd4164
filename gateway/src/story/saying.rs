//! What each record says, without who and when.

use super::Entry;
use crate::dispatch::decision::DIALECT_GONE;
use crate::event::{Dispute, Event, FileWord, Move};
use crate::query::history::origin_word;

/// What a record says, of one line or of all.
pub(super) fn tell(event: &Event, row: Option<u32>) -> Entry {
    let new = |event| Entry {
        event,
        ..Entry::default()
    };
    match event {
        Event::Started { version, .. } => with_detail(new("started"), version),
        Event::Restored { record, hash, .. } => Entry {
            digest: Some(hash.clone()),
            ..with_detail(new("restored"), &format!("@{record}"))
        },
        Event::Refused { what, digest, .. } => Entry {
            digest: Some(digest.clone()),
            ..with_detail(new("fact_refused"), what)
        },
        Event::BatchOpened { submitted_by, .. } => with_detail(new("opened"), submitted_by),
        Event::BatchBytes { .. } => new("bytes_kept"),
        Event::BatchLines { .. } => new("lines_kept"),
        Event::BatchFindings { .. } => new("findings_kept"),
        Event::BatchAccepted(head) => Entry {
            digest: Some(head.digest.clone()),
            detail: Some(head.batch_no.to_string()),
            sum: Some((head.line_count.into(), head.total_fen)),
            steps: [("refused", u64::from(head.refused_count))]
                .into_iter()
                .filter(|(_, count)| *count > 0 && row.is_none())
                .collect(),
            ..new("accepted_at_intake")
        },
        Event::BatchAbandoned { why, .. } => with_detail(new("file_refused"), why),
        Event::BatchApproved { acknowledged, .. } => {
            with_detail(new("release"), &acknowledged.join(" "))
        }
        Event::BatchWithdrawn { .. } => new("cancel"),
        Event::LinesWithdrawn { lines, .. } => Entry {
            steps: [("cancel", lines.len() as u64)].into(),
            ..new("cancel_lines")
        },
        Event::FileIntended(intent) => Entry {
            file_no: Some(intent.file_no),
            detail: Some(intent.bank_date.clone()),
            sum: Some((intent.lines.len() as u64, intent.total_fen)),
            ..new("intend")
        },
        Event::MessageLeaving { .. }
        | Event::MessageAnswered { .. }
        | Event::FileReceipt { .. }
        | Event::FileAbandoned { .. } => tell_talk(event, row),
        Event::Outcomes { .. } => tell_outcomes(event, row),
        Event::BankMessage { .. } | Event::BankMessageClosed { .. } | Event::Unmatched { .. } => {
            tell_message(event)
        }
        Event::ResolutionProposed { .. } | Event::ResolutionConfirmed { .. } => {
            tell_resolution(event)
        }
        Event::Disclosed { to, count } => Entry {
            sum: Some((u64::from(*count), 0)),
            ..with_detail(new("disclosed"), to)
        },
    }
}

fn with_detail(entry: Entry, detail: &str) -> Entry {
    let detail = Some(detail.to_owned()).filter(|detail| !detail.is_empty());
    Entry { detail, ..entry }
}

/// What leaves for a bank and comes back.
fn tell_talk(event: &Event, row: Option<u32>) -> Entry {
    let of_file = |event, file_no: u64| Entry {
        event,
        file_no: Some(file_no),
        ..Entry::default()
    };
    if let Event::MessageLeaving {
        file_no,
        step,
        instructs,
        digest,
        returns,
        ..
    } = event
    {
        let word = match (*instructs, *returns) {
            (true, _) => "sent",
            (false, true) => "returns_asked",
            (false, false) => "message_sent",
        };
        return Entry {
            digest: Some(digest.clone()),
            ..with_detail(of_file(word, *file_no), step)
        };
    }
    if let Event::MessageAnswered {
        file_no,
        step,
        digest,
    } = event
    {
        return Entry {
            digest: Some(digest.clone()),
            ..with_detail(of_file("message_answered", *file_no), step)
        };
    }
    if let Event::FileReceipt {
        file_no,
        bank_code,
        said,
        noted,
        message,
        ..
    } = event
    {
        let late = noted.iter().filter(|step| is_of(step, row)).count() as u64;
        let detail = match said {
            FileWord::NotFound => "not_found",
            FileWord::Nothing | FileWord::Known => "",
        };
        return Entry {
            message: *message,
            bank_codes: bank_code.iter().map(|code| (code.clone(), 1)).collect(),
            steps: [("noted", late)]
                .into_iter()
                .filter(|(_, late)| *late > 0)
                .collect(),
            ..with_detail(of_file("file_receipt", *file_no), detail)
        };
    }
    let Event::FileAbandoned { file_no, why } = event else {
        return Entry::default();
    };
    with_detail(of_file("file_abandoned", *file_no), why)
}

fn is_of(step: &Move, row: Option<u32>) -> bool {
    row.is_none_or(|row| row == step.index)
}

/// Steps of lines and disputes.
fn tell_outcomes(event: &Event, row: Option<u32>) -> Entry {
    let Event::Outcomes {
        file_no,
        origin,
        message,
        why,
        moves,
        disputes,
        ..
    } = event
    else {
        return Entry::default();
    };
    let mut entry = Entry {
        event: "nothing_new",
        file_no: Some(*file_no),
        message: *message,
        // Recorded as if a limit were over, which it need not be: the reason stands for itself.
        origin: Some(origin_word(*origin)).filter(|_| why.as_deref() != Some(DIALECT_GONE)),
        // The answer limit gives no other reason than itself.
        detail: why.clone().filter(|why| *why != origin_word(*origin)),
        ..Entry::default()
    };
    let mut add = |word: &'static str, step: &Move| {
        *entry.steps.entry(word).or_default() += 1;
        if let Some(code) = &step.bank_code {
            *entry.bank_codes.entry(code.clone()).or_default() += 1;
        }
        if let Some(reason) = &step.reason {
            *entry.reasons.entry(*reason).or_default() += 1;
        }
        if row.is_some() {
            entry.reported_fen = step.reported_fen;
            entry.detail = step.detail.clone().or_else(|| entry.detail.take());
        }
    };
    for step in moves.iter().filter(|step| is_of(step, row)) {
        add(step.event.as_str(), step);
    }
    for (_, dispute, step) in disputes.iter().filter(|(_, _, step)| is_of(step, row)) {
        let word = match dispute {
            Dispute::ResultContradiction => "result_contradiction",
            Dispute::ResultMismatch => "result_mismatch",
        };
        add(word, step);
    }
    if !entry.steps.is_empty() {
        entry.event = "outcomes";
    }
    entry
}

/// What a bank tells unasked, and what of it fits nothing.
fn tell_message(event: &Event) -> Entry {
    if let Event::BankMessage {
        bank,
        message,
        digest,
        reading,
        file_no,
        ..
    } = event
    {
        return Entry {
            event: "message_received",
            file_no: *file_no,
            // Kept by the kind of the message, `push:…`.
            digest: digest.rsplit(':').next().map(str::to_owned),
            detail: Some(format!("{bank} {message} {reading}")),
            ..Entry::default()
        };
    }
    if let Event::BankMessageClosed { message } = event {
        return Entry {
            event: "message_closed",
            message: Some(*message),
            ..Entry::default()
        };
    }
    let Event::Unmatched {
        message,
        file_no,
        why,
        reported_fen,
        of_whole,
        ..
    } = event
    else {
        return Entry::default();
    };
    Entry {
        event: match of_whole {
            true => "message_mismatch",
            false => "unmatched_record",
        },
        file_no: *file_no,
        message: Some(*message).filter(|message| *message > 0),
        detail: Some(why.clone()),
        reported_fen: *reported_fen,
        ..Entry::default()
    }
}

/// What operators decide, and over which evidence.
fn tell_resolution(event: &Event) -> Entry {
    if let Event::ResolutionProposed {
        payment,
        outcome,
        reason,
        evidence_digest,
        ..
    } = event
    {
        return Entry {
            event: "resolution_proposed",
            digest: Some(evidence_digest.clone()),
            detail: Some(format!("{payment} {}", outcome.as_str())),
            reasons: reason.iter().map(|reason| (*reason, 1)).collect(),
            ..Entry::default()
        };
    }
    let Event::ResolutionConfirmed {
        payment,
        evidence_digest,
        ..
    } = event
    else {
        return Entry::default();
    };
    Entry {
        event: "resolution_confirmed",
        digest: Some(evidence_digest.clone()),
        detail: Some(payment.to_string()),
        ..Entry::default()
    }
}
