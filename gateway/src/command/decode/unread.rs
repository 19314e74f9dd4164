//! What is said of a message that can't be read: the attempt that got furthest with its place
//! and reason, the others in one line.

use super::speaker::called;
use crate::command::banks::words_of;
use crate::command::words::{Failure, Words, pick};
use adapters::BankAdapter;
use adapters::exchange::{Tried, Unreadable};
use schemas::{Finding, FindingCode, Lang};
use serde_json::{Value, json};

/// The finding of the document.
pub(super) fn finding(unreadable: &Unreadable, lang: Lang) -> Finding {
    let remedy = match unreadable.is_of_nothing() {
        true => pick(
            lang,
            "请向银行重新取得这份文件",
            "Get the file from the bank again",
        ),
        false => pick(
            lang,
            "请核对银行与报文类型，或确认文件在传输中未被转码",
            "Check the bank and the kind of message, and that nothing re-encoded the file on its \
             way",
        ),
    };
    Finding::of_file(FindingCode::Unreadable)
        .with("detail", place(unreadable, lang))
        .with("remedy", remedy)
}

/// Every attempt for the document, that of the finding first.
pub(super) fn attempts(unreadable: &Unreadable, lang: Lang) -> Value {
    let own = json!({
        "unwrapped": unreadable.unwrapped,
        "offset": unreadable.offset,
        "reason": reason(&unreadable.what, lang),
    });
    let other = |tried: &Tried| {
        json!({
            "layers_gone": tried.layers_gone,
            "offset": tried.offset,
            "reason": reason(&tried.what, lang),
        })
    };
    let others: Vec<Value> = unreadable.tried.iter().map(other).collect();
    json!({ "furthest": own, "others": others })
}

/// The end of the command; `reads_as` is another kind of message that the bytes are.
pub(super) fn failure(
    adapter: &BankAdapter,
    unreadable: &Unreadable,
    reads_as: Option<&str>,
) -> Failure {
    let bank = called(adapter);
    let [zh, en] = [Lang::Zh, Lang::En].map(|lang| told(unreadable, lang));
    let words = Words::new(
        format!("这不是 {bank} 的该类报文:{zh}"),
        format!("this is no such message of {bank}: {en}"),
    );
    let hint = match reads_as {
        _ if unreadable.is_of_nothing() => Words::new(
            "文件可能没有保存完整,或银行尚未写完:请重新取得后再试。",
            "It was perhaps not saved whole, or the bank had not written it yet: get it again.",
        ),
        Some(kind) => Words::new(
            format!("这份报文可以按 --message {kind} 读取。"),
            format!("It can be read with --message {kind}."),
        ),
        None => Words::new(
            "请核对 --bank 与 --message,或确认文件在传输中未被转码。",
            "Check --bank and --message, and that nothing re-encoded the file on its way.",
        ),
    };
    Failure::usage(words, hint)
}

/// A body that is sealed under a key that was not given.
pub(super) fn sealed(adapter: &BankAdapter) -> Failure {
    let bank = called(adapter);
    Failure::usage(
        Words::new(
            format!("这份 {bank} 报文的报文体已加密,没有给出密钥,无法解开"),
            format!("the body of this message of {bank} is sealed, and no key was given"),
        ),
        Words::new(
            "用 --connection 指定该行的连接文件(密钥目录默认为其旁的 ../keys,另有位置用 --keys)。",
            "Give the bank's connection file by --connection (its keys are looked for in ../keys \
             beside it; elsewhere: --keys).",
        ),
    )
}

/// What is wrong, and where.
fn place(unreadable: &Unreadable, lang: Lang) -> String {
    let (what, offset) = (reason(&unreadable.what, lang), unreadable.offset);
    let layers = unreadable.unwrapped;
    // What names its row has no byte to tell.
    let by_row = offset == 0 && names_row(&unreadable.what);
    match (lang, layers, by_row) {
        (_, 0, true) => what,
        (Lang::Zh, layers, true) => format!("拆去外层 {layers} 层后,{what}"),
        (Lang::En, layers, true) => format!("{what} inside {layers} layers"),
        (Lang::Zh, 0, false) => format!("第 {offset} 字节处,{what}"),
        (Lang::Zh, layers, false) => {
            format!("拆去外层 {layers} 层后,第 {offset} 字节处,{what}")
        }
        (Lang::En, 0, false) => format!("{what} at byte {offset}"),
        (Lang::En, layers, false) => format!("{what} at byte {offset} inside {layers} layers"),
    }
}

/// Whether the words begin with the row of the message or the line of the sheet.
fn names_row(what: &str) -> bool {
    let mut starts = ["row ", "line "].iter();
    starts.any(|start| {
        let rest = what.strip_prefix(start);
        rest.is_some_and(|rest| rest.starts_with(|first: char| first.is_ascii_digit()))
    })
}

