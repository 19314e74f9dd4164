//! What is told of a start that failed, and whose it is to mend.

use crate::command::assembly::AssemblyError;
use crate::command::words::{Failure, Words};
use crate::index::{FollowError, WitnessRefusal};
use crate::proof::{KeyFailure, LogError};
use crate::serving::StartError;
use journal::JournalError;
use journal::index::IndexError;

/// What the operator set, and can mend, is usage; the rest is ours.
pub(super) fn not_started(error: &AssemblyError) -> Failure {
    let told = Words::new("网关没有启动", "the gateway does not start");
    let failure = match mendable(error) {
        Some(hint) => Failure::usage(told, hint),
        None => Failure::ours(told, trouble(error)),
    };
    failure.caused_by(error)
}

fn mendable(error: &AssemblyError) -> Option<Words> {
    let AssemblyError::Start(error) = error else {
        let is_address = matches!(error, AssemblyError::Listen { .. });
        return is_address.then(|| {
            Words::new(
                "该地址已被占用或不可用;改 gateway.toml 的 [listen]。",
                "The address is taken or not yours: change [listen] in gateway.toml.",
            )
        });
    };
    match error {
        StartError::Journal(JournalError::OtherDigest { .. }) => Some(Words::new(
            "摘要算法在日志建立时确定;把 gateway.toml 的 [journal] digest 改回原值。",
            "The digest is fixed when a journal is made: set back digest in [journal].",
        )),
        StartError::Master(_) => Some(Words::new(
            "主密钥文件是 64 位十六进制数字,权限 0600(chmod 600),由 gateway.toml 的 \
             master_key_file 指明。",
            "The master key is a file of 64 hexadecimal digits, mode 0600 (chmod 600), named by \
             master_key_file in gateway.toml.",
        )),
        StartError::InUse(_)
        | StartError::Journal(JournalError::InUse(_))
        | StartError::Index(FollowError::Index(IndexError::InUse(_))) => Some(Words::new(
            "先停止那个进程,或用 --data 指向另一个目录。",
            "Stop that process first, or name another folder with --data.",
        )),
        StartError::Folder(_) | StartError::Index(FollowError::Witness { .. }) => Some(Words::new(
            "请检查该目录的权限与剩余空间。",
            "Check the folder's permissions and free space.",
        )),
        StartError::SetApart(apart) => Some(crate::command::backup::remedy(apart)),
        StartError::CheckpointKey(KeyFailure::Gone(_))
        | StartError::Log(LogError::OtherKey(_) | LogError::KeyDamaged(_)) => Some(key_changed()),
        StartError::CheckpointKey(
            KeyFailure::File { .. }
            | KeyFailure::Unusable { .. }
            | KeyFailure::Origin
            | KeyFailure::Earlier(_),
        ) => Some(Words::new(
            "检查点密钥是 Ed25519 私钥(PKCS#8 PEM,权限 0600),由 gateway.toml 的 [checkpoints] \
             key_file 指明;origin 不得含空格或加号;earlier 列出以前的核验公钥(name+hash+key)。",
            "The key of the checkpoints is an Ed25519 key (PKCS#8 PEM, mode 0600), named by \
             key_file in [checkpoints] of gateway.toml; origin has no blank and no plus; earlier \
             lists verifier keys (name+hash+key).",
        )),
        StartError::Journal(_)
        | StartError::Log(_)
        | StartError::Vault(_)
        | StartError::Core(_)
        | StartError::Refused(_)
        | StartError::Index(_) => None,
    }
}

/// The key is not the one that signed here.
fn key_changed() -> Words {
    Words::new(
        "请放回原来的签名密钥和 DIR/checkpoints 里的文件;若确已更换密钥,把原公钥\
         (vkey 的内容)列入 gateway.toml 的 [checkpoints] earlier,见 \
         gateway/docs/OPERATING.md#another-key。",
        "Put the key that signed back, and the files of DIR/checkpoints; \
         where the key was changed on purpose, list the old one (what vkey holds) as earlier in \
         [checkpoints] of gateway.toml: gateway/docs/OPERATING.md#another-key.",
    )
}

fn trouble(error: &AssemblyError) -> Words {
    match error {
        AssemblyError::Start(
            StartError::Refused(WitnessRefusal::NoEvidence(_))
            | StartError::Log(LogError::NoEvidence(_)),
        ) => Words::new(
            "留存的检查点被伪造或损坏,日志是否就是所签的那一份无从判断,所以不启动。请保全现场,与另处留存的检查点核对;办法见 \
             gateway/docs/OPERATING.md#checkpoints-and-proofs。",
            "A kept checkpoint is forged or damaged, so that nobody can say whether the journal is \
             the one that was signed: nothing is started. Keep the folder \
             as evidence, and hold it against checkpoints kept elsewhere; what can be done stands \
             in gateway/docs/OPERATING.md#checkpoints-and-proofs.",
        ),
        AssemblyError::Start(StartError::Log(LogError::EndUnsigned { .. })) => Words::new(
            "日志停止时所签的检查点缺失:日志可能被回退,其后发出的款项会被重发,所以不启动。请放回\
             DIR/checkpoints/kept;其余办法见 \
             gateway/docs/OPERATING.md#a-journal-that-was-set-back。",
            "The checkpoint that was signed when the journal was closed is gone: the journal may \
             have been set back, and what was sent since would be sent again, so nothing is \
             started. Put DIR/checkpoints/kept back; what else can be done stands in \
             gateway/docs/OPERATING.md#a-journal-that-was-set-back.",
        ),
        AssemblyError::Start(StartError::Refused(WitnessRefusal::OutsideMissing(_))) => Words::new(
            "数据目录之外的见证文件缺失:日志是否被回退无从判断,所以不启动,也未改动任何文件。请先看其所在的盘是否\
             已挂载。只有该设置是新加的、或数据目录刚由备份恢复时,才把 DIR/witness 复制到该目录;办法见 \
             gateway/docs/OPERATING.md#the-witness-outside。",
            "The witness outside the data folder is missing, so that nobody knows whether the \
             journal was set back: nothing is started and no file was changed. See first whether \
             its volume is mounted. Only where the setting is new or the data folder was just \
             restored from a backup, copy DIR/witness into that folder: \
             gateway/docs/OPERATING.md#the-witness-outside.",
        ),
        AssemblyError::Start(
            StartError::Refused(_) | StartError::Log(LogError::SetBack { .. }),
        ) => Words::new(
            "日志被回退、尾部缺失、放错了目录,或见证文件缺失、读不出:其后发出的款项会被重发,\
             所以不启动,也未改动任何文件。请放回完整的日志;其余办法见 \
             gateway/docs/OPERATING.md#a-journal-that-was-set-back。",
            "The journal was set back, lost its end, lies in the wrong folder, or a witness of it \
             is missing or can't be read: what was sent since would be sent again, so nothing is \
             started and no file was changed. Put the whole journal back; what else can be done \
             stands in gateway/docs/OPERATING.md#a-journal-that-was-set-back.",
        ),
        AssemblyError::Start(_)
        | AssemblyError::Listen { .. }
        | AssemblyError::Spool(_)
        | AssemblyError::Defect(_) => Words::new(
            "先用 `anxin verify` 核验数据目录。",
            "Check the data folder with `anxin verify` first.",
        ),
    }
}
