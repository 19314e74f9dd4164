//! The words in which the pages say what stands in a place.

use super::{code, table};

/// The values that a layout names, in both languages. One that is missing here stands on the pages
/// under its name alone.
const FIELDS: [(&str, &str, &str); 51] = [
    (
        "file.no",
        "文件号(我方,永不重复)",
        "our number of the file, unique for ever",
    ),
    ("file.date", "银行工作日", "bank day of the file"),
    ("file.at", "报文时间", "moment of the message"),
    (
        "file.instructed_at",
        "报送时间",
        "moment of the instruction, in a query too",
    ),
    ("file.count", "总笔数", "lines of the file"),
    ("file.total", "总金额", "sum of the file"),
    (
        "file.class",
        "全为本行或全为他行",
        "own or other, where every line is so",
    ),
    ("part.no", "分包序号", "number of the part"),
    ("part.count", "分包数", "parts in all"),
    ("part.total", "分包金额", "sum of the part"),
    ("part.first", "是否首包", "whether it is the first part"),
    ("part.last", "是否末包", "whether it is the last part"),
    ("query.no", "第几次查询", "number of the query"),
    ("page.first", "本页起始行", "first row of the page"),
    ("page.rows", "每页行数", "most rows of a page"),
    ("payer.account", "付款账号", "payer's account"),
    ("payer.name", "付款户名", "payer's name"),
    ("pay.month", "工资月份", "month for which is paid"),
    ("row.count", "本报文笔数", "rows of this message"),
    ("row.no", "行号", "number of the row"),
    ("payee.name", "收款户名", "payee's name"),
    ("payee.account", "收款账号", "payee's account"),
    ("payee.id_number", "证件号码", "payee's document number"),
    ("payee.id_type", "证件类型", "kind of document"),
    ("payee.cnaps_code", "联行号", "number of the payee's branch"),
    ("payee.bank", "收款银行代码", "our code of the payee's bank"),
    (
        "payee.bank_name",
        "收款银行名称",
        "name of the payee's bank",
    ),
    ("payee.class", "本行或他行", "own or other bank"),
    ("row.amount", "金额", "amount of the row"),
    ("row.memo", "附言", "text for the payee"),
    (
        "row.status",
        "行状态",
        "status of the row: the `line` codes",
    ),
    ("row.code", "行错误码", "finer code of the row: the reasons"),
    ("row.text", "行说明", "text of the row"),
    ("row.serial", "银行流水号", "bank's serial of the payment"),
    (
        "row.original_serial",
        "原流水号",
        "serial of the payment that came back",
    ),
    ("row.booked_at", "入账时间", "when it was booked"),
    (
        "reply.code",
        "应答码",
        "code of the request: the `request` codes",
    ),
    (
        "reply.flag",
        "应答标志",
        "second code of the request: the `flag` codes",
    ),
    ("reply.text", "应答说明", "text of the request"),
    (
        "batch.code",
        "批次状态",
        "status of the batch: the `batch` codes",
    ),
    (
        "batch.result",
        "批次结果",
        "second half of the batch's status",
    ),
    ("batch.text", "批次说明", "text of the batch"),
    (
        "bank.batch_no",
        "银行批次号",
        "the bank's number of the batch",
    ),
    ("paid.count", "成功笔数", "lines paid"),
    ("paid.total", "成功金额", "sum paid"),
    ("failed.count", "失败笔数", "lines failed"),
    ("failed.total", "失败金额", "sum failed"),
    (
        "receipt.position",
        "回执日志位置",
        "journal position of our receipt",
    ),
    ("receipt.accepted", "是否接收", "whether the push was taken"),
    ("connection.…", "部署参数", "a value of the deployment"),
    (
        "captured.…",
        "前面应答给出的值",
        "a value that an earlier answer gave",
    ),
];

/// How a value is spelt, and what a place may be beside a value.
const WORDS: [(&str, &str, &str); 17] = [
    ("as fen", "整数分", "whole fen"),
    (
        "as yuan2, yuan3",
        "元,两位或三位小数",
        "yuan with two or three decimals",
    ),
    ("as decimal", "元,XML 数值", "yuan as a number of XML"),
    (
        "as number of 6 digits",
        "数字,至少 6 位,前补零",
        "a number of at least 6 digits, zeros before it",
    ),
    ("as date8, date10", "20261123、2026-11-23", "dates"),
    ("as month6, monthzh", "202611、2026年11月", "months"),
    (
        "as time6 … stamp19t",
        "时间各式",
        "moments, as many digits as the word says",
    ),
    (
        "\"text\"",
        "固定内容,读时核对",
        "always this text; checked when read",
    ),
    (
        "\"text\" (anything is read)",
        "写此内容,读时不看",
        "this text is written, anything is read",
    ),
    (
        "else \"text\"",
        "无值时写此内容",
        "written where there is no value",
    ),
    (
        "own=1 other=2",
        "取值对照",
        "the bank's text for each of our values",
    ),
    (
        "width 10, right, filled with '0'",
        "定长字节,右对齐,填充",
        "bytes of a fixed width, side, filling",
    ),
    (
        "at most 60 bytes",
        "最长字节数",
        "longest text in the bank's character set",
    ),
    ("required", "必填", "refused where it is missing, both ways"),
    ("payload", "内层报文", "what the envelope carries"),
    (
        "delimited < head",
        "由内到外:正文、外层",
        "from the body outwards",
    ),
    (
        "forbidden",
        "文本中不允许的字符",
        "characters that no text may have",
    ),
];

pub fn page() -> String {
    let mut text = String::from("# 各页用词 · Words of the pages\n\n## 字段 · Fields\n\n");
    let heads = ["名称 · name", "含义", "meaning"];
    let row =
        |(name, zh, en): &(&str, &str, &str)| vec![code(name), (*zh).to_owned(), (*en).to_owned()];
    table(&mut text, &heads, FIELDS.iter().map(row));
    text.push_str("## 写法 · Spelling and rules\n\n");
    table(&mut text, &heads, WORDS.iter().map(row));
    text.trim_end().to_owned() + "\n"
}

#[cfg(test)]
mod tests {
    use super::FIELDS;
    use adapters::layout::field::Field;

    /// Every word is one of the language; the language may have more.
    #[test]
    fn every_field_of_the_page_is_one() {
        for (name, _, _) in FIELDS.iter().filter(|(name, _, _)| !name.ends_with('…')) {
            assert!(
                Field::ALL.iter().any(|field| field.as_str() == *name),
                "{name}"
            );
        }
    }
}
