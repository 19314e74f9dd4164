//! A whole data folder that is put back as it was agrees with itself. The witness outside it
//! remembers what was sent since: a start is refused, and changes nothing.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod command_kit;

use command_kit::run;
use command_kit::serving::{Serving, everything, put_back, refused_start, settings};
use command_kit::site::{Site, restore, text};
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

const OUTSIDE: &str = "[places]\nwitness = \"outside\"\n";

/// A site with a folder outside, in which the gateway has run.
struct Guarded(Site);

impl Guarded {
    fn new() -> Self {
        let site = Site::new();
        std::fs::create_dir(site.at("outside")).unwrap();
        let guarded = Self(site);
        guarded.runs();
        guarded
    }

    fn at(&self, name: &str) -> PathBuf {
        self.0.at(name)
    }

    fn runs(&self) {
        let serving = Serving::start_with(self.0.folder.path(), OUTSIDE);
        assert_eq!(serving.stop(), 0);
    }

    /// A start must end with 3 and these words, and change no byte inside or outside.
    fn is_refused(&self, words: &[&str]) {
        let before = [
            everything(&self.at("data")),
            everything(&self.at("outside")),
        ];
        let said = refused_start(self.0.folder.path());
        for word in words.iter().chain(&["no file was changed"]) {
            assert!(said.contains(word), "{word}: {said}");
        }
        let after = [
            everything(&self.at("data")),
            everything(&self.at("outside")),
        ];
        assert!(before == after, "something was changed");
    }

    /// The explicit act of whoever knows that nothing is lost.
    fn declares(&self) {
        std::fs::copy(self.at("data/witness"), self.at("outside/witness")).unwrap();
    }

    fn verified(&self, more: &[&str]) -> serde_json::Value {
        let data = self.at("data");
        let words = ["verify", "--json", "--lang", "en", "--data", text(&data)];
        run(&[&words[..], more].concat()).document()
    }
}

#[test]
fn a_whole_data_folder_that_is_put_back_is_not_gone_on_with() {
    let guarded = Guarded::new();
    let (data, outside) = (guarded.at("data"), guarded.at("outside"));
    let earlier = everything(&data);
    guarded.runs();
    let (later, remembered) = (everything(&data), everything(&outside));
    assert_eq!(remembered.len(), 1, "one file, and no half one");
    let set_back = [
        "was set back",
        text(&outside),
        "a-journal-that-was-set-back",
    ];
    put_back(&data, &earlier);
    guarded.is_refused(&set_back);
    // By itself the folder is sound: only what is outside tells.
    let elsewhere = ["--witness", text(&outside)];
    assert_eq!(guarded.verified(&[])["verdict"], "sound");
    assert_eq!(guarded.verified(&elsewhere)["verdict"], "set_back");
    // No folder at all is one that was set back, too: a new journal is not begun.
    put_back(&data, &[]);
    guarded.is_refused(&set_back);
    put_back(&data, &later);
    assert_eq!(guarded.verified(&elsewhere)["verdict"], "sound");
    guarded.runs();
    // Another gateway's witness is no word for this journal.
    let other = Guarded::new();
    std::fs::copy(other.at("outside/witness"), outside.join("witness")).unwrap();
    guarded.is_refused(&set_back);
}

/// A volume that is not mounted looks like a folder to which nothing was written.
#[test]
fn without_the_witness_outside_nothing_is_started_until_a_person_puts_it_there() {
    let site = Site::new();
    assert_eq!(Serving::start(site.folder.path()).stop(), 0);
    // The setting is new, the folder is not there yet: the operator's to mend.
    let file = site.at("gateway.toml");
    std::fs::write(&file, settings(OUTSIDE)).unwrap();
    let ended = run(&["serve", "--lang", "en", "--config", text(&file)]);
    assert_eq!(ended.code, 2, "{ended:?}");
    assert!(
        ended.stderr.contains(text(&site.at("outside"))),
        "{ended:?}"
    );
    std::fs::create_dir(site.at("outside")).unwrap();
    let guarded = Guarded(site);
    let missing = [
        "is missing",
        "outside/witness",
        "mounted",
        "copy DIR/witness",
    ];
    guarded.is_refused(&missing);
    let outside = guarded.at("outside");
    let elsewhere = ["--witness", text(&outside)];
    let document = guarded.verified(&elsewhere);
    assert_eq!(document["verdict"], "witness_damaged", "{document}");
    assert_eq!(document["witness"], "one_missing", "{document}");
    guarded.declares();
    guarded.runs();
    // Later it is gone, with and without the others.
    std::fs::remove_file(outside.join("witness")).unwrap();
    guarded.is_refused(&missing);
    std::fs::remove_dir_all(guarded.at("data/index")).unwrap();
    std::fs::remove_file(guarded.at("data/witness")).unwrap();
    guarded.is_refused(&missing);
}

