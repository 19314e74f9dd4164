//! A bank's answers and what it sends of itself, read outside a conversation.

use crate::adapter::BankAdapter;
use crate::definition::dialect::{CodeNames, StepRule};
use crate::definition::kept::{KeptAnswer, KeptKind};
use crate::exchange::{Crypto, Outcome, Push, Receipt, ResultFile, Unreadable};
use crate::layout::fault::unreadable;
use crate::layout::field::Field;
use crate::layout::values::Values;
use crate::reply::{batch_code, names_a_failure};
use crate::unreadable::OTHER_ROWS;
use crate::wire::form::unpercent;
use crate::wire::layer::Around;
use crate::wire::{Message, Reading};

/// How to read, and with which keys.
type How<'a> = (Reading, &'a dyn Crypto);

impl BankAdapter {
    /// A bank's answer to a submission: framed, enveloped or bare as found.
    ///
    /// # Errors
    /// `Unreadable`.
    pub fn decode_receipt(&self, bytes: &[u8], crypto: &dyn Crypto) -> Result<Receipt, Unreadable> {
        self.receipt_read(bytes, (Reading::AsFound, crypto))
    }

    /// A bank's result: framed, enveloped or bare as found.
    ///
    /// # Errors
    /// `Unreadable`.
    pub fn decode_result(
        &self,
        bytes: &[u8],
        crypto: &dyn Crypto,
    ) -> Result<ResultFile, Unreadable> {
        self.result_read(bytes, (Reading::AsFound, crypto))
    }

    /// A message that the bank pushes: framed, enveloped or bare as found.
    ///
    /// # Errors
    /// `Unreadable`.
    pub fn decode_push(&self, bytes: &[u8], crypto: &dyn Crypto) -> Result<Push, Unreadable> {
        self.push_read(bytes, (Reading::AsFound, crypto))
    }

    /// [`Self::decode_receipt`] of a file that somebody kept, for people to read: numbers of ours
    /// may have any form, and a length may stand before it.
    ///
    /// # Errors
    /// `Unreadable`.
    pub fn kept_receipt(&self, bytes: &[u8], crypto: &dyn Crypto) -> Result<Receipt, Unreadable> {
        kept(bytes, |bytes| {
            self.receipt_read(bytes, (Reading::Kept, crypto))
        })
    }

    /// [`Self::decode_result`] of a file that somebody kept. Also the answer of an earlier step:
    /// how the batch stands, without its lines.
    ///
    /// # Errors
    /// `Unreadable`.
    pub fn kept_result(&self, bytes: &[u8], crypto: &dyn Crypto) -> Result<ResultFile, Unreadable> {
        kept(bytes, |bytes| {
            self.result_read(bytes, (Reading::Kept, crypto))
        })
    }

    /// [`Self::decode_push`] of a file that somebody kept.
    ///
    /// # Errors
    /// `Unreadable`.
    pub fn kept_push(&self, bytes: &[u8], crypto: &dyn Crypto) -> Result<Push, Unreadable> {
        kept(bytes, |bytes| {
            self.push_read(bytes, (Reading::Kept, crypto))
        })
    }

    fn receipt_read(&self, bytes: &[u8], how: How<'_>) -> Result<Receipt, Unreadable> {
        let submit = &self.dialect.submit;
        let instructs = submit.iter().position(|step| step.instructs);
        let (before, after) = submit.split_at(instructs.unwrap_or_default());
        // The last answer; where the bank refused, the one to the instruction is all there is.
        let mut answers = after.iter().rev().filter(|step| step.reply.is_some());
        let last = before.iter().rev().find(|step| step.reply.is_some());
        let none = || unreadable("the dialect has no receipt");
        let first = answers.next().or(last).ok_or_else(none)?;
        let read = |step: &StepRule| {
            let values = self.answer_of(step, submit, (bytes, how))?;
            Ok(self.receipt(&step.codes, &values))
        };
        let later = answers.map(read);
        let kept = self.kept_answers(KeptKind::Receipt, bytes, how);
        let kept = kept.map(|kept| kept.map(|(kept, values)| self.receipt(&kept.codes, &values)));
        first_read(read(first), later.chain(kept))
    }

