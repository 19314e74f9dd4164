//! The program's commands: what a person or a script types, INTERFACE section 1.

pub mod adapter;
pub mod arguments;
mod assembly;
mod backup;
mod bank;
pub mod banks;
mod certs;
mod check;
pub mod client;
mod convert;
mod decode;
pub mod definitions;
mod demo;
pub mod explain;
mod order;
mod proof;
mod report;
mod sandbox;
mod scratch;
mod serve;
mod simulate;
mod standing;
mod submit;
pub mod terminal;
mod told;
mod usage;
mod verify;
pub mod words;

use arguments::{Arguments, Certs, Command, LangWord};
use clap::{CommandFactory, FromArgMatches};
use schemas::Lang;
use std::io::Write;
use std::process::ExitCode;
use terminal::paper;
use tokio::signal::unix::{Signal, SignalKind, signal};
use words::{Ended, Exit, Failure, Words};

/// Runs the program: parses the command line, runs the command, ends with its code.
#[must_use]
pub fn main() -> ExitCode {
    // A panic's payload may hold what it stumbled over: place only (M9).
    std::panic::set_hook(Box::new(|info| {
        let place = info.location().map(ToString::to_string).unwrap_or_default();
        let _ = writeln!(std::io::stderr(), "defect at {place}");
    }));
    let told = usage::bilingual(Arguments::command()).try_get_matches();
    let arguments = match told.and_then(|told| Arguments::from_arg_matches(&told)) {
        Ok(arguments) => arguments,
        Err(error) => {
            // Help and version are no errors: clap knows where to print them.
            let words = std::env::args_os().skip(1);
            let given: Vec<String> = words.map(|word| word.to_string_lossy().into()).collect();
            if let Some(lead) = usage::lead(error.kind(), &given) {
                let _ = writeln!(std::io::stderr(), "{lead}");
            }
            let _ = error.print();
            if let Some((failure, lang)) = usage::failure(&error, &given) {
                print_document(&failure, lang);
            }
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(Exit::Usage.code()));
        }
    };
    let lang = match arguments.lang {
        LangWord::Zh => Lang::Zh,
        LangWord::En => Lang::En,
    };
    let run = std::panic::AssertUnwindSafe(|| run(&arguments.command, lang));
    let ended = std::panic::catch_unwind(run).unwrap_or_else(|_| Err(defect()));
    match ended {
        Ok(exit) => ExitCode::from(exit.code()),
        Err(failure) => {
            if !failure.is_silent() {
                let _ = writeln!(std::io::stderr(), "{}", failure.text(lang));
            }
            if arguments.command.asks_json() {
                print_document(&failure, lang);
            }
            ExitCode::from(failure.exit.code())
        }
    }
}

/// With `--json` a command that ended early leaves its one document all the same.
fn print_document(failure: &Failure, lang: Lang) {
    if let Some(document) = failure.document(lang) {
        let mut paper = paper();
        let printed = paper.document(&document).and_then(|()| paper.flush());
        // Whoever closed stdout reads no document.
        drop(printed);
    }
}

fn defect() -> Failure {
    Failure::ours(
        Words::new("程序自身出错", "the program itself failed"),
        Words::new(
            "请保留上面的位置信息并联系维护人员。",
            "Keep the place above and tell those who maintain the program.",
        ),
    )
}

fn run(command: &Command, lang: Lang) -> Ended {
    match command {
        Command::Check(arguments) => check::run(arguments, lang),
        Command::Verify(arguments) => verify::run(arguments, lang),
        Command::Explain(arguments) => explain::run(arguments, lang),
        Command::Backup(arguments) => backup::run(arguments, lang),
        Command::Restore(arguments) => backup::run_restore(arguments, lang),
        Command::Simulate(arguments) => simulate::run(arguments, lang),
        Command::Proof(command) => proof::run(command, lang),
        Command::Certs(Certs::Init(arguments)) => certs::init(arguments, lang),
        Command::Banks(arguments) => banks::run(arguments, lang),
        Command::Bank(command) => bank::run(command, lang),
        Command::Decode(arguments) => decode::run(arguments, lang),
        Command::Convert(arguments) => convert::run(arguments, lang),
        Command::Submit(arguments) => submit::run(arguments, lang),
        Command::Status(arguments) => submit::status(arguments, lang),
        Command::Demo(arguments) => demo::run(arguments, lang),
        Command::Sandbox(arguments) => sandbox::run(arguments, lang),
        Command::Serve(arguments) => serve::run(arguments, lang),
        Command::Completions(arguments) => {
            let mut script = Vec::new();
            let mut command = Arguments::command();
            clap_complete::generate(arguments.shell, &mut command, "anxin", &mut script);
            let mut paper = paper();
            paper.raw(&script)?;
            paper.flush()?;
            Ok(Exit::Done)
        }
    }
}

/// The threads on which a command talks to others.
fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(Failure::from)
}

/// Makes a folder with mode 0700 where it is not there.
fn private_folder(folder: &std::path::Path) -> Result<(), Failure> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder
        .create(folder)
        .map_err(|error| Failure::unwritable(folder, &error))
}

/// Writes a file of mode 0600, and its folder with mode 0700 where it is missing.
pub(crate) fn write_private(path: &std::path::Path, bytes: &[u8]) -> std::io::Result<()> {
    use std::io::Write as _;
    use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
    if let Some(folder) = path.parent() {
        let mut builder = std::fs::DirBuilder::new();
        builder.recursive(true).mode(0o700).create(folder)?;
    }
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true).mode(0o600);
    options.open(path)?.write_all(bytes)
}

/// Ctrl-C, and the signal with which services are stopped. From when it is made, they end nothing
/// by themselves: make it before anybody is told that the command is ready.
struct StopSignals {
    interrupt: Signal,
    terminate: Signal,
}

impl StopSignals {
    /// # Errors
    /// When the system gives no signals.
    fn new() -> std::io::Result<Self> {
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
        })
    }

    /// Waits for the first of them.
    async fn asked(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}
