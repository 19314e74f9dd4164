//! One employer's wage batch, in one of the forms that employers' programs write.

use super::cast::Payer;
use adapters::layout::sheet::{SheetError, workbook};
use schemas::people::{SplitMix64, person};
use schemas::text::Charset;
use schemas::value::{BankCode, Fen, PayMonth, Purpose};
use serde_json::json;
use std::fmt::Write as _;

/// The form of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// The template, UTF-8, Chinese titles.
    Csv,
    /// The template in GB18030, as Excel in China writes it.
    CsvGb18030,
    /// The template with English titles and a byte order mark.
    CsvEnglish,
    /// The object of the interface.
    Json,
    /// ISO 20022.
    Pain001,
    /// The template as an office program keeps it.
    Xlsx,
}

impl Form {
    const ALL: [Self; 6] = [
        Self::Csv,
        Self::CsvGb18030,
        Self::CsvEnglish,
        Self::Json,
        Self::Pain001,
        Self::Xlsx,
    ];

    /// The form of the employer at `place`.
    #[must_use]
    pub fn of(place: u32) -> Self {
        let turn = usize::try_from(place).unwrap_or_default() % Self::ALL.len();
        Self::ALL.get(turn).copied().unwrap_or(Self::Csv)
    }
}

struct Row {
    name: String,
    id_number: String,
    account: String,
    bank: BankCode,
    amount: Fen,
}

/// A batch, ready to be submitted.
pub struct WageBatch<'a> {
    employer: &'a Payer,
    month: PayMonth,
    rows: Vec<Row>,
    total: Fen,
}

impl<'a> WageBatch<'a> {
    /// `lines` people of an employer; every fifth has its account at another bank, where the
    /// paying bank pays others.
    #[must_use]
    pub fn draw(
        employer: &'a Payer,
        banks: &[BankCode],
        (seed, lines): (u64, u32),
        month: PayMonth,
    ) -> Self {
        let own = employer.adapter.code();
        let mut random = SplitMix64::new(seed ^ u64::from(employer.place));
        let first = employer.place * lines;
        let row = |place: u32| {
            let other = place % 5 == 4 && employer.adapter.capability().other_banks;
            let picked = random.pick(banks).copied().filter(|_| other);
            let bank = picked.unwrap_or(own);
            let payee = person(seed, first + place, Some(bank));
            // 3,000.00 to 12,999.99 yuan.
            let fen = 300_000 + i64::try_from(random.below(1_000_000)).unwrap_or_default();
            Row {
                name: payee.name.reveal(Purpose::Disclosure).to_owned(),
                id_number: payee.id_number.reveal(Purpose::Disclosure).to_owned(),
                account: payee.account.reveal(Purpose::Disclosure).to_owned(),
                bank,
                amount: Fen(fen),
            }
        };
        let rows: Vec<Row> = (0..lines).map(row).collect();
        let total = rows.iter().map(|row| row.amount.0).sum();
        Self {
            employer,
            month,
            rows,
            total: Fen(total),
        }
    }

    /// The file's bytes.
    ///
    /// # Errors
    /// When the office file can't be written: a defect.
    pub fn bytes(&self, form: Form) -> Result<Vec<u8>, SheetError> {
        Ok(match form {
            Form::Csv => self.csv(&CHINESE).into_bytes(),
            Form::CsvGb18030 => {
                let text = self.csv(&CHINESE);
                let coded = Charset::Gb18030
                    .encode(&text)
                    .map(|bytes| bytes.into_owned());
                coded.unwrap_or_else(|_| text.into_bytes())
            }
            Form::CsvEnglish => format!("\u{feff}{}", self.csv(&ENGLISH)).into_bytes(),
            Form::Json => self.json(),
            Form::Pain001 => self.pain_001().into_bytes(),
            Form::Xlsx => workbook(&self.grid(&CHINESE))?,
        })
    }

    fn batch_no(&self) -> String {
        format!("GZ-{}-{:03}", self.month, self.employer.place + 1)
    }

    fn project(&self) -> String {
        let (region, place) = (&self.employer.region, self.employer.place + 1);
        format!(
            "{region}{}{place:06}",
            self.month.to_string().replace('-', "")
        )
    }

    fn memo(&self) -> String {
        format!("{}年{}月工资", self.month.year(), self.month.month())
    }

    fn account(&self) -> &str {
        self.employer.payer_account.reveal(Purpose::Disclosure)
    }

    fn payer(&self) -> &str {
        self.employer.payer_name.reveal(Purpose::Disclosure)
    }

    fn csv(&self, titles: &Titles) -> String {
        let rows = self.grid(titles);
        rows.iter().map(|row| row.join(",") + "\r\n").collect()
    }

