//! What the demonstration prints at its end: a table for a person, or the document of INTERFACE
//! section 6.

use super::play::Seen;
use super::stage::Stage;
use crate::command::banks::evidence_cell;
use crate::command::terminal::{Align, Cell, Colour, Paper, Table, grouped, yuan};
use crate::command::words::pick;
use crate::sandbox::ledger::Statistics;
use adapters::{BankAdapter, Evidence};
use schemas::Lang;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::Write;
use std::time::Duration;

/// One bank's row.
struct Row {
    adapter: &'static BankAdapter,
    lines: u64,
    paid: Sum,
    failed: u64,
    returned: Sum,
    unknown: u64,
    waiting: u64,
    amount_fen: i64,
    /// The bank's own book.
    book: Statistics,
}

#[derive(Clone, Copy, Default)]
struct Sum {
    count: u64,
    fen: i64,
}

/// The end of a demonstration.
pub struct Report<'a> {
    seed: u64,
    url: &'a str,
    rows: Vec<Row>,
    differences: Vec<Value>,
    unknowns: Vec<Value>,
    ended: bool,
    took: Duration,
}

impl<'a> Report<'a> {
    /// Puts together what the regulator, the operator and the banks' own books say.
    #[must_use]
    pub fn of(stage: &'a Stage, seed: u64, seen: &Seen, took: Duration) -> Self {
        let books = stage.sandbox.statistics();
        let groups: BTreeMap<&str, &Value> = seen.summary["groups"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|group| Some((group["key"].as_str()?, group)))
            .collect();
        let rows = stage.cast.employers.iter().map(|employer| {
            let bank = employer.payer.adapter.code();
            let group = groups.get(bank.as_str()).copied().unwrap_or(&Value::Null);
            let book = books.get(&bank).cloned().unwrap_or_default();
            row(employer.payer.adapter, group, book)
        });
        let listed = seen.breaks["breaks"]
            .as_array()
            .into_iter()
            .flatten()
            .cloned();
        // An unknown line is an honest state that waits for evidence; all else is a difference.
        let (unknowns, differences) = listed.partition(|found| found["kind"] == "unknown");
        let mut report = Self {
            seed,
            url: &stage.url,
            rows: rows.collect(),
            differences,
            unknowns,
            ended: seen.ended,
            took,
        };
        report.differences.extend(report.against_banks());
        report
    }

    /// What the banks' own books say otherwise: more paid than the bank paid, or an instruction
    /// that would have paid twice.
    fn against_banks(&self) -> Vec<Value> {
        let mut found = Vec::new();
        let mut add = |kind: &str, row: &Row, ours: i64, theirs: i64| {
            found.push(json!({
                "kind": kind, "bank": row.adapter.code().as_str(),
                "amount_fen": ours, "reported_fen": theirs,
            }));
        };
        for row in &self.rows {
            let ours = row.paid.fen + row.returned.fen;
            if ours > row.book.paid_fen {
                add("paid_beyond_bank", row, ours, row.book.paid_fen);
            }
            if row.book.double_instructions > 0 {
                add(
                    "double_instruction",
                    row,
                    row.amount_fen,
                    row.book.instructed_fen,
                );
            }
        }
        found
    }

