//! Alarms by their causes, with the program itself: what is wrong is made wrong, the numbers are
//! read from `/metrics`, and the remedy of the runbook ends the alarm.

use super::serving::Serving;
use certs::development::{DevelopmentPki, Validity};
use std::path::Path;
use std::time::{Duration, Instant};
use time::OffsetDateTime;

const TLS: &str = "[tls]\nchain_file = \"pki/server/server.pem\"\n\
                   key_file = \"pki/server/server.key\"\nclient_ca_file = \"pki/ca.pem\"\n\
                   crl_files = [\"pki/crl.pem\"]\n";

/// An authority and a server's certificate in a folder.
fn pki(folder: &Path, now: OffsetDateTime) -> DevelopmentPki {
    let pki = DevelopmentPki::create(now).unwrap();
    pki.write_to(&folder.join("pki")).unwrap();
    let server = pki.issue_server(&["127.0.0.1"]).unwrap();
    server
        .write_to(&folder.join("pki/server"), "server")
        .unwrap();
    pki
}

/// A revocation list that holds for so long.
fn list_for(folder: &Path, pki: &DevelopmentPki, left: time::Duration) -> OffsetDateTime {
    let now = OffsetDateTime::now_utc();
    let ends = now + left;
    let validity = Validity {
        not_before: now - time::Duration::DAY,
        not_after: ends,
    };
    let list = pki.crl_pem_for(validity).unwrap();
    std::fs::write(folder.join("pki/crl.pem"), list).unwrap();
    ends
}

#[test]
fn a_list_that_ends_soon_and_one_that_has_ended() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let pki = pki(folder, OffsetDateTime::now_utc());
    list_for(folder, &pki, time::Duration::days(20));
    let serving = Serving::start(folder, TLS);
    assert!(!serving.raises("AnxinTlsEnds") && !serving.raises("AnxinTls"));
    list_for(folder, &pki, time::Duration::days(13));
    serving.signal("-HUP");
    serving.becomes("AnxinTlsEnds", true);
    assert!(!serving.raises("AnxinTls"), "it holds still");

    // A list that runs out while it is in use. Where the machine is so slow that it has ended
    // before it is taken, it is refused: once more, with more time.
    let mut left = time::Duration::seconds(2);
    let ends = loop {
        let ends = list_for(folder, &pki, left);
        serving.signal("-HUP");
        let taken = format!("anxin_tls_ends_timestamp_seconds {}", ends.unix_timestamp());
        let begun = Instant::now();
        let is_taken = || serving.asked("/metrics").contains(&taken);
        while !is_taken() && begun.elapsed() < left {
            std::thread::sleep(Duration::from_millis(20));
        }
        if is_taken() {
            break ends;
        }
        left *= 2;
        assert!(left < time::Duration::minutes(5), "no list is taken");
    };
    while OffsetDateTime::now_utc() <= ends {
        std::thread::sleep(Duration::from_millis(100));
    }
    serving.signal("-HUP");
    serving.becomes("AnxinTls", true);
    let told = serving.asked("/readyz");
    assert!(
        told.contains("503") && told.contains("\"expired\""),
        "{told}"
    );
    // The runbook: fetch the new list, put it in the place of the old one.
    list_for(folder, &pki, time::Duration::days(20));
    serving.signal("-HUP");
    serving.becomes("AnxinTls", false);
    assert!(!serving.raises("AnxinTlsEnds"));
    assert!(serving.asked("/readyz").contains("\"status\":\"ok\""));
    serving.stop();
}

