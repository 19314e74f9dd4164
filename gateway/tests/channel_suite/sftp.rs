//! SFTP against OpenSSH's own server, and against one that loses answers.

use std::fs;
use std::net::{SocketAddr, TcpListener};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use adapters::exchange::{FrameEnd, Outgoing, Wire};
use gateway::channel::{
    Certainty, Channel, SendError, SendErrorKind, SftpChannel, SftpPeer, SocketLimits, private_key,
};

use crate::peer::{harmless, nobody, patient, run, tcp_message};

/// OpenSSH's server on a port of its own, for as long as this lives.
struct Sshd {
    server: Child,
    address: SocketAddr,
    place: tempfile::TempDir,
}

impl Drop for Sshd {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

/// The first of these that is there.
fn tool(places: &[&str]) -> PathBuf {
    let found = places.iter().map(PathBuf::from).find(|path| path.exists());
    found.expect("sshd and sftp-server (apt-get install openssh-server)")
}

fn keygen(path: &Path, kind: &str) {
    let mut command = Command::new("ssh-keygen");
    command.args(["-q", "-N", "", "-C", "", "-t", kind, "-f"]);
    let made = command.arg(path).stdin(Stdio::null()).status();
    assert!(
        made.expect("ssh-keygen (apt-get install openssh-client)")
            .success()
    );
}

/// As `ssh-keygen -l` prints it: `256 SHA256:… no comment (ED25519)`.
fn fingerprint(path: &Path) -> String {
    let told = Command::new("ssh-keygen").arg("-lf").arg(path).output();
    let told = String::from_utf8(told.unwrap().stdout).unwrap();
    told.split(' ').nth(1).unwrap().to_owned()
}

impl Sshd {
    fn start(kind: &str) -> Self {
        let sshd = tool(&["/usr/sbin/sshd", "/usr/bin/sshd"]);
        let sftp = tool(&[
            "/usr/lib/openssh/sftp-server",
            "/usr/libexec/openssh/sftp-server",
            "/usr/lib/ssh/sftp-server",
        ]);
        let place = tempfile::tempdir().unwrap();
        let at = |name: &str| place.path().join(name);
        for key in ["host", "other", "ours", "stranger"] {
            keygen(&at(key), kind);
        }
        fs::copy(at("ours.pub"), at("authorized")).unwrap();
        fs::create_dir(at("in")).unwrap();
        // A port that was free a moment ago.
        let address = TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap();
        let text = format!(
            "ListenAddress {address}\nHostKey {host}\nPidFile none\nAuthorizedKeysFile {keys}\n\
             StrictModes no\nUsePAM no\nPasswordAuthentication no\nPermitRootLogin yes\n\
             KbdInteractiveAuthentication no\nSubsystem sftp {sftp}\n",
            host = at("host").display(),
            keys = at("authorized").display(),
            sftp = sftp.display(),
        );
        fs::write(at("config"), text).unwrap();
        // Where sshd locks itself in when it is started by root.
        let _ = fs::create_dir("/run/sshd");
        let log = fs::File::create(at("log")).unwrap();
        let server = Command::new(sshd)
            .args(["-D", "-e", "-f"])
            .arg(at("config"))
            .stdin(Stdio::null())
            .stderr(log)
            .spawn()
            .unwrap();
        let started = Self {
            server,
            address,
            place,
        };
        started.wait();
        started
    }

