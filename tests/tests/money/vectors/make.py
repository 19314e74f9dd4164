#!/usr/bin/env python3
"""Answers of banks, signed by openssl: known answers for tests/tests/money/vectors.rs.

    python3 make.py      # needs openssl >= 3.0; writes the files beside it

Nothing of the gateway is used: each text, and what of it is signed, is written here by hand from
the dialects' READMEs. The private keys are made for one run and kept nowhere, so that a further
run gives other files that the test takes as well.
"""
import base64
import hashlib
import json
import pathlib
import subprocess
import tempfile
import zlib

HERE = pathlib.Path(__file__).parent
SM4_KEY = b"0123456789abcdef"
USUAL = "1234567812345678"
UID = "N000000001"


def openssl(*arguments, data=None):
    command = ["openssl", *arguments]
    return subprocess.run(command, input=data, capture_output=True, check=True).stdout


def key(kind, folder):
    private = folder / f"{kind}.pem"
    openssl("genpkey", *{
        "rsa": ["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"],
        "sm2": ["-algorithm", "SM2"],
    }[kind], "-out", str(private))
    (HERE / f"{kind}.pub.pem").write_bytes(openssl("pkey", "-in", str(private), "-pubout"))
    return private


def rsa(private, text):
    return openssl("dgst", "-sha256", "-sign", str(private), data=text)


def sm2(private, text, identity=USUAL):
    """DER."""
    with tempfile.NamedTemporaryFile() as message:
        message.write(text)
        message.flush()
        return openssl("pkeyutl", "-sign", "-inkey", str(private), "-rawin", "-digest", "sm3",
                       "-pkeyopt", f"distid:{identity}", "-in", message.name)


def raw(der):
    """r and s, 32 bytes each, of a DER SEQUENCE of two INTEGERs."""
    first = der[3]
    r = der[4:4 + first]
    s = der[6 + first:6 + first + der[5 + first]]
    return b"".join(n.lstrip(b"\0").rjust(32, b"\0") for n in (r, s))


def sm4(text, vector):
    return openssl("enc", "-sm4-cbc", "-K", SM4_KEY.hex(), "-iv", vector.hex(), data=text)


def gzelink(private):
    empty = (
        '<?xml version="1.0" encoding="GBK"?><GZELINK><INFO><TRX_CODE>200001</TRX_CODE>'
        "<RET_CODE>0000</RET_CODE><ERR_MSG>处理成功</ERR_MSG><SIGNED_MSG></SIGNED_MSG></INFO><BODY>"
        "<RET_SUM><QUERY_SN>PK20261123004711</QUERY_SN></RET_SUM><RET_DETAILS><RET_DETAIL>"
        "<SN>0001</SN><ACCOUNT_NAME>张样一</ACCOUNT_NAME><AMOUNT>652350</AMOUNT>"
        "<RET_CODE>AX99</RET_CODE></RET_DETAIL></RET_DETAILS></BODY></GZELINK>"
    ).encode("gbk")
    signature = rsa(private, empty).hex().encode()
    return empty.replace(b"<SIGNED_MSG>", b"<SIGNED_MSG>" + signature)


def unionpay(private):
    """With the certificate of some key, which is signed over, and a pair without a value."""
    file = (
        "5.0.0|652350|1||\norderId|currencyCode|txnAmt|accType|accNo|customerNm|bizType|certifTp"
        "|certifId|phoneNo|postscript|respCode|respMsg|queryId|settleTime\n"
        "PK0000004711000001|156|652350|01|6200000000000000018|张样一|000401||||工资|AX|账户不符|Q1|"
        "20261123101500"
    ).encode()
    pairs = {
        "txnType": "22",
        "version": "5.1.0",
        "reqReserved": "0000004711",
        "reserved": "",
        "respCode": "00",
        "respMsg": "成功[0000000]",
        "signMethod": "01",
        "signPubKeyCert": "-----BEGIN CERTIFICATE-----\r\nMIIB+/==\r\n-----END CERTIFICATE-----",
        "fileContent": base64.b64encode(zlib.compress(file)).decode(),
    }
    text = "&".join(f"{name}={pairs[name]}" for name in sorted(pairs))
    digest = hashlib.sha256(text.encode()).hexdigest()
    signature = base64.b64encode(rsa(private, digest.encode())).decode()
    answer = "&".join(f"{name}={value}" for name, value in pairs.items())
    return f"{answer}&signature={signature}".encode()


