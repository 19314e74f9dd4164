//! Variation points of the layouts, both ways: attributes, rows as text inside an element, stamps.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use adapters::layout::Layout;
use adapters::layout::fault::WriteFault;
use adapters::layout::field::Field;
use adapters::layout::format::Format;
use adapters::layout::values::{Record, Values};
use schemas::text::Charset;

fn layout(text: &str) -> Layout {
    #[derive(serde::Deserialize)]
    struct Wrapped {
        body: Layout,
    }
    toml::from_str::<Wrapped>(text).unwrap().body
}

fn two_rows(second: &str) -> Values {
    let row = |number: &str, name: &str| {
        Record::from([
            (Field::RowNo, number.to_owned()),
            (Field::PayeeName, name.to_owned()),
        ])
    };
    let mut values = Values {
        rows: [row("1", "张韡"), row("2", second)].into_iter().collect(),
        ..Values::default()
    };
    values.set(Field::FileNo, "7");
    values.set(Field::FileAt, "20261123103000123");
    values
}

fn written(layout: &Layout, values: &Values) -> String {
    let bytes = layout.write(values, Charset::Gbk).unwrap();
    Charset::Gbk.decode(&bytes).unwrap().into_owned()
}

/// Reads what was written, and says whether the rows are the same.
fn read(layout: &Layout, text: &str) -> Result<Values, String> {
    let mut values = Values::default();
    let bytes = Charset::Gbk.encode(text).unwrap();
    let read = layout.read(&bytes, Charset::Gbk, &mut values);
    read.map(|()| values).map_err(|wrong| wrong.what)
}

const ATTRIBUTES: &str = r#"
[body.xml]
head = [
    { path = "bocb2e/@version", const = "100" },
    { path = "bocb2e/@lang", spare = "chs" },
    { path = "bocb2e/head/no", field = "file.no" },
]
[body.xml.rows]
path = "bocb2e/row"
slots = [{ path = "@no", field = "row.no" }, { path = "name/@text", field = "payee.name" }]
"#;

#[test]
fn attributes_are_written_and_read() {
    let layout = layout(ATTRIBUTES);
    let values = two_rows("\"<&");
    let text = "<bocb2e version=\"100\" lang=\"chs\"><head><no>7</no></head>\
                <row no=\"1\"><name text=\"张韡\"></name></row>\
                <row no=\"2\"><name text=\"&quot;&lt;&amp;\"></name></row></bocb2e>";
    assert_eq!(written(&layout, &values), text);
    assert_eq!(read(&layout, text).unwrap().rows, values.rows);
    let other = text.replace("lang=\"chs\"", "locale='zh_CN'");
    assert_eq!(read(&layout, &other).unwrap().rows, values.rows);
}

#[test]
fn an_attribute_of_another_text_missing_or_twice_is_refused() {
    let layout = layout(ATTRIBUTES);
    let text = written(&layout, &two_rows("李"));
    let fixed = text.replace("\"100\"", "\"120\"");
    assert!(read(&layout, &fixed).unwrap_err().contains("fixed text"));
    let missing = text.replace(" version=\"100\"", "");
    assert!(read(&layout, &missing).unwrap_err().contains("@version"));
    let twice = text.replace("lang=\"chs\"", "version=\"100\"");
    assert!(read(&layout, &twice).unwrap_err().contains("attribute"));
}

#[test]
fn an_attribute_behind_the_content_of_its_element_is_refused() {
    let late = "[body.xml]\nhead = [{ path = \"a/b\", const = \"1\" }, \
                { path = \"a/@c\", const = \"2\" }]";
    let fault = layout(late).write(&Values::default(), Charset::Utf8);
    let place = "@c".to_owned();
    assert_eq!(fault.unwrap_err().0, WriteFault::Form { place });
}

const SLOTS: &str = r#"slots = [{ field = "row.no", required = true }, { field = "payee.name" }]"#;

fn packed(words: &str, path: &str) -> Layout {
    let head = r#"head = [{ path = "a/no", field = "file.no" }]"#;
    let rows = format!("[body.xml.rows]\npath = \"{path}\"\npacked = {{ {words} }}\n{SLOTS}");
    layout(&format!("[body.xml]\n{head}\n{rows}"))
}

/// 珅 and 韡 end in the byte of `|` in GBK.
#[test]
fn rows_stand_as_text_in_an_element_each() {
    let layout = packed("element = \"text\", field_sep = \"|\"", "a/list/row");
    let values = two_rows("阿珅&木");
    let text = "<a><no>7</no><list><row><text>1|张韡</text></row>\
                <row><text>2|阿珅&amp;木</text></row></list></a>";
    assert_eq!(written(&layout, &values), text);
    let back = read(&layout, text).unwrap();
    assert_eq!((back.rows, back.head.texts().len()), (values.rows, 1));
    let none = read(&layout, "<a><no>7</no><list></list></a>").unwrap();
    assert!(none.rows.is_empty());
    let long = text.replace("1|张韡", "1|张韡|");
    assert!(read(&layout, &long).unwrap_err().contains("row 1"));
    let lost = text.replace("<text>1|张韡</text>", "");
    assert!(
        read(&layout, &lost)
            .unwrap_err()
            .contains("text is missing")
    );
}

