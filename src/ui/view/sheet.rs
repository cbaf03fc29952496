//! The lines of sheets: help, provenance, problems. Lines are data, so that scrolling knows
//! how many there are.

use super::pen::{Line, Tone};
use crate::domain::fact::Correction;
use crate::domain::page::Provenance;
use crate::domain::text::quote;
use crate::domain::value::State;
use crate::ui::action::{Group, TABLE};
use crate::ui::model::Model;
use crate::ui::number;
use crate::ui::text::Width;

/// Digits of a hash that tell files apart at sight.
const HASH: usize = 12;

/// A sheet being written: lines of at most so many cells.
pub(super) struct Sheet {
    width: Width,
    cells: u16,
    pub(super) lines: Vec<Line>,
}

impl Sheet {
    pub(super) fn new(model: &Model, cells: u16) -> Self {
        Self { width: model.width(), cells, lines: Vec::new() }
    }

    pub(super) fn gap(&mut self) {
        if self.lines.last().is_some_and(|line| !line.is_empty()) {
            self.lines.push(Line::new());
        }
    }

    /// A wrapped text, its lines after `indent` spaces.
    pub(super) fn text(&mut self, indent: u16, text: &str, tone: Tone) {
        let pad = " ".repeat(usize::from(indent));
        for line in self.width.wrap(text, self.cells.saturating_sub(indent).max(4)) {
            self.lines.push(vec![(format!("{pad}{line}"), tone)]);
        }
    }

    /// A label and a text beside it; the text is wrapped under itself.
    pub(super) fn pair(&mut self, label: &str, label_cells: u16, label_tone: Tone, text: &str, tone: Tone) {
        let label_cells = label_cells.min(self.cells / 2);
        let wrapped = self.width.wrap(text, self.cells.saturating_sub(label_cells + 1).max(4));
        let mut lines = wrapped.into_iter();
        let first = lines.next().unwrap_or_default();
        let label = if self.width.of(label) > label_cells { label.to_owned() } else { self.width.pad(label, label_cells, "") };
        self.lines.push(vec![(format!("{label} "), label_tone), (first, tone)]);
        for line in lines {
            self.lines.push(vec![(format!("{}{line}", " ".repeat(usize::from(label_cells + 1))), tone)]);
        }
    }
}

/// Keys and what they do, by group.
pub(super) fn help(model: &Model, cells: u16) -> Vec<Line> {
    let lang = model.session.lang;
    let mut sheet = Sheet::new(model, cells);
    for group in Group::ALL {
        sheet.gap();
        sheet.text(0, lang.text(group.key()), Tone::Strong);
        for info in TABLE.iter().filter(|info| info.group == group) {
            let keys = model.session.keymap.shown(info.action, lang).join(" ");
            let keys = if keys.is_empty() { format!(":{}", info.action.name(lang)) } else { keys };
            let denied = info.needs.is_some_and(|grant| !model.session.access.may(grant));
            let doc = info.action.doc(lang);
            let doc = if denied { format!("{doc} ({})", lang.text("ui.help.denied")) } else { doc.to_owned() };
            sheet.pair(&keys, 16, Tone::Accent, &doc, if denied { Tone::Dim } else { Tone::Text });
        }
    }
    sheet.gap();
    sheet.text(0, lang.text("ui.help.signs"), Tone::Dim);
    sheet.lines
}

