//! Whether the system gives as many file descriptors as the configuration allows callers.

use crate::command::terminal::{Colour, errors};
use crate::configuration::Settings;
use schemas::Lang;

/// What this process may open, as Linux tells it; elsewhere nothing is said.
const LIMITS: &str = "/proc/self/limits";

/// For what is no caller's: journal, index, banks, logs.
const RESERVE: u64 = 256;

/// Warns where there are fewer descriptors than callers may hold: then the system refuses
/// connections before the gateway can say to whom, and whatever opens a file waits for them.
pub(super) fn warn_of_few(settings: &Settings, lang: Lang) {
    let limits = std::fs::read_to_string(LIMITS).unwrap_or_default();
    let (Some(limit), needed) = (soft_limit(&limits), needed(settings)) else {
        return;
    };
    if limit >= needed {
        return;
    }
    tracing::warn!(
        limit,
        needed,
        "fewer open files than callers may need: raise LimitNOFILE or `ulimit -n`"
    );
    let text = match lang {
        Lang::Zh => format!(
            "本进程最多可打开 {limit} 个文件,而配置允许的连接需要 {needed} 个。请提高限额\
             (systemd 的 LimitNOFILE={needed},或 ulimit -n {needed}),或调低 gateway.toml 的 \
             connections_max 与 handshakes_max。"
        ),
        Lang::En => format!(
            "This process may open {limit} files, and what the configuration allows needs \
             {needed}. Raise the limit (LimitNOFILE={needed} of systemd, or ulimit -n {needed}), \
             or lower connections_max and handshakes_max in gateway.toml."
        ),
    };
    let mut paper = errors();
    // Where nobody reads it, the log has it.
    let _ = paper
        .coloured_line(&text, Colour::Yellow)
        .and_then(|()| paper.flush());
}

/// A caller holds one in a handshake or a connection, and one for the file of an upload that is
/// received.
fn needed(settings: &Settings) -> u64 {
    let limits = &settings.limits;
    [limits.handshakes_max, limits.receptions_max, RESERVE]
        .into_iter()
        .fold(limits.connections_max, u64::saturating_add)
}

/// The limit that holds; none where the text does not say.
fn soft_limit(limits: &str) -> Option<u64> {
    let line = limits
        .lines()
        .find_map(|line| line.strip_prefix("Max open files"))?;
    match line.split_whitespace().next()? {
        "unlimited" => Some(u64::MAX),
        number => number.parse().ok(),
    }
}

#[cfg(test)]
mod tests;
