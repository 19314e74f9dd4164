//! Bodies and connections: sizes, packing, other sites, unknown paths and methods.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod api_kit;

use api_kit::{Kit, own, system, wage_file};
use gateway::api::{BankMessages, Receipted};
use gateway::core::{Core, CoreError};
use schemas::value::BankCode;
use std::sync::{Arc, Mutex};

#[tokio::test(flavor = "multi_thread")]
async fn a_large_upload_goes_through_a_sealed_file_that_is_gone_afterwards() {
    let kit = Kit::start_with(|limits| limits.memory_bytes_max = 1000).await;
    let csv = wage_file(own(), "GZ-1", "ICBC", 200, 0);
    let receipt = kit.submit(&system(own()), &csv).await.expect(202).json();
    assert_eq!(receipt["line_count"], 200);
    assert_eq!(receipt["digest"], api_kit::hash(csv.as_bytes()));
    let disk: &dyn journal::disk::Disk = &kit.disk;
    assert!(
        disk.list(std::path::Path::new("/data/spool"))
            .unwrap()
            .is_empty()
    );
    kit.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn bodies_that_are_too_large_or_packed_are_refused() {
    let kit = Kit::start_with(|limits| limits.message_bytes_max = 100).await;
    let path = "/v1/banks/ICBC/messages?message=push";
    kit.post("urn:anxin:bank:ICBC", path, vec![b'x'; 101])
        .await
        .expect(413);
    kit.post("urn:anxin:bank:ICBC", path, vec![b'x'; 100])
        .await
        .expect(200);
    let csv = wage_file(own(), "GZ-1", "ICBC", 1, 0);
    let packed = [("content-encoding", "gzip")];
    kit.call(&system(own()), "POST", "/v1/batches", &packed, csv.clone())
        .await
        .expect(415);
    let form = [("content-type", "multipart/form-data; boundary=x")];
    kit.call(&system(own()), "POST", "/v1/batches", &form, csv.clone())
        .await
        .expect(415);
    let foreign = [("origin", "https://elsewhere.example")];
    kit.call(&system(own()), "POST", "/v1/batches", &foreign, csv)
        .await
        .expect(403);
    kit.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn unknown_paths_and_methods_are_problems_too() {
    let kit = Kit::start().await;
    let nowhere = kit.get(&system(own()), "/v1/nowhere").await.expect(404);
    assert_eq!(nowhere.header("content-type"), "application/problem+json");
    assert_eq!(nowhere.header("cache-control"), "no-store");
    let problem = nowhere.json();
    assert_eq!(problem["instance"], "/v1/nowhere");
    assert_eq!(problem["title"], "未找到");
    assert_eq!(problem["en"]["title"], "Not found");
    let method = kit
        .call(&system(own()), "DELETE", "/v1/batches", &[], "")
        .await
        .expect(405);
    assert_eq!(method.header("content-type"), "application/problem+json");
    let allowed = method.header("allow");
    assert!(
        allowed.contains("GET") && allowed.contains("POST"),
        "{allowed}"
    );
    kit.stop().await;
}

#[derive(PartialEq)]
enum Call {
    Approve,
    Resolve,
    Confirm,
}

/// A body that is wrong, the field that is named, and a word of why.
const WRONG: &[(Call, &str, &str, &str)] = &[
    (Call::Approve, "", "body", "请求体为空"),
    (Call::Approve, "x", "body", "不是 JSON"),
    (Call::Approve, "[]", "body", "JSON 对象"),
    (
        Call::Approve,
        "{\"line_count\":1,\"total_fen\":1}",
        "digest",
        "缺少",
    ),
    (
        Call::Approve,
        "{\"digest\":\"a\",\"lines\":1}",
        "lines",
        "不属于",
    ),
    (
        Call::Approve,
        "{\"digest\":\"a\",\"line_count\":1,\"total_fen\":1000.01}",
        "total_fen",
        "整数",
    ),
    (
        Call::Approve,
        "{\"digest\":\"a\",\"line_count\":-1,\"total_fen\":1}",
        "line_count",
        "不小于 0",
    ),
    (
        Call::Approve,
        "{\"digest\":\"a\",\"line_count\":1,\"total_fen\":1,\"acknowledged\":\"x\"}",
        "acknowledged",
        "数组",
    ),
    (
        Call::Approve,
        "{\"digest\":\"a\",\"digest\":\"b\",\"line_count\":1,\"total_fen\":1}",
        "digest",
        "重复",
    ),
    // A number of a person in the place of a name is not repeated.
    (Call::Approve, "{\"11010519491231002X\":1}", "?", "不属于"),
    (
        Call::Resolve,
        "{\"outcome\":\"paid\",\"words\":\"x\"}",
        "evidence_digest",
        "缺少",
    ),
    (
        Call::Resolve,
        "{\"outcome\":7,\"words\":\"x\",\"evidence_digest\":\"a\"}",
        "outcome",
        "字符串",
    ),
    (Call::Confirm, "{}", "evidence_digest", "缺少"),
];

/// A command that is not as the interface says: the member is named, with what is allowed.
#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_member_of_a_command_is_named_in_both_languages() {
    let kit = Kit::start().await;
    let csv = wage_file(own(), "GZ-1", "ICBC", 1, 0);
    let receipt = kit.submit(&system(own()), &csv).await.expect(202).json();
    let batch = receipt["batch_id"].as_str().unwrap().to_owned();
    let approve = format!("/v1/batches/{batch}/approve");
    let resolve = format!("/v1/payments/{batch}.1/resolution");
    let confirm = format!("{resolve}/confirm");
    for (call, body, field, words) in WRONG {
        let path = match call {
            Call::Approve => &approve,
            Call::Resolve => &resolve,
            Call::Confirm => &confirm,
        };
        let operator = "urn:anxin:operator:ops:person:li".to_owned();
        let party = match *call == Call::Approve {
            true => api_kit::person(own(), "li"),
            false => operator,
        };
        let reply = kit.post(&party, path, *body).await.expect(400);
        assert_eq!(reply.header("content-type"), "application/problem+json");
        let problem = reply.json();
        let zh = problem["detail"].as_str().unwrap();
        assert_eq!(problem["field"], *field, "{body}: {problem}");
        assert!(zh.contains(words), "{body}: {zh}");
        let en = problem["en"]["detail"].as_str().unwrap();
        assert!(en.is_ascii() && en.contains("digest"), "{en}");
        assert!(*field == "body" || en.contains(field), "{en}");
    }
    kit.stop().await;
}

/// A parameter that is unknown or not of its form: named, with what is allowed.
#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_parameter_is_named_with_what_is_allowed() {
    let kit = Kit::start().await;
    for (query, field, allowed) in [
        ("limit=0", "limit", "1000"),
        ("limit=1001", "limit", "1000"),
        ("next=abc", "next", "游标"),
        ("pay_month=2026-13", "pay_month", "2026-11"),
        ("from=2026-11-31", "from", "2026-11-01"),
        (
            "form=2026-11-01",
            "query",
            "本接口没有参数 form；可用的参数：",
        ),
        ("from=2026-11-30&to=2026-11-01", "to", "from"),
    ] {
        let path = format!("/v1/payments?{query}");
        let problem = kit.get(&system(own()), &path).await.expect(400).json();
        assert_eq!(problem["field"], field, "{query}");
        let detail = problem["detail"].as_str().unwrap();
        assert!(detail.contains(allowed), "{query}: {detail}");
        assert!(
            problem["en"]["detail"].as_str().unwrap().is_ascii(),
            "{problem}"
        );
    }
    let csv = wage_file(own(), "GZ-1", "ICBC", 1, 0);
    let path = "/v1/batches?policy=best";
    let problem = kit.call(&system(own()), "POST", path, &[], csv).await;
    let detail = problem.expect(400).json()["detail"]
        .as_str()
        .unwrap()
        .to_owned();
    assert!(
        detail.contains("all_or_nothing") && detail.contains("good_lines"),
        "{detail}"
    );
    kit.stop().await;
}

