//! Two of different families: enough to say of any family which is the first one outside it, in
//! one step, however many there are. What counts as a family is the caller's.

use schemas::value::PaymentId;

/// The first one, and the first of another family. A family of corrections has the number of its
/// first payment.
#[derive(Clone, Copy, Debug)]
pub(super) struct Outside<T, F = PaymentId> {
    first: Option<(F, T)>,
    other: Option<(F, T)>,
}

impl<T, F> Default for Outside<T, F> {
    fn default() -> Self {
        Self {
            first: None,
            other: None,
        }
    }
}

impl<T: Copy, F: Copy + Eq> Outside<T, F> {
    /// Adds one behind all others.
    pub fn add_last(&mut self, family: F, value: T) {
        match self.first {
            None => self.first = Some((family, value)),
            Some((first, _)) if first != family && self.other.is_none() => {
                self.other = Some((family, value));
            }
            Some(_) => {}
        }
    }

    /// Adds one before all others.
    pub fn add_first(&mut self, family: F, value: T) {
        let before = self.first.replace((family, value));
        if let Some(before) = before.filter(|(of, _)| *of != family) {
            self.other = Some(before);
        }
    }

    /// The first one outside a family; the first of all where none is named.
    pub fn of(&self, family: Option<F>) -> Option<T> {
        let both = [self.first, self.other].into_iter().flatten();
        let mut outside = both.filter(|(of, _)| Some(*of) != family);
        outside.next().map(|(_, value)| value)
    }
}
