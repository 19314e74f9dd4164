//! Listening: handshakes, connections, their limits, and a polite end.

mod activity;
mod door;

use crate::access::Caller;
use crate::api::app::{ApiLimits, App};
use crate::api::room::Places;
use crate::api::routes::{OperatorNetwork, router};
use activity::{Activity, until_gone};
use axum::Router;
use axum::body::Body;
use axum::http::Request;
use door::{Door, Entry};
use hyper::body::Incoming;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;
use tower::ServiceExt as _;

/// The least head that hyper can be limited to.
const HEAD_BYTES_MIN: usize = 8 * 1024;
/// How long to wait after the system refused a connection (no more file descriptors).
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Serves the interface by mutual TLS until `stop` is true; then ends what is under way, within
/// the limit for it. A new configuration in `tls` holds for every new handshake, and connections
/// under the old one are ended politely: a revoked certificate must come in again.
pub async fn serve(
    listener: TcpListener,
    tls: watch::Receiver<Arc<rustls::ServerConfig>>,
    app: Arc<App>,
    stop: watch::Receiver<bool>,
) {
    let router = router(Arc::clone(&app));
    let limits = *app.limits();
    let inside = Inside {
        all: Arc::new(Semaphore::new(limits.connections_max)),
        parties: Places::new(u64::MAX, limits.connections_per_party_max as u64),
    };
    let door = Door::new(limits.handshakes_max, limits.handshakes_per_address_max);
    let task_app = Arc::clone(&app);
    let task_stop = stop.clone();
    listen((listener, door), &app, stop, move |stream, entry| {
        let connection = Connection {
            app: Arc::clone(&task_app),
            router: router.clone(),
            stop: task_stop.clone(),
        };
        let (tls, inside) = (tls.clone(), inside.clone());
        async move { connection.secured(tls, inside, (stream, entry)).await }
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
    // Nobody shakes hands here, and few addresses ask.
    let door = Door::new(app.limits().connections_max, usize::MAX);
    let task_app = Arc::clone(&app);
    let task_stop = stop.clone();
    listen((listener, door), &app, stop, move |stream, entry| {
        let connection = Connection {
            app: Arc::clone(&task_app),
            router: router.clone(),
            stop: task_stop.clone(),
        };
        async move {
            connection.serve(stream, None, Protocol::Http1, None).await;
            drop(entry);
        }
    })
    .await;
}

async fn listen<F: Future<Output = ()> + Send + 'static>(
    (listener, door): (TcpListener, Door),
    app: &App,
    mut stop: watch::Receiver<bool>,
    serve: impl Fn(TcpStream, Entry) -> F,
) {
    let mut tasks = JoinSet::new();
    loop {
        // Without room the system's queue fills up, and callers wait there.
        let room = tokio::select! {
            room = door.room() => room,
            () = stopped(&mut stop) => break,
        };
        let Some(room) = room else {
            break;
        };
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = stopped(&mut stop) => break,
        };
        match accepted {
            Ok((stream, from)) => match door.enter(room, from.ip()) {
                Some(entry) => {
                    tasks.spawn(serve(stream, entry));
                }
                // Closed at once: whoever it is, the others are not to wait for it.
                None => app.metrics.closed("address"),
            },
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
}

/// Places of those who have shown their certificates.
#[derive(Clone)]
struct Inside {
    all: Arc<Semaphore>,
    parties: Arc<Places>,
}

impl Connection {
    async fn secured(self, mut tls: Tls, inside: Inside, (stream, entry): (TcpStream, Entry)) {
        let mut stop = self.stop.clone();
        // Small answers wait for nothing.
        let _ = stream.set_nodelay(true);
        let config = Arc::clone(&tls.borrow_and_update());
        let handshake = TlsAcceptor::from(config).accept(stream);
        let stream = tokio::select! {
            done = handshake => match done {
                Ok(stream) => stream,
                Err(error) => {
                    tracing::info!(%error, "a handshake failed");
                    return self.app.metrics.closed("handshake");
                }
            },
            () = self.app.pace.sleep(self.app.limits().handshake) => {
                tracing::info!("a handshake took too long");
                return self.app.metrics.closed("silence");
            }
        };
        let leaf = stream
            .get_ref()
            .1
            .peer_certificates()
            .and_then(<[_]>::first);
        let Some(leaf) = leaf else {
            return self.app.metrics.closed("identity");
        };
        let (party, facts) = match certs::identity::party_of_certificate(leaf) {
            Ok(known) => known,
            Err(error) => {
                tracing::warn!(%error, "a certificate of our authority names no party");
                return self.app.metrics.closed("identity");
            }
        };
        let caller = Caller::new(party);
        let Some(place) = inside.parties.take_now(&caller.organisation) else {
            tracing::warn!(caller = %caller.uri, "too many connections of one party");
            return self.app.metrics.closed("party");
        };
        // Until there is a place inside it keeps the one at the door: then callers wait outside.
        let permit = tokio::select! {
            permit = inside.all.acquire_owned() => permit,
            () = self.app.pace.sleep(self.app.limits().head) => {
                tracing::warn!(caller = %caller.uri, "no place for a connection");
                return self.app.metrics.closed("full");
            }
            () = stopped(&mut stop) => return,
        };
        drop(entry);
        tracing::debug!(caller = %caller.uri, serial = %facts.serial_hex, "connected");
        // Agreed in the handshake: nothing has to be guessed from the first bytes, and a caller
        // that sends none can't hold the guessing up.
        let protocol = match stream.get_ref().1.alpn_protocol() {
            Some(b"h2") => Protocol::Http2,
            Some(_) | None => Protocol::Http1,
        };
        let caller = Some(Arc::new(caller));
        self.serve(stream, caller, protocol, Some(tls)).await;
        drop((place, permit));
    }

    async fn serve(
        self,
        stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
        caller: Option<Arc<Caller>>,
        protocol: Protocol,
        tls: Option<Tls>,
    ) {
        let Self {
            app,
            router,
            mut stop,
        } = self;
        let activity = Activity::new(Arc::clone(&app.pace));
        let requests = activity.clone();
        let service = hyper::service::service_fn(move |request: Request<Incoming>| {
            let (router, under_way) = (router.clone(), requests.request());
            let mut request = request.map(Body::new);
            if let Some(caller) = &caller {
                request.extensions_mut().insert(Arc::clone(caller));
            }
            async move {
                let response = answered(router, request).await;
                Ok::<_, Infallible>(until_gone(response, under_way))
            }
        });
        let limits = *app.limits();
        let builder = builder(&limits, protocol);
        let connection = builder.serve_connection(TokioIo::new(stream), service);
        tokio::pin!(connection);
        let ended = tokio::select! {
            ended = connection.as_mut() => Some(ended),
            () = app.pace.sleep(limits.connection_age_max) => None,
            silent = activity.idle(limits.head, limits.body_idle) => {
                if silent {
                    tracing::info!("a connection without a request was closed");
                    return;
                }
                None
            }
            () = changed(tls) => None,
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

/// The server's TLS, changed while it serves.
type Tls = watch::Receiver<Arc<rustls::ServerConfig>>;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Protocol {
    Http1,
    Http2,
}

fn builder(limits: &ApiLimits, protocol: Protocol) -> auto::Builder<TokioExecutor> {
    let head_bytes_max = limits.head_bytes_max.max(HEAD_BYTES_MIN);
    let mut builder = auto::Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.head)
        .max_buf_size(head_bytes_max);
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(limits.streams_max)
        .max_header_list_size(u32::try_from(head_bytes_max).unwrap_or(u32::MAX))
        .keep_alive_interval(Some(limits.head))
        .keep_alive_timeout(limits.head);
    match protocol {
        Protocol::Http1 => builder.http1_only(),
        Protocol::Http2 => builder.http2_only(),
    }
}

/// Ends when there is a new TLS configuration; never where there can't be one.
async fn changed(tls: Option<Tls>) {
    if let Some(mut tls) = tls
        && tls.changed().await.is_ok()
    {
        return;
    }
    std::future::pending().await
}

async fn answered(router: Router, request: Request<Body>) -> axum::http::Response<Body> {
    match router.oneshot(request).await {
        Ok(response) => response,
        Err(never) => match never {},
    }
}