fn told(unreadable: &Unreadable, lang: Lang) -> String {
    let mut text = place(unreadable, lang);
    let others: Vec<String> = unreadable
        .tried
        .iter()
        .map(|tried| other(tried, lang))
        .collect();
    if !others.is_empty() {
        text.push_str(pick(lang, "\n  另试过:", "\n  Tried as well: "));
        text.push_str(&others.join(pick(lang, ";", "; ")));
    }
    text
}

fn other(tried: &Tried, lang: Lang) -> String {
    let (what, offset) = (reason(&tried.what, lang), tried.offset);
    match (lang, tried.layers_gone) {
        (Lang::Zh, 0) => format!("按完整报文(第 {offset} 字节处,{what})"),
        (Lang::Zh, gone) => format!("按已去掉外层 {gone} 层(第 {offset} 字节处,{what})"),
        (Lang::En, 0) => format!("as it travels ({what} at byte {offset})"),
        (Lang::En, gone) => format!("without {gone} outer layers ({what} at byte {offset})"),
    }
}

/// The adapter's words in the reader's language; what the table lacks is shown as it is.
fn reason(what: &str, lang: Lang) -> String {
    if lang == Lang::En {
        return what.to_owned();
    }
    if let Some((_, zh)) = REASONS.iter().find(|(en, _)| *en == what) {
        return (*zh).to_owned();
    }
    if let Some((place, inner)) = what.split_once(": ") {
        let place = match (place.strip_prefix("row "), place.strip_prefix("line ")) {
            (Some(row), _) => format!("第 {row} 笔明细"),
            (None, Some(line)) => format!("工作表第 {line} 行"),
            (None, None) => format!("“{}”", field(place)),
        };
        return format!("{place}{}", reason(inner, lang));
    }
    let line = what.strip_prefix("line ");
    if let Some(line) = line.and_then(|rest| rest.strip_suffix(" has more columns")) {
        return format!("工作表第 {line} 行列数过多");
    }
    let row = what.strip_prefix("row ");
    if let Some((row, inner)) = row.and_then(|rest| rest.split_once(' ')) {
        return format!("第 {row} 笔明细{}", reason(inner, lang));
    }
    let lacking = what.strip_prefix("no ");
    if let Some((cipher, slot)) = lacking.and_then(|rest| rest.split_once(" key in slot ")) {
        return format!("没有密钥:{slot}({cipher})");
    }
    for (end, zh) in [
        (" is missing", "缺少"),
        (" is not a text", "不是文字:"),
        (" stands twice and differs", "两处不一致:"),
    ] {
        if let Some(place) = what.strip_suffix(end) {
            return format!("{zh} {}", field(place));
        }
    }
    what.to_owned()
}

/// What a clerk calls a field; an element of the bank keeps its own name.
fn field(place: &str) -> &str {
    words_of(place, Lang::Zh).unwrap_or(place)
}

