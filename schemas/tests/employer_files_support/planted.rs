//! A good batch of seven invented people, which a test spoils and writes in every format.

use super::book::book;
use schemas::employer_files::Format;
use schemas::people::{SplitMix64, person, uscc};
use schemas::value::Purpose;
use schemas::{BankCode, Fen};

/// Lines of a batch before something is planted.
pub const LINES: usize = 7;
const COLUMNS: [&str; 12] = [
    "line_no",
    "name",
    "id_type",
    "id_number",
    "account",
    "bank",
    "cnaps_code",
    "amount",
    "gross_amount",
    "memo",
    "corrects",
    "currency",
];

/// A field of the head or of a line, by its English key; what is empty is left out.
pub type Fields = Vec<(&'static str, String)>;

/// What a file says, before it is written.
#[derive(Clone)]
pub struct Batch {
    pub head: Fields,
    pub lines: Vec<Fields>,
    /// What each line adds to the total; 0 where its amount can't be read.
    fen: Vec<i64>,
    /// Columns that the file has, with or without data.
    pub columns: Vec<&'static str>,
}

fn of<'f>(fields: &'f Fields, key: &str) -> &'f str {
    let found = fields.iter().find(|(known, _)| *known == key);
    found.map_or("", |(_, value)| value)
}

fn set(fields: &mut Fields, key: &'static str, value: impl Into<String>) {
    match fields.iter_mut().find(|(known, _)| *known == key) {
        Some((_, old)) => *old = value.into(),
        None => fields.push((key, value.into())),
    }
}

impl Batch {
    /// A batch without a flaw; the same seed gives the same one.
    pub fn good(seed: u64) -> Self {
        let mut random = SplitMix64::new(seed);
        let mut fen = Vec::new();
        let lines: Vec<Fields> = (1..=LINES as u32)
            .map(|number| {
                let code = *random.pick(&["ICBC", "ABC", "CCB", "BOC", "CMB"]).unwrap();
                let someone = person(seed, number, BankCode::parse(code).ok());
                let amount = Fen(100_000 + random.below(900_000) as i64);
                fen.push(amount.0);
                vec![
                    ("line_no", number.to_string()),
                    ("name", someone.name.reveal(Purpose::Matching).to_owned()),
                    (
                        "id_number",
                        someone.id_number.reveal(Purpose::Matching).to_owned(),
                    ),
                    (
                        "account",
                        someone.account.reveal(Purpose::Matching).to_owned(),
                    ),
                    ("bank", code.to_owned()),
                    ("amount", amount.yuan()),
                    ("memo", "2026年10月工资".to_owned()),
                ]
            })
            .collect();
        let head = vec![
            ("batch_no", format!("PL-{seed}")),
            ("employer_uscc", uscc(seed, 1, "330100").to_string()),
            ("pay_month", "2026-10".to_owned()),
            ("paying_bank", "ICBC".to_owned()),
            ("payer_account", "1202020009900012345".to_owned()),
        ];
        let columns = COLUMNS.into_iter().filter(|key| *key != "currency");
        let mut batch = Self {
            head,
            lines,
            fen,
            columns: columns.collect(),
        };
        batch.state_totals();
        batch
    }

    /// States what the lines come to, as far as their amounts can be read.
    pub fn state_totals(&mut self) {
        let sum = self.fen.iter().sum();
        let count = self.lines.len().to_string();
        set(&mut self.head, "line_count", count);
        set(&mut self.head, "total_amount", Fen(sum).yuan());
    }

    pub fn head_of(&self, key: &str) -> &str {
        of(&self.head, key)
    }

    pub fn set_head(&mut self, key: &'static str, value: impl Into<String>) {
        set(&mut self.head, key, value);
    }

    /// A field of the line at `at`, from 0.
    pub fn field(&self, at: usize, key: &str) -> &str {
        of(&self.lines[at], key)
    }

    /// Sets a field of a line; an amount set so is none that counts.
    pub fn set_field(&mut self, at: usize, key: &'static str, value: impl Into<String>) {
        set(&mut self.lines[at], key, value);
        if key == "amount" {
            self.fen[at] = 0;
        }
    }

    /// Sets an amount that is so many fen.
    pub fn set_amount(&mut self, at: usize, value: &str, fen: i64) {
        self.set_field(at, "amount", value);
        self.fen[at] = fen;
    }

