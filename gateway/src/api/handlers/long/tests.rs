#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use super::*;
use crate::clock::SystemClock;
use http_body_util::BodyExt as _;

const AMPLE: Duration = Duration::from_secs(20);

fn answer(
    idle: Duration,
    write: impl FnOnce(&mut dyn Write) -> Result<(), QueryError> + Send + 'static,
) -> Body {
    body(Arc::new(SystemClock::new()), idle, write)
}

#[tokio::test]
async fn an_answer_is_whole_or_broken_off() {
    let long = vec![b'x'; 10 * CHUNK_BYTES + 1];
    let sent = long.clone();
    let whole = answer(AMPLE, move |out| Ok(out.write_all(&sent)?));
    assert_eq!(whole.collect().await.unwrap().to_bytes(), long);
    let failed = answer(AMPLE, |out| {
        out.write_all(&[b'x'; CHUNK_BYTES])?;
        Err(io::Error::other("no more").into())
    });
    assert!(failed.collect().await.is_err());
    let stumbled = answer(AMPLE, |out| {
        out.write_all(&[b'x'; CHUNK_BYTES])?;
        panic!("a defect")
    });
    assert!(stumbled.collect().await.is_err());
}

#[tokio::test]
async fn who_takes_too_late_learns_that_it_is_not_whole() {
    let (given_up, told) = tokio::sync::oneshot::channel();
    let late = answer(Duration::from_millis(50), |out| {
        let mut write = || (0..10).try_for_each(|_| out.write_all(&[b'x'; CHUNK_BYTES]));
        let wrote = write();
        let _ = given_up.send(wrote.as_ref().copied().map_err(io::Error::kind));
        Ok(wrote?)
    });
    let told = tokio::time::timeout(AMPLE, told).await.unwrap();
    assert_eq!(told.unwrap(), Err(io::ErrorKind::TimedOut));
    assert!(late.collect().await.is_err());
}
