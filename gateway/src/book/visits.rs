//! How much of the book a look touches, for tests of what it costs: payments, not time.

#[cfg(test)]
thread_local! {
    static COUNT: std::cell::Cell<u64> = const { std::cell::Cell::new(0) };
}

/// Counts a payment that is looked at.
#[cfg(test)]
pub(super) fn count() {
    COUNT.with(|count| count.set(count.get() + 1));
}

/// Counts a payment that is looked at.
#[cfg(not(test))]
pub(super) const fn count() {}

/// How many payments a piece of work looked at.
#[cfg(test)]
pub(super) fn of(work: impl FnOnce()) -> u64 {
    let before = COUNT.with(std::cell::Cell::get);
    work();
    COUNT.with(std::cell::Cell::get) - before
}
