//! Invented orders, a toy key store and a bank that answers, for the tests of this crate.
// No suite uses all of it.
#![allow(
    dead_code,
    unused_imports,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic
)]

mod toy_keys;

use adapters::exchange::{LineOutcome, Next, OrderLine, Outcome, PaymentOrder, Reply, StatusQuery};
use adapters::{BankAdapter, BankReply, BankRequest, Book, Conversation, Incoming, RequestKind};
use schemas::{
    AccountNo, BankCode, CnapsCode, Fen, IdNumber, IdType, PayMonth, PersonName, Purpose,
};
use std::collections::BTreeMap;
use std::path::Path;
use time::macros::{date, datetime};
pub use toy_keys::{TOY_NOW_S, ToyKeys, Unchecked, signed, signed_json};

pub fn bank(code: &str) -> &'static BankAdapter {
    let code = BankCode::parse(code).unwrap();
    Book::built_in()
        .unwrap()
        .adapter(code)
        .expect("in the book")
}

/// The banks of the list, by their codes: a bank that its folder adds changes nothing of what is
/// said of these, and no golden file.
pub fn listed() -> impl Iterator<Item = &'static BankAdapter> {
    let is_listed = |code| {
        schemas::codes::listed_banks()
            .iter()
            .any(|b| b.code == code)
    };
    let banks = Book::built_in().unwrap().adapters().iter();
    banks.filter(move |bank| is_listed(bank.code()))
}

/// The first bank of each dialect: what holds of a dialect is asked of one bank of it.
pub fn one_of_each_dialect() -> Vec<&'static BankAdapter> {
    let mut first = BTreeMap::new();
    for adapter in listed().flat_map(BankAdapter::by_dialect) {
        first.entry(adapter.dialect()).or_insert(adapter);
    }
    first.into_values().collect()
}

/// The adapter of one of a bank's dialects.
pub fn of_dialect(code: &str, dialect: &str) -> &'static BankAdapter {
    bank(code).of_file(Some(dialect)).expect("its dialect")
}

/// A bank whose accounts the adapter's files pay: the paying one, unless it pays others only.
pub fn payee_bank(adapter: &BankAdapter) -> BankCode {
    let own = adapter.code();
    match adapter.capability().own_bank {
        true => own,
        false if own.as_str() == "CCB" => BankCode::parse("ABC").unwrap(),
        false => BankCode::parse("CCB").unwrap(),
    }
}

/// A dialect as it is, without what a bank adds to it.
pub fn dialect_alone(name: &str) -> &'static BankAdapter {
    let mut all = Book::built_in().unwrap().dialects().iter();
    all.find(|dialect| dialect.dialect() == name)
        .unwrap_or_else(|| panic!("no dialect {name}"))
}

/// A bank on a dialect that no preset of the book names.
pub fn invented(code: &str, dialect: &str) -> &'static BankAdapter {
    let own = format!("dialects/{dialect}/dialect.toml");
    let files = Book::built_in_files().filter(|(path, _)| *path == own);
    let preset = format!(
        "code = \"{code}\"\ndialect = \"{dialect}\"\nevidence = \"synthetic\"\n\
         cut_off = \"17:00\"\n"
    );
    let files = files.map(|(path, text)| (path, text.to_owned()));
    let files = files.chain([(format!("banks/{code}/bank.toml"), preset)]);
    let book = Book::from_files(files).unwrap_or_else(|errors| panic!("{}", errors[0]));
    let book: &'static Book = Box::leak(Box::new(book));
    &book.adapters()[0]
}

/// The five invented workers of the public samples: name, account, ID number, yuan.
const WORKERS: [(&str, &str, &str, &str); 5] = [
    (
        "张样一",
        "6200000000000000018",
        "330000199001010014",
        "6523.50",
    ),
    (
        "李样二",
        "6200000000000000026",
        "330000198803150022",
        "7080.00",
    ),
    (
        "欧阳样三",
        "6200000000000000034",
        "330000199511200037",
        "5988.05",
    ),
    (
        "阿样·木样",
        "6200000000000000042",
        "330000199207080042",
        "6300.00",
    ),
    (
        "王样五",
        "6200000000000000059",
        "33000020000229005X",
        "0.01",
    ),
];

/// The account, cut to the digits that the bank takes.
fn account(text: &str, digits_max: usize) -> AccountNo {
    AccountNo::parse(&text[..text.len().min(digits_max)]).unwrap()
}

/// An invented branch with a valid check digit; that of the samples, 304999000019, has none.
pub const BRANCH: &str = "304100040000";

/// The golden batch of the samples: 25891.56 yuan in five lines.
pub fn golden_order(code: &str, memo: &str, payer_account: &str) -> PaymentOrder {
    let kind = IdType::parse("02").unwrap();
    let lines = WORKERS.iter().zip(1..).map(|(worker, row_no)| OrderLine {
        row_no,
        name: PersonName::parse(worker.0).unwrap(),
        id_type: kind,
        id_number: IdNumber::parse(kind, worker.2).unwrap(),
        account: account(worker.1, bank(code).limits().account_digits_max),
        payee_bank: Some(BankCode::parse(code).unwrap()),
        cnaps_code: CnapsCode::parse(BRANCH).ok(),
        amount: Fen::parse_yuan(worker.3).unwrap(),
        memo: (!memo.is_empty()).then(|| memo.to_owned()),
    });
    PaymentOrder {
        file_no: 1,
        bank_date: date!(2026 - 11 - 23),
        instructed_at: datetime!(2026-11-23 09:30:00.123 +8),
        payer_account: AccountNo::parse(payer_account).unwrap(),
        payer_name: PersonName::parse("浙江样例建设有限公司").unwrap(),
        pay_month: PayMonth::parse("2026-11").unwrap(),
        connection: bank(code).example_connection(),
        lines: lines.collect(),
    }
}

