//! What is wrong with the operator's files, for people.

use super::terminal::{Colour, errors};
use super::words::{Failure, Words};
use crate::configuration::ConfigurationError;
use schemas::Lang;

/// Every error of the configuration in its own line, then one failure.
#[must_use]
pub fn refused(found: &[ConfigurationError], lang: Lang) -> Failure {
    let mut paper = errors();
    for error in found {
        let place = error.file.display();
        let line = error
            .line
            .map_or_else(String::new, |line| format!(":{line}"));
        let (message, remedy) = (error.message(lang), error.remedy(lang));
        let text = format!("{place}{line}: {message}");
        let written = paper
            .coloured_line(&text, Colour::Red)
            .and_then(|()| paper.coloured_line(&format!("  {remedy}"), Colour::Red))
            .and_then(|()| paper.flush());
        if let Err(error) = written {
            return Failure::from(error);
        }
    }
    Failure::usage(
        Words::new(
            "配置有误,没有启动",
            "the configuration is not in order; nothing was started",
        ),
        Words::new(
            "按上面的文件和行号改正。",
            "Correct the files and lines above.",
        ),
    )
}