    /// What the answer to a step says. Taken it is only with what a later step asks with.
    fn answer_of(
        &self,
        step: &StepRule,
        steps: &[StepRule],
        (bytes, how): (&[u8], How<'_>),
    ) -> Result<Values, Unreadable> {
        let none = || unreadable("the step has no reply");
        let reply = step.reply.as_ref().ok_or_else(none)?;
        let values = self.read_as(reply, bytes, how)?;
        let ends = step.go_on.as_ref().is_some_and(|codes| {
            let batch = batch_code(&values);
            !batch.is_some_and(|batch| codes.contains(&batch))
        });
        let later = steps.iter().rev().filter(|_| !ends);
        let later = later.take_while(|later| later.name != step.name);
        let mut needed = later.flat_map(|later| later.request.needs());
        let lacks = |name: &str| reply.captures(name) && !values.captured.contains_key(name);
        if self.is_answered(&step.codes, &values) && needed.any(lacks) {
            return Err(unreadable("what the next question needs is missing"));
        }
        Ok(values)
    }

    fn is_answered(&self, codes: &CodeNames, values: &Values) -> bool {
        let request = self.request_outcome(codes, values);
        matches!(request, Outcome::Accepted | Outcome::Paid)
    }

    /// An answer to another question than ours, or in another form; never from a channel.
    fn kept_answers<'a>(
        &'a self,
        kind: KeptKind,
        bytes: &'a [u8],
        how: How<'a>,
    ) -> impl Iterator<Item = Result<(&'a KeptAnswer, Values), Unreadable>> {
        let kept = self.dialect.kept.iter();
        let kept = kept.filter(move |kept| how.0 == Reading::Kept && kept.is(kind));
        kept.map(move |kept| {
            let values = self.read_as(&kept.message, bytes, how)?;
            let refused = values.text(Field::ReplyCode).is_some_and(names_a_failure);
            match kept.kind != KeptKind::Refusal || refused {
                true => Ok((kept, values)),
                false => Err(unreadable("it refuses nothing")),
            }
        })
    }

    fn result_read(&self, bytes: &[u8], how: How<'_>) -> Result<ResultFile, Unreadable> {
        let (query, returns) = (&self.dialect.query, &self.dialect.returns);
        let none = || unreadable("the dialect has no result");
        let read = |(step, steps): (&StepRule, &[StepRule])| {
            let values = self.answer_of(step, steps, (bytes, how))?;
            let reply = step.reply.as_ref().ok_or_else(none)?;
            self.whole_result((reply, &step.codes), &values, (bytes, how))
        };
        let (last, before) = query.split_last().ok_or_else(none)?;
        let kept = self.kept_answers(KeptKind::Result, bytes, how);
        let kept = kept.map(|kept| {
            let (kept, values) = kept?;
            self.whole_result((&kept.message, &kept.codes), &values, (bytes, how))
        });
        // A step without codes says nothing: its answer goes to another program first.
        let told = |step: &&StepRule| step.codes.request.is_some() || step.codes.batch.is_some();
        let before = before.iter().rev().map(|step| (step, query.as_slice()));
        let returns = returns.iter().rev().map(|step| (step, returns.as_slice()));
        let other = before.chain(returns).filter(|(step, _)| told(step));
        let other = other.filter(|_| how.0 == Reading::Kept).map(read);
        first_read(read((last, query)), kept.chain(other))
    }

