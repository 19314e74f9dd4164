//! How near the definition language comes to an adapter written by hand: for each kind of body
//! the same rows are written and read by the adapter of a bank and by a loop that knows that one
//! dialect alone, with the same checks, and the bytes and lines of both are compared.
//!
//! `cargo run --release -p adapters --example codec_rate -- [ROWS] [ROUNDS] [CODEC] [SIDE] [WAY]`
//! Without ROWS: 300, 1,000 and 5,000. In each round both are timed, in turns; what counts is the
//! median of the rounds' ratios. With SIDE (`engine`, `hand`, else both) only that one
//! runs, and with WAY (`encode`, `decode`) only that way: for a profiler.
#![allow(clippy::print_stdout, clippy::float_arithmetic)] // a report of times for people

mod delimited;
mod fixed;
mod hand;
mod invented;
mod json;
mod packed;
mod sheet;
mod xml;

use adapters::exchange::PaymentOrder;
use adapters::{BankAdapter, Book};
use hand::{Answer, Failure};
use invented::OneKey;
use schemas::BankCode;
use std::hint::black_box;
use std::time::{Duration, Instant};

/// One kind of body, as one dialect has it, and the same by hand.
struct Codec {
    name: &'static str,
    /// A bank of the dialect that is written, and of the one that is read.
    banks: (&'static str, &'static str),
    /// The message that carries the rows.
    encode: fn(&PaymentOrder) -> Result<Vec<u8>, Failure>,
    /// What the bank says of every row.
    answer: fn(&PaymentOrder) -> Result<Vec<u8>, Failure>,
    decode: fn(&[u8]) -> Result<Answer, Failure>,
}

const CODECS: [Codec; 6] = [
    Codec {
        name: "delimited",
        banks: ("HXB", "HXB"),
        encode: delimited::encode,
        answer: delimited::answer,
        decode: delimited::decode,
    },
    Codec {
        name: "fixed",
        banks: ("PSBC", "PSBC"),
        encode: fixed::encode,
        answer: fixed::answer,
        decode: fixed::decode,
    },
    Codec {
        name: "xml",
        banks: ("CITIC", "CITIC"),
        encode: xml::encode,
        answer: xml::answer,
        decode: xml::decode,
    },
    Codec {
        name: "packed",
        banks: ("CMBC", "CMBC"),
        encode: packed::encode,
        answer: packed::answer,
        decode: packed::decode,
    },
    Codec {
        name: "json",
        banks: ("CZBANK", "CZBANK"),
        encode: json::encode,
        answer: json::answer,
        decode: json::decode,
    },
    Codec {
        name: "sheet",
        banks: ("WZMSB", "MYBANK"),
        encode: sheet::encode,
        answer: sheet::answer,
        decode: sheet::decode,
    },
];

/// Which of the two run.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Both,
    Engine,
    Hand,
}

/// At most so many times what the loop by hand takes.
const RATIO_MAX: f64 = 1.5;

fn main() -> Result<(), Failure> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let word = |at: usize| words.get(at).map(String::as_str);
    let sizes: Vec<u32> = match word(0) {
        Some(rows) => vec![rows.parse()?],
        None => vec![300, 1_000, 5_000],
    };
    let rounds: usize = word(1).map_or(Ok(15), str::parse)?;
    let side = match word(3) {
        Some("engine") => Side::Engine,
        Some("hand") => Side::Hand,
        Some(_) | None => Side::Both,
    };
    // A process that has run for a while keeps the memory of a message for the next one; without
    // this the system gives it anew each time, and that is what would be measured.
    drop(black_box(vec![1u8; 16 << 20]));
    println!("codec      way     dialect          rows  by definition       by hand   ratio");
    let mut over = 0;
    for codec in CODECS
        .iter()
        .filter(|own| word(2).is_none_or(|name| own.name == name))
    {
        for rows in &sizes {
            over += measure(codec, *rows, rounds, (side, word(4)))?;
        }
    }
    println!("{over} of them above {RATIO_MAX} times the loop by hand");
    Ok(())
}

/// The adapter of a bank; of two dialects that of accounts at other banks.
fn bank(code: &str) -> Result<&'static BankAdapter, Failure> {
    let adapter = Book::built_in()?.adapter(BankCode::parse(code)?);
    let last = adapter.and_then(|bank| bank.by_dialect().last());
    last.ok_or_else(|| Failure::from("not in the book"))
}

