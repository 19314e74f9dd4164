//! What the operator decides: addresses, limits, keys' places, banks' connections, who may what.
//!
//! Every option has a default; every word that is not known is refused with file and line; all
//! that is wrong is told at once.

mod calendar;
pub mod connection;
mod demands;
mod error;
mod file;
mod folders;
mod mandates;
mod profile;
mod ranges;
mod roles;
mod settings;
mod value;

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use schemas::BankCode;
use schemas::codes::BankCalendar;

pub use connection::{
    Admission, Connection, ConnectionLimits, Endpoint, EndpointSftp, EvidenceException,
};
pub use error::{ConfigurationError, Problem};
pub use mandates::{Mandate, Mandates};
pub use profile::{EvidenceLevel, Profile, ProfileName};
pub use roles::{PartyKind, Roles, RouteGroup};
pub use settings::{
    ChainDigest, DevelopmentSettings, DispatchSettings, GroupCommit, JournalSettings, Limits,
    Listen, LogLevel, LogSettings, Places, ServerTlsFiles, Settings, TimeOuts,
};

use file::Source;

/// Everything that was read and checked. Paths are complete.
#[derive(Clone, Debug)]
pub struct Configuration {
    /// `gateway.toml`, its paths made complete.
    pub settings: Settings,
    /// The profile that it names.
    pub profile: Profile,
    /// The banks' connections.
    pub connections: BTreeMap<BankCode, Connection>,
    /// The registered payer accounts.
    pub mandates: Mandates,
    /// Who may call what.
    pub roles: Roles,
    /// Days on which banks work: the program's and those of the folder.
    pub calendar: BankCalendar,
    /// Where each connection was read, for errors found later.
    sources: BTreeMap<BankCode, Source>,
}

impl Configuration {
    /// Reads `path` and the files that belong to it.
    ///
    /// # Errors
    /// Everything that is wrong, in the order of the files; see [`Problem`].
    pub fn load(path: &Path) -> Result<Self, Vec<ConfigurationError>> {
        Self::load_for(path, None)
    }

    /// The same with another data folder in the place of the one that it names.
    ///
    /// # Errors
    /// As [`Configuration::load`].
    pub fn load_for(path: &Path, data: Option<&Path>) -> Result<Self, Vec<ConfigurationError>> {
        let source = Source::read(path).map_err(|error| vec![error])?;
        Self::from_source(&source, data)
    }

    /// The defaults below `folder`, as if an empty `gateway.toml` were there.
    ///
    /// # Errors
    /// As [`Configuration::load`]: the other files in that folder count.
    pub fn defaults(folder: &Path) -> Result<Self, Vec<ConfigurationError>> {
        Self::from_source(
            &Source::of(&folder.join("gateway.toml"), String::new()),
            None,
        )
    }

    fn from_source(source: &Source, data: Option<&Path>) -> Result<Self, Vec<ConfigurationError>> {
        let mut settings: Settings = source.typed().map_err(|error| vec![error])?;
        let folder = source.path.parent().unwrap_or(Path::new("."));
        complete(&mut settings, folder);
        if let Some(data) = data {
            data.clone_into(&mut settings.places.data);
        }
        let built_in = match settings.profile {
            ProfileName::Development => profile::DEVELOPMENT,
            ProfileName::Production => profile::PRODUCTION,
        };
        let built_in = Source::of(Path::new("profiles"), built_in.to_owned());
        let profile: Profile = built_in.typed().map_err(|error| vec![error])?;
        let mut errors = Vec::new();
        demands::of_server(source, &settings, &profile, &mut errors);
        demands::of_checkpoints(source, &settings, &profile, &mut errors);
        demands::of_witness(source, &settings.places, &mut errors);
        let (connections, sources) = connections(&settings.places.connections, &mut errors);
        for (bank, connection) in &connections {
            if let Some(source) = sources.get(bank) {
                demands::of_connection(source, connection, &profile, &mut errors);
            }
        }
        folders::apart(&connections, &sources, &mut errors);
        let places = &settings.places;
        let unnamed = Places::default();
        let is_named = |path: &Path, default: &Path| path != folder.join(default);
        let named = is_named(&places.mandates_file, &unnamed.mandates_file);
        let mandates = match optional(&places.mandates_file, named, &mut errors) {
            None => Mandates::default(),
            Some(source) => {
                errors.extend(file::private(&source.path).err());
                Mandates::read(&source, &mut errors)
            }
        };
        let named = is_named(&places.roles_file, &unnamed.roles_file);
        let roles = match optional(&places.roles_file, named, &mut errors) {
            None => Roles::default(),
            Some(source) => Roles::read(&source, &mut errors),
        };
        let calendar = calendar::read(&places.calendar, &mut errors);
        if !errors.is_empty() {
            return Err(errors);
        }
        Ok(Self {
            settings,
            profile,
            connections,
            mandates,
            roles,
            calendar,
            sources,
        })
    }

