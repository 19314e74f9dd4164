#![allow(clippy::unwrap_used, clippy::panic)]

use super::*;
use crate::no_keys::NoKeys;
use schemas::text::Charset;

fn text(object: &str) -> Option<String> {
    let rule: MemberSign = toml::from_str(
        "algorithm = \"rsa_sha256\"\nslot = \"signing\"\nmember = \"sign\"\n\
         except = [\"code\", \"msg\"]\nseparator = \"@\"\nshape = \"base64\"",
    )
    .unwrap();
    let around = Around {
        crypto: &NoKeys,
        charset: Charset::Utf8,
    };
    let object = serde_json::from_str(object).unwrap();
    Some(String::from_utf8(rule.text(&object, around)?).unwrap())
}

#[test]
fn values_stand_in_the_order_of_their_names() {
    let request = text(
        r#"{"timestamp":"2026-11-23 09:30:00","sign_type":"SHA256","nonce":"n1","biz_data":"",
        "encrypt_type":"AES","encrypt_data":"Q0lQSEVS","appid":"own"}"#,
    );
    let signed = "own@Q0lQSEVS@AES@n1@SHA256@2026-11-23 09:30:00";
    assert_eq!(request.as_deref(), Some(signed));
    let reply = text(r#"{"Sign":"x","CODE":"0000"," msg ":"ok","b":"2","a":1,"c":null}"#);
    assert_eq!(reply.as_deref(), Some("1@2"));
    assert_eq!(text(r#"{"a":{"b":"1"}}"#), None);
}
