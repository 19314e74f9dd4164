//! Why a transaction has its status: a code, and words.

use crate::intake::lines::KeptLine;
use crate::query::QueryError;
use crate::query::personal::{Seen, Show, dispute_word};
use crate::query::said::KeptWords;
use schemas::{FailureReason, Lang, LineState, codes};

/// A reason of the external code set of ISO 20022 where one says the same, else our own word.
pub(super) enum Code {
    Iso(&'static str),
    Own(&'static str),
}

/// The reason of a line's status, where it needs one.
pub(super) fn code_of(seen: &Seen) -> Option<Code> {
    let line = &seen.line;
    let disputed = line
        .disputed
        .map(|dispute| Code::Own(dispute_word(dispute)));
    of_state(line.state, line.reason).or(disputed)
}

fn of_state(state: LineState, reason: Option<FailureReason>) -> Option<Code> {
    match state {
        LineState::Returned => Some(Code::Own("returned")),
        LineState::Unknown => Some(Code::Own("unknown")),
        LineState::Refused => Some(Code::Own("refused")),
        LineState::Held
        | LineState::Released
        | LineState::Intended
        | LineState::Accepted
        | LineState::Paid
        | LineState::Failed
        | LineState::Cancelled => reason.map(code),
    }
}

/// Why, in words: ours first, then what the bank said, the person masked.
pub(super) fn told(
    seen: &Seen,
    kept: Option<&KeptLine>,
    (words, against): &mut (KeptWords<'_>, KeptWords<'_>),
    lang: Lang,
) -> Result<Vec<String>, QueryError> {
    let pick = |zh: &str, en: &str| match lang {
        Lang::Zh => zh.to_owned(),
        Lang::En => en.to_owned(),
    };
    let line = &seen.line;
    let reason = line.reason.map(|reason| codes::reason_text(reason, lang));
    let mut told = match line.state {
        LineState::Returned => {
            let returned = pick("已付后退汇", "paid, and the money came back");
            let reason = reason.map(str::to_owned);
            [returned].into_iter().chain(reason).collect()
        }
        LineState::Unknown => vec![pick("支付不明", "nobody knows whether it was paid")],
        LineState::Refused => vec![pick("报送时未受理", "refused at intake")],
        LineState::Held
        | LineState::Released
        | LineState::Intended
        | LineState::Accepted
        | LineState::Paid
        | LineState::Failed
        | LineState::Cancelled => reason.map(str::to_owned).into_iter().collect(),
    };
    let asked = words.asked(seen)?;
    if !told.is_empty()
        && let Some(said) = words.of(seen)?
    {
        let text = said.text(kept, Show::Masked);
        let bank = [said.bank_code.clone(), text.clone()];
        let bank: Vec<String> = bank.into_iter().flatten().collect();
        let why = said.why(seen, text.as_deref(), asked.as_deref(), lang);
        let words = pick("银行给出的原因：", "the bank's reason: ") + &bank.join(" ");
        told.extend(why.or_else(|| (!bank.is_empty()).then_some(words)));
    }
    if line.disputed.is_some() {
        let said = against.against(seen)?;
        let text = said.and_then(|said| said.text(kept, Show::Masked));
        let code = said.and_then(|said| said.bank_code.clone());
        let bank: Vec<String> = [code, text].into_iter().flatten().collect();
        let mark = pick(
            "与银行的另一说法不一致，正在核实",
            "disputed: the bank says otherwise",
        );
        told.push(match bank.is_empty() {
            true => mark,
            false => mark + &pick("：", ": ") + &bank.join(" "),
        });
    }
    Ok(told)
}

fn code(reason: FailureReason) -> Code {
    match reason {
        FailureReason::AccountNotFound => Code::Iso("AC01"),
        FailureReason::AccountClosed => Code::Iso("AC04"),
        FailureReason::AccountFrozen => Code::Iso("AC06"),
        FailureReason::AmountOverLimit => Code::Iso("AM02"),
        FailureReason::InsufficientFunds => Code::Iso("AM04"),
        FailureReason::Duplicate => Code::Iso("AM05"),
        FailureReason::NameMismatch => Code::Iso("BE01"),
        FailureReason::AccountDormant
        | FailureReason::IdMismatch
        | FailureReason::BankUnavailable
        | FailureReason::MessageError
        | FailureReason::CancelledAtBank
        | FailureReason::ExpiredAtBank
        | FailureReason::RefusedByBank
        | FailureReason::Other => Code::Own(reason.as_str()),
    }
}
