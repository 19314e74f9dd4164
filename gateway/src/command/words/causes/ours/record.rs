//! Errors of the journal and its keys.

use crate::command::verify::flaw_words;
use journal::seal::SealError;
use journal::{Damage, JournalError, PoisonCause};
use schemas::Lang;

pub(super) fn journal(error: &JournalError) -> String {
    match error {
        JournalError::Io { what, path, .. } => format!("{} {} 失败", tried(what), path.display()),
        JournalError::Damaged(damage) => damaged(damage),
        JournalError::Poisoned { cause, .. } => {
            let cause = match cause {
                PoisonCause::DiskFull => "磁盘已满",
                PoisonCause::Write => "写入失败",
                PoisonCause::Sync => "落盘失败",
            };
            format!("日志不再接收记录:{cause}")
        }
        JournalError::TooLarge { bytes, bytes_max } => {
            format!("一条记录有 {bytes} 字节,超过上限 {bytes_max}")
        }
        JournalError::FieldTooLong(_) => "记录的一个字段过长".to_owned(),
        JournalError::KindReserved(kind) => format!("记录种类 {kind} 是保留的"),
        JournalError::Closed => "日志已关闭".to_owned(),
        JournalError::NoSuchSequence(sequence) => format!("没有记录 {sequence}"),
        JournalError::NoSuchPosition { segment, offset } => {
            format!("段 {segment} 偏移 {offset} 处没有记录")
        }
        JournalError::InUse(dir) => format!("日志 {} 正被另一进程使用", dir.display()),
        JournalError::OtherDigest { found, wanted } => format!(
            "日志建立时用的摘要算法是 {},不是 {}",
            found.as_str(),
            wanted.as_str()
        ),
        JournalError::Random(_) => "取不到随机数".to_owned(),
        JournalError::Thread(_) => "提交线程无法启动".to_owned(),
    }
}

pub(super) fn damaged(damage: &Damage) -> String {
    let (_, what) = flaw_words(&damage.what);
    format!(
        "日志损坏:段文件 {},偏移 {},记录号 {}:{}",
        damage.segment,
        damage.offset,
        damage.sequence,
        what.in_lang(Lang::Zh)
    )
}

/// What the journal and the key store say that they tried.
fn tried(what: &str) -> &'static str {
    match what {
        "list" => "列出",
        "open" => "打开",
        "read" => "读取",
        "make" => "建立",
        "sync" => "落盘",
        "cut" => "截短",
        "remove" => "删除",
        "write" => "写入",
        "keep the torn tail in" => "把残缺的尾部另存到",
        _ => "处理",
    }
}

pub(super) fn seal(error: &SealError) -> String {
    match error {
        SealError::KeyDestroyed(id) => format!("数据密钥 {id} 已销毁"),
        SealError::KeyUnknown(id) => format!("没有数据密钥 {id}"),
        SealError::NotAuthentic(id) => format!("密文用密钥 {id} 解不开"),
        SealError::SearchTwice(path) => format!("{} 里有两把检索密钥", path.display()),
        SealError::SearchForeign(path) => format!(
            "{} 里的检索密钥不是这份日志所用的:用它会认不出已发放的工资",
            path.display()
        ),
        SealError::SearchMissing(path) => format!(
            "{} 里缺少检索密钥:另造一把会认不出已发放的工资",
            path.display()
        ),
        SealError::KeyFile(path) => {
            format!("密钥文件 {} 已损坏,或用此主密钥解不开", path.display())
        }
        SealError::Owner => "密钥所有者的名称应为 1 至 255 字节".to_owned(),
        SealError::Master(path) => {
            format!("主密钥文件 {} 不是 64 位十六进制数字", path.display())
        }
        SealError::MasterMode { path, mode } => format!(
            "主密钥文件 {} 的权限是 {mode:o},只应由其所有者读取",
            path.display()
        ),
        SealError::Io { what, path, .. } => format!("{} {} 失败", tried(what), path.display()),
        SealError::Random(_) => "取不到随机数".to_owned(),
        SealError::Refused => "数据无法加密".to_owned(),
    }
}
