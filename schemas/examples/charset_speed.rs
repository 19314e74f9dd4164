//! Speed of decoding GBK: `cargo run --release -p schemas --example charset_speed`.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::float_arithmetic,
    clippy::print_stdout
)]

use schemas::people::person;
use schemas::text::Charset;
use schemas::value::Purpose;
use std::fmt::Write;
use std::hint::black_box;
use std::time::Instant;

const ROUNDS: usize = 15;

/// The best of several rounds, in MB/s of input: a machine that does other work only slows.
fn measure(what: &str, bytes: &[u8], run: impl Fn(&[u8])) {
    let mut seconds: Vec<f64> = (0..ROUNDS)
        .map(|_| {
            let start = Instant::now();
            run(black_box(bytes));
            start.elapsed().as_secs_f64()
        })
        .collect();
    seconds.sort_by(f64::total_cmp);
    let speed = bytes.len() as f64 / 1e6 / seconds[0];
    println!("{what:32} {speed:7.0} MB/s");
}

fn main() {
    let mut text = String::new();
    for index in 0..2_000 {
        let person = person(1, index, None);
        let name = person.name.reveal(Purpose::Matching);
        let number = person.id_number.reveal(Purpose::Matching);
        let account = person.account.reveal(Purpose::Matching);
        writeln!(
            text,
            "{index},{name},01,{number},{account},,,6523.50,,2026年11月工资"
        )
        .unwrap();
    }
    let block = Charset::Gbk.encode(&text).unwrap().into_owned();
    let wages = block.repeat(100_000_000 / block.len() + 1);
    let dense = Charset::Gbk
        .encode("张样一工资代发农民工专用账户")
        .unwrap()
        .into_owned();
    let dense = dense.repeat(100_000_000 / dense.len() + 1);
    let piece = &wages[..block.len()];
    for (name, bytes) in [
        ("wages", &wages[..]),
        ("wages, 140 KB", piece),
        ("hanzi", &dense),
    ] {
        measure(&format!("{name}: encoding_rs alone"), bytes, |bytes| {
            black_box(encoding_rs::GBK.decode_without_bom_handling_and_without_replacement(bytes));
        });
        for charset in [Charset::Gbk, Charset::Gb18030, Charset::Gb2312] {
            measure(&format!("{name}: {}", charset.name()), bytes, |bytes| {
                black_box(charset.decode(bytes).unwrap());
            });
        }
    }
    let accounts: Vec<_> = (0..1_000)
        .map(|index| person(1, index, None).account)
        .collect();
    let start = Instant::now();
    for _ in 0..1_000 {
        for account in &accounts {
            black_box(schemas::codes::bin_group(black_box(account)));
        }
    }
    println!(
        "bin_group {:26.1} ns",
        start.elapsed().as_secs_f64() * 1e9 / 1e6
    );
    let start = Instant::now();
    for _ in 0..100_000 {
        for text in [
            "ICBC",
            "中国工商银行",
            "瑞丰银行",
            "浙江泰隆商业银行股份有限公司",
        ] {
            black_box(schemas::codes::bank_by_text(black_box(text)));
        }
    }
    println!(
        "bank_by_text {:23.1} ns",
        start.elapsed().as_secs_f64() * 1e9 / 4e5
    );
}
