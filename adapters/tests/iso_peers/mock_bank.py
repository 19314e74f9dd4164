"""mock-bank 0.9.0 plays the bank: DIR/pain001.xml goes to it, and what it sends back is written
beside it as 1_pain002.xml, 2_camt054.xml ... in the order of sending.

The payer's account has 20 000.00 yuan, and one payment is to come back three days after it is paid;
everything else is what the bank makes of the file. Arguments: DIR, the payer's account, the
EndToEndId that comes back, and perhaps `again`: the file is sent twice."""

import json
import pathlib
import sys
import threading
import urllib.error
import urllib.request

from mockbank.server import Config, make_server

folder, payer, comes_back = pathlib.Path(sys.argv[1]), *sys.argv[2:4]
# After its cut-off, so that it has every payment for a night.
server = make_server(Config(port=0, quiet=True, clock="2026-11-23T09:00", cutoff="08:00"))
threading.Thread(target=server.serve_forever, daemon=True).start()
base = f"http://127.0.0.1:{server.server_address[1]}"


def ask(method, path, body=None, kind="application/json", refused=False):
    data = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
    request = urllib.request.Request(base + path, data=data, method=method)
    request.add_header("Content-Type", kind)
    try:
        answer = urllib.request.urlopen(request)
    except urllib.error.HTTPError as refusal:
        if refused:
            return refusal.read()
        sys.exit(f"{path}: {refusal.read().decode()}")
    with answer:
        return answer.read()


account = {"account_number": payer, "currency": "CNY", "balance": 2_000_000}
ask("PATCH", "/_mock/accounts/ACME", {**account, "behaviour": "insufficient-funds"})
sent = (folder / "pain001.xml").read_bytes()
findings = ask("POST", "/_mock/validate", sent, "application/xml").decode()
(folder / "findings.txt").write_text(findings)
ask("POST", "/payments", sent, "application/xml")
if "again" in sys.argv:
    ask("POST", "/payments", sent, "application/xml", refused=True)
count = 0


def collect():
    global count
    for message in json.loads(ask("GET", "/_mock/mailbox")):
        if message["account"] not in (None, "", "ACME"):
            continue
        count += 1
        name = f"{count:02}_{message['type']}.xml"
        (folder / name).write_text(message["body"], encoding="utf-8")


later = {"days": 3, "reason": "AC06", "end_to_end_id": comes_back}
ask("PATCH", "/_mock/accounts/ACME", {"behaviour": "return-later", "parameters": later})
collect()
for days in (1, 7):
    ask("POST", f"/_mock/advance?days={days}")
    collect()
server.shutdown()
