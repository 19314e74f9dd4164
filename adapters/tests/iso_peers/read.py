"""DIR/pain001.xml read by two libraries that are not ours; what each understood as JSON on stdout:
{library: {"msg_id", "count", "sum", "payments": [...]}}, each payment as a list of EndToEndId,
amount, currency, name and account."""

import json
import pathlib
import sys

from mockbank import messages
from pyiso20022.pain import pain_001_001_09
from xsdata.formats.dataclass.parsers import XmlParser

sent = (pathlib.Path(sys.argv[1]) / "pain001.xml").read_bytes()

whole = XmlParser().from_bytes(sent, pain_001_001_09.Document).cstmr_cdt_trf_initn
strict = {
    "msg_id": whole.grp_hdr.msg_id,
    "count": whole.grp_hdr.nb_of_txs,
    "sum": str(whole.grp_hdr.ctrl_sum),
    "payments": [
        [
            one.pmt_id.end_to_end_id,
            str(one.amt.instd_amt.value),
            one.amt.instd_amt.ccy,
            one.cdtr.nm,
            one.cdtr_acct.id.othr.id,
        ]
        for information in whole.pmt_inf
        for one in information.cdt_trf_tx_inf
    ],
}
file = messages.read_pain001(sent)
bank = {
    "msg_id": file.msg_id,
    "count": str(file.nb_of_txs),
    "sum": str(file.ctrl_sum),
    "payments": [
        [
            one.end_to_end_id,
            f"{one.amount // 100}.{one.amount % 100:02}",
            one.currency,
            one.creditor_name,
            one.creditor_account,
        ]
        for one in file.payments
    ],
}
print(json.dumps({"pyiso20022": strict, "mock-bank": bank}, ensure_ascii=False))
