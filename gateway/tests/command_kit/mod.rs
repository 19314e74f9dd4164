//! Runs the program and keeps what it said.
#![allow(clippy::unwrap_used, clippy::expect_used, dead_code)]

pub mod serving;
pub mod site;

use std::io::Write as _;
use std::process::{Command, Stdio};

/// The example of INTERFACE section 2.
pub const TEMPLATE: &str = "\
安薪代发工资表,V1
批次号,GZ-2026-11-001
统一社会信用代码,913301006639233248
单位名称,杭州样例建设有限公司
项目编码,330110202611000001
工资月份,2026-01
付款银行,ICBC
付款账号,1202020009900012345
付款户名,杭州样例建设有限公司样例项目农民工工资专用账户
总笔数,2
总金额,13603.50

序号,姓名,证件类型,证件号码,银行账号,开户银行,联行号,实发金额,应发金额,备注
1,张样一,01,11010519491231002X,6222021202000000019,ICBC,,6523.50,6600.00,1月工资
2,李样二,01,34052419800101001X,6228480000000000000,ABC,,7080.00,7080.00,1月工资
";

/// How a run ended.
#[derive(Debug)]
pub struct Ended {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Ended {
    /// The one JSON document on stdout; anything else there fails.
    pub fn document(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout).expect("one JSON document on stdout")
    }
}

pub fn run(arguments: &[&str]) -> Ended {
    run_with(arguments, b"")
}

pub fn run_with(arguments: &[&str], input: &[u8]) -> Ended {
    let mut child = Command::new(env!("CARGO_BIN_EXE_anxin"))
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A program that does not read its input closes it early.
    let _ = child.stdin.take().unwrap().write_all(input);
    let output = child.wait_with_output().unwrap();
    Ended {
        code: output.status.code().unwrap(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}
