//! What `anxin proof` says, in both languages.

use crate::command::words::Words;
use crate::proof::check::Fault;
use crate::proof::telling::Untold;

/// What is wrong.
pub(super) fn fault(fault: Fault) -> Words {
    match fault {
        Fault::Format => Words::new("格式或版本不认识", "an unknown format or version"),
        Fault::Checkpoint => Words::new(
            "检查点不是签名检查点",
            "the checkpoint is no signed checkpoint",
        ),
        Fault::Signature => Words::new(
            "检查点没有这把公钥的有效签名:内容被改动,或出自另一日志",
            "the checkpoint has no valid signature of this key: changed, or another log's",
        ),
        Fault::NotAnchored => Words::new(
            "没有给出公钥(--key)或自己留存的检查点(--checkpoint):无人为此根哈希作保",
            "neither a key (--key) nor a checkpoint that you kept (--checkpoint): nobody vouches \
             for this root",
        ),
        Fault::Newer(record) => Words::new(
            format!(
                "记录 {record} 晚于所留存的检查点:它只为自己所含的记录作保。请用公钥(--key)核验,或\
                 改用更晚的检查点"
            ),
            format!(
                "record {record} is newer than the checkpoint that you kept, which vouches for \
                 what it covers only: check with the key (--key), or by a later checkpoint"
            ),
        ),
        Fault::Leaf(record) => Words::new(
            format!("记录 {record}:所示内容拼不成完整的叶子"),
            format!("record {record}: what is shown leads to no leaf"),
        ),
        Fault::Inclusion(record) => Words::new(
            format!("记录 {record}:不在检查点的日志里,或内容被改动"),
            format!("record {record}: not in the journal of the checkpoint, or changed"),
        ),
        Fault::Order(record) => Words::new(
            format!("记录 {record}:不按日志的先后"),
            format!("record {record}: not in the journal's order"),
        ),
        Fault::Told(record, why) => told(record, why),
        Fault::Payment => Words::new("支付编号不成立", "the number of the payment is none"),
        Fault::State => Words::new(
            "所示记录得不出所称的状态",
            "the records make another state than the one claimed",
        ),
        Fault::Amount => Words::new(
            "所示记录的金额与所称的不同",
            "the records say another amount than the one claimed",
        ),
        Fault::Origin => Words::new(
            "两个检查点不属于同一日志",
            "the two checkpoints are not of one log",
        ),
        Fault::Consistency => Words::new(
            "未能证明后一检查点只在前一检查点之后追加:日志可能被改写",
            "it is not proved that the newer checkpoint only adds to the older one: the journal \
             may have been rewritten",
        ),
        Fault::Between => Words::new(
            "缺少这两个检查点之间的一致性证明,或给的是另两个检查点之间的;也请核对先后没有颠倒:\
             GET /v1/consistency?from=较早检查点的记录数",
            "the proof between these two checkpoints is missing, or is between others; see also \
             whether old and new are swapped: GET /v1/consistency?from=RECORDS of the older one",
        ),
    }
}

fn told(record: u64, why: Untold) -> Words {
    match why {
        Untold::Form => Words::new(
            format!("记录 {record}:所示内容读不懂"),
            format!("record {record}: what is shown can't be read"),
        ),
        Untold::Elsewhere => Words::new(
            format!("记录 {record}:与这笔支付无关"),
            format!("record {record}: it does not tell of this payment"),
        ),
        Untold::OffTheMachine => Words::new(
            format!("记录 {record}:此状态之后不可能有这一步"),
            format!("record {record}: no such step follows from the state before"),
        ),
        Untold::Incomplete => Words::new(
            format!("记录 {record}:未出示它对这笔支付所说的全部内容"),
            format!("record {record}: not all that it says of this payment is shown"),
        ),
        Untold::Unsaid => Words::new(
            format!("记录 {record}:未出示它说了多少、或确认的是哪一提议,无从判断;早期版本没有记下"),
            format!(
                "record {record}: how much it says, or which proposal it confirms, is not shown: \
                 nobody can tell. Earlier versions did not record it"
            ),
        ),
        Untold::OtherProposal => Words::new(
            format!("记录 {record}:确认的不是所示的提议"),
            format!("record {record}: it confirms another proposal than the one shown"),
        ),
    }
}

/// What the whole comes to, and what it does not say.
pub(super) fn verdict(faults: &[Fault]) -> Words {
    match faults {
        [] => Words::new(
            "证明成立:以上记录都在检查点的日志里,未被改动,并得出所称的状态和金额。不证明其间没有\
             略去记录(例如争议)、其后没有新的记录,也不说明收款人是谁",
            "the proof holds: these records are in the journal of the checkpoint, unchanged, and \
             make the state and the amount. It does not say that no record was left out in between \
             (a dispute, for example), that nothing came later, nor who was paid",
        ),
        _ => Words::new("证明不成立", "the proof does not hold"),
    }
}

/// A checkpoint continues another one.
pub(super) fn continues(old: &str, new: &str) -> Words {
    Words::new(
        format!("前 {old} 条记录未变,其后追加到 {new} 条"),
        format!("the first {old} records are unchanged, and were added to, up to {new}"),
    )
}

/// An event's word for people.
pub(super) fn event(event: &str) -> Words {
    let (zh, en) = match event {
        "batch_lines" => ("明细入账", "line received"),
        "batch_accepted" => ("批次受理", "batch accepted"),
        "batch_approved" => ("复核放行", "released"),
        "batch_withdrawn" | "lines_withdrawn" => ("撤回", "withdrawn"),
        "file_intended" => ("编入银行文件", "put into a bank file"),
        "message_leaving" => ("发往银行", "sent to the bank"),
        "file_abandoned" => ("文件作废", "file given up"),
        "outcomes" => ("银行结果", "the bank's word"),
        "resolution_proposed" => ("提出裁定", "resolution proposed"),
        "resolution_confirmed" => ("确认裁定", "resolution confirmed"),
        other => (other, other),
    };
    Words::new(zh, en)
}
