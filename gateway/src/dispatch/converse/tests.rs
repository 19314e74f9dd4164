//! M1: what instructs leaves once, and whatever comes after it, it may have left.

use super::{Broken, Certainty, FlowCertainty, MISFIT, SendError, may_have_left};
use crate::channel::SendErrorKind;
use adapters::exchange::ConversationError;

fn word(broken: &Broken) -> (&str, &str) {
    match broken {
        Broken::NotSent(why) => ("not sent", why),
        Broken::MaybeSent(why) => ("maybe sent", why),
        Broken::Unmade(error) => ("unmade", &error.what),
        Broken::Misfit(_) => ("misfit", ""),
        Broken::Ours(_) => ("ours", ""),
    }
}

/// A second message that instructs is stopped at the gate, a later step is refused, can't be sent
/// or does not fit: none of it takes back the first.
#[test]
fn after_an_instruction_nothing_is_unsent() {
    let gate = || Broken::NotSent("instructed_before".to_owned());
    assert_eq!(
        word(&gate().after(false)),
        ("not sent", "instructed_before")
    );
    assert_eq!(
        word(&gate().after(true)),
        ("maybe sent", "instructed_before")
    );
    let error = |certainty| ConversationError {
        certainty,
        step: "submit".to_owned(),
        what: "a key is missing".to_owned(),
        findings: Vec::new(),
    };
    let unmade = || Broken::Unmade(error(FlowCertainty::NotSent));
    assert_eq!(word(&unmade().after(false)), ("unmade", "a key is missing"));
    let (said, why) = ("maybe sent", "a key is missing");
    assert_eq!(word(&unmade().after(true)), (said, why));
    let misfit = || Broken::Misfit(error(FlowCertainty::Refused));
    assert_eq!(word(&misfit().after(false)), ("misfit", ""));
    assert_eq!(word(&misfit().after(true)), ("maybe sent", MISFIT));
    let lost = || Broken::MaybeSent("time_out".to_owned());
    assert_eq!(word(&lost().after(false)), ("maybe sent", "time_out"));
    assert_eq!(word(&lost().after(true)), ("maybe sent", "time_out"));
}

#[test]
fn only_a_channel_that_is_certain_says_that_nothing_left() {
    let not_sent = SendError::not_sent(SendErrorKind::Connect, "played");
    assert_eq!(not_sent.certainty, Certainty::NotSent);
    assert!(!may_have_left(&Err(not_sent)));
    let maybe = SendError {
        certainty: Certainty::MaybeSent,
        ..SendError::not_sent(SendErrorKind::TimeOut, "played")
    };
    assert!(may_have_left(&Err(maybe)));
    assert!(may_have_left(&Ok(Vec::new())));
}
