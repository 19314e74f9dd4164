//! The part of the message that we read, as a tree: which element may stand in which, and what
//! its text is for us. The order is that of the schemas; elements that say nothing about who is
//! paid what are passed over in silence, unknown ones are named.

/// What a text is for us, in the order of scopes: group, part (PmtInf), transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub(super) enum Slot {
    MsgId,
    GroupCount,
    GroupSum,
    InitgName,
    InitgId,
    PartId,
    Method,
    PartCount,
    PartSum,
    Date,
    DebtorName,
    DebtorId,
    DebtorAccount,
    DebtorAccountName,
    DebtorCurrency,
    DebtorBic,
    DebtorMember,
    DebtorBankName,
    InstrId,
    EndToEndId,
    Amount,
    Name,
    IdNumber,
    IdKindCode,
    IdKindOwn,
    Account,
    AccountCurrency,
    Bic,
    Member,
    BankName,
    Memo,
}

/// Number of slots.
pub(super) const SLOTS: usize = Slot::Memo as usize + 1;

/// An element by its place in the message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Node {
    Document,
    Initn,
    Group,
    Part,
    Date,
    Tx,
    TxId,
    Amt,
    Eqvt,
    Remit,
    /// InitgPty, Dbtr or Cdtr.
    Party(Who),
    PartyId(Who),
    /// OrgId of a firm, PrvtId of a person.
    PartyKind(Who),
    PartyOthr(Who),
    PartyScheme,
    Acct(Who),
    AcctId(Who),
    AcctOthr(Who),
    Agt(Who),
    Fin(Who),
    Clr(Who),
    Leaf(Slot),
    /// Read by nobody, says nothing that a payment needs.
    Quiet,
    /// Unknown: named if it carries data.
    Unknown,
}

/// Whose party, account or bank.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Who {
    Initiator,
    Debtor,
    Creditor,
}

impl Node {
    /// The element `name` in this one.
    pub(super) fn child(self, name: &str) -> Self {
        match self {
            Self::Document if name == "CstmrCdtTrfInitn" => Self::Initn,
            Self::Initn => match name {
                "GrpHdr" => Self::Group,
                "PmtInf" => Self::Part,
                _ => Self::Unknown,
            },
            Self::Group => match name {
                "MsgId" => Self::Leaf(Slot::MsgId),
                "NbOfTxs" => Self::Leaf(Slot::GroupCount),
                "CtrlSum" => Self::Leaf(Slot::GroupSum),
                "InitgPty" => Self::Party(Who::Initiator),
                "CreDtTm" => Self::Quiet,
                _ => Self::Unknown,
            },
            Self::Part => in_part(name),
            Self::Date => match name {
                "Dt" | "DtTm" => Self::Leaf(Slot::Date),
                _ => Self::Unknown,
            },
            Self::Tx => in_transaction(name),
            Self::TxId => match name {
                "InstrId" => Self::Leaf(Slot::InstrId),
                "EndToEndId" => Self::Leaf(Slot::EndToEndId),
                "UETR" => Self::Quiet,
                _ => Self::Unknown,
            },
            Self::Amt => match name {
                "InstdAmt" => Self::Leaf(Slot::Amount),
                "EqvtAmt" => Self::Eqvt,
                _ => Self::Unknown,
            },
            Self::Remit if name == "Ustrd" => Self::Leaf(Slot::Memo),
            Self::PartyScheme => match name {
                "Cd" => Self::Leaf(Slot::IdKindCode),
                "Prtry" => Self::Leaf(Slot::IdKindOwn),
                _ => Self::Unknown,
            },
            Self::Quiet | Self::Eqvt => Self::Quiet,
            Self::Document | Self::Remit | Self::Leaf(_) | Self::Unknown => Self::Unknown,
            Self::Party(who)
            | Self::PartyId(who)
            | Self::PartyKind(who)
            | Self::PartyOthr(who)
            | Self::Acct(who)
            | Self::AcctId(who)
            | Self::AcctOthr(who)
            | Self::Agt(who)
            | Self::Fin(who)
            | Self::Clr(who) => self.of_party(who, name),
        }
    }

