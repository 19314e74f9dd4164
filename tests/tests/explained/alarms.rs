//! The lists hold together: each wait has a number, an alarm and a heading of the runbook; each
//! number that an alarm names is there. And a small reader of the rules' expressions, so that the
//! tests of the waits can see an alarm begin and end.

use gateway::query::gauges::measure_standing;
use gateway::query::waits::Wait;
use gateway::telemetry::{Concerns, Metrics};
use schemas::value::BankCode;
use std::collections::BTreeMap;
use std::sync::Arc;
use tests::desk::{Desk, file, wages};
use tests::workspace::root;

/// A rule of config/alarms.yml.
#[derive(Debug, Default, Clone)]
pub struct Rule {
    pub name: String,
    pub expr: String,
    pub runbook: String,
    pub texts: BTreeMap<String, String>,
}

pub fn rules() -> Vec<Rule> {
    let text = std::fs::read_to_string(root().join("config/alarms.yml")).unwrap();
    let mut rules: Vec<Rule> = Vec::new();
    for line in text.lines().map(str::trim) {
        if let Some(name) = line.strip_prefix("- alert: ") {
            rules.push(Rule {
                name: name.to_owned(),
                ..Rule::default()
            });
        }
        let Some(rule) = rules.last_mut() else {
            continue;
        };
        if let Some(expr) = line.strip_prefix("expr: ") {
            rule.expr = expr.to_owned();
        }
        let quoted = |key: &str| Some(line.strip_prefix(key)?.trim().trim_matches('"').to_owned());
        if let Some(runbook) = quoted("runbook:") {
            rule.runbook = runbook;
        }
        for lang in ["zh", "en"] {
            if let Some(text) = quoted(&format!("{lang}:")) {
                rule.texts.insert(lang.to_owned(), text);
            }
        }
    }
    rules
}

/// Whether the alarm of that name is raised by a scraped text at a time; `before` is the scrape
/// before it, for what grows.
pub fn is_raised(name: &str, text: &str, before: &str, now_s: f64) -> bool {
    let rule = rules().into_iter().find(|rule| rule.name == name);
    raised(&rule.unwrap().expr, text, before, now_s)
}

fn raised(expr: &str, text: &str, before: &str, now_s: f64) -> bool {
    if let Some(absent) = expr.strip_prefix("absent(") {
        return samples(absent.trim_end_matches(')'), text).is_empty();
    }
    let grows = ["increase(", "delta("]
        .iter()
        .find_map(|f| expr.strip_prefix(f));
    let body = grows
        .unwrap_or(expr)
        .replace("[15m])", "")
        .replace(['(', ')'], " ");
    let (selector, rest) = body.trim().split_once(' ').unwrap();
    let values = |text: &str| samples(selector, text);
    let mut found = values(text);
    if grows.is_some() {
        let earlier = values(before);
        for (labels, value) in &mut found {
            *value -= earlier.get(labels).copied().unwrap_or(0.0);
        }
    }
    let mut left: Vec<f64> = found.into_values().collect();
    let words: Vec<&str> = rest.split_whitespace().collect();
    for pair in words.chunks(2) {
        let [operator, right] = pair else {
            panic!("{expr}");
        };
        if (*operator, *right) == ("-", "time") {
            left.iter_mut().for_each(|value| *value -= now_s);
            continue;
        }
        let right: f64 = right.parse().unwrap();
        left.retain(|value| match *operator {
            ">" => *value > right,
            ">=" => *value >= right,
            "<" => *value < right,
            other => panic!("{expr}: {other}"),
        });
    }
    !left.is_empty()
}

