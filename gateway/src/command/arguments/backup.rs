//! `anxin backup` and `anxin restore`.

use clap::Args;
use std::path::PathBuf;

/// `anxin backup`.
#[derive(Debug, Args)]
pub struct Backup {
    /// 网关的数据目录;网关可以正在运行 · Data folder of the gateway, which may be running
    #[arg(long, value_name = "DIR")]
    pub data: PathBuf,
    /// 备份目录,须为新目录或空目录;不含主密钥,主密钥须另行保管 ·
    /// Folder for the backup, new or empty. The master key is not in it: keep that elsewhere
    #[arg(long, value_name = "DIR")]
    pub to: PathBuf,
    /// 标准输出为一份 JSON · One JSON document on stdout
    #[arg(long)]
    pub json: bool,
}

/// `anxin restore`.
#[derive(Debug, Args)]
pub struct Restore {
    /// 备份目录 · Folder of the backup
    #[arg(long, value_name = "DIR", required_unless_present = "confirm")]
    pub from: Option<PathBuf>,
    /// 数据目录,须为新目录或空目录 · Data folder, new or empty
    #[arg(long, value_name = "DIR")]
    pub data: PathBuf,
    /// 确认原网关已永久停用、备份之后的记录已无法找回;填写备份的末条记录号,此后网关才可启动 ·
    /// Say that the original is at its end and its later records are lost: the number of the
    /// backup's last record. Only then a gateway starts on the folder
    #[arg(long, value_name = "RECORD", conflicts_with = "from")]
    pub confirm: Option<u64>,
    /// 标准输出为一份 JSON · One JSON document on stdout
    #[arg(long)]
    pub json: bool,
}