#[test]
fn rows_stand_as_text_all_in_one_element() {
    let words = "field_sep = \"|\", row_sep = \"^\"";
    let layout = packed(words, "a/content");
    let values = two_rows("阿·木");
    let text = "<a><no>7</no><content>1|张韡^2|阿·木</content></a>";
    assert_eq!(written(&layout, &values), text);
    assert_eq!(read(&layout, text).unwrap().rows, values.rows);
    let data = text.replace("<content>1", "<content><![CDATA[1");
    let data = data.replace("木</", "木]]></");
    assert_eq!(read(&layout, &data).unwrap().rows, values.rows);
    let none = read(&layout, "<a><no>7</no><content></content></a>");
    assert!(none.unwrap().rows.is_empty());
    assert!(
        read(&layout, "<a><no>7</no></a>")
            .unwrap_err()
            .contains("missing")
    );
    let twice = text.replace("</a>", "<content>1|李</content></a>");
    assert!(read(&layout, &twice).unwrap_err().contains("twice"));
    let short = text.replace("^2|阿·木", "^2");
    assert!(read(&layout, &short).unwrap_err().contains("row 2"));
}

#[test]
fn the_separators_of_packed_rows_stand_in_no_text() {
    let layout = packed("field_sep = \"|\", row_sep = \"^\"", "a/content");
    assert_eq!(layout.forbidden(), ['|', '^']);
    for name in ["阿|木", "阿^木"] {
        let (fault, row) = layout.write(&two_rows(name), Charset::Gbk).unwrap_err();
        assert!(matches!(fault, WriteFault::NotEncodable { .. }), "{name}");
        assert_eq!(row, Some(2));
    }
}

#[test]
fn a_moment_with_its_signs() {
    let moment = "20261123103000123";
    assert_eq!(
        Format::Stamp19.write(moment).unwrap(),
        "2026-11-23 10:30:00"
    );
    assert_eq!(Format::Stamp19.read("2026-11-23 10:30:00"), Ok(None));
    assert!(Format::Stamp19.read("2026-11-23").is_err());
}

#[test]
fn rows_without_a_number_have_that_of_their_place() {
    let text = r#"
[body.xml]
head = [{ path = "a/no", field = "file.no" }]
[body.xml.rows]
path = "a/row"
counted = true
slots = [{ path = "n", field = "payee.name" }]
"#;
    let (layout, values) = (layout(text), two_rows("李"));
    let rows = "<a><no>7</no><row><n>张韡</n></row><row><n>李</n></row></a>";
    assert_eq!(written(&layout, &values), rows);
    assert_eq!(read(&layout, rows).unwrap().rows, values.rows);
}

/// A text of the definition, a default, a mapped value and a value, each with marks.
const MARKED_SLOTS: &str = r#"slots = [
    { path = "c", const = "<1>" },
    { path = "n", field = "row.no", digits = 3 },
    { path = "m", field = "row.memo", default = "a&b" },
    { path = "k", field = "payee.class", map = { own = "<", other = "本" } },
    { path = "p", field = "payee.name", bytes_max = 4, required = true },
    { path = "s", spare = "&" },
]"#;

fn marked_rows(second: &str) -> Values {
    let mut values = two_rows(second);
    values.rows = values
        .rows
        .iter()
        .zip(["own", "other"])
        .map(|(row, class)| {
            let mut own: Record = row.iter().map(|(field, text)| (*field, text)).collect();
            own.insert(Field::PayeeClass, class);
            own
        })
        .collect();
    values
}

#[test]
fn the_marks_of_every_text_of_a_row_are_escaped() {
    let head = r#"head = [{ path = "a/no", field = "file.no" }]"#;
    let body = |rows: &str| layout(&format!("{rows}\n{MARKED_SLOTS}"));
    let xml = body(&format!(
        "[body.xml]\n{head}\n[body.xml.rows]\npath = \"a/r\""
    ));
    let text = "<a><no>7</no>\
        <r><c>&lt;1&gt;</c><n>001</n><m>a&amp;b</m><k>&lt;</k><p>张韡</p><s>&amp;</s></r>\
        <r><c>&lt;1&gt;</c><n>002</n><m>a&amp;b</m><k>本</k><p>&gt;李&amp;</p><s>&amp;</s></r></a>";
    assert_eq!(written(&xml, &marked_rows(">李&")), text);
    let words = "field_sep = \"|\", row_sep = \"^\", trailing_sep = true";
    let rows =
        format!("[body.xml]\n{head}\n[body.xml.rows]\npath = \"a/r\"\npacked = {{ {words} }}");
    let text = "<a><no>7</no><r>&lt;1&gt;|001|a&amp;b|&lt;|张韡|&amp;|^\
        &lt;1&gt;|002|a&amp;b|本|&gt;李&amp;|&amp;|</r></a>";
    assert_eq!(written(&body(&rows), &marked_rows(">李&")), text);
}

