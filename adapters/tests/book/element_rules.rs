//! What an element of XML can be told: attributes, left out, many, across, unread, key; namespaces;
//! rows inside groups; a signature before the document.

use crate::support::ToyKeys;
use adapters::Book;
use adapters::exchange::Crypto as _;
use adapters::layout::field::Field;
use adapters::layout::values::{Record, Values};
use adapters::wire::layer::Around;
use adapters::wire::{Message, Reading};
use base64::Engine as _;
use schemas::text::Charset;

const MESSAGE: &str = r#"
[[layers]]
[layers.lead_sign]
algorithm = "sm2_sm3"
slot = "s"
before = "{S:"
after = "}\n"
shape = "base64"
end = "|"
elements = ["d/no", "d/g/sum"]

[body.xml]
namespace = ["urn:new", "urn:old"]
head = [
    { path = "d/no", field = "file.no", digits = 3 },
    { path = "d/text", element = { leave_out = true, many = true }, field = "reply.text" },
    { path = "d/gone", element = { unread = true }, spare = "x" },
]

[body.xml.rows]
path = "d/g"
each = "in/r"

[[body.xml.rows.slots]]
path = "sum"
element = { attributes = { Ccy = "CNY" }, unread = true }
field = "row.amount"
as = "yuan2"

[[body.xml.rows.slots]]
path = "s"
element = { leave_out = true, across = ["in/r/s", "in/r/why"] }
field = "row.status"

[[body.xml.rows.slots]]
path = "in/r/id"
element = { key = true }
join = [{ const = "K" }, { field = "row.no", chars = 2, digits = 2 }]

[[body.xml.rows.slots]]
path = "in/r/sum"
element = { attributes = { Ccy = "CNY" }, leave_out = true }
field = "row.amount"
as = "fen"
"#;

const AROUND: Around<'static> = Around {
    crypto: &ToyKeys,
    charset: Charset::Utf8,
};

fn message() -> Message {
    toml::from_str(MESSAGE).unwrap()
}

fn read(document: &str) -> Result<Values, String> {
    let mut message = message();
    message.layers.clear();
    let read = message.read(document.as_bytes(), Reading::Whole, AROUND);
    read.map_err(|wrong| wrong.what)
}

#[test]
fn they_are_written() {
    let mut values = Values::default();
    values.set(Field::FileNo, "7");
    let rows = [
        Record::from([
            (Field::RowNo, "1"),
            (Field::RowAmount, "1050"),
            (Field::RowStatus, ":OK:"),
        ]),
        Record::from([(Field::RowNo, "2"), (Field::RowStatus, "A::B")]),
    ];
    values.rows = rows.into_iter().collect();
    let Ok(written) = message().write(&values, AROUND) else {
        panic!("it fits")
    };
    let text = String::from_utf8(written.bytes).unwrap();
    let signature = ToyKeys.sign("", "s", b"007|CNY10.50|CNY|").unwrap();
    let signature = base64::prelude::BASE64_STANDARD.encode(signature);
    let expected = format!(
        "{{S:{signature}}}\n<d xmlns=\"urn:new\"><no>007</no><gone>x</gone>\
         <g><sum Ccy=\"CNY\">10.50</sum><in><r><s>OK</s><id>K01</id><sum Ccy=\"CNY\">1050</sum></r>\
         </in></g><g><sum Ccy=\"CNY\"></sum><s>A</s><in><r><why>B</why><id>K02</id></r></in></g>\
         </d>"
    );
    assert_eq!(text, expected);
    let values = message().read(text.as_bytes(), Reading::Whole, AROUND);
    assert_eq!(values.unwrap().rows.len(), 2);
    let other = text.replace("007", "008");
    assert!(
        message()
            .read(other.as_bytes(), Reading::Whole, AROUND)
            .is_err()
    );
}

