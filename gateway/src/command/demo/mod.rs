//! `anxin demo`: the whole of it on one machine with nothing prepared.

mod batch;
mod cast;
mod play;
mod report;
mod stage;

pub(super) use batch::{Form, WageBatch};
pub(super) use cast::{Cast, CastError, Employer, Payer};

use super::StopSignals;
use super::adapter::book;
use super::arguments::Demo;
use super::terminal::{Colour, paper, progress};
use super::words::{Ended, Exit, Failure, Words, pick};
use crate::clock::{Clock, SystemClock};
use crate::failure::Defect;
use certs::random::{Random, SystemRandom};
use play::{Seen, submit_all, watch};
use report::Report;
use schemas::Lang;
use stage::Stage;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

/// Runs the command.
///
/// # Errors
/// See [`Failure`].
pub fn run(arguments: &Demo, lang: Lang) -> Ended {
    let runtime = super::runtime()?;
    let folder = Folder::make(arguments.data.as_deref())?;
    let ended = runtime.block_on(perform(arguments, &folder.path, lang));
    // Threads of blocking work may still hold files of the folder open.
    runtime.shutdown_timeout(std::time::Duration::from_secs(2));
    folder.leave();
    ended
}

async fn perform(arguments: &Demo, folder: &Path, lang: Lang) -> Ended {
    let begun = Instant::now();
    let now = SystemClock::new().now();
    let set = Stage::set(book()?, arguments.seed, folder, now).await;
    let stage = set.map_err(|error| broken(&error))?;
    let pki = folder.join("pki");
    // Hundreds of small files, each synced: nobody waits for them.
    let (cast, place) = (Arc::clone(&stage.cast), pki.clone());
    let writing = tokio::task::spawn_blocking(move || cast.write_to(&place, &mut || {}));
    let told = tell(arguments, &stage, &pki, begun, lang).await;
    // Whatever became of it, a reader of the output who left too: the journal is closed.
    let written = writing.await;
    stage.sandbox.stop().await;
    let stopped = stage.gateway.stop().await;
    let exit = told?;
    match written {
        Ok(written) => written.map_err(|error| broken(&error))?,
        Err(panicked) => return Err(broken(&Defect::from(panicked))),
    }
    stopped.map_err(|error| broken(&error))?;
    Ok(exit)
}

/// The play itself and what is printed of it.
async fn tell(arguments: &Demo, stage: &Stage, pki: &Path, begun: Instant, lang: Lang) -> Ended {
    // A folder that is gone at the end is nothing to point at.
    let stays = arguments.data.is_some() || !arguments.once;
    let text = announcement(&stage.url, stays.then_some(pki), stage.set_back_to, lang);
    let mut stop = StopSignals::new()?;
    announce(&text, arguments.json)?;
    let played = tokio::select! {
        played = play(arguments, stage, lang) => played,
        () = stop.asked() => return Ok(Exit::InputErrors),
    };
    let seen = played.map_err(|error| broken(&error))?;
    let report = Report::of(stage, arguments.seed, &seen, begun.elapsed());
    let mut paper = paper();
    if arguments.json {
        paper.document(&report.document())?;
    } else {
        report.print(&mut paper, lang)?;
    }
    paper.flush()?;
    if !arguments.once {
        return keep_running(&mut stop, lang).await;
    }
    Ok(if report.is_clean() {
        Exit::Done
    } else {
        Exit::InputErrors
    })
}

async fn play(arguments: &Demo, stage: &Stage, lang: Lang) -> Result<Seen, play::PlayError> {
    let banks = u64::try_from(stage.cast.employers.len()).unwrap_or_default();
    let template = pick(
        lang,
        "报送与复核 {wide_bar} {pos}/{len}",
        "submitting and approving {wide_bar} {pos}/{len}",
    );
    let bar = progress(banks, template);
    submit_all(stage, (arguments.seed, arguments.lines), &bar).await?;
    bar.finish_and_clear();
    let template = pick(
        lang,
        "等待银行 {wide_bar} {pos}/{len} 笔 {elapsed}",
        "waiting for the banks {wide_bar} {pos}/{len} lines {elapsed}",
    );
    let bar = progress(1, template);
    let seen = watch(stage, &bar).await;
    bar.finish_and_clear();
    seen
}