    /// Every line final or unknown, and no difference.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.ended && self.differences.is_empty()
    }

    fn total(&self, of: impl Fn(&Row) -> u64) -> u64 {
        self.rows.iter().map(of).sum()
    }

    fn total_fen(&self, of: impl Fn(&Row) -> i64) -> i64 {
        self.rows.iter().map(of).sum()
    }

    /// The document of the contract.
    #[must_use]
    pub fn document(&self) -> Value {
        let banks = self.rows.iter().map(|row| {
            json!({
                "code": row.adapter.code().as_str(),
                "dialect": row.adapter.dialect(),
                "evidence": row.adapter.evidence().as_str(),
                "lines": row.lines,
                "paid": row.paid.count,
                "failed": row.failed,
                "returned": row.returned.count,
                "unknown": row.unknown,
                "waiting": row.waiting,
                "amount_fen": row.amount_fen,
            })
        });
        let unknown_lines = self.unknowns.iter().map(|line| {
            json!({
                "bank": line["bank"], "payment_id": line["payment_id"],
                "amount_fen": line["amount_fen"], "since": line["since"],
                "age_seconds": line["age_seconds"],
            })
        });
        // Hundredths by whole numbers: no floating point near money.
        let seconds = self.took.as_secs();
        let hundredths = self.took.subsec_millis() / 10;
        let seconds: Value = serde_json::from_str(&format!("{seconds}.{hundredths:02}"))
            .unwrap_or_else(|_| seconds.into());
        json!({
            "seed": self.seed,
            "banks": banks.collect::<Vec<_>>(),
            "totals": {
                "lines": self.total(|row| row.lines),
                "paid": self.total(|row| row.paid.count),
                "failed": self.total(|row| row.failed),
                "returned": self.total(|row| row.returned.count),
                "unknown": self.total(|row| row.unknown),
                "waiting": self.total(|row| row.waiting),
                "amount_fen": self.total_fen(|row| row.amount_fen),
                "paid_fen": self.total_fen(|row| row.paid.fen),
            },
            "breaks": self.differences,
            "unknown_lines": unknown_lines.collect::<Vec<_>>(),
            "console_url": self.url,
            "seconds": seconds,
        })
    }

    /// The table for a person.
    ///
    /// # Errors
    /// When the output is closed.
    pub fn print<W: Write>(&self, paper: &mut Paper<W>, lang: Lang) -> std::io::Result<()> {
        let mut table = Table::new(&[
            (pick(lang, "银行", "bank"), Align::Left),
            (pick(lang, "方言", "dialect"), Align::Left),
            (pick(lang, "依据", "evidence"), Align::Left),
            (pick(lang, "笔数", "lines"), Align::Right),
            (pick(lang, "已付", "paid"), Align::Right),
            (pick(lang, "失败", "failed"), Align::Right),
            (pick(lang, "退汇", "returned"), Align::Right),
            (pick(lang, "不明", "unknown"), Align::Right),
            (pick(lang, "金额(元)", "yuan"), Align::Right),
        ]);
        for row in &self.rows {
            table.push(vec![
                Cell::from(row.adapter.code().as_str()).coloured(Colour::Bold),
                row.adapter.dialect().into(),
                evidence_cell(row.adapter.evidence()),
                grouped(row.lines).into(),
                Cell::from(grouped(row.paid.count)).coloured(Colour::Green),
                counted(row.failed, Colour::Red),
                counted(row.returned.count, Colour::Yellow),
                counted(row.unknown + row.waiting, Colour::Yellow),
                yuan(row.amount_fen).into(),
            ]);
        }
        table.push(vec![
            Cell::from(pick(lang, "合计", "total")).coloured(Colour::Bold),
            "".into(),
            "".into(),
            grouped(self.total(|row| row.lines)).into(),
            grouped(self.total(|row| row.paid.count)).into(),
            grouped(self.total(|row| row.failed)).into(),
            grouped(self.total(|row| row.returned.count)).into(),
            grouped(self.total(|row| row.unknown + row.waiting)).into(),
            yuan(self.total_fen(|row| row.amount_fen)).into(),
        ]);
        paper.line("")?;
        paper.table(&table)?;
        paper.line("")?;
        self.print_waits(paper, lang)?;
        self.print_verdict(paper, lang)?;
        self.print_honesty(paper, lang)
    }

    fn print_waits<W: Write>(&self, paper: &mut Paper<W>, lang: Lang) -> std::io::Result<()> {
        if self.unknowns.is_empty() {
            return Ok(());
        }
        let mut by_bank: BTreeMap<&str, (u64, i64)> = BTreeMap::new();
        for line in &self.unknowns {
            let entry = by_bank.entry(line["bank"].as_str().unwrap_or_default());
            let (count, age) = entry.or_default();
            *count += 1;
            *age = (*age).max(line["age_seconds"].as_i64().unwrap_or_default());
        }
        let banks: Vec<String> = by_bank
            .iter()
            .map(|(bank, (count, age))| match lang {
                Lang::Zh => format!("{bank} {count} 笔(最长 {age} 秒)"),
                Lang::En => format!("{bank} {count} (up to {age} s)"),
            })
            .collect();
        let count = grouped(u64::try_from(self.unknowns.len()).unwrap_or_default());
        let text = match lang {
            Lang::Zh => format!(
                "{count} 笔支付不明:银行没有答复,或答复的代码不在适配器中;等待银行证据或两名运营\
                 人员裁定,不会自动重发"
            ),
            Lang::En => format!(
                "{count} lines are unknown: the bank is silent, or its code is in no table; they \
                 wait for evidence or two operators, and are never sent again by the machine"
            ),
        };
        paper.coloured_line(&text, Colour::Yellow)?;
        paper.line(&format!("  {}", banks.join(pick(lang, "、", ", "))))
    }

    fn print_verdict<W: Write>(&self, paper: &mut Paper<W>, lang: Lang) -> std::io::Result<()> {
        for found in &self.differences {
            paper.coloured_line(&difference_line(found), Colour::Red)?;
        }
        let took = self.took.as_secs();
        let (text, colour) = match (self.is_clean(), self.ended, lang) {
            (true, _, Lang::Zh) => (format!("对账无差异,用时 {took} 秒"), Colour::Green),
            (true, _, Lang::En) => (
                format!("reconciliation finds no break; {took} s"),
                Colour::Green,
            ),
            (false, true, Lang::Zh) => ("对账有差异,见上".to_owned(), Colour::Red),
            (false, true, Lang::En) => (
                "reconciliation finds breaks, see above".to_owned(),
                Colour::Red,
            ),
            (false, false, Lang::Zh) => ("时间到,仍有未定的明细".to_owned(), Colour::Red),
            (false, false, Lang::En) => (
                "time is up; some lines are not settled".to_owned(),
                Colour::Red,
            ),
        };
        paper.coloured_line(&text, colour)
    }

    fn print_honesty<W: Write>(&self, paper: &mut Paper<W>, lang: Lang) -> std::io::Result<()> {
        let ours = self
            .rows
            .iter()
            .filter(|row| row.adapter.evidence() == Evidence::Synthetic);
        let (ours, all) = (ours.count(), self.rows.len());
        paper.line(&match lang {
            Lang::Zh => format!(
                "{all} 家中有 {ours} 家的格式是自行设计的(synthetic),并非该行真实接口;沙箱与编码器\
                 共用同一定义,往返一致不等于与银行一致"
            ),
            Lang::En => format!(
                "{ours} of {all} banks speak a dialect of our own design (synthetic), not their \
                 real interface; sandbox and encoder share one definition, so a round trip proves \
                 consistency, not truth"
            ),
        })
    }
}

