//! What only XML has: attributes of the head and text as CDATA, written and read.

use crate::support::ToyKeys;
use adapters::Book;
use adapters::layout::field::Field;
use adapters::layout::values::Values;
use adapters::wire::layer::Around;
use adapters::wire::{Message, Reading};
use schemas::text::Charset;

const MESSAGE: &str = r#"
[body.xml]
head = [
    { path = "a/@version", const = "100" },
    { path = "a/head/secret", field = "reply.text" },
    { path = "a/list/@size", field = "row.count" },
]
cdata = ["a/head/secret"]

[body.xml.rows]
path = "a/list/row"
slots = [{ path = "name", field = "payee.name" }]
"#;

const AROUND: Around<'static> = Around {
    crypto: &ToyKeys,
    charset: Charset::Gbk,
};

fn message() -> Message {
    toml::from_str(MESSAGE).unwrap()
}

fn written(secret: &str, names: &[&str]) -> String {
    let mut values = Values::default();
    values.set(Field::ReplyText, secret);
    values.set(Field::RowCount, names.len().to_string());
    let rows = names.iter().map(|name| {
        let name = (Field::PayeeName, (*name).to_owned());
        [name].into()
    });
    values.rows = rows.collect();
    let Ok(written) = message().write(&values, AROUND) else {
        panic!("it fits")
    };
    String::from_utf8(written.bytes).unwrap()
}

fn read(text: &str) -> Result<Values, String> {
    let read = message().read(text.as_bytes(), Reading::Whole, AROUND);
    read.map_err(|wrong| wrong.what)
}

#[test]
fn attributes_stand_in_their_tags_and_cdata_in_its_section() {
    let text = written("x<&>", &["A", "B"]);
    let expected = "<a version=\"100\"><head><secret><![CDATA[x<&>]]></secret></head>\
                    <list size=\"2\"><row><name>A</name></row><row><name>B</name></row></list></a>";
    assert_eq!(text, expected);
    let values = read(&text).unwrap();
    assert_eq!(values.text(Field::ReplyText), Some("x<&>"));
    assert_eq!(values.rows.len(), 2);
}

/// The mark of the end of a section inside the text comes back whole.
#[test]
fn the_end_of_a_section_may_stand_in_the_text() {
    let text = written("x]]>y", &[]);
    assert!(text.contains("<list size=\"0\"></list>"), "{text}");
    assert_eq!(read(&text).unwrap().text(Field::ReplyText), Some("x]]>y"));
}

#[test]
fn an_attribute_is_checked_as_an_element_is() {
    let text = written("x", &["A"]);
    let read_of = |from: &str, to: &str| {
        assert!(text.contains(from), "{from}");
        read(&text.replace(from, to)).map(|_| ())
    };
    let (version, size) = ("version=\"100\"", "size=\"1\"");
    assert_eq!(read_of(version, "version='100' other=\"&lt;\""), Ok(()));
    assert!(read_of(version, "version=\"120\"").is_err());
    assert!(read_of(version, "").is_err());
    assert!(read_of(version, "version=\"100\" version=\"100\"").is_err());
    assert!(read_of(size, "size=\"2\"").is_err());
    assert!(read_of(size, "size=\"&unknown;\"").is_err());
    assert!(read_of(size, "size").is_err());
    // Text that is plain where CDATA is expected is the same text.
    assert_eq!(read_of("<![CDATA[x]]>", "x"), Ok(()));
}

/// Where it can't stand a definition is refused, with the path.
#[test]
fn cdata_stands_in_the_head_of_xml_only() {
    const DIALECT: &str = include_str!("../../dialects/icbc_cms/dialect.toml");
    let refused = |from: &str, to: &str, what: &str| {
        assert!(DIALECT.contains(from), "{from}");
        let text = DIALECT.replacen(from, to, 1);
        let files = [("dialects/icbc_cms/dialect.toml", text.as_str())];
        let errors = Book::from_files(files).expect_err("refused");
        assert_eq!(errors[0].what, what);
    };
    let body = "[submit.request.body.xml]\n";
    let unlisted = "[submit.request.body.xml]\ncdata = [\"CMS/eb/pub/PASS\"]\n";
    refused(body, unlisted, "no element of the head has this path");
}
