//! `decode` of files that are no message: the place and the reason are told.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod command_kit;

use base64::Engine as _;
use command_kit::{Ended, run};
use std::path::{Path, PathBuf};

fn adapters(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../adapters")
        .join(path)
}

fn decode(bytes: &[u8], (bank, message): (&str, &str)) -> Ended {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("kept");
    std::fs::write(&path, bytes).unwrap();
    let file = path.to_str().unwrap();
    run(&["decode", file, "--bank", bank, "--message", message])
}

/// One attempt of several takes what it is given for a sealed body. That is told only where
/// nothing was understood better; else the fault has a place and a reason.
#[test]
fn sealed_is_said_of_what_is_likeliest_sealed() {
    let paid = std::fs::read(adapters("tests/book/held_answers/cmb_paid.result.txt")).unwrap();
    let cut = &paid[..500];
    let amount = String::from_utf8_lossy(&paid).find("6523.50").is_some();
    assert!(amount);
    let at = paid.windows(7).position(|w| w == b"6523.50").unwrap();
    let mut wrong = paid.clone();
    wrong[at + 2] = b'x';
    let unsealed: [(&[u8], &str, &str); 6] = [
        (b"hello world", "CMB", "字节处"),
        (b"hello world", "WZCB", "JSON 格式有误"),
        (b"hello world", "cmb_fbsdk", "字节处"),
        (b"hello world", "cmb_open", "不是 BASE64 编码"),
        (cut, "CMB", "XML 不完整"),
        (&wrong, "CMB", "不是金额"),
    ];
    for (bytes, bank, reason) in unsealed {
        let ended = decode(bytes, (bank, "result"));
        assert_eq!(ended.code, 2, "{bank} {ended:?}");
        assert!(ended.stderr.contains(reason), "{bank} {ended:?}");
        assert!(!ended.stderr.contains("没有给出密钥"), "{bank} {ended:?}");
    }
    for (dialect, bank, message) in [
        ("abc_open", "abc_open", "receipt"),
        ("abc_open", "abc_open", "push"),
        ("cmb_open", "cmb_open", "receipt"),
        ("cmb_open", "CMB", "receipt"),
        ("cmb_open", "CMB", "result"),
        ("wzcb_aob", "WZCB", "result"),
        ("wzcb_aob", "WZCB", "push"),
    ] {
        let sample = adapters(&format!("dialects/{dialect}/samples/{message}.bin"));
        let ended = decode(&std::fs::read(sample).unwrap(), (bank, message));
        assert_eq!(ended.code, 2, "{bank} {message} {ended:?}");
        assert!(ended.stderr.contains("没有给出密钥"), "{bank} {ended:?}");
    }
}

/// A file without any content is no answer of any bank.
#[test]
fn an_empty_file_is_an_error() {
    let nothing: [&[u8]; 4] = [b"", b"\n", b" \r\n", b"\xEF\xBB\xBF\r\n"];
    for bytes in nothing {
        for of in [
            ("CBHB", "receipt"),
            ("CIB", "receipt"),
            ("CIB", "result"),
            ("ZJNX", "result"),
            ("ZJNX", "push"),
            ("HXB", "push"),
        ] {
            let ended = decode(bytes, of);
            assert_eq!((ended.code, ended.stdout.as_str()), (2, ""), "{of:?}");
            for words in ["第 0 字节处", "没有任何内容", "重新取得"] {
                assert!(ended.stderr.contains(words), "{of:?} {ended:?}");
            }
        }
    }
}

/// A fault of a row is at the row: no byte is named that is not known.
#[test]
fn a_fault_of_a_row_names_no_byte() {
    let answer = adapters("dialects/icbc_cms/samples/result.bin");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("kept");
    let whole = std::fs::read(answer).unwrap();
    let base64 = whole.strip_prefix(b"reqData=").unwrap();
    let body = base64::engine::general_purpose::STANDARD
        .decode(base64)
        .unwrap();
    let at = body.windows(6).position(|w| w == b"652350").unwrap();
    let mut wrong = body;
    wrong[at + 2] = b'x';
    std::fs::write(&path, wrong).unwrap();
    let of = [
        "decode",
        path.to_str().unwrap(),
        "--bank",
        "ICBC",
        "--message",
        "result",
    ];
    let ended = run(&of);
    assert_eq!(ended.code, 2, "{ended:?}");
    let told = ended.stderr.lines().next().unwrap();
    assert!(told.contains("第 1 笔明细“金额”不是金额"), "{told}");
    assert!(!told.contains("字节处"), "{told}");
}
