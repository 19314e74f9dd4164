//! What a bank did not sign says nothing: a forged "failed" would be a correction and a second
//! payment, a forged "paid" a wage that nobody gets.

use adapters::exchange::{Answer, Crypto, Next, Outcome, Reply, Unreadable};
use adapters::{BankReply, BankRequest, Conversation};
use gateway::keys::BankKeys;
use gateway::outcome::{MessageKind, receive};
use schemas::value::Fen;
use schemas::{FailureReason, LineState};
use std::sync::Mutex;
use tests::audit::assert_sound;
use tests::bank::{Played, incoming, keys_towards, told};
use tests::desk::Desk;
use tests::dialects::every_dialect;
use tests::forger::{Chair, Pen, another_bank};
use tests::stories::release;
use tests::talk::Talk;

const FAILED: Outcome = Outcome::Failed(FailureReason::RefusedByBank);

/// Dialects of banks that sign in their messages; spdb_aq and icbc_cms have ports that do it.
const SIGNED: [&str; 11] = [
    "abc_open",
    "alipay_batch",
    "cgb_gateway",
    "cmb_open",
    "cnaps2",
    "gzelink",
    "mybank_h2h",
    "synthetic_json",
    "unionpay_df",
    "wechat_payroll",
    "wzcb_aob",
];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Flow {
    Submit,
    Query,
}

/// A conversation in which every answer but one is the bank's own.
struct Line<'a> {
    talk: &'a Talk,
    flow: Flow,
}

/// What a changed answer is made of.
type Forge<'f> = &'f dyn Fn(&BankRequest, &BankReply) -> Vec<u8>;

impl Line<'_> {
    fn honest(&self) -> BankReply {
        match self.flow {
            Flow::Submit => BankReply::of(Outcome::Accepted),
            Flow::Query => BankReply::result(self.talk.told(&[Outcome::Paid])),
        }
    }

    fn write(&self, request: &BankRequest, reply: &BankReply, crypto: &dyn Crypto) -> Vec<u8> {
        let side = self.talk.adapter.bank_side();
        side.write_reply(request, reply, crypto).unwrap()
    }

    /// Answers step after step, the one at `place` by `forge`: what became of that answer, and of
    /// the conversation if it ended with it. `None` where there are not so many answers.
    fn answered(
        &self,
        place: usize,
        forge: Forge<'_>,
    ) -> Option<Result<Option<Reply>, Unreadable>> {
        let (talk, keys) = (self.talk, &self.talk.keys);
        let query = talk.query();
        let mut conversation: Conversation<'_> = match self.flow {
            Flow::Submit => talk.adapter.submit(&talk.order),
            Flow::Query => talk.adapter.query(&query),
        };
        let mut answers = 0;
        for _ in 0..30 {
            match conversation.next(keys).unwrap() {
                Next::Done(_) => return None,
                Next::Wait { .. } => {}
                Next::Send(out) => {
                    let side = talk.adapter.bank_side();
                    let request = side.read_request(&incoming(&out), keys).unwrap();
                    if !request.has_reply {
                        continue;
                    }
                    if answers == place {
                        let bytes = forge(&request, &self.honest());
                        return Some(conversation.feed(&bytes, keys).map(|()| {
                            match conversation.next(keys) {
                                Ok(Next::Done(reply)) => Some(reply),
                                _ => None,
                            }
                        }));
                    }
                    let bytes = self.write(&request, &self.honest(), keys);
                    conversation.feed(&bytes, keys).unwrap();
                    answers += 1;
                }
            }
        }
        panic!("{} does not end", talk.adapter.code())
    }

    /// The bank's own signatures in an answer.
    fn signatures(&self, request: &BankRequest) -> (Vec<u8>, Vec<Vec<u8>>) {
        let chair = Chair::new(&self.talk.keys, Pen::Own);
        let bytes = self.write(request, &self.honest(), &chair);
        (bytes, chair.made.into_inner().unwrap())
    }

    /// Answers that say something else under the signature of the honest one.
    fn tampered(&self) -> Vec<BankReply> {
        let mut dearer = self.talk.told(&[Outcome::Paid]);
        for line in &mut dearer {
            line.amount = line.amount.map(|Fen(fen)| Fen(fen + 1));
        }
        match self.flow {
            Flow::Submit => vec![BankReply::of(FAILED), BankReply::of(Outcome::Unknown)],
            Flow::Query => vec![
                BankReply::result(self.talk.told(&[FAILED])),
                BankReply::result(self.talk.told(&[Outcome::Returned])),
                BankReply::result(dearer),
            ],
        }
    }
}