/// INTERFACE section 4 names them; of a refused file no batch is kept, so `refused` finds none.
#[tokio::test(flavor = "multi_thread")]
async fn every_state_of_a_batch_is_a_word_of_its_filter() {
    let kit = Kit::start().await;
    let csv = wage_file(own(), "GZ-1", "ICBC", 3, 0);
    kit.submit(&system(own()), &csv).await.expect(202);
    for (state, count) in [
        ("refused", 0),
        ("held", 1),
        ("released", 0),
        ("in_progress", 0),
        ("settled", 0),
        ("withdrawn", 0),
    ] {
        let path = format!("/v1/batches?state={state}");
        let page = kit.get(&system(own()), &path).await.expect(200).json();
        assert_eq!(page["batches"].as_array().unwrap().len(), count, "{state}");
    }
    kit.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_silent_body_and_a_silent_handshake_are_cut_off() {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let kit = Kit::start_with(|limits| {
        limits.body_idle = std::time::Duration::from_millis(50);
        limits.handshake = std::time::Duration::from_millis(50);
    })
    .await;
    let mut stream = kit.connect(&system(own())).await.unwrap();
    let head = "POST /v1/batches HTTP/1.1\r\nhost: localhost\r\ncontent-length: 10\r\n\r\nab";
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut answer = vec![0; 12];
    stream.read_exact(&mut answer).await.unwrap();
    assert_eq!(answer, b"HTTP/1.1 408");
    let mut silent = tokio::net::TcpStream::connect(kit.address).await.unwrap();
    let mut nothing = [0; 1];
    assert_eq!(silent.read(&mut nothing).await.unwrap(), 0);
    kit.stop().await;
}

/// A call that takes no body does nothing where it is asked for more than it does; a code that
/// does not exist is acknowledged by nobody.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_understood_is_not_passed_over() {
    let kit = Kit::start().await;
    let csv = wage_file(own(), "GZ-1", "ICBC", 1, 0);
    let receipt = kit.submit(&system(own()), &csv).await.expect(202).json();
    let id = receipt["batch_id"].as_str().unwrap();
    let person = api_kit::person(own(), "li");
    let before = kit.core.desk().sequence();
    for call in ["withdraw", "correction"] {
        let path = format!("/v1/batches/{id}/{call}");
        for body in ["{\"lines\":[1]}", "[]", "line 1", "null"] {
            let reply = kit.post(&person, &path, body).await.expect(400);
            assert_eq!(reply.json()["field"], "body", "{call} {body}");
        }
    }
    let approval = serde_json::json!({
        "digest": receipt["digest"], "line_count": 1, "total_fen": receipt["total_fen"],
        "acknowledged": ["payee_in_flight", "payee_in_fligth"],
    });
    let path = format!("/v1/batches/{id}/approve");
    let reply = kit.post(&person, &path, approval.to_string()).await;
    assert_eq!(reply.expect(400).json()["field"], "acknowledged");
    assert_eq!(kit.core.desk().sequence(), before);
    let path = format!("/v1/batches/{id}/withdraw");
    kit.post(&person, &path, "{}").await.expect(200);
    kit.stop().await;
}

