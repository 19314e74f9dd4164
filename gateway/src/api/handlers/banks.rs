//! What banks push.

use crate::access::Sight;
use crate::api::body::whole;
use crate::api::call::{Answer, Call, bytes};
use crate::api::handlers::batches::set;
use crate::api::problem::{Kind, Problem};
use crate::channel::named_headers;
use adapters::wire::headers::fronted;
use axum::http::HeaderName;
use schemas::value::BankCode;

/// Journal position of the message, and whether it came before.
const RECEIPT: HeaderName = HeaderName::from_static("anxin-receipt");
const REPLAYED: HeaderName = HeaderName::from_static("anxin-replayed");

/// `POST /v1/banks/{code}/messages`.
pub async fn message(mut call: Call) -> Answer {
    let caller = call.caller()?;
    let Sight::Bank(bank) = caller.sight else {
        return Err(Problem::new(Kind::Forbidden).with("why", "role"));
    };
    // The tenant is the certificate's; the path must say the same (THREATS row 2). Other banks
    // and no banks get one answer.
    let named = call
        .path
        .get("code")
        .map(String::as_str)
        .unwrap_or_default();
    if BankCode::parse(named).ok() != Some(bank) || named != bank.as_str() {
        tracing::warn!(caller = %caller.uri, "a bank called another bank's address");
        return Err(Problem::new(Kind::Forbidden)
            .with("why", "other_bank")
            .detail(
                "只能以本行证书推送本行报文",
                "a bank pushes by its own certificate only",
            ));
    }
    let kind = call.parameter("message", |word| {
        matches!(word, "push" | "result" | "receipt").then(|| word.to_owned())
    })?;
    let kind = kind.unwrap_or_else(|| "push".to_owned());
    let bytes_max = call.app.limits().message_bytes_max;
    let (body, held) = whole(&mut call, bytes_max).await?;
    if body.is_empty() {
        return Err(Problem::bad("body", "报文为空", "an empty message"));
    }
    let names = call.app.bank_messages.headers(bank, &kind);
    let body = fronted(&names, &named_headers(&call.headers, &names), body.to_vec());
    let turn = call.app.bank_turn(bank).await;
    let received = call
        .read(move |app| {
            let received = app.bank_messages.receive(app.core(), bank, &kind, &body)?;
            drop((turn, held));
            let receipt = received.ok_or_else(no_adapter)?;
            let last = receipt.last_sequence;
            Ok((receipt, last))
        })
        .await?;
    let mut response = bytes(&received.content_type, received.receipt)?;
    set(
        response.headers_mut(),
        RECEIPT,
        &received.sequence.to_string(),
    );
    if received.replayed {
        set(response.headers_mut(), REPLAYED, "true");
    }
    Ok(response)
}

fn no_adapter() -> Problem {
    Problem::new(Kind::Unavailable).detail(
        "本系统未启用该银行",
        "this installation does not serve the bank",
    )
}
