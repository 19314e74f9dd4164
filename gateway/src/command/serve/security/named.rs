//! The files of one side's TLS, as the configuration names them: an error says which key of which
//! table is at fault, its file, why, and what to put there.

use super::End;
use crate::command::words::{Failure, Words};
use certs::tls::{Part, TlsError, chain_not_after, crl_next_update};
use schemas::value::BankCode;
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// The table of the configuration that names the files, in words.
#[derive(Clone, Debug)]
pub struct Table(Words);

impl Table {
    /// The server's.
    pub fn of_server() -> Self {
        Self(Words::new("[tls]", "[tls]"))
    }

    /// Of one address of a bank.
    pub fn of_bank(bank: BankCode, endpoint: &str) -> Self {
        Self(Words::new(
            format!("{bank} 连接文件的 [endpoints.{endpoint}.tls]"),
            format!("[endpoints.{endpoint}.tls] of the connection of {bank}"),
        ))
    }

    /// A file, or several of one key, that can't be used.
    pub fn unusable(
        &self,
        key: &str,
        file: &str,
        error: &(dyn std::error::Error + 'static),
        remedy: Words,
    ) -> Failure {
        let (zh, en) = (
            self.0.in_lang(schemas::Lang::Zh),
            self.0.in_lang(schemas::Lang::En),
        );
        let what = Words::new(
            format!("{zh} 的 {key}（{file}）不能使用"),
            format!("{key} of {en} ({file}) can't be used"),
        );
        Failure::usage(what, remedy).caused_by(error)
    }

    /// The bytes of a file.
    fn read(&self, key: &str, path: &Path) -> Result<Bytes, Failure> {
        let bytes = std::fs::read(path).map(Zeroizing::new);
        bytes.map_err(|error| {
            let remedy = Words::new(
                "请检查路径和读取权限。",
                "Check the path and the permission to read it.",
            );
            self.unusable(key, &path.display().to_string(), &error, remedy)
        })
    }
}

/// The files of one side.
pub struct Files<'a> {
    /// Where they are named.
    pub table: &'a Table,
    /// Our certificate and key, where we have one.
    pub own: Option<(&'a Path, &'a Path)>,
    /// Key and file of the other side's authorities.
    pub authority: (&'static str, &'a Path),
    /// Their revocation lists.
    pub lists: &'a [PathBuf],
}

// The keys that both tables have.
const CHAIN: &str = "chain_file";
const KEY: &str = "key_file";
const LISTS: &str = "crl_files";

/// The bytes of the files.
pub struct Read {
    /// Certificate and key.
    pub own: Option<(Bytes, Bytes)>,
    /// Authorities.
    pub authority: Bytes,
    /// Revocation lists.
    pub lists: Vec<Bytes>,
}

type Bytes = Zeroizing<Vec<u8>>;

impl Files<'_> {
    /// Reads them, and when the first of them runs out.
    pub fn read(&self) -> Result<(Read, Option<End>), Failure> {
        let table = self.table;
        let mut ends = Vec::new();
        let mut own = None;
        if let Some((chain, key)) = self.own {
            let read = (table.read(CHAIN, chain)?, table.read(KEY, key)?);
            let at = chain_not_after(&read.0).map_err(|error| self.unusable(&error))?;
            ends.push((at, CHAIN, chain));
            own = Some(read);
        }
        let authority = table.read(self.authority.0, self.authority.1)?;
        let mut lists = Vec::new();
        for path in self.lists {
            let list = table.read(LISTS, path)?;
            let next = crl_next_update(&list).map_err(|error| {
                let file = path.display().to_string();
                table.unusable(LISTS, &file, &error, remedy_of(Part::RevocationLists))
            })?;
            ends.extend(next.map(|at| (at, LISTS, path.as_path())));
            lists.push(list);
        }
        let first = ends.into_iter().min_by_key(|(at, _, _)| *at);
        let ends = first.map(|(at, key, file)| End {
            at,
            key,
            file: file.to_owned(),
        });
        let read = Read {
            own,
            authority,
            lists,
        };
        Ok((read, ends))
    }

    /// What the files make no configuration of.
    pub fn unusable(&self, error: &TlsError) -> Failure {
        let Some(part) = error.part() else {
            return Failure::defect(error);
        };
        let (key, files) = match part {
            Part::Chain => (
                CHAIN,
                self.own.map(|(chain, _)| chain).into_iter().collect(),
            ),
            Part::Key => (KEY, self.own.map(|(_, key)| key).into_iter().collect()),
            Part::Authority => (self.authority.0, vec![self.authority.1]),
            Part::RevocationLists => (LISTS, self.lists.iter().map(PathBuf::as_path).collect()),
        };
        let files: Vec<String> = files
            .iter()
            .map(|path| path.display().to_string())
            .collect();
        let remedy = self.remedy(part, error);
        self.table.unusable(key, &files.join(", "), error, remedy)
    }

    fn remedy(&self, part: Part, error: &TlsError) -> Words {
        let authority = self.authority.0;
        match error {
            TlsError::DevelopmentAuthority(_) => Words::new(
                "请改用正式签发机构的证书。",
                "Use the certificates of your real authority.",
            ),
            TlsError::OtherKey => Words::new(
                "请放入 chain_file 第一张证书的私钥，或把该私钥的证书放在 chain_file 的最前面。",
                "Put the key of the first certificate in chain_file here, or this key's \
                 certificate first there.",
            ),
            TlsError::NoRevocationList | TlsError::ForeignList => Words::new(
                format!("请列出 {authority} 中签发机构的吊销列表。"),
                format!("List the revocation lists of the authorities in {authority}."),
            ),
            TlsError::Unreadable(_) | TlsError::Refused(..) | TlsError::NoVersion(_) => {
                remedy_of(part)
            }
        }
    }
}

/// What a file of that part holds.
fn remedy_of(part: Part) -> Words {
    match part {
        Part::Chain => Words::new(
            "文件应含 PEM 证书：本方证书在前，中间证书在后。",
            "It holds certificates in PEM: ours first, then those between it and the authority.",
        ),
        Part::Key => Words::new(
            "文件应含一个不带口令的 PEM 私钥（PKCS#8；椭圆曲线也可用 SEC 1），权限 0600。",
            "It holds one private key in PEM without a passphrase (PKCS#8, or SEC 1 for EC), \
             mode 0600.",
        ),
        Part::Authority => Words::new(
            "文件应含签发机构的 PEM 证书。",
            "It holds the certificates of the authorities in PEM.",
        ),
        Part::RevocationLists => Words::new(
            "文件应为 PEM 或 DER 吊销列表。",
            "It is a revocation list, in PEM or DER.",
        ),
    }
}
