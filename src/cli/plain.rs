//! Pages as linear text: one fact a line, for screen readers, mail and `grep`.

use crate::domain::page::{Card, HomePage, Legend, MarkRow, Row, Workspace};
use crate::domain::sheet::Words;
use crate::domain::text::measured;
use crate::domain::value::{Shown, State};
use crate::locale::Lang;
use crate::rules;
use crate::ui::number::plain as number;

/// Lines with their ends.
#[derive(Default)]
struct Lines(String);

impl Lines {
    fn push(&mut self, line: &str) {
        self.0.push_str(line);
        self.0.push('\n');
    }
}

/// A reading in words, with everything that qualifies it.
pub(super) fn shown(lang: Lang, shown: &Shown, unit: &str) -> String {
    let t = |key: &str| lang.text(&format!("cli.plain.{key}"));
    let mut parts = vec![match (shown.reading.state, shown.reading.value) {
        (State::Value, Some(value)) => measured(&number(value), unit),
        (State::None, _) => t("none").to_owned(),
        (State::NotDue, _) => t("not_due").to_owned(),
        _ => t("missing").to_owned(),
    }];
    if let (State::Value, Some(num), Some(den)) = (shown.reading.state, shown.reading.num, shown.reading.den) {
        parts.push(format!("{}/{}", number(num), number(den)));
    }
    if shown.due > 1 || shown.reported != shown.due {
        parts.push(lang.fill("cli.plain.n_of", &[&shown.reported, &shown.due]));
    }
    if shown.incomplete {
        parts.push(t("incomplete").to_owned());
    }
    if shown.small_base {
        parts.push(t("small_base").to_owned());
    }
    if let Some(value) = shown.roll_up.and_then(|r| r.value) {
        parts.push(lang.fill("cli.plain.roll_up", &[&measured(&number(value), unit)]));
    }
    parts.join(" · ")
}

fn head(lang: Lang, workspace: &Workspace, path: &[&str], out: &mut Lines) {
    if workspace.demo {
        out.push(lang.text("cli.plain.demo"));
    }
    let path = if path.is_empty() { lang.text("cli.plain.top").to_owned() } else { path.join(" › ") };
    out.push(&lang.fill("cli.plain.place", &[&path]));
}

/// The home page.
pub(super) fn home(lang: Lang, workspace: &Workspace, page: &HomePage) -> String {
    let mut out = Lines::default();
    let path: Vec<&str> = page.crumbs.iter().map(|c| c.name.as_str()).collect();
    head(lang, workspace, &path, &mut out);
    let scope: Vec<&str> = page
        .view
        .scope
        .zones
        .iter()
        .map(|z| workspace.zones.iter().find(|(c, _)| c == z).map_or(z.as_str(), |(_, l)| l.as_str()))
        .collect();
    if !scope.is_empty() {
        out.push(&lang.fill("cli.plain.scope", &[&scope.join(" ")]));
    }
    let period = page.period.map_or_else(|| lang.text("cli.plain.counted_now").to_owned(), |p| p.to_string());
    let label = if lang == Lang::Zh { &page.indicator.label } else { &page.indicator.label_en };
    out.push(&lang.fill("cli.plain.indicator", &[label, &page.indicator.unit, &period]));
    out.push(&lang.fill("cli.plain.total", &[&shown(lang, &page.total, page.indicator.rolled_unit())]));
    if let Some(day) = page.data_day {
        out.push(&lang.fill("cli.plain.data_day", &[&day]));
    }
    out.push(&lang.fill("cli.plain.rows", &[&page.rows.len(), &page.unscoped]));
    for (n, row) in page.rows.iter().enumerate() {
        out.push(&line(lang, n + 1, row, &page.legend));
    }
    out.0
}

fn line(lang: Lang, n: usize, row: &Row, legend: &Legend) -> String {
    let mut value = shown(lang, &row.shown, &legend.unit);
    for (key, count) in [("leads", row.leads), ("marks", row.marks)] {
        if count > 0 {
            value.push_str(" · ");
            value.push_str(&lang.fill(&format!("cli.plain.{key}"), &[&count]));
        }
    }
    if !row.drawn {
        value.push_str(" · ");
        value.push_str(lang.text("cli.plain.no_geometry"));
    }
    let name = if row.under.is_empty() { row.name.clone() } else { format!("{} {}", row.under, row.name) };
    lang.fill("cli.plain.row", &[&n, &name, &row.code, &value])
}

