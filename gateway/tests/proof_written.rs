//! A proof has one way to be written: whatever else reads the same, or nearly so, is refused by
//! the program and by the verifier in Python.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod api_kit;
mod command_kit;

use api_kit::{Kit, own, system};
use command_kit::run;
use schemas::LineEvent;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::process::Command;

struct Written {
    _folder: tempfile::TempDir,
    file: PathBuf,
    key: String,
}

impl Written {
    fn new(kit: &Kit) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("proof.json");
        let key = kit.app.log.verifier_key().to_string();
        Self {
            _folder: folder,
            file,
            key,
        }
    }

    /// Whether the text holds, for the program and for the verifier in Python.
    fn holds(&self, text: &str) -> [bool; 2] {
        std::fs::write(&self.file, text).unwrap();
        let file = self.file.to_str().unwrap();
        let ended = run(&["proof", "verify", file, "--key", &self.key, "--json"]);
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let script = root.join("../schemas/journal/verify_proof.py");
        let mut python = Command::new("python3");
        let python = python.arg("-B").arg(script).arg("proof").arg(file);
        let said = python.arg(&self.key).output().unwrap();
        [ended.code == 0, said.status.success()]
    }
}

fn with(proof: &Value, change: impl FnOnce(&mut Value)) -> String {
    let mut other = proof.clone();
    change(&mut other);
    other.to_string()
}

/// A piece between two others is in no tree: it could say any amount and any state.
#[tokio::test(flavor = "multi_thread")]
async fn what_no_tree_holds_is_not_shown() {
    let kit = Kit::start().await;
    let id = kit.with_outcomes(own(), "GZ-1", &[LineEvent::Pay]).await;
    let path = format!("/v1/payments/{id}.1/proof");
    let proof = kit.get(&system(own()), &path).await.expect(200).json();
    let written = Written::new(&kit);
    assert_eq!(written.holds(&proof.to_string()), [true; 2]);
    let record = &proof["records"][1];
    assert_eq!(record["shown"][0]["number"], 0, "{record}");
    let insert = |number: Value| {
        with(&proof, |proof| {
            let piece = json!({"number": number, "salt": "00".repeat(16), "text": "forged=1"});
            let shown = proof["records"][1]["shown"].as_array_mut().unwrap();
            shown.insert(1, piece);
        })
    };
    for number in [
        json!(0.5),
        json!(0.015_625),
        json!(1e-9),
        json!(true),
        json!("0"),
    ] {
        assert_eq!(
            written.holds(&insert(number.clone())),
            [false; 2],
            "{number}"
        );
    }
    kit.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn unknown_members_and_other_numbers_are_refused() {
    let kit = Kit::start().await;
    let id = kit.with_outcomes(own(), "GZ-1", &[LineEvent::Pay]).await;
    let path = format!("/v1/payments/{id}.1/proof");
    let proof = kit.get(&system(own()), &path).await.expect(200).json();
    let written = Written::new(&kit);
    let text = proof.to_string();
    assert_eq!(written.holds(&text), [true; 2]);
    let places = ["", "/records/0", "/records/0/actor", "/records/0/shown/0"];
    for place in places {
        let more = with(&proof, |proof| {
            proof.pointer_mut(place).unwrap()["more"] = json!(1);
        });
        assert_eq!(
            written.holds(&more),
            [false; 2],
            "a member more in {place:?}"
        );
    }
    let amount = proof["amount_fen"].as_i64().unwrap();
    let amounts = [format!("{amount}.0"), format!("{amount}e0"), "true".into()];
    for other in amounts {
        let before = format!("\"amount_fen\":{amount}");
        let changed = text.replace(&before, &format!("\"amount_fen\":{other}"));
        assert_ne!(changed, text);
        assert_eq!(written.holds(&changed), [false; 2], "{other}");
    }
    let twice = text.replacen('{', "{\"state\":\"failed\",", 1);
    assert_eq!(written.holds(&twice), [false; 2], "a member twice");
    kit.stop().await;
}
