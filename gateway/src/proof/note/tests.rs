use super::*;
use certs::random::SeededRandom;
use certs::sign::{KeyId, generate};

/// A verifier key and a note of the Go module `golang.org/x/mod/sumdb/note`'s documentation.
const GO_KEY: &str = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
const GO_NOTE: &str = "If you think cryptography is the answer to your problem,\n\
    then you don't know what your problem is.\n\n\
    \u{2014} PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgK\
    vqfqdngotpRZb6KE6RyyBwJnAM=\n";

#[test]
fn the_go_modules_example_is_read_and_verified() {
    let key = VerifierKey::parse(GO_KEY).unwrap();
    assert_eq!(key.to_string(), GO_KEY);
    let note = Note::parse(GO_NOTE).unwrap();
    assert!(note.is_signed_by(&key));
    let changed = Note::parse(&GO_NOTE.replace("answer", "anzwer")).unwrap();
    assert!(!changed.is_signed_by(&key));
    let renamed = Note::parse(&GO_NOTE.replace("PeterN", "PaterN")).unwrap();
    assert!(!renamed.is_signed_by(&key));
}

#[test]
fn a_checkpoint_is_signed_and_read_back_also_with_a_witness() {
    let id = KeyId::new("checkpoints").unwrap();
    let (_, signer) = generate(Algorithm::Ed25519, id, &SeededRandom::new(1)).unwrap();
    let checkpoint = Checkpoint {
        origin: "example.org/log".to_owned(),
        size: 4711,
        root: [9; 32],
    };
    let note = checkpoint.sign(signer.as_ref()).unwrap();
    let key = VerifierKey::of("example.org/log", signer.public_key());
    // A line of a key that nobody here knows.
    let witnessed = format!("{note}{DASH}witness.example {}\n", STANDARD.encode([7; 76]));
    for note in [note, witnessed] {
        let note = Note::parse(&note).unwrap();
        assert_eq!(Checkpoint::parse(&note.text), Ok(checkpoint.clone()));
        assert!(note.is_signed_by(&key));
    }
}

#[test]
fn what_is_no_checkpoint_is_refused() {
    for text in [
        "",
        "a\n",
        "a\n1\n",
        "a\n01\nAAAA\n",
        "a\n1\nAAAA\n",
        "\n1\nAAAA\n",
    ] {
        assert_eq!(Checkpoint::parse(text), Err(NoteError::Content), "{text:?}");
    }
    for key in [
        "",
        "a+b+c",
        "PeterNeumann+c74f20a4+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
    ] {
        assert_eq!(
            VerifierKey::parse(key).err(),
            Some(NoteError::Key),
            "{key:?}"
        );
    }
    assert_eq!(
        Note::parse("text without signature\n"),
        Err(NoteError::Form)
    );
}
