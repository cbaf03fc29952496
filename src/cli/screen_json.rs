//! `xiantu screen --json`: every lead with its values, thresholds, document and the age of the data, in
//! fields of their own. The whole list, where the sheet stops after a thousand rows.

use std::io::Write;

use jiff::civil::Date;
use serde::{Serialize, Serializer};

use crate::domain::decision::{Decision, Said};
use crate::domain::page::{Lead, Tested};
use crate::domain::screening::{Screened, Spoken};
use crate::domain::sheet::{Cell, Weight, Words};
use crate::locale::Lang;

use super::{Failure, json};

/// A list whose entries are made while they are written: a county has tens of thousands of leads.
struct Each<'a, T, F>(&'a [T], F);

/// Ties the entries' lifetime to the list's, which a closure alone does not.
fn each<'a, T, O: Serialize, F: Fn(&'a T) -> O>(list: &'a [T], shape: F) -> Each<'a, T, F> {
    Each(list, shape)
}

impl<'a, T, O: Serialize, F: Fn(&'a T) -> O> Serialize for Each<'a, T, F> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(&self.1))
    }
}

#[derive(Serialize)]
struct Report<'a, L, D, N, S> {
    kind: &'static str,
    version: u64,
    as_at: Date,
    place: Option<&'a Spoken>,
    ran: &'a [String],
    leads: L,
    cannot_tell: D,
    not_run: N,
    decided: S,
}

#[derive(Serialize)]
struct LeadOut<'a> {
    rule: &'a str,
    label: &'a str,
    severity: &'static str,
    official_kind: Option<u8>,
    relative: bool,
    of: &'a Spoken,
    tests: Vec<TestOut<'a>>,
    /// `null`: the framework names none, 未配置.
    document: Option<&'a str>,
    article: Option<&'a str>,
    confidence: Option<char>,
    data_date: Option<Date>,
    data_age_days: Option<i32>,
}

#[derive(Serialize)]
struct TestOut<'a> {
    what: String,
    indicator: Option<&'a str>,
    value: Held,
    op: &'a str,
    threshold: Held,
    over: Option<String>,
    period: Option<String>,
    holds: Option<bool>,
    missing: Vec<String>,
}

/// A side of a test: a number is a number, everything else is words.
#[derive(Serialize)]
#[serde(untagged)]
enum Held {
    Number { number: f64, unit: String },
    Text { text: String },
    Nothing,
}

#[derive(Serialize)]
struct DoubtOut<'a> {
    rule: &'a str,
    of: &'a Spoken,
    missing: Vec<String>,
}

#[derive(Serialize)]
struct NotRunOut<'a> {
    rule: &'a str,
    why: String,
}

#[derive(Serialize)]
struct DecidedOut<'a> {
    rule: &'a str,
    of: &'a Spoken,
    said: &'a Said,
    text: &'a str,
    rested_on: &'a str,
    post: &'a str,
    at: String,
}

/// Writes what the rules came to.
pub(super) fn write(found: &Screened, lang: Lang, out: &mut impl Write) -> Result<(), Failure> {
    let all = |words: &[Words]| words.iter().map(|w| lang.words(w)).collect();
    let report = Report {
        kind: "screening",
        version: found.version,
        as_at: found.as_at,
        place: found.place.as_ref(),
        ran: &found.ran,
        leads: each(&found.leads, |(of, lead)| shaped(of, lead, found.as_at, lang)),
        cannot_tell: each(&found.doubts, |(of, d)| DoubtOut { rule: &d.rule, of, missing: all(&d.missing) }),
        not_run: each(&found.not_run, |n| NotRunOut { rule: &n.rule, why: lang.words(&n.why) }),
        decided: each(&found.decided, |(of, d)| decided(of, d)),
    };
    json(out, &report)
}

fn shaped<'a>(of: &'a Spoken, lead: &'a Lead, as_at: Date, lang: Lang) -> LeadOut<'a> {
    let some = |text: &'a str| (!text.is_empty()).then_some(text);
    LeadOut {
        rule: &lead.rule,
        label: if lang == Lang::En { some(&lead.label_en).unwrap_or(&lead.label) } else { &lead.label },
        severity: match lead.weight {
            Weight::Urgent => "red",
            Weight::Look => "amber",
            Weight::Plain | Weight::Good | Weight::Dim => "info",
        },
        official_kind: lead.kind,
        relative: lead.relative,
        of,
        tests: lead.tests.iter().map(|test| tested(test, lang)).collect(),
        document: some(&lead.document),
        article: some(&lead.article),
        confidence: lead.confidence,
        data_date: lead.day,
        data_age_days: lead.day.and_then(|day| day.until(as_at).ok()).map(|span| span.get_days()),
    }
}

fn tested(test: &Tested, lang: Lang) -> TestOut<'_> {
    let held = |cell: &Cell| match cell {
        Cell::Number { value, unit } => Held::Number { number: *value, unit: unit.clone() },
        Cell::Text(words) => Held::Text { text: lang.words(words) },
        _ => Held::Nothing,
    };
    TestOut {
        what: lang.words(&test.what),
        indicator: test.indicator.as_ref().map(|id| id.as_str()),
        value: held(&test.value),
        op: &test.sign,
        threshold: held(&test.threshold),
        over: test.over.as_ref().map(|words| lang.words(words)),
        period: test.period.map(|period| period.to_string()),
        holds: test.holds,
        missing: test.missing.iter().map(|words| lang.words(words)).collect(),
    }
}

fn decided<'a>(of: &'a Spoken, decision: &'a Decision) -> DecidedOut<'a> {
    DecidedOut {
        rule: &decision.rule,
        of,
        said: &decision.said,
        text: &decision.text,
        rested_on: &decision.basis,
        post: &decision.actor,
        at: decision.at.to_string(),
    }
}
