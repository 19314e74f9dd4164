//! What a trial says: the lines, the messages with their fields, and how the answers read.

mod bytes;

use super::File;
use super::played::{Played, Sent};
use crate::command::banks::{dialect_names, words_of};
use crate::command::check::write_evidence;
use crate::command::convert::travels;
use crate::command::decode::{line_document, outcome_text, print_lines};
use crate::command::terminal::{Align, Colour, Paper, Table, grouped, paper, yuan};
use crate::command::words::{Failure, pick};
use adapters::BankAdapter;
use adapters::exchange::{LineOutcome, Outgoing};
use certs::digest::{DigestAlgorithm, digest};
use schemas::Lang;
use schemas::employer_files::Summary;
use serde_json::{Value, json};
use std::io::Write;
use std::path::Path;

/// Lines of the wage file that are listed for people.
const LISTED: usize = 20;

/// Everything that a trial found out.
pub(super) struct Shown<'a> {
    pub(super) adapter: &'a BankAdapter,
    pub(super) summary: &'a Summary,
    pub(super) orders: &'a [File<'a>],
    /// The messages of the played file with nothing masked: sizes and digests of them are told.
    pub(super) true_messages: &'a [Outgoing],
    /// The bank file with most lines, masked.
    pub(super) played: Option<Played<'a>>,
    pub(super) out: Option<&'a Path>,
}

/// The document of `--json` behind the findings.
pub(super) fn document(shown: &Shown<'_>, lang: Lang) -> Value {
    let adapter = shown.adapter;
    let played = shown.played.as_ref();
    let files = shown.orders.iter().map(|file| {
        json!({
            "file_no": file.order.file_no,
            "dialect": file.adapter.dialect(),
            "lines": file.order.lines.len(),
            "total_fen": file.order.total().map(|total| total.0),
        })
    });
    let lines = rows(shown).map(|(file_no, place, line)| {
        json!({
            "line": place.0,
            "row": place.1,
            "file_no": file_no,
            "row_no": line.row_no,
            "name": line.name.masked(),
            "account": line.account.masked(),
            "amount_fen": line.amount.0,
            "memo": line.memo,
        })
    });
    let messages = played.map_or(&[][..], |played| &played.sent).iter();
    let written = shown.true_messages.iter().map(|message| {
        json!({
            "step": message.step,
            "bytes": message.bytes.len(),
            "sha256": crate::hex(&digest(DigestAlgorithm::Sha256, &message.bytes)),
        })
    });
    json!({
        "bank": adapter.code().as_str(),
        "dialect": adapter.dialect(),
        "evidence": adapter.evidence().as_str(),
        "line_count": shown.summary.line_count,
        "total_fen": shown.summary.total.map(|total| total.0),
        "files": files.collect::<Vec<_>>(),
        "lines": lines.collect::<Vec<_>>(),
        "messages": played
            .map(|played| messages.map(|sent| message(played.adapter, sent)).collect::<Vec<_>>())
            .unwrap_or_default(),
        "true_messages": written.collect::<Vec<_>>(),
        "played_file_no": played.map(|played| played.file_no),
        "answers": played.map(answers),
        "not_played": played.and_then(|played| played.stopped.clone()),
        "masked": pick(
            lang,
            "姓名与账号已遮盖,号码均为虚构,没有发送",
            "names and accounts are masked, numbers invented, nothing was sent",
        ),
        "out": shown.out.map(|path| path.display().to_string()),
    })
}

/// Number of the bank file, place in the employer's, and the line.
fn rows<'a>(
    shown: &'a Shown<'_>,
) -> impl Iterator<Item = (u64, (u32, u32), &'a adapters::exchange::OrderLine)> {
    shown.orders.iter().flat_map(|file| {
        let lines = file.places.iter().zip(&file.order.lines);
        lines.map(|(place, line)| (file.order.file_no, *place, line))
    })
}

fn message(adapter: &BankAdapter, sent: &Sent) -> Value {
    let (channel, target) = travels(&sent.out.wire);
    let text = bytes::text(&sent.out.bytes, adapter.charset_out());
    let hex = text.is_none().then(|| crate::hex(&sent.out.bytes));
    json!({
        "step": sent.out.step,
        "channel": channel,
        "target": target,
        "bank_file_name": sent.out.file_name,
        "instructs": sent.out.instructs,
        "bytes": sent.out.bytes.len(),
        "text": text,
        "hex": hex,
        "fields": sent.request.fields,
    })
}

