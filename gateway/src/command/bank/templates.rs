//! The two files of a new bank, each line explained to the clerk who goes on with them.

use crate::command::words::{list, pick};
use adapters::BankAdapter;
use schemas::Lang;
use schemas::value::BankCode;
use std::fmt::Write as _;

/// `bank.toml` of a bank that speaks a dialect; who it is stands in it where no list says so.
pub(super) fn preset(code: BankCode, dialect: &BankAdapter, is_listed: bool, lang: Lang) -> String {
    let mut text = pick(lang, HEAD_ZH, HEAD_EN)
        .replace("CODE", code.as_str())
        .replace("DIALECT", dialect.dialect());
    if !is_listed {
        let identity = pick(lang, IDENTITY_ZH, IDENTITY_EN);
        text.push_str(&identity.replace("CODE", code.as_str()));
    }
    text.push_str(&limits(dialect, lang));
    let tables = list(lang, dialect.code_tables());
    text.push_str(&pick(lang, CODES_ZH, CODES_EN).replace("TABLES", &tables));
    if let Some(table) = dialect.code_tables().find(|name| name.contains("line")) {
        text = text.replace("codes.TABLE", &format!("codes.{table}"));
    }
    text.replace("codes.TABLE", "codes.line")
}

/// The limits of the dialect as comments: what a bank makes narrower is uncommented.
fn limits(dialect: &BankAdapter, lang: Lang) -> String {
    let limits = dialect.limits();
    let (amount, total) = (limits.amount_max.0, limits.total_max.0);
    let values: [(&str, String, &str, &str); 6] = [
        (
            "rows_max",
            limits.rows_max.to_string(),
            "一个文件最多几笔,多的自动分成几个文件",
            "lines of a file at most; more are cut into several files",
        ),
        (
            "bytes_max",
            limits.bytes_max.to_string(),
            "一个文件最多多少字节",
            "bytes of a file at most",
        ),
        (
            "amount_max_fen",
            amount.to_string(),
            "单笔最高金额,以分为单位:100_000_00 是十万元",
            "a line at most, in fen: 100_000_00 is 100,000 yuan",
        ),
        (
            "total_max_fen",
            total.to_string(),
            "一个文件的总金额上限,以分为单位",
            "the sum of a file at most, in fen",
        ),
        (
            "name_bytes_max",
            limits.name_bytes_max.to_string(),
            "户名最多多少字节;只能比方言小。GBK 一个汉字两字节,UTF-8 三字节",
            "bytes of a name at most, not above the dialect's; a hanzi has 2 in GBK, 3 in UTF-8",
        ),
        (
            "memo_bytes_max",
            limits.memo_bytes_max.to_string(),
            "备注最多多少字节;只能比方言小",
            "bytes of a memo at most, not above the dialect's",
        ),
    ];
    let mut text = pick(lang, LIMITS_ZH, LIMITS_EN).to_owned();
    for (name, value, zh, en) in values {
        // Writing into a text does not fail.
        let _ = writeln!(text, "# {}\n#{name} = {value}", pick(lang, zh, en));
    }
    text
}

/// `NOTES.md`: what each part stands on, to be filled in.
pub(super) fn notes(code: BankCode, dialect: &BankAdapter, lang: Lang) -> String {
    pick(lang, NOTES_ZH, NOTES_EN)
        .replace("CODE", code.as_str())
        .replace("DIALECT", dialect.dialect())
        .replace("SOURCE", dialect.evidence().as_str())
}

const HEAD_ZH: &str = "\
# 银行 CODE。只改本目录里的文件,别处都不用动。# 开头的行是说明,程序不读。
# 改完看结果:anxin bank explain CODE
# 用工资表试:anxin bank try 工资表.csv --bank CODE
# 写错了不要紧:程序会指出是哪个文件第几行,并列出可以用的词。

# 银行代码,与目录同名。
code = \"CODE\"
# 方言:报文的样子,同一类银行共用。报文不同就要换方言,这里改不了栏目。
dialect = \"DIALECT\"
# 依据:synthetic 自拟,observed 公开资料,documented 银行手册,certified 与银行联调。
# 依据要在 NOTES.md 里写明出处;没有手册就不能写 documented。生产环境不接受 synthetic。
evidence = \"synthetic\"
# 截止时间:银行工作日当天受理的最后时刻(北京时间),过后顺延到下一个工作日。
cut_off = \"16:00\"
";

const HEAD_EN: &str = "\
# Bank CODE. Only the files of this folder change. Lines that begin with # are for readers.
# To see the result: anxin bank explain CODE
# To try a wage file: anxin bank try wages.csv --bank CODE
# A mistake does no harm: the program names file and line and lists the words that are allowed.

