//! Searching payments, one payment, and sums.

use crate::access::{Caller, Role};
use crate::api::app::App;
use crate::api::call::{Answer, Call, json};
use crate::api::handlers::commands::no_person;
use crate::api::handlers::{known_bank, line_states};
use crate::api::problem::{Kind, Problem};
use crate::clock::CHINA;
use crate::core::{CoreError, Fact};
use crate::event::{Event, Grounds};
use crate::query::payments::{Filter, Found, find, page};
use crate::query::personal::Show;
use crate::query::summary::{GroupBy, summary as sums};
use crate::query::{Cursor, history};
use axum::http::{StatusCode, header};
use schemas::value::{AccountNo, Fen, PayMonth, PaymentId, RegionCode, Uscc};
use time::format_description::well_known::Rfc3339;
use time::macros::format_description;
use time::{Date, OffsetDateTime};

/// Owner of the data key for what regulators write: no employer's erasure takes it away.
const DISCLOSURES: &str = "disclosures";
const PURPOSE_CHARS_MAX: usize = 200;
const APPROVAL_CHARS_MAX: usize = 64;

/// `GET /v1/payments`.
pub async fn search(call: Call) -> Answer {
    let caller = call.caller()?;
    let (lang, limit) = (call.lang, call.limit()?);
    let after = call.parameter("next", Cursor::parse)?;
    let filter = filter(&call)?;
    let grounds = grounds(&call, &caller)?;
    if filter.is_personal()
        && let Err(wait) = call.app.searches.take(&caller.uri)
    {
        let seconds = wait.as_secs().max(1).to_string();
        return Err(Problem::new(Kind::TooManyRequests).header(header::RETRY_AFTER, &seconds));
    }
    let found = call
        .read(move |app| {
            let found = find(
                app.core(),
                app.search(),
                caller.sight,
                &filter,
                after,
                limit,
            );
            let recorded = disclose(app, &caller, &filter, grounds, &found)?;
            let show = if recorded.is_some() {
                Show::Clear
            } else {
                Show::Masked
            };
            let sequence = recorded.unwrap_or_default().max(found.sequence);
            Ok(((found, show), sequence))
        })
        .await?;
    // People are opened only now: the disclosure is durable.
    let answer = call
        .blocking(move |app| Ok(page(app.core(), &found.0, found.1, lang)?))
        .await?;
    json(StatusCode::OK, &answer)
}

fn filter(call: &Call) -> Result<Filter, Problem> {
    let (from, to) = (call.parameter("from", date)?, call.parameter("to", date)?);
    if from.zip(to).is_some_and(|(from, to)| from > to) {
        return Err(Problem::bad(
            "to",
            "to 早于 from，请把较早的日期写在 from",
            "to is before from; give the earlier day as from",
        ));
    }
    Ok(Filter {
        id_number: call.parameter("id_number", Filter::id_number)?,
        account: call.parameter("account", |text| AccountNo::parse(text).ok())?,
        employer: call.parameter("employer", |text| Uscc::parse(text).ok())?,
        project_code: call.query.get("project_code").cloned(),
        bank: call.parameter("bank", known_bank)?,
        region: call.parameter("region", |text| RegionCode::parse(text).ok())?,
        states: call.parameter("state", line_states)?.unwrap_or_default(),
        pay_month: call.parameter("pay_month", |text| PayMonth::parse(text).ok())?,
        from,
        to,
        amount_fen: amount(call)?,
    })
}

/// `amount` is in yuan and shows it by its point; `amount_fen` is in fen.
fn amount(call: &Call) -> Result<Option<i64>, Problem> {
    let fen = call.parameter("amount_fen", |text| Fen::parse_fen(text).ok())?;
    let Some(text) = call.query.get("amount") else {
        return Ok(fen.map(|amount| amount.0));
    };
    // Digits alone may be yuan or fen: nobody is to search for a hundredth of a wage.
    let yuan = Fen::parse_yuan(text).ok();
    let yuan = yuan.filter(|_| text.contains(['.', '．'])).ok_or_else(|| {
        Problem::bad(
            "amount",
            "amount 以元为单位，须写出小数点，例如 6523.50；以分为单位请改用 amount_fen=652350",
            "amount is in yuan and must have its decimal point, like 6523.50; for fen use \
             amount_fen=652350",
        )
    })?;
    if fen.is_some_and(|fen| fen != yuan) {
        return Err(Problem::bad(
            "amount",
            "amount 与 amount_fen 不是同一金额，请只给一个",
            "amount and amount_fen are not the same amount; give one of them",
        ));
    }
    Ok(Some(yuan.0))
}