/// The witness knows more than a backup has. Who restores one puts the new folder's own in its
/// place, and from then on that folder is not put back either.
#[test]
fn after_a_restore_a_person_puts_the_new_witness_there() {
    let guarded = Guarded::new();
    let data = guarded.at("data");
    let ended = guarded.0.backup("backup");
    assert_eq!(ended.code, 0, "{ended:?}");
    guarded.runs();
    let key = std::fs::read(data.join("checkpoints/key.pem")).unwrap();
    std::fs::remove_dir_all(&data).unwrap();
    let ended = restore(&guarded.at("backup"), &data);
    assert_eq!(ended.code, 0, "{ended:?}");
    let record = ended.document()["end"]["sequence"].to_string();
    let words = ["restore", "--lang", "en", "--data", text(&data)];
    let ended = run(&[&words[..], &["--confirm", &record]].concat());
    assert_eq!(ended.code, 0, "{ended:?}");
    assert!(ended.stdout.contains("[places] witness"), "{ended:?}");
    guarded.0.private(
        "data/checkpoints/key.pem",
        std::str::from_utf8(&key).unwrap(),
    );
    let restored = everything(&data);
    guarded.is_refused(&["was set back"]);
    guarded.declares();
    guarded.runs();
    put_back(&data, &restored);
    guarded.is_refused(&["was set back"]);
}

/// An installation for real money, without a bank: certificates of an authority of its own.
fn production() -> Site {
    use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair, KeyUsagePurpose};
    let site = Site::new();
    let (key, mut params) = (KeyPair::generate().unwrap(), CertificateParams::default());
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    site.private("ca.pem", &params.self_signed(&key).unwrap().pem());
    let issuer = Issuer::new(params, key);
    let now = time::OffsetDateTime::now_utc();
    let list = rcgen::CertificateRevocationListParams {
        this_update: now - time::Duration::DAY,
        next_update: now + time::Duration::DAY,
        crl_number: rcgen::SerialNumber::from_slice(&[1]),
        issuing_distribution_point: None,
        revoked_certs: Vec::new(),
        key_identifier_method: rcgen::KeyIdMethod::Sha256,
    };
    site.private("ca.crl", &list.signed_by(&issuer).unwrap().pem().unwrap());
    let own_key = KeyPair::generate().unwrap();
    let own = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
    let own = own.signed_by(&own_key, &issuer).unwrap();
    site.private("chain.pem", &own.pem());
    site.private("key.pem", &own_key.serialize_pem());
    site.private("master.key", &"5a".repeat(32));
    let random = certs::random::SeededRandom::new(7);
    let id = certs::sign::KeyId::new("log").unwrap();
    let made = certs::sign::generate(certs::algorithm::Algorithm::Ed25519, id, &random);
    site.private("log.pem", &made.unwrap().0);
    site
}

/// There nothing is made in the data folder before the journal is opened, which asks by itself.
/// Without a witness outside a start says so.
#[test]
fn production_warns_without_it_and_asks_it() {
    let site = production();
    let folder = site.folder.path();
    let start = |more: &str| {
        let text = format!(
            "{}[checkpoints]\nkey_file = \"log.pem\"\n[tls]\nchain_file = \"chain.pem\"\n\
             key_file = \"key.pem\"\nclient_ca_file = \"ca.pem\"\ncrl_files = [\"ca.crl\"]\n",
            settings(more)
        );
        let file = site.at("gateway.toml");
        std::fs::write(&file, format!("profile = \"production\"\n{text}")).unwrap();
        served(folder)
    };
    let warning = "no witness outside the data folder";
    let said = start("");
    assert!(said.contains(warning), "{said}");
    std::fs::create_dir(site.at("outside")).unwrap();
    std::fs::copy(site.at("data/witness"), site.at("outside/witness")).unwrap();
    let earlier = everything(&site.at("data"));
    let said = start(OUTSIDE);
    assert!(!said.contains(warning), "{said}");
    put_back(&site.at("data"), &earlier);
    Guarded(site).is_refused(&["was set back", "outside/witness"]);
}

/// Starts and stops a gateway; what its log says.
fn served(folder: &Path) -> String {
    let mut child = Command::new(env!("CARGO_BIN_EXE_anxin"))
        .args(["serve", "--lang", "en", "--config"])
        .arg(folder.join("gateway.toml"))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    let out = child.stdout.take().unwrap();
    BufReader::new(out).read_line(&mut line).unwrap();
    let id = child.id().to_string();
    let _ = Command::new("kill").args(["-TERM", &id]).status();
    let ended = child.wait_with_output().unwrap();
    let said = String::from_utf8(ended.stderr).unwrap();
    assert_eq!(ended.status.code(), Some(0), "{said}");
    said
}
