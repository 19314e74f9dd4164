//! Every bank of the book, through its real channel, against the sandbox: what is instructed is
//! booked once, what is asked is answered, and what the seed decides is what comes back.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "sandbox_banks/talk.rs"]
mod talk;

use adapters::exchange::{Next, OrderLine, Outcome, PaymentOrder, Reply};
use adapters::{BankAdapter, Book};
use gateway::channel::{Certainty, Channel, Endpoints, SendErrorKind};
use gateway::clock::{Clock, OffsetClock};
use gateway::configuration::Endpoint;
use gateway::sandbox::character::{Fate, Manner, fate};
use gateway::sandbox::{KeySource, Options, Running, keys, start};
use schemas::value::{AccountNo, Fen, PersonName, Purpose};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use talk::{ask, converse, question};

const LINES: u32 = 30;
const SEED: u64 = 7;
const LEDGER: &str = "ledger.jsonl";

async fn open(folder: &std::path::Path) -> Running {
    let banks: Vec<&BankAdapter> = Book::built_in().unwrap().adapters().iter().collect();
    open_these(&banks, folder).await
}

async fn open_these(banks: &[&'static BankAdapter], folder: &std::path::Path) -> Running {
    let clock: Arc<dyn Clock> = Arc::new(OffsetClock::new(
        time::macros::datetime!(2026-11-24 10:00 +8),
        1,
    ));
    let options = Options {
        seed: SEED,
        first_port: 0,
        files: folder.to_owned(),
        keys: KeySource::Made,
        // Nobody to push to, and nothing comes back while the test runs.
        push_wait: Duration::from_secs(3600),
        ledger: Some(folder.join(LEDGER)),
    };
    start(banks, &clock, &options).await.unwrap()
}

/// Lines of an order: a bank may take fewer in a file.
fn lines_of(adapter: &BankAdapter) -> u32 {
    LINES.min(adapter.limits().rows_max)
}

/// An order of several lines; accounts differ, amounts too.
fn order(adapter: &BankAdapter, file_no: u64) -> PaymentOrder {
    order_of(adapter, file_no, lines_of(adapter))
}

fn order_of(adapter: &BankAdapter, file_no: u64, count: u32) -> PaymentOrder {
    let example = keys::example_order(adapter).unwrap();
    let line = example.lines.first().unwrap();
    let lines = (1..=count).map(|row_no| OrderLine {
        row_no,
        name: PersonName::parse("张样一").unwrap(),
        account: AccountNo::parse(&format!("6222021202{file_no:04}{row_no:04}")).unwrap(),
        amount: Fen(i64::from(row_no) * 100 + 1),
        ..line.clone()
    });
    PaymentOrder {
        file_no,
        lines: lines.collect(),
        ..example.clone()
    }
}

/// What a result says of which row; a list of failures leaves the others out.
fn expected(adapter: &BankAdapter, manner: Manner, order: &PaymentOrder) -> Vec<(u32, Outcome)> {
    let side = adapter.bank_side();
    // Such a bank tells it to whoever asks again.
    let repeats = |pace: adapters::ReturnsPace| pace.repeats_query;
    let tells_returns = adapter.returns_pace().is_some_and(repeats);
    let lines = order.lines.iter().map(|line| {
        let account = line.account.reveal(Purpose::Matching);
        let said = match fate(SEED, adapter.code(), line.row_no, account, manner) {
            Fate::Returned if tells_returns => Outcome::Returned,
            Fate::Paid | Fate::Returned => Outcome::Paid,
            Fate::Failed(reason) => Outcome::Failed(reason),
            Fate::Unlisted => Outcome::Unknown,
            Fate::Never => Outcome::Accepted,
        };
        (line.row_no, said)
    });
    let named = lines.filter(|(_, said)| side.names_line(*said));
    named
        .map(|(row_no, said)| (row_no, side.line_expressible(said, false)))
        .collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_bank_books_once_and_answers() {
    let folder = tempfile::tempdir().unwrap();
    let running = Arc::new(open(folder.path()).await);
    // Banks that hold the line for seconds do so at the same time.
    let mut tasks = tokio::task::JoinSet::new();
    for adapter in Book::built_in().unwrap().adapters() {
        let running = Arc::clone(&running);
        tasks.spawn(async move { books_once_and_answers(adapter, &running).await });
    }
    while let Some(done) = tasks.join_next().await {
        done.unwrap();
    }
}

/// A bank that speaks a dialect of no bank of the book.
fn stand_in(code: &str, dialect: &str) -> &'static BankAdapter {
    let own = format!("dialects/{dialect}/dialect.toml");
    let files = Book::built_in_files().filter(|(path, _)| *path == own);
    let files = files.map(|(path, text)| (path, text.to_owned()));
    let known = format!("code = \"{code}\"\ndialect = \"{dialect}\"\n");
    let preset = known + "evidence = \"synthetic\"\ncut_off = \"17:00\"\n";
    let files = files.chain([(format!("banks/{code}/bank.toml"), preset)]);
    let book = Book::from_files(files).unwrap_or_else(|errors| panic!("{}", errors[0]));
    let book: &'static Book = Box::leak(Box::new(book));
    &book.adapters()[0]
}

/// With true keys, over HTTP: signatures in headers, questions by GET, sealed names.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_dialect_that_no_bank_speaks_books_once_and_answers() {
    let folder = tempfile::tempdir().unwrap();
    let banks = [("BOB", "alipay_batch"), ("CZCB", "wechat_payroll")];
    let banks = banks.map(|(code, dialect)| stand_in(code, dialect));
    let running = open_these(&banks, folder.path()).await;
    for adapter in banks {
        books_once_and_answers(adapter, &running).await;
    }
}

