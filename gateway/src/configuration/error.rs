//! What is wrong with the configuration, where, and what to do, in both languages.

mod form;

use std::fmt;
use std::path::PathBuf;

use schemas::{BankCode, Lang};

/// One thing that is wrong. All are collected, so that one start shows all of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigurationError {
    /// The file.
    pub file: PathBuf,
    /// Its line from 1, where one can be named.
    pub line: Option<u32>,
    /// What is wrong.
    pub problem: Problem,
}

/// What may be wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Problem {
    /// The file can't be read; the operating system's kind of error.
    Unreadable(std::io::ErrorKind),
    /// Not TOML, an unknown word, or a value of the wrong kind. Repeats no value of a mandate.
    Form(String),
    /// Others than the owner may read a secret or personal file.
    Mode,
    /// Production without TLS files.
    NoTls,
    /// Production without a revocation list: rustls would accept revoked certificates.
    NoCrl,
    /// Production without a key of its own for checkpoints: one would be made in the data folder.
    NoCheckpointKey,
    /// Production with the key of the checkpoints beside what it signs.
    CheckpointKeyInside,
    /// The folder of the witness outside lies in the data folder.
    WitnessInside,
    /// Production with a development authority.
    DevelopmentAuthority,
    /// Production with a clock or pace of its own.
    DevelopmentTime,
    /// Production with a plain connection to a public address.
    Plain,
    /// Not a private key that SFTP can use.
    SshKey,
    /// Two folders of endpoints are one, or one lies in the other.
    FolderShared {
        /// The table that names the folder, as `[endpoints.collect]`.
        table: String,
        /// The table that names the other one.
        other: String,
        /// The file in which that one stands.
        other_file: PathBuf,
    },
    /// A certificate of ours without its key, or a key without its certificate.
    HalfIdentity,
    /// An exception without signer or reason.
    ExceptionUnsigned,
    /// An exception whose last day is over.
    ExceptionExpired(time::Date),
    /// A bank below the level that the profile demands, without an exception in force.
    Evidence {
        /// The bank.
        bank: BankCode,
        /// Its level.
        level: &'static str,
    },
    /// The same bank, mandate or day twice.
    Twice,
    /// A day of a year of which neither the program nor a file has the list.
    YearUnknown(i32),
    /// A year whose list has no holiday.
    YearEmpty(i32),
    /// A right beyond the contract.
    BeyondContract,
}

impl ConfigurationError {
    /// What is wrong, in one sentence.
    #[must_use]
    pub fn message(&self, lang: Lang) -> String {
        match lang {
            Lang::Zh => self.problem.zh(),
            Lang::En => self.problem.en(),
        }
    }

    /// What to do about it.
    #[must_use]
    pub fn remedy(&self, lang: Lang) -> &'static str {
        let (zh, en) = self.problem.remedies();
        match lang {
            Lang::Zh => zh,
            Lang::En => en,
        }
    }

    /// `file:line: message; remedy`.
    #[must_use]
    pub fn told(&self, lang: Lang) -> String {
        let place = match self.line {
            Some(line) => format!("{}:{line}", self.file.display()),
            None => self.file.display().to_string(),
        };
        let (message, remedy) = (self.message(lang), self.remedy(lang));
        match lang {
            Lang::Zh => format!("{place}：{message}；{remedy}"),
            Lang::En => format!("{place}: {message}; {remedy}"),
        }
    }
}

impl fmt::Display for ConfigurationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.told(Lang::En))
    }
}

impl std::error::Error for ConfigurationError {}

impl Problem {
    fn zh(&self) -> String {
        match self {
            Self::Unreadable(kind) => format!("文件无法读取（{}）", form::kind_zh(*kind)),
            Self::Form(detail) => form::zh(detail),
            Self::Mode => "属主以外的用户可以读取该文件".to_owned(),
            Self::NoTls => "生产环境没有配置 TLS 证书文件".to_owned(),
            Self::NoCrl => "生产环境没有配置证书吊销列表".to_owned(),
            Self::NoCheckpointKey => "生产环境没有指明检查点的签名密钥".to_owned(),
            Self::CheckpointKeyInside => "检查点的签名密钥在数据目录之内".to_owned(),
            Self::WitnessInside => "witness 所指的目录在数据目录之内".to_owned(),
            Self::DevelopmentAuthority => "生产环境使用了开发用证书颁发机构".to_owned(),
            Self::DevelopmentTime => "生产环境使用了开发用时钟或节奏".to_owned(),
            Self::Plain => "生产环境以明文连接公网地址".to_owned(),
            Self::SshKey => "不是可用的 SSH 私钥".to_owned(),
            Self::FolderShared {
                table,
                other,
                other_file,
            } => format!(
                "{table} 的目录与 {} 中 {other} 的目录相同，或一个在另一个之内",
                other_file.display()
            ),
            Self::HalfIdentity => "本方证书与私钥只写了一个".to_owned(),
            Self::ExceptionUnsigned => "例外没有签署人或理由".to_owned(),
            Self::ExceptionExpired(date) => format!("例外已于 {date} 到期"),
            Self::Evidence { bank, level } => {
                format!("{bank} 的证据等级为 {level}，低于 certified，且没有有效的例外")
            }
            Self::Twice => "同一银行、授权账户或日期出现两次".to_owned(),
            Self::YearUnknown(year) => format!("没有 {year} 年的放假安排"),
            Self::YearEmpty(year) => format!("{year} 年没有列出任何节假日"),
            Self::BeyondContract => "授予的权限超出接口约定".to_owned(),
        }
    }

