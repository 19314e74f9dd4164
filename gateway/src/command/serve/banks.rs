//! The connected banks, from the installation's files.

use super::numbers::connection_values;
use super::reload::{BankTls, Held};
use super::security::{Table, bank_keys, bank_tls};
use crate::channel::{Collector, HttpChannel, TcpChannel, build, collector};
use crate::clock::Clock;
use crate::command::words::Failure;
use crate::configuration::connection::EndpointTls;
use crate::configuration::{Configuration, Connection, Endpoint, ProfileName};
use crate::dispatch::Bank;
use crate::keys::BankKeys;
use crate::telemetry::Metrics;
use adapters::Book;
use schemas::value::BankCode;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

/// The banks and the folders into which they drop results.
pub struct Connected {
    /// The banks.
    pub banks: BTreeMap<BankCode, Arc<Bank>>,
    /// The folders.
    pub collectors: BTreeMap<BankCode, Collector>,
    /// TLS towards them, to be looked after.
    pub tls: BankTls,
}

/// Makes every configured bank ready.
///
/// # Errors
/// A bank that is not in the book, or files that can't be used.
pub fn connect(
    configuration: &Configuration,
    book: &'static Book,
    clock: &Arc<dyn Clock>,
    metrics: &Arc<Metrics>,
) -> Result<Connected, Failure> {
    let mut connected = Connected {
        banks: BTreeMap::new(),
        collectors: BTreeMap::new(),
        tls: BTreeMap::new(),
    };
    let places = &configuration.settings.places;
    let beside = places.master_key_file.parent().unwrap_or(Path::new("."));
    let keys = beside.join("keys");
    for (bank, connection) in &configuration.connections {
        let adapter = book
            .adapter(*bank)
            .ok_or_else(|| Failure::no_such_bank(bank.as_str()))?;
        let tls = tls_of(configuration, connection)?;
        let doors = tls.iter().map(|(name, held)| (name.clone(), held.door()));
        let channel = build(connection, &doors.collect(), clock, metrics);
        connected.tls.insert(*bank, tls.into_values().collect());
        let fields = connection_values(adapter, connection, &keys)?;
        let own = bank_keys(adapter, &connection.keys, &fields, &keys)?;
        let parts = Bank {
            adapter,
            keys: BankKeys {
                clock: Some(Arc::clone(clock)),
                ..own
            },
            channel: channel.map_err(|error| Failure::defect(&error))?,
            fields,
        };
        connected.banks.insert(*bank, Arc::new(parts));
        if let Some(collector) = collector(connection) {
            connected.collectors.insert(*bank, collector);
        }
    }
    Ok(connected)
}

fn tls_of(
    configuration: &Configuration,
    connection: &Connection,
) -> Result<BTreeMap<String, Held<rustls::ClientConfig>>, Failure> {
    let profile = configuration.settings.profile;
    let mut made = BTreeMap::new();
    for (name, endpoint) in &connection.endpoints {
        let (tls, protocols) = match endpoint {
            Endpoint::Tcp { tls, .. } => (tls.as_ref(), TcpChannel::SPEAKS),
            Endpoint::Http { tls, .. } => (tls.as_ref(), HttpChannel::SPEAKS),
            Endpoint::Folder { .. } | Endpoint::Sftp(_) => continue,
        };
        if let Some(tls) = tls {
            let held = held((connection.bank, name), tls, protocols, profile)?;
            made.insert(name.clone(), held);
        }
    }
    Ok(made)
}

/// TLS towards one address of a bank, held; `protocols` is what its channel speaks inside.
///
/// # Errors
/// Files that can't be used.
pub(super) fn held(
    (bank, endpoint): (BankCode, &str),
    tls: &EndpointTls,
    protocols: &'static [&'static [u8]],
    profile: ProfileName,
) -> Result<Held<rustls::ClientConfig>, Failure> {
    let own = [tls.chain_file.as_ref(), tls.key_file.as_ref()];
    let files = std::iter::once(&tls.ca_file).chain(own.into_iter().flatten());
    let files = files.chain(&tls.crl_files).cloned().collect();
    let (whose, table) = (format!("{bank}/{endpoint}"), Table::of_bank(bank, endpoint));
    let (tls, named) = (tls.clone(), table.clone());
    let make = move || bank_tls(&named, &tls, protocols, profile);
    Held::begin(whose, table, files, make)
}
