//! What the two commands say, in both languages: what, where, and what to do.

use crate::command::words::{Failure, Words};
use crate::copy::{BackupError, Manifest, SetApart};
use journal::copy::FileError;
use std::path::Path;

/// What a person must know of a backup.
pub(super) fn backup_told() -> Words {
    Words::new(
        "已回读核对。主密钥与配置不在备份内:没有主密钥,备份里的个人信息无法读出;请另行保管,\
         不要与备份放在一处。",
        "Read back and found whole. The master key and the configuration are not in it: without \
         the master key no personal data of it can be read. Keep that apart from the backup.",
    )
}

/// What must be done before a restored folder is used, one line after the other.
pub(super) fn restore_told(manifest: &Manifest, data: &Path) -> [Words; 4] {
    let (record, at, data) = (manifest.end.sequence, &manifest.taken_at, data.display());
    [
        Words::new(
            format!("已恢复到 {data}。备份({at})之后的记录不在其中:其后可能已有款项发出。"),
            format!(
                "Restored into {data}. What came after the backup of {at} is not in it: wages may \
                 have been sent since."
            ),
        ),
        Words::new(
            "凡备份里待复核、待发送的明细,网关不会再发:请取得各银行此后的明细清单核对,再由企业撤回;\
             备份之后报送的批次须先查明再重新报送。",
            "What waited for approval or for the bank in it is not sent any more: get each bank's \
             list of the days since, compare, and let the employers withdraw. Batches submitted \
             after the backup: find out what became of them before they are submitted again.",
        ),
        Words::new(
            "原网关必须永久停用:两个网关会重复支付。",
            "The original must never run again: two gateways pay twice.",
        ),
        Words::new(
            format!(
                "然后:anxin restore --data {data} --confirm {record},再启动 anxin serve。步骤见 \
                 gateway/docs/OPERATING.md#backup-and-restore"
            ),
            format!(
                "Then: anxin restore --data {data} --confirm {record}, and start anxin serve. The \
                 steps are in gateway/docs/OPERATING.md#backup-and-restore"
            ),
        ),
    ]
}

/// What a confirmation comes to.
pub(super) fn confirmed_told() -> Words {
    Words::new(
        "已确认,可以启动 anxin serve;若 gateway.toml 设有 [places] witness,先把该目录里的 witness \
         移走留证,再把新目录的 witness 复制进去。备份里待复核、待发送的明细不会发出,由企业撤回。",
        "Confirmed: anxin serve starts on it. Where [places] witness is set in gateway.toml, first \
         move the witness in that folder away, keep it, and copy the new folder's own there. What \
         waited in the backup is not sent; its employers withdraw it.",
    )
}

/// What to do where no gateway starts on a folder.
pub(in crate::command) fn remedy(apart: &SetApart) -> Words {
    match apart {
        SetApart::Backup(_) => Words::new(
            "这是备份,不是数据目录:先用 `anxin restore` 恢复到新目录。",
            "It is no data folder: restore it into a new one with `anxin restore`.",
        ),
        SetApart::Incomplete(_) => Words::new(
            "恢复中途中断:删除该目录,重新恢复到空目录。",
            "The restore was broken off: remove the folder and restore into an empty one.",
        ),
        SetApart::Waits { folder, record, .. } => {
            let folder = folder.display();
            Words::new(
                format!(
                    "备份之后的记录可能已发出款项。按 gateway/docs/OPERATING.md#backup-and-restore \
                     处理完毕后:anxin restore --data {folder} --confirm {record}"
                ),
                format!(
                    "What came after the backup may have been paid. Do what \
                     gateway/docs/OPERATING.md#backup-and-restore says, then: anxin restore \
                     --data {folder} --confirm {record}"
                ),
            )
        }
        SetApart::Unmarked { .. } => Words::new(
            "把恢复所得目录里的 restored 文件一并移来,或重新恢复到空目录;只有确认过的才能启动。",
            "Move the file `restored` of the folder that was restored here as well, or restore \
             into an empty folder once more: it starts when somebody has confirmed it.",
        ),
        SetApart::Damaged(_) | SetApart::Io { .. } => Words::new(
            "不要删除该文件:它说明此目录自备份恢复。请重新恢复到空目录。",
            "Do not remove it: it tells that the folder was restored. Restore into an empty \
             folder once more.",
        ),
    }
}

