#!/usr/bin/env python3
"""Checks proofs of Anxin's journal. Written from PROOF.md, with the standard library alone, and
shares no code with the gateway. Needs ed25519.py in the same folder, and no network.

    verify_proof.py proof PROOF.json VKEY           a payment's proof; VKEY is a key or its file
    verify_proof.py consistency OLD NEW PROOF.json VKEY
    verify_proof.py root JOURNAL_FOLDER [SIZE]      the tree's size and root, from the journal

Ends with 0 where everything holds, with 1 and the reason where not.
"""
import base64
import hashlib
import json
import pathlib
import re
import struct
import sys

from ed25519 import is_signature


def need(holds, why):
    if not holds:
        sys.exit(f"does not hold: {why}")


def once(pairs):
    need(len(dict(pairs)) == len(pairs), "a member twice")
    return dict(pairs)


def members(of, names, numbers=""):
    need(sorted(of) == sorted(names.split()), f"other members than {names}")
    need(all(type(of[name]) is int for name in numbers.split()), f"not whole as 1 is: {numbers}")


def sha256(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def unhex(text, size):
    need(re.fullmatch(f"[0-9a-f]{{{2 * size}}}", text), f"not {size} bytes in lower hex")
    return bytes.fromhex(text)


# Checkpoints: C2SP signed-note and tlog-checkpoint.
def checkpoint(note, vkey):
    name, key_id, key = vkey.strip().split("+", 2)
    key = base64.b64decode(key, validate=True)
    need(key[0] == 1 and len(key) == 33, "the key is not of Ed25519")
    own_id = sha256(name.encode(), b"\n", key)[:4]
    need(own_id.hex() == key_id, "the key's hash is not its own")
    text, signatures = note.rsplit("\n\n", 1)
    text += "\n"
    need(signatures.endswith("\n"), "the note does not end with a line")
    signed = []
    for line in signatures[:-1].split("\n"):
        dash, of, raw = line.split(" ")
        need(dash == "\u2014", "a signature line without its dash")
        raw = base64.b64decode(raw, validate=True)
        if of == name and raw[:4] == own_id:
            signed.append(is_signature(key[1:], text.encode(), raw[4:]))
    need(signed == [True], "no valid signature of this key")
    origin, size, root = text.split("\n")[:3]
    need(origin == name and size == str(int(size)), "the checkpoint is not of this log")
    root = base64.b64decode(root, validate=True)
    need(len(root) == 32, "the root is no hash")
    return int(size), root


# The tree: RFC 6962.
def node(left, right):
    return sha256(b"\1", left, right)


def split(count):
    return 1 << (count - 1).bit_length() - 1


def tree(hashes):
    if len(hashes) < 2:
        return hashes[0] if hashes else sha256()
    left = split(len(hashes))
    return node(tree(hashes[:left]), tree(hashes[left:]))


def root_by_path(index, size, leaf, path):
    """By the definition, from the top down: the last hash of the path is the root's own child."""
    if size == 1:
        need(not path, "a path that is too long")
        return leaf
    need(path, "a path that is too short")
    left = split(size)
    if index < left:
        return node(root_by_path(index, left, leaf, path[:-1]), path[-1])
    return node(path[-1], root_by_path(index - left, size - left, leaf, path[:-1]))


def roots_by_proof(old, new, proof, old_root, is_whole=True):
    """RFC 6962 section 2.1.2: the old and the new root that a consistency proof leads to."""
    if old == new:
        if is_whole:
            need(not proof, "a proof that is too long")
            return old_root, old_root
        need(len(proof) == 1, "a proof of the wrong length")
        return proof[0], proof[0]
    need(proof, "a proof that is too short")
    left = split(new)
    if old <= left:
        before, after = roots_by_proof(old, left, proof[:-1], old_root, is_whole)
        return before, node(after, proof[-1])
    before, after = roots_by_proof(old - left, new - left, proof[:-1], old_root, False)
    return node(proof[-1], before), node(proof[-1], after)


# Leaves: PROOF.md section 2.
def leaf_hash(sequence, time_ms, kind, actor, pieces, clear, seal):
    lines = ["anxin-leaf/v1", sequence, time_ms, kind, actor.hex(),
             f"{pieces} {clear.hex()}", seal.hex()]
    return sha256(b"\0", "".join(f"{line}\n" for line in lines).encode())


def committed(salt, text):
    return sha256(b"\0", salt, text)


def opened_root(first, count, shown, hidden):
    here = [number for number in shown if first <= number < first + count]
    if not here:
        need(hidden, "a hash too few")
        return hidden.pop(0)
    if count == 1:
        return shown[first]
    left = split(count)
    return node(opened_root(first, left, shown, hidden),
                opened_root(first + left, count - left, shown, hidden))


def record_leaf(record):
    whole = "sequence time_ms kind pieces"
    members(record, whole + " seal actor shown hidden path", whole)
    actor = record["actor"]
    members(actor, "hash" if "hash" in actor else "salt text")
    actor = (unhex(actor["hash"], 32) if "hash" in actor else
             committed(unhex(actor["salt"], 16), actor["text"].encode()))
    for piece in record["shown"]:
        members(piece, "number salt text", "number")
    numbers = [piece["number"] for piece in record["shown"]]
    need(numbers == sorted(set(numbers)), "pieces out of order")
    need(all(0 <= number < record["pieces"] for number in numbers), "a piece that is none")
    shown = {piece["number"]: committed(unhex(piece["salt"], 16), piece["text"].encode())
             for piece in record["shown"]}
    hidden = [unhex(digits, 32) for digits in record["hidden"]]
    count = record["pieces"]
    clear = opened_root(0, count, shown, hidden) if count else sha256()
    need(not hidden, "a hash too many")
    return leaf_hash(record["sequence"], record["time_ms"], record["kind"], actor, count, clear,
                     unhex(record["seal"], 32))


# What the records say: PROOF.md section 5.
MOVES = {
    "release": {"held": "released", "released": "released"},
    "cancel": {"held": "cancelled", "released": "cancelled", "cancelled": "cancelled"},
    "intend": {"released": "intended"},
    "not_sent": {"intended": "released", "released": "released"},
    "accept": {"intended": "accepted", "accepted": "accepted", "unknown": "accepted"},
    "pay": {"intended": "paid", "accepted": "paid", "unknown": "paid", "paid": "paid"},
    "fail": {"intended": "failed", "accepted": "failed", "unknown": "failed", "failed": "failed"},
    "lose_track": {"intended": "unknown", "accepted": "unknown", "unknown": "unknown"},
    "return": {"paid": "returned", "returned": "returned"},
}


def is_in(row, head, count, elements):
    """Whether a list of ascending rows, whose count is the piece `head`, has a row: where not, the
    two between which it would stand are shown, side by side."""
    begin, end, last = 0, count, -1
    for number, value in elements:
        place, (last, before) = number - head - 1, (value, last)
        need(before < value, "rows that do not ascend")
        if value == row:
            return True
        begin, end = (place + 1, end) if value < row else (begin, min(end, place))
    need(begin == end, "the row may be among those that are not shown")
    return False


class Shown:
    """The pieces of a record that are shown."""

    def __init__(self, record):
        self.members, self.lists, self.rows, self.numbers = {}, {}, [], {}
        for piece in record["shown"]:
            name, value = piece["text"].split("=", 1)
            if name == "row":
                self.rows.append(struct.unpack("<IIIIq", bytes.fromhex(value.split(",")[0])))
            elif name.endswith("[]"):
                self.lists.setdefault(name[:-2], []).append(json.loads(value))
                self.numbers.setdefault(name[:-2], []).append(piece["number"])
            else:
                need(name not in self.members, "a member twice")
                self.members[name], self.numbers[name, 0] = json.loads(value), piece["number"]
        self.event = self.members["event"]

    def all(self, name):
        return self.lists.get(name, [])

    def is_late(self, row):
        late = "refused_late"
        elements = zip(self.numbers.get(late, []), self.all(late))
        return is_in(row, self.numbers[late, 0], self.members[late][0], elements)


class Payment:
    """One payment, as its records tell of it one after the other."""

    def __init__(self, name):
        self.name = name
        self.batch, row = name.rsplit(".", 1)
        self.opened, self.row = int(self.batch.split("-")[1]), int(row)
        self.state = self.amount = self.proposed = None
        self.refused, self.disputed, self.files, self.last = False, False, set(), 0

    def take(self, record):
        need(record["sequence"] > self.last, "records out of order")
        self.last, shown, doubts = record["sequence"], Shown(record), []
        if shown.event == "batch_lines":
            steps = self.lines(shown)
        elif shown.event in ("batch_accepted", "batch_approved", "batch_withdrawn",
                             "lines_withdrawn", "file_intended"):
            need(shown.members["batch"] == self.batch, "a record of another batch")
            steps = self.of_batch(shown)
        elif shown.event in ("message_leaving", "file_abandoned", "outcomes"):
            need(shown.members["file_no"] in self.files, "a file without the line")
            steps, doubts = self.outcomes(shown) if shown.event == "outcomes" else ([], [])
        elif shown.event in ("resolution_proposed", "resolution_confirmed"):
            need(shown.members["payment"] == self.name, "a resolution of another payment")
            steps = self.resolution(shown)
        else:
            need(False, f"a record that tells nothing: {shown.event}")
        for step in steps:
            need(self.state in MOVES[step], f"no {step} after {self.state}")
            need(not (step == "intend" and self.disputed), "a disputed line is not intended")
            self.state = MOVES[step][self.state]
        self.disputed = self.disputed or bool(doubts)
        print(self.last, shown.event, self.state)

    def lines(self, shown):
        need(shown.members["opened"] == self.opened, "lines of another batch")
        found = [line for line in shown.rows if line[0] == self.row]
        need(len(found) == 1, "no row of the payment")
        self.refused, self.amount = found[0][3] != 0, found[0][4]
        return []

    def of_batch(self, shown):
        if shown.event == "batch_accepted":
            need(self.amount is not None and self.state is None, "accepted twice, or no row")
            self.refused = self.refused or shown.is_late(self.row)
            self.state = "refused" if self.refused else "held"
            return []
        if shown.event == "batch_approved":
            need(self.state is not None, "approved before it was accepted")
            return ["release"] if self.state == "held" else []
        if shown.event == "batch_withdrawn":
            return ["cancel"] if self.state != "refused" else []
        need(self.row in shown.all("lines"), "other lines")
        if shown.event == "lines_withdrawn":
            return ["cancel"]
        self.files.add(shown.members["file_no"])
        return ["release", "intend"] if self.state == "held" else ["intend"]

    def outcomes(self, shown):
        moves = [step for step in shown.all("moves") if step["i"] == self.row]
        doubts = [doubt[2] for doubt in shown.all("disputes") if doubt[0] == self.row]
        need(moves or doubts, "outcomes of other lines")
        need(all(part["n"] == len(moves + doubts) for part in moves + doubts),
             "not all outcomes of the line are shown")
        return [step["e"] for step in moves], doubts

    def resolution(self, shown):
        if shown.event == "resolution_proposed":
            self.proposed = self.last, shown.members["outcome"]
            return []
        need(self.proposed and (self.disputed or self.state == "unknown"), "nothing to resolve")
        need((shown.members["proposal"], shown.members["outcome"]) == self.proposed,
             "another proposal than the one shown is confirmed")
        self.state = {"resolve_paid": "paid", "resolve_failed": "failed"}[self.proposed[1]]
        self.proposed, self.disputed = None, False
        return []


def tell(proof):
    payment = Payment(proof["payment_id"])
    for record in proof["records"]:
        payment.take(record)
    claimed = proof["state"], proof["disputed"]
    need((payment.state, payment.disputed) == claimed, "another state is claimed")
    need(payment.amount == proof["amount_fen"], "another amount is claimed")


def check_proof(proof, vkey):
    members(proof, "format payment_id state disputed amount_fen records checkpoint", "amount_fen")
    need(proof["format"] == "anxin-proof/v1", "another format")
    size, root = checkpoint(proof["checkpoint"], vkey)
    for record in proof["records"]:
        index = record["sequence"] - 1
        need(0 <= index < size, "a record that is not in the tree")
        path = [unhex(digits, 32) for digits in record["path"]]
        need(root_by_path(index, size, record_leaf(record), path) == root,
             f"record {record['sequence']} is not in the tree")
    tell(proof)
    print("holds:", proof["payment_id"], proof["state"], proof["amount_fen"], "fen, in", size)


def check_consistency(old, new, proof, vkey):
    members(proof, "format from to proof checkpoint", "from to")
    (old_size, old_root), (new_size, new_root) = checkpoint(old, vkey), checkpoint(new, vkey)
    need(proof["format"] == "anxin-consistency/v1", "another format")
    need((proof["from"], proof["to"]) == (old_size, new_size), "a proof of other sizes")
    hashes = [unhex(digits, 32) for digits in proof["proof"]]
    need(0 < old_size <= new_size, "the older checkpoint is not the smaller one")
    need(roots_by_proof(old_size, new_size, hashes, old_root) == (old_root, new_root),
         "the newer checkpoint does not continue the older one")
    print("holds:", old_size, "is the beginning of", new_size)


# From the journal: FORMAT.md section 2 and PROOF.md section 2.
class Row(bytes):
    """A row of a table, which becomes a piece with its salt."""


def pieces(clear):
    json_part, _, table = clear.partition(b"\n")
    if not clear:
        return []
    whole = [b"bytes=" + clear.hex().encode()]
    if len(table) % 40:
        return whole
    try:
        text = json_part.decode()
        value = json.loads(text)
        plain = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    except ValueError:
        return whole
    # This reader takes what has one way to be written; the gateway writes nothing else.
    if not isinstance(value, dict) or plain != text:
        return whole
    dump = lambda part: json.dumps(part, ensure_ascii=False, separators=(",", ":")).encode()
    found = []
    for name, part in value.items():
        name = dump(name)[1:-1]
        if isinstance(part, list):
            found.append(name + b"=[%d]" % len(part))
            found.extend(name + b"[]=" + dump(element) for element in part)
        else:
            found.append(name + b"=" + dump(part))
    return found + [Row(table[at:at + 40]) for at in range(0, len(table), 40)]


def journal_leaves(folder):
    for path in sorted(pathlib.Path(folder).glob("*.seg")):
        data, at = path.read_bytes(), 0
        while at < len(data):
            length, = struct.unpack_from(">I", data, at)
            sequence, time_ms, kind, a, k, _, c, _ = struct.unpack_from(">QqHHHHII", data, at + 16)
            record, at = data[at:at + length], at + length
            actor, clear, own = record[48:48 + a], record[48 + a + k:48 + a + k + c], record[-32:]
            salts = lambda number: sha256(b"anxin-salt/v1", own, struct.pack(">I", number))
            hashes = []
            for number, piece in enumerate(pieces(clear)):
                salt = salts(number)
                if isinstance(piece, Row):
                    payee = sha256(salt[16:], piece[24:])
                    piece = b"row=" + piece[:24].hex().encode() + b"," + payee.hex().encode()
                hashes.append(committed(salt[:16], piece))
            yield leaf_hash(sequence, time_ms, kind, committed(salts(2**32 - 1)[:16], actor),
                            len(hashes), tree(hashes), sha256(b"anxin-seal/v1", own))


def main(command, *arguments):
    read = lambda file: pathlib.Path(file).read_text()
    document = lambda file: json.loads(read(file), object_pairs_hook=once)
    key = lambda given: given if "+" in given else read(given)
    if command == "proof":
        check_proof(document(arguments[0]), key(arguments[1]))
    elif command == "consistency":
        check_consistency(*map(read, arguments[:2]), document(arguments[2]), key(arguments[3]))
    elif command == "root":
        leaves = list(journal_leaves(arguments[0]))[:int(arguments[1]) if arguments[1:] else None]
        print(len(leaves), tree(leaves).hex())
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except (KeyError, ValueError, TypeError, IndexError, AttributeError) as error:
        sys.exit(f"does not hold: {error!r}")
