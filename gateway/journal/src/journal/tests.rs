use super::*;
use crate::disk::MemoryDisk;
use crate::record::Kind;

fn draft() -> Draft<'static> {
    Draft {
        kind: Kind(7),
        time_ms: 0,
        actor: "",
        key_id: "",
        clear: b"x",
        sealed: b"",
    }
}

/// On a disk that is held by nobody but the journal and the test.
fn open(options: Options) -> (Arc<MemoryDisk>, Journal) {
    let disk = Arc::new(MemoryDisk::new());
    let shared = Arc::clone(&disk) as Arc<dyn Disk>;
    let (journal, _) = Journal::open(shared, Path::new("/journal"), options).unwrap();
    (disk, journal)
}

/// Whoever waits commits himself, but never stands behind another one who does.
#[test]
fn a_waiter_commits_where_nobody_else_does() {
    let (_, journal) = open(Options {
        commits_inline: true,
        ..Options::default()
    });
    assert!(!journal.shared.commit_here(), "there is nothing to commit");
    journal.append(&draft()).unwrap();
    let committing = lock(&journal.shared.writer);
    assert!(!journal.shared.commit_here(), "another one is committing");
    assert_eq!(journal.durable(), 1);
    drop(committing);
    assert!(journal.shared.commit_here());
    assert_eq!(journal.durable(), 2);
}

/// Who may not commit because another one does leaves the record to the committing thread, and
/// waits for that one instead of asking again and again.
#[test]
fn a_waiter_that_cannot_commit_leaves_its_record_to_the_committing_thread() {
    let (_, journal) = open(Options::default());
    let committing = lock(&journal.shared.writer);
    let sequence = journal.append(&draft()).unwrap().sequence;
    std::thread::scope(|scope| {
        let waiter = scope.spawn(|| journal.wait_durable(sequence));
        while lock(&journal.shared.state).wanted < sequence {
            std::thread::yield_now();
        }
        assert!(journal.durable() < sequence);
        drop(committing);
        waiter.join().unwrap().unwrap();
    });
    assert_eq!(journal.durable(), sequence);
}

/// The committing thread holds the disk: it has ended when nobody but the test does.
#[test]
fn the_committing_thread_ends_with_its_journal() {
    let (disk, journal) = open(Options::default());
    journal.append(&draft()).unwrap();
    assert!(Arc::strong_count(&disk) > 1);
    drop(journal);
    assert_eq!(Arc::strong_count(&disk), 1);
    // A journal that was closed has no thread any more; reading goes on.
    let (_, journal) = open(Options::default());
    journal.append(&draft()).unwrap();
    journal.close().unwrap();
    assert!(lock(&journal.thread).is_none());
    assert_eq!(Arc::strong_count(&journal.shared), 1);
    assert_eq!(journal.read_sequence(2).unwrap().clear, b"x");
}