#[test]
fn columns_that_are_always_the_same_stand_between_the_others() {
    let words = "field_sep = \"|\"\nrow_sep = \"\\n\"\nend = \"\\n\"";
    let delimited = |more: &str| {
        layout(&format!(
            "[body.delimited]\n{words}\n{more}\n{SLOTS_OF_LINE}"
        ))
    };
    let last = delimited("trailing_sep = true");
    let text = "C2||1|张韡|本|\nC2||2|李|本|\n";
    assert_eq!(written(&last, &two_rows("李")), text);
    assert_eq!(read(&last, text).unwrap().rows, two_rows("李").rows);
    let text = text.replace("|\n", "\n");
    assert_eq!(written(&delimited(""), &two_rows("李")), text);
    let none = Values::default();
    assert_eq!(written(&delimited(""), &none), "\n");
}

const SLOTS_OF_LINE: &str = r#"row = [
    { const = "C2" },
    { spare = "" },
    { field = "row.no" },
    { field = "payee.name", bytes_max = 4 },
    { spare = "本" },
]"#;

/// What a row can't have is told with its place and its row, in whatever kind of text it stands.
#[test]
fn a_text_is_measured_in_the_character_set_that_it_is_written_in() {
    let line = layout(&format!(
        "[body.delimited]\nrow_sep = \"\\n\"\nfield_sep = \"|\"\n{SLOTS_OF_LINE}"
    ));
    let fault = |name: &str, charset| line.write(&two_rows(name), charset).unwrap_err();
    let place = || "payee.name".to_owned();
    let too_long = |bytes, row| {
        let fault = WriteFault::TooLong {
            place: place(),
            bytes,
            bytes_max: 4,
        };
        (fault, Some(row))
    };
    assert_eq!(fault("abcde", Charset::Gbk), too_long(5, 2));
    assert_eq!(fault("张三a", Charset::Gbk), too_long(5, 2));
    assert_eq!(fault("李", Charset::Utf8), too_long(6, 1));
    for character in ['\u{20000}', '|', '\n'] {
        let told = WriteFault::NotEncodable {
            place: place(),
            character,
        };
        assert_eq!(
            fault(&format!("a{character}"), Charset::Gbk),
            (told, Some(2))
        );
    }
}

/// A bank may change the order of what it says, leave something out and say more.
#[test]
fn the_order_of_what_is_said_is_free() {
    let slots = "slots = [{ path = \"n\", field = \"row.no\" }, \
        { path = \"p\", field = \"payee.name\" }, { path = \"t\", field = \"row.text\" }]";
    let body = |kind: &str, head: &str| {
        let head = format!("head = [{head}, {{ path = \"a/at\", spare = \"\" }}]");
        layout(&format!(
            "[body.{kind}]\n{head}\n[body.{kind}.rows]\npath = \"a/r\"\n{slots}"
        ))
    };
    let head = "{ path = \"a/no\", field = \"file.no\" }";
    let row = |texts: &[(Field, &str)]| -> Record { texts.iter().copied().collect() };
    let rows = [
        row(&[
            (Field::RowNo, "1"),
            (Field::PayeeName, "张韡"),
            (Field::RowText, "甲"),
        ]),
        row(&[
            (Field::RowText, "乙"),
            (Field::PayeeName, "李"),
            (Field::RowNo, "2"),
        ]),
        row(&[(Field::PayeeName, "王"), (Field::RowNo, "3")]),
        row(&[(Field::RowText, "丁")]),
    ];
    let xml = "<a><at>1</at><r><n>1</n><p>张韡</p><t>甲</t></r><r><t>乙</t><x>9</x><p>李</p>\
        <n>2</n></r><r><p>王</p><n>3</n></r><no>7</no><r><x/><t>丁</t><y>8</y></r></a>";
    let json = r#"{"a":{"at":"1","r":[{"n":"1","p":"张韡","t":"甲"},{"t":"乙","x":"9","p":"李",
        "n":"2"},{"p":"王","n":"3"},{"x":{"n":"5"},"t":"丁","y":"8"}],"no":"7"}}"#;
    for (kind, text) in [("xml", xml), ("json", json)] {
        let back = read(&body(kind, head), text).unwrap();
        assert_eq!(back.rows, rows.iter().cloned().collect(), "{kind}");
        assert_eq!(back.text(Field::FileNo), Some("7"), "{kind}");
    }
    let twice = json.replace(r#""y":"8""#, r#""t":"丁""#);
    assert!(
        read(&body("json", head), &twice)
            .unwrap_err()
            .contains("twice")
    );
    let twice = xml.replace("<y>8</y>", "<t>丁</t>");
    assert!(
        read(&body("xml", head), &twice)
            .unwrap_err()
            .contains("twice")
    );
}
