//! The card: everything known of one unit or branch.

use ratatui::layout::Rect;

use super::pen::{Line, Pen, Tone};
use super::sheet::Sheet;
use crate::domain::decision::Said;
use crate::domain::page::{Card, Figure, Lead};
use crate::domain::unit::Subject;
use crate::domain::value::State;
use crate::locale::Lang;
use crate::rules;
use crate::ui::capability::Symbols;
use crate::ui::layout::{self, inner};
use crate::ui::model::{Ask, Model};
use crate::ui::number;

/// Leads that are written out on the card beside the map; the open card has all of them.
const LEADS_BESIDE: usize = 2;
/// Figures before marks and leads, which must not drown in them. The rest
/// stands at the end of the open card.
const FIGURES_FIRST: usize = 5;
/// Between readings of a sparkline that were defined otherwise.
const BREAK: &str = "|";

pub(super) fn draw(pen: &mut Pen<'_>, area: Rect) {
    let model = pen.model;
    let wanted = model.subject();
    let name =
        model.row().map(|row| row.name.as_str()).or_else(|| model.home.as_ref().and_then(|h| h.crumbs.last()).map(|c| c.name.as_str()));
    pen.title(area, name.unwrap_or_default(), model.card_open);
    let body = body(area);
    let Some(card) = model.card.as_deref().filter(|card| wanted.is_some_and(|(uid, _)| uid == card.uid)) else {
        let text = match model.failure(Ask::Card) {
            Some(problem) => model.session.lang.problem(problem),
            None => model.text(if wanted.is_some() { "ui.loading" } else { "ui.empty.no_card" }).to_owned(),
        };
        let style = pen.style(Tone::Dim);
        for (y, line) in (body.y..body.bottom()).zip(pen.width.wrap(&text, body.width)) {
            pen.text(body, body.x, y, &line, style);
        }
        return;
    };
    let lines = lines(model, card, body.width);
    let height = usize::from(body.height);
    let top = model.card_scroll.min(lines.len().saturating_sub(height));
    for (y, line) in (body.y..body.bottom()).zip(lines.iter().skip(top)) {
        pen.line(body, y, line);
    }
    if top + height < lines.len() && height > 1 {
        let left = lines.len() - top - height;
        let key = if model.card_open { "ui.card.more_open" } else { "ui.card.more" };
        let text = model.session.lang.fill(key, &[&(left + 1)]);
        let last = Rect { y: body.bottom() - 1, height: 1, ..body };
        let style = pen.on(pen.style(Tone::Dim), crate::ui::theme::Role::Ground);
        pen.clear(last, style);
        pen.text(last, last.x, last.y, &text, style);
    }
}

/// How far the card can be scrolled, lines.
pub(in crate::ui) fn card_end(model: &Model) -> usize {
    let (Some(card), Some(area)) = (&model.card, layout::areas(model).and_then(|areas| areas.card)) else { return 0 };
    let body = body(area);
    lines(model, card, body.width).len().saturating_sub(usize::from(body.height))
}

/// The pane without its title and its last column.
fn body(area: Rect) -> Rect {
    let body = inner(area);
    Rect { width: body.width.saturating_sub(1), ..body }
}