def cmb(private):
    identity = (UID + "0" * 16)[:16]
    answer = {
        "signature": {"sigtim": "20261123093500", "sigdat": "__signature_sigdat__"},
        "response": {
            "head": {"funcode": "BB6BPDQY", "userid": UID, "resultcode": "SUC0000",
                     "resultmsg": "成功", "reqid": "1", "rspid": "2", "bizcode": ""},
            "body": {
                "bb6bpdqyz1": [{"yurref": "PK20261123004711", "reqnbr": "0000004711",
                                "reqsta": "FIN", "rtnflg": "F"}],
                "bb6bpdqyz2": [{"trxseq": "00000001", "accnam": "张样一", "trsamt": "6523.50",
                                "stscod": "E", "errtxt": "户名\"不符\""}],
            },
        },
    }
    signed = json.dumps(answer, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    signature = base64.b64encode(raw(sm2(private, signed.encode(), identity))).decode()
    answer["signature"]["sigdat"] = signature
    whole = json.dumps(answer, ensure_ascii=False).encode()
    return base64.b64encode(sm4(whole, identity.encode()))


def cnaps(private, kind, signed, document):
    head = (f"{{H:02102999000019  BEPS313999000019  BEPS20261124101500XML{kind:<20}"
            "2026112400000077    2026112300004711    3DXN       }\r\n")
    assert len(head) == 132
    signature = base64.encodebytes(sm2(private, signed.encode())).decode().strip()
    declared = '<?xml version="1.0" encoding="UTF-8" standalone="no"?>'
    return f"{head}{{S:{signature}}}\r\n{declared}{document}".encode()


def cnaps900(private):
    """The fields in the order of iso/CNAPS2.md: RjctInf is not signed."""
    signed = ("2026112400000077|2026-11-24T10:15:00|2026112300004711|313999000019|beps.382.001.01|"
              "PR09|NEZI0000|")
    return cnaps(private, "ccms.900.001.02", signed, (
        '<Document xmlns="urn:cnaps:std:ccms:2010:tech:xsd:ccms.900.001.02"><CmonConf><GrpHdr>'
        "<MsgId>2026112400000077</MsgId><CreDtTm>2026-11-24T10:15:00</CreDtTm></GrpHdr>"
        "<OrgnlGrpHdr><OrgnlMsgId>2026112300004711</OrgnlMsgId>"
        "<OrgnlInstgPty>313999000019</OrgnlInstgPty><OrgnlMT>beps.382.001.01</OrgnlMT>"
        "</OrgnlGrpHdr><CmonConfInf><PrcSts>PR09</PrcSts><PrcCd>NEZI0000</PrcCd>"
        "<RjctInf>账户不符</RjctInf></CmonConfInf></CmonConf></Document>"))


def cnaps383(private):
    signed = ("2026112400000077|2026112300004711|00004711|CNY6523.50|1|PR09|RJ11|账户不符|"
              "0000000000000001|张样一|6200000000000000018|CNY6523.50|")
    return cnaps(private, "beps.383.001.01", signed, (
        '<Document xmlns="urn:cnaps:std:beps:2010:tech:xsd:beps.383.001.01"><BtchPmtByAgcyRspn>'
        "<GrpHdr><MsgId>2026112400000077</MsgId></GrpHdr><OrgnlMsgInf>"
        "<OrgnlMsgId>2026112300004711</OrgnlMsgId><OrgnlBtchNb>00004711</OrgnlBtchNb>"
        '<OrgnlTtlAmt Ccy="CNY">6523.50</OrgnlTtlAmt><OrgnlTtlNb>1</OrgnlTtlNb></OrgnlMsgInf>'
        "<BtchPmtByAgcyRspnInf><SndgDtls><RspnInf><Sts>PR09</Sts><RjctCd>RJ11</RjctCd>"
        "<RjctInf>账户不符</RjctInf></RspnInf><TxId>0000000000000001</TxId><Cdtr><Nm>张样一</Nm>"
        "</Cdtr><CdtrAcct><Id><Othr><Id>6200000000000000018</Id></Othr></Id></CdtrAcct>"
        '<Amt Ccy="CNY">6523.50</Amt></SndgDtls></BtchPmtByAgcyRspnInf></BtchPmtByAgcyRspn>'
        "</Document>"))


def wzcb(private):
    body = json.dumps({
        "retCode": "000000", "retMsg": "OK", "batchNo": "PK202611234711", "listCnt": "1",
        "transList": [{"seqNo": "1", "rcvAcctName": "张样一", "transAmt": "6523.50",
                       "status": "01", "errCode": "WZE02"}],
    }, ensure_ascii=False).encode()
    content = sm4(body, bytes(16)).hex().upper()
    signature = sm2(private, content.encode()).hex().upper()
    return json.dumps({"bizContent": content, "signature": signature}).encode()


def synthetic(private):
    empty = json.dumps({
        "sign": "", "code": "0000",
        "data": {"batchNo": "AX202611230000004711", "rows": "1",
                 "items": [{"seqNo": "1", "payeeName": "张样一", "amount": "6523.50",
                            "status": "FAILED", "failCode": "R02"}]},
    }, ensure_ascii=False, separators=(",", ":")).encode()
    signature = rsa(private, empty).hex().upper().encode()
    return empty.replace(b'"sign":"', b'"sign":"' + signature, 1)


def main():
    with tempfile.TemporaryDirectory() as folder:
        of_rsa, of_sm2 = (key(kind, pathlib.Path(folder)) for kind in ("rsa", "sm2"))
        for name, answer in {
            "gzelink.result": gzelink(of_rsa),
            "unionpay_df.result": unionpay(of_rsa),
            "synthetic_json.result": synthetic(of_rsa),
            "cmb_open.result": cmb(of_sm2),
            "cnaps2.receipt": cnaps900(of_sm2),
            "cnaps2.result": cnaps383(of_sm2),
            "wzcb_aob.result": wzcb(of_sm2),
        }.items():
            (HERE / f"{name}.bin").write_bytes(answer)


main()
