//! What a batch waits for (M12): the kinds, in words, and which of them it is now.

use crate::api::answer::Waiting;
use crate::book::{BankFile, Batch, Book};
use crate::core::{Core, Hindrance, JOURNAL};
use crate::query::moment;
use schemas::Lang;

/// A kind of wait. Each has its row in RUNBOOK.md, its age as a metric and its alarm.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Wait {
    /// Another person of the employer.
    Approval,
    /// A bank day, an hour, or a way to the bank; no byte of the instruction has left.
    Dispatch,
    /// A connection to the bank: this installation has none.
    BankConnection,
    /// Something that this installation lacks.
    Installation,
    /// A decision about another payment of the same wage.
    OtherPayment,
    /// Withdrawal by its employer: released in a backup, and perhaps sent since it was made.
    Withdrawal,
    /// The answer to an instruction that is leaving.
    BankAnswer,
    /// The bank's result.
    BankResult,
    /// The bank's evidence, or two operators.
    Evidence,
}

impl Wait {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::Approval,
        Self::Dispatch,
        Self::BankConnection,
        Self::Installation,
        Self::OtherPayment,
        Self::Withdrawal,
        Self::BankAnswer,
        Self::BankResult,
        Self::Evidence,
    ];

    /// The word of the public contract.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Approval => "approval",
            Self::Dispatch => "dispatch",
            Self::BankConnection => "bank_connection",
            Self::Installation => "installation",
            Self::OtherPayment => "other_payment",
            Self::Withdrawal => "withdrawal",
            Self::BankAnswer => "bank_answer",
            Self::BankResult => "bank_result",
            Self::Evidence => "bank_evidence_or_resolution",
        }
    }

    /// The wait of a word of the book.
    fn of_word(word: &str) -> Self {
        let mut all = Self::ALL.into_iter();
        all.find(|wait| wait.as_str() == word)
            .unwrap_or(Self::Evidence)
    }

    /// In words for people.
    #[must_use]
    pub const fn text(self, lang: Lang) -> &'static str {
        let (zh, en) = match self {
            Self::Approval => ("等待另一人复核", "waits for another person's approval"),
            Self::Dispatch => (
                "等待发往银行（银行日或通道）",
                "waits to be sent to the bank",
            ),
            Self::OtherPayment => (
                "有明细的同一工资已由另一笔支付或有争议，这些明细不发送，其余照常",
                "of some lines another payment of the same wage is made or disputed: these are not \
                 sent, the others go on",
            ),
            Self::Withdrawal => (
                "网关自备份恢复，此批可能已在备份之后发出：不再发送，请与银行核对后撤回",
                "the gateway was restored from a backup, and this may have been sent since it was \
                 made: it is not sent; compare with the bank, then withdraw",
            ),
            Self::BankConnection => (
                "等待接通付款银行：本网关没有该行的连接",
                "waits for a connection to the paying bank: this gateway has none",
            ),
            Self::Installation => (
                "等待本网关的运行方补齐或修复",
                "waits for those who run this gateway",
            ),
            Self::BankAnswer => (
                "正在发出或已发出，等待银行应答",
                "leaving or sent; waits for the bank's answer",
            ),
            Self::BankResult => (
                "银行已受理，等待回盘",
                "the bank has it; waits for its result",
            ),
            Self::Evidence => (
                "支付不明或有争议，等待银行证据或两名运营人员裁定",
                "unknown or disputed; waits for the bank's evidence or two operators",
            ),
        };
        match lang {
            Lang::Zh => zh,
            Lang::En => en,
        }
    }
}

