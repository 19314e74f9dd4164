"""Asks a demonstration that runs for what its log gives out, as any party may.

    ask.py TOLD PKI FOLDER     TOLD is what the demonstration prints; files go into FOLDER

As early as it answers a checkpoint of some records (`old`); when every bank has answered, a
payment's proof for each state (`payment-STATE.json`) and what leads from the early checkpoint to
the last one (`consistency.json`).
"""
import http.client
import json
import pathlib
import ssl
import sys
import time
import urllib.parse

# On a busy machine.
LONGEST_S = 600
# A proof from one record on would show little.
RECORDS_MIN = 100


def within_time(try_once):
    begun = time.monotonic()
    while time.monotonic() - begun < LONGEST_S:
        found = try_once()
        if found:
            return found
        time.sleep(0.1)
    sys.exit("log-peers: the demonstration does not come so far")


def size_of(note):
    return int(note.split("\n")[1])


def main():
    told, pki, folder = map(pathlib.Path, sys.argv[1:])

    def url():
        words = told.read_text(encoding="utf-8").split()
        return next((word for word in words if word.startswith("https://")), None)

    address = urllib.parse.urlsplit(within_time(url)).netloc

    def get(path):
        context = ssl.create_default_context(cafile=pki / "ca.pem")
        context.load_cert_chain(pki / "regulator/330000.pem", pki / "regulator/330000.key")
        connection = http.client.HTTPSConnection(address, context=context, timeout=60)
        connection.request("GET", path)
        answer = connection.getresponse()
        body = answer.read().decode()
        if answer.status != 200:
            sys.exit(f"log-peers: {path}: {answer.status} {body}")
        return body

    def early():
        try:
            note = get("/v1/checkpoint")
        # The certificates are written while it works.
        except (FileNotFoundError, ssl.SSLError):
            return None
        return note if size_of(note) >= RECORDS_MIN else None

    old = within_time(early)
    (folder / "old").write_text(old, encoding="utf-8")
    within_time(lambda: "keep running" in told.read_text(encoding="utf-8"))
    for state in ("paid", "failed", "returned", "unknown"):
        rows = json.loads(get(f"/v1/payments?state={state}&limit=1"))["payments"]
        for row in rows:
            proof = get(f"/v1/payments/{row['payment_id']}/proof")
            (folder / f"payment-{state}.json").write_text(proof, encoding="utf-8")
    between = get(f"/v1/consistency?from={size_of(old)}")
    (folder / "consistency.json").write_text(between, encoding="utf-8")


if __name__ == "__main__":
    main()
