//! A workbook that somebody kept, whose titles are worded otherwise than ours.

use super::Sheet;
use crate::layout::field::Field;
use crate::layout::slot::Slot;

/// Whether their titles name our columns in our order: as many, and each that is read has a word
/// for what stands in it.
pub(super) fn names_ours(sheet: &Sheet, theirs: &[String]) -> bool {
    let pairs = sheet.row.iter().zip(theirs);
    theirs.len() == sheet.row.len() && pairs.into_iter().all(|(slot, title)| names(slot, title))
}

fn names(slot: &Slot, title: &str) -> bool {
    let any = |words: &[&str]| words.iter().any(|word| title.contains(word));
    match slot.field() {
        Some(Field::PayeeAccount) => any(&["账号", "帐号", "账户号", "卡号"]),
        Some(Field::PayeeName) => any(&["姓名", "户名", "名称"]) && !any(&["行", "网点"]),
        // Our columns are in yuan.
        Some(Field::RowAmount) => title.contains("金额") && !title.contains('分'),
        Some(Field::RowNo) => any(&["ID", "编号", "序号", "流水"]),
        Some(Field::RowStatus) => any(&["结果", "状态"]),
        Some(Field::RowText) => any(&["描述", "说明", "原因", "信息"]),
        Some(_) => title == slot.path,
        None => !title.is_empty(),
    }
}