/// Submits; the references of the receipt, if the bank gave one.
async fn submitted(
    adapter: &BankAdapter,
    running: &Running,
    channel: &Endpoints,
    order: &PaymentOrder,
) -> BTreeMap<String, String> {
    let bank = adapter.code();
    let manner = running.manner(bank).unwrap();
    let reply = converse(channel, &running.keys[&bank], adapter.submit(order));
    let reply = tokio::time::timeout(Duration::from_secs(60), reply)
        .await
        .unwrap();
    let statistics = running.statistics()[&bank].clone();
    assert_eq!(statistics.files, 1, "{bank}: {statistics:?}");
    match reply {
        Some(Reply::Receipt(receipt)) => {
            assert_eq!(receipt.outcome, Outcome::Accepted, "{bank} {manner:?}");
            receipt.references
        }
        Some(Reply::Result(_)) => panic!("{bank}: a result for a submission"),
        None => {
            let breaks_off = [Manner::HangsUp, Manner::Holds, Manner::HangsUpNext];
            assert!(
                breaks_off.contains(&manner),
                "{bank} {manner:?}: {statistics:?}"
            );
            BTreeMap::new()
        }
    }
}

async fn books_once_and_answers(adapter: &'static BankAdapter, running: &Running) {
    let none = BTreeMap::new();
    let bank = adapter.code();
    let manner = running.manner(bank).unwrap();
    let channel = Endpoints::new(&running.connections[&bank], &none).unwrap();
    let keys = &running.keys[&bank];
    let order = order(adapter, 1);
    let references = submitted(adapter, running, &channel, &order).await;
    let statistics = || running.statistics()[&bank].clone();
    let mut last = None;
    for query_no in 1..=5 {
        let asked = ask(&channel, keys, adapter, &order, &references, query_no).await;
        last = asked.or(last);
    }
    let result = last.unwrap_or_else(|| panic!("{bank}: {:?}", statistics()));
    let outcomes: Vec<Outcome> = result.lines.iter().map(|line| line.outcome).collect();
    let expected = expected(adapter, manner, &order);
    let said: Vec<Outcome> = expected.iter().map(|(_, said)| *said).collect();
    assert_eq!(outcomes, said, "{bank} {manner:?}");
    for (told, (row_no, _)) in result.lines.iter().zip(&expected) {
        let mut own = order.lines.iter();
        let own = own.find(|own| own.row_no == *row_no).unwrap();
        assert!(told.row_no.is_none_or(|row| row == own.row_no), "{bank}");
        let same = told.amount.is_none_or(|amount| amount == own.amount);
        assert!(same, "{bank}: row {}", own.row_no);
    }
    if adapter.returns_pace().is_some() && manner != Manner::Mute {
        let asked = question(adapter, &order, &references, 6);
        let told = converse(&channel, keys, adapter.ask_returns(&asked)).await;
        let Some(Reply::Result(told)) = told else {
            panic!("{bank}: no answer to the question for returns")
        };
        let fate_of = |line: &OrderLine| {
            let account = line.account.reveal(Purpose::Matching);
            fate(SEED, bank, line.row_no, account, manner)
        };
        let mut rows = order.lines.clone();
        rows.retain(|line| fate_of(line) == Fate::Returned);
        let mut told = told.lines;
        told.retain(|line| line.outcome == Outcome::Returned);
        let rows = rows.iter().map(|line| Some(line.row_no));
        assert!(rows.eq(told.iter().map(|l| l.row_no)), "{bank} {manner:?}");
    }
    let other = self::order(adapter, 2);
    let unknown = ask(&channel, keys, adapter, &other, &none_of(), 1).await;
    let unknown = unknown.unwrap_or_else(|| panic!("{bank}: {:?}", statistics()));
    assert!(
        unknown.lines.is_empty() && unknown.outcome != Outcome::Paid,
        "{bank}"
    );
    let end = statistics();
    assert_eq!(
        (end.double_instructions, end.unwritable, end.unreadable),
        (0, 0, 0),
        "{bank}"
    );
    assert_eq!(end.lines, u64::from(lines_of(adapter)));
}

