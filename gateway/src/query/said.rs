//! What a bank, or our own channel, said of a line: its code and its words, why nobody knows what
//! became of the line, and what disputes it.

pub(super) mod masking;

use crate::core::{Core, CoreError};
use crate::event::{Event, Origin};
use crate::intake::lines::KeptLine;
use crate::outcome::Words;
use crate::query::personal::{Seen, Show};
use crate::query::{QueryError, moment};
use journal::seal::SealError;
use schemas::{Lang, LineState};
use std::collections::BTreeMap;

/// A word about a line.
#[derive(Clone, Debug)]
pub struct Said {
    /// Where it comes from; `None` for two operators' decision.
    origin: Option<Origin>,
    /// Kind of failure of our channel.
    why: Option<String>,
    /// The bank's code as it came.
    pub bank_code: Option<String>,
    /// The bank's words. May hold personal data.
    bank_text: Option<String>,
}

/// Reads what banks said and keeps the record that it read last: lines come in order.
pub struct KeptWords<'a> {
    core: &'a Core,
    sequence: u64,
    said: BTreeMap<u32, Said>,
    coded: Coded,
}

/// The codes of an answer that moved nothing.
#[derive(Debug, Default)]
struct Coded {
    sequence: u64,
    of_file: Option<String>,
    of_lines: BTreeMap<u32, String>,
}

impl<'a> KeptWords<'a> {
    /// Nothing read yet.
    #[must_use]
    pub fn new(core: &'a Core) -> Self {
        Self {
            core,
            sequence: 0,
            said: BTreeMap::new(),
            coded: Coded::default(),
        }
    }

    /// The bank's code of its last answer about an unknown line, where that came after what made
    /// the line unknown and moved nothing.
    ///
    /// # Errors
    /// When the record can't be read.
    pub fn asked(&mut self, seen: &Seen) -> Result<Option<String>, QueryError> {
        if seen.line.state != LineState::Unknown || seen.coded_at <= seen.line.told_at {
            return Ok(None);
        }
        if seen.coded_at != self.coded.sequence {
            let (_, event) = self.core.event(seen.coded_at)?;
            self.coded = Coded {
                sequence: seen.coded_at,
                ..Coded::default()
            };
            if let Event::FileReceipt {
                bank_code, noted, ..
            } = event
            {
                self.coded.of_file = bank_code;
                let codes = noted.into_iter();
                let codes = codes.filter_map(|step| Some((step.index, step.bank_code?)));
                self.coded.of_lines = codes.collect();
            }
        }
        let own = self.coded.of_lines.get(&seen.payment.row);
        Ok(own.or(self.coded.of_file.as_ref()).cloned())
    }

    /// The words that made a line's state; `None` before anything was said.
    ///
    /// # Errors
    /// When the record can't be read.
    pub fn of(&mut self, seen: &Seen) -> Result<Option<&Said>, QueryError> {
        self.at(seen.line.told_at, seen, false)
    }

    /// The words that dispute a line's state; `None` where none do. A reader of its own: it keeps
    /// another record than [`Self::of`].
    ///
    /// # Errors
    /// When the record can't be read.
    pub fn against(&mut self, seen: &Seen) -> Result<Option<&Said>, QueryError> {
        self.at(seen.disputed_at.unwrap_or_default(), seen, true)
    }

    fn at(
        &mut self,
        sequence: u64,
        seen: &Seen,
        disputes: bool,
    ) -> Result<Option<&Said>, QueryError> {
        if sequence == 0 {
            return Ok(None);
        }
        if sequence != self.sequence {
            self.said = self.record(sequence, disputes)?;
            self.sequence = sequence;
        }
        Ok(self.said.get(&seen.payment.row))
    }