    /// The program's bank days and those of the files in `folder`, by themselves.
    ///
    /// # Errors
    /// Everything that is wrong in the files; [`Problem::Unreadable`] where there is no folder.
    pub fn calendar_in(folder: &Path) -> Result<BankCalendar, Vec<ConfigurationError>> {
        let mut errors = Vec::new();
        if !folder.is_dir() {
            let problem = Problem::Unreadable(ErrorKind::NotFound);
            errors.push(file::at(folder, problem));
        }
        let calendar = calendar::read(folder, &mut errors);
        if errors.is_empty() {
            Ok(calendar)
        } else {
            Err(errors)
        }
    }

    /// One bank's connection by itself, its paths made complete.
    ///
    /// # Errors
    /// The file can't be read, or is none.
    pub fn connection_at(path: &Path) -> Result<Connection, ConfigurationError> {
        let mut connection: Connection = Source::read(path)?.typed()?;
        connection.complete(path.parent().unwrap_or(Path::new(".")));
        Ok(connection)
    }

    /// Checks the banks' evidence against the profile on `today`. `level` is the adapter book's
    /// word on a bank; a bank that it does not know counts as synthetic.
    ///
    /// # Errors
    /// One for each bank below the profile's level without an exception in force, and for each
    /// exception that ended.
    pub fn check_evidence(
        &self,
        today: time::Date,
        level: impl Fn(BankCode) -> Option<EvidenceLevel>,
    ) -> Result<(), Vec<ConfigurationError>> {
        let mut errors = Vec::new();
        for (bank, source) in &self.sources {
            if let Some(connection) = self.connections.get(bank) {
                let level = level(*bank).unwrap_or(EvidenceLevel::Synthetic);
                let min = self.profile.evidence_min;
                errors.extend(demands::of_evidence(source, connection, level, min, today));
            }
        }
        if errors.is_empty() {
            Ok(())
        } else {
            Err(errors)
        }
    }
}

fn complete(settings: &mut Settings, folder: &Path) {
    let places = &mut settings.places;
    let mut paths: Vec<&mut PathBuf> = vec![
        &mut places.data,
        &mut places.master_key_file,
        &mut places.connections,
        &mut places.mandates_file,
        &mut places.roles_file,
        &mut places.calendar,
    ];
    if let Some(tls) = &mut settings.tls {
        paths.extend([
            &mut tls.chain_file,
            &mut tls.key_file,
            &mut tls.client_ca_file,
        ]);
        paths.extend(&mut tls.crl_files);
    }
    paths.extend(&mut places.witness);
    paths.extend(&mut settings.checkpoints.file);
    for path in paths {
        *path = folder.join(&*path);
    }
}

/// A file that may be missing, where nobody named another one: its defaults hold then. One of which
/// it can't be told, a link to nowhere for example, is not missing.
fn optional(path: &Path, is_named: bool, errors: &mut Vec<ConfigurationError>) -> Option<Source> {
    let entry = path.symlink_metadata();
    if !is_named && entry.is_err_and(|error| error.kind() == ErrorKind::NotFound) {
        return None;
    }
    match Source::read(path) {
        Ok(source) => Some(source),
        Err(error) => {
            errors.push(error);
            None
        }
    }
}

type Connections = (BTreeMap<BankCode, Connection>, BTreeMap<BankCode, Source>);

/// All `.toml` files of the folder by name; `EXAMPLE.toml` is for people.
fn connections(folder: &Path, errors: &mut Vec<ConfigurationError>) -> Connections {
    let (mut connections, mut sources) = (BTreeMap::new(), BTreeMap::new());
    for path in toml_files(folder, errors) {
        let source = match Source::read(&path) {
            Ok(source) => source,
            Err(error) => {
                errors.push(error);
                continue;
            }
        };
        match source.typed::<Connection>() {
            Err(error) => errors.push(error),
            Ok(connection) if connections.contains_key(&connection.bank) => {
                errors.push(source.problem("bank", Problem::Twice));
            }
            Ok(mut connection) => {
                connection.complete(folder);
                sources.insert(connection.bank, source);
                connections.insert(connection.bank, connection);
            }
        }
    }
    (connections, sources)
}

fn toml_files(folder: &Path, errors: &mut Vec<ConfigurationError>) -> Vec<PathBuf> {
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) => {
            if error.kind() != ErrorKind::NotFound {
                errors.push(file::at(folder, Problem::Unreadable(error.kind())));
            }
            return Vec::new();
        }
    };
    let mut paths = Vec::new();
    for entry in entries {
        match entry {
            Ok(entry) => paths.push(entry.path()),
            Err(error) => errors.push(file::at(folder, Problem::Unreadable(error.kind()))),
        }
    }
    let is_one = |path: &PathBuf| {
        path.extension()
            .is_some_and(|extension| extension == "toml")
            && path.file_name().is_some_and(|name| name != "EXAMPLE.toml")
    };
    paths.retain(is_one);
    paths.sort();
    paths
}
