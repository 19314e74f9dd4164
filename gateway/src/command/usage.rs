//! What is wrong with a command line, in Chinese before the parser's own English.

use clap::error::ErrorKind;
use std::ffi::OsString;

/// The line before the parser's words; none for help and version, and for those who asked for
/// English.
pub fn lead(kind: ErrorKind, words: impl Iterator<Item = OsString>) -> Option<&'static str> {
    let words: Vec<OsString> = words.collect();
    let is_english = words.windows(2).any(|pair| pair == ["--lang", "en"])
        || words.iter().any(|word| word == "--lang=en");
    if is_english {
        return None;
    }
    Some(match kind {
        ErrorKind::DisplayHelp
        | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand
        | ErrorKind::DisplayVersion => return None,
        ErrorKind::InvalidValue | ErrorKind::ValueValidation | ErrorKind::InvalidUtf8 => {
            "用法错误:选项的取值不正确(可用的取值见下)"
        }
        ErrorKind::UnknownArgument => "用法错误:不认识的选项或多余的参数",
        ErrorKind::InvalidSubcommand => "用法错误:不认识的命令",
        ErrorKind::MissingRequiredArgument => "用法错误:缺少必需的选项或参数(见下)",
        ErrorKind::MissingSubcommand => "用法错误:缺少命令",
        ErrorKind::ArgumentConflict => "用法错误:这些选项不能同时使用,或重复给出",
        ErrorKind::NoEquals
        | ErrorKind::TooManyValues
        | ErrorKind::TooFewValues
        | ErrorKind::WrongNumberOfValues => "用法错误:选项的取值个数不对",
        ErrorKind::Io | ErrorKind::Format | _ => "用法错误:加 --help 查看用法",
    })
}
