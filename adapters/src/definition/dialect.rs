//! A dialect: how a family of banks speaks, layer by layer.

use super::kept::KeptAnswer;
use super::push::PushRule;
use super::returns::ReturnsPace;
use crate::codes::Code;
use crate::layout::field::Field;
use crate::layout::slot::Slot;
use crate::pages::Pages;
use crate::parts::PartsRule;
use crate::wire::Message;
use crate::wire::http::WireRule;
use schemars::JsonSchema;
use schemas::text::Charset;
use serde::Deserialize;
use std::collections::BTreeMap;
use toml::Spanned;

/// How far a definition can be trusted (DESIGN section 4.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Evidence {
    /// We designed it.
    Synthetic,
    /// Restated from public code or samples of integrators.
    Observed,
    /// The bank's manual, edition and date.
    Documented,
    /// Joint test signed.
    Certified,
}

impl Evidence {
    /// The word of definitions and print-outs.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Synthetic => "synthetic",
            Self::Observed => "observed",
            Self::Documented => "documented",
            Self::Certified => "certified",
        }
    }
}

/// A character set by its word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CharsetWord {
    /// UTF-8.
    Utf8,
    /// GBK.
    Gbk,
    /// GB18030.
    Gb18030,
    /// GB2312.
    Gb2312,
}

impl CharsetWord {
    /// The character set.
    #[must_use]
    pub fn charset(self) -> Charset {
        match self {
            Self::Utf8 => Charset::Utf8,
            Self::Gbk => Charset::Gbk,
            Self::Gb18030 => Charset::Gb18030,
            Self::Gb2312 => Charset::Gb2312,
        }
    }
}

/// The kind of channel that the gateway must bring.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ChannelWord {
    /// TCP.
    Tcp,
    /// HTTP.
    Http,
    /// Files into a folder, and triggers.
    FileDrop,
}

impl ChannelWord {
    /// The word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Tcp => "tcp",
            Self::Http => "http",
            Self::FileDrop => "file_drop",
        }
    }
}

/// A number of the employer at the bank that a deployment must give.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ConnectionField {
    /// Name in `PaymentOrder.connection`.
    pub name: String,
    /// Invented value for the sandbox and the demo.
    pub example: String,
    /// A password: its value stands in the key store and not in the connection's file.
    #[serde(default)]
    pub secret: bool,
    /// What it is, in Chinese.
    pub zh: String,
    /// What it is, in English.
    pub en: String,
}

/// A value that a reply gives for later steps.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CaptureRule {
    /// Its name.
    pub name: String,
    /// Stands for it in `convert`, and is what the sandbox gives out.
    pub placeholder: String,
    /// The sandbox gives out the base64 of the request's body in its place (a sign port).
    #[serde(default)]
    pub sandbox_signs: bool,
    /// The sandbox gives out the MD5 of the file that the step of this name fetches.
    pub sandbox_md5_of: Option<String>,
    /// A signed reply: the step that sends it to the bank's port, which opens it. The sandbox gives
    /// out the base64 of its reply of that step, and opens it there.
    pub opened_by: Option<String>,
    /// It is the bank's number of the batch: an answer with another one is of another file, and
    /// the sandbox gives out the file's number in ten digits in its place.
    #[serde(default)]
    pub names_batch: bool,
}

/// Limits of one message.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DialectLimits {
    /// Lines of a file.
    pub rows_max: u32,
    /// Bytes of a body before its layers.
    pub bytes_max: u64,
    /// Fen of a line.
    pub amount_max_fen: i64,
    /// Fen of a file.
    pub total_max_fen: i64,
    /// Bytes of a name in the bank's character set.
    pub name_bytes_max: usize,
    /// Bytes of a memo.
    pub memo_bytes_max: usize,
}

/// How often to ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct QueryPace {
    /// Milliseconds until the first query.
    pub first_ms: u64,
    /// Milliseconds between queries.
    pub interval_ms: u64,
    /// Most queries of one file.
    pub count_max: u32,
    /// Milliseconds after which an accepted line is `unknown`.
    pub answer_limit_ms: u64,
}

/// SM2's user identity where the bank wants its own: a connection value, cut or filled up to so
/// many characters.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Sm2UserId {
    /// Name of the connection field.
    pub connection: String,
    /// Characters.
    pub chars: usize,
    /// Stands after a shorter value.
    pub pad: char,
}

/// What a bank of the dialect can do.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, serde::Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Capability {
    /// Pays accounts at the bank itself.
    pub own_bank: bool,
    /// Pays accounts at other banks.
    pub other_banks: bool,
    /// One file holds one class only, own or other.
    pub one_class_per_file: bool,
    /// Results can be asked for.
    pub query: bool,
    /// The bank pushes results.
    pub push: bool,
    /// Results list failures only.
    pub failures_only: bool,
    /// Returns after payment are told.
    pub returns: bool,
}

/// Which code tables read a reply.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CodeNames {
    /// For `reply.code`.
    #[schemars(with = "Option<String>")]
    pub request: Option<Spanned<String>>,
    /// For `reply.flag`, the second code of the request where it has two: both must say the
    /// same, else the request is unknown.
    #[schemars(with = "Option<String>")]
    pub flag: Option<Spanned<String>>,
    /// For `batch.code`.
    #[schemars(with = "Option<String>")]
    pub batch: Option<Spanned<String>>,
    /// For `row.status`.
    #[schemars(with = "Option<String>")]
    pub line: Option<Spanned<String>>,
    /// The status of every row, where rows carry none: a list of failures. Of the `line` table.
    #[schemars(with = "Option<String>")]
    pub listed: Option<Spanned<String>>,
}

