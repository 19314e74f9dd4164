//! A message that can't be read is reported by the attempt that got furthest.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use adapters::exchange::Tried;
use base64::Engine;
use support::{ToyKeys, bank};

fn tried(layers_gone: usize, what: &str) -> Tried {
    Tried {
        layers_gone,
        what: what.to_owned(),
        offset: 0,
    }
}

/// Cut off after its 41st byte; every byte was well-formed.
const CUT: &str = "<?xml version=\"1.0\"?><CMS><eb><pub></pub>";

#[test]
fn a_bare_body_that_breaks_off_is_reported_by_its_own_place() {
    let wrong = bank("ICBC").decode_result(CUT.as_bytes(), &ToyKeys);
    let wrong = wrong.unwrap_err();
    assert_eq!(wrong.what, "the XML is cut off or has no single root");
    assert_eq!((wrong.offset, wrong.unwrapped), (CUT.len(), 0));
    assert_eq!(
        wrong.tried,
        [tried(0, "the prefix is missing"), tried(1, "not base64")]
    );
}

#[test]
fn a_framed_body_that_breaks_off_is_reported_from_inside() {
    let body = base64::prelude::BASE64_STANDARD.encode(CUT);
    let wrong = bank("ICBC")
        .decode_result(format!("reqData={body}").as_bytes(), &ToyKeys)
        .unwrap_err();
    assert_eq!(wrong.what, "the XML is cut off or has no single root");
    assert_eq!((wrong.offset, wrong.unwrapped), (CUT.len(), 2));
    let gone: Vec<usize> = wrong.tried.iter().map(|tried| tried.layers_gone).collect();
    assert_eq!(gone, [1, 2]);
    // The frame is gone, the base64 is not: a clerk copied the form's value.
    let wrong = bank("ICBC").decode_result(body.as_bytes(), &ToyKeys);
    let wrong = wrong.unwrap_err();
    assert_eq!((wrong.offset, wrong.unwrapped), (CUT.len(), 1));
    let gone: Vec<usize> = wrong.tried.iter().map(|tried| tried.layers_gone).collect();
    assert_eq!(gone, [0, 2]);
}

#[test]
fn a_message_without_layers_is_tried_once() {
    let wrong = bank("HXB").decode_receipt(b"<html>login</html>", &ToyKeys);
    let wrong = wrong.unwrap_err();
    assert_eq!((wrong.offset, wrong.tried.len()), (0, 0));
}
