//! Bodies and connections: sizes, packing, other sites, unknown paths and methods.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod api_kit;

use api_kit::{Kit, own, system, wage_file};

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