#[test]
fn they_are_read() {
    let document = "<o:d xmlns:o=\"urn:old\" xmlns:x=\"urn:x\"><o:no>7</o:no><o:text>a</o:text>\
                    <o:text>b</o:text><o:gone>1</o:gone><o:gone>2</o:gone><x:no>8</x:no>\
                    <o:g><o:s> A </o:s><o:in><o:r><o:id>K01</o:id><o:why>B</o:why></o:r>\
                    <o:r><o:id>K02</o:id><o:sum Ccy=\"CNY\">5</o:sum></o:r>\
                    <o:r><o:id>foreign</o:id><o:sum Ccy=\"EUR\">5</o:sum></o:r></o:in></o:g>\
                    <o:g><o:s>nothing</o:s></o:g></o:d>";
    let values = read(document).unwrap();
    assert_eq!(values.text(Field::FileNo), Some("7"));
    assert_eq!(values.text(Field::ReplyText), Some("a"));
    let status = |row: usize| values.rows.get(row)?.get(&Field::RowStatus);
    assert_eq!(values.rows.len(), 2);
    assert_eq!((status(0), status(1)), (Some("A::B"), Some("A::")));
    let amount = values
        .rows
        .get(1)
        .and_then(|row| row.get(&Field::RowAmount));
    assert_eq!(amount, Some("5"));
    let wrong = |own: &str, other: &str| read(&document.replace(own, other)).unwrap_err();
    assert_eq!(
        wrong("urn:old", "urn:other"),
        "the namespace is another one"
    );
    assert_eq!(
        wrong("\"CNY\"", "\"HKD\""),
        "row 2: in/r/sum/@Ccy is not CNY"
    );
    assert_eq!(wrong(" Ccy=\"CNY\"", ""), "row 2: in/r/sum/@Ccy is not CNY");
    assert_eq!(
        wrong("<x:no>8</x:no>", "<o:no>8</o:no>"),
        "an element stands twice"
    );
}

/// Expectations by the rule of Namespaces in XML 1.0, section 6: a declaration holds from the
/// start of its element to its end.
#[test]
fn a_declaration_ends_with_its_element() {
    let of = |inside: &str| read(&format!("<d xmlns=\"urn:new\">{inside}</d>"));
    let file_no = |inside: &str| {
        let values = of(inside).unwrap();
        values.text(Field::FileNo).map(str::to_owned)
    };
    let foreign = [
        "<x xmlns=\"urn:x\"><no>8</no></x>",
        "<x xmlns=\"urn:x\"/>",
        "<no xmlns=\"urn:x\">8</no>",
        "<no xmlns=\"\">8</no>",
        "<p:no xmlns:p=\"urn:x\"><p:no xmlns:p=\"urn:new\">8</p:no></p:no>",
    ];
    for foreign in foreign {
        let inside = format!("{foreign}<no>7</no>{foreign}");
        assert_eq!(file_no(&inside).as_deref(), Some("7"), "{foreign}");
    }
    let own = "<p:no xmlns:p=\"urn:new\">7</p:no>";
    assert_eq!(file_no(own).as_deref(), Some("7"));
    assert_eq!(
        of(&format!("{own}<p:no>8</p:no><no>8</no>")).unwrap_err(),
        "an element stands twice"
    );
    assert_eq!(
        of("<no xmlns:xml=\"urn:new\">7</no>").unwrap_err(),
        "not well-formed XML"
    );
}

/// A book whose one layout is that of a dialect with something in it.
fn refused(own: &str, other: &str) -> String {
    let path = "dialects/synthetic_json/dialect.toml";
    let folder = env!("CARGO_MANIFEST_DIR");
    let text = std::fs::read_to_string(format!("{folder}/{path}")).unwrap();
    assert!(text.contains(own), "{own}");
    let text = text.replacen(own, other, 1);
    let errors = Book::from_files([(path, text.as_str())]).expect_err("refused");
    errors.iter().map(ToString::to_string).collect()
}