/// Notes what comes, with two headers before it.
#[derive(Clone, Default)]
struct Headed(Arc<Mutex<Vec<Vec<u8>>>>);

impl BankMessages for Headed {
    fn headers(&self, bank: BankCode, kind: &str) -> Vec<String> {
        assert_eq!((bank.as_str(), kind), ("ICBC", "push"));
        ["X-Time", "X-Sign"].map(str::to_owned).to_vec()
    }

    fn receive(
        &self,
        _: &Core,
        _: BankCode,
        _: &str,
        bytes: &[u8],
    ) -> Result<Option<Receipted>, CoreError> {
        self.0.lock().unwrap().push(bytes.to_vec());
        Ok(None)
    }
}

/// The headers that belong to a bank's message come with it, others do not.
#[tokio::test(flavor = "multi_thread")]
async fn a_banks_message_has_its_headers_before_it() {
    let headed = Headed::default();
    let messages = headed.clone();
    let kit = Kit::start_parts(|parts| parts.bank_messages = Arc::new(messages)).await;
    let (bank, path) = (
        "urn:anxin:bank:ICBC",
        "/v1/banks/ICBC/messages?message=push",
    );
    let long = "a".repeat(2_049);
    for headers in [
        [("x-sign", "abc="), ("x-more", "1"), ("x-time", "17")].as_slice(),
        &[("x-time", "17"), ("x-sign", "a"), ("x-sign", "b")],
        &[("x-time", &long)],
    ] {
        kit.call(bank, "POST", path, headers, "{}")
            .await
            .expect(503);
    }
    let came: Vec<String> = headed.0.lock().unwrap().drain(..).map(text).collect();
    assert_eq!(
        came,
        ["X-Time: 17\nX-Sign: abc=\n\n{}", "X-Time: 17\n\n{}", "\n{}"]
    );
    kit.stop().await;
}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap()
}
