//! Where a defect was, without what it said: the text of a panic may hold what was worked on.

use std::io::Write;

/// From now on a panic in this process is one `error` event with file, line and thread, and
/// nothing else. Without a subscriber for it, one line on the standard error output.
pub fn report_defects() {
    std::panic::set_hook(Box::new(|panicked| {
        let (file, line) = panicked
            .location()
            .map_or(("", 0), |place| (place.file(), place.line()));
        if tracing::enabled!(tracing::Level::ERROR) {
            tracing::error!(file, line, "defect");
        } else {
            // Nobody is left to tell when even this fails.
            let _ = writeln!(std::io::stderr(), "defect at {file}:{line}");
        }
    }));
}
