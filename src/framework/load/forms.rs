//! `data/forms/<name>.toml`: what fills which cell of a workbook.

use std::collections::HashSet;
use std::sync::Arc;

use toml::de::DeTable;

use super::super::Framework;
use super::super::form::{Check, Counted, Form, FormCell, Part, Said, What};
use super::super::privacy::Gate;
use super::super::read::{At, Report, Section};
use super::conditions::OPS;
use super::{Ids, Reader};
use crate::domain::form::{CellAt, Template};
use crate::domain::id::{BRANCHES, IndicatorId};
use crate::domain::indicator::Indicator;
use crate::domain::problem::Problem;

const PERIODS: [(&str, u8); 4] = [("month", 1), ("quarter", 3), ("half", 6), ("year", 12)];
const PARTS: [(&str, Part); 3] = [("value", Part::Value), ("num", Part::Num), ("den", Part::Den)];
const TEXTS: [(&str, Said); 4] = [("place", Said::Place), ("period", Said::Period), ("day", Said::Day), ("unit", Said::Unit)];
/// What a cell is filled with: exactly one of these keys.
const WHATS: [&str; 4] = ["indicator", "count", "kind", "text"];
/// Before the kind of entities that are counted.
const ENTITY: &str = "entity:";
/// Cells of one form.
const CELLS_MAX: usize = 5_000;

/// Checks the text of a form against the frameworks in use.
pub(in super::super) fn form(
    text: &str,
    name: &str,
    shown_as: &str,
    framework: &Framework,
    template: &dyn Fn(&str) -> Option<Template>,
) -> Result<Form, Vec<Problem>> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut report = Report::new(text, shown_as);
    let (document, errors) = DeTable::parse_recoverable(text);
    for error in &errors {
        report.add("E_FRAMEWORK_SYNTAX", error.span().map_or(0, |s| s.start), "", &[error.message()]);
    }
    let mut reader = Reader {
        report: &mut report,
        gate: Gate,
        find: &|_| None,
        way: &mut super::Way { ids: Vec::new(), parsed: &mut super::Parsed::default() },
        id: String::new(),
        levels: framework.levels.clone(),
        bases: by_part(framework),
        indicators: framework.indicators.iter().filter(|i| !i.id.as_str().contains('/')).cloned().collect(),
        denied: framework.privacy.clone(),
        elsewhere: Vec::new(),
        form: true,
    };
    let form = reader.form(document.get_ref(), name, template);
    let problems = report.finish();
    form.filter(|_| problems.is_empty()).ok_or(problems)
}

/// The indicators in use by the framework that declares them, so that a bare id is found as in a framework
/// that extends them all.
fn by_part(framework: &Framework) -> Vec<Arc<Framework>> {
    let mut parts: Vec<Framework> = Vec::new();
    for indicator in &framework.indicators {
        let Some((of, bare)) = indicator.id.as_str().split_once('/') else { continue };
        let bare: Arc<Indicator> = Arc::new(Indicator { id: IndicatorId::from(bare), ..Indicator::clone(indicator) });
        match parts.iter_mut().find(|part| part.id == of) {
            Some(part) => part.indicators.push(bare),
            None => parts.push(Framework { id: of.to_owned(), indicators: vec![bare], ..Framework::default() }),
        }
    }
    parts.into_iter().map(Arc::new).collect()
}