/// Values of a selector, by labels.
fn samples(selector: &str, text: &str) -> BTreeMap<String, f64> {
    let (name, matchers) = selector.split_once('{').unwrap_or((selector, "}"));
    let mut found = BTreeMap::new();
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let Some((series, value)) = line.rsplit_once(' ') else {
            continue;
        };
        let (own, labels) = series.split_once('{').unwrap_or((series, "}"));
        let all = format!(",{labels}");
        let fits = matchers.trim_end_matches('}').split(',').all(|matcher| {
            let Some((label, wanted)) = matcher.split_once('=') else {
                return true;
            };
            let is_pattern = wanted.starts_with('~');
            let wanted = wanted.trim_start_matches('~').trim_matches('"');
            let begin = format!(",{label}=\"");
            let Some((_, after)) = all.split_once(&begin) else {
                return false;
            };
            let value = after.split('"').next().unwrap();
            match is_pattern {
                false => value == wanted,
                true => wanted.split('|').any(|one| match one.strip_suffix(".*") {
                    Some(prefix) => value.starts_with(prefix),
                    None => value == one,
                }),
            }
        });
        if own == name && fits {
            found.insert(labels.to_owned(), value.parse().unwrap());
        }
    }
    found
}

/// The headings of the runbook, as GitHub links to them.
fn headings() -> Vec<String> {
    let text = std::fs::read_to_string(root().join("gateway/docs/RUNBOOK.md")).unwrap();
    let titles = text.lines().filter_map(|line| line.strip_prefix("### "));
    titles.map(str::to_lowercase).collect()
}

#[test]
fn every_alarm_has_a_number_a_heading_and_both_languages() {
    let metrics = Arc::new(Metrics::new());
    drop(Concerns::new(Arc::clone(&metrics)));
    // A bank has its numbers from the first batch on.
    let desk = Desk::new(BankCode::parse("HXB").unwrap());
    desk.accept(&file(desk.bank, "GZ-1", &wages(1, 1, desk.bank)));
    measure_standing(&desk.core, &metrics);
    let text = metrics.render().unwrap();
    let headings = headings();
    let rules = rules();
    assert!(rules.len() > 20);
    for rule in &rules {
        let selector = rule
            .expr
            .trim_start_matches("increase(")
            .trim_start_matches("delta(")
            .trim_start_matches("absent(")
            .trim_start_matches('(');
        let name = selector.split(['{', ' ', '[', ')']).next().unwrap();
        let kind = format!("# TYPE {} ", name.trim_end_matches("_total"));
        assert!(text.contains(&kind), "{}: {name}\n{text}", rule.name);
        let anchor = rule.runbook.strip_prefix("RUNBOOK.md#").unwrap();
        assert_eq!(anchor, rule.name.to_lowercase());
        assert!(headings.iter().any(|title| title == anchor), "{anchor}");
        assert!(!rule.texts["zh"].is_ascii() && rule.texts["en"].is_ascii());
    }
    // And no heading of an alarm that is gone.
    for title in headings.iter().filter(|title| title.starts_with("anxin")) {
        assert!(
            rules.iter().any(|rule| rule.name.to_lowercase() == *title),
            "{title}"
        );
    }
}

#[test]
fn every_wait_has_an_alarm_and_a_row_of_the_runbook() {
    let rules = rules();
    let runbook = std::fs::read_to_string(root().join("gateway/docs/RUNBOOK.md")).unwrap();
    for wait in Wait::ALL {
        let word = wait.as_str();
        let label = format!("{{waits_for=\"{word}\"}}");
        let of = rules
            .iter()
            .filter(|rule| rule.expr.contains(&label))
            .count();
        assert_eq!(of, 1, "{word}");
        assert!(runbook.contains(&format!("| `{word}` |")), "{word}");
    }
}

#[test]
fn the_reader_of_rules_reads() {
    let text = "# HELP a x\na{bank=\"ICBC\",k=\"v\"} 5\na{bank=\"CCB\",k=\"w\"} 50\nb 7\n";
    for (expr, expected) in [
        ("a{k=\"v\"} > 4", true),
        ("a{k=\"v\"} > 5", false),
        ("a > 49", true),
        ("a{bank=~\"I.*|X\"} > 6", false),
        ("b >= 0 < 8", true),
        ("b >= 0 < 7", false),
        ("(b > 0) - time() < 3", true),
        ("b - time() < 1", false),
        ("absent(a)", false),
        ("absent(c)", true),
        ("delta(b[15m]) > 0", true),
        ("increase(b[15m]) > 0", true),
        ("c > 0", false),
    ] {
        assert_eq!(raised(expr, text, "b 6\n", 5.0), expected, "{expr}");
    }
    assert!(!raised("increase(b[15m]) > 0", text, text, 5.0));
}