# The bank's code, the same as the name of the folder.
code = \"CODE\"
# The dialect: how its messages look, shared by banks of a kind. Where messages differ, another
# dialect is needed: fields can't be changed here.
dialect = \"DIALECT\"
# The evidence: synthetic (ours), observed (public material), documented (the bank's manual),
# certified (tested with the bank). NOTES.md says where it comes from; without a manual nothing is
# documented. Production refuses synthetic.
evidence = \"synthetic\"
# Last time of a bank day, in Beijing; what is later goes on the next bank day.
cut_off = \"16:00\"
";

const IDENTITY_ZH: &str = "
# 银行是谁:程序的银行名单里没有 CODE,所以由本目录说明。名称不能与别的银行相同。
[identity]
# 中文全称,照营业执照写
name_zh = \"CODE(行名待填)\"
# 英文全称
name_en = \"CODE (name to be filled in)\"
# 经办人平时的写法,可写几个:[\"某某农商行\", \"某某农商银行\"]
short_names = []
# 种类:state 国有,joint_stock 股份制,city 城商,private 民营,foreign 外资,rural 农商
kind = \"rural\"
# 联行号前三位:城商 313,农商 314 或 402,村镇 320
cnaps_class = \"314\"
# 总行联行号(12 位)和 SWIFT 代码(8 位),知道再填
#cnaps_code = \"\"
#bic = \"\"
";

const IDENTITY_EN: &str = "
# Who it is: the program's list of banks does not have CODE, so its folder says it. No other bank
# may have one of the names.
[identity]
# Legal name in Chinese
name_zh = \"CODE(行名待填)\"
# Legal name in English
name_en = \"CODE (name to be filled in)\"
# How clerks write it, one or more
short_names = []
# state, joint_stock, city, private, foreign or rural
kind = \"rural\"
# First three digits of its bank numbers: city 313, rural 314 or 402, village 320
cnaps_class = \"314\"
# Bank number of its head office (12 digits) and SWIFT code (8 characters), where known
#cnaps_code = \"\"
#bic = \"\"
";

const LIMITS_ZH: &str = "
# 限制:下面是方言的值。银行更严时,去掉 [limits] 和该行行首的 #,再改数字。
#[limits]
";

const LIMITS_EN: &str = "
# Limits: these are the dialect's. Where the bank has narrower ones, take the # off [limits] and
# off the line, and change the number.
#[limits]
";

const CODES_ZH: &str = "
# 银行另有的代码:方言里已有的不能改,只能增加。可用的表:TABLES。
# 只写确实知道的;没有列出的代码一律算“支付不明”,由人核实。把没付成说成失败,会付两遍。
# 去掉行首的 # 再改。outcome 可用:paid 已付,failed 失败,accepted 已受理,unknown 不明,
# returned 退汇;failed 必须写 reason。
#[[codes.TABLE]]
#exact = [\"K7\"]
#outcome = \"failed\"
#reason = \"account_closed\"
";

const CODES_EN: &str = "
# Further codes of the bank: those of the dialect can't be changed. Tables: TABLES.
# List only what is known: a code that is not listed is unknown, and a person finds out. A wrong
# \"failed\" pays twice. Take the # off to use it. outcome: paid, failed, accepted, unknown or
# returned; failed needs a reason.
#[[codes.TABLE]]
#exact = [\"K7\"]
#outcome = \"failed\"
#reason = \"account_closed\"
";

const NOTES_ZH: &str = "\
# CODE

依据 Evidence: synthetic。报文用方言 `DIALECT`(该方言的依据:SOURCE)。

**这不是该行的真实格式(not the bank's format)**,直到下面有了出处。生产环境不接受。

- 方言是否就是该行的报文:尚未核实
- 截止时间、限制:自拟(limits are invented),待银行确认
- 银行另有的代码:不知道
- 不知道的:

有了银行手册,写上名称、版本、日期和页码,再把 bank.toml 的 `evidence` 改为 `documented`。依据不高于方言的依据。
";

const NOTES_EN: &str = "\
# CODE

Evidence: synthetic. Speaks the dialect `DIALECT` (evidence of the dialect: SOURCE).

**This is not the bank's format** until a source stands below. Production refuses it.

- whether the dialect is what the bank speaks: not verified
- cut-off and limits are invented, to be confirmed by the bank
- further codes of the bank: not known
- what is not known:

With the bank's manual: write its name, edition, date and page here, then `documented` as the
`evidence` in bank.toml. A bank's evidence is never above that of its dialect.
";
