//! A command's JSON against the members that its type has: what is wrong is named, in the words
//! of the interface, and no value is repeated.

use crate::api::problem::{Kind, Problem};
use schemars::JsonSchema;
use schemas::value::holds_personal_number;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

/// Reads a command.
///
/// # Errors
/// Bad request; its `field` is the member, or `body` where the whole is no such object.
pub(super) fn read<T: DeserializeOwned + JsonSchema>(bytes: &[u8]) -> Result<T, Problem> {
    let schema = schemars::schema_for!(T).to_value();
    let members = Members::of(&schema);
    if bytes.iter().all(u8::is_ascii_whitespace) {
        let words = ("请求体为空", "the body is empty");
        return Err(members.problem("body", words.0, words.1));
    }
    let object = match serde_json::from_slice(bytes) {
        Ok(Value::Object(object)) => object,
        Ok(_) => {
            let words = ("请求体应为一个 JSON 对象", "the body must be a JSON object");
            return Err(members.problem("body", words.0, words.1));
        }
        Err(error) => {
            let place = format!("{}:{}", error.line(), error.column());
            let zh = format!("请求体不是 JSON（位置 {place}）");
            let en = format!("the body is no JSON (at {place})");
            return Err(members.problem("body", &zh, &en));
        }
    };
    members.check(&object)?;
    // The parser's own words may repeat what was sent; the name of a member of ours is told.
    serde_json::from_slice(bytes).map_err(|error| {
        let words = error.to_string();
        let twice = words.strip_prefix("duplicate field `");
        match twice.and_then(|rest| rest.split('`').next()) {
            Some(name) => {
                let zh = format!("成员 {name} 重复");
                members.problem(name, &zh, &format!("the member {name} stands twice"))
            }
            None => {
                let words = (
                    "请求体有超出范围的数值",
                    "a number in the body is out of range",
                );
                members.problem("body", words.0, words.1)
            }
        }
    })
}

/// The members of a command by its schema.
struct Members<'s> {
    /// Name and schema.
    all: Vec<(&'s str, &'s Value)>,
    required: Vec<&'s str>,
}

impl<'s> Members<'s> {
    fn of(schema: &'s Value) -> Self {
        let all = schema["properties"].as_object().into_iter().flatten();
        let required = schema["required"].as_array().into_iter().flatten();
        Self {
            all: all.map(|(name, of)| (name.as_str(), of)).collect(),
            required: required.filter_map(Value::as_str).collect(),
        }
    }

    fn check(&self, object: &Map<String, Value>) -> Result<(), Problem> {
        for name in object.keys() {
            if !self.all.iter().any(|(known, _)| known == name) {
                // The caller's own word, told only where it is one.
                let shown = shown(name);
                let zh = format!("请求体中的成员 {shown} 不属于本接口");
                let en = format!("the body has the member {shown}, which this call does not have");
                return Err(self.problem(&shown, &zh, &en));
            }
        }
        for name in &self.required {
            if !object.contains_key(*name) {
                let zh = format!("请求体缺少成员 {name}");
                let en = format!("the member {name} is missing in the body");
                return Err(self.problem(name, &zh, &en));
            }
        }
        for (name, schema) in &self.all {
            let Some(value) = object.get(*name) else {
                continue;
            };
            if let Some((zh, en)) = wrong(schema, value) {
                let zh = format!("成员 {name} 应为{zh}");
                let en = format!("the member {name} must be {en}");
                return Err(self.problem(name, &zh, &en));
            }
        }
        Ok(())
    }

    fn problem(&self, field: &str, zh: &str, en: &str) -> Problem {
        let optional = self.all.iter().map(|(name, _)| *name);
        let optional: Vec<&str> = optional
            .filter(|name| !self.required.contains(name))
            .collect();
        let (mut list_zh, mut list_en) = (self.required.join("、"), self.required.join(", "));
        if !optional.is_empty() {
            list_zh.push_str(&format!("；可选 {}", optional.join("、")));
            list_en.push_str(&format!("; optional: {}", optional.join(", ")));
        }
        let zh = format!("{zh}；必填成员：{list_zh}");
        let en = format!("{en}; required members: {list_en}");
        Problem::new(Kind::BadRequest)
            .detail(&zh, &en)
            .with("field", field)
    }
}

/// A name of the caller's that may be repeated to it: a short word and no number of a person.
pub(in crate::api) fn shown(name: &str) -> String {
    let word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    let plain = !name.is_empty() && name.len() <= 40 && name.chars().all(word);
    match plain && !holds_personal_number(name) {
        true => name.to_owned(),
        false => "?".to_owned(),
    }
}

/// What a value must be that is not of its schema's type; zh and en.
fn wrong(schema: &Value, value: &Value) -> Option<(&'static str, &'static str)> {
    let kinds = &schema["type"];
    let of = |kind: &str| match kinds.as_array() {
        Some(kinds) => kinds.iter().any(|known| known == kind),
        None => kinds == kind,
    };
    let fits = match value {
        Value::Null => of("null"),
        Value::Bool(_) => of("boolean"),
        Value::String(_) => of("string"),
        Value::Object(_) => of("object"),
        Value::Array(items) => {
            of("array")
                && items
                    .iter()
                    .all(|item| wrong(&schema["items"], item).is_none())
        }
        Value::Number(number) => of("integer") && whole(schema, number),
    };
    let counts = schema["minimum"].as_u64() == Some(0);
    match fits {
        true => None,
        false if of("array") => Some(("字符串数组", "an array of strings")),
        false if of("integer") && counts => Some((
            "不小于 0 的整数，不加引号",
            "a whole number from 0, without quotes",
        )),
        false if of("integer") => Some((
            "整数，不带小数点、不加引号",
            "a whole number, without decimals or quotes",
        )),
        false => Some(("字符串", "a string")),
    }
}

fn whole(schema: &Value, number: &serde_json::Number) -> bool {
    match schema["format"].as_str() {
        Some("uint32") => number.as_u64().is_some_and(|n| u32::try_from(n).is_ok()),
        Some(_) | None => number.is_i64(),
    }
}
