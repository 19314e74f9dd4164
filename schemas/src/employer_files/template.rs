//! The template that csv and workbooks share: its columns and the keys of its head, with the
//! titles by which people write them (INTERFACE section 2).

mod written;

pub(super) use written::normal;

use std::collections::BTreeMap;
use std::sync::LazyLock;

/// A column of the lines, in the order of the template.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub(super) enum Column {
    LineNo,
    Name,
    IdType,
    IdNumber,
    Account,
    Bank,
    CnapsCode,
    Amount,
    GrossAmount,
    Memo,
    Corrects,
}

/// Number of columns.
pub(super) const COLUMNS: usize = 11;

/// A key of the head, in the order of the template.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub(super) enum HeadKey {
    BatchNo,
    EmployerUscc,
    EmployerName,
    ProjectCode,
    PayMonth,
    PayingBank,
    PayerAccount,
    PayerName,
    LineCount,
    TotalAmount,
}

/// Number of head keys.
pub(super) const HEAD_KEYS: usize = 10;

impl Column {
    pub(super) const ALL: [Self; COLUMNS] = [
        Self::LineNo,
        Self::Name,
        Self::IdType,
        Self::IdNumber,
        Self::Account,
        Self::Bank,
        Self::CnapsCode,
        Self::Amount,
        Self::GrossAmount,
        Self::Memo,
        Self::Corrects,
    ];

    /// Columns without which no line can be paid.
    pub(super) const REQUIRED: [Self; 4] =
        [Self::Name, Self::IdNumber, Self::Account, Self::Amount];

    /// The Chinese title, and what clerks write for it where only this can be meant. Left out on
    /// purpose: 金额 (gross or net), 户名 (stands beside 姓名), 行号 (of the row or of the bank), 编号
    /// and 工号 (of the person), 用途 and 摘要 (stand beside 备注).
    fn titles(self) -> &'static str {
        match self {
            Self::LineNo => "序号 明细序号 no. no",
            Self::Name => {
                "姓名 收款人姓名 收款户名 收款人户名 员工姓名 职工姓名 工人姓名 \
                 人员姓名 payee_name"
            }
            Self::IdType => "证件类型 证件种类",
            Self::IdNumber => {
                "证件号码 证件号 身份证 身份证号 身份证号码 居民身份证号 居民身份证号码 \
                 公民身份号码 id_no id_no. id_card_no id_card_number"
            }
            Self::Account => {
                "银行账号 银行帐号 账号 帐号 银行卡号 卡号 收款账号 收款帐号 收款卡号 \
                 收款人账号 收款人帐号 工资卡号 工资账号 account_no account_no. \
                 account_number bank_account card_no card_no. card_number"
            }
            Self::Bank => "开户银行 开户行 开户银行名称 收款银行 银行名称",
            Self::CnapsCode => "联行号 银行联行号 开户行联行号",
            Self::Amount => {
                "实发金额 实发工资 实发工资金额 实发 实发数 实付金额 实付工资 代发金额 \
                 发放金额 net_pay net_amount"
            }
            Self::GrossAmount => "应发金额 应发工资 应发工资金额 应发 应发数 gross_pay",
            Self::Memo => "备注 附言 remark remarks",
            Self::Corrects => "原明细",
        }
    }

    /// The English key.
    pub(super) fn key(self) -> &'static str {
        match self {
            Self::LineNo => "line_no",
            Self::Name => "name",
            Self::IdType => "id_type",
            Self::IdNumber => "id_number",
            Self::Account => "account",
            Self::Bank => "bank",
            Self::CnapsCode => "cnaps_code",
            Self::Amount => "amount",
            Self::GrossAmount => "gross_amount",
            Self::Memo => "memo",
            Self::Corrects => "corrects",
        }
    }

    /// The column that a title names.
    pub(super) fn parse(title: &str) -> Option<Self> {
        // JSON asks for every key of every line: the exact key comes first.
        let exact = Self::ALL.into_iter().find(|column| column.key() == title);
        exact.or_else(|| COLUMN_TITLES.get(&normal(title)).copied())
    }

    /// Place in the template, for the order of findings; unknown fields come last.
    pub(super) fn rank(field: Option<&str>) -> usize {
        let Some(field) = field else { return 0 };
        Self::ALL
            .iter()
            .position(|column| column.key() == field)
            .unwrap_or(COLUMNS)
    }
}

