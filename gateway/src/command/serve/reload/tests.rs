#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use super::*;
use crate::channel::HttpChannel;
use crate::clock::SystemClock;
use crate::command::serve::banks;
use crate::configuration::ProfileName;
use crate::configuration::connection::EndpointTls;
use certs::development::{DevelopmentPki, IdentityPem, Validity};
use certs::tls::{Mode, ServerTls, server_config, system_clock};
use std::time::SystemTime;

struct Files {
    folder: tempfile::TempDir,
    pki: DevelopmentPki,
    settings: Settings,
    concerns: Arc<Concerns>,
}

fn files() -> Files {
    let folder = tempfile::tempdir().unwrap();
    let pki = DevelopmentPki::create(SystemClock::new().now()).unwrap();
    let server = pki.issue_server(&["localhost"]).unwrap();
    let at = |name: &str| folder.path().join(name);
    std::fs::write(at("chain.pem"), &server.certificate_pem).unwrap();
    std::fs::write(at("key.pem"), server.key_pem.as_bytes()).unwrap();
    std::fs::write(at("ca.pem"), pki.ca_pem()).unwrap();
    std::fs::write(at("crl.pem"), pki.crl_pem()).unwrap();
    let settings = Settings {
        tls: Some(ServerTlsFiles {
            chain_file: at("chain.pem"),
            key_file: at("key.pem"),
            client_ca_file: at("ca.pem"),
            crl_files: vec![at("crl.pem")],
        }),
        ..Settings::default()
    };
    Files {
        folder,
        pki,
        settings,
        concerns: Arc::default(),
    }
}

impl Files {
    fn begin(&self) -> Reload {
        let clock = Arc::new(SystemClock::new());
        let (concerns, metrics) = (Arc::clone(&self.concerns), Arc::new(Metrics::new()));
        let banks = BankTls::new();
        Reload::begin(&self.settings, banks, clock, concerns, metrics).unwrap()
    }

    fn list(&self, text: &str, minute: u64) {
        self.put("crl.pem", text, minute);
    }

    /// Writes a file with another time of writing, however fast the test is.
    fn put(&self, name: &str, text: &str, minute: u64) {
        let path = self.folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        let file = std::fs::File::options().write(true).open(&path).unwrap();
        let written = SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000 + 60 * minute);
        file.set_modified(written).unwrap();
    }
}

#[test]
fn a_new_list_holds_and_a_broken_one_keeps_the_old_until_it_is_mended() {
    let mut files = files();
    let mut reload = files.begin();
    let door = reload.door();
    let first = Arc::clone(&door.borrow());
    reload.look();
    assert!(Arc::ptr_eq(&first, &door.borrow()), "nothing is new");
    let serial = "0a0b0c";
    let list = files.pki.revoke(serial).unwrap().to_owned();
    files.list(&list, 1);
    reload.look();
    let second = Arc::clone(&door.borrow());
    assert!(!Arc::ptr_eq(&first, &second), "the new list holds");
    files.list("-----BEGIN X509 CRL-----\nnot a list\n", 2);
    reload.look();
    assert!(Arc::ptr_eq(&second, &door.borrow()), "the old one stays");
    assert_eq!(files.concerns.list(), [("tls".to_owned(), "unusable")]);
    reload.look();
    assert_eq!(files.concerns.list().len(), 1, "it stays a concern");
    files.list(&list, 3);
    reload.look();
    assert!(files.concerns.list().is_empty());
    assert!(!Arc::ptr_eq(&second, &door.borrow()));
}

/// What could not be used for another reason than its content (who may read it) is tried again,
/// though no file was written since.
#[test]
fn files_that_can_be_used_after_all_hold_at_the_next_look() {
    use crate::command::serve::security::Secured;
    use std::sync::atomic::{AtomicBool, Ordering};
    let files = files();
    let path = files.folder.path().join("crl.pem");
    let readable = Arc::new(AtomicBool::new(true));
    let may = Arc::clone(&readable);
    let make = move || match may.load(Ordering::Relaxed) {
        true => Ok(Secured {
            config: Arc::new(()),
            ends: None,
        }),
        false => Err(Failure::unreadable_file(
            std::path::Path::new("crl.pem"),
            &std::io::ErrorKind::PermissionDenied.into(),
        )),
    };
    let mut held = Held::begin("server".to_owned(), Table::of_server(), vec![path], make).unwrap();
    let now = SystemClock::new().now();
    let first = Arc::clone(&held.door().borrow());
    readable.store(false, Ordering::Relaxed);
    files.list("of another owner", 1);
    held.look(now);
    assert_eq!(held.wrong(now), Some("unusable"));
    readable.store(true, Ordering::Relaxed);
    held.look(now);
    assert_eq!(held.wrong(now), None);
    assert!(!Arc::ptr_eq(&first, &held.door().borrow()), "the new holds");
}