fn counted(count: u64, colour: Colour) -> Cell {
    let text = if count == 0 {
        "·".to_owned()
    } else {
        grouped(count)
    };
    Cell::from(text).coloured(if count == 0 { Colour::Dim } else { colour })
}

fn row(adapter: &'static BankAdapter, group: &Value, book: Statistics) -> Row {
    let of = |state: &str| Sum {
        count: group["states"][state]["count"].as_u64().unwrap_or_default(),
        fen: group["states"][state]["fen"].as_i64().unwrap_or_default(),
    };
    let lines = group["total"]["count"].as_u64().unwrap_or_default();
    let (paid, returned) = (of("paid"), of("returned"));
    let (failed, unknown) = (of("failed").count, of("unknown").count);
    Row {
        adapter,
        lines,
        paid,
        failed,
        returned,
        unknown,
        waiting: lines.saturating_sub(paid.count + failed + returned.count + unknown),
        amount_fen: group["total"]["fen"].as_i64().unwrap_or_default(),
        book,
    }
}

/// A break for people: kind, bank, what was instructed and what the bank reports, in yuan.
pub(super) fn difference_line(found: &Value) -> String {
    let word = |key: &str| found[key].as_str().unwrap_or("-");
    let sum = |key: &str| found[key].as_i64().map_or_else(|| "-".to_owned(), yuan);
    let (ours, theirs) = (sum("amount_fen"), sum("reported_fen"));
    let line = format!("{} {}: {ours} / {theirs}", word("kind"), word("bank"));
    match found["message"].as_str() {
        Some(message) => format!("{line}  {message}"),
        None => line,
    }
}
