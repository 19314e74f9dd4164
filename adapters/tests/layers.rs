//! What stands around a body, written and read back: signatures inside the message, forms as they
//! are, answers without a body, lines that name their columns, last digits of a number.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use adapters::exchange::Crypto as _;
use adapters::layout::field::Field;
use adapters::layout::rows::Rows;
use adapters::layout::values::Values;
use adapters::wire::layer::Around;
use adapters::wire::{Message, Reading};
use base64::Engine as _;
use schemas::text::Charset;
use support::ToyKeys;

fn around() -> Around<'static> {
    Around {
        crypto: &ToyKeys,
        charset: Charset::Gbk,
    }
}

fn message(text: &str) -> Message {
    toml::from_str(text).unwrap_or_else(|error| panic!("{error}"))
}

fn write(message: &Message, values: &Values) -> Vec<u8> {
    message.write(values, around()).ok().expect("it fits").bytes
}

fn read(message: &Message, bytes: &[u8]) -> Result<Values, String> {
    let read = message.read(bytes, Reading::Whole, around());
    read.map_err(|wrong| wrong.what)
}

fn one_row() -> Values {
    let mut values = Values::default();
    values.set(Field::FileNo, "120007");
    values.set(Field::PayerName, "张&样");
    values.rows.begin();
    values.rows.insert(Field::RowNo, "1");
    values.rows.insert(Field::PayeeName, "张样一");
    values
}

const PLACE: &str = r#"
[[layers]]
[layers.sign]
algorithm = "rsa_sha256"
slot = "signing"
before = "<S>"
after = "</S>"
placeholder = "mark"
shape = "hex_lower"

[body.xml]
head = [
    { path = "A/NAME", field = "payer.name" },
    { path = "A/S", const = "mark" },
]
"#;

#[test]
fn a_signature_replaces_the_placeholder_that_was_signed() {
    let message = message(PLACE);
    assert_eq!(
        message.signature(),
        Some(("rsa_sha256".to_owned(), "signing".to_owned()))
    );
    let written = write(&message, &one_row());
    let signed = "<A><NAME>张&amp;样</NAME><S>mark</S></A>";
    let signed = Charset::Gbk.encode(signed).unwrap();
    let signature = ToyKeys.sign("rsa_sha256", "signing", &signed).unwrap();
    let hex: String = signature.iter().map(|b| format!("{b:02x}")).collect();
    let expected = format!("<A><NAME>张&amp;样</NAME><S>{hex}</S></A>");
    assert_eq!(written, Charset::Gbk.encode(&expected).unwrap().as_ref());
    let back = read(&message, &written).unwrap();
    assert_eq!(back.text(Field::PayerName), Some("张&样"));
    let at = written.len() - 12;
    for (damaged, what) in [(3, "is not"), (5, "does not verify")] {
        let mut bytes = written.clone();
        match damaged {
            3 => bytes[at] = b'x',
            _ => bytes[8] ^= 1,
        }
        let refused = read(&message, &bytes).unwrap_err();
        assert!(refused.contains(what), "{refused}");
    }
    let unsigned = read(&message, &signed).unwrap_err();
    assert!(unsigned.contains("signature"), "{unsigned}");
    let none = read(&message, b"<A><NAME>x</NAME></A>").unwrap_err();
    assert!(none.contains("place of the signature"), "{none}");
    let twice = read(&message, b"<A><S>0011</S><S>0011</S></A>").unwrap_err();
    assert!(twice.contains("place of the signature"), "{twice}");
}

const FORM: &str = r#"
[[layers]]
base64 = {}

[[layers]]
[layers.form]
slots = [
    { path = "version", const = "1" },
    { path = "name", field = "payer.name" },
    { path = "empty", field = "bank.batch_no" },
    { path = "no", field = "file.no", last = 4 },
    { path = "data", payload = {} },
]

[layers.form.sign]
algorithm = "rsa_sha256"
slot = "signing"
pair = "signature"
over = "sha256_hex"
shape = "base64"

[body.delimited]
row = [{ field = "payee.name" }]
field_sep = "|"
row_sep = "\n"
"#;

/// SHA-256 of the ASCII text below, by `printf … | sha256sum`.
#[test]
fn a_form_is_signed_over_its_sorted_pairs() {
    let message = message(FORM);
    let mut values = one_row();
    values.set(Field::PayerName, "zhang");
    values.rows.insert(Field::PayeeName, "a");
    let written = String::from_utf8(write(&message, &values)).unwrap();
    // "data=YQ==&name=zhang&no=0007&version=1"
    let digest = DIGEST.as_bytes();
    let signature = ToyKeys.sign("rsa_sha256", "signing", digest).unwrap();
    let signature = base64::prelude::BASE64_STANDARD.encode(signature);
    let escaped = signature.replace('+', "%2B").replace('/', "%2F");
    let escaped = escaped.replace('=', "%3D");
    let expected = format!("version=1&name=zhang&no=0007&data=YQ%3D%3D&signature={escaped}");
    assert_eq!(written, expected);
    let back = read(&message, written.as_bytes()).unwrap();
    assert_eq!(back.rows.len(), 1);
    // Four digits of a number are not the number.
    assert_eq!(back.text(Field::FileNo), None);
    let other = written.replace("zhang", "zheng");
    assert!(read(&message, other.as_bytes()).is_err());
    let none = written.split("&signature").next().unwrap();
    let refused = read(&message, none.as_bytes()).unwrap_err();
    assert_eq!(refused, "the signature is missing");
    values.set(Field::FileNo, "120000");
    assert!(message.write(&values, around()).is_err());
}

