//! Answers with a list of findings. A small file may have a hundred thousand of them: they are
//! written one by one while the answer is sent, and the answer holds a place of its party.

use crate::access::Sight;
use crate::api::call::Call;
use crate::api::handlers::long::{Measured, held, measured, streamed};
use crate::api::problem::Problem;
use crate::api::room::Place;
use crate::core::Core;
use crate::intake::sink::FINDINGS_IN_ANSWER_MAX;
use crate::query::QueryError;
use crate::query::findings::{self, Runs};
use axum::body::Body;
use axum::http::{HeaderValue, Response, header};
use schemas::{Finding, Lang};
use serde_json::Value;
use std::io::Write;
use std::sync::Arc;

/// The member that is the list.
pub(super) const FINDINGS: &str = "findings";

/// The findings of an answer.
pub(super) enum Findings {
    /// Of the file that was just read, by row.
    Made(Vec<Finding>),
    /// Of a batch that is there already, in the journal, and who is told of them.
    Kept(Runs, Sight),
}

impl Findings {
    /// Gives each that the answer has, in its language.
    fn each(
        &self,
        core: &Core,
        lang: Lang,
        take: &mut dyn FnMut(Value) -> Result<(), QueryError>,
    ) -> Result<(), QueryError> {
        match self {
            Self::Made(findings) => {
                let mut each = findings.iter();
                each.try_for_each(|finding| take(finding.to_json(lang)))
            }
            Self::Kept(runs, sight) => {
                let all = findings::all(core, runs, (*sight, lang));
                let mut each = all.take(FINDINGS_IN_ANSWER_MAX);
                each.try_for_each(|finding| take(Value::Object(finding?)))
            }
        }
    }
}

/// The text of an answer, but for the list.
pub(super) struct Listed {
    /// An object; the list in it is empty.
    pub document: Value,
    /// What belongs into the list.
    pub findings: Findings,
}

impl Listed {
    /// Makes it an answer that holds `place` until it is gone.
    ///
    /// # Errors
    /// When kept findings can't be read.
    pub fn ready(
        self,
        core: &Core,
        head: Response<()>,
        lang: Lang,
        place: Place,
    ) -> Result<Ready, Problem> {
        let text = match measured(|out| self.write(core, lang, out))? {
            Measured::Short(text) => Text::Short(text),
            Measured::Long(length) => Text::Long(length, self, lang),
        };
        Ok(Ready { head, text, place })
    }

    fn write(&self, core: &Core, lang: Lang, out: &mut dyn Write) -> Result<(), QueryError> {
        let members = self.document.as_object().into_iter().flatten();
        let mut before = "{";
        for (name, value) in members {
            write!(out, "{before}{}:", Value::from(name.as_str()))?;
            before = ",";
            if name == FINDINGS {
                self.write_findings(core, lang, out)?;
            } else {
                write!(out, "{value}")?;
            }
        }
        Ok(out.write_all(b"}")?)
    }

    fn write_findings(
        &self,
        core: &Core,
        lang: Lang,
        out: &mut dyn Write,
    ) -> Result<(), QueryError> {
        out.write_all(b"[")?;
        let mut before = "";
        self.findings.each(core, lang, &mut |finding| {
            write!(out, "{before}{finding}")?;
            before = ",";
            Ok(())
        })?;
        Ok(out.write_all(b"]")?)
    }
}

/// An answer that can be given.
pub(super) struct Ready {
    head: Response<()>,
    text: Text,
    place: Place,
}

enum Text {
    Short(Vec<u8>),
    /// With its length in bytes.
    Long(u64, Listed, Lang),
}

impl Ready {
    /// The answer to a call; written while it is sent, where it is long.
    pub fn response(self, call: &Call) -> Response<Body> {
        let Self {
            mut head,
            text,
            place,
        } = self;
        let body = match text {
            Text::Short(text) => held(Body::from(text), Arc::new(place)),
            Text::Long(length, listed, lang) => {
                let length = HeaderValue::from(length);
                head.headers_mut().insert(header::CONTENT_LENGTH, length);
                streamed(place, call, move |app, out| {
                    listed.write(app.core(), lang, out)
                })
            }
        };
        head.map(|()| body)
    }
}