impl HeadKey {
    pub(super) const ALL: [Self; HEAD_KEYS] = [
        Self::BatchNo,
        Self::EmployerUscc,
        Self::EmployerName,
        Self::ProjectCode,
        Self::PayMonth,
        Self::PayingBank,
        Self::PayerAccount,
        Self::PayerName,
        Self::LineCount,
        Self::TotalAmount,
    ];

    /// Keys without which no batch can be paid.
    pub(super) const REQUIRED: [Self; 7] = [
        Self::BatchNo,
        Self::EmployerUscc,
        Self::PayMonth,
        Self::PayingBank,
        Self::PayerAccount,
        Self::LineCount,
        Self::TotalAmount,
    ];

    /// As for columns. Left out: 总人数 (a person may have two lines), 项目编号 (the firm's own).
    fn titles(self) -> &'static str {
        match self {
            Self::BatchNo => "批次号 批次编号",
            Self::EmployerUscc => "统一社会信用代码 社会信用代码",
            Self::EmployerName => "单位名称 企业名称 公司名称 用人单位",
            Self::ProjectCode => "项目编码 项目代码",
            Self::PayMonth => "工资月份 发薪月份 工资所属月份",
            Self::PayingBank => "付款银行 付款行 代发银行",
            Self::PayerAccount => "付款账号 付款帐号 付款账户 付款人账号 付款人帐号",
            Self::PayerName => "付款户名 付款人户名 付款账户名称",
            Self::LineCount => "总笔数 合计笔数",
            Self::TotalAmount => "总金额 合计金额 实发总额 实发总金额",
        }
    }

    /// The English key.
    pub(super) fn key(self) -> &'static str {
        match self {
            Self::BatchNo => "batch_no",
            Self::EmployerUscc => "employer_uscc",
            Self::EmployerName => "employer_name",
            Self::ProjectCode => "project_code",
            Self::PayMonth => "pay_month",
            Self::PayingBank => "paying_bank",
            Self::PayerAccount => "payer_account",
            Self::PayerName => "payer_name",
            Self::LineCount => "line_count",
            Self::TotalAmount => "total_amount",
        }
    }

    /// The key that a text names.
    pub(super) fn parse(title: &str) -> Option<Self> {
        HEAD_TITLES.get(&normal(title)).copied()
    }
}

impl HeadKey {
    /// The key of a cell, and its value where that stands in the same cell after a colon.
    pub(super) fn stated(cell: &str) -> Option<(Self, Option<&str>)> {
        let alone = || Self::parse(cell).map(|key| (key, None));
        let Some((key, value)) = cell.split_once([':', '：']) else {
            return alone();
        };
        if value.trim().is_empty() {
            return alone();
        }
        Self::parse(key).map(|key| (key, Some(value)))
    }
}

static COLUMN_TITLES: LazyLock<BTreeMap<String, Column>> =
    LazyLock::new(|| titles(Column::ALL.map(|column| (column, column.key(), column.titles()))));

static HEAD_TITLES: LazyLock<BTreeMap<String, HeadKey>> =
    LazyLock::new(|| titles(HeadKey::ALL.map(|key| (key, key.key(), key.titles()))));

/// Each key by its English word and by each of its titles.
fn titles<K: Copy, const N: usize>(
    all: [(K, &'static str, &'static str); N],
) -> BTreeMap<String, K> {
    let each = |(key, word, titles): (K, &'static str, &'static str)| {
        let all = titles.split(' ').chain([word]);
        all.map(move |title| (normal(title), key))
    };
    all.into_iter().flat_map(each).collect()
}

/// First cell of the row that names the template and its version.
pub(super) fn is_signature(cell: &str) -> bool {
    let cell = normal(cell);
    cell == normal("安薪代发工资表") || cell == "anxinpayroll" || cell == "anxinwagefile"
}