/// Of five lines, or as many as one file of the bank takes.
pub fn order(code: &str) -> PaymentOrder {
    order_for(bank(code).by_dialect().next().expect("one"))
}

/// The same for a file of one of a bank's dialects.
pub fn order_for(adapter: &BankAdapter) -> PaymentOrder {
    let mut order = golden_order(adapter.code().as_str(), "11月工资", "3300000000000000019");
    order.file_no = 4_711;
    order.lines.truncate(adapter.limits().rows_max as usize);
    for line in &mut order.lines {
        line.payee_bank = Some(payee_bank(adapter));
    }
    order
}

pub fn query(order: &PaymentOrder, references: BTreeMap<String, String>) -> StatusQuery {
    StatusQuery {
        file_no: order.file_no,
        query_no: 1,
        bank_date: order.bank_date,
        instructed_at: order.instructed_at,
        asked_at: datetime!(2026-11-23 09:35:01.500 +8),
        payer_account: order.payer_account,
        payer_name: order.payer_name.clone(),
        pay_month: order.pay_month,
        count: order.lines.len() as u32,
        total: order.total().unwrap(),
        connection: order.connection.clone(),
        references,
    }
}

pub fn incoming(outgoing: &adapters::exchange::Outgoing) -> Incoming {
    Incoming::from(outgoing)
}

/// Runs a conversation against the bank's own side; `answer` says what the bank replies.
pub fn converse(
    adapter: &BankAdapter,
    conversation: &mut Conversation<'_>,
    mut answer: impl FnMut(&BankRequest) -> BankReply,
) -> (Reply, Vec<BankRequest>, Vec<Vec<u8>>) {
    let mut requests = Vec::new();
    let mut replies = Vec::new();
    for _ in 0..40 {
        match conversation.next(&ToyKeys).unwrap() {
            Next::Done(reply) => return (reply, requests, replies),
            Next::Wait { .. } => {}
            Next::Send(outgoing) => {
                let side = adapter.bank_side();
                let request = side.read_request(&incoming(&outgoing), &ToyKeys).unwrap();
                assert_eq!(request.step, outgoing.step);
                if request.has_reply {
                    let reply = answer(&request);
                    let bytes = side.write_reply(&request, &reply, &ToyKeys).unwrap();
                    conversation.feed(&bytes, &ToyKeys).unwrap();
                    replies.push(bytes);
                }
                requests.push(request);
            }
        }
    }
    panic!("the conversation of {} does not end", adapter.code());
}

/// What a bank says of the lines of an order, one outcome a line in turn.
pub fn outcomes(order: &PaymentOrder, outcomes: &[Outcome]) -> Vec<LineOutcome> {
    let lines = order.lines.iter().zip(outcomes.iter().cycle());
    lines
        .map(|(line, outcome)| LineOutcome {
            row_no: Some(line.row_no),
            account: Some(line.account),
            name: Some(line.name.clone()),
            amount: Some(line.amount),
            ..LineOutcome::of(*outcome)
        })
        .collect()
}

pub fn accept(_: &BankRequest) -> BankReply {
    BankReply::of(Outcome::Accepted)
}

pub fn names(lines: &[adapters::BankLine]) -> Vec<String> {
    let open = Purpose::Matching;
    lines
        .iter()
        .map(|l| l.name.reveal(open).to_owned())
        .collect()
}

pub fn is_query(request: &BankRequest) -> bool {
    request.kind == RequestKind::Query
}

/// A message of the public samples, which lie in ../shared beside the repository or beside the
/// folder of its worktrees; `None` where there is no such folder, and that is said on stderr, past
/// the capture of the test runner. A sample that the folder lacks fails.
pub fn sample(name: &str) -> Option<Vec<u8>> {
    use std::io::Write as _;
    let places = ["/../../shared", "/../../../shared"];
    let places = places.map(|place| format!("{}{place}", env!("CARGO_MANIFEST_DIR")));
    let Some(shared) = places.iter().find(|place| Path::new(place).is_dir()) else {
        writeln!(std::io::stderr(), "needs ../shared: not run: {name}").unwrap();
        return None;
    };
    Some(std::fs::read(format!("{shared}/formats/samples/{name}")).unwrap())
}

/// The sample with our values at the named places: offset in the sample, what stands there, what
/// stands there with us. All other bytes stay.
pub fn with_ours(sample: &[u8], places: &[(usize, &str, &str)]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut at = 0;
    for (offset, theirs, ours) in places {
        out.extend_from_slice(&sample[at..*offset]);
        at = offset + theirs.len();
        assert_eq!(&sample[*offset..at], theirs.as_bytes(), "at {offset}");
        out.extend_from_slice(ours.as_bytes());
    }
    out.extend_from_slice(&sample[at..]);
    out
}

/// Compares byte by byte and says where two messages part.
pub fn assert_bytes(own: &[u8], expected: &[u8]) {
    let pairs = own.iter().zip(expected);
    let same = pairs.take_while(|(one, other)| one == other).count();
    assert!(own == expected, "they part at byte {same}");
}