    /// The template, row by row; the empty row parts head and lines.
    fn grid(&self, titles: &Titles) -> Vec<Vec<String>> {
        let values = [
            self.batch_no(),
            self.employer.uscc.to_string(),
            format!("样例建设{:02}", self.employer.place + 1),
            self.project(),
            self.month.to_string(),
            self.employer.adapter.code().to_string(),
            self.account().to_owned(),
            self.payer().to_owned(),
            self.rows.len().to_string(),
            self.total.yuan(),
        ];
        let mut grid = vec![vec![titles.name.to_owned(), "V1".to_owned()]];
        let head = titles.head.iter().zip(values);
        grid.extend(head.map(|(key, value)| vec![(*key).to_owned(), value]));
        grid.push(Vec::new());
        grid.push(titles.row.split(',').map(str::to_owned).collect());
        let memo = self.memo();
        for (row, number) in self.rows.iter().zip(1u32..) {
            grid.push(vec![
                number.to_string(),
                row.name.clone(),
                "01".to_owned(),
                row.id_number.clone(),
                row.account.clone(),
                row.bank.to_string(),
                String::new(),
                row.amount.yuan(),
                row.amount.yuan(),
                memo.clone(),
            ]);
        }
        grid
    }

    fn json(&self) -> Vec<u8> {
        let memo = self.memo();
        let lines = self.rows.iter().zip(1u32..).map(|(row, number)| {
            json!({
                "line_no": number, "name": row.name, "id_type": "01",
                "id_number": row.id_number, "account": row.account, "bank": row.bank.as_str(),
                "amount_fen": row.amount.0, "memo": memo,
            })
        });
        let document = json!({
            "batch_no": self.batch_no(),
            "employer_uscc": self.employer.uscc.as_str(),
            "project_code": self.project(),
            "pay_month": self.month.to_string(),
            "paying_bank": self.employer.adapter.code().as_str(),
            "payer_account": self.account(),
            "payer_name": self.payer(),
            "line_count": self.rows.len(),
            "total_amount": self.total.yuan(),
            "lines": lines.collect::<Vec<_>>(),
        });
        document.to_string().into_bytes()
    }

    fn pain_001(&self) -> String {
        let (count, sum) = (self.rows.len(), self.total.yuan());
        let (number, uscc) = (self.batch_no(), self.employer.uscc);
        let (bank, account) = (self.employer.adapter.code(), self.account());
        let (payer, month) = (self.payer(), self.month);
        let mut text = format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
             <Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:pain.001.001.09\">\
             <CstmrCdtTrfInitn><GrpHdr><MsgId>{number}</MsgId>\
             <CreDtTm>{month}-20T10:00:00+08:00</CreDtTm><NbOfTxs>{count}</NbOfTxs>\
             <CtrlSum>{sum}</CtrlSum><InitgPty><Nm>{payer}</Nm><Id><OrgId><Othr><Id>{uscc}</Id>\
             </Othr></OrgId></Id></InitgPty></GrpHdr>\n\
             <PmtInf><PmtInfId>{number}-1</PmtInfId><PmtMtd>TRF</PmtMtd>\
             <NbOfTxs>{count}</NbOfTxs><CtrlSum>{sum}</CtrlSum>\
             <ReqdExctnDt><Dt>{month}-20</Dt></ReqdExctnDt><Dbtr><Nm>{payer}</Nm></Dbtr>\
             <DbtrAcct><Id><Othr><Id>{account}</Id></Othr></Id></DbtrAcct>\
             <DbtrAgt><FinInstnId><Nm>{bank}</Nm></FinInstnId></DbtrAgt>\n"
        );
        let memo = self.memo();
        for (row, number) in self.rows.iter().zip(1u32..) {
            let (name, id, account, bank) = (&row.name, &row.id_number, &row.account, row.bank);
            let amount = row.amount.yuan();
            let written = writeln!(
                text,
                "<CdtTrfTxInf><PmtId><EndToEndId>{number}</EndToEndId></PmtId>\
                 <Amt><InstdAmt Ccy=\"CNY\">{amount}</InstdAmt></Amt>\
                 <CdtrAgt><FinInstnId><Nm>{bank}</Nm></FinInstnId></CdtrAgt>\
                 <Cdtr><Nm>{name}</Nm><Id><PrvtId><Othr><Id>{id}</Id></Othr></PrvtId></Id></Cdtr>\
                 <CdtrAcct><Id><Othr><Id>{account}</Id></Othr></Id></CdtrAcct>\
                 <RmtInf><Ustrd>{memo}</Ustrd></RmtInf></CdtTrfTxInf>"
            );
            debug_assert!(written.is_ok(), "writing into memory");
        }
        text.push_str("</PmtInf></CstmrCdtTrfInitn></Document>\n");
        text
    }
}

struct Titles {
    name: &'static str,
    head: [&'static str; 10],
    row: &'static str,
}

const CHINESE: Titles = Titles {
    name: "安薪代发工资表",
    head: [
        "批次号",
        "统一社会信用代码",
        "单位名称",
        "项目编码",
        "工资月份",
        "付款银行",
        "付款账号",
        "付款户名",
        "总笔数",
        "总金额",
    ],
    row: "序号,姓名,证件类型,证件号码,银行账号,开户银行,联行号,实发金额,应发金额,备注",
};

const ENGLISH: Titles = Titles {
    name: "安薪代发工资表",
    head: [
        "batch_no",
        "employer_uscc",
        "employer_name",
        "project_code",
        "pay_month",
        "paying_bank",
        "payer_account",
        "payer_name",
        "line_count",
        "total_amount",
    ],
    row: "line_no,name,id_type,id_number,account,bank,cnaps_code,amount,gross_amount,memo",
};
