//! The book by hand-made events; filled below.
