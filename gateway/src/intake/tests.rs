//! Intake against a journal in memory.
