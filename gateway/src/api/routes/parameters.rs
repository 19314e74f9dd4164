//! Parameters that several calls have.

use crate::api::routes::Parameter;

/// Stands for a bank's code in an example: codes of banks are the code list's.
pub const BANK_EXAMPLE: &str = "{bank}";

/// A parameter.
pub const fn parameter(
    name: &'static str,
    zh: &'static str,
    en: &'static str,
    example: &'static str,
) -> Parameter {
    Parameter {
        name,
        zh,
        en,
        example,
    }
}

/// See its words.
pub const LIMIT: Parameter = parameter("limit", "每页条数，1 至 1000", "1 to 1000 a page", "100");
/// See its words.
pub const NEXT: Parameter = parameter(
    "next",
    "上一页给出的游标",
    "cursor of the page before",
    "4711.3",
);
/// See its words.
pub const NEXT_LINE: Parameter = parameter(
    "next",
    "上一页给出的游标",
    "cursor of the page before",
    "100",
);
/// See its words.
pub const NEXT_BREAK: Parameter = parameter(
    "next",
    "上一页给出的游标",
    "cursor of the page before",
    "unknown.1795312800000.0.17.3",
);
/// See its words.
pub const STATE: Parameter = parameter(
    "state",
    "明细状态，可用逗号并列：held、released、intended、accepted、paid、failed、unknown、returned、\
     cancelled、refused",
    "line states, several with commas: held, released, intended, accepted, paid, failed, unknown, \
     returned, cancelled, refused",
    "unknown",
);
/// See its words.
pub const DISPUTED: Parameter = parameter(
    "disputed",
    "true：只列有争议的明细",
    "true: only disputed lines",
    "true",
);
/// See its words.
pub const BATCH_STATE: Parameter = parameter(
    "state",
    "批次状态：held、released、in_progress、settled、withdrawn，或 refused（被拒文件不形成批次，\
     结果为空）",
    "state of the batch: held, released, in_progress, settled, withdrawn, or refused, which finds \
     none (a refused file makes no batch)",
    "held",
);
/// See its words.
pub const BANK: Parameter = parameter("bank", "付款银行代码", "paying bank", BANK_EXAMPLE);
/// See its words.
pub const PAY_MONTH: Parameter = parameter("pay_month", "工资月份", "month of the wage", "2026-11");
/// See its words.
pub const EMPLOYER: Parameter = parameter(
    "employer",
    "统一社会信用代码",
    "the employer's code",
    "913301006639233248",
);
/// See its words.
pub const PROJECT: Parameter = parameter(
    "project_code",
    "项目编码",
    "project code",
    "330110202611000001",
);
/// See its words.
pub const FROM: Parameter = parameter("from", "受理日起", "first day of acceptance", "2026-11-01");
/// See its words.
pub const TO: Parameter = parameter("to", "受理日止", "last day of acceptance", "2026-11-30");
/// See its words.
pub const SUBMITTED_MONTH: Parameter = parameter(
    "pay_month",
    "工资月份，供没有此项的文件（pain.001）使用；与文件所写不一致时整个文件不受理",
    "month of the wage, for a file that has none (pain.001); a file that states another month is \
     refused",
    "2026-11",
);
/// See its words.
pub const AMOUNT: Parameter = parameter(
    "amount",
    "金额，以元为单位，必须写出小数点；没有小数点的数字不接受，因为分不清元和分",
    "amount in yuan with its decimal point; digits alone are refused, they might be fen",
    "6523.50",
);
/// See its words.
pub const AMOUNT_FEN: Parameter = parameter(
    "amount_fen",
    "金额，以分为单位的整数，与各答复中的 amount_fen 相同",
    "amount in whole fen, as amount_fen in the answers",
    "652350",
);
/// See its words.
pub const EVENTS: Parameter = parameter(
    "events",
    "all：逐条列出全部事件；不写则相同的查询与应答合并为一条，附次数和首末位置",
    "all: every event; without it the same question or answer again stands once, with its count \
     and the positions of the first and the last",
    "all",
);
/// See its words.
pub const CORRECTION_FORMAT: Parameter = parameter(
    "format",
    "csv（默认）、xlsx 或 json；用表格软件修改时请选 xlsx，长号码不会被改坏",
    "csv (default), xlsx or json; take xlsx to edit it in a spreadsheet: long numbers stay whole",
    "xlsx",
);
/// Content types of correction files.
pub const CORRECTION_KINDS: &[&str] = &[
    "text/csv",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/json",
];
/// Content types of employers' files; any other is taken as well and detected.
pub const FILE_KINDS: &[&str] = &[
    "text/csv",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/json",
    "application/xml",
    "application/octet-stream",
];
/// How a summary is grouped.
pub const GROUP_BY: Parameter = parameter(
    "group_by",
    "bank（默认）、employer、project、region、pay_month、state",
    "bank (default), employer, project, region, pay_month or state",
    "bank",
);
/// Which message a bank pushes.
pub const MESSAGE: Parameter = parameter(
    "message",
    "push（默认）、result 或 receipt",
    "push (default), result or receipt",
    "push",
);
