//! How the command line is explained, in both languages; and one that can't be read: a Chinese line
//! before the parser's own English, and the document of `--json`.

use super::words::{Failure, Words};
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, ArgAction, Command};
use schemas::Lang;

/// The command and those under it with headings in both languages, where the parser has English.
pub(super) fn bilingual(command: Command) -> Command {
    let flag = |name: &'static str, short, action, help: &'static str| {
        let flag = Arg::new(name).long(name).short(short).action(action);
        flag.help(help)
    };
    let is_first = command.get_name() == "anxin";
    let help = flag("help", 'h', ArgAction::Help, "显示帮助 · Prints help");
    let version = flag(
        "version",
        'V',
        ArgAction::Version,
        "显示版本 · Prints the version",
    );
    let headed = command
        .disable_help_flag(true)
        .disable_version_flag(true)
        .arg(help)
        .arg(version.hide(!is_first))
        .help_template("{about-with-newline}\n用法 · Usage: {usage}\n\n{all-args}{after-help}")
        .subcommand_help_heading("命令 · Commands");
    let headed = headed.mut_args(|arg| {
        let heading = match arg.is_positional() {
            true => "参数 · Arguments",
            false => "选项 · Options",
        };
        arg.help_heading(heading)
    });
    headed.mut_subcommands(bilingual)
}

/// What is wrong with the words of the command line, where they ask for JSON, and the language
/// that they ask for.
pub(super) fn failure(error: &clap::Error, given: &[String]) -> Option<(Failure, Lang)> {
    if !given.iter().any(|word| word == "--json") || !error.use_stderr() {
        return None;
    }
    let hint = Words::new(
        "用 --help 查看该命令的选项。",
        "`--help` shows the options of the command.",
    );
    Some((Failure::usage(what(error), hint), lang_of(given)))
}

#[allow(clippy::wildcard_enum_match_arm)] // of the others the kind alone says enough
fn what(error: &clap::Error) -> Words {
    let of = |kind: ContextKind| match error.get(kind) {
        Some(ContextValue::String(text)) => text.clone(),
        Some(ContextValue::Strings(texts)) => texts.join(" "),
        Some(_) | None => String::new(),
    };
    let (argument, value) = (of(ContextKind::InvalidArg), of(ContextKind::InvalidValue));
    match error.kind() {
        ErrorKind::InvalidValue | ErrorKind::ValueValidation => {
            let valid = of(ContextKind::ValidValue);
            let (zh, en) = match valid.is_empty() {
                true => (String::new(), String::new()),
                false => (format!(",可用:{valid}"), format!("; possible: {valid}")),
            };
            Words::new(
                format!("选项 {argument} 的值“{value}”不可用{zh}"),
                format!("the value {value:?} of {argument} can't be used{en}"),
            )
        }
        ErrorKind::UnknownArgument => Words::new(
            format!("没有选项 {argument}"),
            format!("there is no option {argument}"),
        ),
        ErrorKind::InvalidSubcommand => {
            let name = of(ContextKind::InvalidSubcommand);
            Words::new(
                format!("没有命令 {name}"),
                format!("there is no command {name}"),
            )
        }
        ErrorKind::MissingRequiredArgument => {
            Words::new(format!("缺少 {argument}"), format!("{argument} is missing"))
        }
        _ => Words::new("命令行有误", "the command line can't be read"),
    }
}

/// The language that the words ask for, also where they can't be read.
fn lang_of(given: &[String]) -> Lang {
    let pair = given.windows(2).any(|pair| pair == ["--lang", "en"]);
    match pair || given.iter().any(|word| word == "--lang=en") {
        true => Lang::En,
        false => Lang::Zh,
    }
}

/// The line before the parser's words; none for help and version, and for those who asked for
/// English.
pub(super) fn lead(kind: ErrorKind, given: &[String]) -> Option<&'static str> {
    if lang_of(given) == Lang::En {
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
