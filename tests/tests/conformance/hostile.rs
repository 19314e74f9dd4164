//! Bytes from outside, seeded: nothing panics, nothing pays that does not say so.

use super::Verdict::{self, Pass};
use adapters::exchange::{LineOutcome, Outcome};
use adapters::{Incoming, IncomingWire};
use schemas::FailureReason;
use schemas::people::SplitMix64;
use tests::bank::incoming;
use tests::talk::Talk;

const FAILED: Outcome = Outcome::Failed(FailureReason::AccountClosed);

/// Whether any reading of the bytes says that a line is paid.
fn pays(talk: &Talk, bytes: &[u8]) -> bool {
    let adapter = talk.adapter;
    let paid = |outcome: Outcome| matches!(outcome, Outcome::Paid | Outcome::Returned);
    let any = |lines: &[LineOutcome]| lines.iter().any(|line| paid(line.outcome));
    let receipt = adapter.decode_receipt(bytes, &talk.keys);
    let result = adapter.decode_result(bytes, &talk.keys);
    let push = adapter.decode_push(bytes, &talk.keys);
    receipt.is_ok_and(|receipt| paid(receipt.outcome) || any(&receipt.lines))
        || result.is_ok_and(|result| result.outcome == Outcome::Paid || any(&result.lines))
        || push.is_ok_and(|push| any(&push.lines))
}

/// Whether every line of the whole message is told as paid.
fn whole(talk: &Talk, bytes: &[u8]) -> bool {
    let lines = match talk.adapter.decode_result(bytes, &talk.keys) {
        Ok(result) => result.lines,
        Err(_) => Vec::new(),
    };
    lines.len() == talk.order.lines.len()
        && lines.iter().zip(&talk.order.lines).all(|(told, own)| {
            told.outcome == Outcome::Paid && told.amount.is_none_or(|fen| fen == own.amount)
        })
}

/// A connection that breaks in the middle: never a part of the rows as if it were all, and
/// never an amount that lost its end.
pub fn hostile_cut_anywhere_never_pays(talk: &Talk) -> Verdict {
    let code = talk.adapter.code();
    let bytes = talk.result(Outcome::Paid, talk.told(&[Outcome::Paid]));
    assert!(whole(talk, &bytes), "{code}");
    let stride = (bytes.len() / 90).max(1);
    let ends = (0..bytes.len()).step_by(stride);
    for end in ends.chain(bytes.len().saturating_sub(12)..bytes.len()) {
        let cut = &bytes[..end];
        assert!(!pays(talk, cut) || whole(talk, cut), "{code} cut at {end}");
    }
    Pass
}

/// Where the bytes of "accepted" and of "paid" differ: there, and only there, they say so.
fn says_so(one: &[u8], other: &[u8]) -> Option<Vec<bool>> {
    let differs = one.iter().zip(other).map(|(one, other)| one != other);
    (one.len() == other.len()).then(|| differs.collect())
}

/// One mutation away from the bytes that say what became of a line.
fn mutated(bytes: &[u8], keep: &[bool], random: &mut SplitMix64) -> Vec<u8> {
    const MARKS: &[u8] = b"|#^,;:<>&\"'\\{}[] =/\r\n\x0019SF\x81\xFE";
    let mut bytes = bytes.to_vec();
    let length = bytes.len() as u64;
    let at = random.below(length) as usize;
    if keep.get(at) == Some(&true) {
        return bytes;
    }
    match random.below(3) {
        0 => bytes[at] = random.draw() as u8,
        1 => bytes[at] = *random.pick(MARKS).unwrap(),
        _ => bytes[at] ^= 1 << random.below(8),
    }
    bytes
}

/// The lines say "accepted" or "failed"; a bit or a byte elsewhere is changed.
pub fn hostile_mutation_never_pays(talk: &Talk) -> Verdict {
    let code = talk.adapter.code();
    let mut random = SplitMix64::new(0x00A1_1CE5);
    for base in [Outcome::Accepted, FAILED] {
        let pairs = [
            (
                talk.result(Outcome::Accepted, talk.told(&[base])),
                talk.result(Outcome::Paid, talk.told(&[Outcome::Paid])),
            ),
            (
                talk.push(talk.told(&[base])),
                talk.push(talk.told(&[Outcome::Paid])),
            ),
        ];
        for (bytes, paid) in pairs {
            assert!(!pays(talk, &bytes), "{code} {base:?}");
            // Codes of another length move the rest: then no place is taken out, and a status
            // that became the paid one by chance would show itself here.
            let keep = says_so(&bytes, &paid).unwrap_or_default();
            for turn in 0..160 {
                let changed = mutated(&bytes, &keep, &mut random);
                assert!(!pays(talk, &changed), "{code} {base:?} turn {turn}");
            }
        }
    }
    Pass
}

/// The sandbox reads what a stranger sends.
pub fn hostile_request_never_panics(talk: &Talk) -> Verdict {
    let side = talk.adapter.bank_side();
    let mut random = SplitMix64::new(0x00B0_B5ED);
    for (out, _) in talk.submit(&talk.order).unwrap() {
        let own = incoming(&out);
        for _ in 0..60 {
            let mut changed = own.clone();
            changed.bytes = mutated(&own.bytes, &[], &mut random);
            if random.below(4) == 0 {
                let end = random.below(changed.bytes.len() as u64) as usize;
                changed.bytes.truncate(end);
            }
            // Read or refused: both are fine. What is read still has a name and an amount.
            if let Ok(request) = side.read_request(&changed, &talk.keys) {
                assert!(request.lines.iter().all(|line| line.amount.0 >= 0));
            }
        }
        let tcp = Incoming {
            wire: IncomingWire::Tcp,
            bytes: own.bytes.clone(),
        };
        let _ = side.read_request(&tcp, &talk.keys);
    }
    Pass
}

/// Much of nothing: depth, attributes, digits, text. Refused or empty, in bounded memory.
pub fn hostile_bomb_is_refused(talk: &Talk) -> Verdict {
    let code = talk.adapter.code();
    let attributes: String = (0..3_000).map(|n| format!(" a{n}=\"1\"")).collect();
    let rows = "1|6222021202000000019|张样|1.00|01|\n".repeat(300);
    let bombs: [Vec<u8>; 9] = [
        b"<a>".repeat(4_000),
        b"[".repeat(10_000),
        br#"{"a":"#.repeat(4_000),
        format!("<ap{attributes}></ap>").into_bytes(),
        b"9".repeat(20_000),
        b"\x81".repeat(20_000),
        b"#".repeat(20_000),
        rows.into_bytes(),
        b"<!DOCTYPE a [<!ENTITY b \"cccc\">]><ap>&b;&b;</ap>".to_vec(),
    ];
    for bomb in &bombs {
        let framed = format!("{:08}", bomb.len()).into_bytes();
        let framed = [&framed, &bomb[..]].concat();
        assert!(!pays(talk, bomb) && !pays(talk, &framed), "{code}");
    }
    Pass
}
