use gateway::configuration::{ConfigurationError, EvidenceLevel, Problem};
use schemas::BankCode;
use time::macros::date;

use crate::support::{folder, load, told, write};

const SERVER: &str = "profile = \"production\"\n[checkpoints]\nkey_file = \"log.pem\"\n\
    [tls]\nchain_file = \"chain.pem\"\n\
    key_file = \"key.pem\"\nclient_ca_file = \"ca.pem\"\n";

fn pem(common_name: &str) -> String {
    let key = rcgen::KeyPair::generate().unwrap();
    let mut params = rcgen::CertificateParams::default();
    params
        .distinguished_name
        .push(rcgen::DnType::CommonName, common_name);
    params.self_signed(&key).unwrap().pem()
}

fn production(server: &str, authority: &str) -> tempfile::TempDir {
    folder(&[
        ("gateway.toml", server, 0o644),
        ("chain.pem", "", 0o644),
        ("key.pem", "", 0o600),
        ("ca.pem", &pem(authority), 0o644),
        ("ca.crl", "", 0o644),
        ("master.key", "", 0o600),
        ("log.pem", "", 0o600),
    ])
}

fn with_crl() -> String {
    format!("{SERVER}crl_files = [\"ca.crl\"]\n")
}

#[test]
fn threats_1_production_starts_only_with_files_and_a_revocation_list() {
    assert_eq!(told(&production(&with_crl(), "Real CA")).len(), 0);
    let bare = told(&production("\nprofile = \"production\"\n", "Real CA"));
    assert!(
        bare.first()
            .unwrap()
            .starts_with("gateway.toml:2: production without TLS")
    );
    let told = told(&production(SERVER, "Real CA"));
    assert_eq!(told.len(), 1);
    assert!(
        told.first()
            .unwrap()
            .starts_with("gateway.toml:4: production without a")
    );
}

#[test]
fn production_signs_checkpoints_with_a_key_apart_from_the_journal() {
    let told_of = |from: &str, to: &str| {
        let server = with_crl().replace(from, to);
        let folder = production(&server, "Real CA");
        std::fs::create_dir(folder.path().join("other")).unwrap();
        write(folder.path(), "data/checkpoints/key.pem", "", 0o600);
        std::os::unix::fs::symlink("data", folder.path().join("link")).unwrap();
        told(&folder)
    };
    assert_eq!(told_of("", "").len(), 0);
    let table = "[checkpoints]\nkey_file = \"log.pem\"\n";
    for none in ["", "[checkpoints]\norigin = \"example.org/log\"\n"] {
        let told = told_of(table, none);
        assert_eq!(told.len(), 1, "{told:?}");
        let said = &told[0];
        assert!(
            said.starts_with("gateway.toml:1: production without a key that signs checkpoints"),
            "{said}"
        );
        assert!(said.contains("key_file in [checkpoints]"), "{said}");
    }
    for inside in ["data", "./data", "link", "other/../data"] {
        let told = told_of("log.pem", &format!("{inside}/checkpoints/key.pem"));
        let said = told.first().unwrap();
        assert!(
            said.starts_with("gateway.toml:2: the key that signs checkpoints lies in the data"),
            "{inside}: {told:?}"
        );
    }
    assert!(told_of("log.pem", "none.pem")[0].contains("can't be read"));
    let folder = production(&with_crl(), "Real CA");
    write(folder.path(), "log.pem", "", 0o640);
    assert!(told(&folder)[0].contains("run chmod 600"));
    // Development makes one.
    let server = with_crl()
        .replace(table, "")
        .replace("production", "development");
    load(&production(&server, "Real CA")).unwrap();
}

#[test]
fn production_keeps_the_time_of_the_machine() {
    for (option, refused) in [
        ("clock = \"2026-11-23T10:00:00+08:00\"", true),
        ("pace_divisor = 2", true),
        ("pace_divisor = 1", false),
    ] {
        let server = format!("{}\n[development]\n{option}\n", with_crl());
        let told = told(&production(&server, "Real CA"));
        assert_eq!(told.len(), usize::from(refused), "{told:?}");
        assert!(
            told.iter()
                .all(|error| error.contains("a development clock"))
        );
        let server = server.replace("production", "development");
        load(&production(&server, "Real CA")).unwrap();
    }
    let server = format!("{}\n[development]\nclock = \"ten\"\n", with_crl());
    let told = told(&production(&server, "Real CA"));
    assert!(
        told.iter()
            .all(|error| error.contains("expected a time such as"))
    );
    assert_eq!(told.len(), 1);
}

