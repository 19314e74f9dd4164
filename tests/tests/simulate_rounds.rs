//! `tests/simulate-rounds` in a workspace of its own, with a program that says what it is told to.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use serde_json::Value;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use tempfile::TempDir;
use tests::workspace::root;

/// Seed 3 finds a violation, seed 4 breaks, seed 5 says 0 and ends with 1.
const PROGRAM: &str = r#"#!/bin/sh
[ "$1 $2 $4 $5 $6 $7 $8" = "simulate --seed --batches 25000 --threads 1 --json" ] || exit 2
echo "$3" >>"$RAN"
violations=
case "$3" in
2) [ -z "$BREAK" ] || kill -9 "$PPID" ;;
3) violations='{"invariant": "M1"}' ;;
4) echo "a panic" >&2; exit 101 ;;
esac
printf '{\n  "seed": %s,\n  "batches": 25000,\n  "violations": [%s]\n}\n' "$3" "$violations"
case "$3" in 3 | 5) exit 1 ;; esac
"#;

struct Place(TempDir);

impl Place {
    fn at(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn script(&self, name: &str, text: &str) {
        fs::create_dir_all(self.at(name).parent().unwrap()).unwrap();
        fs::write(self.at(name), text).unwrap();
        fs::set_permissions(self.at(name), fs::Permissions::from_mode(0o755)).unwrap();
    }

    fn set() -> Self {
        let place = Self(tempfile::tempdir().unwrap());
        for name in ["tests/simulate-rounds", "tests/program-commit"] {
            place.script(name, &fs::read_to_string(root().join(name)).unwrap());
        }
        fs::create_dir_all(place.at("gateway/docs/proof")).unwrap();
        fs::write(place.at("gateway/docs/proof/kept"), "").unwrap();
        fs::write(place.at("main.rs"), "one").unwrap();
        fs::write(place.at(".gitignore"), "/bin\n/out\n/ran\n/break\n").unwrap();
        place.script("out/release/anxin", PROGRAM);
        place.script("bin/cargo", "#!/bin/sh\n");
        place
    }

    fn run(&self, words: &[&str]) -> Output {
        let path = format!(
            "{}:{}",
            self.at("bin").display(),
            std::env::var("PATH").unwrap()
        );
        let mut command = Command::new(words[0]);
        command.args(&words[1..]).current_dir(self.0.path());
        command.env("PATH", path).env("RAN", self.at("ran"));
        command.env("CARGO_TARGET_DIR", self.at("out"));
        if self.at("break").exists() {
            command.env("BREAK", "1");
        }
        command.output().unwrap()
    }

    fn commit(&self) -> String {
        for words in [
            &["git", "init", "-q"][..],
            &["git", "add", "-A"],
            &[
                "git",
                "-c",
                "user.name=a",
                "-c",
                "user.email=a@b",
                "commit",
                "-qm",
                "all",
            ],
        ] {
            let ended = self.run(words);
            assert!(ended.status.success(), "{ended:?}");
        }
        let told = self.run(&["git", "rev-parse", "--short", "HEAD"]);
        String::from_utf8(told.stdout).unwrap().trim().to_owned()
    }

    /// Which seeds the program was asked for, sorted, and the end and the last words.
    fn rounds(&self, words: &[&str]) -> (Vec<String>, Option<i32>, String) {
        let _ = fs::remove_file(self.at("ran"));
        let ended = self.run(&[&["tests/simulate-rounds"], words].concat());
        let ran = fs::read_to_string(self.at("ran")).unwrap_or_default();
        let mut ran: Vec<String> = ran.lines().map(str::to_owned).collect();
        ran.sort();
        let said = String::from_utf8(ended.stdout).unwrap();
        (ran, ended.status.code(), said.trim().to_owned())
    }

    fn program_of(&self, seed: u64) -> String {
        let path = self.at(&format!("gateway/docs/proof/simulation-{seed}.json"));
        let text = fs::read_to_string(path).unwrap();
        assert_eq!(text.lines().count(), 1, "{text}");
        let document: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(document["seed"], seed);
        document["program"].as_str().unwrap().to_owned()
    }
}

#[test]
fn every_seed_is_kept_with_its_program_and_a_violation_ends_it_with_1() {
    let place = Place::set();
    let commit = place.commit();
    let (ran, code, said) = place.rounds(&["1", "3", "2"]);
    assert_eq!(
        (ran, code),
        (vec!["1".into(), "2".into(), "3".into()], Some(1))
    );
    let expected =
        format!("program {commit}, seeds 1 to 3: 2 of 3 without violation; with: 3; not run: none");
    assert_eq!(said, expected);
    for seed in 1..=3 {
        assert_eq!(place.program_of(seed), commit);
    }
    let ranges = fs::read_to_string(place.at("gateway/docs/proof/seeds.jsonl")).unwrap();
    assert_eq!(
        ranges,
        format!("{{\"first\":1,\"last\":3,\"program\":\"{commit}\"}}\n")
    );
    // What is done is not done again, and still counts.
    let (ran, code, _) = place.rounds(&["2", "3"]);
    assert_eq!((ran.len(), code), (0, Some(1)));
    let (ran, code, said) = place.rounds(&["0", "1"]);
    assert_eq!((ran, code), (vec!["0".into()], Some(0)), "{said}");
}

#[test]
fn a_changed_program_is_another_one() {
    let place = Place::set();
    let (_, code, _) = place.rounds(&["1", "1"]);
    assert_eq!((code, place.program_of(1).as_str()), (Some(0), "unknown"));
    let commit = place.commit();
    let (ran, _, _) = place.rounds(&["1", "1"]);
    assert_eq!((ran.len(), place.program_of(1)), (1, commit.clone()));
    fs::write(place.at("main.rs"), "two").unwrap();
    for _ in 0..2 {
        let (ran, _, _) = place.rounds(&["1", "1"]);
        assert_eq!(ran.len(), 1, "which changes it has nobody knows");
        assert_eq!(place.program_of(1), format!("{commit}-dirty"));
    }
}

#[test]
fn what_no_program_is_made_of_changes_none() {
    let place = Place::set();
    let first = place.commit();
    let named = |words: &[&str]| {
        let told = place.run(&[&["tests/program-commit"], words].concat());
        String::from_utf8(told.stdout).unwrap().trim().to_owned()
    };
    for name in [
        "gateway/docs/A.json",
        "tests/a.rs",
        "src/one/tests.rs",
        "a/tests/b.rs",
        "B.md",
    ] {
        place.script(name, "");
    }
    let second = place.commit();
    assert_ne!(first, second);
    assert_eq!((named(&[]), named(&["--tests"])), (first, second.clone()));
    place.script("src/attests.rs", "");
    let third = place.commit();
    assert_eq!((named(&[]), named(&["--tests"])), (third.clone(), third));
}

#[test]
fn what_did_not_run_is_not_kept_and_is_said() {
    let place = Place::set();
    place.commit();
    let (_, code, said) = place.rounds(&["4", "6"]);
    assert_eq!(code, Some(1));
    assert!(
        said.ends_with("1 of 3 without violation; with: none; not run: 4 5"),
        "{said}"
    );
    let is_kept = |seed| {
        let name = format!("gateway/docs/proof/simulation-{seed}.json");
        Path::exists(&place.at(&name))
    };
    assert_eq!([4, 5, 6].map(is_kept), [false, false, true]);
    // Not even the shell around the program came to its end.
    fs::write(place.at("break"), "").unwrap();
    let (_, code, said) = place.rounds(&["1", "2", "1"]);
    assert_eq!(code, Some(1));
    assert!(
        said.ends_with("1 of 2 without violation; with: none; not run: 2"),
        "{said}"
    );
    for words in [&["1"][..], &["2", "1"], &["1", "x"], &["1", "2", "0"]] {
        assert_eq!(place.rounds(words).1, Some(2), "{words:?}");
    }
}
