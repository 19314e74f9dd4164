//! The text that a signature in headers is over: lines, each with a line feed behind it.

use schemars::JsonSchema;
use serde::Deserialize;

/// One line of the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Line {
    /// The method of the request, in capitals.
    Method,
    /// Its path with the query string, as it is sent.
    Path,
    /// The moment in seconds since 1970 (UTC).
    Moment,
    /// The nonce.
    Nonce,
    /// The body; of a request without one, an empty line.
    Body,
}

/// What the lines are made of.
#[derive(Clone, Copy)]
pub(super) struct Stamped<'a> {
    pub method: &'a str,
    pub path: &'a str,
    pub moment: &'a str,
    pub nonce: &'a str,
    pub body: &'a [u8],
}

impl Stamped<'_> {
    /// The text.
    pub fn text(&self, lines: &[Line]) -> Vec<u8> {
        let mut text = Vec::new();
        for line in lines {
            text.extend_from_slice(match line {
                Line::Method => self.method.as_bytes(),
                Line::Path => self.path.as_bytes(),
                Line::Moment => self.moment.as_bytes(),
                Line::Nonce => self.nonce.as_bytes(),
                Line::Body => self.body,
            });
            text.push(b'\n');
        }
        text
    }
}

/// Seconds since 1970 as they stand in a header: digits alone, at most twelve.
pub(super) fn seconds(text: &str) -> Option<i64> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    (digits && text.len() <= 12).then(|| text.parse().ok())?
}
