use std::collections::BTreeMap;
use std::sync::Arc;

use adapters::exchange::{FrameEnd, Outgoing, Wire};
use gateway::channel::{BuildError, Certainty, Channel, SendErrorKind, build, collector};
use gateway::clock::{Clock, SystemClock};
use gateway::configuration::Connection;

use crate::peer::{Then, peer, run, tcp_message};

fn channel(text: &str) -> Result<Arc<dyn Channel>, BuildError> {
    let connection: Connection = toml::from_str(text).unwrap();
    let clock: Arc<dyn Clock> = Arc::new(SystemClock::new());
    build(&connection, &BTreeMap::new(), &clock, &Arc::default())
}

fn http(endpoint: &str) -> Outgoing {
    Outgoing {
        wire: Wire::Http {
            endpoint: endpoint.to_owned(),
            method: adapters::exchange::Method::Post,
            path: "/".to_owned(),
            content_type: Some("text/plain".to_owned()),
            headers: vec![],
            reply_headers: vec![],
        },
        ..tcp_message(b"x", FrameEnd::EndOfStream)
    }
}

#[test]
fn each_message_goes_where_its_wire_says() {
    run(async {
        let main = peer(1, Then::Reply(b"by tcp".to_vec())).await;
        let ok = b"HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\nsigned".to_vec();
        let sign = peer(1, Then::ReplyAndSilence(ok)).await;
        let folder = tempfile::tempdir().unwrap();
        let channel = channel(&format!(
            "bank = \"ABC\"\n\
             [endpoints]\n\
             main = {{ transport = \"tcp\", address = \"{main}\" }}\n\
             sign = {{ transport = \"http\", address = \"{sign}\" }}\n\
             drop = {{ transport = \"folder\", path = \"{}\" }}\n",
            folder.path().display()
        ))
        .unwrap();
        let tcp = tcp_message(b"x", FrameEnd::EndOfStream);
        assert_eq!(channel.send(&tcp).await.unwrap(), b"by tcp");
        assert_eq!(channel.send(&http("sign")).await.unwrap(), b"signed");
        let drop = Outgoing {
            wire: Wire::Drop {
                folder: String::new(),
            },
            ..tcp
        };
        assert_eq!(channel.send(&drop).await.unwrap(), b"");
        assert_eq!(std::fs::read(folder.path().join("1.txt")).unwrap(), b"x");
        let error = channel.send(&http("other")).await.unwrap_err();
        assert_eq!(error.kind, SendErrorKind::NoEndpoint);
        assert_eq!(error.endpoint, "ABC/other");
        assert_eq!(error.certainty, Certainty::NotSent);
    });
}

#[test]
fn an_endpoint_of_the_wrong_kind_sends_nothing() {
    run(async {
        let text = "bank = \"ABC\"\n\
            endpoints.main = { transport = \"folder\", path = \"/nowhere\" }\n";
        let tcp = tcp_message(b"x", FrameEnd::EndOfStream);
        let error = channel(text).unwrap().send(&tcp).await.unwrap_err();
        assert_eq!(error.kind, SendErrorKind::Message);
        assert_eq!(error.certainty, Certainty::NotSent);
    });
}

#[test]
fn an_endpoint_that_wants_tls_is_never_spoken_to_without() {
    let text = "bank = \"ABC\"\n\
        endpoints.main = { transport = \"tcp\", address = \"127.0.0.1:1\", \
        tls = { server_name = \"bank.example\", ca_file = \"ca.pem\" } }\n";
    assert_eq!(
        channel(text).err(),
        Some(BuildError::NoTls {
            endpoint: "ABC/main".to_owned()
        })
    );
}

#[test]
fn only_a_folder_can_be_collected_from() {
    let of = |text: &str| {
        let connection: Connection = toml::from_str(text).unwrap();
        collector(&connection).is_some()
    };
    assert!(of(
        "bank = \"ABC\"\nendpoints.collect = { transport = \"folder\", path = \"in\" }"
    ));
    assert!(!of(
        "bank = \"ABC\"\nendpoints.drop = { transport = \"folder\", path = \"out\" }"
    ));
}