/// Both ways; how many are above the ratio.
fn measure(
    codec: &Codec,
    rows: u32,
    rounds: usize,
    (side, only): (Side, Option<&str>),
) -> Result<usize, Failure> {
    let (out, back) = (bank(codec.banks.0)?, bank(codec.banks.1)?);
    let order = invented::order(out, rows)?;
    let answer = (codec.answer)(&order)?;
    check(codec, &order, &answer)?;
    let repeat = (20_000 / rows).max(1);
    let encode = Way {
        name: "encode",
        engine: &|| done(encoded(out, black_box(&order))?),
        hand: &|| done((codec.encode)(black_box(&order))?),
    };
    let decode = Way {
        name: "decode",
        engine: &|| done(back.decode_result(black_box(&answer), &OneKey)?),
        hand: &|| done((codec.decode)(black_box(&answer))?),
    };
    let mut over = 0;
    let ways = [(encode, out), (decode, back)].into_iter();
    for (way, adapter) in ways.filter(|(way, _)| only.is_none_or(|name| way.name == name)) {
        over += way.run(codec.name, adapter.dialect(), (rows, repeat), rounds, side)?;
    }
    Ok(over)
}

/// Made, and not left out by the compiler.
fn done<T>(made: T) -> Result<(), Failure> {
    drop(black_box(made));
    Ok(())
}

fn encoded(bank: &BankAdapter, order: &PaymentOrder) -> Result<Vec<Vec<u8>>, Failure> {
    let messages = bank.encode_payment(order, &OneKey);
    let messages = messages.map_err(|findings| format!("{findings:?}"))?;
    Ok(messages.into_iter().map(|message| message.bytes).collect())
}

/// Both write the same bytes and read the same lines.
fn check(codec: &Codec, order: &PaymentOrder, answer: &[u8]) -> Result<(), Failure> {
    let ours = encoded(bank(codec.banks.0)?, order)?;
    if ours.first() != Some(&(codec.encode)(order)?) {
        return Err(format!("{}: not the same bytes", codec.name).into());
    }
    let result = bank(codec.banks.1)?.decode_result(answer, &OneKey)?;
    let by_hand = (codec.decode)(answer)?;
    let same = result.lines == by_hand.lines && result.totals == by_hand.totals;
    if !same || !result.flaws.is_empty() || result.lines.len() != order.lines.len() {
        return Err(format!("{}: not the same lines", codec.name).into());
    }
    Ok(())
}

struct Way<'a> {
    name: &'static str,
    engine: &'a dyn Fn() -> Result<(), Failure>,
    hand: &'a dyn Fn() -> Result<(), Failure>,
}

impl Way<'_> {
    fn run(
        &self,
        codec: &str,
        dialect: &str,
        (rows, repeat): (u32, u32),
        rounds: usize,
        side: Side,
    ) -> Result<usize, Failure> {
        let mut times: Vec<(Duration, Duration)> = Vec::new();
        for _ in 0..rounds.max(1) {
            let engine = timed(self.engine, repeat, side != Side::Hand)?;
            let hand = timed(self.hand, repeat, side != Side::Engine)?;
            times.push((engine, hand));
        }
        if side != Side::Both {
            return Ok(0);
        }
        let ratios = times
            .iter()
            .map(|(engine, hand)| engine.as_secs_f64() / hand.as_secs_f64());
        let [low, ratio, high] = quartiles(ratios.collect());
        let rate = |time: f64| f64::from(rows * repeat) / time / 1e6;
        let [_, engine, _] = quartiles(times.iter().map(|t| t.0.as_secs_f64()).collect());
        let [_, hand, _] = quartiles(times.iter().map(|t| t.1.as_secs_f64()).collect());
        let over = ratio > RATIO_MAX;
        println!(
            "{codec:<10} {:<7} {dialect:<15} {rows:>5} {:>7.3} M rows/s {:>6.3} M rows/s  \
             {ratio:.2} ({low:.2}, {high:.2}){}",
            self.name,
            rate(engine),
            rate(hand),
            if over { "  above" } else { "" }
        );
        Ok(usize::from(over))
    }
}

fn timed(
    work: &dyn Fn() -> Result<(), Failure>,
    repeat: u32,
    runs: bool,
) -> Result<Duration, Failure> {
    let begun = Instant::now();
    for _ in 0..if runs { repeat } else { 0 } {
        work()?;
    }
    Ok(begun.elapsed())
}

/// Lower quartile, median, upper quartile.
fn quartiles(mut figures: Vec<f64>) -> [f64; 3] {
    figures.sort_by(f64::total_cmp);
    let last = figures.len().saturating_sub(1);
    [last / 4, last / 2, last * 3 / 4].map(|at| figures.get(at).copied().unwrap_or_default())
}

#[cfg(test)]
#[test]
fn both_write_the_same_bytes_and_read_the_same_lines() -> Result<(), Failure> {
    for codec in &CODECS {
        let order = invented::order(bank(codec.banks.0)?, 60)?;
        check(codec, &order, &(codec.answer)(&order)?)?;
    }
    Ok(())
}
