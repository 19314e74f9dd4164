//! Texts for people in both languages, and failures that say what, where and what to do.

mod causes;

pub use causes::words as cause;

use schemas::Lang;
use serde_json::{Value, json};
use std::fmt::Display;
use std::path::Path;

/// A text in both languages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Words {
    zh: String,
    en: String,
}

impl Words {
    /// A text.
    #[must_use]
    pub fn new(zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self {
            zh: zh.into(),
            en: en.into(),
        }
    }

    /// The text in one language.
    #[must_use]
    pub fn in_lang(&self, lang: Lang) -> &str {
        pick(lang, &self.zh, &self.en)
    }
}

/// One of two texts.
#[must_use]
pub fn pick<'a>(lang: Lang, zh: &'a str, en: &'a str) -> &'a str {
    match lang {
        Lang::Zh => zh,
        Lang::En => en,
    }
}

/// The exit codes of the public contract (INTERFACE section 1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// 0.
    Done,
    /// 1: the input has errors, or the check fails.
    InputErrors,
    /// 2: wrong usage, or input that can't be read at all.
    Usage,
    /// 3: our own fault.
    OurFault,
}

impl Exit {
    /// The number.
    #[must_use]
    pub fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::InputErrors => 1,
            Self::Usage => 2,
            Self::OurFault => 3,
        }
    }
}

/// Why a command ended early: what happened where, and what to do about it.
#[derive(Debug)]
pub struct Failure {
    /// With which code the program ends.
    pub exit: Exit,
    told: Box<(Words, Words)>,
    /// The system's or a library's words.
    cause: Option<Words>,
    /// What happened stands on stdout already, as the document of `--json`.
    documented: bool,
    /// The reader of our output went away: nobody is left to be told.
    silent: bool,
}

impl Failure {
    /// Wrong usage, or input that can't be read at all.
    #[must_use]
    pub fn usage(what: Words, hint: Words) -> Self {
        Self::new(Exit::Usage, what, hint)
    }

    /// The input has errors, or the check fails.
    #[must_use]
    pub fn input(what: Words, hint: Words) -> Self {
        Self::new(Exit::InputErrors, what, hint)
    }

    /// Our own fault.
    #[must_use]
    pub fn ours(what: Words, hint: Words) -> Self {
        Self::new(Exit::OurFault, what, hint)
    }

    fn new(exit: Exit, what: Words, hint: Words) -> Self {
        Self {
            exit,
            told: Box::new((what, hint)),
            cause: None,
            documented: false,
            silent: false,
        }
    }

    /// Whether there is nobody to tell.
    #[must_use]
    pub fn is_silent(&self) -> bool {
        self.silent
    }

    /// Adds an error and all its sources, the system's in words of the language.
    #[must_use]
    pub fn caused_by(mut self, error: &(dyn std::error::Error + 'static)) -> Self {
        self.cause = Some(cause(error));
        self
    }

    /// Says whether `--json` has its document already.
    #[must_use]
    pub fn documented(mut self, documented: bool) -> Self {
        self.documented = documented;
        self
    }

    /// The document of `--json` for a command that ended without one: a problem as the HTTP
    /// interface has them (RFC 9457), without its status. `None` where there is one already, or
    /// nobody to tell.
    #[must_use]
    pub fn document(&self, lang: Lang) -> Option<Value> {
        if self.documented || self.silent {
            return None;
        }
        let kind = match self.exit {
            Exit::Done | Exit::InputErrors => "input",
            Exit::Usage => "usage",
            Exit::OurFault => "internal",
        };
        let of = |lang: Lang| {
            let (title, hint) = self.told.as_ref();
            let cause = self.cause.as_ref().map(|cause| cause.in_lang(lang));
            json!({
                "title": title.in_lang(lang),
                "detail": cause.unwrap_or(title.in_lang(lang)),
                "hint": hint.in_lang(lang),
            })
        };
        let mut document = json!({
            "type": format!("urn:anxin:problem:{kind}"),
            "exit_code": self.exit.code(),
            "zh": of(Lang::Zh),
            "en": of(Lang::En),
        });
        for key in ["title", "detail", "hint"] {
            document[key] = document[pick(lang, "zh", "en")][key].clone();
        }
        Some(document)
    }

    /// A file of the user that can't be read.
    #[must_use]
    pub fn unreadable_file(path: &Path, error: &std::io::Error) -> Self {
        let path = path.display();
        Self::usage(
            Words::new(
                format!("无法读取文件 {path}"),
                format!("the file {path} can't be read"),
            ),
            Words::new(
                "请检查路径和读取权限。",
                "Check the path and the permission to read it.",
            ),
        )
        .caused_by(error)
    }

    /// A file or folder that can't be written.
    #[must_use]
    pub fn unwritable(path: &Path, error: &std::io::Error) -> Self {
        let path = path.display();
        Self::usage(
            Words::new(format!("无法写入 {path}"), format!("can't write {path}")),
            Words::new(
                "请换一个目录,或检查权限与剩余空间。",
                "Choose another folder, or check permissions and free space.",
            ),
        )
        .caused_by(error)
    }

    /// A bank code that is not in the book.
    #[must_use]
    pub fn no_such_bank(code: &str) -> Self {
        Self::usage(
            Words::new(
                format!("没有代码为 {code} 的银行"),
                format!("no bank has the code {code}"),
            ),
            Words::new(
                "用 `anxin banks` 查看 57 家银行的代码。",
                "`anxin banks` lists the codes of all 57 banks.",
            ),
        )
    }

    /// Output that could not be written, or anything else that must not happen.
    #[must_use]
    pub fn defect(error: &(dyn std::error::Error + 'static)) -> Self {
        Self::ours(
            Words::new("程序自身出错", "the program itself failed"),
            Words::new(
                "请保留此信息并联系维护人员。",
                "Keep this message and tell those who maintain the program.",
            ),
        )
        .caused_by(error)
    }

    /// What a person reads, in one paragraph.
    #[must_use]
    pub fn text(&self, lang: Lang) -> String {
        let (what, hint) = self.told.as_ref();
        let (what, hint) = (what.in_lang(lang), hint.in_lang(lang));
        let (open, colon) = match lang {
            Lang::Zh => ("错误:", ":"),
            Lang::En => ("error: ", ": "),
        };
        match &self.cause {
            Some(cause) => format!("{open}{what}{colon}{}\n  {hint}", cause.in_lang(lang)),
            None => format!("{open}{what}\n  {hint}"),
        }
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        let silent = error.kind() == std::io::ErrorKind::BrokenPipe;
        Self {
            silent,
            exit: if silent { Exit::Done } else { Exit::OurFault },
            ..Self::defect(&error)
        }
    }
}

impl From<serde_json::Error> for Failure {
    fn from(error: serde_json::Error) -> Self {
        Self::defect(&error)
    }
}

/// What a command ends with.
pub type Ended = Result<Exit, Failure>;

/// Joins values with a separator of the language.
#[must_use]
pub fn list<T: Display>(lang: Lang, values: impl IntoIterator<Item = T>) -> String {
    let texts: Vec<String> = values.into_iter().map(|value| value.to_string()).collect();
    texts.join(pick(lang, "、", ", "))
}
