//! The gateway's own errors of a start in Chinese; their English is what they say themselves.

mod record;

use crate::command::assembly::AssemblyError;
use crate::command::client::ClientError;
use crate::copy::{BackupError, SetApart};
use crate::core::CoreError;
use crate::failure::Defect;
use crate::index::{FollowError, WitnessRefusal};
use crate::proof::kept::{Fault, NoEvidence};
use crate::proof::{KeyFailure, LogError};
use crate::sandbox::SandboxError;
use crate::serving::StartError;
use certs::sign::KeyError;
use certs::tls::{Part, TlsError};
use journal::copy::FileError;
use journal::index::IndexError;
use journal::random::RandomUnavailable;
use journal::witness::WitnessError;
use record::{damaged, journal, seal};
use std::error::Error;

/// The Chinese of an error of ours, without that of its sources; `None` for one of others.
pub(super) fn zh(error: &(dyn Error + 'static)) -> Option<String> {
    let known = [
        of(error, assembly),
        of(error, start),
        of(error, refusal),
        of(error, set_apart),
        of(error, backup),
        of(error, witness),
        of(error, journal),
        of(error, seal),
        of(error, core),
        of(error, follow),
        of(error, checkpoint_key),
        of(error, log),
        of(error, no_evidence),
        of(error, index),
        of(error, tls),
        of(error, key),
        of(error, sandbox),
        of(error, client),
        of(error, random),
        of(error, json),
        of(error, defect),
    ];
    known.into_iter().flatten().next()
}

fn of<E: Error + 'static>(
    error: &(dyn Error + 'static),
    words: fn(&E) -> String,
) -> Option<String> {
    error.downcast_ref::<E>().map(words)
}

fn assembly(error: &AssemblyError) -> String {
    match error {
        AssemblyError::Start(error) => start(error),
        AssemblyError::Listen { address, .. } => format!("无法在 {address} 上接听"),
        AssemblyError::Spool(_) => "暂存上传文件的目录不能使用".to_owned(),
        AssemblyError::Defect(error) => defect(error),
    }
}

fn start(error: &StartError) -> String {
    match error {
        StartError::Journal(_) => "日志打不开".to_owned(),
        StartError::Master(_) => "主密钥不能使用".to_owned(),
        StartError::Vault(_) => "数据密钥打不开".to_owned(),
        StartError::Core(_) => "日志无法重放".to_owned(),
        StartError::InUse(data) => format!("另有进程正在使用数据目录 {}", data.display()),
        StartError::Folder(_) => "数据目录无法建立或锁定".to_owned(),
        StartError::Refused(error) => refusal(error),
        StartError::SetApart(error) => set_apart(error),
        StartError::CheckpointKey(error) => checkpoint_key(error),
        StartError::Log(error) => log(error),
        StartError::Index(_) => "索引打不开".to_owned(),
    }
}

fn checkpoint_key(error: &KeyFailure) -> String {
    match error {
        KeyFailure::File { file, .. } => format!("检查点密钥 {} 读写失败", file.display()),
        KeyFailure::Unusable { file, .. } => {
            format!("{} 不是可用的 Ed25519 密钥", file.display())
        }
        KeyFailure::Gone(file) => {
            format!("检查点密钥 {} 不见了,而它已签过检查点", file.display())
        }
        KeyFailure::Earlier(key) => format!("{key} 不是核验公钥"),
        KeyFailure::Origin => "检查点的 origin 不得为空,也不得含空格或加号".to_owned(),
    }
}

fn log(error: &LogError) -> String {
    match error {
        LogError::Journal(_) => "日志读不出".to_owned(),
        LogError::Io(_) => "检查点或哈希块(DIR/checkpoints、DIR/tiles)读写失败".to_owned(),
        LogError::Key(_) => "检查点无法签名".to_owned(),
        LogError::Behind(records) => format!("哈希树还差 {records} 条记录"),
        LogError::SetBack { seen, journal } => {
            format!("日志被回退或改动:签名检查点到过记录 {seen},现有 {journal} 条与之不符")
        }
        LogError::NoEvidence(error) => no_evidence(error),
        LogError::EndUnsigned {
            file,
            last,
            journal,
        } => format!(
            "日志在记录 {journal} 正常收尾,而 {} 里的检查点只到记录 {last}",
            file.display()
        ),
        LogError::KeyDamaged(file) => format!("{} 已损坏", file.display()),
        LogError::OtherKey(file) => {
            format!("{} 所记的公钥不是现用签名密钥的", file.display())
        }
        LogError::TooLarge => "哈希树没有这么多记录".to_owned(),
    }
}

fn no_evidence(error: &NoEvidence) -> String {
    let what = match error.fault {
        Fault::Damaged => "已损坏",
        Fault::Unsigned => "没有已知公钥的签名",
    };
    format!(
        "{} 的第 {} 个检查点{what}",
        error.file.display(),
        error.number
    )
}

fn refusal(error: &WitnessRefusal) -> String {
    match error {
        WitnessRefusal::SetBack {
            witness: file,
            seen,
            journal,
        } => format!(
            "日志被回退:日志到记录 {journal} 为止或另有内容,而 {} 见过记录 {seen}",
            file.display()
        ),
        WitnessRefusal::Unreadable(error) => witness(error),
        WitnessRefusal::Missing(index) => {
            format!("{} 里有索引,旁边却没有见证文件", index.display())
        }
        WitnessRefusal::OneMissing(file) => {
            format!("见证文件 {} 缺失,另一份却在", file.display())
        }
        WitnessRefusal::OutsideMissing(file) => {
            format!(
                "日志已有记录,而数据目录之外的见证文件 {} 缺失",
                file.display()
            )
        }
        WitnessRefusal::NoEvidence(error) => no_evidence(error),
    }
}

fn set_apart(error: &SetApart) -> String {
    match error {
        SetApart::Backup(folder) => format!("{} 是备份", folder.display()),
        SetApart::Incomplete(folder) => format!("{} 的恢复没有完成", folder.display()),
        SetApart::Waits {
            folder,
            record,
            taken_at,
        } => format!(
            "{} 自 {taken_at} 的备份恢复,到记录 {record} 为止,尚未有人确认",
            folder.display()
        ),
        SetApart::Unmarked { folder, record } => format!(
            "{} 的日志自备份恢复,到记录 {record} 为止,而恢复标记 restored 不在",
            folder.display()
        ),
        SetApart::Damaged(path) => format!("{} 已损坏", path.display()),
        SetApart::Io { path, .. } => format!("{} 读不出", path.display()),
    }
}

fn backup(error: &BackupError) -> String {
    match error {
        BackupError::NoJournal(folder) => format!("{} 里没有日志", folder.display()),
        BackupError::Occupied(folder) => format!("{} 不是空目录", folder.display()),
        BackupError::Inside(folder) => {
            format!("{} 与另一目录互相包含", folder.display())
        }
        BackupError::SetApart(error) => set_apart(error),
        BackupError::NoBackup(folder) => format!("{} 不是备份", folder.display()),
        BackupError::Incomplete(folder) => format!("{} 里的备份不完整", folder.display()),
        BackupError::Changed(path) => format!("{} 与写成时不同", path.display()),
        BackupError::Missing(path) => format!("缺少 {}", path.display()),
        BackupError::Unlisted(path) => format!("{} 不在清单内", path.display()),
        BackupError::Format(format) => format!("备份格式为 {format}"),
        BackupError::Damaged(damage) => damaged(damage),
        BackupError::OtherEnd { stated, found } => {
            format!("日志到记录 {found} 为止,清单写明 {stated}")
        }
        BackupError::Checkpoint { records } => {
            format!("日志不是 {records} 条记录的签名检查点所签的那一份")
        }
        BackupError::OtherRecord { record } => format!("该目录恢复到记录 {record} 为止"),
        BackupError::NotWaiting(folder) => format!("{} 不需要确认", folder.display()),
        BackupError::Key(_) => "密钥文件不能使用".to_owned(),
        BackupError::Journal(_) => "日志不能使用".to_owned(),
        BackupError::File(FileError::Read { path, .. }) => format!("无法读取 {}", path.display()),
        BackupError::File(FileError::Write { path, .. }) => format!("无法写入 {}", path.display()),
        BackupError::Index(_) => "索引无法建立".to_owned(),
        BackupError::Json(_) => "无法写成 JSON".to_owned(),
    }
}

fn witness(error: &WitnessError) -> String {
    match error {
        WitnessError::Damaged(path) => format!("见证文件 {} 已损坏", path.display()),
        WitnessError::Io { path, .. } => format!("见证文件 {} 读不出", path.display()),
    }
}

fn core(error: &CoreError) -> String {
    match error {
        CoreError::Journal(_) => "日志没有接收记录".to_owned(),
        CoreError::Vault(_) => "个人信息无法加密或解密".to_owned(),
        CoreError::Inconsistent(error) => format!("记录 {} 与先前的记录不符", error.sequence),
        CoreError::NotAnEvent { sequence, .. } => format!("记录 {sequence} 不是本程序的事件"),
        CoreError::Json(_) => "无法写成 JSON".to_owned(),
        CoreError::Doubtful => "账簿可能与日志不一致,重启前不再办理".to_owned(),
    }
}

fn follow(error: &FollowError) -> String {
    match error {
        FollowError::Core(error) => core(error),
        FollowError::Index(error) => index(error),
        FollowError::Folder(_) => "索引目录无法建立或清空".to_owned(),
        FollowError::Witness { path, .. } => format!("见证文件 {} 写不进去", path.display()),
    }
}

fn index(error: &IndexError) -> String {
    match error {
        IndexError::Unusable(_) => "索引不能使用,须由日志重建".to_owned(),
        IndexError::InUse(dir) => format!("索引 {} 正被另一进程使用", dir.display()),
        IndexError::KeyReserved => "索引键为空或以零字节开头".to_owned(),
        IndexError::Backwards { present, given } => {
            format!("索引已到记录 {present},不能退回 {given}")
        }
    }
}

fn tls(error: &TlsError) -> String {
    let named = |part: &Part| match part {
        Part::Chain => "证书",
        Part::Key => "私钥",
        Part::Authority => "签发机构证书",
        Part::RevocationLists => "吊销列表",
    };
    match error {
        TlsError::Unreadable(part) => format!("没有可读的{}", named(part)),
        TlsError::NoRevocationList => "没有吊销列表:已吊销的来访者会被接受".to_owned(),
        TlsError::ForeignList => "吊销列表都不是这些签发机构的:所有证书都会被拒绝".to_owned(),
        TlsError::DevelopmentAuthority(_) => "生产环境不接受开发用的签发机构".to_owned(),
        TlsError::OtherKey => "私钥不是该证书的私钥".to_owned(),
        TlsError::Refused(part, _) => format!("{}不能用于 TLS", named(part)),
        TlsError::NoVersion(_) => "无法设置 TLS".to_owned(),
    }
}

fn key(error: &KeyError) -> String {
    match error {
        KeyError::KeyId => "密钥编号应为 1 至 64 个字符:A-Z a-z 0-9 . _ / -".to_owned(),
        KeyError::Pem(_) => "应恰有一个可读的 PEM 块".to_owned(),
        KeyError::Unusable(algorithm) => format!("密钥不能用于 {algorithm}"),
        KeyError::Sm2UserId => "SM2 用户标识过长,或该密钥不应有标识".to_owned(),
        KeyError::Generation(algorithm) => format!("无法生成 {algorithm} 密钥"),
        KeyError::Signing(algorithm) => format!("{algorithm} 签名失败"),
    }
}

fn json(error: &serde_json::Error) -> String {
    let (line, column) = (error.line(), error.column());
    format!("JSON 第 {line} 行第 {column} 列读不懂")
}

fn defect(_: &Defect) -> String {
    "因程序缺陷中断,位置见日志".to_owned()
}

fn random(_: &RandomUnavailable) -> String {
    "系统的随机数源没有给出数据".to_owned()
}

fn sandbox(error: &SandboxError) -> String {
    match error {
        SandboxError::Port(_) => "端口打不开".to_owned(),
        SandboxError::Ledger(_) => "银行台账文件无法写入".to_owned(),
        SandboxError::Folder(_) => "存放银行文件的目录无法建立".to_owned(),
        SandboxError::Keys(_) => "银行的开发用密钥无法准备".to_owned(),
    }
}

fn client(error: &ClientError) -> String {
    match error {
        ClientError::Url(url) => format!("{url} 不是 https://主机:端口 形式的地址"),
        ClientError::Tls(_) => "证书不能使用".to_owned(),
        ClientError::Connect(address, _) => format!("无法连接 {address}"),
        ClientError::Silent => "一小时内没有答复".to_owned(),
        ClientError::Http(_) => "连接中断".to_owned(),
        ClientError::Request(_) => "请求无法组成".to_owned(),
        ClientError::Answer(_) => "答复读不完整".to_owned(),
        ClientError::Json(_) => "答复不是 JSON 文档".to_owned(),
    }
}