/// Where a number comes from.
pub(super) fn provenance(model: &Model, page: &Provenance, cells: u16) -> Vec<Line> {
    let lang = model.session.lang;
    let mut sheet = Sheet::new(model, cells);
    let period = page.period.map(|p| format!(" {p}")).unwrap_or_default();
    let shown = &page.shown;
    let symbols = model.symbols();
    let label = number::title(lang, symbols.at_least, &page.indicator, model.indicator_label(&page.indicator), shown.origin);
    sheet.text(0, &format!("{} {} {label}{period}", page.name, symbols.dot), Tone::Strong);
    sheet.text(0, &number::full(lang, &page.indicator, shown.origin, shown.reading), Tone::Accent);
    let how = match shown.origin {
        // Who had nothing to report did not report it.
        crate::domain::value::Origin::Reported if shown.reading.state != State::Value => String::new(),
        crate::domain::value::Origin::Reported => lang.text("ui.origin.reported").to_owned(),
        crate::domain::value::Origin::RolledUp => lang.fill("ui.origin.rolled_up", &[&rule(model, page), &shown.reported, &shown.due]),
    };
    sheet.text(0, &how, Tone::Text);
    if shown.incomplete {
        sheet.text(0, lang.text("ui.card.incomplete"), Tone::Lead);
    }
    if shown.small_base {
        sheet.text(0, lang.text("ui.card.small_base"), Tone::Lead);
    }
    if let Some(roll_up) = shown.roll_up {
        let value = number::full(lang, &page.indicator, crate::domain::value::Origin::RolledUp, roll_up);
        sheet.text(0, &lang.fill("ui.card.roll_up", &[&value]), Tone::Text);
    }
    if !page.indicator.definition.is_empty() {
        sheet.text(0, &page.indicator.definition, Tone::Dim);
    }
    let document = if page.indicator.document.is_empty() { lang.text("ui.not_configured") } else { &page.indicator.document };
    sheet.text(0, &lang.fill("ui.card.document", &[&document]), Tone::Dim);
    for said in &page.rests_on {
        sheet.text(0, &lang.words(said), Tone::Dim);
    }

    for correction in &page.corrections {
        corrected(model, &mut sheet, correction);
    }

    sheet.gap();
    sheet.text(0, &lang.fill("ui.provenance.sources", &[&page.source_count]), Tone::Strong);
    for source in &page.sources {
        let value = number::full(lang, &page.indicator, crate::domain::value::Origin::Reported, source.reading);
        sheet.text(0, &format!("{} {}  {value}", source.code, source.unit), Tone::Text);
        let row = source.row.map(|row| lang.fill("ui.provenance.row", &[&row])).unwrap_or_default();
        let hash: String = source.sha256.chars().take(HASH).collect();
        let loaded = source.loaded.strftime("%Y-%m-%d");
        sheet.text(2, &lang.fill("ui.provenance.source", &[&quote(&source.file), &row, &hash, &loaded]), Tone::Dim);
    }
    let listed = u32::try_from(page.sources.len()).unwrap_or(u32::MAX);
    if page.source_count > listed {
        sheet.text(0, &lang.fill("ui.provenance.more", &[&(page.source_count - listed)]), Tone::Dim);
    }
    if !page.missing.is_empty() {
        sheet.gap();
        sheet.text(0, &lang.fill("ui.provenance.missing", &[&page.missing.len()]), Tone::Lead);
        for (code, name) in &page.missing {
            sheet.text(0, &format!("{code} {name}"), Tone::Text);
        }
    }
    sheet.gap();
    sheet.text(0, &lang.fill("ui.provenance.framework", &[&quote(&page.framework)]), Tone::Dim);
    sheet.lines
}

/// A correction beside its value: old and new, who and when, on what, why.
pub(super) fn corrected(model: &Model, sheet: &mut Sheet, correction: &Correction) {
    let lang = model.session.lang;
    sheet.text(0, &lang.fill("desk.correct.beside", &[&quote(&correction.old), &quote(&correction.new)]), Tone::Mark);
    let day = correction.at.to_zoned(model.session.zone.clone()).strftime("%Y-%m-%d");
    sheet.text(2, &lang.fill("desk.correct.by", &[&quote(&correction.actor), &day, &quote(&correction.source)]), Tone::Dim);
    if !correction.reason.is_empty() {
        sheet.text(2, &lang.fill("desk.correct.why", &[&quote(&correction.reason)]), Tone::Dim);
    }
}

fn rule(model: &Model, page: &Provenance) -> &'static str {
    use crate::domain::indicator::Rollup;
    model.text(match page.indicator.rollup {
        Rollup::Sum => "ui.rollup.sum",
        Rollup::Weighted => "ui.rollup.weighted",
        Rollup::ShareAtOrAbove => "ui.rollup.share",
        Rollup::Worst => "ui.rollup.worst",
        Rollup::Median => "ui.rollup.median",
        Rollup::Mean => "ui.rollup.mean",
        Rollup::None => "ui.rollup.none",
    })
}

/// What would disappear, and what agreeing to it means.
pub(super) fn removals(model: &Model, cells: u16) -> Vec<Line> {
    let lang = model.session.lang;
    let mut sheet = Sheet::new(model, cells);
    sheet.text(0, lang.text("ui.removals.what"), Tone::Text);
    sheet.gap();
    for held in model.pending().unwrap_or_default().split(", ") {
        sheet.text(2, &quote(held), Tone::Lead);
    }
    sheet.gap();
    sheet.text(0, lang.text("ui.removals.how"), Tone::Dim);
    sheet.lines
}

/// What was read, what was wrong with it, what waits for a decision.
pub(super) fn problems(model: &Model, cells: u16) -> Vec<Line> {
    let lang = model.session.lang;
    let mut sheet = Sheet::new(model, cells);
    if let Some(workspace) = &model.workspace {
        if let Some(pending) = &workspace.pending {
            let hint = model.session.keymap.hint(crate::ui::action::Action::Removals, lang);
            sheet.text(0, &lang.fill("ui.problems.pending", &[&quote(pending), &hint]), Tone::Lead);
            sheet.gap();
        }
        sheet.text(0, lang.text("ui.problems.reads"), Tone::Strong);
        for read in &workspace.reads {
            sheet.text(0, &lang.fill("ui.problems.read", &[&read.name, &read.read, &read.drawn, &read.listed]), Tone::Text);
        }
        sheet.text(0, &lang.fill("ui.problems.framework", &[&workspace.framework]), Tone::Dim);
    }
    sheet.gap();
    if model.problems.is_empty() {
        sheet.text(0, lang.text("ui.problems.none"), Tone::Text);
    } else {
        sheet.text(0, &lang.fill("ui.problems.found", &[&model.problems.len()]), Tone::Strong);
    }
    for problem in &model.problems {
        sheet.text(0, &lang.problem(problem), Tone::Text);
    }
    sheet.lines
}
