//! Texts around the wages: signatures, units, remarks. A colon makes no label of what stands before
//! it (`王样三：已审核`), so only labels that are known are shown.

use crate::employer_files::raw::{shown, shown_value};
use crate::employer_files::template::{Column, HeadKey, normal};
use crate::value::PersonName;

/// What clerks write before a colon where no person is meant, besides the titles of the template;
/// sums, and titles that the template leaves out.
const LABELS: &str = "\
    制表 制表人 制单 制单人 编制 编制人 编制单位 填表 填表人 填报 填报人 填报单位 填报日期 \
    经办 经办人 审核 审核人 复核 复核人 核对 核对人 审批 审批人 批准 批准人 确认 确认人 领款人 \
    已审核 已审批 已复核 已核对 已确认 已批准 \
    签字 签名 签章 盖章 公章 单位盖章 负责人 单位负责人 项目负责人 项目经理 法定代表人 法人代表 \
    财务 财务负责人 财务主管 会计 出纳 主管 总经理 劳资员 劳资专管员 班组长 班长 班组 部门 \
    施工单位 建设单位 监理单位 总包单位 总承包单位 分包单位 劳务单位 劳务公司 用工单位 承包单位 \
    工程名称 项目名称 工程项目 项目 单位 金额单位 币种 日期 制表日期 制单日期 填表日期 编制日期 \
    审核日期 发放日期 打印日期 时间 打印时间 月份 年月 联系人 联系方式 联系电话 电话 手机 \
    地址 页码 页数 人数 总人数 共计 大写 合计大写 金额大写 大写金额 合计金额大写 人民币大写 \
    合计 总计 小计 总合计 本页合计 本页小计 金额合计 合计金额 总金额 金额 \
    工资期间 计薪期间 计薪周期 所属期 工资所属期 考勤周期 组别 工种 岗位 工号 编号 行号 户名 用途 摘要 工资表 工资 \
    注 备注 附注 说明 填表说明 填写说明 注意 注意事项 提示 附件 附 \
    preparedby madeby checkedby reviewedby approvedby signedby signature date period unit \
    currency project company department page note notes nb remark remarks attention \
    total totals subtotal grandtotal sum";

/// Bytes of a number of a remark: `（12）`, with wide brackets.
const NUMBER_MAX: usize = 8;

/// Words that follow a label: `审核人签字`.
const SIGNED: [&str; 4] = ["签字", "签名", "签章", "盖章"];

/// The first text of a row that pays nobody, as a note may show it: of one with a colon what stands
/// before it, masked like a name where it is no known label; of others all but a lone name.
pub(in crate::employer_files) fn shown_label(text: &str) -> String {
    let Some((before, _)) = text.split_once([':', '：']) else {
        return if is_label(text) {
            shown(text)
        } else {
            shown_value(text)
        };
    };
    if is_label(before) {
        return shown(before);
    }
    // 工资表（单位：元）: what stands before the bracket is a text without a colon.
    if let Some((title, label)) = before.rsplit_once(['(', '（'])
        && is_label(label)
    {
        return shown_value(title);
    }
    PersonName::mask(before)
}

fn is_label(text: &str) -> bool {
    let number = |c: char| c.is_ascii_digit() || "、.．()（）【】[]".contains(c);
    let label = normal(text.trim()).replace(['(', ')', '（', '）'], "");
    let label = label.trim_matches(number);
    let signed = SIGNED.iter().find_map(|word| label.strip_suffix(word));
    let known = |label: &str| LABELS.split(' ').any(|known| known == label);
    // A number alone is short where it is no person's.
    (label.is_empty() && text.len() <= NUMBER_MAX)
        || known(label)
        || signed.is_some_and(known)
        || Column::parse(label).is_some()
        || HeadKey::parse(label).is_some()
}
