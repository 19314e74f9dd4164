//! The table itself.

use super::parameters::{
    AMOUNT, AMOUNT_FEN, BANK, BATCH_STATE, CORRECTION_FORMAT, CORRECTION_KINDS, DISPUTED, EMPLOYER,
    EVENTS, FILE_KINDS, FROM, GROUP_BY, LIMIT, MESSAGE, NEXT, NEXT_BREAK, NEXT_LINE, PAY_MONTH,
    PROJECT, STATE, SUBMITTED_MONTH, TO, parameter,
};
use super::{Good, Method, Payload, Route, proofs, resolutions};
use crate::access::Role::{Bank, Employer, Operator, Regulator};
use crate::api::handlers::{banks, batches, commands, feed, operator, payments, submit};
use crate::api::problem::Problem;

pub(super) const fn good(status: u16, en: &'static str, payload: Payload) -> Good {
    Good {
        status,
        en,
        payload,
    }
}

/// What most calls that read have in common.
pub(super) const GET: Route = Route {
    method: Method::Get,
    path: "",
    name: "",
    who: &[],
    operator_network: false,
    zh: "",
    en: "",
    parameters: &[],
    request: Payload::None,
    good: &[],
    problems: &[],
    handler: |_| Box::pin(std::future::ready(Err(Problem::not_found()))),
};

/// What most calls that change something have in common.
pub(super) const POST: Route = Route {
    method: Method::Post,
    ..GET
};

