//! Outcomes against a hand-made book.
