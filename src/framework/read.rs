//! Reading TOML with every mistake kept: its line, its key and what was expected.
//!
//! serde stops at the first mistake, so a framework with ten would take ten attempts to mend.
//! This walks the parsed document instead and goes on with what is usable.

use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue};

use crate::domain::problem::{Problem, Severity, Spot};

/// Collects the problems of one file.
pub(super) struct Report<'a> {
    text: &'a str,
    file: &'a str,
    problems: Vec<Problem>,
    /// Every key that was asked for: the documentation must explain each.
    known: std::collections::BTreeSet<String>,
}

impl<'a> Report<'a> {
    pub(super) fn new(text: &'a str, file: &'a str) -> Self {
        Self { text, file, problems: Vec::new(), known: std::collections::BTreeSet::new() }
    }

    /// A problem at a byte of the text.
    pub(super) fn add(&mut self, code: &str, at: usize, field: &str, args: &[&str]) {
        let (line, column) = self.place(at);
        let mut problem = Problem::new(code, Severity::Refused, self.file).line(line).column(column);
        if !field.is_empty() {
            problem = problem.field(field);
        }
        self.problems.push(args.iter().fold(problem, |p, a| p.arg(a)));
    }

    /// Where a byte of the text stands, under a key.
    pub(super) fn spot(&self, at: usize, field: &str) -> Spot {
        let (line, column) = self.place(at);
        Spot { file: self.file.to_owned(), line: Some(line), column: Some(column), field: Some(field.to_owned()), ..Spot::default() }
    }

    /// Every key that was asked for, with the tables above it.
    #[cfg(test)]
    pub(super) fn known(&self) -> &std::collections::BTreeSet<String> {
        &self.known
    }

    /// 1-based line and column (in characters) of a byte of the text.
    fn place(&self, at: usize) -> (u64, u64) {
        let before = &self.text.as_bytes()[..at.min(self.text.len())];
        let begins = before.iter().rposition(|b| *b == b'\n').map_or(0, |n| n + 1);
        let line = 1 + before.iter().filter(|b| **b == b'\n').count();
        // Every byte that begins a character.
        let column = 1 + before[begins..].iter().filter(|b| **b & 0xc0 != 0x80).count();
        (line as u64, column as u64)
    }

    /// The problems in the order of the file.
    pub(super) fn finish(mut self) -> Vec<Problem> {
        self.problems.sort_by_key(|p| (p.spot.line, p.spot.column));
        self.problems
    }
}

/// A value and the byte it begins at.
#[derive(Clone, Debug)]
pub(super) struct At<T> {
    pub(super) value: T,
    pub(super) at: usize,
}

impl<T> At<T> {
    pub(super) fn map<U>(self, f: impl FnOnce(T) -> U) -> At<U> {
        At { value: f(self.value), at: self.at }
    }
}

/// One table of the file. Keys that nobody asked for are mistakes ([`Section::finish`]).
pub(super) struct Section<'t, 'i> {
    table: &'t DeTable<'i>,
    /// `indicator`, `rule.all`: how the table is called in problems.
    path: String,
    /// Where it begins, for keys that are missing.
    pub(super) at: usize,
    known: Vec<&'static str>,
}

impl<'t, 'i> Section<'t, 'i> {
    pub(super) fn new(table: &'t DeTable<'i>, path: impl Into<String>, at: usize) -> Self {
        Self { table, path: path.into(), at, known: Vec::new() }
    }

