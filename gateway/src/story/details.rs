//! The words of the journal inside a sentence (why, where from, how it was read), for people.

use crate::query::breaks::of_message;
use schemas::Lang;
use schemas::finding::{Finding, FindingCode};

fn pick(lang: Lang, (zh, en): (&str, &str)) -> String {
    match lang {
        Lang::Zh => zh.to_owned(),
        Lang::En => en.to_owned(),
    }
}

/// An entry's detail in words. What is no word of ours, as the number of a batch or the step of a
/// bank's dialect, stays as it is.
pub(super) fn detail_words(event: &str, detail: &str, lang: Lang) -> String {
    let known = match event {
        "file_refused" => return refusal_words(detail, lang),
        "message_mismatch" | "unmatched_record" => return of_message(detail, lang),
        "message_received" => return reception(detail, lang),
        "resolution_proposed" => {
            let (payment, outcome) = detail.split_once(' ').unwrap_or((detail, ""));
            let outcome = pick(lang, super::words::step_words(outcome));
            return format!("{payment}  {outcome}");
        }
        "corrected_by" => return detail.replacen(' ', " → ", 1),
        "intend" => ("银行日", "bank day"),
        "release" => ("已确认的警告", "warnings acknowledged:"),
        "started" => ("版本", "version"),
        "message_sent" | "message_answered" | "sent" | "returns_asked" => ("步骤", "step"),
        _ => {
            let known = cause(detail);
            return known.map_or_else(|| detail.to_owned(), |known| pick(lang, known));
        }
    };
    format!("{} {detail}", pick(lang, known))
}

/// Why a file was not accepted: the code of a finding, or a word of the intake's.
pub fn refusal_words(why: &str, lang: Lang) -> String {
    let known = match why {
        "interrupted" => ("接收中断", "its reception broke off"),
        "replayed" => (
            "同一文件此前已受理,以前次为准",
            "the same file was accepted before, which stands",
        ),
        "conflict" => (
            "批次号已用于另一份文件",
            "its batch number is used by another file",
        ),
        _ => {
            let code = FindingCode::parse(why).map(Finding::of_file);
            let said = code.map(|finding| finding.message(lang));
            return said.map_or_else(|| why.to_owned(), |said| format!("{said} [{why}]"));
        }
    };
    pick(lang, known)
}

/// `BANK kind reading` of a message that came.
fn reception(detail: &str, lang: Lang) -> String {
    let words: Vec<String> = detail
        .split(' ')
        .map(|word| {
            let known = match word {
                "push" => ("推送", "push"),
                "result" => ("回盘", "result"),
                "receipt" => ("回执", "receipt"),
                "applied" => ("已读取", "read"),
                "unreadable" => ("读不出,原文已留存", "can't be read, its bytes are kept"),
                other => (other, other),
            };
            pick(lang, known)
        })
        .collect();
    words.join(" ")
}

/// Where an outcome comes from.
pub(super) fn origin(word: &str) -> (&str, &str) {
    match word {
        "receipt" => ("依据银行回执", "by the bank's receipt"),
        "result" => ("依据银行回盘", "by the bank's result"),
        "push" => ("依据银行推送", "by the bank's push"),
        "channel" => ("依据发送情况", "by how the sending ended"),
        "answer_limit" => (
            "超过等待银行结果的时限",
            "the time to wait for the bank's result is over",
        ),
        "recovery" => (
            "重启时发现没有应答",
            "found without an answer when the gateway started",
        ),
        other => (other, other),
    }
}

/// Why something was not sent, may have been, or was given up; finer words of a line's state.
fn cause(word: &str) -> Option<(&'static str, &'static str)> {
    Some(match word {
        "not_found" => ("银行称没有此文件", "the bank says that it has no such file"),
        "lines_changed" => ("其中的明细有变", "its lines changed"),
        "lines_barred" => (
            "其中有明细须先由人决定",
            "people must decide about a line of it first",
        ),
        "no_connection" => (
            "本网关已没有付款银行的连接",
            "the gateway has no connection to the bank any more",
        ),
        "bank_day_over" => ("银行日已过", "its bank day is over"),
        "interrupted" => ("发送中途停机", "the gateway stopped while it was leaving"),
        "order_does_not_fit" => ("银行报文装不下此内容", "the bank's message can't carry it"),
        "dialect_gone" => (
            "该行定义里已没有发送时所用的方言",
            "the bank's definition no longer has the dialect by which it went",
        ),
        "file_in_doubt" => (
            "银行对同一文件的说法前后矛盾",
            "the bank contradicts itself about the same file",
        ),
        "processing" => ("银行处理中", "the bank is processing it"),
        "needs_approval" => ("待银行侧授权", "needs an approval at the bank"),
        "scheduled" => ("银行已排期", "scheduled by the bank"),
        "awaiting_settlement" => ("待清算", "awaits settlement"),
        // With its number behind it, `http_status 502`.
        _ => return channel_cause(word.split(' ').next().unwrap_or(word)),
    })
}

/// The kinds of failure of a channel ([`crate::channel::SendErrorKind`]).
fn channel_cause(word: &str) -> Option<(&'static str, &'static str)> {
    Some(match word {
        "no_endpoint" => ("没有该行的地址", "there is no address of the bank"),
        "message" => ("报文无法生成", "the message can't be made"),
        "connect" => ("连不上银行", "the bank could not be reached"),
        "tls" => ("与银行的 TLS 握手失败", "the TLS handshake failed"),
        "host_key" => ("银行服务器的密钥不符", "another host key than the bank's"),
        "sign_in" => ("登录银行失败", "signing in at the bank failed"),
        "write" => ("发送中断", "sending broke off"),
        "read" => ("接收应答中断", "reading the answer broke off"),
        "frame" => ("应答的长度头不符", "the answer's frame does not fit"),
        "too_large" => ("应答过大", "the answer is too large"),
        "time_out" => ("银行超时未应答", "the bank did not answer in time"),
        "http_status" => (
            "银行以 HTTP 错误应答",
            "the bank answered with an HTTP error",
        ),
        "limit" => ("排队的报文过多", "too many messages were waiting"),
        "folder" => ("投递目录写不进", "the folder refused the file"),
        "collision" => (
            "投递目录已有同名而不同的文件",
            "a file of that name and other content is there",
        ),
        "read_back" => (
            "写入后读回不一致",
            "what was read back is not what was written",
        ),
        "defect" => ("本程序的缺陷", "a defect of ours"),
        _ => return None,
    })
}

#[cfg(test)]
mod tests;
