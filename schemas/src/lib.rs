//! The words of the field: what a batch, a line, an amount and a state **are**.
//!
//! Nothing here opens a socket, reads a clock or holds a key. Every value has one parsing door
//! (`parse`), so a value that exists is a valid one. Personal values print masked, `Debug`
//! included, and open only through `reveal`.

pub mod batch;
pub mod codes;
pub mod employer_files;
pub mod finding;
pub mod line_state;
pub mod people;
pub mod text;
pub mod value;

pub use batch::{BatchHead, HeadDraft, PayLine, Payee};
pub use finding::{Finding, FindingCode, Lang, Severity};
pub use line_state::{FailureReason, LineEvent, LineState};
pub use value::{
    AccountNo, BankCode, BatchId, BatchNo, CnapsCode, Fen, IdNumber, IdType, LineNo, PayMonth,
    PaymentId, PersonName, Purpose, RegionCode, Uscc, ValueError,
};
