//! The dialects of the book against the public samples: what we write is what integrators write,
//! and what they read we read alike. One file for each dialect.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../support/mod.rs"]
mod support;

mod abc_open;
mod abc_yqt;
mod alipay_batch;
mod boc_b2e;
mod bocd_ap;
mod bocom_ap;
mod ccb_batch;
mod ccb_single;
mod ceb_b2e;
mod cgb_bedc;
mod cgb_gateway;
mod cib_batch;
mod cib_fox;
mod citic_dl;
mod cmb_fbsdk;
mod cmb_open;
mod cmbc;
mod cms_ap;
mod cnaps2;
mod element_rules;
mod evidence;
mod gzelink;
mod header_rules;
mod held_answers;
mod iso20022;
mod iso20022_push;
mod iso_corpus;
mod mybank_h2h;
mod office_peers;
mod pace;
mod page_keys;
mod pages;
mod presets;
mod returns;
mod spdb_aq;
mod status;
mod streamed_sheet;
mod szfs;
mod talk;
mod unionpay_df;
mod variation;
mod wechat_headers;
mod wechat_payroll;
mod xml_parts;

/// What is wrong with a refusal of the whole that lists no row and states these as paid.
fn paid_beside_a_refusal(count: i64, fen: i64) -> Vec<adapters::exchange::Flaw> {
    use adapters::exchange::Flaw;
    let count = Flaw::Count {
        total: "paid_count",
        stated: count,
        counted: 0,
    };
    let sum = Flaw::Sum {
        total: "paid_fen",
        stated: fen,
        counted: 0,
    };
    vec![count, sum]
}
