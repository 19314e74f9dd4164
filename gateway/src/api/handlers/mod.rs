//! What answers each call of the table.

pub mod banks;
pub mod batches;
pub mod commands;
pub mod feed;
mod long;
pub mod operator;
pub mod payments;
pub mod proofs;
pub mod submit;

use crate::api::call::Call;
use crate::api::problem::{Kind, Problem};
use crate::failure::CommandError;
use crate::query::QueryError;
use schemas::LineState;
use schemas::codes;
use schemas::value::BankCode;

/// Entries of a page, where the caller does not say.
const PAGE: usize = 100;
/// Entries of a page at most.
const PAGE_MAX: usize = 1000;

impl Call {
    /// The caller's page size.
    fn limit(&self) -> Result<usize, Problem> {
        let read = |text: &str| {
            text.parse()
                .ok()
                .filter(|limit| (1..=PAGE_MAX).contains(limit))
        };
        Ok(self.parameter("limit", read)?.unwrap_or(PAGE))
    }
}

/// A code of the list of banks: a search for another one would be empty for ever.
fn known_bank(text: &str) -> Option<BankCode> {
    let code = BankCode::parse(text).ok();
    code.filter(|code| codes::bank(*code).is_some())
}

/// States of lines, several with commas.
fn line_states(text: &str) -> Option<Vec<LineState>> {
    let words = text.split(',');
    words.map(|word| LineState::parse(word.trim())).collect()
}

impl From<QueryError> for Problem {
    fn from(error: QueryError) -> Self {
        match error {
            QueryError::Core(error) => error.into(),
            QueryError::Sheet(error) => {
                tracing::warn!(%error, "no office file was written");
                Self::bad(
                    "format",
                    "明细过多或文字过长，xlsx 放不下，请改用 csv 或 json",
                    "too much for an office file: use csv or json",
                )
            }
            error @ (QueryError::Line(_)
            | QueryError::Finding(_)
            | QueryError::Changed
            | QueryError::Write(_)) => Self::internal(&error),
        }
    }
}

impl From<CommandError> for Problem {
    fn from(error: CommandError) -> Self {
        match error {
            CommandError::NotFound => Self::not_found(),
            CommandError::Forbidden { why } => {
                let (zh, en) = match why {
                    "same_person" => (
                        "复核人不能是经办人",
                        "the approver must be another person than the maker",
                    ),
                    "person_required" => ("须使用个人证书", "a person's certificate is required"),
                    "same_operator" => {
                        ("须由另一名运营人员确认", "another operator must confirm it")
                    }
                    _ => ("该证书无权执行此操作", "this certificate may not do this"),
                };
                Self::new(Kind::Forbidden).detail(zh, en).with("why", why)
            }
            CommandError::Conflict { field, why } => {
                let (zh, en) = conflict(field, &why);
                let problem = Self::new(Kind::Conflict).detail(&zh, &en);
                problem.with("field", field).with("is", why)
            }
            CommandError::Invalid { field, why } => {
                let form = match field {
                    "evidence_digest" => "：应为 SHA-256 的 64 位十六进制数字",
                    "words" => "：应为 1 至 500 个字符，不能只有空白，也不能含控制字符",
                    "as_of" => "：大于日志末条记录的序号",
                    _ => "",
                };
                Self::bad(
                    field,
                    &format!("字段 {field} 的值不符合要求{form}"),
                    &format!("the value of {field} is not of its form: {why}"),
                )
            }
            CommandError::Core(error) => error.into(),
        }
    }
}

/// What differs, zh and en.
fn conflict(field: &str, why: &str) -> (String, String) {
    match field {
        "state" => (
            format!("当前状态 {why} 不允许此操作，请重新读取后再决定"),
            format!("the state {why} forbids it; read it again and decide then"),
        ),
        "acknowledged" => (
            format!("以下警告须先确认：{why}"),
            format!("these warnings must be acknowledged: {why}"),
        ),
        "as_of" => (
            "同一工资的另一笔支付有您没有看到的裁定：请读取批次的 other_payments，\
             核对后把其中的 as_of 一并提交"
                .to_owned(),
            "two people decided of another payment of the same wage what you have not \
             seen: read other_payments in the batch, and state its as_of"
                .to_owned(),
        ),
        "file" => (
            "提出裁定之后银行又改变了该文件的明细：请重新读取差异，重新提出裁定".to_owned(),
            "the bank has changed lines of the file since: read the breaks again, and \
             propose anew"
                .to_owned(),
        ),
        "proposal" => (
            format!("该证据的裁定已由 {why} 提出，请由另一名运营人员确认"),
            format!(
                "a resolution over this evidence waits, proposed by {why}: another \
                 operator must confirm it"
            ),
        ),
        field => (
            format!("字段 {field} 与现有内容（{why}）不一致，请重新读取并核对"),
            format!("{field} differs from what is there, {why}; read and compare it"),
        ),
    }
}
