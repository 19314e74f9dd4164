//! What is said in Chinese of a dialect that declares what it has not, or has what it does not
//! declare.

/// Whole sentences of the book, and what they say in Chinese.
pub(super) const WHOLE: [(&str, &str); 12] = [
    (
        "`query = false`, but `[[query]]` says how to ask: write `query = true`",
        "写了 `query = false`,却有 `[[query]]` 说明怎样查询:请改为 `query = true`",
    ),
    (
        "`push = false`, but `[push]` reads rows with `codes.line`: write `push = true`, or take \
         `line` out of the codes of `[push]`",
        "写了 `push = false`,`[push]` 却用 `codes.line` 读明细:请改为 `push = true`,\
         或从 `[push]` 的 codes 中删去 `line`",
    ),
    (
        "`push = true`, but `[push]` reads no row: name a table of rows in its `codes.line`, or \
         write `push = false`",
        "写了 `push = true`,`[push]` 却读不到明细:请在其 `codes.line` 写上明细的代码表,或改为 `push = false`",
    ),
    (
        "`returns = false`, but a code of a row means returned: write `returns = true`",
        "写了 `returns = false`,明细代码中却有退汇(returned):请改为 `returns = true`",
    ),
    (
        "`returns = true`, but no code of a row means returned: list one, or write `returns = \
         false`",
        "写了 `returns = true`,明细代码中却没有退汇(returned):请列出代码,或改为 `returns = false`",
    ),
    (
        "`count_max = 0`: the bank would never be asked; write 1 or more",
        "`count_max = 0`:永远不会向银行查询;应为 1 或更大",
    ),
    (
        "`interval_ms = 0`: the bank would be asked without a pause; write 1 or more",
        "`interval_ms = 0`:会不停地向银行查询;应为 1 或更大",
    ),
    (
        "`answer_limit_ms = 0`: every accepted line would be unknown at once; write 1 or more",
        "`answer_limit_ms = 0`:已受理的每一笔会立刻变为支付不明;应为 1 或更大",
    ),
    (
        "`poll` with `count_max = 0` never asks again: write 1 or more, or take `poll` out",
        "`poll` 的 `count_max = 0`:不会再问;应为 1 或更大,不用就删去 `poll`",
    ),
    (
        "`again` with `count_max = 0` never begins again: write 1 or more, or take `again` out",
        "`again` 的 `count_max = 0`:不会重新开始;应为 1 或更大,不用就删去 `again`",
    ),
    (
        "several columns need a separator between them: `field_sep` in rows, `head_sep` in the \
         head",
        "有几栏就须有栏间分隔符:明细用 `field_sep`,文件头用 `head_sep`",
    ),
    (
        "`row_sep` is `field_sep`, begins with it or stands in it: columns and rows could not be \
         told apart; write another one. A `field_sep` behind the last column as well is \
         `trailing_sep = true`",
        "`row_sep` 与 `field_sep` 相同、以它开头或包含在它之中,栏与行无法区分:请改用别的分隔符。最后一栏\
         之后也有 `field_sep` 的,写 `trailing_sep = true`",
    ),
];