/// A card.
pub(super) fn card(lang: Lang, workspace: &Workspace, card: &Card) -> String {
    let mut out = Lines::default();
    let mut path: Vec<&str> = card.crumbs.iter().map(|c| c.name.as_str()).collect();
    if path.last() != Some(&card.name.as_str()) {
        path.push(&card.name);
    }
    head(lang, workspace, &path, &mut out);
    out.push(&lang.fill("cli.plain.kind", &[&format!("{} {}", card.kind, card.code)]));
    if !card.zones.is_empty() {
        out.push(&lang.fill("cli.plain.scope", &[&card.zones.join(" ")]));
    }
    if let Some(area) = card.area_km2 {
        out.push(&lang.fill("cli.plain.area", &[&number(area)]));
    }
    for (kind, count) in &card.branches {
        out.push(&format!("{kind} {count}"));
    }
    if !card.spans.is_empty() {
        out.push(&lang.fill("places.card.spans", &[&card.spans.len(), &card.spans.join("、")]));
    }
    for (kind, word, count) in &card.entities {
        let word = if word.is_empty() { lang.text("places.card.not_told") } else { word };
        out.push(&format!("{kind} {word} {count}"));
    }
    for (kind, count) in &card.places {
        let kind = if kind.is_empty() { lang.text("places.map.other") } else { kind };
        out.push(&format!("{kind} {count}"));
    }
    if let Some((table, place)) = &card.elsewhere {
        out.push(&lang.fill("ui.card.elsewhere", &[table, place]));
    }
    for (field, text) in &card.fields {
        out.push(&format!("{field}: {text}"));
    }
    for figure in &card.figures {
        let label = if lang == Lang::Zh { &figure.indicator.label } else { &figure.indicator.label_en };
        let period = figure.period.map_or_else(|| lang.text("cli.plain.counted_now").to_owned(), |p| p.to_string());
        let unit = match figure.shown.origin {
            crate::domain::value::Origin::RolledUp => figure.indicator.rolled_unit(),
            crate::domain::value::Origin::Reported => &figure.indicator.unit,
        };
        let mut value = shown(lang, &figure.shown, unit);
        if !figure.breaks.is_empty() {
            value.push_str(&format!(" · {}", lang.text("panel.change.redefined_title")));
        }
        out.push(&lang.fill("cli.plain.figure", &[label, &value, &period]));
    }
    for finding in &card.findings {
        if let crate::domain::decision::Said::Confirmed { kind, document } = &finding.said {
            let known = workspace.kinds.iter().find(|of| of.number == *kind);
            let kind = known.map_or_else(|| lang.fill("leads.kind_no", &[kind]), |of| lang.words(&of.brief()));
            out.push(&lang.fill("leads.finding", &[&kind, document]));
        }
    }
    for lead in &card.leads {
        let document = if lead.document.is_empty() { lang.text("cli.plain.no_document") } else { &lead.document };
        let label = lang.words(&Words::both(&*lead.label, &*lead.label_en));
        let what = if lead.name == card.name { label } else { format!("{} {label}", lead.name) };
        let mut told = lang.words(&rules::told(lead));
        told.extend(lead.day.map(|day| format!(" {day}")));
        if lead.relative {
            told.push_str(&format!(" {}", lang.text("leads.relative_mark")));
        }
        out.push(&lang.fill("cli.plain.lead", &[&what, &told, &document]));
    }
    for mark in &card.marks {
        out.push(&self::mark(lang, mark, ""));
    }
    if card.marks_below > 0 {
        out.push(&lang.fill("cli.plain.marks", &[&card.marks_below]));
    }
    out.0
}

fn mark(lang: Lang, mark: &crate::domain::fact::Mark, place: &str) -> String {
    let due = mark.due.map_or_else(|| lang.text("cli.plain.no_due").to_owned(), |d| d.to_string());
    lang.fill("cli.plain.mark", &[&mark.reason, &due, &mark.actor, &place])
}

/// Every mark.
pub(super) fn marks(lang: Lang, rows: &[MarkRow]) -> String {
    let mut out = Lines::default();
    if rows.is_empty() {
        out.push(lang.text("cli.plain.no_marks"));
    }
    for row in rows {
        let mut path: Vec<&str> = row.path.iter().map(String::as_str).collect();
        path.push(&row.name);
        out.push(&mark(lang, &row.mark, &path.join(" › ")));
    }
    out.0
}