const DIGEST: &str = "fb4c3c8bbfc7b7b18e6841dd696da85243232644194de310dfb8979c0fc82c81";

const BARE: &str = r#"
layers = [{ zlib = {} }, { base64 = {} }, { form = { raw = true, slots = [
    { path = "code", field = "reply.code" },
    { path = "text", field = "reply.text" },
    { path = "file", payload = {}, default = "" },
] } }]

[body.delimited]
head = [{ const = "H" }, { field = "row.count", required = true }]
head_sep = "|"
names = "no|name"
row = [{ field = "row.no" }, { field = "payee.name" }]
field_sep = "|"
row_sep = "\n"
"#;

#[test]
fn an_answer_without_rows_may_have_no_body() {
    let message = message(BARE);
    let mut values = one_row();
    values.set(Field::ReplyCode, "00");
    values.set(Field::ReplyText, "a=b+c");
    values.set(Field::RowCount, "1");
    let full = write(&message, &values);
    let text = Charset::Gbk.decode(&full).unwrap().into_owned();
    // The zlib head of the usual window and level.
    assert!(text.starts_with("code=00&text=a=b+c&file=eJ"), "{text}");
    let back = read(&message, &full).unwrap();
    assert_eq!(
        back.rows.last().unwrap().get(&Field::PayeeName),
        Some("张样一")
    );
    // As MIME breaks it into lines.
    let (before, packed) = text.split_once("file=").unwrap();
    let lines: Vec<String> = packed
        .as_bytes()
        .chunks(20)
        .map(|part| String::from_utf8_lossy(part).into_owned())
        .collect();
    let broken = format!("{before}file={}\r\n", lines.join("\r\n"));
    assert_eq!(read(&message, broken.as_bytes()).unwrap().rows, back.rows);
    values.rows = Rows::default();
    let bare = write(&message, &values);
    assert_eq!(bare, b"code=00&text=a=b+c&file=");
    for bytes in [bare.as_slice(), b"code=00"] {
        let back = read(&message, bytes).unwrap();
        assert_eq!(back.text(Field::ReplyCode), Some("00"));
        assert!(back.rows.is_empty());
    }
    let twice = read(&message, b"code=03&code=00").unwrap_err();
    assert_eq!(twice, "a member stands twice");
    values.set(Field::ReplyText, "a&b");
    assert!(message.write(&values, around()).is_err());
}

#[test]
fn the_line_that_names_the_columns_is_checked() {
    let text = BARE
        .replace("layers", "#")
        .replace("    {", "#")
        .replace("] } }]", "");
    let message = message(&text);
    let mut values = one_row();
    values.set(Field::RowCount, "1");
    let written = write(&message, &values);
    let expected = Charset::Gbk.encode("H|1\nno|name\n1|张样一").unwrap();
    assert_eq!(written, expected.as_ref());
    assert_eq!(read(&message, &written).unwrap().rows.len(), 1);
    for other in ["H|1\nname|no\n1|a", "H|1\n1|a", "H|0"] {
        assert!(read(&message, other.as_bytes()).is_err(), "{other}");
    }
}

/// A head names the character set of its own texts and of the body, in any reading.
#[test]
fn a_message_is_read_in_the_character_set_that_its_head_names() {
    let message = message(
        r#"
[[layers]]
[layers.head]
slots = [
    { charset = { gbk = "01", utf8 = "02" }, width = 2 },
    { field = "reply.text", width = 6 },
    { payload_length = 0, width = 3, align = "right", pad = "0" },
]
[body.xml]
head = [{ path = "A/NAME", field = "payer.name" }]
"#,
    );
    let mut values = one_row();
    values.set(Field::ReplyText, "成功");
    let written = write(&message, &values);
    assert!(written.starts_with(b"01\xB3\xC9\xB9\xA6  029<A>"));
    let utf8 = "02成功029<A><NAME>张样一</NAME></A>".as_bytes();
    for (bytes, name) in [(written.as_slice(), "张&样"), (utf8, "张样一")] {
        let read = read(&message, bytes).unwrap();
        assert_eq!(read.text(Field::ReplyText), Some("成功"));
        assert_eq!(read.text(Field::PayerName), Some(name));
    }
    assert!(read(&message, &[b"03", &written[2..]].concat()).is_err());
    let alone = toml::from_str::<Message>(
        "[body.xml]\nhead = [{ path = \"A\", charset = { gbk = \"01\" } }]\n",
    );
    assert!(alone.unwrap_err().to_string().contains("character set"));
}