    /// Until it listens, as it says in its log.
    fn wait(&self) {
        loop {
            let log = fs::read_to_string(self.at("log")).unwrap();
            if log.contains("Server listening") {
                return;
            }
            assert!(!log.contains("fatal") && !log.contains("failed"), "{log}");
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    fn at(&self, name: &str) -> PathBuf {
        self.place.path().join(name)
    }

    /// What the operator would configure.
    fn peer(&self) -> SftpPeer {
        let user = Command::new("id").arg("-un").output().unwrap().stdout;
        SftpPeer {
            endpoint: "ABC/drop".to_owned(),
            address: self.address,
            user: String::from_utf8(user).unwrap().trim().to_owned(),
            key: Arc::new(private_key(&self.at("ours")).unwrap()),
            host_keys: vec![fingerprint(&self.at("host.pub"))],
            root: self.at("in").to_str().unwrap().to_owned(),
        }
    }

    fn names(&self, folder: &str) -> Vec<String> {
        let entries = fs::read_dir(self.at("in").join(folder)).unwrap();
        let name = |entry: fs::DirEntry| entry.file_name().into_string().unwrap();
        let mut names: Vec<String> = entries.map(|entry| name(entry.unwrap())).collect();
        names.sort();
        names
    }
}

fn file(folder: &str, name: &str, bytes: &[u8]) -> Outgoing {
    Outgoing {
        file_name: name.to_owned(),
        wire: Wire::Drop {
            folder: folder.to_owned(),
        },
        ..tcp_message(bytes, FrameEnd::EndOfStream)
    }
}

fn put(peer: SftpPeer, out: &Outgoing) -> Result<Vec<u8>, SendError> {
    run(SftpChannel::new(peer, patient()).send(out))
}

fn fails(peer: SftpPeer, out: &Outgoing) -> (SendErrorKind, Certainty) {
    let error = put(peer, out).unwrap_err();
    assert_eq!(error.endpoint, "ABC/drop");
    (error.kind, error.certainty)
}

#[test]
fn a_file_is_there_whole_at_openssh() {
    for kind in ["ed25519", "ecdsa"] {
        let sshd = Sshd::start(kind);
        // More than fits into one packet, and nothing at all.
        let large: Vec<u8> = (0..700_000u32).flat_map(u32::to_le_bytes).collect();
        for (name, bytes) in [("a.txt", &large[..]), ("empty", b"")] {
            let done = put(sshd.peer(), &file("wage/20261123", name, bytes));
            assert_eq!(done.unwrap(), b"");
            let there = fs::read(sshd.at("in/wage/20261123").join(name)).unwrap();
            assert!(there == bytes);
        }
        assert_eq!(sshd.names("wage/20261123"), ["a.txt", "empty"]);
    }
}

#[test]
fn the_same_file_again_is_done_and_another_content_is_left_alone() {
    let sshd = Sshd::start("ed25519");
    put(sshd.peer(), &file("", "a.txt", b"content")).unwrap();
    put(sshd.peer(), &file("", "a.txt", b"content")).unwrap();
    for other in [b"CONTENT".as_slice(), b"content and more", b""] {
        let out = file("", "a.txt", other);
        let collision = SendErrorKind::Collision;
        assert_eq!(fails(sshd.peer(), &out), (collision, Certainty::MaybeSent));
        let error = fails(sshd.peer(), &harmless(&out));
        assert_eq!(error, (collision, Certainty::NotSent));
    }
    assert_eq!(fs::read(sshd.at("in/a.txt")).unwrap(), b"content");
    assert_eq!(sshd.names(""), ["a.txt"]);
}

#[test]
fn what_a_killed_writer_left_does_not_stop_the_next() {
    let sshd = Sshd::start("ed25519");
    fs::write(sshd.at("in/.a.txt.part"), b"con and a tail that is longer").unwrap();
    put(sshd.peer(), &file("", "a.txt", b"content")).unwrap();
    assert_eq!(fs::read(sshd.at("in/a.txt")).unwrap(), b"content");
    assert_eq!(sshd.names(""), ["a.txt"]);
}

#[test]
fn a_file_of_the_bank_is_brought_and_stays_where_it_is() {
    let sshd = Sshd::start("ed25519");
    fs::create_dir(sshd.at("in/out")).unwrap();
    // As long as the limit of a reply in these tests, and one byte more.
    fs::write(sshd.at("in/out/result"), [b'x'; 1_000]).unwrap();
    fs::write(sshd.at("in/out/large"), [b'x'; 1_001]).unwrap();
    let wanted = |name: &str| Outgoing {
        file_name: name.to_owned(),
        instructs: false,
        wire: Wire::Fetch {
            folder: "out".to_owned(),
        },
        ..tcp_message(b"", FrameEnd::EndOfStream)
    };
    for _ in 0..2 {
        let brought = put(sshd.peer(), &wanted("result"));
        assert_eq!(brought.unwrap(), [b'x'; 1_000]);
    }
    for (name, kind) in [
        ("large", SendErrorKind::TooLarge),
        ("missing", SendErrorKind::Read),
        ("..", SendErrorKind::Message),
    ] {
        let error = fails(sshd.peer(), &wanted(name));
        assert_eq!(error, (kind, Certainty::NotSent));
    }
}

#[test]
fn a_server_with_another_host_key_gets_nothing() {
    let sshd = Sshd::start("ed25519");
    let out = file("", "a.txt", b"content");
    let pinned = |keys: &[&str]| SftpPeer {
        host_keys: keys.iter().map(|key| fingerprint(&sshd.at(key))).collect(),
        ..sshd.peer()
    };
    let error = fails(pinned(&["other.pub"]), &out);
    assert_eq!(error, (SendErrorKind::HostKey, Certainty::NotSent));
    assert_eq!(fails(pinned(&[]), &out), error);
    assert!(sshd.names("").is_empty());
    // We did not even say who we are.
    let log = fs::read_to_string(sshd.at("log")).unwrap();
    assert!(!log.contains("publickey"), "{log}");
    // A bank that announces its next key has two for a while.
    put(pinned(&["other.pub", "host.pub"]), &out).unwrap();
}

#[test]
fn a_key_that_the_server_does_not_know_sends_nothing() {
    let sshd = Sshd::start("ed25519");
    let stranger = SftpPeer {
        key: Arc::new(private_key(&sshd.at("stranger")).unwrap()),
        ..sshd.peer()
    };
    let error = fails(stranger, &file("", "a.txt", b"content"));
    assert_eq!(error, (SendErrorKind::SignIn, Certainty::NotSent));
    // Not a key at all, nor repeated in the error.
    fs::write(
        sshd.at("rubbish"),
        "-----BEGIN OPENSSH PRIVATE KEY-----\nsecret\n",
    )
    .unwrap();
    let error = private_key(&sshd.at("rubbish")).unwrap_err();
    assert!(!format!("{error:?}").contains("secret"));
}

#[test]
fn a_server_that_is_not_there_or_silent_is_certainly_not_sent() {
    let sshd = Sshd::start("ed25519");
    let out = file("", "a.txt", b"content");
    let gone = SftpPeer {
        address: run(nobody()),
        ..sshd.peer()
    };
    let error = fails(gone, &out);
    assert_eq!(error, (SendErrorKind::Connect, Certainty::NotSent));
    // It takes connections and says nothing.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let silent = SftpPeer {
        address: listener.local_addr().unwrap(),
        ..sshd.peer()
    };
    let limits = SocketLimits {
        connect_wait: Duration::from_millis(200),
        ..patient()
    };
    let error = run(SftpChannel::new(silent, limits).send(&out)).unwrap_err();
    assert_eq!(error.kind, SendErrorKind::TimeOut);
    assert_eq!(error.certainty, Certainty::NotSent);
}

#[test]
fn a_folder_that_can_not_be_written_is_certainly_not_sent() {
    let sshd = Sshd::start("ed25519");
    fs::write(sshd.at("in/blocked"), b"a file").unwrap();
    let error = fails(sshd.peer(), &file("blocked/deeper", "a", b"x"));
    assert_eq!(error, (SendErrorKind::Folder, Certainty::NotSent));
    // A folder in the place of the hidden file: nothing became visible.
    fs::create_dir(sshd.at("in/.c.part")).unwrap();
    let error = fails(sshd.peer(), &file("", "c", b"x"));
    assert_eq!(error, (SendErrorKind::Write, Certainty::NotSent));
    assert!(!sshd.at("in/c").exists());
}

#[test]
fn threats_28_no_name_leads_out_of_the_folder() {
    let sshd = Sshd::start("ed25519");
    for (folder, name) in [("..", "a"), ("", "../a"), ("/tmp", "a"), ("x/../..", "a")] {
        let error = fails(sshd.peer(), &file(folder, name, b"x"));
        assert_eq!(error, (SendErrorKind::Message, Certainty::NotSent));
    }
    // A link in the file's place is not followed.
    std::os::unix::fs::symlink(sshd.at("aim"), sshd.at("in/a")).unwrap();
    let error = fails(sshd.peer(), &file("", "a", b"x"));
    assert_eq!(error, (SendErrorKind::Collision, Certainty::MaybeSent));
    assert!(!sshd.at("aim").exists());
}

/// A server that dies the moment it has renamed: the file is the bank's and nobody said so.
#[test]
fn when_the_renames_answer_is_lost_the_file_is_perhaps_sent() {
    let sshd = Sshd::start("ed25519");
    // OpenSSH's own, through which its answer to a rename (request type 18) does not come.
    let script = sshd.at("loses_the_answer.py");
    fs::write(&script, LOSES_THE_ANSWER).unwrap();
    fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).unwrap();
    let config = fs::read_to_string(sshd.at("config")).unwrap();
    let (kept, server) = config.split_once("Subsystem sftp ").unwrap();
    let script = script.display();
    let through = format!("{kept}Subsystem sftp /usr/bin/env python3 {script} {server}");
    fs::write(sshd.at("config"), through).unwrap();
    // It reads its configuration again.
    let pid = sshd.server.id().to_string();
    assert!(
        Command::new("kill")
            .args(["-HUP", &pid])
            .status()
            .unwrap()
            .success()
    );
    loop {
        let log = fs::read_to_string(sshd.at("log")).unwrap();
        if log.matches("Server listening").count() == 2 {
            break;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    let error = put(sshd.peer(), &file("", "a.txt", b"content")).unwrap_err();
    assert_eq!(error.certainty, Certainty::MaybeSent, "{error:?}");
    assert_eq!(error.kind, SendErrorKind::Write);
    assert_eq!(fs::read(sshd.at("in/a.txt")).unwrap(), b"content");
    let out = harmless(&file("", "b.txt", b"content"));
    let error = put(sshd.peer(), &out).unwrap_err();
    assert_eq!(error.certainty, Certainty::NotSent);
}

/// Passes packets on to the server and ends, with the server, once a rename was answered.
const LOSES_THE_ANSWER: &str = r#"
import os, struct, subprocess, sys, threading
server = subprocess.Popen(sys.argv[1:], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
renames = set()

def exactly(stream, size):
    data = b""
    while len(data) < size:
        part = os.read(stream, size - len(data))
        if not part:
            os._exit(0)
        data += part
    return data

def packet(stream):
    size = exactly(stream, 4)
    return size + exactly(stream, struct.unpack(">I", size)[0])

def requests():
    while True:
        asked = packet(0)
        if asked[4] == 18:
            renames.add(asked[5:9])
        server.stdin.write(asked)
        server.stdin.flush()

threading.Thread(target=requests, daemon=True).start()
while True:
    told = packet(server.stdout.fileno())
    if told[5:9] in renames:
        os._exit(0)
    os.write(1, told)
"#;
