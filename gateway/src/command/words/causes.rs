//! Why something failed, in words of both languages: the system's kinds of errors and those of
//! TLS from one table. What the table does not have keeps its own text, in brackets.

use super::Words;
use std::io::{self, ErrorKind};

/// Kinds of the system's errors in Chinese and English.
const KINDS: [(ErrorKind, &str, &str); 26] = [
    (
        ErrorKind::NotFound,
        "文件或目录不存在",
        "no such file or folder",
    ),
    (ErrorKind::PermissionDenied, "没有权限", "permission denied"),
    (
        ErrorKind::ConnectionRefused,
        "连接被拒绝,该地址没有程序在接听",
        "connection refused, nobody listens there",
    ),
    (
        ErrorKind::ConnectionReset,
        "连接被对方中断",
        "the other side reset the connection",
    ),
    (
        ErrorKind::ConnectionAborted,
        "连接中断",
        "the connection was aborted",
    ),
    (ErrorKind::NotConnected, "没有连接", "not connected"),
    (
        ErrorKind::HostUnreachable,
        "无法到达该主机",
        "the host can't be reached",
    ),
    (
        ErrorKind::NetworkUnreachable,
        "无法到达该网络",
        "the network can't be reached",
    ),
    (ErrorKind::NetworkDown, "网络不可用", "the network is down"),
    (
        ErrorKind::AddrInUse,
        "地址或端口已被占用",
        "the address or port is in use",
    ),
    (
        ErrorKind::AddrNotAvailable,
        "本机没有该地址",
        "this machine has no such address",
    ),
    (
        ErrorKind::BrokenPipe,
        "接收方已关闭",
        "the receiver has closed",
    ),
    (ErrorKind::AlreadyExists, "已经存在", "it exists already"),
    (ErrorKind::TimedOut, "超时", "timed out"),
    (
        ErrorKind::UnexpectedEof,
        "内容或连接提前结束",
        "the content or the connection ended early",
    ),
    (ErrorKind::StorageFull, "磁盘空间不足", "no space is left"),
    (
        ErrorKind::QuotaExceeded,
        "超出磁盘配额",
        "the disk quota is used up",
    ),
    (ErrorKind::FileTooLarge, "文件过大", "the file is too large"),
    (
        ErrorKind::IsADirectory,
        "是目录,不是文件",
        "it is a folder, not a file",
    ),
    (ErrorKind::NotADirectory, "不是目录", "it is no folder"),
    (
        ErrorKind::DirectoryNotEmpty,
        "目录不是空的",
        "the folder is not empty",
    ),
    (
        ErrorKind::ReadOnlyFilesystem,
        "文件系统只读",
        "the file system is read-only",
    ),
    (
        ErrorKind::InvalidFilename,
        "文件名不可用",
        "the file name can't be used",
    ),
    (ErrorKind::ResourceBusy, "正被占用", "it is in use"),
    (ErrorKind::Interrupted, "被中断", "interrupted"),
    (ErrorKind::OutOfMemory, "内存不足", "out of memory"),
];

/// Too many symbolic links (ELOOP of Linux), a kind without a stable name.
const LINK_LOOP: i32 = 40;

/// An error and its sources, joined.
#[must_use]
pub fn words(error: &(dyn std::error::Error + 'static)) -> Words {
    let (mut zh, mut en) = (Vec::new(), Vec::new());
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(known) = system(error) {
            zh.push(known.0.to_owned());
            en.push(known.1.to_owned());
            break;
        }
        let text = error.to_string();
        // The system's own words, of a kind that we have none for, stand in brackets.
        zh.push(match error.is::<io::Error>() {
            true => format!("系统报错({text})"),
            false => text.clone(),
        });
        en.push(text);
        next = error.source();
    }
    Words::new(zh.join(":"), en.join(": "))
}

/// Our words for an error of the system or of TLS.
fn system(error: &(dyn std::error::Error + 'static)) -> Option<(&'static str, &'static str)> {
    if let Some(error) = error.downcast_ref::<rustls::Error>() {
        return tls(error);
    }
    let error = error.downcast_ref::<io::Error>()?;
    let inner = error.get_ref().and_then(|inner| inner.downcast_ref());
    if let Some(inner) = inner {
        return tls(inner);
    }
    if cfg!(target_os = "linux") && error.raw_os_error() == Some(LINK_LOOP) {
        return Some((
            "路径中的符号链接互相指向,没有尽头",
            "symbolic links on the path lead round in a circle",
        ));
    }
    let known = KINDS.iter().find(|(kind, _, _)| *kind == error.kind());
    known.map(|(_, zh, en)| (*zh, *en))
}

#[allow(clippy::wildcard_enum_match_arm)] // the others keep their own text
fn tls(error: &rustls::Error) -> Option<(&'static str, &'static str)> {
    match error {
        rustls::Error::AlertReceived(_) => Some((
            "对方在 TLS 握手中拒绝了本方的证书或协议",
            "the other side refused our certificate or protocol in the TLS handshake",
        )),
        rustls::Error::InvalidCertificate(_) => Some((
            "对方的证书不可信:不是由给定的机构签发、与地址不符或已过期",
            "the other side's certificate is not trusted: another authority, another name or \
             expired",
        )),
        rustls::Error::InvalidMessage(_) => {
            Some(("对方的应答不是 TLS", "the other side does not speak TLS"))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests;