fn answers(played: &Played<'_>) -> Value {
    let adapter = played.adapter;
    let lines = |lines: &[LineOutcome]| lines.iter().map(line_document).collect::<Vec<_>>();
    let receipt = played.receipt.as_ref().map(|receipt| {
        json!({
            "outcome": outcome_text(receipt.outcome, Lang::En),
            "bank_code": receipt.bank_code,
            "references": receipt.references,
        })
    });
    let result = played.result.as_ref().map(|result| {
        json!({
            "bank_code": result.bank_code,
            "failures_only": result.failures_only,
            "text": bytes::text(&played.result_bytes, adapter.charset_in()),
            "lines": lines(&result.lines),
        })
    });
    let push = played.push.as_ref();
    let push = push.map(|push| json!({"lines": lines(&push.lines)}));
    json!({"receipt": receipt, "result": result, "push": push})
}

/// The same for people.
///
/// # Errors
/// When the output is closed.
pub(super) fn print(shown: &Shown<'_>, lang: Lang) -> Result<(), Failure> {
    let adapter = shown.adapter;
    let mut paper = paper();
    let bank = adapter
        .bank()
        .map(|bank| pick(lang, &bank.name_zh, &bank.name_en));
    let title = format!(
        "{} {} ({})",
        adapter.code(),
        bank.unwrap_or(""),
        dialect_names(adapter)
    );
    paper.coloured_line(&title, Colour::Bold)?;
    write_evidence(&mut paper, adapter.code(), adapter.evidence(), lang)?;
    paper.line("")?;
    print_rows(&mut paper, shown, lang)?;
    paper.line("")?;
    let title = pick(
        lang,
        "二、给银行的报文(号码虚构,姓名账号已遮盖,没有发送)",
        "2. What the bank gets (numbers invented, people masked, nothing sent)",
    );
    paper.coloured_line(title, Colour::Bold)?;
    if let Some(played) = &shown.played {
        for sent in &played.sent {
            print_message(&mut paper, played.adapter, sent, lang)?;
        }
    }
    if let Some(folder) = shown.out {
        let word = pick(
            lang,
            "未遮盖的报文已写入(含姓名与账号,用后请删除)",
            "messages with nothing masked, to be deleted after use, are in",
        );
        paper.coloured_line(&format!("{word} {}", folder.display()), Colour::Yellow)?;
    }
    if let Some(played) = &shown.played {
        paper.line("")?;
        print_answers(&mut paper, played, lang)?;
    }
    paper.flush()?;
    Ok(())
}

fn print_rows<W: Write>(
    paper: &mut Paper<W>,
    shown: &Shown<'_>,
    lang: Lang,
) -> std::io::Result<()> {
    let title = pick(lang, "一、每笔明细", "1. The lines");
    paper.coloured_line(title, Colour::Bold)?;
    let mut table = Table::new(&[
        (pick(lang, "序号", "line"), Align::Right),
        (pick(lang, "银行文件", "bank file"), Align::Right),
        (pick(lang, "姓名", "name"), Align::Left),
        (pick(lang, "账号", "account"), Align::Left),
        (pick(lang, "金额(元)", "yuan"), Align::Right),
        (pick(lang, "备注", "memo"), Align::Left),
    ]);
    for (file_no, (number, _), line) in rows(shown).take(LISTED) {
        table.push(vec![
            number.to_string().into(),
            file_no.to_string().into(),
            line.name.masked().into(),
            line.account.masked().into(),
            yuan(line.amount.0).into(),
            line.memo.clone().unwrap_or_default().into(),
        ]);
    }
    paper.table(&table)?;
    let count = rows(shown).count();
    let total = shown
        .summary
        .total
        .map(|total| yuan(total.0))
        .unwrap_or_default();
    let (files, count) = (
        shown.orders.len(),
        grouped(count.try_into().unwrap_or(u64::MAX)),
    );
    let played = shown.played.as_ref().map_or(0, |played| played.file_no);
    paper.line(&match lang {
        Lang::Zh => format!(
            "共 {count} 笔 {total} 元,分成 {files} 个银行文件(最多列出 {LISTED} 笔);\
             以下是第 {played} 个文件"
        ),
        Lang::En => format!(
            "{count} lines, {total} yuan, in {files} bank files ({LISTED} lines are listed at \
             most); file {played} follows"
        ),
    })?;
    if shown.adapter.other_dialect().is_none() {
        return Ok(());
    }
    // Which of two dialects each file goes by.
    for file in shown.orders {
        let (number, dialect) = (file.order.file_no, file.adapter.dialect());
        paper.line(&match lang {
            Lang::Zh => format!("第 {number} 个文件:{dialect}"),
            Lang::En => format!("file {number}: {dialect}"),
        })?;
    }
    Ok(())
}

