//! An installation with an employer that has an account, and copies of its folder.

use super::{Ended, TEMPLATE, run};
use certs::tls::{ClientTls, HTTP, Mode, system_clock};
use gateway::command::client::Client;
use journal::disk::OsDisk;
use std::path::{Path, PathBuf};

const USCC: &str = "913301006639233248";
const LINES: u32 = 40;

pub fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// A batch; no two lines of batches of other `number`s have one amount.
fn wages(batch_no: &str, number: u32) -> String {
    let (head, _) = TEMPLATE.split_once("\n\n").unwrap();
    let fen = |line: u32| 10_000 + number * LINES + line;
    let yuan = |fen: u32| format!("{}.{:02}", fen / 100, fen % 100);
    let total = yuan((1..=LINES).map(fen).sum());
    let head = head.replace("总笔数,2", &format!("总笔数,{LINES}"));
    let head = head.replace("13603.50", &total);
    let head = head.replace("GZ-2026-11-001", batch_no);
    let row = |n: u32| {
        format!(
            "{n},张样一,11010519491231002X,1000{n:08},{}\n",
            yuan(fen(n))
        )
    };
    let rows: String = (1..=LINES).map(row).collect();
    format!("{head}\n\n序号,姓名,证件号码,银行账号,实发金额\n{rows}")
}

/// An installation with an employer that has an account.
pub struct Site {
    pub folder: tempfile::TempDir,
}

impl Site {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mandates = format!(
            "[[mandate]]\nemployer = \"{USCC}\"\nbank = \"ICBC\"\n\
             account = \"1202020009900012345\"\n\
             name = \"杭州样例建设有限公司样例项目农民工工资专用账户\"\n"
        );
        let site = Self { folder };
        site.private("mandates.toml", &mandates);
        site
    }

    /// Writes a file that its owner alone reads.
    pub fn private(&self, name: &str, content: &str) {
        use std::os::unix::fs::PermissionsExt as _;
        std::fs::write(self.at(name), content).unwrap();
        let mode = std::fs::Permissions::from_mode(0o600);
        std::fs::set_permissions(self.at(name), mode).unwrap();
    }

    pub fn at(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn certificates(&self) {
        let pki = self.at("data/pki");
        let made = run(&["certs", "init", "--out", text(&pki), "--employer", USCC]);
        assert_eq!(made.code, 0, "{made:?}");
    }

    pub fn as_employer(&self, url: &str, words: &[&str]) -> Ended {
        let at = |name: String| text(&self.at("data/pki").join(name)).to_owned();
        let (cert, key) = (
            at(format!("employer/{USCC}.pem")),
            at(format!("employer/{USCC}.key")),
        );
        let ca = at("ca.pem".to_owned());
        let who = [
            "--json", "--url", url, "--cert", &cert, "--key", &key, "--ca", &ca,
        ];
        run(&[words, &who].concat())
    }

    /// Status and body of a GET by the employer.
    pub fn fetch(&self, url: &str, path: &str) -> (u16, String) {
        let read = |name: &str| std::fs::read(self.at("data/pki").join(name)).unwrap();
        let (chain, key) = (
            read(&format!("employer/{USCC}.pem")),
            read(&format!("employer/{USCC}.key")),
        );
        let tls = ClientTls {
            identity: Some((&chain, &key)),
            ca_pem: &read("ca.pem"),
            crls: &[],
            protocols: &HTTP,
            mode: Mode::Development,
            allow_tls12: false,
            clock: system_clock(),
        };
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let mut client = Client::new(url, &tls).unwrap();
        let answer = runtime.block_on(client.fetch(path)).unwrap();
        let body = String::from_utf8(answer.body.to_vec()).unwrap();
        (answer.status.as_u16(), body)
    }

    pub fn submit(&self, url: &str, number: u32) -> String {
        self.submit_as(&format!("GZ-{number}"), url, number)
    }

    /// Submits a batch to which the employer gives this number.
    pub fn submit_as(&self, batch_no: &str, url: &str, number: u32) -> String {
        let file = self.at(&format!("wages-{number}.csv"));
        std::fs::write(&file, wages(batch_no, number)).unwrap();
        let ended = self.as_employer(url, &["submit", text(&file)]);
        assert_eq!(ended.code, 0, "{ended:?}");
        let id = &ended.document()["batch_id"];
        id.as_str().unwrap().to_owned()
    }

    pub fn backup(&self, to: &str) -> Ended {
        let (data, to) = (self.at("data"), self.at(to));
        run(&[
            "backup",
            "--json",
            "--lang",
            "en",
            "--data",
            text(&data),
            "--to",
            text(&to),
        ])
    }
}

pub fn restore(from: &Path, data: &Path) -> Ended {
    run(&[
        "restore",
        "--json",
        "--lang",
        "en",
        "--from",
        text(from),
        "--data",
        text(data),
    ])
}

/// Number and hash of every record, and the batches that were accepted.
pub fn records(data: &Path) -> (Vec<(u64, [u8; 32])>, Vec<String>) {
    let (mut all, mut accepted) = (Vec::new(), Vec::new());
    let report = journal::verify_with(&OsDisk, &data.join("journal"), 0, &mut |passed| {
        all.push((passed.sequence, *passed.hash));
        let line = passed.clear.split(|byte| *byte == b'\n').next().unwrap();
        if let Ok(event) = serde_json::from_slice::<serde_json::Value>(line)
            && event["event"] == "batch_accepted"
        {
            accepted.push(event["batch"].as_str().unwrap().to_owned());
        }
    });
    assert_eq!(report.unwrap().damages, []);
    (all, accepted)
}