/// Ask again until the batch code is one of these.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Poll {
    /// Codes that end the polling.
    pub until: Vec<String>,
    /// Milliseconds before asking again.
    pub wait_ms: u64,
    /// Most questions.
    pub count_max: u32,
}

/// Begin the flow again from its first step (a session that is over: sign in again).
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Again {
    /// Request codes that ask for it.
    pub codes: Vec<String>,
    /// How often in one conversation.
    pub count_max: u32,
}

/// One step of a flow.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StepRule {
    /// Name, unique in the dialect.
    pub name: String,
    /// The bank's transaction code, where a head names it.
    #[serde(default)]
    pub code: String,
    /// From here on the bank may pay.
    #[serde(default)]
    pub instructs: bool,
    /// How it travels.
    pub wire: WireRule,
    /// File name for `convert` and file drops.
    pub file_name: Vec<Slot>,
    /// What is sent.
    pub request: Message,
    /// What comes back; none after a file drop.
    pub reply: Option<Message>,
    /// How the reply's codes are read.
    #[serde(default)]
    pub codes: CodeNames,
    /// Milliseconds before it is sent, after the step before it.
    #[serde(default)]
    pub wait_ms: u64,
    /// The reply's MD5 in hexadecimal must be this captured value.
    pub md5: Option<String>,
    /// Ask again until it is done.
    pub poll: Option<Poll>,
    /// Begin the flow again; never from the step that instructs, nor behind it.
    pub again: Option<Again>,
    /// Sent once for each part of the file; the first part instructs where the step does.
    pub parts: Option<PartsRule>,
    /// Its rows come in pages: `page.first` and `page.rows` in the request say which, or the key.
    pub pages: Option<Pages>,
    /// The next step follows only on these batch codes; else the flow ends with this reply.
    pub go_on: Option<Vec<String>>,
}

/// A dialect as written.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Dialect {
    /// Name: that of its folder.
    #[schemars(with = "String")]
    pub name: Spanned<String>,
    /// Evidence.
    pub evidence: Evidence,
    /// Where the layout is from.
    pub source: String,
    /// What of it is ours all the same, in whole or in a part that decides anything: `push`,
    /// `returns`, a step, or its request or reply alone (`query.reply`).
    #[serde(default)]
    #[schemars(with = "Vec<String>")]
    pub synthetic: Vec<Spanned<String>>,
    /// Character set of what we send.
    pub charset_out: CharsetWord,
    /// Character set of what the bank sends.
    pub charset_in: CharsetWord,
    /// Channel.
    pub channel: ChannelWord,
    /// "Not found" is definitive so long after the intent.
    pub not_found_final_after_ms: Option<u64>,
    /// Rust functions that do what data can't say.
    #[serde(default)]
    #[schemars(with = "Vec<String>")]
    pub quirks: Vec<Spanned<String>>,
    /// Capabilities.
    pub capability: Capability,
    /// Limits.
    pub limits: DialectLimits,
    /// Pace of queries.
    pub pace: QueryPace,
    /// Connection fields.
    #[serde(default)]
    pub connection: Vec<ConnectionField>,
    /// SM2's user identity; without it the usual one.
    pub sm2_user_id: Option<Sm2UserId>,
    /// Captured values.
    #[serde(default)]
    pub capture: Vec<CaptureRule>,
    /// Heads used by many steps.
    #[serde(default)]
    pub heads: BTreeMap<String, Vec<Slot>>,
    /// Steps of a submission.
    pub submit: Vec<StepRule>,
    /// Steps of a query.
    pub query: Vec<StepRule>,
    /// Steps that ask for returns after payment, where the bank tells them only then; their answer
    /// is read as a push is: of the rows that it names.
    #[serde(default)]
    pub returns: Vec<StepRule>,
    /// Pace of the questions for returns.
    pub returns_pace: Option<ReturnsPace>,
    /// Pushed results.
    pub push: PushRule,
    /// Further dialects of the same banks: a kept file that is not of this one may be of those.
    #[serde(default)]
    pub siblings: Vec<String>,
    /// Answers that are read only where somebody kept them.
    #[serde(default)]
    pub kept: Vec<KeptAnswer>,
    /// Code tables.
    #[schemars(with = "BTreeMap<String, Vec<Code>>")]
    pub codes: BTreeMap<String, Vec<Spanned<Code>>>,
    /// Finer reasons of failed lines, by reason.
    #[serde(default)]
    #[schemars(with = "BTreeMap<String, Vec<String>>")]
    pub reasons: BTreeMap<Spanned<String>, Vec<String>>,
}

impl StepRule {
    /// The signature that its request carries, in a header or in the message: algorithm and slot.
    #[must_use]
    pub fn signature(&self) -> Option<(String, String)> {
        self.wire.signature().or_else(|| self.request.signature())
    }

    /// The fields that its reply carries in its rows.
    #[must_use]
    pub fn row_fields(&self) -> Vec<Field> {
        self.reply.as_ref().map_or_else(Vec::new, |reply| {
            let (_, row) = reply.body.slots();
            row.iter().filter_map(Slot::field).collect()
        })
    }
}