/// Files go to such a bank over SFTP too, and to no server with another key.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bank_that_gives_out_files_serves_sftp() {
    let folder = tempfile::tempdir().unwrap();
    let running = open(folder.path()).await;
    let adapters = Book::built_in().unwrap().adapters().iter();
    let mut served = 0;
    for adapter in adapters.filter(|adapter| adapter.bank_side().gives_files()) {
        let mut connection = running.connections[&adapter.code()].clone();
        let Some(Endpoint::Sftp(server)) = connection.endpoints.get_mut("drop") else {
            panic!("{} has no SFTP", adapter.code())
        };
        server.host_keys = vec![format!("SHA256:{}", "A".repeat(43))];
        let channel = Endpoints::new(&connection, &BTreeMap::new()).unwrap();
        let order = order(adapter, 1);
        let first = adapter.submit(&order).next(&running.keys[&adapter.code()]);
        let Ok(Next::Send(file)) = first else {
            panic!("a file goes first")
        };
        let error = channel.send(&file).await.unwrap_err();
        assert_eq!(error.kind, SendErrorKind::HostKey);
        assert_eq!(error.certainty, Certainty::NotSent);
        assert_eq!(running.statistics()[&adapter.code()].files, 0);
        served += 1;
    }
    assert!(served > 0);
    running.stop().await;
}

