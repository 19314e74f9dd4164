#![allow(clippy::unwrap_used, clippy::panic)]

use super::*;
use certs::development::DevelopmentPki;

/// Takes connections and says nothing.
#[tokio::test]
async fn a_gateway_that_never_shakes_hands_is_given_up() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let pki = DevelopmentPki::create(time::OffsetDateTime::now_utc()).unwrap();
    let tls = ClientTls {
        identity: None,
        ca_pem: pki.ca_pem().as_bytes(),
        crls: &[],
        protocols: &HTTP,
        mode: Mode::Development,
        allow_tls12: false,
        clock: system_clock(),
    };
    let client = Client::new(&format!("https://{address}"), &tls).unwrap();
    match client.connect(Duration::from_millis(20)).await {
        Err(ClientError::Connect(_, error)) => {
            assert_eq!(error.kind(), std::io::ErrorKind::TimedOut);
        }
        Err(other) => panic!("{other:?}"),
        Ok(_) => panic!("a connection"),
    }
}
