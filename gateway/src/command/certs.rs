//! `anxin certs init`: a development authority and identities, made at run time.

use super::arguments::CertsInit;
use super::terminal::{Align, Cell, Table, paper};
use super::words::{Ended, Exit, Failure, Words, pick};
use crate::clock::{Clock, SystemClock};
use certs::development::{DevelopmentPki, IdentityPem, PkiError};
use certs::identity::Party;
use schemas::value::{RegionCode, Uscc};
use schemas::{Lang, codes};
use serde_json::{Value, json};
use std::path::Path;

/// Runs the command.
///
/// # Errors
/// See [`Failure`].
pub fn init(arguments: &CertsInit, lang: Lang) -> Ended {
    let parties = parties(arguments)?;
    let out = &arguments.out;
    let now = SystemClock::new().now();
    let added = out.join("ca.key").exists();
    let mut pki = if added {
        DevelopmentPki::load(out, now)
    } else {
        DevelopmentPki::create(now)
    }
    .map_err(|error| pki_failure(out, &error))?;
    if added {
        // A list of an older day would be refused by its own date.
        pki.renew_list().map_err(|error| pki_failure(out, &error))?;
    }
    let mut written = Vec::new();
    let mut write = |identity: IdentityPem, folder: &str, name: &str, who: String| {
        identity
            .write_to(&out.join(folder), name)
            .map_err(|error| pki_failure(out, &error))?;
        written.push((who, format!("{folder}/{name}.pem")));
        Ok::<(), Failure>(())
    };
    pki.write_to(out)
        .map_err(|error| pki_failure(out, &error))?;
    if !added || !arguments.servers.is_empty() {
        let mut names = vec!["localhost", "127.0.0.1", "::1"];
        names.extend(arguments.servers.iter().map(String::as_str));
        let server = pki
            .issue_server(&names)
            .map_err(|error| pki_failure(out, &error))?;
        write(server, "server", "server", names.join(" "))?;
    }
    for party in &parties {
        let identity = pki
            .issue_client(party)
            .map_err(|error| pki_failure(out, &error))?;
        write(identity, party.role(), &file_name(party), party.to_string())?;
    }
    print(arguments, &written, lang)?;
    Ok(Exit::Done)
}

fn print(arguments: &CertsInit, written: &[(String, String)], lang: Lang) -> Result<(), Failure> {
    let mut paper = paper();
    let out = &arguments.out;
    if arguments.json {
        let identities: Vec<Value> = written
            .iter()
            .map(|(who, file)| {
                json!({
                    "who": who,
                    "certificate": out.join(file),
                    "key": out.join(file).with_extension("key"),
                })
            })
            .collect();
        let document = json!({
            "development": true, "ca": out.join("ca.pem"), "crl": out.join("crl.pem"),
            "identities": identities,
        });
        paper.document(&document)?;
    } else {
        let mut table = Table::new(&[
            (pick(lang, "证书", "certificate"), Align::Left),
            (pick(lang, "持有者", "holder"), Align::Left),
        ]);
        table.push(vec![
            "ca.pem".into(),
            certs::development::AUTHORITY_NAME.into(),
        ]);
        for (who, file) in written {
            table.push(vec![Cell::from(file.as_str()), who.as_str().into()]);
        }
        paper.table(&table)?;
        let folder = out.display();
        paper.line(&match lang {
            Lang::Zh => format!("已写入 {folder};私钥在同名 .key 文件中,权限 0600;仅供开发"),
            Lang::En => format!(
                "written to {folder}; each key is beside it (.key, mode 0600); development only"
            ),
        })?;
    }
    paper.flush()?;
    Ok(())
}

/// The file's name of a party: `ICBC`, `913301006639233248`, `913301006639233248-wang`.
#[must_use]
pub fn file_name(party: &Party) -> String {
    let (code, person) = match party {
        Party::Employer { uscc, person } => (uscc, person.as_ref()),
        Party::Bank { code } => (code, None),
        Party::Regulator { region, person } => (region, person.as_ref()),
        Party::Operator { name, person } => (name, person.as_ref()),
    };
    match person {
        Some(person) => format!("{code}-{person}"),
        None => code.clone(),
    }
}

fn parties(arguments: &CertsInit) -> Result<Vec<Party>, Failure> {
    let mut parties = Vec::new();
    for code in &arguments.banks {
        let code = super::check::bank_of(code)?;
        parties.push(party("bank", code.as_str())?);
    }
    for text in &arguments.employers {
        let uscc = text.split(':').next().unwrap_or_default();
        Uscc::parse(uscc).map_err(|_| wrong_employer(text))?;
        parties.push(party("employer", text)?);
    }
    for text in &arguments.regulators {
        let region = text.split(':').next().unwrap_or_default();
        let known = RegionCode::parse(region).is_ok_and(codes::region_known);
        if !known {
            return Err(wrong_region(text));
        }
        parties.push(party("regulator", text)?);
    }
    for text in &arguments.operators {
        parties.push(party("operator", text)?);
    }
    Ok(parties)
}

fn party(role: &str, text: &str) -> Result<Party, Failure> {
    format!("urn:anxin:{role}:{text}")
        .parse()
        .map_err(|_| wrong_party(text))
}

fn wrong_employer(text: &str) -> Failure {
    Failure::usage(
        Words::new(
            format!("{text} 不是统一社会信用代码"),
            format!("{text} is no unified social credit code"),
        ),
        Words::new(
            "统一社会信用代码为 18 位,末位是校验码;人员在其后加 :person:编号。",
            "It has 18 characters, the last one a check character; a person adds :person:ID.",
        ),
    )
}

fn wrong_region(text: &str) -> Failure {
    Failure::usage(
        Words::new(
            format!("{text} 不是已知的行政区划代码"),
            format!("{text} is no known region"),
        ),
        Words::new(
            "用 GB/T 2260 的六位代码,如 330000;浙江省内须在清单 schemas/codes/regions.toml 之中。",
            "Use a six-digit code of GB/T 2260, such as 330000; in Zhejiang one of the list \
             schemas/codes/regions.toml.",
        ),
    )
}

fn wrong_party(text: &str) -> Failure {
    Failure::usage(
        Words::new(
            format!("{text} 不能作为证书持有者"),
            format!("{text} can't be the holder of a certificate"),
        ),
        Words::new(
            "银行用代码,企业用统一社会信用代码(人员加 :person:编号),监管用行政区划代码。",
            "Banks by code, employers by USCC (persons with :person:ID), regulators by region.",
        ),
    )
}

fn pki_failure(out: &Path, error: &PkiError) -> Failure {
    let folder = out.display();
    let what = Words::new(
        format!("无法在 {folder} 生成证书"),
        format!("the certificates could not be made in {folder}"),
    );
    match error {
        PkiError::Making(_) => Failure::ours(
            what,
            Words::new("请联系维护人员。", "Tell those who maintain the program."),
        ),
        PkiError::ServerName(_) | PkiError::Party(_) | PkiError::Serial => Failure::usage(
            what,
            Words::new(
                "请检查参数中的名称。",
                "Check the names on the command line.",
            ),
        ),
        PkiError::Stored(_) | PkiError::Exists | PkiError::Disk { .. } => Failure::usage(
            what,
            Words::new(
                "请换一个空目录,或使用由本命令生成的目录。",
                "Choose an empty folder, or one that this command has made.",
            ),
        ),
    }
    .caused_by(error)
}