/// Why a message was not read; it must not have been.
fn refused(answered: Option<Result<Option<Reply>, Unreadable>>, place: &str) -> String {
    match answered {
        Some(Err(unreadable)) => unreadable.what,
        other => panic!("{place}: {other:?}"),
    }
}

fn clear(why: &str) -> bool {
    [
        "the signature does not verify",
        "the signature is over something else",
        "the signature is missing",
    ]
    .contains(&why)
}

/// Whether an answer decides anything of a wage.
fn decides(reply: &Reply) -> bool {
    match reply {
        Reply::Receipt(receipt) => matches!(receipt.outcome, Outcome::Failed(_)),
        Reply::Result(result) => {
            let whole = matches!(result.outcome, Outcome::Accepted | Outcome::Unknown);
            !whole || !result.lines.is_empty()
        }
    }
}

/// Every signed answer of a flow, changed in every way. Gives how many there were.
fn forged(line: &Line<'_>, other: &BankKeys, place: &str) -> usize {
    let mut signed = 0;
    for at in 0.. {
        let mut made = Vec::new();
        let found = Mutex::new(&mut made);
        let honest = line.answered(at, &|request, _| {
            let (bytes, signatures) = line.signatures(request);
            **found.lock().unwrap() = signatures;
            bytes
        });
        let Some(honest) = honest else { break };
        honest.unwrap_or_else(|wrong| panic!("{place} {at}: {wrong}"));
        if made.is_empty() {
            continue;
        }
        signed += 1;
        let by = |pen: fn(&[Vec<u8>]) -> Pen<'static>, reply: Option<&BankReply>| {
            line.answered(at, &|request, honest| {
                let chair = Chair::new(&line.talk.keys, pen(&made));
                line.write(request, reply.unwrap_or(honest), &chair)
            })
        };
        let mut differ = 0;
        for reply in line.tampered() {
            let same = line.answered(at, &|request, _| {
                let chair = Chair::new(&line.talk.keys, Pen::Copied(made.clone()));
                let bytes = line.write(request, &reply, &chair);
                let honest = line.signatures(request).0;
                // A bank without a code for it says the same.
                if bytes == honest {
                    b"same".to_vec()
                } else {
                    bytes
                }
            });
            match same.expect("the same step") {
                Err(wrong) => differ += usize::from(clear(&wrong.what)),
                // ABC signs neither code nor text of the request, which fail nothing.
                Ok(reply) => {
                    let decided = reply.as_ref().is_some_and(decides);
                    assert!(place == "abc_open" && !decided, "{place}: {reply:?}");
                    differ += 1;
                }
            }
        }
        assert!(differ > 0, "{place} {at}: something can be said otherwise");
        let missing = refused(by(|_| Pen::Empty, None), place);
        assert!(clear(&missing), "{place} {at}: {missing}");
        let stranger = line.answered(at, &|request, honest| {
            let chair = Chair::new(&line.talk.keys, Pen::Of(other));
            line.write(request, honest, &chair)
        });
        let why = refused(stranger, place);
        assert_eq!(why, "the signature does not verify", "{place} {at}");
        replayed(line, at, place);
    }
    signed
}

/// The bank's own answer about another file: nothing of this one.
fn replayed(line: &Line<'_>, at: usize, place: &str) {
    let other = line.talk.order.file_no + 1;
    let answered = line.answered(at, &|request, honest| {
        let request = request.clone().about(other);
        line.write(&request, honest, &line.talk.keys)
    });
    match answered.expect("the same step") {
        Err(wrong) => assert!(wrong.of_another_file || !wrong.what.is_empty(), "{place}"),
        Ok(reply) => assert!(
            !reply.as_ref().is_some_and(decides),
            "{place} {at}: {reply:?}"
        ),
    }
}

#[test]
fn a_forged_answer_is_not_read() {
    let mut names = Vec::new();
    for adapter in every_dialect() {
        let talk = Talk::with(adapter);
        let other = another_bank(&talk.keys);
        let place = adapter.dialect();
        let of = |flow| forged(&Line { talk: &talk, flow }, &other, place);
        let (submitted, asked) = (of(Flow::Submit), of(Flow::Query));
        if submitted + asked > 0 {
            // Alipay's answer to a submission fails nothing.
            let both = submitted > 0 || place == "alipay_batch";
            assert!(both && asked > 0, "{place}");
            names.push(place);
        }
    }
    names.sort_unstable();
    assert_eq!(names, SIGNED);
}