/// Every call of the interface.
pub static ROUTES: &[Route] = &[
    Route {
        path: "/v1/batches",
        name: "submitBatch",
        who: &[Employer],
        zh: "报送一个代发批次",
        en: "Submits a batch: the body is the file. The key is (employer, batch number), for ever.",
        parameters: &[
            parameter(
                "policy",
                "all_or_nothing（默认）或 good_lines",
                "all_or_nothing (default) or good_lines",
                "good_lines",
            ),
            SUBMITTED_MONTH,
            parameter(
                "format",
                "指定格式：csv、xlsx、json、pain.001",
                "overrides detection",
                "csv",
            ),
        ],
        request: Payload::Bytes(FILE_KINDS),
        good: &[
            good(202, "accepted and durable", Payload::Json("BatchReceipt")),
            good(
                200,
                "the same came before: no second effect",
                Payload::Json("BatchReceipt"),
            ),
        ],
        problems: &[409, 422, 429],
        handler: |call| Box::pin(submit::submit(call)),
        ..POST
    },
    Route {
        path: "/v1/batches",
        name: "listBatches",
        who: &[Employer, Regulator],
        zh: "批次列表，新者在前",
        en: "Lists batches, the newest first",
        parameters: &[
            LIMIT,
            NEXT,
            BATCH_STATE,
            parameter(
                "batch_no",
                "批次号",
                "the employer's number",
                "GZ-2026-11-001",
            ),
            EMPLOYER,
            PROJECT,
            BANK,
            PAY_MONTH,
        ],
        good: &[good(200, "a page", Payload::Json("BatchPage"))],
        handler: |call| Box::pin(batches::list(call)),
        ..GET
    },
    Route {
        path: "/v1/batches/{id}",
        name: "readBatch",
        who: &[Employer, Regulator],
        zh: "一个批次：状态、各状态笔数与金额、在等什么",
        en: "One batch: state, counts and sums per line state, what it waits for",
        good: &[good(200, "the batch", Payload::Json("BatchView"))],
        handler: |call| Box::pin(batches::read(call)),
        ..GET
    },
    Route {
        path: "/v1/batches/{id}/lines",
        name: "listLines",
        who: &[Employer, Regulator],
        zh: "批次的明细，个人信息已掩码",
        en: "The lines of a batch, people masked",
        parameters: &[LIMIT, NEXT_LINE, STATE, DISPUTED],
        good: &[good(200, "a page", Payload::Json("LinePage"))],
        handler: |call| Box::pin(batches::lines(call)),
        ..GET
    },
    Route {
        path: "/v1/batches/{id}/findings",
        name: "listFindings",
        who: &[Employer, Regulator],
        zh: "批次的全部校验问题",
        en: "Every finding of a batch",
        parameters: &[parameter(
            "format",
            "json（默认）或 csv",
            "json (default) or csv",
            "csv",
        )],
        good: &[
            good(200, "the findings", Payload::Json("Findings")),
            good(200, "the same as csv", Payload::Bytes(&["text/csv"])),
        ],
        handler: |call| Box::pin(batches::findings(call)),
        ..GET
    },
    Route {
        path: "/v1/batches/{id}/report",
        name: "reportBatch",
        who: &[Employer, Regulator],
        zh: "支付状态报告 pain.002.001.10",
        en: "Payment status report, pain.002.001.10",
        good: &[good(
            200,
            "the report; to a regulator with the sender's references masked",
            Payload::Bytes(&["application/xml"]),
        )],
        handler: |call| Box::pin(batches::report(call)),
        ..GET
    },
    Route {
        path: "/v1/batches/{id}/approve",
        name: "approveBatch",
        who: &[Employer],
        zh: "复核放行；复核人与经办人须为不同的人",
        en: "Releases a batch: a person's certificate other than the maker's",
        request: Payload::Json("Approval"),
        good: &[good(200, "released", Payload::Json("Done"))],
        problems: &[409],
        handler: |call| Box::pin(commands::approve(call)),
        ..POST
    },
    Route {
        path: "/v1/batches/{id}/withdraw",
        name: "withdrawBatch",
        who: &[Employer],
        zh: "撤回；有明细进入发送后，只撤回其中受阻的明细",
        en: "Takes a batch back before any line is intended; later only its barred lines",
        good: &[good(200, "withdrawn", Payload::Json("Done"))],
        problems: &[409],
        handler: |call| Box::pin(commands::withdraw(call)),
        ..POST
    },
    Route {
        path: "/v1/batches/{id}/correction",
        name: "correctBatch",
        who: &[Employer],
        zh: "补发文件：失败和退汇的明细，明文，留痕",
        en: "The failed and returned lines as a file to edit and submit, in clear, journalled",
        parameters: &[CORRECTION_FORMAT],
        good: &[good(200, "the file", Payload::Bytes(CORRECTION_KINDS))],
        problems: &[409],
        handler: |call| Box::pin(batches::correction(call)),
        ..POST
    },
    resolutions::PROPOSE,
    resolutions::CONFIRM,
    resolutions::PROPOSE_FILE,
    resolutions::CONFIRM_FILE,
    Route {
        path: "/v1/breaks",
        name: "listBreaks",
        who: &[Operator, Regulator, Bank],
        zh: "对账差异、未匹配记录、矛盾、按时长列出的支付不明",
        en: "Reconciliation breaks, unmatched records, contradictions, unknowns by age",
        parameters: &[LIMIT, NEXT_BREAK],
        good: &[good(200, "the breaks", Payload::Json("Breaks"))],
        handler: |call| Box::pin(operator::breaks(call)),
        ..GET
    },
    Route {
        path: "/v1/banks/{code}/messages",
        name: "pushMessage",
        who: &[Bank],
        zh: "银行推送报文：原始字节",
        en: "Takes a bank's own bytes; the same bytes again give the same receipt",
        parameters: &[MESSAGE],
        request: Payload::Bytes(&["application/octet-stream"]),
        good: &[good(
            200,
            "receipt in the bank's own dialect; Anxin-Receipt has the journal position",
            Payload::Bytes(&["application/octet-stream"]),
        )],
        handler: |call| Box::pin(banks::message(call)),
        ..POST
    },
    Route {
        path: "/v1/payments",
        name: "searchPayments",
        who: &[Employer, Bank, Regulator],
        zh: "查询支付明细；监管部门给出用途和批准号时为明文并留痕",
        en: "Searches payments; in clear to a regulator that states purpose and approval",
        parameters: &[
            parameter(
                "id_number",
                "证件号码",
                "document number",
                "11010519491231002X",
            ),
            parameter(
                "account",
                "银行账号",
                "payee's account",
                "6222021202000000019",
            ),
            EMPLOYER,
            PROJECT,
            BANK,
            STATE,
            PAY_MONTH,
            FROM,
            TO,
            AMOUNT,
            AMOUNT_FEN,
            parameter("region", "行政区划代码", "GB/T 2260 region", "330110"),
            parameter(
                "purpose",
                "明文查询的用途",
                "why people are shown in clear",
                "劳动监察",
            ),
            parameter(
                "approval_no",
                "批准号",
                "number of the approval",
                "LJ-2026-118",
            ),
            LIMIT,
            NEXT,
        ],
        good: &[good(200, "a page", Payload::Json("PaymentPage"))],
        problems: &[403, 429],
        handler: |call| Box::pin(payments::search(call)),
        ..GET
    },
    Route {
        path: "/v1/payments/{id}",
        name: "readPayment",
        who: &[Employer, Bank, Regulator],
        zh: "一笔支付及其全部事件",
        en: "One payment and every event with time, source, bank code and journal position",
        parameters: &[EVENTS],
        good: &[good(200, "the payment", Payload::Json("PaymentHistory"))],
        handler: |call| Box::pin(payments::read(call)),
        ..GET
    },
    proofs::PAYMENT,
    proofs::CHECKPOINT,
    proofs::CONSISTENCY,
    Route {
        path: "/v1/summary",
        name: "summarise",
        who: &[Regulator],
        zh: "按银行、单位、项目、地区、月份或状态汇总",
        en: "Counts and sums",
        parameters: &[GROUP_BY],
        good: &[good(200, "the groups", Payload::Json("Summary"))],
        handler: |call| Box::pin(payments::summary(call)),
        ..GET
    },
    Route {
        path: "/v1/events",
        name: "followEvents",
        who: &[Employer, Bank, Regulator, Operator],
        zh: "变更流，无缺口，可续传",
        en: "Change feed, gapless, resumable; with Accept: text/event-stream it stays open",
        parameters: &[
            parameter("after", "从此序号之后", "after this sequence", "4711"),
            LIMIT,
        ],
        good: &[
            good(200, "changes", Payload::Json("Changes")),
            good(
                200,
                "a stream of changes",
                Payload::Bytes(&["text/event-stream"]),
            ),
        ],
        handler: |call| Box::pin(feed::events(call)),
        ..GET
    },
    Route {
        path: "/healthz",
        name: "isAlive",
        who: &[Operator],
        operator_network: true,
        zh: "进程是否存活",
        en: "Whether the process lives",
        good: &[good(200, "it does", Payload::Json("Health"))],
        handler: |call| Box::pin(operator::alive(call)),
        ..GET
    },
    Route {
        path: "/readyz",
        name: "isReady",
        who: &[Operator],
        operator_network: true,
        zh: "是否可以受理",
        en: "Whether submissions are taken: the journal is writable",
        good: &[good(200, "they are", Payload::Json("Health"))],
        problems: &[503],
        handler: |call| Box::pin(operator::ready(call)),
        ..GET
    },
    Route {
        path: "/metrics",
        name: "readMetrics",
        who: &[Operator],
        operator_network: true,
        zh: "指标",
        en: "Metrics in OpenMetrics text",
        good: &[good(
            200,
            "the metrics",
            Payload::Bytes(&["application/openmetrics-text"]),
        )],
        handler: |call| Box::pin(operator::metrics(call)),
        ..GET
    },
    Route {
        path: "/openapi.json",
        name: "describe",
        who: &[Operator],
        operator_network: true,
        zh: "接口描述",
        en: "This description",
        good: &[good(
            200,
            "OpenAPI 3.1",
            Payload::Bytes(&["application/json"]),
        )],
        handler: |call| Box::pin(operator::description(call)),
        ..GET
    },
];
