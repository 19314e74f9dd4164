#![allow(clippy::unwrap_used, clippy::panic)]

use super::*;
use crate::exchange::CryptoError;

/// Signs by repeating what it is given.
struct Echo;

impl Crypto for Echo {
    fn sign(&self, algorithm: &str, slot: &str, message: &[u8]) -> Result<Vec<u8>, CryptoError> {
        Ok([algorithm.as_bytes(), slot.as_bytes(), message].concat())
    }

    fn verify(&self, a: &str, slot: &str, m: &[u8], own: &[u8]) -> Result<(), CryptoError> {
        if self.sign(a, slot, m)? == own {
            Ok(())
        } else {
            Err(CryptoError::BadSignature)
        }
    }

    fn encrypt(&self, _: &str, _: &str, _: &[u8]) -> Result<Vec<u8>, CryptoError> {
        Err(CryptoError::BadCipherText)
    }

    fn decrypt(&self, _: &str, _: &str, _: &[u8]) -> Result<Vec<u8>, CryptoError> {
        Err(CryptoError::BadCipherText)
    }
}

fn rule() -> XmlSignature {
    XmlSignature {
        algorithm: XmlAlgorithm::RsaSha256,
        digest: XmlDigest::Sha1,
        slot: "signing".to_owned(),
    }
}

fn canonical(text: &str) -> String {
    Canonical::of(text).unwrap().document
}

const DOCUMENT: &str = "<?xml version=\"1.0\"?><document><request id=\"request\"><amt>1</amt>\
                        </request></document>";

/// By the rules of Canonical XML 1.0, section 1.1, by hand.
#[test]
fn a_document_is_brought_into_its_canonical_form() {
    for (text, expected) in [
        ("<?xml version=\"1.0\"?>\n<a/>\n", "<a></a>"),
        ("<a z='1' b=\"2\"/>", "<a b=\"2\" z=\"1\"></a>"),
        ("<a>\r\n<!-- no -->x</a >", "<a>\nx</a>"),
        ("<a><![CDATA[<&>]]></a>", "<a>&lt;&amp;&gt;</a>"),
        ("<a>&quot;&#x4E00;&#13;></a>", "<a>\"一&#xD;&gt;</a>"),
        (
            "<a b='&lt;\"&#9;\t&#10;&amp;>'/>",
            "<a b=\"&lt;&quot;&#x9; &#xA;&amp;>\"></a>",
        ),
    ] {
        assert_eq!(canonical(text), expected);
    }
}

#[test]
fn what_was_signed_is_handed_on_and_nothing_else() {
    let signed = rule().sign(DOCUMENT, &Echo).unwrap();
    assert!(signed.starts_with("<?xml version=\"1.0\"?><document><request id=\"request\">"));
    assert!(signed.ends_with("</ds:SignatureValue></ds:Signature></document>"));
    let read = rule().verified(&signed, &Echo).unwrap();
    let bare = DOCUMENT.strip_prefix("<?xml version=\"1.0\"?>").unwrap();
    assert_eq!(read, bare);
    // SHA-1 of `bare`, made with sha1sum.
    assert!(signed.contains(&format!("<ds:DigestValue>{DIGEST}</ds:DigestValue>")));
    // Another writer's white space, empty tags and comments.
    let other = signed
        .replace("<ds:Reference", "\n  <ds:Reference")
        .replace("<amt>1</amt>", "<!-- x --><amt>1</amt>");
    let info = Canonical::of(&other).unwrap();
    assert!(info.signed_info.contains("\n  <ds:Reference"));
    assert_eq!(info.document, bare);
}

const DIGEST: &str = "wXiq8mhuXUgHu37RDSrvKl9Ttoc=";

#[test]
fn a_signature_over_something_else_is_refused() {
    let signed = rule().sign(DOCUMENT, &Echo).unwrap();
    let twice = signed.replace("</document>", "<ds:Signature xmlns:ds=\"\"/></document>");
    for wrong in [
        DOCUMENT.to_owned(),
        signed.replace("<amt>1<", "<amt>2<"),
        signed.replace("</request>", "</request> "),
        signed.replace("#sha1", "#md5"),
        signed.replace("#rsa-sha256", "#hmac-sha1"),
        signed.replace("URI=\"\"", "URI=\"#request\""),
        signed.replace("xmldsig#\"><ds:SignedInfo", "other#\"><ds:SignedInfo"),
        signed.replace("<ds:SignatureValue>", "<ds:SignatureValue>AAAA"),
        twice,
    ] {
        assert!(rule().verified(&wrong, &Echo).is_err(), "{wrong}");
    }
}

#[test]
fn what_has_no_safe_canonical_form_is_refused() {
    for wrong in [
        "<!DOCTYPE a><a/>",
        "<a xmlns='u'/>",
        "<x:a xmlns:x='u'/>",
        "<a xml:lang='zh'/>",
        "<a><?do it?></a>",
        "<a>&other;</a>",
        "<a/><b/>",
        "<a>",
        "text",
        "",
    ] {
        assert!(Canonical::of(wrong).is_err(), "{wrong}");
    }
}
