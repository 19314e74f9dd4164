//! Payees whose accounts come more than once, compared exactly and kept compactly.

use crate::value::{AccountNo, Fen, IdNumber};
use std::collections::{BTreeMap, HashMap};

/// One line's payee.
#[derive(Clone, Copy)]
pub(super) struct Payee {
    pub(super) account: AccountNo,
    pub(super) id_number: IdNumber,
    pub(super) amount: Option<Fen>,
    pub(super) row: u32,
}

/// Rows of the first earlier lines that a payee must be held against.
#[derive(Clone, Copy, Default)]
pub(super) struct Earlier {
    /// Same person, account and amount.
    pub(super) same_wage: Option<u32>,
    /// Same account, another person.
    pub(super) other_person: Option<u32>,
}

/// Lines of one group that are compared one by one; a larger group is indexed.
const CHAIN_MAX: u32 = 32;
/// No earlier line of the group.
const END: u32 = u32::MAX;

/// Groups of lines whose accounts have one fingerprint: a chain each through one list, some 90
/// bytes a line.
pub(super) struct Payees {
    /// Newest line and length of each group.
    groups: Vec<(u32, u32)>,
    chained: Vec<(Payee, u32)>,
    /// Accounts of the groups too large for a chain. Never iterated.
    indexed: HashMap<AccountNo, Account>,
}

/// What stood on earlier lines with one account.
struct Account {
    /// Person and row of the first line.
    first: (IdNumber, u32),
    /// Row of the first line of another person.
    other: Option<u32>,
    /// Row of the first line by person and amount.
    wages: BTreeMap<(IdNumber, Option<Fen>), u32>,
}

impl Payees {
    /// For so many groups with so many lines together.
    pub(super) fn new(groups: usize, lines: usize) -> Self {
        Self {
            groups: vec![(END, 0); groups],
            chained: Vec::with_capacity(lines),
            indexed: HashMap::new(),
        }
    }

    /// Adds a line to its group; says what stood before.
    pub(super) fn take(&mut self, group: usize, payee: Payee) -> Earlier {
        let Some((newest, length)) = self.groups.get_mut(group) else {
            return Earlier::default();
        };
        if *length < CHAIN_MAX {
            let before = std::mem::replace(newest, self.chained.len() as u32);
            *length += 1;
            self.chained.push((payee, before));
            return self.in_chain(before, &payee);
        }
        if *length == CHAIN_MAX {
            *length += 1;
            self.index(group);
        }
        self.in_index(&payee)
    }

    fn in_chain(&self, newest: u32, payee: &Payee) -> Earlier {
        let mut earlier = Earlier::default();
        let mut at = newest;
        // From the newest back, so that what is found last is the first.
        while let Some((other, before)) = self.chained.get(at as usize) {
            at = *before;
            if other.account != payee.account {
                continue;
            }
            if other.id_number != payee.id_number {
                earlier.other_person = Some(other.row);
            } else if payee.amount.is_some() && other.amount == payee.amount {
                earlier.same_wage = Some(other.row);
            }
        }
        earlier
    }

    /// Moves what the chain of a group holds into the index, oldest first.
    fn index(&mut self, group: usize) {
        let mut lines = Vec::new();
        let mut at = self.groups.get(group).map_or(END, |group| group.0);
        while let Some((payee, before)) = self.chained.get(at as usize) {
            lines.push(*payee);
            at = *before;
        }
        for payee in lines.iter().rev() {
            self.in_index(payee);
        }
    }

    fn in_index(&mut self, payee: &Payee) -> Earlier {
        let (id_number, row) = (payee.id_number, payee.row);
        let account = self.indexed.entry(payee.account);
        let account = account.or_insert_with(|| Account {
            first: (id_number, row),
            other: None,
            wages: BTreeMap::new(),
        });
        let wage = account
            .wages
            .entry((id_number, payee.amount))
            .or_insert(row);
        let same = payee.amount.is_some() && *wage != row;
        let other_person = if account.first.0 == id_number {
            account.other
        } else {
            account.other.get_or_insert(row);
            Some(account.first.1)
        };
        Earlier {
            same_wage: same.then_some(*wage),
            other_person,
        }
    }
}
