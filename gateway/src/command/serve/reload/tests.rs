#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use super::*;
use crate::clock::SystemClock;
use certs::development::DevelopmentPki;

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
        Reload::begin(&self.settings, clock, concerns, metrics).unwrap()
    }

    /// Writes a list with another time of writing, however fast the test is.
    fn list(&self, text: &str, minute: u64) {
        let path = self.folder.path().join("crl.pem");
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

#[test]
fn the_first_end_of_certificate_and_list_is_a_number_to_watch() {
    let files = files();
    let mut reload = files.begin();
    let now = SystemClock::new().now();
    for (minute, days) in [(1, 2), (2, 3)] {
        let soon = certs::development::Validity {
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
    let old = certs::development::Validity {
        not_before: now - time::Duration::days(2),
        not_after: now - time::Duration::days(1),
    };
    files.list(&files.pki.crl_pem_for(old).unwrap(), 1);
    reload.look();
    assert!(Arc::ptr_eq(&first, &door.borrow()));
    assert_eq!(files.concerns.list(), [("tls".to_owned(), "unusable")]);
}
