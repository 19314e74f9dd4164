//! The index against the journal.
