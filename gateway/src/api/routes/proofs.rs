//! The calls by which anybody checks the record without us.

use super::parameters::parameter;
use super::table::{GET, good};
use super::{Payload, Route};
use crate::access::Role::{Bank, Employer, Operator, Regulator};
use crate::api::handlers::proofs;

/// That the records about a payment are in the log.
pub(super) const PAYMENT: Route = Route {
    path: "/v1/payments/{id}/proof",
    name: "provePayment",
    who: &[Employer, Bank, Regulator],
    zh: "一笔支付的存证证明，可离线核验（anxin proof verify）",
    en: "That the records about a payment are in the journal, to be checked offline",
    good: &[good(200, "the proof", Payload::Json("PaymentProof"))],
    // A record of an earlier version does not say what must be shown.
    problems: &[409],
    handler: |call| Box::pin(proofs::payment(call)),
    ..GET
};

/// The signed head of the tree.
pub(super) const CHECKPOINT: Route = Route {
    path: "/v1/checkpoint",
    name: "readCheckpoint",
    who: &[Employer, Bank, Regulator, Operator],
    zh: "签名检查点（C2SP tlog-checkpoint），至多每秒更新一次",
    en: "The signed checkpoint (C2SP tlog-checkpoint), renewed once a second at most",
    good: &[good(200, "a signed note", Payload::Bytes(&["text/plain"]))],
    handler: |call| Box::pin(proofs::checkpoint(call)),
    ..GET
};

/// That one tree is the beginning of another.
pub(super) const CONSISTENCY: Route = Route {
    path: "/v1/consistency",
    name: "proveConsistency",
    who: &[Employer, Bank, Regulator, Operator],
    zh: "两个检查点之间的一致性证明：后者只在前者之后追加",
    en: "That the journal of one checkpoint is the beginning of that of a later one",
    parameters: &[
        parameter(
            "from",
            "较早检查点的记录数",
            "records of the older checkpoint",
            "1",
        ),
        parameter(
            "to",
            "较晚检查点的记录数；不写则为最新的检查点",
            "records of the newer checkpoint; the last one without it",
            "",
        ),
    ],
    good: &[good(200, "the proof", Payload::Json("ConsistencyProof"))],
    handler: |call| Box::pin(proofs::consistency(call)),
    ..GET
};