/// What adapters say, and the same in Chinese.
const REASONS: [(&str, &str); 96] = [
    (
        "it holds rows of another form",
        "报文中有明细,但不是已知的形式",
    ),
    ("there is no content", "没有任何内容"),
    ("it refuses nothing", "不是拒绝的答复"),
    (
        "what the next question needs is missing",
        "缺少下一步查询所需的内容",
    ),
    (
        "a cell is neither a text nor a number",
        "单元格既不是文字也不是数字",
    ),
    (
        "a document type or instruction is not signed",
        "文档类型声明或处理指令不能签名",
    ),
    ("a namespace is not signed", "命名空间不能签名"),
    (
        "a number too long for a cell",
        "数字过长,可能已被表格软件截短",
    ),
    ("a prefix that is not signed", "该元素前缀不能签名"),
    ("a workbook without a sheet", "工作簿中没有工作表"),
    ("attributes that can't be signed", "有不能签名的属性"),
    ("bytes where none belong", "此处不应有内容"),
    ("elements too deep to be signed", "元素嵌套过深,不能签名"),
    ("neither an xlsx nor an xls file", "不是 xlsx 或 xls 文件"),
    ("not a list of one", "不是只有一项的列表"),
    (
        "not a workbook, or a broken one",
        "不是工作簿,或工作簿已损坏",
    ),
    ("the columns have other titles", "列标题不符"),
    (
        "the document has not one signature",
        "报文没有签名,或签名不止一个",
    ),
    (
        "the file's MD5 is not the one that was told",
        "文件的 MD5 与银行告知的不符",
    ),
    ("the signature is not base64", "签名不是 base64"),
    ("the signature is of another kind", "签名的形式不符"),
    (
        "the signature is over something else",
        "签名所对应的内容不符",
    ),
    ("the sealed body can't be opened", "加密的报文体无法解开"),
    ("the signature does not verify", "签名核验不符"),
    ("a signed header is missing", "缺少带签名的报文头"),
    (
        "a header of the envelope is missing",
        "缺少数字信封的报文头",
    ),
    (
        "signed with another key than that of the bank",
        "签名所用的密钥不是该行的密钥",
    ),
    (
        "the moment of the signature is too far off",
        "签名时间与当前时间相差过大",
    ),
    (
        "a row has no name, account or amount",
        "明细缺少户名、账号或金额",
    ),
    (
        "the answer names another batch of the bank",
        "报文指的是银行的另一个批次",
    ),
    ("the answer names another file", "报文指的是另一个文件"),
    ("the answer names no file", "报文没有写明是哪个文件"),
    ("the block of the signature is missing", "缺少签名块"),
    (
        "the signed document is not well-formed",
        "被签名的文档格式不完整",
    ),
    (
        "a field of the head ends inside a character",
        "报文头的字段从汉字中间断开",
    ),
    ("a fixed text is another one", "固定内容不符"),
    ("a joined value is too long", "拼接的值过长"),
    ("a line has another number of columns", "列数不符"),
    ("a row is not an object", "明细的结构不符"),
    ("an amount too large", "金额过大"),
    ("a member stands twice", "同一成员出现两次"),
    ("an element stands twice", "同一元素出现两次"),
    (
        "bytes that the character set does not have",
        "有字符集以外的字节",
    ),
    ("elements too deep", "嵌套过深"),
    ("has another number of columns", "列数不符"),
    ("has no last separator", "末尾缺少分隔符"),
    ("larger than any message", "超过报文的最大长度"),
    ("not a JSON object", "不是 JSON 对象"),
    ("not JSON", "JSON 格式有误"),
    ("not a date of the calendar", "不是日历上的日期"),
    ("not a date or time of that form", "不是该格式的日期或时间"),
    ("not a form", "不是表单格式"),
    ("not a number", "不是数字"),
    ("not an amount", "不是金额"),
    ("not base64", "不是 BASE64 编码"),
    ("not hexadecimal", "不是十六进制编码"),
    ("not DEFLATE data", "不是压缩数据"),
    (
        "not a zip archive of one file",
        "不是只含一个文件的 zip 压缩包",
    ),
    ("not well-formed XML", "XML 格式有误"),
    ("rows where none belong", "在不该有明细的地方有明细"),
    ("shorter than its head", "比报文头还短"),
    ("text outside the root", "根元素之外有文字"),
    (
        "the XML is cut off or has no single root",
        "XML 不完整,或没有唯一的根元素",
    ),
    ("the dialect has no pushed message", "该行没有推送报文"),
    ("the dialect has no receipt", "该行没有回执"),
    ("the dialect has no result", "该行没有结果文件"),
    ("the envelope is empty", "信封内没有内容"),
    ("the head has another number of columns", "报文头的列数不符"),
    (
        "the line that names the columns is another one",
        "列名行不符",
    ),
    ("the place of the signature is missing", "缺少签名的位置"),
    ("the signature is not of its form", "签名的格式不符"),
    (
        "the length in the head is another one",
        "报文头中的长度与实际不符",
    ),
    ("the length is not a number", "长度不是数字"),
    ("the length is too small", "长度过小"),
    ("the marks are not there", "找不到标记"),
    (
        "the message has another number of rows than it says",
        "明细笔数与报文所述不符",
    ),
    ("the message has no ending", "报文没有结束标志"),
    ("the prefix is missing", "缺少前缀"),
    ("too many rows", "明细过多"),
    ("a locked workbook", "工作簿已加密"),
    ("a record of the workbook is cut off", "工作簿不完整"),
    (
        "a workbook older than Excel 97",
        "工作簿的版本早于 Excel 97",
    ),
    ("the sheet has no end", "工作表不完整"),
    ("a sealed member does not open", "加密的成员无法解开"),
    ("a signed member is not a text", "被签名的成员不是文字"),
    ("the signature is missing", "缺少签名"),
    ("the signed object is missing", "缺少被签名的部分"),
    (
        "the answer goes on behind its last row",
        "答复在最后一笔之后仍有下页",
    ),
    (
        "the answer goes on where it went on before",
        "答复重复了同一下页标志",
    ),
    ("unknown reference", "有不允许的字符引用"),
    ("a document type is refused", "含有不允许的文档类型声明"),
    ("not this message", "不是该类报文"),
    ("the rows are not a list", "明细不是列表"),
    ("the signature is not hexadecimal", "签名不是十六进制编码"),
    ("too many attributes", "属性过多"),
    ("unpacks to too much", "解压后过大"),
];

#[cfg(test)]
mod tests;
