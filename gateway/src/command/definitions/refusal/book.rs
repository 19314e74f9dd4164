//! The words with which the book refuses a dialect or a bank, and the same in Chinese.

/// What it says, `{}` for what it names, and the same in Chinese.
pub(super) const WORDS: [(&str, &str); 107] = [
    // Files and folders.
    (
        "the file is missing in its folder",
        "缺少这个文件;请补上,或移走它所在的目录",
    ),
    (
        "not UTF-8; perhaps it was saved as GBK: save it as UTF-8",
        "这一行不是 UTF-8 文字,可能存成了 GBK;请另存为 UTF-8",
    ),
    (
        "the name is not that of the folder, {}",
        "名称与目录名不同,目录名是 {}",
    ),
    (
        "the code is not that of the folder, {}",
        "代码与目录名不同,目录名是 {}",
    ),
    // Banks.
    (
        "unknown dialect {}, expected one of {}",
        "没有这个方言 {},可用:{}",
    ),
    ("a cut-off is a time HH:MM", "截止时间要写成 16:00 的样子"),
    (
        "the list of banks does not have {}: a table [identity] with {} says who it is",
        "银行名单里没有 {},须写一张表 [identity],其中有 name_zh、name_en、kind、cnaps_class",
    ),
    (
        "the list of banks says otherwise of {}: leave [identity] out",
        "银行名单里已有 {} 且内容不同,请删去 [identity]",
    ),
    (
        "{}: a class has three digits",
        "{}:联行号前三位要写三个数字",
    ),
    (
        "{}: the head office is of another class",
        "{}:总行联行号与联行号前三位不同",
    ),
    (
        "{} is not a kind of bank: {}",
        "没有这个银行种类 {},可用:{}",
    ),
    ("{}: a BIC has 8 characters here", "{}:SWIFT 代码要写 8 位"),
    ("cnaps_code {}: {}", "联行号 {} 不对,请核对 12 位数字"),
    ("not of the required form", "写法不对"),
    ("empty", "没有写内容"),
    (
        "the dialect of other banks is that of the bank's own accounts: leave it out",
        "他行方言与本行方言相同,请删去 other_dialect",
    ),
    ("{} pays no accounts at the bank", "方言 {} 不能付本行账户"),
    ("{} pays no other banks", "方言 {} 不能付他行账户"),
    (
        "{} and {} differ in {}: a bank has one connection",
        "方言 {} 与 {} 不能共用一个连接,请另选方言",
    ),
    (
        "`{}` is {} at most, as many as the dialect has room for",
        "{} 最大为 {},不能超过方言的栏宽",
    ),
    ("`{}` is 1 at least", "{} 至少为 1"),
    (
        "`amount_max_fen`, {}, is above `total_max_fen`, {}",
        "amount_max_fen(单笔上限 {})大于 total_max_fen(总金额上限 {})",
    ),
    // Codes.
    (
        "unknown code table {}, expected one of {}",
        "没有这张代码表 {},可用:{}",
    ),
    (
        "unknown reason {}, expected one of {}",
        "没有这个失败原因 {},可用:{}",
    ),
    (
        "failed needs a reason, one of {}",
        "失败的代码须写原因 reason,可用:{}",
    ),
    (
        "code {} has a meaning in dialect {} already; a bank may add codes, another meaning needs \
         a new dialect",
        "代码 {} 在方言 {} 中已有含义;银行只能增加代码,含义不同须另写方言",
    ),
    (
        "code {} stands twice in {}",
        "代码 {} 在代码表 {} 中写了两次",
    ),
    ("only failed has a reason", "只有失败的代码才写原因 reason"),
    ("only accepted has a detail", "只有已受理的代码才写 detail"),
    (
        "not_begun is of an accepted code",
        "只有已受理的代码才写 not_begun",
    ),
    (
        "reaches_rows is of an unknown code",
        "只有结果不明的代码才写 reaches_rows",
    ),
    (
        "paid_after is of an accepted code with a detail",
        "只有写了 detail 的已受理代码才写 paid_after",
    ),
    (
        "paid_after is of a row's code only",
        "只有明细的代码才写 paid_after",
    ),
    (
        "paid_after = \"{}\": not a date",
        "paid_after 写的 {} 不是日期",
    ),
    ("the answer does not tell {}", "应答中没有 {}"),
    ("an empty code means nothing", "代码不能为空"),
    (
        "no code: exact, prefix or suffix lists one at least",
        "没有代码:exact、prefix、suffix 至少写一个",
    ),
    (
        "the status of listed rows is in no `line` table",
        "listed 的状态不在 line 代码表里",
    ),
    (
        "a request code of a query is accepted, not_found or unknown only",
        "查询请求的代码只能是 accepted、not_found 或 unknown",
    ),
    // Quirks and names.
    (
        "unknown quirk {}, expected one of {}",
        "没有这个特例 {},可用:{}",
    ),
    (
        "more than three quirks: write a new dialect",
        "特例超过三个,请另写方言",
    ),
    (
        "unknown head {}, expected one of {}",
        "没有这个报文头 {},可用:{}",
    ),
    (
        "unknown connection field {}, expected one of {}",
        "没有这个连接参数 {},可用:{}",
    ),
    ("unknown connection field {}", "没有这个连接参数 {}"),
    (
        "unknown captured value {}, expected one of {}",
        "没有这个留存值 {},可用:{}",
    ),
    // What of a dialect is ours.
    (
        "with evidence synthetic everything is ours",
        "依据是 synthetic 的方言全是自拟,不必再列",
    ),
    (
        "unknown message {}, expected one of {}",
        "没有这份报文 {},可用:{}",
    ),
    ("{} is listed already", "{} 已经列出"),
    // Steps.
    ("a step of that name stands twice", "两个步骤同名"),
    (
        "no step of submit instructs",
        "送盘步骤中没有一步写 instructs = true",
    ),
    (
        "`instructs` stands in step {} already: one step of submit instructs, and {} would pay \
         again",
        "步骤 {} 已写 instructs;只能有一步,否则步骤 {} 会再付一次",
    ),
    (
        "`again` in or behind the step that instructs: that one is sent once",
        "写了 instructs 的步骤及其后不能写 again:它只发一次",
    ),
    (
        "`poll` in a step that instructs: that one is sent once; `poll` may stand in {}",
        "写了 instructs 的步骤不能写 poll:它只发一次;可写 poll 的步骤:{}",
    ),
    ("a query never instructs", "查询步骤不能写 instructs"),
    ("only a query comes in pages", "只有查询步骤才分页"),
    (
        "the last step of query has no reply",
        "最后一个查询步骤没有应答",
    ),
    (
        "no step {} sends {} and has a reply",
        "没有步骤 {} 既发送 {} 又有应答",
    ),
    ("a query has no parts", "查询步骤不能分段"),
    (
        "a step in parts has rows, an answer to each of them, and no `poll`",
        "分段的步骤要有明细,每段有应答,并且不写 poll",
    ),
    (
        "a key of pages is a captured value that the reply gives, the request sends, and that \
         names no batch",
        "分页标志须是留存值:应答给出、请求送回,并且不是批次号",
    ),
    (
        "a query in pages of one row or more asks for page.first or a key",
        "分页的查询每页至少一笔,并要送 page.first 或分页标志",
    ),
    (
        "no step of query of that name fetches a file",
        "没有取文件的同名查询步骤",
    ),
    ("`md5` is no captured value", "md5 不是留存值"),
    ("`md5` belongs to a step of query", "md5 只能写在查询步骤里"),
    (
        "`returns` without `returns_pace`",
        "写了 returns 就要写 returns_pace",
    ),
    (
        "`returns_pace` has either steps of `returns` or `repeats_query`",
        "returns_pace 要么有 returns 步骤,要么写 repeats_query",
    ),
    (
        "`returns_pace` waits, and asks 1 to {} times",
        "returns_pace 要写等待时间,次数为 1 至 {}",
    ),
    (
        "the last step of returns has a reply, and `line` among its codes",
        "最后一个 returns 步骤要有应答,代码表中要有 line",
    ),
    // Messages.
    ("JSON has no attributes", "JSON 没有属性"),
    ("`element` stands in XML only", "element 只能写在 XML 里"),
    (
        "JSON has no namespaces and no `each`",
        "JSON 没有命名空间,也不能写 each",
    ),
    ("JSON has no CDATA", "JSON 没有 CDATA"),
    (
        "`packed` rows stand in `xml` only",
        "packed 只能写在 xml 里",
    ),
    (
        "`numbers` lists paths of slots of JSON",
        "numbers 列出的须是 JSON 中有的路径",
    ),
    (
        "no element of the head has this path",
        "报文头里没有这个路径",
    ),
    (
        "a push receipt is neither sealed nor signed",
        "推送的回执不能加密或签名",
    ),
    (
        "a column of fixed lines has no width",
        "定长报文的一栏没有写 width",
    ),
    ("a field of a head has no width", "报文头的一栏没有写 width"),
    (
        "a form without a payload loses the body",
        "表单里没有 payload,报文体会丢失",
    ),
    (
        "a slot is exactly one of {}",
        "一栏的内容须是以下之一,且只能写一个:{}",
    ),
    (
        "a part is exactly one of {}",
        "join 的一段须是以下之一,且只能写一个:{}",
    ),
    ("{} is money: it needs as = {}", "{} 是金额,须写 as = {}"),
    ("{} can't be spelt so", "{} 不能用这种写法"),
    (
        "{}: `last` is of a number, and without `chars`",
        "{}:last 只用于数字,且不能与 chars 同写",
    ),
    (
        "a character set is named in a head, in so many bytes",
        "字符集只能写在报文头里,并写 width",
    ),
    (
        "two parts of a join have no fixed length",
        "join 中至多一段没有固定长度",
    ),
    // Headers.
    (
        "header_sign is of a reply or a pushed message",
        "header_sign 只用于应答和推送报文",
    ),
    (
        "header_sign is the outermost layer",
        "header_sign 须是最外层",
    ),
    (
        "one character set stands outside the body's",
        "正文字符集之外只能再有一种字符集",
    ),
    (
        "digital_envelope is of a request, its reply or a pushed message",
        "digital_envelope 只用于请求、应答和推送报文",
    ),
    (
        "digital_envelope is the outermost layer",
        "digital_envelope 须是最外层",
    ),
    ("digital_envelope stands twice", "digital_envelope 写了两次"),
    (
        "the other side signs nothing by {} with this slot's key",
        "对方没有用该槽位的密钥以 {} 签名",
    ),
    (
        "our RSA key may open answers of `synthetic` banks only",
        "只有 synthetic 银行的应答可以用我方 RSA 密钥解开",
    ),
    ("only HTTP has headers", "只有 HTTP 才有报文头"),
    (
        "every pushed message has the same headers",
        "各推送报文的头须相同",
    ),
    (
        "no answer is signed by {} with this slot's key",
        "没有应答用这个密钥按 {} 签名",
    ),
    (
        "a request by POST says its `content_type`",
        "POST 请求要写 content_type",
    ),
    (
        "a request by GET has an empty body, no layers",
        "GET 请求没有报文体,也没有外层",
    ),
    (
        "two parts of the path have no fixed length",
        "路径中至多一段没有固定长度",
    ),
    ("a path has no maps or widths", "路径里不能写 map 或 width"),
    (
        "a request by GET has no `content_type`",
        "GET 请求不写 content_type",
    ),
    (
        "a request is signed over {}, each once, and its header says {}",
        "请求的签名须包括 {}(各一次),报文头须有 {}",
    ),
    (
        "a header's name is letters, digits and `-`{}",
        "头的名称只能有字母、数字和 -{}",
    ),
    ("a header stands twice", "同一个头写了两次"),
    (
        "`within_s` lets nothing through",
        "within_s 为 0,任何应答都通不过",
    ),
    (
        "an answer is signed over moment, nonce and body, each once",
        "应答的签名须包括 moment、nonce、body,各一次",
    ),
];