/// The gateway's address comes first; then how to look for oneself, where the certificates stay.
fn announcement(
    url: &str,
    pki: Option<&Path>,
    set_back_to: Option<time::Date>,
    lang: Lang,
) -> String {
    let words = pick(lang, "网关", "gateway");
    let url_line = match (set_back_to, lang) {
        (None, _) => format!("{words} {url}"),
        (Some(day), Lang::Zh) => format!(
            "{words} {url}\n内置的银行工作日清单没有今天之后的日子:演示的时钟从 {day} 10:00 开始"
        ),
        (Some(day), Lang::En) => format!(
            "{words} {url}\nthe built-in bank days end before today: the demonstration's clock \
             begins at 10:00 on {day}"
        ),
    };
    let Some(pki) = pki else {
        let hint = pick(
            lang,
            "证书与日志在结束时删除;加 --data DIR 可保留,去掉 --once 可继续运行以便查看",
            "certificates and journal are removed at the end; --data DIR keeps them, without \
             --once all keeps running",
        );
        return format!("{url_line}\n{hint}\n");
    };
    let folder = pki.display();
    let certificates = pick(lang, "证书", "certificates");
    let hint = pick(
        lang,
        "运行期间可以监管身份查看,例如",
        "while it runs, look for yourself as the regulator, for example",
    );
    format!(
        "{url_line}\n{certificates} {folder}\n{hint}\n  curl --cacert {folder}/ca.pem \
         --cert {folder}/regulator/330000.pem --key {folder}/regulator/330000.key \
         '{url}/v1/summary?group_by=bank'\n"
    )
}

/// On stderr where stdout is for the document.
fn announce(text: &str, as_json: bool) -> Result<(), Failure> {
    if as_json {
        write!(std::io::stderr(), "{text}")?;
        return Ok(());
    }
    let mut paper = paper();
    paper.raw(text.as_bytes())?;
    paper.flush()?;
    Ok(())
}

async fn keep_running(stop: &mut StopSignals, lang: Lang) -> Ended {
    let mut paper = paper();
    paper.coloured_line(
        pick(
            lang,
            "网关与沙箱继续运行;按 Ctrl-C 停止",
            "gateway and sandbox keep running; Ctrl-C stops them",
        ),
        Colour::Bold,
    )?;
    paper.flush()?;
    stop.asked().await;
    Ok(Exit::Done)
}

fn broken(error: &(dyn std::error::Error + 'static)) -> Failure {
    Failure::ours(
        Words::new("演示没有完成", "the demonstration broke off"),
        Words::new(
            "请保留此信息并联系维护人员;可加 --data DIR 保留现场。",
            "Keep this message and tell those who maintain the program; --data DIR keeps all.",
        ),
    )
    .caused_by(error)
}

/// The folder of a demonstration.
struct Folder {
    path: PathBuf,
    is_kept: bool,
}

impl Folder {
    /// The user's, which must be new or empty; else one of our own below the system's.
    fn make(wanted: Option<&Path>) -> Result<Self, Failure> {
        let path = wanted.map_or_else(own_folder, Path::to_owned);
        super::convert::make_folder(&path)?;
        Ok(Self {
            path,
            is_kept: wanted.is_some(),
        })
    }

    /// Removes what nobody asked to keep.
    fn leave(self) {
        if !self.is_kept {
            // What can't be removed lies in the system's temporary folder.
            let _ = std::fs::remove_dir_all(&self.path);
        }
    }
}

fn own_folder() -> PathBuf {
    let mut random = [0; 8];
    SystemRandom::new().fill(&mut random);
    std::env::temp_dir().join(format!("anxin-demo-{}", crate::hex(&random)))
}

#[cfg(test)]
mod tests;