/// A push about every line; `None` where the bank's has no word for it.
fn changed(talk: &Talk, outcome: Outcome, pen: Pen<'_>) -> Option<Vec<u8>> {
    let chair = Chair::new(&talk.keys, pen);
    let reply = BankReply {
        bank_date: Some(talk.order.bank_date),
        ..BankReply::result(talk.told(&[outcome]))
    };
    let side = talk.adapter.bank_side();
    side.write_push_of(talk.order.file_no, &reply, &chair).ok()
}

/// A push that is forged, unsigned or another bank's. MYbank pushes nothing: its file of results,
/// which what is signed names by its digest, stands in for it.
#[test]
fn a_forged_push_is_not_read() {
    for adapter in every_dialect() {
        let place = adapter.dialect();
        if !SIGNED.contains(&place) || place == "mybank_h2h" {
            continue;
        }
        let talk = Talk::with(adapter);
        let other = another_bank(&talk.keys);
        let chair = Chair::new(&talk.keys, Pen::Own);
        let reply = BankReply {
            bank_date: Some(talk.order.bank_date),
            ..BankReply::result(talk.told(&[Outcome::Paid]))
        };
        let side = adapter.bank_side();
        let own = side.write_push_of(talk.order.file_no, &reply, &chair);
        let own = own.unwrap();
        let made = chair.made.into_inner().unwrap();
        let read = adapter.decode_push(&own, &talk.keys).unwrap();
        assert_eq!(read.file_no, Some(talk.order.file_no), "{place}");
        let forged = [
            changed(&talk, Outcome::Returned, Pen::Copied(made.clone())),
            changed(&talk, FAILED, Pen::Copied(made)),
            changed(&talk, Outcome::Paid, Pen::Empty),
            changed(&talk, Outcome::Paid, Pen::Of(&other)),
        ];
        for forged in forged.into_iter().flatten() {
            let wrong = adapter.decode_push(&forged, &talk.keys).unwrap_err();
            assert!(clear(&wrong.what), "{place}: {wrong}");
        }
    }
}

/// The whole way: whoever answers in the bank's place can call a wage failed or paid as often as he
/// likes. It stays unknown, is sent once, and the bank's own word settles it.
#[test]
fn a_stranger_on_the_line_settles_no_wage() {
    for adapter in every_dialect() {
        let place = adapter.dialect();
        if !SIGNED.contains(&place) {
            continue;
        }
        for said in [FAILED, Outcome::Paid] {
            let desk = Desk::new(adapter.code());
            let ours = keys_towards(adapter);
            let batch = release(&desk, 1);
            let theirs = (adapter, another_bank(&ours));
            let stranger = Played::by_definitions(&desk, (adapter, ours), theirs);
            stranger.tells(&[said]);
            for _ in 0..4 {
                stranger.work(&desk);
                desk.clock.advance(std::time::Duration::from_secs(4_000));
            }
            // What does not instruct is asked again; what does leaves once.
            assert!(stranger.memory(|m| m.submissions()) <= 1, "{place}");
            let state = desk.states(&batch)[0];
            assert!(
                !matches!(
                    state,
                    LineState::Failed | LineState::Paid | LineState::Returned
                ),
                "{place}: {state:?}"
            );
            // Nothing left; or a file of results, which what is signed names by its digest.
            if stranger.memory(|m| m.submissions()) == 0 || !adapter.is_signed(Answer::Push) {
                continue;
            }
            push(&desk, &stranger, said);
            assert_eq!(desk.states(&batch)[0], state, "{place}");
            assert_sound(&desk.core, place);
        }
    }
}

/// Pushes the one row of file 1 with the stranger's keys, where the bank's push has a word for it.
fn push(desk: &Desk, stranger: &Played, outcome: Outcome) {
    let rows = stranger.memory(|memory| memory.instructed(1)).unwrap();
    let (core, adapter) = (&desk.core, stranger.adapter());
    let side = adapter.bank_side();
    let reply = BankReply {
        bank_date: stranger.day_of(1),
        ..told(&rows, &[outcome])
    };
    let bytes = side.write_push_of(1, &reply, stranger.keys()).unwrap();
    let ours = keys_towards(adapter);
    let received = receive(core, adapter, &ours, MessageKind::Push, &bytes).unwrap();
    let yes = side.read_push_receipt(&received.receipt, &ours).unwrap();
    assert!(!yes, "{}", desk.bank);
}