#[test]
fn json_has_none_of_it() {
    let element = refused(
        "field = \"file.count\"",
        "element = { many = true }, field = \"file.count\"",
    );
    assert!(
        element.contains("`element` stands in XML only"),
        "{element}"
    );
    let spaces = refused(".body.json]\n", ".body.json]\nnamespace = [\"urn:x\"]\n");
    assert!(spaces.contains("JSON has no namespaces"), "{spaces}");
}

/// A decimal of XML has as many zeros as its writer likes; what a fen can't say is refused.
#[test]
fn a_decimal_is_read_exactly_or_not_at_all() {
    use adapters::layout::format::Format;
    for (text, fen) in [
        ("6523.50", "652350"),
        ("6523.5", "652350"),
        ("6523.5000000", "652350"),
        ("6523", "652300"),
        ("0.01", "1"),
        ("44615072.090", "4461507209"),
    ] {
        assert_eq!(Format::Decimal.read(text), Ok(Some(fen.into())), "{text}");
    }
    for text in [
        "6523.505",
        "6523.501000",
        "",
        "1e3",
        "-1.00",
        "1.2.3",
        "6523.5x",
    ] {
        assert!(Format::Decimal.read(text).is_err(), "{text}");
    }
    assert_eq!(Format::Decimal.write("652350").as_deref(), Some("6523.50"));
    assert_eq!(
        Format::Stamp19T.write("20261123093000123").as_deref(),
        Some("2026-11-23T09:30:00")
    );
    assert_eq!(Format::Stamp19T.read("2026-11-23T09:30:00"), Ok(None));
    assert!(Format::Stamp19T.read("2026-11-23").is_err());
}

/// White space of XML around a code, a number, a date or an amount says nothing, from a channel as
/// well; around names and texts it is theirs, and other white space is no blank of XML.
#[test]
fn blanks_around_a_value_say_nothing() {
    let message: Message = toml::from_str(
        r#"
[body.xml]
head = [
    { path = "d/kind", const = "A1" },
    { path = "d/code", field = "reply.code" },
    { path = "d/no", join = [{ const = "PK" }, { field = "file.no", digits = 3 }] },
    { path = "d/day", field = "file.date" },
    { path = "d/text", field = "reply.text" },
]
[body.xml.rows]
path = "d/r"
slots = [
    { path = "name", field = "payee.name" },
    { path = "account", field = "payee.account" },
    { path = "sum", field = "row.amount", as = "yuan2" },
    { path = "code", field = "row.code" },
    { path = "bank", field = "payee.class", map = { own = "Y" } },
    { path = "text", field = "row.text" },
]
"#,
    )
    .unwrap();
    let text = "<d><kind>\n A1\t</kind><code>\r\n0\n</code><no> PK007 </no><day>\n20261123 </day>\
                <text> ok\n</text><r><name> 张 样 </name><account>\n62\n</account><sum> 1.00\n</sum>\
                <code>\n\t </code><bank> Y </bank><text>\n</text></r>\
                <r><code>\u{3000}</code></r></d>";
    let read = message.read(text.as_bytes(), Reading::Whole, AROUND);
    let read = read.unwrap();
    let head = [
        (Field::ReplyCode, "0"),
        (Field::FileNo, "7"),
        (Field::FileDate, "20261123"),
        (Field::ReplyText, " ok\n"),
    ];
    for (field, expected) in head {
        assert_eq!(read.text(field), Some(expected), "{field}");
    }
    let row = read.rows.get(0).unwrap();
    let cells = [
        (Field::PayeeName, Some(" 张 样 ")),
        (Field::PayeeAccount, Some("62")),
        (Field::RowAmount, Some("100")),
        (Field::RowCode, None),
        (Field::PayeeClass, Some("own")),
        (Field::RowText, Some("\n")),
    ];
    for (field, expected) in cells {
        assert_eq!(row.get(&field), expected, "{field}");
    }
    let other = read.rows.get(1).unwrap();
    assert_eq!(other.get(&Field::RowCode), Some("\u{3000}"));
}