fn none_of() -> BTreeMap<String, String> {
    BTreeMap::new()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_content_under_a_taken_number_is_an_alarm() {
    let folder = tempfile::tempdir().unwrap();
    let running = open(folder.path()).await;
    let adapters = Book::built_in().unwrap().adapters().iter();
    // One that answers the first word, so that both conversations come to an end.
    let adapter = adapters
        .filter(|adapter| adapter.channel_name() == "tcp")
        .find(|adapter| running.manner(adapter.code()) != Some(Manner::Holds))
        .unwrap();
    let bank = adapter.code();
    let channel = Endpoints::new(&running.connections[&bank], &BTreeMap::new()).unwrap();
    let keys = &running.keys[&bank];
    let first = order(adapter, 1);
    let mut other = first.clone();
    other.lines.last_mut().unwrap().amount = Fen(99);
    converse(&channel, keys, adapter.submit(&first)).await;
    converse(&channel, keys, adapter.submit(&first)).await;
    let statistics = &running.statistics()[&bank];
    assert_eq!((statistics.files, statistics.repeated_files), (1, 1));
    assert_eq!(statistics.double_instructions, 0);
    converse(&channel, keys, adapter.submit(&other)).await;
    let statistics = &running.statistics()[&bank];
    assert_eq!((statistics.files, statistics.double_instructions), (1, 1));
    running.stop().await;
    // The banks' own memory tells the three apart, with what each said of its lines.
    let told = ledger(folder.path());
    let verdicts: Vec<&str> = told.iter().filter_map(|t| t["verdict"].as_str()).collect();
    assert_eq!(verdicts, ["booked", "repeated", "conflict"]);
    for (told, order) in told.iter().zip([&first, &first, &other]) {
        let amounts = told["lines"].as_array().unwrap().iter();
        let amounts: Vec<i64> = amounts.map(|t| t["amount_fen"].as_i64().unwrap()).collect();
        let ordered: Vec<i64> = order.lines.iter().map(|line| line.amount.0).collect();
        assert_eq!((told["file_no"].as_u64(), amounts), (Some(1), ordered));
    }
}

/// The file of the banks' ledger, line by line; it is private.
fn ledger(folder: &std::path::Path) -> Vec<serde_json::Value> {
    use std::os::unix::fs::PermissionsExt as _;
    let path = folder.join(LEDGER);
    let mode = std::fs::metadata(&path).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let text = std::fs::read_to_string(path).unwrap();
    let lines = text.lines().map(serde_json::from_str);
    lines.map(Result::unwrap).collect()
}

/// A file in parts is booked when its last part is there, once and whole.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_in_parts_is_booked_once_with_all_its_lines() {
    let folder = tempfile::tempdir().unwrap();
    let running = open(folder.path()).await;
    let bank = schemas::BankCode::parse("CMB").unwrap();
    let adapter = Book::built_in().unwrap().adapter(bank).unwrap();
    let none = BTreeMap::new();
    let channel = Endpoints::new(&running.connections[&bank], &none).unwrap();
    let keys = &running.keys[&bank];
    let order = order_of(adapter, 1, adapter.limits().rows_max);
    let messages = adapter.encode_payment(&order, keys).unwrap();
    assert!(messages.len() > 1, "one part");
    for _ in 0..2 {
        converse(&channel, keys, adapter.submit(&order)).await;
        let statistics = &running.statistics()[&bank];
        assert_eq!(
            (statistics.files, statistics.lines),
            (1, u64::from(adapter.limits().rows_max))
        );
        assert_eq!(statistics.double_instructions, 0);
    }
    running.stop().await;
}

/// Each file is booked and answered in the dialect in which it came.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bank_of_two_dialects_answers_each_file_in_its_own() {
    let folder = tempfile::tempdir().unwrap();
    let running = open(folder.path()).await;
    let elsewhere = schemas::BankCode::parse("CCB").unwrap();
    let book = Book::built_in().unwrap().adapters().iter();
    let mut served = 0;
    for whole in book.filter(|bank| bank.other_dialect().is_some()) {
        let bank = whole.code();
        let channel = Endpoints::new(&running.connections[&bank], &BTreeMap::new()).unwrap();
        let keys = &running.keys[&bank];
        for (file_no, adapter) in (1..).zip(whole.by_dialect()) {
            let mut order = order(adapter, file_no);
            if !adapter.capability().own_bank {
                let lines = order.lines.iter_mut();
                lines.for_each(|line| line.payee_bank = Some(elsewhere));
            }
            converse(&channel, keys, adapter.submit(&order)).await;
            let mut last = None;
            for query_no in 1..=5 {
                let none = none_of();
                let asked = ask(&channel, keys, adapter, &order, &none, query_no).await;
                last = asked.or(last);
            }
            let result = last.unwrap_or_else(|| panic!("{}", adapter.dialect()));
            let outcomes = result.lines.iter().map(|line| line.outcome);
            let expected = expected(adapter, running.manner(bank).unwrap(), &order);
            let said = expected.iter().map(|(_, said)| *said);
            assert!(outcomes.eq(said), "{}", adapter.dialect());
            served += 1;
        }
        let end = running.statistics()[&bank].clone();
        let wrong = (end.double_instructions, end.unwritable, end.unreadable);
        assert_eq!((end.files, wrong), (2, (0, 0, 0)), "{bank}");
    }
    assert!(served >= 4);
    running.stop().await;
}

#[test]
fn every_manner_occurs_and_the_first_line_is_paid() {
    let bank = schemas::BankCode::parse("HXB").unwrap();
    for seed in [0, 1, 7, u64::MAX] {
        let manners: std::collections::BTreeSet<Manner> =
            (0..57).map(|place| Manner::of(seed, place)).collect();
        assert_eq!(manners.len(), Manner::ALL.len());
        for manner in Manner::ALL {
            assert_eq!(
                fate(seed, bank, 1, "6222021202000000019", manner),
                Fate::Paid
            );
        }
    }
}