    /// The name of a key in problems.
    pub(super) fn field(&self, key: &str) -> String {
        if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) }
    }

    /// Whether a key is given.
    pub(super) fn has(&self, key: &str) -> bool {
        self.table.contains_key(key)
    }

    /// A key that may stand here, whether it is read or not.
    pub(super) fn knows(&mut self, key: &'static str) {
        if !self.known.contains(&key) {
            self.known.push(key);
        }
    }

    /// Where the value of a key begins.
    pub(super) fn at_key(&self, key: &str) -> Option<usize> {
        self.table.get(key).map(|value| value.span().start)
    }

    /// How many tables stand under a key.
    pub(super) fn sections_in(&self, key: &str) -> usize {
        self.table.get(key).and_then(|value| value.get_ref().as_array()).map_or(0, |array| array.len())
    }

    fn get(&mut self, key: &'static str) -> Option<&'t Spanned<DeValue<'i>>> {
        self.knows(key);
        self.table.get(key)
    }

    fn wrong_type(&self, report: &mut Report<'_>, key: &str, value: &Spanned<DeValue<'_>>, expected: &str) {
        report.add("E_FRAMEWORK_TYPE", value.span().start, &self.field(key), &[expected, value.get_ref().type_str()]);
    }

    pub(super) fn missing(&self, report: &mut Report<'_>, key: &str) {
        report.add("E_FRAMEWORK_KEY_MISSING", self.at, &self.field(key), &[key]);
    }

    /// A text, where given.
    pub(super) fn text(&mut self, report: &mut Report<'_>, key: &'static str) -> Option<At<String>> {
        let value = self.get(key)?;
        match value.get_ref().as_str() {
            Some(text) => Some(At { value: text.trim().to_owned(), at: value.span().start }),
            None => {
                self.wrong_type(report, key, value, "text");
                None
            }
        }
    }

    /// A text that must be there and not be empty.
    pub(super) fn required(&mut self, report: &mut Report<'_>, key: &'static str) -> Option<At<String>> {
        let given = self.table.contains_key(key);
        let text = self.text(report, key);
        match &text {
            Some(text) if !text.value.is_empty() => {}
            None if given => {}
            _ => {
                self.missing(report, key);
                return None;
            }
        }
        text
    }

    /// One of a few words, where given.
    pub(super) fn word<T: Copy>(&mut self, report: &mut Report<'_>, key: &'static str, words: &[(&str, T)]) -> Option<At<T>> {
        let text = self.text(report, key)?;
        match words.iter().find(|(word, _)| *word == text.value) {
            Some((_, value)) => Some(At { value: *value, at: text.at }),
            None => {
                let allowed = words.iter().map(|(word, _)| *word).collect::<Vec<_>>().join(" ");
                report.add("E_FRAMEWORK_WORD", text.at, &self.field(key), &[&text.value, &allowed]);
                None
            }
        }
    }

    /// One of a few words that must be there.
    pub(super) fn required_word<T: Copy>(&mut self, report: &mut Report<'_>, key: &'static str, words: &[(&str, T)]) -> Option<At<T>> {
        if !self.table.contains_key(key) {
            self.knows(key);
            self.missing(report, key);
            return None;
        }
        self.word(report, key, words)
    }

    /// Yes or no, where given.
    pub(super) fn flag(&mut self, report: &mut Report<'_>, key: &'static str) -> Option<bool> {
        let value = self.get(key)?;
        let flag = value.get_ref().as_bool();
        if flag.is_none() {
            self.wrong_type(report, key, value, "true/false");
        }
        flag
    }

    /// A finite number, where given.
    pub(super) fn number(&mut self, report: &mut Report<'_>, key: &'static str) -> Option<At<f64>> {
        let value = self.get(key)?;
        match number_of(value.get_ref()) {
            Some(number) => Some(At { value: number, at: value.span().start }),
            None => {
                self.wrong_type(report, key, value, "number");
                None
            }
        }
    }

    /// A list of numbers; empty where not given.
    pub(super) fn numbers(&mut self, report: &mut Report<'_>, key: &'static str) -> At<Vec<f64>> {
        let values = self.list(report, key, "number", number_of);
        At { at: values.at, value: values.value.into_iter().map(|n| n.value).collect() }
    }

    /// A list of texts; empty where not given.
    pub(super) fn texts(&mut self, report: &mut Report<'_>, key: &'static str) -> Vec<At<String>> {
        self.list(report, key, "text", |v| v.as_str().map(|t| t.trim().to_owned())).value
    }

    /// A text or a list of texts; empty where not given.
    pub(super) fn text_or_texts(&mut self, report: &mut Report<'_>, key: &'static str) -> Vec<At<String>> {
        match self.table.get(key).map(Spanned::get_ref) {
            Some(DeValue::String(_)) => self.text(report, key).into_iter().collect(),
            _ => self.texts(report, key),
        }
    }

    /// A table of words with whole numbers from 0 to `max`, in the order of the file.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "whole and within bounds, as is checked")]
    pub(super) fn whole_table(&mut self, report: &mut Report<'_>, key: &'static str, max: u16) -> Option<Vec<(String, u16)>> {
        let inner = self.section(report, key)?;
        let mut rows: Vec<(usize, String, u16)> = Vec::new();
        for (word, value) in inner.table {
            match number_of(value.get_ref()).filter(|n| n.fract() == 0.0 && (0.0..=f64::from(max)).contains(n)) {
                Some(number) => rows.push((word.span().start, word.get_ref().trim().to_owned(), number as u16)),
                None => inner.wrong_type(report, word.get_ref(), value, &format!("0–{max}")),
            }
        }
        if rows.is_empty() {
            inner.missing(report, key);
            return None;
        }
        rows.sort_by_key(|(at, ..)| *at);
        Some(rows.into_iter().map(|(_, word, number)| (word, number)).collect())
    }

    fn list<T>(
        &mut self,
        report: &mut Report<'_>,
        key: &'static str,
        expected: &str,
        take: impl Fn(&DeValue<'i>) -> Option<T>,
    ) -> At<Vec<At<T>>> {
        let Some(value) = self.get(key) else { return At { value: Vec::new(), at: self.at } };
        let at = value.span().start;
        let Some(array) = value.get_ref().as_array() else {
            self.wrong_type(report, key, value, &format!("[{expected}]"));
            return At { value: Vec::new(), at };
        };
        let mut out = Vec::new();
        for item in array.iter() {
            match take(item.get_ref()) {
                Some(one) => out.push(At { value: one, at: item.span().start }),
                None => self.wrong_type(report, key, item, expected),
            }
        }
        At { value: out, at }
    }

    /// A text or a number.
    pub(super) fn literal(&mut self, report: &mut Report<'_>, key: &'static str) -> Option<super::condition::Literal> {
        let Some(value) = self.get(key) else {
            self.missing(report, key);
            return None;
        };
        let literal = match value.get_ref() {
            DeValue::String(text) => Some(super::condition::Literal::Text(text.trim().to_owned())),
            other => number_of(other).map(super::condition::Literal::Number),
        };
        if literal.is_none() {
            self.wrong_type(report, key, value, "number / text");
        }
        literal
    }

    /// The tables under a key, `[[key]]` or `key = [{…}]`.
    pub(super) fn sections(&mut self, report: &mut Report<'_>, key: &'static str) -> Vec<Section<'t, 'i>> {
        let Some(value) = self.get(key) else { return Vec::new() };
        let Some(array) = value.get_ref().as_array() else {
            self.wrong_type(report, key, value, "[[table]]");
            return Vec::new();
        };
        let mut out = Vec::new();
        for item in array.iter() {
            match item.get_ref().as_table() {
                Some(table) => out.push(Section::new(table, self.field(key), item.span().start)),
                None => self.wrong_type(report, key, item, "{…}"),
            }
        }
        out
    }

    /// The table under a key.
    pub(super) fn section(&mut self, report: &mut Report<'_>, key: &'static str) -> Option<Section<'t, 'i>> {
        let Some(value) = self.get(key) else {
            self.missing(report, key);
            return None;
        };
        let table = value.get_ref().as_table();
        if table.is_none() {
            self.wrong_type(report, key, value, "[table]");
        }
        table.map(|table| Section::new(table, self.field(key), value.span().start))
    }

    /// Reports the keys that nobody asked for.
    pub(super) fn finish(self, report: &mut Report<'_>) {
        report.known.extend(self.known.iter().map(|key| self.field(key)));
        for key in self.table.keys() {
            if !self.known.contains(&key.get_ref().as_ref()) {
                self.unknown(report, key);
            }
        }
    }

    fn unknown(&self, report: &mut Report<'_>, key: &Spanned<DeString<'_>>) {
        let (at, field) = (key.span().start, self.field(key.get_ref()));
        match near(key.get_ref(), self.known.iter().copied()) {
            Some(near) => report.add("E_FRAMEWORK_KEY_NEAR", at, &field, &[&near]),
            None => report.add("E_FRAMEWORK_KEY_UNKNOWN", at, &field, &[&self.known.join(" ")]),
        }
    }
}

/// The known word that one edit makes of `word`: a character more, less, other, or two swapped.
pub(super) fn near<'k>(word: &str, known: impl Iterator<Item = &'k str>) -> Option<String> {
    let word: Vec<char> = word.chars().collect();
    known.filter(|k| one_edit(&word, &k.chars().collect::<Vec<_>>())).min().map(str::to_owned)
}

fn one_edit(a: &[char], b: &[char]) -> bool {
    let (short, long) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    if long.len() - short.len() > 1 || long.len() < 3 {
        return false;
    }
    let same = short.iter().zip(long).take_while(|(x, y)| x == y).count();
    let (s, l) = (&short[same..], &long[same..]);
    if short.len() < long.len() {
        return *s == l[1..];
    }
    // Two swapped, or one other.
    s.is_empty() || s[1..] == l[1..] || s.len() > 1 && s[0] == l[1] && s[1] == l[0] && s[2..] == l[2..]
}

fn number_of(value: &DeValue<'_>) -> Option<f64> {
    let number = match value {
        DeValue::Integer(n) if n.radix() == 10 => n.as_str().parse::<f64>().ok(),
        DeValue::Float(n) => n.as_str().parse::<f64>().ok(),
        _ => None,
    };
    number.filter(|n| n.is_finite())
}
