//! Listening: handshakes, connections, their limits, and a polite end.

use crate::access::Caller;
use crate::api::app::App;
use crate::api::routes::{OperatorNetwork, router};
use axum::Router;
use axum::body::Body;
use axum::http::Request;
use hyper::body::Incoming;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;
use tower::ServiceExt as _;

/// Bytes of a request's head, and of its header list in HTTP/2.
const HEAD_BYTES_MAX: u32 = 32 * 1024;
/// How long to wait after the system refused a connection (no more file descriptors).
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Connections of each party.
#[derive(Default)]
struct Parties(Mutex<BTreeMap<String, usize>>);

/// One connection of a party; gives its place back when dropped.
struct Place {
    parties: Arc<Parties>,
    uri: String,
}

impl Parties {
    fn take(self: &Arc<Self>, uri: &str, most: usize) -> Option<Place> {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = counts.entry(uri.to_owned()).or_default();
        if *count >= most {
            return None;
        }
        *count += 1;
        Some(Place {
            parties: Arc::clone(self),
            uri: uri.to_owned(),
        })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut counts = self
            .parties
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = counts.get_mut(&self.uri) {
            *count -= 1;
            if *count == 0 {
                counts.remove(&self.uri);
            }
        }
    }
}

/// Serves the interface by mutual TLS until `stop` is true; then ends what is under way, within
/// the limit for it.
pub async fn serve(
    listener: TcpListener,
    tls: Arc<rustls::ServerConfig>,
    app: Arc<App>,
    stop: watch::Receiver<bool>,
) {
    let acceptor = TlsAcceptor::from(tls);
    let router = router(Arc::clone(&app));
    let parties = Arc::new(Parties::default());
    let task_app = Arc::clone(&app);
    let task_stop = stop.clone();
    listen(listener, &app, stop, move |stream, permit| {
        let connection = Connection {
            app: Arc::clone(&task_app),
            router: router.clone(),
            stop: task_stop.clone(),
            _permit: permit,
        };
        let (acceptor, parties) = (acceptor.clone(), Arc::clone(&parties));
        async move { connection.secured(acceptor, parties, stream).await }
    })
    .await;
}

/// Serves the operator network's calls (health, metrics, the description) without TLS, on an
/// address that only the operator reaches.
pub async fn serve_operator_network(
    listener: TcpListener,
    app: Arc<App>,
    stop: watch::Receiver<bool>,
) {
    let router = router(Arc::clone(&app)).layer(axum::Extension(OperatorNetwork));
    let task_app = Arc::clone(&app);
    let task_stop = stop.clone();
    listen(listener, &app, stop, move |stream, permit| {
        let connection = Connection {
            app: Arc::clone(&task_app),
            router: router.clone(),
            stop: task_stop.clone(),
            _permit: permit,
        };
        async move { connection.serve(stream, None).await }
    })
    .await;
}

async fn listen<F: Future<Output = ()> + Send + 'static>(
    listener: TcpListener,
    app: &App,
    mut stop: watch::Receiver<bool>,
    serve: impl Fn(TcpStream, OwnedSemaphorePermit) -> F,
) {
    let room = Arc::new(Semaphore::new(app.limits().connections_max));
    let mut tasks = JoinSet::new();
    loop {
        // Without room the system's queue fills up, and callers wait there.
        let permit = tokio::select! {
            permit = Arc::clone(&room).acquire_owned() => permit,
            () = stopped(&mut stop) => break,
        };
        let Ok(permit) = permit else {
            break;
        };
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = stopped(&mut stop) => break,
        };
        match accepted {
            Ok((stream, _)) => {
                tasks.spawn(serve(stream, permit));
            }
            Err(error) => {
                tracing::warn!(%error, "a connection could not be accepted");
                app.pace.sleep(ACCEPT_PAUSE).await;
            }
        }
        while tasks.try_join_next().is_some() {}
    }
    drop(listener);
    let drained = async { while tasks.join_next().await.is_some() {} };
    tokio::select! {
        () = drained => {}
        () = app.pace.sleep(app.limits().drain) => {
            tracing::warn!("calls were cut off at the stop");
        }
    }
    tasks.shutdown().await;
}

