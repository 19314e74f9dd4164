//! The row filter, in one place (M6, THREATS row 14): a question about a batch or a line is
//! answered here for every call, and the answer is no unless a rule says yes.

use crate::book::{Batch, Line};
use crate::event::AcceptedHead;
use certs::identity::Party;
use schemas::LineState;
use schemas::codes;
use schemas::value::{BankCode, RegionCode, Uscc};

/// What a caller may see.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sight {
    /// Its own batches.
    Employer(Uscc),
    /// Lines instructed to it.
    Bank(BankCode),
    /// Its region and what lies in it.
    Region(RegionCode),
    /// The whole province, batches of no region included (`330000`).
    Province,
    /// Breaks and resolutions, no batch and no payment.
    Operator,
    /// Nothing: the certificate names a code that we do not know.
    Nothing,
}

impl Sight {
    /// What the party of a certificate may see. A code that is not one of ours sees nothing:
    /// that the authority issued the certificate does not make the region exist.
    #[must_use]
    pub fn of(party: &Party) -> Self {
        match party {
            Party::Employer { uscc, .. } => Uscc::parse(uscc).map_or(Self::Nothing, Self::Employer),
            Party::Bank { code } => BankCode::parse(code)
                .ok()
                .filter(|code| codes::bank(*code).is_some())
                .map_or(Self::Nothing, Self::Bank),
            Party::Regulator { region, .. } => RegionCode::parse(region)
                .ok()
                .filter(|region| codes::region_name(*region).is_some())
                .map_or(Self::Nothing, |region| {
                    if region.as_str().ends_with("0000") {
                        Self::Province
                    } else {
                        Self::Region(region)
                    }
                }),
            Party::Operator { .. } => Self::Operator,
        }
    }

    /// Whether the calls about whole batches show this one: to its employer and its regulators.
    #[must_use]
    pub fn sees_batch(&self, head: &AcceptedHead) -> bool {
        match self {
            Self::Employer(uscc) => *uscc == head.employer,
            Self::Region(_) | Self::Province => self.sees_region(head.region.as_ref()),
            Self::Bank(_) | Self::Operator | Self::Nothing => false,
        }
    }

    /// Whether a region is the caller's to supervise. What has no region is the province's.
    #[must_use]
    pub fn sees_region(&self, region: Option<&RegionCode>) -> bool {
        match self {
            Self::Region(own) => region.is_some_and(|region| own.covers(region)),
            Self::Province => true,
            Self::Employer(_) | Self::Bank(_) | Self::Operator | Self::Nothing => false,
        }
    }

    /// Whether the calls about payments show this line. A bank sees it from the intent on:
    /// before, nobody has told the bank of it.
    #[must_use]
    pub fn sees_line(&self, batch: &Batch, line: &Line) -> bool {
        match self {
            Self::Bank(bank) => *bank == batch.head.paying_bank && instructed(line.state),
            Self::Employer(_) | Self::Region(_) | Self::Province => self.sees_batch(&batch.head),
            Self::Operator | Self::Nothing => false,
        }
    }

    /// Whether any line of the batch may be shown: spares a look at each.
    #[must_use]
    pub fn may_see_lines_of(&self, head: &AcceptedHead) -> bool {
        match self {
            Self::Bank(bank) => *bank == head.paying_bank,
            Self::Employer(_) | Self::Region(_) | Self::Province => self.sees_batch(head),
            Self::Operator | Self::Nothing => false,
        }
    }
}

/// The bank was told, or may have been. A line that certainly was not sent is `released` again.
fn instructed(state: LineState) -> bool {
    match state {
        LineState::Intended
        | LineState::Accepted
        | LineState::Paid
        | LineState::Failed
        | LineState::Unknown
        | LineState::Returned => true,
        LineState::Held | LineState::Released | LineState::Cancelled | LineState::Refused => false,
    }
}
