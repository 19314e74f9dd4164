//! What the command line says of itself, in Chinese and English.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod command_kit;

use command_kit::run;

/// Chinese is the language of those who ask for none: the parser's English has a line before it.
#[test]
fn wrong_usage_is_said_in_chinese_first() {
    let wrong: [(&[&str], &str); 4] = [
        (&["check"], "缺少必需的选项或参数"),
        (&["check", "a.csv", "--nothing"], "不认识的选项"),
        (&["chekc"], "不认识的命令"),
        (&["check", "a.csv", "--format", "doc"], "取值不正确"),
    ];
    for (words, lead) in wrong {
        let ended = run(words);
        assert_eq!((ended.code, ended.stdout.as_str()), (2, ""));
        let first = ended.stderr.lines().next().unwrap();
        assert!(
            first.starts_with("用法错误") && first.contains(lead),
            "{ended:?}"
        );
        let english = run(&[words, &["--lang", "en"]].concat());
        assert_eq!(english.code, 2);
        assert!(!english.stderr.contains("用法错误"), "{english:?}");
    }
}

/// As the list of commands: both languages beside each other.
#[test]
fn every_option_is_explained_in_both_languages() {
    let commands = [
        "demo", "serve", "sandbox", "check", "convert", "decode", "banks", "submit", "status",
        "verify", "explain", "backup", "restore",
    ];
    for command in commands {
        let help = run(&[command, "--help"]).stdout;
        assert!(help.contains("\n用法 · Usage: "), "{help}");
        let headings = help.lines().filter(|line| line.ends_with(':'));
        let mut headings = headings.filter(|line| !line.starts_with(' '));
        assert!(headings.all(|line| line.contains(" · ")), "{help}");
        assert!(
            help.contains("-h, --help\n          显示帮助 · Prints help\n"),
            "{help}"
        );
        for block in help.split("\n      --").skip(1) {
            assert!(block.contains(" ·"), "{command} --{block}");
        }
    }
}

#[test]
fn a_program_that_asked_for_a_document_gets_one_whatever_is_wrong_with_the_words() {
    for arguments in [
        ["demo", "--json"].as_slice(),
        &["demo", "--once", "--nothing", "--json"],
        &["chekc", "--json"],
        &["sandbox", "--json", "--bank", "NONE"],
        &["verify", "--json"],
    ] {
        let ended = run(arguments);
        assert_eq!(ended.code, 2, "{arguments:?}: {ended:?}");
        let document = ended.document();
        assert_eq!(document["type"], "urn:anxin:problem:usage", "{arguments:?}");
        assert_eq!(document["exit_code"], 2);
    }
}

#[test]
fn a_wage_file_that_is_not_there_ends_in_submit_as_in_check() {
    let who = "--url https://127.0.0.1:1 --cert c --key k --ca a --json";
    let who: Vec<&str> = who.split(' ').collect();
    for file in ["/no/such.csv", "/"] {
        let ended = run(&[["submit", file].as_slice(), &who].concat());
        let checked = run(&["check", file, "--json"]);
        assert_eq!((ended.code, checked.code), (2, 2), "{ended:?}");
        assert_eq!(ended.document(), checked.document(), "{file}");
        assert_eq!(ended.document()["findings"][0]["code"], "unreadable");
    }
}
