#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use super::masked;

#[test]
fn a_bank_s_words_show_no_long_number() {
    assert_eq!(
        masked("卡号6222021202000000019不存在", None),
        "卡号*******************不存在"
    );
    assert_eq!(masked("错误码 20261123", None), "错误码 20261123");
    assert_eq!(masked("110105194912310021", None), "*".repeat(18));
}
