//! What a bank tells by itself, through the gateway's own interface and with its own certificate.

use super::Teller;
use super::character::Manner;
use super::ledger::Telling;
use crate::command::client::{Client, body_of, party_tls};
use bytes::Bytes;
use certs::development::IdentityPem;
use hyper::Method;
use schemas::value::BankCode;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

/// Where banks push to, and as whom.
#[derive(Clone, Debug)]
pub struct PushTarget {
    /// The gateway's address, `https://host:port`.
    pub url: String,
    /// Authority of the gateway's certificate, PEM.
    pub ca_pem: String,
    /// Each bank's certificate and key.
    pub identities: BTreeMap<BankCode, IdentityPem>,
}

/// A push that finds nobody is tried so often.
const ATTEMPTS_MAX: u32 = 5;

/// Tells the results of a file, and later what came back.
pub async fn tell(teller: Arc<Teller>, file_no: u64) {
    let manner = teller.desk.manner();
    let silent = manner == Manner::Mute || manner == Manner::OnlyAnswers;
    if silent || !teller.desk.adapter().capability().push {
        return;
    }
    // Banks do not all speak in the same moment.
    let place = u32::try_from(teller.place % 16).unwrap_or_default();
    let wait = teller.push_wait + Duration::from_millis(u64::from(place) * 20);
    let wait = if manner == Manner::Slow {
        wait * 3
    } else {
        wait
    };
    for telling in [Telling::Results, Telling::Returns] {
        teller.clock.sleep(wait).await;
        let here = Arc::clone(&teller);
        let message = tokio::task::spawn_blocking(move || here.desk.push(file_no, telling));
        let Ok(Some(message)) = message.await else {
            continue;
        };
        let message = (message.0, Bytes::from(message.1));
        let times = if manner == Manner::PushesTwice { 2 } else { 1 };
        for _ in 0..times {
            let receipt = deliver(&teller, file_no, &message).await;
            teller.desk.pushed(receipt.as_deref());
        }
    }
}

/// The gateway's receipt; `None` when it took nothing.
async fn deliver(
    teller: &Teller,
    file_no: u64,
    (headers, message): &(Vec<(String, String)>, Bytes),
) -> Option<Bytes> {
    let target = teller.target.get()?;
    let bank = teller.desk.adapter().code();
    let identity = target.identities.get(&bank)?;
    let tls = party_tls(
        identity.certificate_pem.as_bytes(),
        identity.key_pem.as_bytes(),
        target.ca_pem.as_bytes(),
    );
    let mut client = Client::new(&target.url, &tls).ok()?;
    let path = format!("/v1/banks/{bank}/messages?message=push");
    for attempt in 1..=ATTEMPTS_MAX {
        let body = body_of(message.clone());
        let content = "application/octet-stream";
        match client
            .call_with(Method::POST, &path, (content, headers), body)
            .await
        {
            Ok(answer) if answer.status.is_success() => {
                let position = answer.headers.get("anxin-receipt");
                let position = position.and_then(|text| text.to_str().ok()?.parse().ok());
                let receipt = (position, answer.body.as_ref());
                teller.desk.receipted(file_no, message, receipt);
                return Some(answer.body);
            }
            Ok(answer) if !answer.status.is_server_error() => {
                tracing::debug!(%bank, status = %answer.status, "a push was refused");
                return None;
            }
            Ok(_) | Err(_) => {}
        }
        teller
            .clock
            .sleep(Duration::from_millis(100) * attempt)
            .await;
    }
    None
}
