//! The demonstration's stage: gateway and sandbox on loopback, with everything that they need.

use super::cast::{Cast, CastError};
use crate::api::ApiLimits;
use crate::channel::{BuildError, build};
use crate::clock::{CHINA, Clock, OffsetClock};
use crate::command::assembly::{AssemblyError, Gateway, Parts};
use crate::configuration::Roles;
use crate::dispatch::{Bank, Pace};
use crate::proof::CheckpointKey;
use crate::sandbox::{self, KeySource, Options, PushTarget, Running, SandboxError};
use crate::telemetry::{Concerns, Metrics};
use adapters::{BankAdapter, Book};
use certs::tls::{Mode, ServerTls, TlsError, server_config, system_clock};
use schemas::codes::{BankCalendar, BankDay, CodesError};
use schemas::employer_files::Limits;
use schemas::value::BankCode;
use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use time::{Date, OffsetDateTime};

/// Why the stage could not be set.
#[derive(Debug, thiserror::Error)]
pub enum StageError {
    /// No list of bank days for this year.
    #[error("there is no bank day to begin on")]
    Day(#[from] CodesError),
    /// The people and their certificates.
    #[error("the parties could not be made")]
    Cast(#[from] CastError),
    /// The banks.
    #[error("the sandbox does not start")]
    Sandbox(#[from] SandboxError),
    /// The way to a bank.
    #[error("a bank's channel can't be made")]
    Channel(#[from] BuildError),
    /// TLS.
    #[error("the server's certificate can't be used")]
    Tls(#[from] TlsError),
    /// The gateway.
    #[error("the gateway does not start")]
    Gateway(#[from] AssemblyError),
}

/// The answer limit of a bank passes in about so many milliseconds.
const ANSWER_LIMIT_MS: u64 = 10_000;

/// Everything that runs.
pub struct Stage {
    /// The people.
    pub cast: Arc<Cast>,
    /// The gateway's address.
    pub url: String,
    /// The business clock's first day where it lies before today: no bank day from today on is
    /// known.
    pub set_back_to: Option<Date>,
    /// The business clock.
    pub clock: Arc<dyn Clock>,
    /// The banks.
    pub sandbox: Running,
    /// The gateway.
    pub gateway: Gateway,
}

impl Stage {
    /// Makes the parties, starts banks and gateway in `folder`.
    ///
    /// # Errors
    /// See [`StageError`].
    pub async fn set(
        book: &'static Book,
        seed: u64,
        folder: &Path,
        machine_now: OffsetDateTime,
    ) -> Result<Self, StageError> {
        let today = machine_now.to_offset(CHINA).date();
        let day = first_day(BankCalendar::built_in(), today)?;
        let start = day
            .with_time(time::macros::time!(10:00))
            .assume_offset(CHINA);
        let clock: Arc<dyn Clock> = Arc::new(OffsetClock::new(start, 1));
        let cast = Cast::make(book, seed, machine_now)?;
        let metrics = Arc::new(Metrics::new());
        let banks: Vec<&'static BankAdapter> = book.adapters().iter().collect();
        let options = Options {
            seed,
            first_port: 0,
            files: folder.join("banks"),
            keys: KeySource::Made,
            push_wait: Duration::from_millis(300),
            ledger: None,
        };
        let mut sandbox = sandbox::start(&banks, &clock, &options).await?;
        let banks = connect(book, &mut sandbox, &clock, &metrics)?;
        let loopback = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let parts = Parts {
            data: folder.to_owned(),
            witness: None,
            master: folder.join("master.key"),
            creates_master: true,
            clock: Arc::clone(&clock),
            book,
            banks,
            collectors: BTreeMap::new(),
            mandates: cast.mandates(),
            roles: Roles::default(),
            calendar: Arc::new(BankCalendar::built_in().clone()),
            pace: pace(book),
            collect_wait_ms: 10_000,
            journal: journal::Options::default(),
            checkpoints: CheckpointKey::default(),
            tls: tokio::sync::watch::Sender::new(tls(&cast)?).subscribe(),
            parties: loopback,
            operator: loopback,
            limits: ApiLimits::default(),
            file_limits: Limits::default(),
            concerns: Arc::new(Concerns::new(Arc::clone(&metrics))),
            metrics,
        };
        let gateway = Gateway::start(parts, |_| {}).await?;
        let url = format!("https://{}", gateway.parties);
        sandbox.push_to(PushTarget {
            url: url.clone(),
            ca_pem: cast.pki.ca_pem().to_owned(),
            identities: cast.banks.clone(),
        });
        Ok(Self {
            cast: Arc::new(cast),
            url,
            set_back_to: (day < today).then_some(day),
            clock,
            sandbox,
            gateway,
        })
    }
}

/// The bank day on which the business clock begins: today or the next one; where the lists end
/// before it, the last one that is known. Another bank day is always known after it, so that
/// what one day leaves has a next day to wait for.
///
/// # Errors
/// `YearUnknown` where the calendar has no such day.
pub(super) fn first_day(calendar: &BankCalendar, today: Date) -> Result<Date, CodesError> {
    let has_next = |day: &Date| {
        day.next_day()
            .is_some_and(|next| calendar.next_bank_day(next).is_ok())
    };
    let next = calendar.next_bank_day(today);
    if let Some(day) = next.as_ref().ok().filter(|day| has_next(day)) {
        return Ok(*day);
    }
    let unknown = CodesError::YearUnknown { year: today.year() };
    let last_year = calendar.years().last().ok_or(unknown)?;
    let mut day = Date::from_ordinal_date(last_year, 1).ok();
    let mut last = None;
    while let Some(date) = day.filter(|date| date.year() == last_year) {
        if calendar.bank_day(date)? == BankDay::Open && has_next(&date) {
            last = Some(date);
        }
        day = date.next_day();
    }
    last.ok_or(CodesError::YearUnknown { year: today.year() })
}

/// The longest answer limit passes within the demonstration.
fn pace(book: &Book) -> Pace {
    let limits = book.by_dialect();
    let longest = limits
        .map(|adapter| adapter.query_pace().answer_limit_ms)
        .max();
    Pace {
        divisor: (longest.unwrap_or_default() / ANSWER_LIMIT_MS).max(1),
        ..Pace::REAL
    }
}

fn connect(
    book: &'static Book,
    sandbox: &mut Running,
    clock: &Arc<dyn Clock>,
    metrics: &Arc<Metrics>,
) -> Result<BTreeMap<BankCode, Arc<Bank>>, StageError> {
    let mut connected = BTreeMap::new();
    for adapter in book.adapters() {
        let bank = adapter.code();
        let Some(connection) = sandbox.connections.get(&bank) else {
            continue;
        };
        let parts = Bank {
            adapter,
            keys: sandbox.keys.remove(&bank).unwrap_or_default(),
            channel: build(connection, &BTreeMap::new(), clock, metrics)?,
            fields: adapter.example_connection(),
        };
        connected.insert(bank, Arc::new(parts));
    }
    Ok(connected)
}

fn tls(cast: &Cast) -> Result<Arc<rustls::ServerConfig>, TlsError> {
    server_config(&ServerTls {
        chain_pem: cast.server.certificate_pem.as_bytes(),
        key_pem: cast.server.key_pem.as_bytes(),
        client_ca_pem: cast.pki.ca_pem().as_bytes(),
        crls: &[cast.pki.crl_pem().as_bytes()],
        mode: Mode::Development,
        allow_tls12: false,
        clock: system_clock(),
    })
}