#[test]
fn a_certificate_that_ends_soon_and_a_new_one_that_cannot_be_used() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let now = OffsetDateTime::now_utc();
    // Made so long ago that ten days are left.
    let whole = Validity::around(now).not_after - now;
    pki(folder, now - (whole - time::Duration::days(10)));
    let serving = Serving::start(folder, TLS);
    serving.becomes("AnxinTlsEnds", true);
    assert!(!serving.raises("AnxinTls"));
    // A certificate whose key is another one's.
    let key = folder.join("pki/server/server.key");
    std::fs::write(&key, "no key").unwrap();
    serving.signal("-HUP");
    serving.becomes("AnxinTls", true);
    let told = serving.asked("/readyz");
    assert!(
        told.contains("200") && told.contains("\"unusable\""),
        "{told}"
    );
    // The runbook: renew both.
    std::fs::remove_dir_all(folder.join("pki")).unwrap();
    pki(folder, now);
    serving.signal("-HUP");
    serving.becomes("AnxinTls", false);
    serving.becomes("AnxinTlsEnds", false);
    serving.stop();
}

#[test]
fn a_folder_of_a_bank_that_cannot_be_used() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    std::fs::create_dir(folder.join("connections")).unwrap();
    let connection = "bank = \"YZBANK\"\n[fields]\ncorp_no = \"1\"\nuser_no = \"2\"\n\
                      [endpoints.main]\ntransport = \"tcp\"\naddress = \"127.0.0.1:9\"\n\
                      [endpoints.drop]\ntransport = \"folder\"\npath = \"out\"\n\
                      [endpoints.collect]\ntransport = \"folder\"\npath = \"in\"\n";
    std::fs::write(folder.join("connections/YZBANK.toml"), connection).unwrap();
    let inbox = folder.join("connections/in");
    std::fs::create_dir_all(inbox.join("done")).unwrap();
    let serving = Serving::start(folder, "[dispatch]\ncollect_wait_ms = 100\n");
    assert!(
        serving
            .asked("/metrics")
            .contains("anxin_concern{concern=\"folder:YZBANK\"} 0")
    );
    assert!(!serving.raises("AnxinFolder"));
    // The disk behind it is gone, and a file is in its place.
    std::fs::remove_dir_all(&inbox).unwrap();
    std::fs::write(&inbox, "").unwrap();
    serving.becomes("AnxinFolder", true);
    let told = serving.asked("/readyz");
    assert!(
        told.contains("folder:YZBANK") && told.contains("\"unusable\""),
        "{told}"
    );
    std::fs::remove_file(&inbox).unwrap();
    std::fs::create_dir_all(inbox.join("done")).unwrap();
    serving.becomes("AnxinFolder", false);
    // Its share is not mounted.
    std::fs::remove_dir(inbox.join("done")).unwrap();
    serving.becomes("AnxinFolder", true);
    assert!(serving.asked("/readyz").contains("\"unusable\""));
    std::fs::create_dir(inbox.join("done")).unwrap();
    serving.becomes("AnxinFolder", false);
    // Something that is no file of a bank's, until it is moved away.
    std::fs::create_dir(inbox.join("a folder")).unwrap();
    serving.becomes("AnxinFolder", true);
    assert!(serving.asked("/readyz").contains("\"file_left\""));
    std::fs::remove_dir(inbox.join("a folder")).unwrap();
    serving.becomes("AnxinFolder", false);
    serving.stop();
}

/// The witness can't be written: the index does not follow what has no witness.
#[test]
fn a_follower_that_cannot_write() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let serving = Serving::start(folder, "");
    assert!(!serving.raises("AnxinTask"));
    let witness = folder.join("data/witness");
    let kept = std::fs::read(&witness).unwrap();
    std::fs::remove_file(&witness).unwrap();
    std::fs::create_dir_all(witness.join("in the way")).unwrap();
    serving.becomes("AnxinTask", true);
    let told = serving.asked("/readyz");
    assert!(
        told.contains("503") && told.contains("\"failed\""),
        "{told}"
    );
    // The runbook: put right what the log names; the task begins again, a restart is as good.
    std::fs::remove_dir_all(&witness).unwrap();
    std::fs::write(&witness, kept).unwrap();
    serving.stop();
    let serving = Serving::start(folder, "");
    assert!(!serving.raises("AnxinTask"));
    serving.stop();
}