fn print_message<W: Write>(
    paper: &mut Paper<W>,
    adapter: &BankAdapter,
    sent: &Sent,
    lang: Lang,
) -> std::io::Result<()> {
    let out = &sent.out;
    let (channel, target) = travels(&out.wire);
    let (step, count) = (&out.step, out.bytes.len());
    let way: Vec<&str> = std::iter::once(channel).chain(target.as_deref()).collect();
    let way = way.join(" ");
    let instructs = match out.instructs {
        true => pick(
            lang,
            ",从这一份起银行可能付款",
            ", from here on the bank may pay",
        ),
        false => "",
    };
    paper.line("")?;
    paper.line(&match lang {
        Lang::Zh => format!("步骤 {step}:{way},{count} 字节{instructs}"),
        Lang::En => format!("step {step}: {way}, {count} bytes{instructs}"),
    })?;
    let (lines, left_out) = bytes::lines(&out.bytes, adapter.charset_out());
    for line in lines {
        paper.coloured_line(&format!("  | {line}"), Colour::Dim)?;
    }
    if left_out > 0 {
        paper.line(&match lang {
            Lang::Zh => format!("  | …… 另有 {left_out} 字节(--out 写出全部)"),
            Lang::En => format!("  | ... and {left_out} bytes more (--out writes all of it)"),
        })?;
    }
    let mut table = Table::new(&[
        (
            pick(lang, "银行读到的项", "what the bank reads in it"),
            Align::Left,
        ),
        (pick(lang, "名称", "name"), Align::Left),
        (pick(lang, "值", "value"), Align::Left),
    ]);
    for (name, value) in &sent.request.fields {
        let words = words_of(name, lang).or_else(|| connection_words(adapter, name, lang));
        table.push(vec![
            words.unwrap_or_default().into(),
            name.as_str().into(),
            value.as_str().into(),
        ]);
    }
    paper.table(&table)
}

/// What a value of the connection is, as its dialect says.
fn connection_words<'a>(adapter: &'a BankAdapter, name: &str, lang: Lang) -> Option<&'a str> {
    let name = name.strip_prefix("connection.")?;
    let mut fields = adapter.connection_fields().iter();
    let field = fields.find(|field| field.name == name)?;
    Some(pick(lang, &field.zh, &field.en))
}

fn print_answers<W: Write>(
    paper: &mut Paper<W>,
    played: &Played<'_>,
    lang: Lang,
) -> std::io::Result<()> {
    let adapter = played.adapter;
    let title = pick(
        lang,
        "三、银行的答复会怎样读(由程序扮演银行:依次答已付、失败、不明)",
        "3. How its answers read (the program plays the bank: paid, failed, unknown in turn)",
    );
    paper.coloured_line(title, Colour::Bold)?;
    if let Some(receipt) = &played.receipt {
        let word = pick(lang, "报送回执", "receipt");
        let code = receipt.bank_code.as_deref().unwrap_or_default();
        let text = outcome_text(receipt.outcome, lang);
        paper.line(&format!("{word}: {text} {code}"))?;
    }
    if let Some(result) = &played.result {
        paper.line(pick(lang, "回盘:", "result:"))?;
        let (lines, _) = bytes::lines(&played.result_bytes, adapter.charset_in());
        for line in lines {
            paper.coloured_line(&format!("  | {line}"), Colour::Dim)?;
        }
        print_lines(paper, &result.lines, lang)?;
        if result.failures_only {
            paper.line(pick(
                lang,
                "这家银行只报失败:没有列出的,总数相符时按已付",
                "this bank lists failures only: what it leaves out is paid where totals agree",
            ))?;
        }
    }
    if let Some(push) = &played.push {
        paper.line(pick(lang, "推送:", "push:"))?;
        print_lines(paper, &push.lines, lang)?;
    }
    if let Some(why) = &played.stopped {
        let word = pick(lang, "扮演到此为止", "the play ends here");
        paper.coloured_line(&format!("{word}: {why}"), Colour::Yellow)?;
    }
    Ok(())
}
