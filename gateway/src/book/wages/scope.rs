//! Where two lines can be the same wage.

use crate::event::AcceptedHead;
use schemas::value::{PayMonth, Uscc, folded};

/// Where two lines can be the same wage: employer, project and month.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Scope {
    employer: Uscc,
    month: PayMonth,
    project: Project,
}

/// What a file says of its project. The unnamed one comes first: near scopes are a range.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Project {
    Unnamed,
    /// A code, folded: two spellings of one are one project.
    Named(String),
    /// Something that is no code. No batch has it, so it is nobody's own project, and may be any.
    Unread,
}

impl Scope {
    /// The scope of a batch.
    #[must_use]
    pub fn of(head: &AcceptedHead) -> Self {
        Self::new(head.employer, head.pay_month, head.project_code.as_deref())
    }

    /// The scope of a file that names a project, or none.
    #[must_use]
    pub fn new(employer: Uscc, month: PayMonth, project: Option<&str>) -> Self {
        Self {
            employer,
            month,
            project: project.map_or(Project::Unnamed, |code| Project::Named(folded(code))),
        }
    }

    /// The scope of a file whose project can't be read.
    #[must_use]
    pub fn of_unread_project(employer: Uscc, month: PayMonth) -> Self {
        Self {
            employer,
            month,
            project: Project::Unread,
        }
    }

    /// The first of the month's scopes.
    pub(super) fn without_project(&self) -> Self {
        Self {
            project: Project::Unnamed,
            ..self.clone()
        }
    }

    /// The same employer and month.
    pub(super) fn is_month_of(&self, other: &Self) -> bool {
        (self.employer, self.month) == (other.employer, other.month)
    }

    /// May be the same project: that of both, or one is not said.
    pub(super) fn is_near(&self, other: &Self) -> bool {
        let unsaid = |one: &Self| !matches!(one.project, Project::Named(_));
        unsaid(self) || unsaid(other) || self.project == other.project
    }

    /// Certainly the same project, or none of both; a project that can't be read never is.
    pub(super) fn is_project_of(&self, other: &Self) -> bool {
        self.project == other.project
    }
}