    /// The steps that a record tells of lines, or what it holds against their states.
    fn record(&self, sequence: u64, disputes: bool) -> Result<BTreeMap<u32, Said>, QueryError> {
        let (record, event) = self.core.event(sequence)?;
        if let Event::ResolutionConfirmed { payment, .. } = event {
            let decided = Said {
                origin: None,
                why: None,
                bank_code: None,
                bank_text: None,
            };
            return Ok(BTreeMap::from([(payment.row, decided)]));
        }
        let Event::Outcomes {
            origin,
            why,
            moves,
            disputes: against,
            ..
        } = event
        else {
            return Ok(BTreeMap::new());
        };
        let mut words = self.words(&record)?;
        let steps = match disputes {
            true => against.into_iter().map(|(_, _, step)| step).collect(),
            false => moves,
        };
        // Of several steps of a line the last one stands.
        let said = steps.into_iter().map(|step| {
            let said = Said {
                origin: Some(origin),
                why: why.clone(),
                bank_code: step.bank_code,
                bank_text: words
                    .get_mut(&step.index)
                    .and_then(|words| words.bank_text.clone()),
            };
            (step.index, said)
        });
        Ok(said.collect())
    }

    fn words(&self, record: &journal::Record) -> Result<BTreeMap<u32, Words>, QueryError> {
        let text = match self.core.personal(record) {
            Ok(text) => text,
            Err(CoreError::Vault(SealError::KeyDestroyed(_))) => return Ok(BTreeMap::new()),
            Err(error) => return Err(error.into()),
        };
        if text.is_empty() {
            return Ok(BTreeMap::new());
        }
        Ok(serde_json::from_slice(&text).map_err(CoreError::from)?)
    }
}

impl Said {
    /// The bank's words as they may be shown: the person masked unless it is disclosed.
    #[must_use]
    pub fn text(&self, kept: Option<&KeptLine>, show: Show) -> Option<String> {
        let text = self.bank_text.as_deref()?;
        let shown = match show {
            Show::Clear => text.to_owned(),
            Show::Masked => masking::masked(text, kept),
        };
        let plain = |c: char| if c.is_control() { ' ' } else { c };
        let shown: String = shown
            .trim()
            .chars()
            .map(plain)
            .take(TEXT_CHARS_MAX)
            .collect();
        Some(shown).filter(|shown| !shown.is_empty())
    }

    /// Why a line is unknown and what came of asking (`asked`: the code of the last answer), that
    /// it came back, or who decided what became of it; `None` for the
    /// states that need no words.
    #[must_use]
    pub fn why(
        &self,
        seen: &Seen,
        text: Option<&str>,
        asked: Option<&str>,
        lang: Lang,
    ) -> Option<String> {
        let bank = [self.bank_code.as_deref(), text];
        let bank: Vec<&str> = bank.into_iter().flatten().collect();
        let bank = bank.join(" ");
        let Some(origin) = self.origin else {
            let by = match lang {
                Lang::Zh => "由两名运营人员依据证据裁定",
                Lang::En => "decided by two operators on evidence",
            };
            return Some(by.to_owned());
        };
        match seen.line.state {
            LineState::Unknown => {
                let why = self.unknown(seen, origin, &bank, lang);
                Some(why + &asked_words(seen, asked, lang))
            }
            LineState::Returned => Some(match (lang, bank.is_empty()) {
                (Lang::Zh, true) => "已付后退汇，银行没有给出原因".to_owned(),
                (Lang::Zh, false) => format!("已付后退汇，银行给出的原因：{bank}"),
                (Lang::En, true) => "paid and came back; the bank gave no reason".to_owned(),
                (Lang::En, false) => format!("paid and came back; the bank's reason: {bank}"),
            }),
            LineState::Held
            | LineState::Released
            | LineState::Intended
            | LineState::Accepted
            | LineState::Paid
            | LineState::Failed
            | LineState::Cancelled
            | LineState::Refused => None,
        }
    }

