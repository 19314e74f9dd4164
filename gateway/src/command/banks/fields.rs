//! What clerks call the fields of a definition.

use super::super::words::pick;
use schemas::Lang;

/// The words for a field by its name in a dialect; `None` for a name that is none.
#[must_use]
pub fn words_of(field: &str, lang: Lang) -> Option<&'static str> {
    let known = FIELDS.iter().find(|(name, ..)| *name == field);
    known.map(|(_, zh, en)| pick(lang, zh, en))
}

/// Every field: name, Chinese, English.
pub(super) const FIELDS: [(&str, &str, &str); 55] = [
    ("file.no", "文件序号", "number of the file"),
    ("file.date", "文件日期(银行工作日)", "bank day of the file"),
    ("file.at", "报文时间", "time of the message"),
    (
        "file.instructed_at",
        "发出指令的时间",
        "time of the instruction",
    ),
    ("file.count", "总笔数", "lines in all"),
    ("file.total", "总金额", "sum in all"),
    (
        "file.class",
        "整个文件的收款行类别(本行/他行)",
        "own bank or another, of the whole file",
    ),
    ("part.no", "分包序号", "number of the part"),
    ("part.count", "分包总数", "parts in all"),
    ("part.total", "本包金额", "sum of the part"),
    ("part.first", "是否首包", "whether it is the first part"),
    ("part.last", "是否末包", "whether it is the last part"),
    ("query.no", "查询序号", "number of the query"),
    ("page.first", "本页起始行", "first row of the page"),
    ("page.rows", "每页行数", "rows of a page"),
    ("payer.account", "付款账号", "payer's account"),
    ("payer.name", "付款户名", "payer's name"),
    ("pay.month", "工资月份", "pay month"),
    ("row.count", "本报文笔数", "rows in this message"),
    ("row.no", "明细序号", "number of the row"),
    ("payee.name", "收款户名", "payee's name"),
    ("payee.account", "收款账号", "payee's account"),
    ("payee.id_number", "证件号码", "payee's document number"),
    ("payee.id_type", "证件类型", "kind of document"),
    (
        "payee.cnaps_code",
        "收款行联行号",
        "bank number of the payee's branch",
    ),
    ("payee.bank", "收款银行代码", "code of the payee's bank"),
    (
        "payee.bank_name",
        "收款银行名称",
        "name of the payee's bank",
    ),
    (
        "payee.class",
        "收款行类别(本行/他行)",
        "own bank or another",
    ),
    ("row.amount", "金额", "amount"),
    ("row.memo", "备注", "memo"),
    ("row.status", "明细结果", "status of the row"),
    ("row.code", "明细错误码", "the row's code of an error"),
    ("row.text", "明细说明", "text of the row"),
    ("row.serial", "银行流水号", "the bank's serial number"),
    (
        "row.original_serial",
        "原流水号",
        "serial number of the payment that came back",
    ),
    ("row.booked_at", "入账时间", "when it was booked"),
    ("reply.code", "应答码", "code of the answer"),
    ("reply.flag", "第二应答码", "second code of the answer"),
    ("reply.text", "应答说明", "text of the answer"),
    ("batch.code", "批次状态", "status of the batch"),
    ("batch.result", "批次结果", "result of the batch"),
    ("batch.text", "批次说明", "text of the batch"),
    ("batch.settlement_date", "清算日期", "day of the settlement"),
    (
        "bank.batch_no",
        "银行批次号",
        "the bank's number of the batch",
    ),
    ("paid.count", "成功笔数", "lines paid"),
    ("paid.total", "成功金额", "sum paid"),
    ("failed.count", "失败笔数", "lines failed"),
    ("failed.total", "失败金额", "sum failed"),
    ("open.count", "未决笔数", "lines not decided yet"),
    (
        "file.reference",
        "报文中的我方文件号(原样)",
        "our number of the file as the message has it",
    ),
    (
        "row.reference",
        "报文中的我方明细号(原样)",
        "our number of the row as the message has it",
    ),
    (
        "stated.count",
        "银行所述笔数(不多于明细)",
        "lines as the bank counts them, not more than the rows",
    ),
    (
        "stated.total",
        "银行所述金额(不大于明细合计)",
        "their sum, not more than that of the rows",
    ),
    ("receipt.position", "回执编号", "number of the receipt"),
    ("receipt.accepted", "是否收妥", "whether it was taken"),
];

#[cfg(test)]
mod tests {
    use super::{FIELDS, words_of};
    use adapters::layout::field::Field;
    use schemas::Lang;

    #[test]
    fn every_field_of_the_language_has_words_and_no_other() {
        assert_eq!(FIELDS.len(), Field::ALL.len());
        for field in Field::ALL {
            assert!(words_of(field.as_str(), Lang::Zh).is_some(), "{field}");
        }
    }
}