/// A failure of the command: what, the cause, what to do.
pub(in crate::command) fn failure(error: &BackupError) -> Failure {
    let told = Words::new(
        "备份或恢复没有完成",
        "there is no backup, or nothing restored",
    );
    match error {
        BackupError::File(FileError::Read { path, source }) => {
            Failure::unreadable_file(path, source)
        }
        BackupError::File(FileError::Write { path, source }) => Failure::unwritable(path, source),
        BackupError::NoJournal(_)
        | BackupError::Occupied(_)
        | BackupError::Inside(_)
        | BackupError::NoBackup(_)
        | BackupError::NotWaiting(_)
        | BackupError::OtherRecord { .. }
        | BackupError::Format(_)
        | BackupError::SetApart(_) => Failure::usage(told, hint(error)).caused_by(error),
        BackupError::Incomplete(_)
        | BackupError::Changed(_)
        | BackupError::Missing(_)
        | BackupError::Unlisted(_)
        | BackupError::Damaged(_)
        | BackupError::OtherEnd { .. }
        | BackupError::Checkpoint { .. }
        | BackupError::Key(_)
        | BackupError::Journal(_) => Failure::input(told, hint(error)).caused_by(error),
        BackupError::Index(_) | BackupError::Json(_) => Failure::defect(error),
    }
}

fn hint(error: &BackupError) -> Words {
    match error {
        BackupError::NoJournal(_) => Words::new(
            "--data 应指向含有 journal 目录的数据目录。",
            "--data must name the folder that holds `journal`.",
        ),
        BackupError::Occupied(_) => Words::new(
            "请指定新目录或空目录;每次备份各用一个目录。",
            "Name a new or empty folder: each backup has one of its own.",
        ),
        BackupError::Inside(_) => Words::new(
            "请指定数据目录与备份目录之外的目录,最好在另一块磁盘上。",
            "Name a folder apart from the other one, best on another disk.",
        ),
        BackupError::NoBackup(_) => Words::new(
            "--from 应指向 `anxin backup` 写出的目录。",
            "--from must name a folder that `anxin backup` has written.",
        ),
        BackupError::NotWaiting(_) => Words::new(
            "只有用 `anxin restore` 恢复出的目录需要确认,且只需一次。",
            "Only a folder that `anxin restore` has made is confirmed, and once.",
        ),
        BackupError::OtherRecord { .. } => Words::new(
            "请核对是否为这一份备份,再填写其末条记录号。",
            "Make sure that it is this backup, and state its last record.",
        ),
        BackupError::Format(_) => Words::new(
            "该备份由其他版本写出:请用那个版本恢复。",
            "Another version has written it: restore with that one.",
        ),
        BackupError::SetApart(apart) => remedy(apart),
        BackupError::Incomplete(_) => Words::new(
            "备份中途中断,不能用于恢复:删除它,改用另一份。",
            "It was broken off and can't be restored: remove it, use another one.",
        ),
        BackupError::Changed(_) | BackupError::Missing(_) | BackupError::Unlisted(_) => Words::new(
            "备份自写成后被改动或损坏,未恢复任何内容:改用另一份备份。",
            "The backup was changed or damaged since it was made; nothing is restored from it. \
             Use another one.",
        ),
        BackupError::Damaged(_)
        | BackupError::OtherEnd { .. }
        | BackupError::Key(_)
        | BackupError::Journal(_) => Words::new(
            "先用 `anxin verify` 核验数据目录;备份损坏则改用另一份。",
            "Check the data folder with `anxin verify`; where it is the backup, use another one.",
        ),
        BackupError::Checkpoint { .. } => Words::new(
            "日志与签名检查点不符:被改写、回退,或不是同一日志。保留现场,先读 \
             gateway/docs/OPERATING.md#a-journal-that-was-set-back;若是备份,改用另一份。",
            "The journal is not the one that was signed: rewritten, set back, or another one. Keep \
             it, and read gateway/docs/OPERATING.md#a-journal-that-was-set-back; where it is the \
             backup, use another one.",
        ),
        BackupError::File(_) | BackupError::Index(_) | BackupError::Json(_) => {
            Words::new("请保留此信息。", "Keep this message.")
        }
    }
}
