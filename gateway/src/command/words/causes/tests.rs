use super::words;
use schemas::Lang;
use std::io::{Error, ErrorKind};

#[test]
fn a_known_kind_has_words_and_an_unknown_one_its_text_in_brackets() {
    // ENOENT, ELOOP and ECONNREFUSED of Linux.
    for (number, zh) in [
        (2, "文件或目录不存在"),
        (40, "路径中的符号链接互相指向,没有尽头"),
        (111, "连接被拒绝,该地址没有程序在接听"),
    ] {
        let told = words(&Error::from_raw_os_error(number));
        assert_eq!(told.in_lang(Lang::Zh), zh);
        assert!(!told.in_lang(Lang::En).contains("os error"));
    }
    let odd = words(&Error::new(ErrorKind::Other, "lookup failed"));
    assert_eq!(odd.in_lang(Lang::Zh), "系统报错(lookup failed)");
    assert_eq!(odd.in_lang(Lang::En), "lookup failed");
    let alert = rustls::Error::AlertReceived(rustls::AlertDescription::CertificateRequired);
    let refused = words(&Error::new(ErrorKind::InvalidData, alert));
    assert!(refused.in_lang(Lang::Zh).starts_with("对方在 TLS 握手中"));
}