/// With another authority's list nobody would come in: none says of a caller that it is not
/// revoked.
#[test]
fn a_list_of_another_authority_is_not_taken() {
    let files = files();
    let mut reload = files.begin();
    let first = Arc::clone(&reload.door().borrow());
    let other = DevelopmentPki::create(SystemClock::new().now()).unwrap();
    files.list(other.crl_pem(), 1);
    reload.look();
    assert!(Arc::ptr_eq(&first, &reload.door().borrow()));
    assert_eq!(files.concerns.list(), [("tls".to_owned(), "unusable")]);
}

#[test]
fn the_first_end_of_certificate_and_list_is_a_number_to_watch() {
    let files = files();
    let mut reload = files.begin();
    let now = SystemClock::new().now();
    for (minute, days) in [(1, 2), (2, 3)] {
        let soon = Validity {
            not_before: now - time::Duration::days(1),
            not_after: now + time::Duration::days(days),
        };
        files.list(&files.pki.crl_pem_for(soon).unwrap(), minute);
        reload.look();
        let ends = soon.not_after.unix_timestamp();
        let text = reload.metrics.render().unwrap();
        assert!(
            text.contains(&format!("anxin_tls_ends_timestamp_seconds {ends}\n")),
            "{text}"
        );
    }
}

#[test]
fn a_list_that_has_run_out_is_not_taken() {
    let files = files();
    let mut reload = files.begin();
    let door = reload.door();
    let first = Arc::clone(&door.borrow());
    let now = SystemClock::new().now();
    let old = Validity {
        not_before: now - time::Duration::days(2),
        not_after: now - time::Duration::days(1),
    };
    files.list(&files.pki.crl_pem_for(old).unwrap(), 1);
    reload.look();
    assert!(Arc::ptr_eq(&first, &door.borrow()));
    assert_eq!(files.concerns.list(), [("tls".to_owned(), "unusable")]);
}

/// What the operator is told to mend is the file that is wrong.
#[test]
fn a_file_that_cannot_be_used_is_named_with_its_key() {
    let files = files();
    let other = files.pki.issue_server(&["localhost"]).unwrap();
    let foreign = DevelopmentPki::create(SystemClock::new().now()).unwrap();
    let now = SystemClock::new().now();
    let old = Validity {
        not_before: now - time::Duration::days(2),
        not_after: now - time::Duration::days(1),
    };
    let ended = files.pki.crl_pem_for(old).unwrap();
    let whole = |name: &str| std::fs::read_to_string(files.folder.path().join(name)).unwrap();
    for (key, name, text, why) in [
        ("key_file", "key.pem", "no key", "no readable private key"),
        (
            "key_file",
            "key.pem",
            &other.key_pem,
            "the private key is not that of the certificate",
        ),
        (
            "chain_file",
            "chain.pem",
            "no chain",
            "no readable certificate",
        ),
        (
            "client_ca_file",
            "ca.pem",
            "no ca",
            "no readable certificate authority",
        ),
        (
            "crl_files",
            "crl.pem",
            "no list",
            "no readable revocation list",
        ),
        (
            "crl_files",
            "crl.pem",
            foreign.crl_pem(),
            "no revocation list is of one of the authorities",
        ),
        (
            "crl_files",
            "crl.pem",
            &ended,
            "a revocation list or the certificate has run out already",
        ),
    ] {
        let good = whole(name);
        let mut reload = files.begin();
        files.put(name, text, 1);
        let failure = reload.server.usable(now).err().unwrap();
        let failure = failure.text(schemas::Lang::En);
        let file = files.folder.path().join(name);
        let told = format!("{key} of [tls] ({}) can't be used: {why}", file.display());
        assert!(failure.contains(&told), "{failure}");
        files.put(name, &good, 2);
        reload.look();
    }
}

/// An address of a bank: our certificate is `bank.pem`, its key `bank.key`, the bank's authority
/// `bank-ca.pem`.
impl Files {
    fn identity(&self, identity: &IdentityPem, minute: u64) {
        self.put("bank.pem", &identity.certificate_pem, minute);
        self.put("bank.key", &identity.key_pem, minute);
    }