    /// The result, unless rows stand in a kept answer that are none of this message.
    fn whole_result(
        &self,
        (message, codes): (&Message, &CodeNames),
        values: &Values,
        (bytes, (reading, crypto)): (&[u8], How<'_>),
    ) -> Result<ResultFile, Unreadable> {
        let empty = reading == Reading::Kept && values.rows.is_empty();
        let charset = self.charset_in();
        let leaves_out = || message.leaves_out(&self.tidy(bytes), Around { crypto, charset });
        if empty && self.is_answered(codes, values) && leaves_out() {
            return Err(unreadable(OTHER_ROWS));
        }
        Ok(self.result(codes, values, None))
    }

    fn push_read(&self, bytes: &[u8], how: How<'_>) -> Result<Push, Unreadable> {
        let push = &self.dialect.push;
        let also = push.also.iter().map(|also| (&also.message, &also.codes));
        let mut attempts = Vec::new();
        for (message, codes) in std::iter::once((self.push_message()?, &push.codes)).chain(also) {
            match self.read_as(message, bytes, how) {
                Ok(values) => return Ok(self.push(codes, &values)),
                Err(wrong) => attempts.push((0, wrong)),
            }
        }
        let mut kept = self.kept_answers(KeptKind::Push, bytes, how);
        if let Some((kept, values)) = kept.find_map(Result::ok) {
            return Ok(self.push(&kept.codes, &values));
        }
        let furthest = Unreadable::furthest(attempts);
        Err(furthest.unwrap_or_else(|| unreadable("not this message")))
    }

    pub(crate) fn push_message(&self) -> Result<&Message, Unreadable> {
        let query = || self.dialect.query.last().and_then(|s| s.reply.as_ref());
        let message = self.dialect.push.message.as_ref().or_else(query);
        message.ok_or_else(|| unreadable("the dialect has no pushed message"))
    }
}

/// The first that could be read, else why none could: what is wrong with the rows, where one of
/// them found some, and else what the first says.
fn first_read<T>(
    first: Result<T, Unreadable>,
    others: impl Iterator<Item = Result<T, Unreadable>>,
) -> Result<T, Unreadable> {
    let mut why = match first {
        Ok(read) => return Ok(read),
        Err(wrong) => wrong,
    };
    for other in others {
        match other {
            Ok(read) => return Ok(read),
            Err(wrong) if wrong.is_about_rows() && !why.is_about_rows() => why = wrong,
            Err(_) => {}
        }
    }
    Err(why)
}

/// Reads as it is, then without a length before it, then out of the one pair of a form.
fn kept<T>(bytes: &[u8], read: impl Fn(&[u8]) -> Result<T, Unreadable>) -> Result<T, Unreadable> {
    // An office program's mark of UTF-8.
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    read(bytes).or_else(|wrong| {
        let unframed = || read(without_length(bytes)?).ok();
        let carried = || read(&of_pair(bytes)?).ok();
        unframed().or_else(carried).ok_or(wrong)
    })
}

/// XML or JSON in the one pair of a form, as a log has it of the sending program.
fn of_pair(bytes: &[u8]) -> Option<Vec<u8>> {
    let at = bytes.iter().position(|byte| *byte == b'=')?;
    let (name, value) = bytes.split_at(at);
    let named = name
        .iter()
        .all(|byte| byte.is_ascii_alphanumeric() || *byte == b'_');
    let value = unpercent(value.get(1..)?.trim_ascii())?;
    let starts = value.starts_with(b"<") || value.starts_with(b"{");
    (named && !name.is_empty() && starts).then_some(value)
}

/// XML or JSON behind its length, as some front ends keep it: digits, padded by zeros or spaces,
/// that count what follows or themselves as well.
fn without_length(bytes: &[u8]) -> Option<&[u8]> {
    let of_length = |byte: &u8| byte.is_ascii_digit() || *byte == b' ';
    let at = bytes.iter().position(|byte| !of_length(byte))?;
    let (length, rest) = bytes.split_at(at);
    let stated: usize = std::str::from_utf8(length).ok()?.trim().parse().ok()?;
    let starts = rest.starts_with(b"<") || rest.starts_with(b"{");
    let counted = [rest.len(), bytes.len()].contains(&stated)
        || [rest.trim_ascii_end().len(), bytes.trim_ascii_end().len()].contains(&stated);
    (starts && counted && at <= LENGTH_DIGITS_MAX).then_some(rest)
}

/// Most digits of a length before a message.
const LENGTH_DIGITS_MAX: usize = 10;

#[cfg(test)]
#[test]
fn a_pair_around_a_message() {
    let cases: [(&[u8], Option<&[u8]>); 5] = [
        (
            b"cgb_data=%3Ca%3E1%2B2+3%3C%2Fa%3E\r\n",
            Some(b"<a>1+2 3</a>"),
        ),
        (b"cgb_data=<a>1</a>", Some(b"<a>1</a>")),
        (b"cgb_data=1", None),
        (b"=<a>1</a>", None),
        (b"<a b=\"1\">1</a>", None),
    ];
    for (bytes, expected) in cases {
        assert_eq!(of_pair(bytes).as_deref(), expected);
    }
}

#[cfg(test)]
#[test]
fn a_length_before_a_message() {
    let cases: [(&[u8], Option<&[u8]>); 7] = [
        (b"000013<a>1</a>", None),
        (b"000014<a>1</a>", Some(b"<a>1</a>")),
        (b"14    <a>1</a>", Some(b"<a>1</a>")),
        (b"8       <a>1</a>\n", Some(b"<a>1</a>\n")),
        (b"0000000008<a>1</a>", Some(b"<a>1</a>")),
        (b"000014000000<a>1</a>", None),
        (b"<a>1</a>", None),
    ];
    for (bytes, expected) in cases {
        assert_eq!(without_length(bytes), expected);
    }
}
