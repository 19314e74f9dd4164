//! `anxin serve`: the gateway, for real.

mod banks;
mod descriptors;
mod not_started;
mod numbers;
mod reload;
mod security;

pub(super) use security::bank_keys;

use super::adapter::book;
use super::arguments::Serve;
use super::assembly::{Gateway, Parts};
use super::terminal::progress;
use super::told;
use super::words::{Ended, Exit, Failure, Words, pick};
use crate::api::ApiLimits;
use crate::clock::{Clock, OffsetClock, SystemClock};
use crate::configuration::{ChainDigest, Configuration, EvidenceLevel, ProfileName, Settings};
use crate::dispatch::Pace;
use crate::index::ask_witnesses;
use crate::intake::{AcceptanceLimits, RefusalLimits};
use crate::mandates::{Mandate, Mandates};
use crate::serving::StartError;
use crate::telemetry::{self, Concerns, Metrics};
use adapters::Book;
use not_started::not_started;
use reload::Reload;
use schemas::Lang;
use schemas::codes::BankCalendar;
use schemas::employer_files::Limits;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// For threads of blocking work that is not over when everything has stopped.
const THREADS_WAIT: Duration = Duration::from_secs(2);

/// Runs the command until it is told to stop.
///
/// # Errors
/// See [`Failure`].
pub fn run(arguments: &Serve, lang: Lang) -> Ended {
    let configuration = load(arguments, lang)?;
    let clock = clock(&configuration.settings);
    let level = configuration.settings.logs.level;
    telemetry::begin(level, Arc::clone(&clock)).map_err(|error| Failure::defect(&error))?;
    certs::self_test().map_err(|error| Failure::defect(&error))?;
    schemas::codes::check().map_err(|error| Failure::defect(&error))?;
    schemas::finding::check_table().map_err(|error| Failure::defect(&error))?;
    let book = book()?;
    check_evidence(&configuration, book, clock.as_ref(), lang)?;
    let places = &configuration.settings.places;
    crate::copy::may_start(&places.data)
        .map_err(|error| not_started(&StartError::SetApart(error).into()))?;
    if configuration.settings.profile == ProfileName::Development {
        // Its certificates are made in the data folder before the journal is opened.
        ask_witnesses(&places.data, places.witness.as_deref())
            .map_err(|error| not_started(&StartError::Refused(error).into()))?;
    }
    warn_of_no_witness(&configuration.settings);
    warn_of_the_last_year(&configuration.calendar, clock.now().date());
    let runtime = super::runtime()?;
    let ended = runtime.block_on(serve(&configuration, book, clock, lang));
    // A look into a bank's folder that hangs would be waited for without an end.
    runtime.shutdown_timeout(THREADS_WAIT);
    ended
}

async fn serve(
    configuration: &Configuration,
    book: &'static Book,
    clock: Arc<dyn Clock>,
    lang: Lang,
) -> Ended {
    let settings = &configuration.settings;
    let metrics = Arc::new(Metrics::new());
    let connected = banks::connect(configuration, book, &clock, &metrics)?;
    let concerns = Arc::new(Concerns::new(Arc::clone(&metrics)));
    // Certificates live by the machine's time, whatever the business clock shows.
    let machine: Arc<dyn Clock> = Arc::new(SystemClock::new());
    let mut reload = Reload::begin(
        settings,
        connected.tls,
        machine,
        Arc::clone(&concerns),
        Arc::clone(&metrics),
    )?;
    reload.hear();
    descriptors::warn_of_few(settings, lang);
    let development = settings.profile == ProfileName::Development;
    let parts = Parts {
        data: settings.places.data.clone(),
        witness: settings.places.witness.clone(),
        master: settings.places.master_key_file.clone(),
        creates_master: development,
        clock: Arc::clone(&clock),
        book,
        banks: connected.banks,
        collectors: connected.collectors,
        mandates: mandates(configuration),
        roles: configuration.roles.clone(),
        calendar: Arc::new(configuration.calendar.clone()),
        pace: Pace {
            divisor: settings.development.pace_divisor,
            retry_wait_ms: settings.dispatch.retry_wait_ms,
            query_wait_ms: settings.dispatch.query_wait_ms,
        },
        collect_wait_ms: settings.dispatch.collect_wait_ms,
        journal: journal(settings),
        checkpoints: settings.checkpoints.clone(),
        tls: reload.door(),
        parties: settings.listen.parties,
        operator: settings.listen.operator,
        limits: limits(settings),
        file_limits: file_limits(settings),
        metrics,
        concerns,
    };
    let template = pick(
        lang,
        "重放日志 {pos} 条 {elapsed}",
        "replaying {pos} records {elapsed}",
    );
    let bar = progress(0, template);
    let watched = bar.clone();
    let started = Gateway::start(parts, move |sequence| watched.set_position(sequence)).await;
    bar.finish_and_clear();
    let gateway = started.map_err(|error| not_started(&error))?;
    let reloading = tokio::spawn(reload.run());
    let mut stop = super::StopSignals::new()?;
    say(&gateway, configuration, lang);
    stop.asked().await;
    reloading.abort();
    tracing::info!("stopping: calls under way are finished");
    let stopped = gateway.stop().await;
    stopped.map_err(|error| Failure::defect(&error))?;
    Ok(Exit::Done)
}

/// Without the next year's list nothing is instructed from its first day on.
fn warn_of_the_last_year(calendar: &BankCalendar, today: time::Date) {
    let in_60_days = today.saturating_add(time::Duration::days(60)).year();
    if !calendar.years().any(|year| year == in_60_days) {
        tracing::warn!(
            year = in_60_days,
            "no list of bank days; see config/calendar"
        );
    }
}

