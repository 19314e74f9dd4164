//! What the gateway answers: proofs of payments and of consistency. Hashes of leaves are computed
//! as `schemas/journal/PROOF.md` section 2 documents them; whether a proof holds, the crates say.

use crate::{failed, Checked, Opened};
use serde_json::Value;
use std::collections::BTreeMap;
use tlog_tiles::{check_record, check_tree, node_hash, record_hash, Hash};

/// Every record of a payment's proof is in the tree of its checkpoint, and with another word in it
/// none is.
pub fn payment(proof: &Value, open: &dyn Fn(&[u8]) -> Checked<Opened>) -> Checked<usize> {
    if proof["format"] != "anxin-proof/v1" {
        return Err("another format".into());
    }
    let opened = open(text(&proof["checkpoint"])?.as_bytes())?;
    let records = list(&proof["records"])?;
    for record in records {
        let index = number(&record["sequence"])? - 1;
        let path = hashes(&record["path"])?;
        let is_in = |leaf| check_record(&path, opened.size, opened.root, index, leaf);
        is_in(leaf(record)?).map_err(failed)?;
        let mut other = record.clone();
        other["time_ms"] = (number(&record["time_ms"])? + 1).into();
        if is_in(leaf(&other)?).is_ok() {
            return Err(format!("record {} with another time is in the tree", index + 1).into());
        }
        let shown = list(&record["shown"])?.len();
        for piece in 0..shown {
            let mut other = record.clone();
            let said = text(&record["shown"][piece]["text"])?;
            other["shown"][piece]["text"] = format!("{said} ").into();
            if is_in(leaf(&other)?).is_ok() {
                return Err(format!("record {} with another word is in the tree", index + 1).into());
            }
        }
    }
    match records.is_empty() {
        true => Err("a proof without records".into()),
        false => Ok(records.len()),
    }
}

/// The log of the later checkpoint begins with that of the earlier one, and with no other.
pub fn consistency(old: &Opened, between: &Value, new: &Opened) -> Checked<()> {
    let sizes = (number(&between["from"])?, number(&between["to"])?);
    if between["format"] != "anxin-consistency/v1" || sizes != (old.size, new.size) {
        return Err("another format, or other sizes".into());
    }
    if old.size >= new.size {
        return Err("nothing was written between the two checkpoints".into());
    }
    let proof = hashes(&between["proof"])?;
    let begins = |root| check_tree(&proof, new.size, new.root, old.size, root);
    begins(old.root).map_err(failed)?;
    match begins(record_hash(&old.root.0)) {
        Ok(()) => Err("another log is the beginning as well".into()),
        Err(_) => Ok(()),
    }
}

fn leaf(record: &Value) -> Checked<Hash> {
    let actor = &record["actor"];
    let actor = match actor.get("hash") {
        Some(hash) => Hash(bytes(hash)?.try_into().map_err(|_| "no hash")?),
        None => committed(actor)?,
    };
    let mut shown = BTreeMap::new();
    for piece in list(&record["shown"])? {
        shown.insert(number(&piece["number"])?, committed(piece)?);
    }
    let mut hidden = hashes(&record["hidden"])?.into_iter();
    let count = number(&record["pieces"])?;
    let root = match count {
        // FIPS 180-4: SHA-256 of nothing.
        0 => "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855".to_owned(),
        _ => hex(&opened_root(0, count, &shown, &mut hidden)?),
    };
    if hidden.next().is_some() {
        return Err("a hash too many".into());
    }
    let [sequence, time, kind] = ["sequence", "time_ms", "kind"].map(|name| &record[name]);
    let (actor, seal) = (hex(&actor), text(&record["seal"])?);
    let data =
        format!("anxin-leaf/v1\n{sequence}\n{time}\n{kind}\n{actor}\n{count} {root}\n{seal}\n");
    Ok(record_hash(data.as_bytes()))
}

/// SHA-256(00 ‖ salt ‖ text).
fn committed(piece: &Value) -> Checked<Hash> {
    let mut data = bytes(&piece["salt"])?;
    data.extend(text(&piece["text"])?.as_bytes());
    Ok(record_hash(&data))
}

/// Where no piece of a subtree is shown, its hash is the next hidden one.
fn opened_root(
    first: u64,
    count: u64,
    shown: &BTreeMap<u64, Hash>,
    hidden: &mut dyn Iterator<Item = Hash>,
) -> Checked<Hash> {
    if shown.range(first..first + count).next().is_none() {
        return hidden.next().ok_or_else(|| "a hash too few".into());
    }
    if count == 1 {
        return Ok(shown[&first]);
    }
    let left = 1 << (u64::BITS - 1 - (count - 1).leading_zeros());
    let before = opened_root(first, left, shown, hidden)?;
    Ok(node_hash(before, opened_root(first + left, count - left, shown, hidden)?))
}

fn text(value: &Value) -> Checked<&str> {
    value.as_str().ok_or_else(|| format!("no text: {value}").into())
}

fn number(value: &Value) -> Checked<u64> {
    value.as_u64().ok_or_else(|| format!("no number: {value}").into())
}

fn list(value: &Value) -> Checked<&Vec<Value>> {
    value.as_array().ok_or_else(|| format!("no list: {value}").into())
}

fn bytes(value: &Value) -> Checked<Vec<u8>> {
    let digits = text(value)?.as_bytes();
    let pair = |pair: &[u8]| Ok(u8::from_str_radix(std::str::from_utf8(pair)?, 16)?);
    digits.chunks(2).map(pair).collect()
}

fn hashes(value: &Value) -> Checked<Vec<Hash>> {
    let hash = |value| Ok(Hash(bytes(value)?.try_into().map_err(|_| "no hash")?));
    list(value)?.iter().map(hash).collect()
}

fn hex(hash: &Hash) -> String {
    hash.0.iter().map(|byte| format!("{byte:02x}")).collect()
}