/// Ends when the server stops; a sender that is gone stops it too.
pub(crate) async fn stopped(stop: &mut watch::Receiver<bool>) {
    let _ = stop.wait_for(|stop| *stop).await;
}

struct Connection {
    app: Arc<App>,
    router: Router,
    stop: watch::Receiver<bool>,
    _permit: OwnedSemaphorePermit,
}

impl Connection {
    async fn secured(self, acceptor: TlsAcceptor, parties: Arc<Parties>, stream: TcpStream) {
        // Small answers wait for nothing.
        let _ = stream.set_nodelay(true);
        let handshake = acceptor.accept(stream);
        let stream = tokio::select! {
            done = handshake => match done {
                Ok(stream) => stream,
                Err(error) => {
                    tracing::info!(%error, "a handshake failed");
                    return;
                }
            },
            () = self.app.pace.sleep(self.app.limits().handshake) => {
                tracing::info!("a handshake took too long");
                return;
            }
        };
        let leaf = stream
            .get_ref()
            .1
            .peer_certificates()
            .and_then(<[_]>::first);
        let Some(leaf) = leaf else {
            return;
        };
        let (party, facts) = match certs::identity::party_of_certificate(leaf) {
            Ok(known) => known,
            Err(error) => {
                tracing::warn!(%error, "a certificate of our authority names no party");
                return;
            }
        };
        let caller = Caller::new(party);
        let most = self.app.limits().connections_per_party_max;
        let Some(place) = parties.take(&caller.uri, most) else {
            tracing::warn!(caller = %caller.uri, "too many connections of one party");
            return;
        };
        tracing::debug!(caller = %caller.uri, serial = %facts.serial_hex, "connected");
        self.serve(stream, Some(Arc::new(caller))).await;
        drop(place);
    }

    async fn serve(
        self,
        stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
        caller: Option<Arc<Caller>>,
    ) {
        let Self {
            app,
            router,
            mut stop,
            _permit,
        } = self;
        let service = hyper::service::service_fn(move |request: Request<Incoming>| {
            let router = router.clone();
            let mut request = request.map(Body::new);
            if let Some(caller) = &caller {
                request.extensions_mut().insert(Arc::clone(caller));
            }
            async move { Ok::<_, Infallible>(answered(router, request).await) }
        });
        let limits = *app.limits();
        let mut builder = auto::Builder::new(TokioExecutor::new());
        builder
            .http1()
            .timer(TokioTimer::new())
            .header_read_timeout(limits.head)
            .max_buf_size(HEAD_BYTES_MAX as usize);
        builder
            .http2()
            .timer(TokioTimer::new())
            .max_concurrent_streams(limits.streams_max)
            .max_header_list_size(HEAD_BYTES_MAX)
            .keep_alive_interval(Some(limits.head))
            .keep_alive_timeout(limits.head);
        let connection = builder.serve_connection(TokioIo::new(stream), service);
        tokio::pin!(connection);
        let old = app.pace.sleep(limits.connection_age_max);
        let ended = tokio::select! {
            ended = connection.as_mut() => Some(ended),
            () = old => None,
            () = stopped(&mut stop) => None,
        };
        let ended = match ended {
            Some(ended) => ended,
            None => {
                connection.as_mut().graceful_shutdown();
                tokio::select! {
                    ended = connection.as_mut() => ended,
                    () = app.pace.sleep(limits.drain) => Ok(()),
                }
            }
        };
        if let Err(error) = ended {
            tracing::debug!(%error, "a connection ended early");
        }
    }
}

async fn answered(router: Router, request: Request<Body>) -> axum::http::Response<Body> {
    match router.oneshot(request).await {
        Ok(response) => response,
        Err(never) => match never {},
    }
}
