//! The one table of routes: the router, the golden table of authorisations and openapi.json all
//! come from it. What is not in it can't be called, because nothing else mounts handlers.

mod gate;
mod groups;
mod parameters;
mod proofs;
mod resolutions;
mod table;

pub use gate::{OperatorNetwork, router};
pub use parameters::BANK_EXAMPLE;
pub use table::ROUTES;

use crate::access::Role;
use crate::api::call::Handler;

/// A method of the interface.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Method {
    /// Reads.
    Get,
    /// Changes something, or has something recorded.
    Post,
}

impl Method {
    /// As on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
        }
    }
}

/// A parameter of the query.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parameter {
    /// Its name.
    pub name: &'static str,
    /// What it means.
    pub zh: &'static str,
    /// What it means.
    pub en: &'static str,
    /// An example.
    pub example: &'static str,
}

impl Parameter {
    /// What is allowed, zh and en, to stand behind what is wrong. An example that stands for a
    /// bank's code is none.
    #[must_use]
    pub fn allowed(&self) -> (String, String) {
        let Self {
            zh, en, example, ..
        } = self;
        match *example {
            "" | BANK_EXAMPLE => (format!("：{zh}"), format!(": {en}")),
            _ => (
                format!("：{zh}，例如 {example}"),
                format!(": {en}, for example {example}"),
            ),
        }
    }
}

/// What a request carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Payload {
    /// Nothing.
    None,
    /// JSON of a named schema.
    Json(&'static str),
    /// Bytes as they are.
    Bytes(&'static [&'static str]),
}

/// One good answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Good {
    /// The status.
    pub status: u16,
    /// When it is given.
    pub en: &'static str,
    /// What it carries.
    pub payload: Payload,
}

/// One call of the interface.
pub struct Route {
    /// Its method.
    pub method: Method,
    /// Its path; parts in braces.
    pub path: &'static str,
    /// Its name in the description.
    pub name: &'static str,
    /// Roles that may call it; what of it each may see is `access::Sight`'s.
    pub who: &'static [Role],
    /// Also without a certificate, on the operator network's address.
    pub operator_network: bool,
    /// What it does.
    pub zh: &'static str,
    /// What it does.
    pub en: &'static str,
    /// Its parameters: any other is refused.
    pub parameters: &'static [Parameter],
    /// What it takes.
    pub request: Payload,
    /// Its good answers.
    pub good: &'static [Good],
    /// Its other statuses, besides those of every call of its kind.
    pub problems: &'static [u16],
    /// What answers it.
    pub handler: Handler,
}

impl std::fmt::Debug for Route {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.method.as_str(), self.path)
    }
}
