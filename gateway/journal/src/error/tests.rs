use super::*;

#[test]
fn a_poisoned_journal_says_what_failed() {
    let told = [
        (PoisonCause::DiskFull, "the disk is full"),
        (PoisonCause::Write, "writing failed"),
        (PoisonCause::Sync, "syncing failed"),
    ];
    for (cause, words) in told {
        let detail = "why, where".to_owned();
        assert_eq!(
            JournalError::Poisoned { cause, detail }.to_string(),
            format!("the journal takes no records since {words}: why, where")
        );
    }
}
