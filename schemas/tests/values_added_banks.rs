//! Banks that a folder adds to the list, once for a process: a program of its own, because the list
//! is the same for all that runs in it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use schemas::BankCode;
use schemas::codes::{Bank, add_banks, bank, bank_by_text, banks, listed_banks};

fn invented(code: &str, name_zh: &str) -> Bank {
    Bank {
        code: BankCode::parse(code).unwrap(),
        name_zh: name_zh.to_owned(),
        name_en: format!("{code} Sample Bank Co., Ltd."),
        short_names: Vec::new(),
        kind: "city".to_owned(),
        cnaps_class: "313".to_owned(),
        cnaps_code: None,
        bic: None,
        bin_group: None,
        effective_from: None,
        effective_until: None,
    }
}

#[test]
fn added_banks_stand_behind_the_list_and_no_name_is_taken_twice() {
    let before = banks().len();
    let twice = add_banks(vec![
        invented("SAMPLE1", "样例银行股份有限公司"),
        invented("SAMPLE2", "样例银行"),
    ]);
    assert!(twice.is_err(), "one name for two banks");
    assert!(add_banks(vec![invented("ICBC", "样例银行")]).is_err());
    assert_eq!(banks().len(), before, "nothing of a refused book is added");

    let one = invented("SAMPLE1", "样例银行股份有限公司");
    add_banks(vec![one.clone()]).unwrap();
    assert_eq!((banks().len(), listed_banks().len()), (before + 1, 57));
    assert_eq!(bank(one.code), Some(&one));
    assert_eq!(bank_by_text("样例银行"), Some(&one));
    let again = add_banks(vec![invented("SAMPLE2", "另一样例银行")]);
    assert!(again.is_err(), "a book is added once");
    assert_eq!(banks().len(), before + 1);
}