/// Where real money is paid, a data folder that is put back should be noticed.
fn warn_of_no_witness(settings: &Settings) {
    if settings.profile == ProfileName::Production && settings.places.witness.is_none() {
        tracing::warn!(
            "no witness outside the data folder ([places] witness): a folder that is put back \
             as it was pays again what was sent since"
        );
    }
}

/// The business clock: the machine's, or in development one that was set.
fn clock(settings: &Settings) -> Arc<dyn Clock> {
    match settings.development.clock {
        Some(start) => Arc::new(OffsetClock::new(start, 1)),
        None => Arc::new(SystemClock::new()),
    }
}

fn load(arguments: &Serve, lang: Lang) -> Result<Configuration, Failure> {
    let read = Configuration::load_for(&arguments.config, arguments.data.as_deref());
    let configuration = read.map_err(|errors| told::refused(&errors, lang))?;
    super::private_folder(&configuration.settings.places.data)?;
    Ok(configuration)
}

fn check_evidence(
    configuration: &Configuration,
    book: &Book,
    clock: &dyn Clock,
    lang: Lang,
) -> Result<(), Failure> {
    let today = clock.now().date();
    let level = |bank| EvidenceLevel::parse(book.adapter(bank)?.evidence().as_str());
    let checked = configuration.check_evidence(today, level);
    checked.map_err(|errors| told::refused(&errors, lang))
}

fn mandates(configuration: &Configuration) -> Mandates {
    let mut mandates = Mandates::default();
    for mandate in configuration.mandates.iter() {
        let key = (mandate.employer, mandate.bank, mandate.account);
        // The installation's own numbers at the bank stand in the connection.
        let registered = Mandate {
            payer_name: mandate.name.clone(),
            connection: adapters::ConnectionValues::default(),
        };
        mandates.register(key, registered);
    }
    mandates
}

fn limits(settings: &Settings) -> ApiLimits {
    let (limits, waits) = (&settings.limits, &settings.time_outs);
    let count = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
    ApiLimits {
        buffered_bytes_max: count(limits.buffered_bytes_max.max(limits.bank_message_bytes_max)),
        uploads_max: count(limits.uploads_max),
        receptions_max: count(limits.receptions_max),
        receptions_per_party_max: count(limits.party_receptions_max),
        received_bytes_per_party_max: limits.party_received_bytes_max.max(limits.upload_bytes_max),
        head_bytes_max: count(limits.head_bytes_max),
        message_bytes_max: count(limits.bank_message_bytes_max),
        command_bytes_max: count(limits.request_bytes_max),
        body_idle: Duration::from_millis(waits.idle_wait_ms),
        body_bytes_per_second_min: waits.body_bytes_per_second_min,
        handshake: Duration::from_millis(waits.handshake_wait_ms),
        handshakes_max: count(limits.handshakes_max),
        handshakes_per_address_max: count(limits.address_handshakes_max),
        head: Duration::from_millis(waits.head_wait_ms),
        connections_max: count(limits.connections_max),
        connections_per_party_max: count(limits.party_connections_max),
        drain: Duration::from_millis(waits.stop_wait_ms),
        refusals: RefusalLimits {
            uploads_max: limits.party_refused_uploads_per_day_max,
            bytes_max: limits.party_refused_bytes_per_day_max,
        },
        acceptances: AcceptanceLimits {
            uploads_max: limits.party_accepted_uploads_per_day_max,
            lines_max: limits.party_accepted_lines_per_day_max,
            bytes_max: limits.party_accepted_bytes_per_day_max,
        },
        ..ApiLimits::default()
    }
}

/// How the journal is written. What waits to be durable may be several groups.
fn journal(settings: &Settings) -> journal::Options {
    let (journal, group) = (&settings.journal, &settings.group_commit);
    let defaults = journal::Options::default();
    let group_bytes_max = usize::try_from(group.bytes_max).unwrap_or(usize::MAX);
    journal::Options {
        segment_bytes_max: journal.segment_bytes_max,
        group_bytes_max,
        group_records_max: group.records_max,
        in_flight_bytes_max: defaults.in_flight_bytes_max.max(group_bytes_max),
        digest: match journal.digest {
            ChainDigest::Sha256 => journal::Digest::Sha256,
            ChainDigest::Sm3 => journal::Digest::Sm3,
        },
        ..defaults
    }
}

fn file_limits(settings: &Settings) -> Limits {
    Limits {
        bytes_max: settings.limits.upload_bytes_max,
        lines_max: u32::try_from(settings.limits.lines_max).unwrap_or(u32::MAX),
        ..Limits::default()
    }
}

/// Where it serves. It does so whether or not anybody reads that.
fn say(gateway: &Gateway, configuration: &Configuration, lang: Lang) {
    let (parties, operator) = (gateway.parties, gateway.operator);
    let banks = configuration.connections.len();
    let mut paper = super::terminal::paper();
    let told = paper.line(&match lang {
        Lang::Zh => {
            format!("网关 https://{parties}(双向 TLS),运维 http://{operator},{banks} 家银行")
        }
        Lang::En => format!(
            "gateway https://{parties} (mutual TLS), operations http://{operator}, {banks} banks"
        ),
    });
    if let Err(error) = told.and_then(|()| paper.flush()) {
        tracing::warn!(%error, "nobody reads where it serves");
    }
}

/// A file of the configuration that can't be used.
fn unusable(path: &Path, error: &(dyn std::error::Error + 'static)) -> Failure {
    let path = path.display();
    Failure::usage(
        Words::new(format!("{path} 不能使用"), format!("{path} can't be used")),
        Words::new(
            "请核对文件内容与权限(私钥须为 0600)。",
            "Check its content and its mode (0600 for keys).",
        ),
    )
    .caused_by(error)
}

#[cfg(test)]
mod tests;
