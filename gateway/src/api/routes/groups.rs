//! Which calls the roles file allows or denies together.

use super::Route;
use crate::access::Role;
use crate::configuration::{PartyKind, Roles, RouteGroup};

impl Route {
    /// The group of the roles file that this call belongs to; a call without one is denied to
    /// everybody.
    #[must_use]
    pub fn group(&self) -> Option<RouteGroup> {
        Some(match self.name {
            "submitBatch" => RouteGroup::BatchSubmit,
            "listBatches" | "readBatch" | "listLines" | "listFindings" | "reportBatch" => {
                RouteGroup::BatchRead
            }
            "approveBatch" => RouteGroup::BatchApprove,
            "withdrawBatch" => RouteGroup::BatchWithdraw,
            "correctBatch" => RouteGroup::BatchCorrection,
            "proposeResolution"
            | "confirmResolution"
            | "proposeFileResolution"
            | "confirmFileResolution" => RouteGroup::Resolution,
            "listBreaks" => RouteGroup::Breaks,
            "pushMessage" => RouteGroup::BankMessages,
            "searchPayments" | "readPayment" | "provePayment" => RouteGroup::PaymentRead,
            "readCheckpoint" | "proveConsistency" => RouteGroup::Checkpoint,
            "summarise" => RouteGroup::Summary,
            "followEvents" => RouteGroup::Events,
            "isAlive" | "isReady" | "readMetrics" | "describe" => RouteGroup::Operation,
            _ => return None,
        })
    }

    /// Whether a role may make this call: the table of routes is the outer limit, the roles
    /// file takes away from it.
    #[must_use]
    pub fn allows(&self, roles: &Roles, role: Role) -> bool {
        let listed = self.who.contains(&role);
        listed
            && self
                .group()
                .is_some_and(|group| roles.allows(group, kind(role)))
    }
}

fn kind(role: Role) -> PartyKind {
    match role {
        Role::Employer => PartyKind::Employer,
        Role::Bank => PartyKind::Bank,
        Role::Regulator => PartyKind::Regulator,
        Role::Operator => PartyKind::Operator,
    }
}
