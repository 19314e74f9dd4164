//! The calls by which two operators decide.

use super::table::{POST, good};
use super::{Payload, Route};
use crate::access::Role::Operator;
use crate::api::handlers::commands;

/// Of one line, the first operator.
pub(super) const PROPOSE: Route = Route {
    path: "/v1/payments/{id}/resolution",
    name: "proposeResolution",
    who: &[Operator],
    zh: "对支付不明或有争议的明细提出裁定",
    en: "Proposes the outcome of an unknown or disputed line",
    request: Payload::Json("Resolution"),
    good: &[good(
        200,
        "waits for a second operator",
        Payload::Json("Done"),
    )],
    problems: &[409, 413, 415],
    handler: |call| Box::pin(commands::propose(call)),
    ..POST
};

/// Of one line, the second.
pub(super) const CONFIRM: Route = Route {
    path: "/v1/payments/{id}/resolution/confirm",
    name: "confirmResolution",
    who: &[Operator],
    zh: "另一名运营人员确认裁定",
    en: "Another operator confirms it; the outcome is set",
    request: Payload::Json("Confirmation"),
    good: &[good(200, "the outcome is set", Payload::Json("Done"))],
    problems: &[409, 413, 415],
    handler: |call| Box::pin(commands::confirm(call)),
    ..POST
};

/// Of a whole bank file, the first operator.
pub(super) const PROPOSE_FILE: Route = Route {
    path: "/v1/batches/{id}/files/{file_no}/resolution",
    name: "proposeFileResolution",
    zh: "对一个银行文件中全部支付不明或有争议的明细提出同一裁定",
    en: "Proposes one outcome for every unknown or disputed line of a bank file",
    request: Payload::Json("FileResolution"),
    good: &[good(
        200,
        "waits for a second operator, line by line",
        Payload::Json("FileDone"),
    )],
    handler: |call| Box::pin(commands::propose_file(call)),
    ..PROPOSE
};

/// Of a whole bank file, the second.
pub(super) const CONFIRM_FILE: Route = Route {
    path: "/v1/batches/{id}/files/{file_no}/resolution/confirm",
    name: "confirmFileResolution",
    zh: "另一名运营人员确认对整个银行文件的裁定；其间文件有变化的须重新提出",
    en: "Another operator confirms it for all of them, unless the file has changed since",
    request: Payload::Json("FileConfirmation"),
    good: &[good(
        200,
        "the outcome is set for each line",
        Payload::Json("FileDone"),
    )],
    handler: |call| Box::pin(commands::confirm_file(call)),
    ..CONFIRM
};