impl Wait {
    /// What a person does about it, in a sentence; the RUNBOOK says more under the same word.
    #[must_use]
    pub const fn remedy(self, lang: Lang) -> &'static str {
        let (zh, en) = match self {
            Self::Approval => (
                "由本单位另一人（不是报送人）复核；不是本意的，撤回",
                "a person of the employer other than the one who submitted it approves it; what \
                 was not meant is withdrawn",
            ),
            Self::Dispatch => (
                "银行接通且连得上时，到银行日自动发送；久未发出，由网关运营方查看银行通道",
                "where the bank is connected and reached it leaves by itself on a bank day; where \
                 it does not for long, those who run the gateway look at the way to the bank",
            ),
            Self::BankConnection => (
                "由网关运营方接通该行；还没有发出的，也可由用工单位撤回、换一家付款银行",
                "those who run the gateway connect the bank; what has not left the employer may \
                 withdraw and pay by another bank",
            ),
            Self::Installation => (
                "由网关运营方补齐所缺的密钥、授权或修复日志；钱没有动，资料不丢",
                "those who run the gateway put right what is missing; no money moves and nothing \
                 is lost meanwhile",
            ),
            Self::OtherPayment => (
                "另一笔有争议的，先等两名运营人员裁定；已付的，核对是否同一笔工资：是，则撤回\
                 （批次已有发出的，只撤回这些明细）；不是，由报送人以外的人再次复核",
                "where the other payment is disputed, two operators decide first; where it is \
                 made, see whether it is the same wage: if so withdraw (of a batch of which \
                 something has left, these lines alone are taken back), if not another person \
                 approves again",
            ),
            Self::Withdrawal => (
                "与银行核对这一批是否已付，然后撤回；没有付的另行报送",
                "compare with the bank's list, then withdraw; what was not paid is submitted anew",
            ),
            Self::BankAnswer => (
                "网关在运行时会自行收到应答或超时；超过半小时，由网关运营方重启网关\
                 （只会查询，不会再发）",
                "a gateway that runs gets the answer or a time-out by itself; after half an hour \
                 those who run it start it anew: it asks and never sends again",
            ),
            Self::BankResult => (
                "等银行回盘；催问银行，结果出来前不要用别的办法付款",
                "wait for the bank's result, or ask the bank; pay nothing by other means before",
            ),
            Self::Evidence => (
                "向银行取得书面结果，由两名运营人员裁定；在此之前不要用别的办法付款，以免重复",
                "get the bank's word in writing, by which two operators decide; pay nothing by \
                 other means before, or it is paid twice",
            ),
        };
        match lang {
            Lang::Zh => zh,
            Lang::En => en,
        }
    }
}

impl Wait {
    /// Whether it goes on by itself in a gateway that is connected to the bank, reaches it and
    /// lacks nothing. The journal does not tell whether one is.
    #[must_use]
    pub const fn goes_on(self) -> bool {
        match self {
            Self::Dispatch | Self::BankAnswer | Self::BankResult => true,
            Self::Approval
            | Self::BankConnection
            | Self::Installation
            | Self::OtherPayment
            | Self::Withdrawal
            | Self::Evidence => false,
        }
    }
}

/// What stands around a batch beside its record.
#[derive(Clone, Copy, Debug)]
pub struct Circumstances {
    /// Since when at the latest the installation has no connection to the paying bank, Unix
    /// milliseconds; `None` where it has one, as far as it is known.
    pub unconnected_ms: Option<i64>,
    /// No list says when the bank works next.
    pub lacks_bank_days: bool,
    /// What hinders work on it.
    pub hindrance: Option<Hindrance>,
}

impl Circumstances {
    /// Nobody asks the installation, only the journal is there: whoever shows a wait that
    /// [`Wait::goes_on`] says that this is not known.
    pub const UNKNOWN: Self = Self {
        unconnected_ms: None,
        lacks_bank_days: false,
        hindrance: None,
    };

    /// Those of a batch in a running gateway.
    #[must_use]
    pub fn of(core: &Core, batch: &Batch) -> Self {
        let failed = core.journal_failed_since().map(|since_ms| Hindrance {
            why: JOURNAL,
            since_ms,
        });
        let bank = batch.head.paying_bank;
        Self {
            unconnected_ms: core.unconnected_since(bank),
            lacks_bank_days: core.lacks_bank_days(bank),
            hindrance: failed.or_else(|| core.hindrance(batch.id())),
        }
    }
}

/// A batch's wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Waits {
    /// For what.
    pub what: Wait,
    /// Since when, Unix milliseconds.
    pub since_ms: i64,
    /// Since then at the latest: when it began is not known.
    pub is_at_latest: bool,
    /// What hinders it, where it is the installation or the list of bank days.
    pub why: Option<&'static str>,
}