#[test]
fn production_refuses_the_development_authority_by_its_certificate() {
    let name = "Anxin Gateway DEVELOPMENT CA - not for production";
    let told = told(&production(&with_crl(), name));
    assert_eq!(told.len(), 1);
    assert!(
        told.first()
            .unwrap()
            .starts_with("ca.pem: a development authority")
    );
    // The same authority is what development is for.
    let server = with_crl().replace("production", "development");
    load(&production(&server, name)).unwrap();
}

#[test]
fn secrets_that_others_may_read_stop_the_start() {
    let folder = production(&with_crl(), "Real CA");
    write(folder.path(), "key.pem", "", 0o640);
    write(folder.path(), "master.key", "", 0o604);
    let told = told(&folder);
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(told.iter().all(|error| error.contains("run chmod 600")));
}

#[test]
fn a_plain_connection_stays_in_the_house() {
    for (address, allowed) in [
        ("127.0.0.1:1", true),
        ("10.1.2.3:1", true),
        ("192.168.0.9:1", true),
        ("[::1]:1", true),
        ("[fd00::1]:1", true),
        ("8.8.8.8:1", false),
        ("169.254.169.254:1", false),
        ("0.0.0.0:1", false),
        ("[::ffff:8.8.8.8]:1", false),
        ("[2001:db8::1]:1", false),
    ] {
        let folder = production(&with_crl(), "Real CA");
        let connection = format!(
            "bank = \"ICBC\"\n[endpoints.main]\ntransport = \"tcp\"\naddress = \"{address}\"\n"
        );
        write(folder.path(), "connections/a.toml", &connection, 0o644);
        let told = told(&folder);
        assert_eq!(told.is_empty(), allowed, "{address} {told:?}");
    }
}

#[test]
fn tls_towards_a_bank_needs_its_revocation_list_too() {
    let folder = production(&with_crl(), "Real CA");
    let connection = "bank = \"ICBC\"\n[endpoints.main]\ntransport = \"tcp\"\n\
        address = \"8.8.8.8:1\"\n[endpoints.main.tls]\nserver_name = \"b.example\"\n\
        ca_file = \"../ca.pem\"\n";
    write(folder.path(), "connections/a.toml", connection, 0o644);
    let errors = told(&folder);
    assert_eq!(errors.len(), 1);
    let line = "connections/a.toml:2: production without a certificate revocation list";
    assert!(errors.first().unwrap().starts_with(line));
    let connection = format!("{connection}crl_files = [\"../ca.crl\"]\n");
    write(folder.path(), "connections/a.toml", &connection, 0o644);
    assert_eq!(told(&folder).len(), 0);
}

fn evidence(exception: &str, level: Option<EvidenceLevel>) -> Vec<Problem> {
    let folder = production(&with_crl(), "Real CA");
    let connection = format!("bank = \"ICBC\"\n[endpoints]\n{exception}");
    write(folder.path(), "connections/a.toml", &connection, 0o644);
    let problems =
        |errors: Vec<ConfigurationError>| errors.into_iter().map(|error| error.problem).collect();
    match load(&folder) {
        Err(errors) => problems(errors),
        Ok(configuration) => configuration
            .check_evidence(date!(2026 - 11 - 23), |_| level)
            .err()
            .map(problems)
            .unwrap_or_default(),
    }
}

fn exception(signer: &str, expires: &str) -> String {
    format!(
        "[[admission.exceptions]]\nsigner = \"{signer}\"\nreason = \"pilot\"\n\
         expires = \"{expires}\"\n"
    )
}

#[test]
fn production_runs_no_bank_below_certified_without_a_signed_exception() {
    let below = |level| Problem::Evidence {
        bank: BankCode::parse("ICBC").unwrap(),
        level,
    };
    assert_eq!(evidence("", Some(EvidenceLevel::Certified)), []);
    let documented = evidence("", Some(EvidenceLevel::Documented));
    assert_eq!(documented, [below("documented")]);
    assert_eq!(evidence("", None), [below("synthetic")]);
    // In force on its last day, not after.
    assert_eq!(evidence(&exception("operator-1", "2026-11-23"), None), []);
    assert_eq!(
        evidence(&exception("operator-1", "2026-11-22"), None),
        [
            Problem::ExceptionExpired(date!(2026 - 11 - 22)),
            below("synthetic")
        ]
    );
    assert_eq!(
        evidence(&exception(" ", "2026-12-31"), None),
        [Problem::ExceptionUnsigned]
    );
}
