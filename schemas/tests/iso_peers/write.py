"""Two libraries that are not ours write pain.001 into DIR: pyiso20022 the batch of the example with
Chinese accounts, sepaxml what it can say, which is accounts by IBAN."""

import datetime
import decimal
import pathlib
import sys

from pyiso20022.pain import pain_001_001_09 as iso
from sepaxml import SepaTransfer
from xsdata.formats.dataclass.serializers import XmlSerializer
from xsdata.formats.dataclass.serializers.config import SerializerConfig
from xsdata.models.datatype import XmlDate, XmlDateTime

folder = pathlib.Path(sys.argv[1])


def account(number):
    other = iso.GenericAccountIdentification1(id=number)
    return iso.CashAccount38(id=iso.AccountIdentification4Choice(othr=other))


def bank(**known):
    institution = iso.FinancialInstitutionIdentification18(**known)
    return iso.BranchAndFinancialInstitutionIdentification6(fin_instn_id=institution)


def person(name, number):
    known = iso.PersonIdentification13(othr=[iso.GenericPersonIdentification1(id=number)])
    return iso.PartyIdentification135(nm=name, id=iso.Party38Choice(prvt_id=known))


def transaction(number, amount, bank_name, name, identity, to):
    money = iso.ActiveOrHistoricCurrencyAndAmount(value=decimal.Decimal(amount), ccy="CNY")
    return iso.CreditTransferTransaction34(
        pmt_id=iso.PaymentIdentification6(end_to_end_id=number),
        amt=iso.AmountType4Choice(instd_amt=money),
        cdtr_agt=bank(nm=bank_name),
        cdtr=person(name, identity),
        cdtr_acct=account(to),
        rmt_inf=iso.RemittanceInformation16(ustrd=["2026年11月工资"]),
    )


company = iso.OrganisationIdentification29(
    othr=[iso.GenericOrganisationIdentification1(id="913301006639233248")]
)
payer = iso.PartyIdentification135(
    nm="杭州样例建设有限公司", id=iso.Party38Choice(org_id=company)
)
information = iso.PaymentInstruction30(
    pmt_inf_id="P1",
    pmt_mtd=iso.PaymentMethod3Code.TRF,
    nb_of_txs="2",
    ctrl_sum=decimal.Decimal("13603.50"),
    reqd_exctn_dt=iso.DateAndDateTime2Choice(dt=XmlDate(2026, 11, 25)),
    dbtr=payer,
    dbtr_acct=account("1202020009900012345"),
    dbtr_agt=bank(bicfi="ICBKCNBJ"),
    cdt_trf_tx_inf=[
        transaction("1", "6523.50", "ICBC", "张样一", "11010519491231002X", "6222021202000000019"),
        transaction("2", "7080.00", "ABC", "李样二", "34052419800101001X", "6228480000000000000"),
    ],
)
header = iso.GroupHeader85(
    msg_id="GZ-2026-11-001",
    cre_dt_tm=XmlDateTime(2026, 11, 23, 10, 0, 0),
    nb_of_txs="2",
    ctrl_sum=decimal.Decimal("13603.50"),
    initg_pty=iso.PartyIdentification135(nm="样例"),
)
initiation = iso.CustomerCreditTransferInitiationV09(grp_hdr=header, pmt_inf=[information])
document = iso.Document(cstmr_cdt_trf_initn=initiation)
written = XmlSerializer(config=SerializerConfig(indent="  ")).render(document)
(folder / "pyiso20022.xml").write_text(written, encoding="utf-8")

settings = {
    "name": "Yangli Jianshe", "IBAN": "DE89370400440532013000", "BIC": "COBADEFFXXX",
    "batch": True, "currency": "CNY",
}
for version in ("pain.001.001.03", "pain.001.001.09"):
    transfer = SepaTransfer(settings, schema=version, clean=False)
    for number, name, cents, iban in (
        ("1", "Zhang Yangyi", 652350, "NL14MOCK0000000002"),
        ("2", "Li Yanger", 708000, "NL41MOCK0000000001"),
    ):
        transfer.add_payment({
            "name": name, "IBAN": iban, "BIC": "ABNANL2A", "amount": cents,
            "execution_date": datetime.date(2026, 11, 25), "description": "wages",
            "endtoend_id": number,
        })
    (folder / f"sepaxml.{version}.xml").write_bytes(transfer.export(validate=True))