/// A day, or a moment of which the day in China counts. A plus sign that was not escaped comes as
/// a space.
fn date(text: &str) -> Option<Date> {
    let day = Date::parse(text, format_description!("[year]-[month]-[day]"));
    day.ok().or_else(|| {
        let moment = OffsetDateTime::parse(&text.replace(' ', "+"), &Rfc3339).ok()?;
        Some(moment.to_offset(CHINA).date())
    })
}

fn grounds(call: &Call, caller: &Caller) -> Result<Option<Grounds>, Problem> {
    let words = |name, chars_max| {
        call.parameter(name, |text| {
            let text = text.trim();
            let fits = (1..=chars_max).contains(&text.chars().count());
            (fits && !text.chars().any(char::is_control)).then(|| text.to_owned())
        })
    };
    let purpose = words("purpose", PURPOSE_CHARS_MAX)?;
    let approval_no = words("approval_no", APPROVAL_CHARS_MAX)?;
    let (purpose, approval_no) = match (purpose, approval_no) {
        (None, None) => return Ok(None),
        (Some(purpose), Some(approval_no)) => (purpose, approval_no),
        (None, Some(_)) => {
            return Err(Problem::bad(
                "purpose",
                "须同时给出用途",
                "a purpose is required too",
            ));
        }
        (Some(_), None) => {
            return Err(Problem::bad(
                "approval_no",
                "须同时给出批准号",
                "the number of an approval is required too",
            ));
        }
    };
    if caller.role() != Role::Regulator {
        return Err(Problem::new(Kind::Forbidden).with("why", "role").detail(
            "只有监管部门可以查看明文",
            "only a regulator may see people in clear",
        ));
    }
    no_person("purpose", &purpose)?;
    no_person("approval_no", &approval_no)?;
    Ok(Some(Grounds {
        purpose,
        approval_no,
        query: String::new(),
    }))
}

/// Records a disclosure; gives its sequence. `None` where people stay masked.
fn disclose(
    app: &App,
    caller: &Caller,
    filter: &Filter,
    grounds: Option<Grounds>,
    found: &Found,
) -> Result<Option<u64>, Problem> {
    let Some(grounds) = grounds else {
        return Ok(None);
    };
    let event = Event::Disclosed {
        to: caller.uri.clone(),
        count: u32::try_from(found.lines.len()).unwrap_or(u32::MAX),
    };
    let grounds = Grounds {
        query: filter.described(),
        ..grounds
    };
    let sealed = serde_json::to_vec(&grounds).map_err(CoreError::from)?;
    let fact = Fact::sealed(event, DISCLOSURES, sealed);
    Ok(Some(app.core().record(&caller.uri, fact)?))
}

/// `GET /v1/payments/{id}`.
pub async fn read(call: Call) -> Answer {
    let (sight, lang) = (call.sight(), call.lang);
    let id = call.part("id", PaymentId::parse)?;
    let every = call
        .parameter("events", |word| (word == "all").then_some(true))?
        .unwrap_or(false);
    let found = call
        .read(move |app| {
            let found = history::payment(app.core(), sight, id, lang, every)?;
            found.ok_or_else(Problem::not_found)
        })
        .await?;
    json(StatusCode::OK, &found)
}

/// `GET /v1/summary`.
pub async fn summary(call: Call) -> Answer {
    let sight = call.sight();
    let by = call
        .parameter("group_by", GroupBy::parse)?
        .unwrap_or(GroupBy::Bank);
    let summary = call
        .read(move |app| Ok(sums(app.core(), sight, by)))
        .await?;
    json(StatusCode::OK, &summary)
}