    fn en(&self) -> String {
        match self {
            Self::Unreadable(kind) => format!("the file can't be read ({kind})"),
            Self::Form(detail) => detail.clone(),
            Self::Mode => "others than the owner may read this file".to_owned(),
            Self::NoTls => "production without TLS files".to_owned(),
            Self::NoCrl => "production without a certificate revocation list".to_owned(),
            Self::NoCheckpointKey => "production without a key that signs checkpoints".to_owned(),
            Self::CheckpointKeyInside => {
                "the key that signs checkpoints lies in the data folder".to_owned()
            }
            Self::WitnessInside => "the folder of witness lies in the data folder".to_owned(),
            Self::DevelopmentAuthority => "a development authority in production".to_owned(),
            Self::DevelopmentTime => "a development clock or pace in production".to_owned(),
            Self::Plain => "a plain connection to a public address in production".to_owned(),
            Self::SshKey => "not an SSH private key that can be used".to_owned(),
            Self::FolderShared {
                table,
                other,
                other_file,
            } => format!(
                "the folder of {table} and that of {other} in {} are one, or one lies in the other",
                other_file.display()
            ),
            Self::HalfIdentity => "our certificate without its key, or the key alone".to_owned(),
            Self::ExceptionUnsigned => "an exception without signer or reason".to_owned(),
            Self::ExceptionExpired(date) => format!("the exception ended on {date}"),
            Self::Evidence { bank, level } => format!(
                "{bank} has evidence level {level}, below certified, and no exception in force"
            ),
            Self::Twice => "the same bank, mandate or day twice".to_owned(),
            Self::YearUnknown(year) => format!("there is no list of bank days for {year}"),
            Self::YearEmpty(year) => format!("the list of {year} has no holiday"),
            Self::BeyondContract => "a right beyond the contract".to_owned(),
        }
    }

    fn remedies(&self) -> (&'static str, &'static str) {
        match self {
            Self::Unreadable(_) => ("请检查路径和权限", "check the path and who may read it"),
            Self::Form(_) => (
                "请对照 config/ 中带说明的样例修改该行",
                "compare the line with the commented examples in config/",
            ),
            Self::Mode => ("请执行 chmod 600", "run chmod 600 on it"),
            Self::NoTls => (
                "请填写 [tls] 的 chain_file、key_file、client_ca_file",
                "fill in chain_file, key_file and client_ca_file under [tls]",
            ),
            Self::NoCrl => (
                "请在 crl_files 中列出颁发机构的吊销列表",
                "list the authority's revocation lists in crl_files",
            ),
            Self::NoCheckpointKey | Self::CheckpointKeyInside => (
                "请在 [checkpoints] 的 key_file 指明数据目录之外的 Ed25519 密钥（权限 0600）",
                "name an Ed25519 key outside the data folder, as key_file in [checkpoints]",
            ),
            Self::WitnessInside => (
                "请在 [places] 的 witness 指明数据目录之外、最好在另一块盘上的目录",
                "name one outside the data folder, best on another volume, as witness in [places]",
            ),
            Self::DevelopmentAuthority => (
                "请改用正式颁发机构的证书",
                "use the certificates of your real authority",
            ),
            Self::DevelopmentTime => ("请删除 [development]", "remove the table [development]"),
            Self::Plain => (
                "请为该端点配置 tls，或改用内网前置机地址",
                "give the endpoint tls, or the address of a front-end in your own network",
            ),
            Self::SshKey => (
                "请用 ssh-keygen -t ed25519 -N \"\" 生成，公钥交给银行",
                "make one by ssh-keygen -t ed25519 -N \"\"; the bank gets the public part",
            ),
            Self::FolderShared { .. } => ("请分别指定目录", "give each folder a place of its own"),
            Self::HalfIdentity => (
                "请同时填写 chain_file 与 key_file，或都不写",
                "fill in chain_file and key_file, or neither",
            ),
            Self::ExceptionUnsigned => (
                "请填写 signer 与 reason，或删除该例外",
                "fill in signer and reason, or remove the exception",
            ),
            Self::ExceptionExpired(_) => (
                "请由运维负责人重新签署，或删除该例外",
                "have an operator sign a new one, or remove it",
            ),
            Self::Evidence { .. } => (
                "请完成联调验收，或在 [[admission.exceptions]] 中签署例外",
                "finish the joint test, or sign an exception under [[admission.exceptions]]",
            ),
            Self::Twice => ("请删除其中一个", "remove one of the two"),
            Self::YearUnknown(_) => (
                "请写明 [[year]] 并列出该年全部放假和调休日期",
                "state the [[year]] and list all of its holidays and make-up days",
            ),
            Self::YearEmpty(_) => (
                "请按国务院办公厅通知列出该年全部放假和调休日期",
                "list all holidays and make-up days of the State Council's notice",
            ),
            Self::BeyondContract => (
                "角色文件只能收回权限，不能增加；请删除该角色",
                "the roles file can take rights away, not add them; remove that party",
            ),
        }
    }
}
