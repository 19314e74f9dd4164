//! Golden cases come here, one per code.