impl Reader<'_, '_, '_> {
    /// `None` only where a problem was reported.
    fn form(&mut self, document: &DeTable<'_>, name: &str, template: &dyn Fn(&str) -> Option<Template>) -> Option<Form> {
        self.numbers_of_persons(document);
        let mut root = Section::new(document, "", 0);
        let head = root.section(self.report, "form").and_then(|s| self.form_head(s, name, template));
        let (cells, known) = self.cells(&mut root);
        let checks = self.cross_checks(&mut root, &known);
        root.finish(self.report);
        Some(Form { cells, checks, ..head? })
    }

    fn form_head(&mut self, mut s: Section<'_, '_>, name: &str, template: &dyn Fn(&str) -> Option<Template>) -> Option<Form> {
        let named = self.named(&mut s, &mut Ids::new());
        let (file_spot, sheet_spot) = {
            let spot = |key| self.report.spot(s.at_key(key).unwrap_or(s.at), &s.field(key));
            (spot("file"), spot("sheet"))
        };
        let file = s.required(self.report, "file");
        let sheet = s.required(self.report, "sheet");
        let months = s.required_word(self.report, "period", &PERIODS).map(|p| p.value);
        let (source, note) = (self.plain(&mut s, "source"), self.plain(&mut s, "note"));
        let template = file.and_then(|file| {
            // Beside the definition, nowhere else.
            let plain =
                !file.value.contains(['/', '\\', ':']) && !file.value.starts_with('.') && file.value.to_lowercase().ends_with(".xlsx");
            let found = if plain { template(&file.value) } else { None };
            if found.is_none() {
                self.report.add("E_FORM_FILE", file.at, &s.field("file"), &[&file.value]);
            }
            found
        });
        s.finish(self.report);
        Some(Form {
            name: name.to_owned(),
            named: named?,
            template: template?,
            file_spot,
            sheet: sheet?.value,
            sheet_spot,
            months: months?,
            source,
            note,
            cells: Vec::new(),
            checks: Vec::new(),
        })
    }

    fn cells(&mut self, root: &mut Section<'_, '_>) -> (Vec<FormCell>, HashSet<CellAt>) {
        let (mut cells, mut known) = (Vec::new(), HashSet::new());
        let sections = root.sections(self.report, "cell");
        if let Some(one_more) = sections.get(CELLS_MAX) {
            self.report.add("E_FORM_CELLS", one_more.at, "cell", &[&CELLS_MAX.to_string()]);
        }
        for mut s in sections.into_iter().take(CELLS_MAX) {
            let at = s.required(self.report, "at").and_then(|name| self.cell_at(&name, &s.field("at")));
            if let Some(at) = &at
                && !known.insert(at.value)
            {
                self.report.add("E_FORM_CELL_TWICE", at.at, &s.field("at"), &[&at.value.to_string()]);
            }
            let label = self.label_or_none(&mut s);
            let what = self.what(&mut s, label.is_some());
            s.finish(self.report);
            if let (Some(at), Some(what)) = (at, what) {
                cells.push(FormCell { at: at.value, spot: self.report.spot(at.at, "cell.at"), label, what });
            }
        }
        if cells.is_empty() && !root.has("cell") {
            root.missing(self.report, "cell");
        }
        (cells, known)
    }

    fn label_or_none(&mut self, s: &mut Section<'_, '_>) -> Option<(String, String)> {
        if s.has("label") || s.has("label_en") {
            return self.label(s);
        }
        s.knows("label");
        s.knows("label_en");
        None
    }

    fn cell_at(&mut self, name: &At<String>, field: &str) -> Option<At<CellAt>> {
        let found = CellAt::parse(&name.value);
        if found.is_none() {
            self.report.add("E_FORM_CELL", name.at, field, &[&name.value]);
        }
        found.map(|at| At { value: at, at: name.at })
    }

    fn what(&mut self, s: &mut Section<'_, '_>, labelled: bool) -> Option<What> {
        let given: Vec<&str> = WHATS.into_iter().filter(|key| s.has(key)).collect();
        WHATS.into_iter().chain(["part", "when"]).for_each(|key| s.knows(key));
        let [one] = given.as_slice() else {
            let at = given.get(1).and_then(|key| s.at_key(key)).unwrap_or(s.at);
            self.report.add("E_FORM_WHAT", at, &s.field(given.get(1).unwrap_or(&WHATS[0])), &[&WHATS.join(" ")]);
            return None;
        };
        for (key, of) in [("part", "indicator"), ("when", "count")] {
            if s.has(key) && *one != of {
                self.report.add("E_FORM_ONLY_WITH", s.at_key(key).unwrap_or(s.at), &s.field(key), &[key, of]);
            }
        }
        match *one {
            "indicator" => {
                let id = self.metric(s, "indicator");
                let part = s.word(self.report, "part", &PARTS).map_or(Part::Value, |p| p.value);
                Some(What::Indicator { id: id?, part })
            }
            "count" => {
                if !labelled && !s.has("label") {
                    s.missing(self.report, "label");
                }
                let of = s.required(self.report, "count").map(|word| self.counted(&word, &s.field("count")));
                let when = self.when(s, "when");
                Some(What::Count { of: of?, when })
            }
            // One that the frameworks in use do not have stays 未配置.
            "kind" => u8::try_from(self.whole(s, "kind", 1..=10)?.value).ok().map(What::Kind),
            _ => s.word(self.report, "text", &TEXTS).map(|t| What::Text(t.value)),
        }
    }

    fn counted(&mut self, word: &At<String>, field: &str) -> Counted {
        if word.value == BRANCHES {
            return Counted::Branches;
        }
        match word.value.strip_prefix(ENTITY) {
            Some(kind) => {
                self.gated(&At { value: kind.to_owned(), at: word.at }, field);
                Counted::Entities(kind.trim().to_owned())
            }
            None => Counted::Units(self.level(word, field)),
        }
    }

    fn cross_checks(&mut self, root: &mut Section<'_, '_>, known: &HashSet<CellAt>) -> Vec<Check> {
        let mut checks = Vec::new();
        for mut s in root.sections(self.report, "check") {
            let label = self.label_or_none(&mut s);
            let mut ops = OPS.to_vec();
            ops.push(("=", super::super::condition::Op::Equal));
            let mut side = |key: &'static str| {
                let names = s.text_or_texts(self.report, key);
                if names.is_empty() {
                    s.missing(self.report, key);
                }
                let mut cells = Vec::new();
                for name in names {
                    match CellAt::parse(&name.value).filter(|at| known.contains(at)) {
                        Some(at) => cells.push(at),
                        None => self.report.add("E_FORM_CHECK_CELL", name.at, &s.field(key), &[&name.value]),
                    }
                }
                cells
            };
            let (left, right) = (side("left"), side("right"));
            let op = s.required_word(self.report, "op", &ops);
            s.finish(self.report);
            if let Some(op) = op {
                checks.push(Check { label, left, op: op.value, right });
            }
        }
        checks
    }
}