fn lines(model: &Model, card: &Card, cells: u16) -> Vec<Line> {
    let (symbols, width) = (model.symbols(), model.width());
    let lang = model.session.lang;
    let mut sheet = Sheet::new(model, cells);
    sheet.text(0, &format!("{} {}", model.kind_label(&card.kind), card.code), Tone::Dim);
    // What is above it, where the breadcrumb does not say so already.
    let above: Vec<&str> =
        card.crumbs.iter().rev().skip(usize::from(card.subject == Subject::Unit)).take(2).map(|c| c.name.as_str()).collect();
    if card.subject == Subject::Branch && !above.is_empty() {
        let step = format!(" {} ", symbols.step);
        sheet.text(0, &above.into_iter().rev().collect::<Vec<_>>().join(&step), Tone::Dim);
    }
    let dot = format!(" {} ", symbols.dot);
    let mut facts: Vec<String> = Vec::new();
    if let Some(area) = card.area_km2 {
        facts.push(
            format!("{} km²", number::plain((area * 10.0).round() / 10.0))
                .replace('²', if model.session.caps.ambiguous_wide { "2" } else { "²" }),
        );
    }
    if !card.zones.is_empty() {
        facts.push(card.zones.join("/"));
    }
    for (level, count) in &card.below {
        facts.push(format!("{} {count}", model.listing_label(&crate::domain::view_state::Listing::Units(level.clone()))));
    }
    if !facts.is_empty() {
        sheet.text(0, &facts.join(&dot), Tone::Text);
    }
    if !card.branches.is_empty() {
        let branches: Vec<String> = card.branches.iter().map(|(kind, count)| format!("{kind} {count}")).collect();
        sheet.text(0, &branches.join(&dot), Tone::Text);
    }
    if !card.spans.is_empty() {
        sheet.text(0, &lang.fill("places.card.spans", &[&card.spans.len(), &card.spans.join("、")]), Tone::Text);
    }
    // How many of each kind; how they are covered on the open card, a line per kind.
    let kinds = card.entities.chunk_by(|a, b| a.0 == b.0);
    let entities: Vec<String> = kinds
        .map(|of| {
            let told = |word: &str| if word.is_empty() { lang.text("places.card.not_told").to_owned() } else { word.to_owned() };
            let all: u32 = of.iter().map(|(.., count)| count).sum();
            let states = of.iter().filter(|_| model.card_open).map(|(_, word, count)| format!("{} {count}", told(word)));
            std::iter::once(format!("{} {all}", of[0].0)).chain(states).collect::<Vec<_>>().join(&dot)
        })
        .collect();
    if model.card_open {
        entities.iter().for_each(|line| sheet.text(0, line, Tone::Text));
    } else if !entities.is_empty() {
        sheet.text(0, &entities.join(&dot), Tone::Text);
    }
    if !card.places.is_empty() {
        let places: Vec<String> = card.places.iter().map(|(kind, count)| format!("{} {count}", model.place_kind(kind))).collect();
        sheet.text(0, &places.join(&dot), Tone::Text);
    }

    if !card.figures.is_empty() {
        sheet.gap();
    }
    for (n, figure) in card.figures.iter().take(FIGURES_FIRST).enumerate() {
        figure_lines(model, &mut sheet, figure, n == 0, cells);
    }
    let rest = card.figures.get(FIGURES_FIRST..).unwrap_or_default();
    if !rest.is_empty() {
        let key = if model.card_open { "ui.card.figures_below" } else { "ui.card.figures_more" };
        sheet.text(0, &lang.fill(key, &[&rest.len()]), Tone::Dim);
    }

    // What people decided comes before what rules suggest: leads may be many.
    if !card.marks.is_empty() || card.marks_below > 0 {
        sheet.gap();
        let text = lang.fill("ui.card.marks", &[&card.marks.len(), &card.marks_below]);
        sheet.text(0, &text, Tone::Mark);
        for mark in &card.marks {
            sheet.text(0, &format!("{} {}", symbols.flag, mark.reason), Tone::Text);
            let raised = mark.at.strftime("%Y-%m-%d");
            let line = match mark.due {
                Some(due) => {
                    let days = due.since(model.session.today).map(|span| span.get_days()).unwrap_or_default();
                    let key = if days < 0 { "ui.card.mark_overdue" } else { "ui.card.mark_due" };
                    lang.fill(key, &[&mark.actor, &raised, &due, &days.abs()])
                }
                None => lang.fill("ui.card.mark_by", &[&mark.actor, &raised]),
            };
            sheet.text(2, &line, Tone::Dim);
        }
    }

    if !card.findings.is_empty() {
        sheet.gap();
        for finding in &card.findings {
            if let Said::Confirmed { kind, document } = &finding.said {
                let known = model.workspace.iter().flat_map(|w| &w.kinds).find(|of| of.number == *kind);
                let text = known.map(|of| model.kind_text(of)).unwrap_or_default();
                let kind = known.map_or_else(|| lang.fill("leads.kind_no", &[kind]), |of| lang.words(&of.brief()));
                sheet.text(0, &lang.fill("leads.finding", &[&kind, document]), Tone::Mark);
                if !text.is_empty() && !kind.contains(text) {
                    sheet.text(2, text, Tone::Text);
                }
                sheet.text(2, &finding.text, Tone::Dim);
            }
        }
    }

    sheet.gap();
    if card.leads.is_empty() {
        sheet.text(0, lang.text("ui.card.no_leads"), Tone::Dim);
    } else {
        sheet.text(0, &lang.fill("ui.card.leads", &[&card.leads.len()]), Tone::Lead);
        let shown = if model.card_open { card.leads.len() } else { card.leads.len().min(LEADS_BESIDE) };
        let mut before = None;
        for lead in &card.leads[..shown] {
            lead_lines(model, &mut sheet, card, lead, before);
            before = Some(lead.document.as_str());
        }
        if shown < card.leads.len() {
            sheet.text(0, &lang.fill("ui.card.leads_more", &[&(card.leads.len() - shown)]), Tone::Dim);
        }
    }
    if let Some((table, place)) = &card.elsewhere {
        sheet.gap();
        sheet.text(0, &lang.fill("ui.card.elsewhere", &[table, place]), Tone::Lead);
    }
    if !card.fields.is_empty() {
        sheet.gap();
        let label = card.fields.iter().map(|(name, _)| width.of(name)).max().unwrap_or(0);
        for (name, value) in &card.fields {
            sheet.pair(name, label, Tone::Dim, value, Tone::Text);
        }
    }
    if model.card_open && !rest.is_empty() {
        sheet.gap();
        rest.iter().for_each(|figure| figure_lines(model, &mut sheet, figure, false, cells));
    }
    sheet.lines
}