    fn of_party(self, who: Who, name: &str) -> Self {
        let slots = who.slots();
        match (self, name) {
            (Self::Party(_), "Nm") => Self::Leaf(slots.name),
            (Self::Party(_), "Id") => Self::PartyId(who),
            (Self::PartyId(_), "OrgId") if who != Who::Creditor => Self::PartyKind(who),
            (Self::PartyId(_), "PrvtId") if who == Who::Creditor => Self::PartyKind(who),
            (Self::PartyKind(_), "Othr") => Self::PartyOthr(who),
            (Self::PartyOthr(_), "Id") => Self::Leaf(slots.id),
            (Self::PartyOthr(_), "SchmeNm") if who == Who::Creditor => Self::PartyScheme,
            (Self::PartyOthr(_), "SchmeNm" | "Issr") => Self::Quiet,
            (Self::Acct(_), "Id") => Self::AcctId(who),
            (Self::Acct(_), "Ccy") => Self::Leaf(slots.currency),
            (Self::Acct(_), "Nm") if who == Who::Debtor => Self::Leaf(Slot::DebtorAccountName),
            (Self::Acct(_), "Tp") => Self::Quiet,
            (Self::AcctId(_), "IBAN") => Self::Leaf(slots.account),
            (Self::AcctId(_), "Othr") => Self::AcctOthr(who),
            (Self::AcctOthr(_), "Id") => Self::Leaf(slots.account),
            (Self::AcctOthr(_), "SchmeNm" | "Issr") => Self::Quiet,
            (Self::Agt(_), "FinInstnId") => Self::Fin(who),
            (Self::Fin(_), "BIC" | "BICFI") => Self::Leaf(slots.bic),
            (Self::Fin(_), "ClrSysMmbId") => Self::Clr(who),
            (Self::Fin(_), "Nm") => Self::Leaf(slots.bank_name),
            (Self::Clr(_), "MmbId") => Self::Leaf(slots.member),
            (Self::Clr(_), "ClrSysId") => Self::Quiet,
            _ => Self::Unknown,
        }
    }

    /// The tag, for paths.
    pub(super) fn tag(self) -> &'static str {
        match self {
            Self::Document => "Document",
            Self::Initn => "CstmrCdtTrfInitn",
            Self::Group => "GrpHdr",
            Self::Part => "PmtInf",
            Self::Date => "ReqdExctnDt",
            Self::Tx => "CdtTrfTxInf",
            Self::TxId => "PmtId",
            Self::Amt => "Amt",
            Self::Eqvt => "EqvtAmt",
            Self::Remit => "RmtInf",
            Self::Party(Who::Initiator) => "InitgPty",
            Self::Party(Who::Debtor) => "Dbtr",
            Self::Party(Who::Creditor) => "Cdtr",
            Self::Acct(Who::Debtor) => "DbtrAcct",
            Self::Acct(_) => "CdtrAcct",
            Self::Agt(Who::Debtor) => "DbtrAgt",
            Self::Agt(_) => "CdtrAgt",
            Self::PartyId(_) | Self::AcctId(_) => "Id",
            Self::PartyKind(Who::Creditor) => "PrvtId",
            Self::PartyKind(_) => "OrgId",
            Self::PartyOthr(_) | Self::AcctOthr(_) => "Othr",
            Self::PartyScheme => "SchmeNm",
            Self::Fin(_) => "FinInstnId",
            Self::Clr(_) => "ClrSysMmbId",
            Self::Leaf(_) | Self::Quiet | Self::Unknown => "",
        }
    }
}

fn in_part(name: &str) -> Node {
    match name {
        "CdtTrfTxInf" => Node::Tx,
        "PmtInfId" => Node::Leaf(Slot::PartId),
        "PmtMtd" => Node::Leaf(Slot::Method),
        "NbOfTxs" => Node::Leaf(Slot::PartCount),
        "CtrlSum" => Node::Leaf(Slot::PartSum),
        "ReqdExctnDt" => Node::Date,
        "Dbtr" => Node::Party(Who::Debtor),
        "DbtrAcct" => Node::Acct(Who::Debtor),
        "DbtrAgt" => Node::Agt(Who::Debtor),
        "BtchBookg" | "PmtTpInf" | "ChrgBr" => Node::Quiet,
        _ => Node::Unknown,
    }
}

fn in_transaction(name: &str) -> Node {
    match name {
        "PmtId" => Node::TxId,
        "Amt" => Node::Amt,
        "Cdtr" => Node::Party(Who::Creditor),
        "CdtrAcct" => Node::Acct(Who::Creditor),
        "CdtrAgt" => Node::Agt(Who::Creditor),
        "RmtInf" => Node::Remit,
        "PmtTpInf" | "ChrgBr" | "Purp" => Node::Quiet,
        _ => Node::Unknown,
    }
}

/// Where the texts of a party, its account and its bank go.
struct PartySlots {
    name: Slot,
    id: Slot,
    account: Slot,
    currency: Slot,
    bic: Slot,
    member: Slot,
    bank_name: Slot,
}

impl Who {
    fn slots(self) -> PartySlots {
        match self {
            Self::Creditor => PartySlots {
                name: Slot::Name,
                id: Slot::IdNumber,
                account: Slot::Account,
                currency: Slot::AccountCurrency,
                bic: Slot::Bic,
                member: Slot::Member,
                bank_name: Slot::BankName,
            },
            Self::Initiator | Self::Debtor => PartySlots {
                name: if self == Self::Debtor {
                    Slot::DebtorName
                } else {
                    Slot::InitgName
                },
                id: if self == Self::Debtor {
                    Slot::DebtorId
                } else {
                    Slot::InitgId
                },
                account: Slot::DebtorAccount,
                currency: Slot::DebtorCurrency,
                bic: Slot::DebtorBic,
                member: Slot::DebtorMember,
                bank_name: Slot::DebtorBankName,
            },
        }
    }
}