/// What a batch waits for; `None` when it has ended.
#[must_use]
pub fn of_batch(book: &Book, batch: &Batch, around: Circumstances) -> Option<Waits> {
    book.waits_for(batch).map(|waits| of_word(waits, around))
}

/// What one line waits for, by its index; `None` when it has ended.
#[must_use]
pub fn of_line(book: &Book, batch: &Batch, index: u32, around: Circumstances) -> Option<Waits> {
    let waits = book.line_waits_for(batch, index, &mut book.bars(batch))?;
    Some(of_word(waits, around))
}

/// What a bank file waits for: of its lines' waits the one that stands last in [`Wait::ALL`], since
/// the oldest of these; `None` when all have ended.
#[must_use]
pub fn of_file(book: &Book, file: &BankFile, around: Circumstances) -> Option<Waits> {
    let batch = book.batch(file.intent.batch)?;
    let own = file.intent.lines.iter().copied().filter(|index| {
        let line = batch.line(*index);
        line.is_some_and(|line| line.file_no == file.intent.file_no)
    });
    let mut bars = book.bars(batch);
    let waits = own.filter_map(|index| book.line_waits_for(batch, index, &mut bars));
    let waits = waits.map(|waits| of_word(waits, around));
    waits.max_by_key(|waits| (waits.what, std::cmp::Reverse(waits.since_ms)))
}

fn of_word((word, since_ms): (&str, i64), around: Circumstances) -> Waits {
    let what = Wait::of_word(word);
    let waits = Waits {
        what,
        since_ms,
        is_at_latest: false,
        why: None,
    };
    if let Some(hindrance) = around.hindrance
        // Without a journal not even people can decide.
        && (hindrance.why == JOURNAL || what.goes_on() && around.unconnected_ms.is_none())
    {
        // It was found out at that moment, and may have been so for long.
        return Waits {
            what: Wait::Installation,
            since_ms: hindrance.since_ms,
            is_at_latest: true,
            why: Some(hindrance.why),
        };
    }
    // Nothing leaves, and what the bank has is not asked about.
    if let Some(unconnected_ms) = around.unconnected_ms.filter(|_| what.goes_on()) {
        return Waits {
            what: Wait::BankConnection,
            since_ms: since_ms.max(unconnected_ms),
            is_at_latest: since_ms < unconnected_ms,
            why: None,
        };
    }
    let lacks_days = what == Wait::Dispatch && around.lacks_bank_days;
    Waits {
        why: lacks_days.then_some(BANK_DAYS_MISSING),
        ..waits
    }
}

/// No list says when the bank works next.
const BANK_DAYS_MISSING: &str = "bank_days_missing";

impl Waits {
    /// As the interface shows it.
    #[must_use]
    pub fn view(self, lang: Lang) -> Waiting {
        let text = self.what.text(lang);
        let text = match self.why.map(|why| hindrance_text(why, lang)) {
            Some(why) => match lang {
                Lang::Zh => format!("{text}：{why}"),
                Lang::En => format!("{text}: {why}"),
            },
            None => text.to_owned(),
        };
        Waiting {
            what: self.what.as_str().to_owned(),
            why: self.why.map(str::to_owned),
            text,
            since: moment(self.since_ms),
            since_at_latest: self.is_at_latest.then_some(true),
        }
    }
}

/// A hindrance in words.
#[must_use]
pub fn hindrance_text(why: &str, lang: Lang) -> &'static str {
    let (zh, en) = match why {
        "mandate_missing" => (
            "付款账户的授权已不在 mandates 文件中",
            "the mandate of the paying account is gone from the mandates file",
        ),
        "key_missing" => (
            "面向该银行的密钥或号码缺失，报文无法生成",
            "a key or a number towards the bank is missing: no message can be made",
        ),
        BANK_DAYS_MISSING => (
            "缺少该年的银行工作日目录，不会发送",
            "the list of bank days of the year is missing, nothing is sent",
        ),
        "journal" => (
            "日志不再接受记录（磁盘已满或故障）",
            "the journal takes no records (disk full or failing)",
        ),
        _ => (
            "留存的明细读不出（密钥已销毁或记录损坏）",
            "the kept lines can't be read (key destroyed or record damaged)",
        ),
    };
    match lang {
        Lang::Zh => zh,
        Lang::En => en,
    }
}