/// Label and value on one line where they fit, the trend and what to know about it under them.
fn figure_lines(model: &Model, sheet: &mut Sheet, figure: &Figure, in_force: bool, cells: u16) {
    let (symbols, width) = (model.symbols(), model.width());
    let lang = model.session.lang;
    let (indicator, shown) = (&figure.indicator, &figure.shown);
    let label = &number::title(lang, symbols.at_least, indicator, model.indicator_label(indicator), shown.origin);
    let value = if model.is_to_come(indicator, figure.period, shown) {
        lang.text("ui.state.reading").to_owned()
    } else {
        number::full(lang, indicator, shown.origin, shown.reading)
    };
    let spark = spark(symbols, &figure.trend, &figure.breaks);
    let known = shown.reading.state == State::Value;
    let tone = if !known {
        Tone::Dim
    } else if in_force {
        Tone::Accent
    } else {
        Tone::Text
    };
    let label_tone = if in_force { Tone::Strong } else { Tone::Dim };
    let used = width.of(label) + 1 + width.of(&value);
    if used + 1 + width.of(&spark) <= cells && figure.trend.len() > 1 {
        let pad = " ".repeat(usize::from(cells - used - width.of(&spark)));
        sheet.lines.push(vec![(format!("{label} "), label_tone), (value, tone), (format!("{pad}{spark}"), Tone::Dim)]);
    } else if used <= cells {
        sheet.lines.push(vec![(format!("{label} "), label_tone), (value, tone)]);
    } else {
        sheet.text(0, label, label_tone);
        sheet.text(2, &value, tone);
    }
    if !figure.breaks.is_empty() {
        sheet.text(2, &lang.fill("ui.card.redefined", &[&BREAK]), Tone::Lead);
    }
    if shown.origin == crate::domain::value::Origin::RolledUp && (in_force || shown.incomplete) {
        let key = if shown.incomplete { "ui.card.share_incomplete" } else { "ui.card.share" };
        sheet.text(2, &lang.fill(key, &[&shown.reported, &shown.due]), if shown.incomplete { Tone::Lead } else { Tone::Dim });
    }
    if shown.small_base {
        sheet.text(2, lang.text("ui.card.small_base"), Tone::Dim);
    }
    for correction in &figure.corrections {
        super::sheet::corrected(model, sheet, correction);
    }
    if let Some(roll_up) = shown.roll_up {
        let value = number::full(lang, indicator, crate::domain::value::Origin::RolledUp, roll_up);
        sheet.text(2, &lang.fill("ui.card.roll_up", &[&value]), Tone::Dim);
    }
}