    /// Gives a line the same fields as the first one.
    pub fn copy_first(&mut self, at: usize, keys: &[&'static str]) {
        for key in keys {
            let value = self.field(0, key).to_owned();
            let fen = self.fen[0];
            self.set_field(at, key, value);
            if *key == "amount" {
                self.fen[at] = fen;
            }
        }
    }

    /// Where the line at `at` stands in a file of the format: below head, empty row and titles of
    /// a template, else its place.
    pub fn row(&self, at: usize, format: Format) -> u32 {
        let above = match format {
            Format::Csv | Format::Xlsx => 1 + self.head.len() + 2,
            Format::Json | Format::Pain001 => 0,
        };
        (above + at + 1) as u32
    }

    /// The file. An amount with a comma can't be written as a workbook.
    pub fn write(&self, format: Format) -> Vec<u8> {
        match format {
            Format::Csv => self.template(true).into_bytes(),
            Format::Xlsx => book(&[("工资", &self.template(false))]),
            Format::Json => self.json().into_bytes(),
            Format::Pain001 => self.message().into_bytes(),
        }
    }

    fn template(&self, quoted: bool) -> String {
        let cell = |text: &str| match quoted && text.contains(',') {
            true => format!("\"{text}\""),
            false => text.to_owned(),
        };
        let mut text = "安薪代发工资表,V1\n".to_owned();
        for (key, value) in &self.head {
            text += &format!("{key},{}\n", cell(value));
        }
        text += &format!("\n{}\n", self.columns.join(","));
        for line in &self.lines {
            let cells = self.columns.iter().map(|key| cell(of(line, key)));
            text += &format!("{}\n", cells.collect::<Vec<_>>().join(","));
        }
        text
    }

    fn json(&self) -> String {
        let object = |fields: &Fields| {
            let filled = fields.iter().filter(|(_, value)| !value.is_empty());
            let text = |value: &String| serde_json::to_string(value).unwrap();
            let pairs = filled.map(|(key, value)| format!("\"{key}\":{}", text(value)));
            pairs.collect::<Vec<_>>().join(",")
        };
        let lines = self
            .lines
            .iter()
            .map(|line| format!("{{{}}}", object(line)));
        let lines = lines.collect::<Vec<_>>().join(",\n");
        format!("{{{},\n\"lines\":[{lines}]}}\n", object(&self.head))
    }

    fn message(&self) -> String {
        let head = |tag: &str, key| element(tag, self.head_of(key));
        let account = |tag, number: &str| format!("<{tag}>{}</{tag}>", id(number));
        let bank = |tag, name: &str, member: &str| {
            let member = element("ClrSysMmbId", &element("MmbId", member));
            let institution = format!("{}{member}", element("Nm", name));
            element(tag, &element("FinInstnId", &institution))
        };
        let month = self.head_of("pay_month");
        let mut text = format!(
            "<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:pain.001.001.09\">\
             <CstmrCdtTrfInitn>\n<GrpHdr>{}{}{}<InitgPty><Id><OrgId>{}</OrgId></Id></InitgPty>\
             </GrpHdr>\n<PmtInf><PmtInfId>P-1</PmtInfId><PmtMtd>TRF</PmtMtd>\
             <ReqdExctnDt><Dt>{month}-28</Dt></ReqdExctnDt>{}{}\n",
            head("MsgId", "batch_no"),
            head("NbOfTxs", "line_count"),
            head("CtrlSum", "total_amount"),
            element("Othr", &head("Id", "employer_uscc")),
            account("DbtrAcct", self.head_of("payer_account")),
            bank("DbtrAgt", self.head_of("paying_bank"), ""),
        );
        for line in &self.lines {
            let field = |key| of(line, key);
            let currency = match field("currency") {
                "" => "CNY",
                other => other,
            };
            let person = element(
                "PrvtId",
                &element("Othr", &element("Id", field("id_number"))),
            );
            let person = element("Nm", field("name")) + &element("Id", &person);
            text += &format!(
                "<CdtTrfTxInf><PmtId>{}</PmtId><Amt><InstdAmt Ccy=\"{currency}\">{}</InstdAmt>\
                 </Amt>{}<Cdtr>{person}</Cdtr>{}{}</CdtTrfTxInf>\n",
                element("EndToEndId", field("line_no")),
                field("amount"),
                bank("CdtrAgt", field("bank"), field("cnaps_code")),
                account("CdtrAcct", field("account")),
                element("RmtInf", &element("Ustrd", field("memo"))),
            );
        }
        text + "</PmtInf></CstmrCdtTrfInitn></Document>\n"
    }
}

/// An element, or nothing where it would be empty.
fn element(tag: &str, content: &str) -> String {
    match content {
        "" => String::new(),
        content => format!("<{tag}>{content}</{tag}>"),
    }
}

fn id(number: &str) -> String {
    element("Id", &element("Othr", &element("Id", number)))
}
