//! Decisions against hand-made books.