/// A lead; its document is named where the lead before it rests on another one.
fn lead_lines(model: &Model, sheet: &mut Sheet, card: &Card, lead: &Lead, before: Option<&str>) {
    let lang = model.session.lang;
    let whose = if lead.entity == card.uid { String::new() } else { format!(" {} {}", model.symbols().dot, lead.name) };
    let label = if lang == Lang::En && !lead.label_en.is_empty() { &lead.label_en } else { &lead.label };
    sheet.text(0, &format!("! {label}{whose}"), Tone::Lead);
    let mut told = lang.words(&rules::told(lead));
    told.extend(lead.day.map(|day| format!(" {day}")));
    sheet.text(2, told.trim(), Tone::Text);
    if lead.relative {
        sheet.text(2, lang.text("leads.relative"), Tone::Dim);
    }
    let document = if lead.document.is_empty() { lang.text("ui.not_configured") } else { &lead.document };
    if before != Some(lead.document.as_str()) {
        sheet.text(2, &lang.fill("ui.card.document", &[&document]), Tone::Dim);
    }
}

/// A sparkline, a cell a reading; a missing one is a space. Where the definition changed it breaks: each
/// side has its own scale, for nothing can be read across.
fn spark(symbols: &Symbols, readings: &[Option<f64>], breaks: &[usize]) -> String {
    let bounds = std::iter::once(0).chain(breaks.iter().copied().filter(|n| *n < readings.len())).chain([readings.len()]);
    let bounds: Vec<usize> = bounds.collect();
    let parts: Vec<String> = bounds.windows(2).map(|side| stretch(symbols, &readings[side[0]..side[1]])).collect();
    parts.join(&format!(" {BREAK} "))
}

/// Readings of one definition.
fn stretch(symbols: &Symbols, readings: &[Option<f64>]) -> String {
    let known: Vec<f64> = readings.iter().flatten().copied().filter(|v| v.is_finite()).collect();
    let low = known.iter().copied().fold(f64::INFINITY, f64::min);
    let high = known.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let steps = symbols.spark;
    let glyph = |value: f64| {
        let share = if high > low { (value - low) / (high - low) } else { 0.5 };
        steps[((share * (steps.len() - 1) as f64).round() as usize).min(steps.len() - 1)]
    };
    readings.iter().map(|value| value.filter(|v| v.is_finite()).map_or(" ", glyph)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::capability::Capability;

    #[test]
    fn a_sparkline_breaks_where_the_definition_changed() {
        let caps = Capability::default();
        let symbols = caps.symbols();
        let [low, high] = [symbols.spark[0], symbols.spark[symbols.spark.len() - 1]];
        let readings = [Some(1.0), Some(2.0), Some(70.0), None, Some(90.0)];
        assert_eq!(spark(symbols, &readings, &[2]), format!("{low}{high} | {low} {high}"));
        assert_eq!(spark(symbols, &readings[..2], &[]), format!("{low}{high}"));
        assert_eq!(spark(symbols, &[], &[9]), "");
    }
}
