//! Bytes from outside, seeded: nothing panics, nothing pays that does not say so.

use super::Verdict::{self, Pass};
use adapters::exchange::Outcome;
use adapters::fuzzing::{Decoded, Door, decode_at};
use schemas::FailureReason;
use schemas::people::SplitMix64;
use tests::bank::incoming;
use tests::talk::Talk;

const FAILED: Outcome = Outcome::Failed(FailureReason::AccountClosed);
/// The doors through which a bank's words come to us.
const ANSWERS: [Door; 3] = [Door::Receipt, Door::Result, Door::Push];
/// Messages of up to so many bytes are cut at every byte.
const SMALL: usize = 2_048;

fn read(talk: &Talk, door: &Door, bytes: &[u8]) -> Option<Decoded> {
    decode_at(talk.adapter, door, bytes, &talk.keys).ok()
}

/// Whether any reading of the bytes says that a line is paid.
fn pays(talk: &Talk, bytes: &[u8]) -> bool {
    let mut readings = ANSWERS.iter().filter_map(|door| read(talk, door, bytes));
    readings.any(|decoded| decoded.pays())
}

/// Whether every line of the whole message is told as paid.
fn whole(talk: &Talk, door: &Door, bytes: &[u8]) -> bool {
    let decoded = read(talk, door, bytes);
    let lines = decoded.as_ref().map_or(&[][..], Decoded::lines);
    lines.len() == talk.order.lines.len()
        && lines.iter().zip(&talk.order.lines).all(|(told, own)| {
            told.outcome == Outcome::Paid && told.amount.is_none_or(|fen| fen == own.amount)
        })
}

/// A connection that breaks in the middle: never a part of the rows as if it were all, and
/// never an amount that lost its end.
pub fn hostile_cut_anywhere_never_pays(talk: &Talk) -> Verdict {
    let code = talk.adapter.code();
    let paid = || talk.told(&[Outcome::Paid]);
    let messages = [
        (Door::Result, talk.result(Outcome::Paid, paid())),
        (Door::Push, talk.push(paid())),
    ];
    for (door, bytes) in messages {
        // A list of failures pays by its silence: none of its lines is there, and no cut may pay.
        let silent = door == Door::Result && talk.adapter.capability().failures_only;
        let said = if silent {
            pays(talk, &bytes)
        } else {
            whole(talk, &door, &bytes)
        };
        assert!(said, "{code} {door:?}");
        let stride = match bytes.len() {
            0..SMALL => 1,
            more => (more / 256).max(1),
        };
        let ends = (0..bytes.len()).step_by(stride);
        for end in ends.chain(bytes.len().saturating_sub(12)..bytes.len()) {
            let cut = &bytes[..end];
            let honest = !pays(talk, cut) || (!silent && whole(talk, &door, cut));
            assert!(honest, "{code} {door:?} cut at {end}");
        }
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
    let mut random = SplitMix64::new(0x00B0_B5ED);
    for (out, _) in talk.submit(&talk.order).unwrap() {
        let own = incoming(&out);
        for _ in 0..60 {
            let mut changed = mutated(&own.bytes, &[], &mut random);
            if random.below(4) == 0 {
                let end = random.below(changed.len() as u64) as usize;
                changed.truncate(end);
            }
            // Read or refused: both are fine. What is read still has a name and an amount.
            let door = Door::Request(Some(own.wire.clone()));
            if let Some(Decoded::Request(request)) = read(talk, &door, &changed) {
                assert!(request.lines.iter().all(|line| line.amount.0 >= 0));
            }
        }
        let _ = read(talk, &Door::Request(None), &own.bytes);
    }
    Pass
}

/// Much of nothing, and a little that claims to be much.
fn bombs() -> Vec<Vec<u8>> {
    let attributes: String = (0..3_000).map(|n| format!(" a{n}=\"1\"")).collect();
    let rows = "1|6222021202000000019|张样|1.00|01|\n".repeat(300);
    let entities: String = (1..20)
        .map(|n| format!("<!ENTITY e{n} \"&e{};&e{};\">", n - 1, n - 1))
        .collect();
    vec![
        b"<a>".repeat(4_000),
        b"[".repeat(10_000),
        br#"{"a":"#.repeat(4_000),
        format!("<ap{attributes}></ap>").into_bytes(),
        b"9".repeat(20_000),
        b"\x81".repeat(20_000),
        b"#".repeat(20_000),
        rows.into_bytes(),
        b"<!DOCTYPE a [<!ENTITY b \"cccc\">]><ap>&b;&b;</ap>".to_vec(),
        format!("<!DOCTYPE a [<!ENTITY e0 \"c\">{entities}]><ap>&e19;</ap>").into_bytes(),
    ]
}

/// Refused with a reason that names no value, or read into no more than the bytes can hold: a
/// row is two bytes at least, and what is kept of a message is some of its own bytes.
fn assert_bounded(talk: &Talk, door: &Door, bomb: &[u8], place: &str) {
    match decode_at(talk.adapter, door, bomb, &talk.keys) {
        Ok(decoded) => {
            assert!(!decoded.pays(), "{place}");
            assert!(decoded.lines().len() <= bomb.len() / 2, "{place}");
            let shown = format!("{decoded:?}").len();
            assert!(shown <= 4_096 + 16 * bomb.len(), "{place}: {shown}");
        }
        Err(error) => {
            assert!(!error.what.is_empty(), "{place}: it says why");
            let shown = format!("{error:?}").len();
            assert!(shown <= 2_048, "{place}: {shown}");
        }
    }
}

/// A byte more than any message has (64 MiB): refused before anything of it is read.
fn assert_refuses_more_than_any_message(talk: &Talk) {
    static HUGE: std::sync::LazyLock<Vec<u8>> =
        std::sync::LazyLock::new(|| vec![b'1'; (64 << 20) + 1]);
    let refused = decode_at(talk.adapter, &Door::Result, &HUGE, &talk.keys);
    let why = refused.map(drop).map_err(|error| error.what);
    let expected = Err("larger than any message".to_owned());
    assert_eq!(why, expected, "{}", talk.adapter.code());
}

/// Depth, attributes, digits, text, entities, and a message that says it is longer than it is.
pub fn hostile_bomb_is_bounded(talk: &Talk) -> Verdict {
    let code = talk.adapter.code();
    assert_refuses_more_than_any_message(talk);
    for (number, bomb) in bombs().iter().enumerate() {
        let framed = format!("{:08}", bomb.len()).into_bytes();
        let framed = [&framed, &bomb[..]].concat();
        let claims = [b"99999999", &bomb[..bomb.len().min(64)]].concat();
        for bytes in [bomb, &framed, &claims] {
            for door in Door::all() {
                let place = format!("{code} {door:?} bomb {number}");
                assert_bounded(talk, &door, bytes, &place);
            }
        }
    }
    Pass
}