    fn unknown(&self, seen: &Seen, origin: Origin, bank: &str, lang: Lang) -> String {
        let since = moment(seen.left_ms.unwrap_or(seen.line.since_ms));
        let kind = self.why.as_deref().unwrap_or_default();
        if kind == crate::dispatch::decision::DIALECT_GONE {
            let zh = "发出后该行的定义有变动，无法确定用哪种方言查询，银行可能已收到";
            let en = "the bank's definition has changed since it was sent: by which dialect it \
                      could be asked about is not known, and the bank may have it";
            return match lang {
                Lang::Zh => zh.to_owned(),
                Lang::En => en.to_owned(),
            };
        }
        let kind = channel_words(kind, lang);
        match (origin, lang) {
            (Origin::AnswerLimit, Lang::Zh) => {
                format!("自 {since} 发出后，银行在答复期限内没有给出结果")
            }
            (Origin::AnswerLimit, Lang::En) => {
                format!("sent {since}; no result from the bank within its answer limit")
            }
            (Origin::Channel, Lang::Zh) => {
                format!("{since} 发出的付款指令没有得到应答（{kind}），银行可能已收到")
            }
            (Origin::Channel, Lang::En) => {
                format!("sent {since}, not answered ({kind}); the bank may have it")
            }
            (Origin::Recovery, Lang::Zh) => {
                format!("{since} 发送途中网关停止，没有银行的应答，银行可能已收到")
            }
            (Origin::Recovery, Lang::En) => {
                format!("the gateway stopped while it sent at {since}; the bank may have it")
            }
            (Origin::Receipt | Origin::Result | Origin::Push, Lang::Zh) if bank.is_empty() => {
                "银行的答复里没有这一笔的结果".to_owned()
            }
            (Origin::Receipt | Origin::Result | Origin::Push, Lang::En) if bank.is_empty() => {
                "the bank's answer has no outcome of this line".to_owned()
            }
            (Origin::Receipt | Origin::Result | Origin::Push, Lang::Zh) => {
                format!("银行的答复看不出是否已付：{bank}")
            }
            (Origin::Receipt | Origin::Result | Origin::Push, Lang::En) => {
                format!("the bank's answer does not tell whether it was paid: {bank}")
            }
        }
    }
}

/// What came of asking about an unknown line.
fn asked_words(seen: &Seen, code: Option<&str>, lang: Lang) -> String {
    match (seen.queries, code, lang) {
        (0, None, _) => String::new(),
        (0, Some(code), Lang::Zh) => format!("；银行后来答复 {code}，看不出是否已付"),
        (0, Some(code), Lang::En) => {
            format!("; the bank says {code} since, which does not tell whether it was paid")
        }
        (times, Some(code), Lang::Zh) => {
            format!("；已查询 {times} 次，银行最近答复 {code}，看不出是否已付")
        }
        (times, Some(code), Lang::En) => format!(
            "; asked {times} times, the bank last answers {code}, which does not tell whether it \
             was paid"
        ),
        (times, None, Lang::Zh) => format!("；已查询 {times} 次，没有查明"),
        (times, None, Lang::En) => format!("; asked {times} times without a result"),
    }
}

/// Characters of a bank's words that are shown.
const TEXT_CHARS_MAX: usize = 200;

/// The kinds of failure of a channel in words; one that is not here is shown as it is.
fn channel_words(kind: &str, lang: Lang) -> &str {
    match (kind, lang) {
        ("time_out", Lang::Zh) => "超时",
        ("time_out", Lang::En) => "time out",
        ("connect", Lang::Zh) => "连接不上",
        ("tls", Lang::Zh) => "安全连接失败",
        ("write", Lang::Zh) => "发送中断",
        ("read", Lang::Zh) => "应答没有收完",
        ("frame", Lang::Zh) => "应答格式不符",
        ("too_large", Lang::Zh) => "应答过大",
        ("", Lang::Zh) => "没有应答",
        ("", Lang::En) => "no answer",
        (kind, _) => kind,
    }
}
