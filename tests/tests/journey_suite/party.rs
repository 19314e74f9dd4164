//! Callers with their certificates, and the operator's network.

use super::stage::Stage;
use gateway::command::client::{Client, body_of, party_tls};
use hyper::Method;
use serde_json::Value;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

/// A call gets its answer within this time.
const CALL_WAIT_MAX: Duration = Duration::from_secs(60);

/// An answer.
pub struct Reply {
    pub status: u16,
    pub headers: hyper::HeaderMap,
    pub body: Vec<u8>,
}

impl Reply {
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", self.text());
        self
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("{}", self.text()))
    }

    pub fn header(&self, name: &str) -> &str {
        let value = self.headers.get(name);
        value.map_or("", |value| value.to_str().unwrap())
    }
}

impl Stage {
    async fn call(&self, who: &str, method: Method, path: &str, body: Vec<u8>) -> Reply {
        let pem = |name: String| std::fs::read(self.pki.join(name)).unwrap();
        let (chain, key) = (pem(format!("{who}.pem")), pem(format!("{who}.key")));
        let ca = pem("ca.pem".to_owned());
        let tls = party_tls(&chain, &key, &ca);
        let mut client = Client::new(self.url(), &tls).unwrap().in_english();
        let call = client.call(method, path, "application/json", body_of(body.into()));
        let answer = tokio::time::timeout(CALL_WAIT_MAX, call).await;
        let answer = answer.expect("an answer in time").expect(path);
        Reply {
            status: answer.status.as_u16(),
            headers: answer.headers,
            body: answer.body.to_vec(),
        }
    }

    /// A GET as a party: the name of its certificate below the folder of `anxin certs init`.
    pub async fn get(&self, who: &str, path: &str) -> Reply {
        self.call(who, Method::GET, path, Vec::new()).await
    }

    /// A POST of a JSON document.
    pub async fn post(&self, who: &str, path: &str, document: &Value) -> Reply {
        let body = document.to_string().into_bytes();
        self.call(who, Method::POST, path, body).await
    }

    /// A POST of bytes.
    pub async fn send(&self, who: &str, path: &str, bytes: Vec<u8>) -> Reply {
        self.call(who, Method::POST, path, bytes).await
    }

    /// Looks until `done` says so, with a limit.
    pub async fn until(&self, who: &str, path: &str, done: impl Fn(&Value) -> bool) -> Value {
        let mut last = Value::Null;
        for _ in 0..600 {
            last = self.get(who, path).await.expect(200).json();
            if done(&last) {
                return last;
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
        panic!("{path} does not come to its end: {last:#}");
    }

    /// A plain GET on the operator's network: status line and body.
    pub fn operation(&self, path: &str) -> String {
        let mut stream = TcpStream::connect(self.operator()).unwrap();
        stream.set_read_timeout(Some(CALL_WAIT_MAX)).unwrap();
        let request =
            format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }
}