    fn begin_with_bank(&self) -> (Reload, watch::Receiver<Arc<rustls::ClientConfig>>) {
        let at = |name: &str| self.folder.path().join(name);
        let tls = EndpointTls {
            server_name: "localhost".to_owned(),
            ca_file: at("bank-ca.pem"),
            crl_files: Vec::new(),
            chain_file: Some(at("bank.pem")),
            key_file: Some(at("bank.key")),
            allow_tls12: false,
        };
        let bank = BankCode::parse("ICBC").unwrap();
        let held = banks::held(
            (bank, "main"),
            &tls,
            HttpChannel::SPEAKS,
            ProfileName::Development,
        );
        let held = held.unwrap();
        let door = held.door();
        let banks = BTreeMap::from([(bank, vec![held])]);
        let (concerns, metrics) = (Arc::clone(&self.concerns), Arc::new(Metrics::new()));
        let clock = Arc::new(SystemClock::new());
        let reload = Reload::begin(&self.settings, banks, clock, concerns, metrics).unwrap();
        (reload, door)
    }
}

/// The certificate that we show a bank of `pki` on a new connection; `None` where there is none.
fn shown(
    pki: &DevelopmentPki,
    door: &watch::Receiver<Arc<rustls::ClientConfig>>,
) -> Option<Vec<u8>> {
    let server = pki.issue_server(&["localhost"]).unwrap();
    let config = server_config(&ServerTls {
        chain_pem: server.certificate_pem.as_bytes(),
        key_pem: server.key_pem.as_bytes(),
        client_ca_pem: pki.ca_pem().as_bytes(),
        crls: &[pki.crl_pem().as_bytes()],
        mode: Mode::Development,
        allow_tls12: false,
        clock: system_clock(),
    })
    .unwrap();
    let client = Arc::clone(&door.borrow());
    let runtime = tokio::runtime::Builder::new_current_thread();
    let runtime = { runtime }.enable_all().build().unwrap();
    runtime.block_on(async {
        let (ours, theirs) = tokio::io::duplex(65_536);
        let name = "localhost".try_into().unwrap();
        let connect = tokio_rustls::TlsConnector::from(client).connect(name, ours);
        let accept = tokio_rustls::TlsAcceptor::from(config).accept(theirs);
        let (ours, theirs) = tokio::join!(connect, accept);
        let (Ok(_), Ok(theirs)) = (ours, theirs) else {
            return None;
        };
        let shown = theirs.get_ref().1.peer_certificates()?.first()?;
        Some(shown.to_vec())
    })
}

#[test]
fn new_files_of_a_bank_hold_for_the_next_connection_and_broken_ones_keep_the_old() {
    let files = files();
    let now = SystemClock::new().now();
    let bank = DevelopmentPki::create(now).unwrap();
    let party = certs::identity::Party::Operator {
        name: "gateway".to_owned(),
        person: None,
    };
    let issue = || bank.issue_client(&party).unwrap();
    files.put("bank-ca.pem", bank.ca_pem(), 0);
    files.identity(&issue(), 0);
    let (mut reload, door) = files.begin_with_bank();
    let first = shown(&bank, &door);
    assert!(first.is_some());
    // Another certificate of ours, with its key.
    files.identity(&issue(), 1);
    assert_eq!(shown(&bank, &door), first, "not looked at yet");
    reload.look();
    let second = shown(&bank, &door);
    assert!(second.is_some() && second != first);
    // A key that is not the certificate's: no word about the other banks or the server.
    files.put("bank.key", &issue().key_pem, 2);
    reload.look();
    assert_eq!(shown(&bank, &door), second, "the old one holds");
    let unusable = [("tls:ICBC".to_owned(), "unusable")];
    assert_eq!(files.concerns.list(), unusable);
    files.identity(&issue(), 3);
    reload.look();
    assert!(files.concerns.list().is_empty());
    // The bank has a new authority: only the connection that trusts it comes about.
    let moved = DevelopmentPki::create(now).unwrap();
    assert_eq!(shown(&moved, &door), None);
    files.put("bank-ca.pem", moved.ca_pem(), 4);
    files.identity(&moved.issue_client(&party).unwrap(), 4);
    reload.look();
    assert!(shown(&moved, &door).is_some());
}
