//! The list with its bars, and the legend under it.

use ratatui::layout::{Position, Rect};
use ratatui::style::{Modifier, Style};

use super::pen::{Pen, Tone};
use crate::domain::access::Grant;
use crate::domain::indicator::Classing;
use crate::domain::page::{HomePage, Row};
use crate::domain::sheet::Words;
use crate::domain::unit::Subject;
use crate::domain::value::State;
use crate::domain::view_state::Listing;
use crate::gis::compose::{Fill, Glyphs, Ink, sign};
use crate::locale::Lang;
use crate::ui::action::Action;
use crate::ui::layout::{self, inner, legend_columns};
use crate::ui::model::{Ask, Focus, Model, shown_origin};
use crate::ui::number;
use crate::ui::theme::Role;
use crate::ui::update::{classing_key, fill, is_down, sign_of_place};

/// An entry of the legend.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::ui) struct LegendItem {
    /// What it looks like; `None` has no colour.
    fill: Option<Fill>,
    /// The pattern of the uncovered ground.
    hatch: bool,
    /// The sign of a kind of places.
    pin: Option<char>,
    label: String,
    count: u32,
}

/// Classes with their bounds, then what has no number. What does not occur is left out, classes never.
pub(in crate::ui) fn legend_items(model: &Model, home: &HomePage) -> Vec<LegendItem> {
    let legend = &home.legend;
    if let Some(supposed) = &home.supposed {
        let items = [
            (Some(Fill::Class(4)), "leads.what_if.legend.enter", supposed.enter),
            (Some(Fill::Class(2)), "leads.what_if.legend.stay", supposed.stay),
            (Some(Fill::Class(0)), "leads.what_if.legend.leave", supposed.leave),
            (Some(Fill::None), "leads.what_if.legend.neither", supposed.neither),
            (None, "ui.state.no_geometry", legend.no_geometry),
        ];
        let kept = items.into_iter().filter(|(fill, _, count)| fill.is_some() || *count > 0);
        return kept
            .map(|(fill, key, count)| LegendItem { fill, hatch: false, pin: None, label: model.text(key).to_owned(), count })
            .collect();
    }
    if home.view.listing == Listing::Branches && legend.classes.iter().all(|class| class.count == 0) {
        // Branches carry no value of the indicator: there is nothing to explain.
        return Vec::new();
    }
    let mut out: Vec<LegendItem> = legend
        .classes
        .iter()
        .zip(0u8..)
        .map(|(class, n)| LegendItem {
            fill: Some(Fill::Class(n)),
            hatch: false,
            pin: None,
            label: legend
                .names
                .get(usize::from(n))
                .map_or_else(|| number::class(class), |name| model.session.lang.words(&Words::data(&**name))),
            count: class.count,
        })
        .collect();
    let missing = if model.awaits(&home.indicator, home.period) { "ui.state.reading" } else { "ui.state.missing" };
    let others = [
        (Some(Fill::Missing), missing, legend.missing),
        (Some(Fill::None), "ui.state.none", legend.none),
        (Some(Fill::NotDue), "ui.state.not_due", legend.not_due),
        (None, "ui.state.no_geometry", legend.no_geometry),
    ];
    out.extend(others.into_iter().filter(|(_, _, count)| *count > 0).map(|(fill, key, count)| LegendItem {
        fill,
        hatch: false,
        pin: None,
        label: model.text(key).to_owned(),
        count,
    }));
    if let Some(page) = model.gaps.as_deref().filter(|_| model.gaps_shown) {
        let count = u32::try_from(page.faults.len()).unwrap_or(u32::MAX);
        out.push(LegendItem { fill: None, hatch: true, pin: None, label: model.text("desk.gaps.legend").to_owned(), count });
    }
    for kind in model.layer.iter().flat_map(|layer| &layer.kinds) {
        let n = model.workspace.iter().flat_map(|w| &w.place_kinds).position(|k| *k == kind.kind);
        let label = match kind.out_of_season {
            0 => model.place_kind(&kind.kind).to_owned(),
            closed => format!("{}{}", model.place_kind(&kind.kind), model.session.lang.fill("places.map.season_short", &[&closed])),
        };
        out.push(LegendItem { fill: None, hatch: false, pin: n.map(sign_of_place), label, count: kind.drawn });
    }
    out
}

/// A fill as two cells: its colour and hatch, or its sign where there are too few colours.
fn swatch(pen: &Pen<'_>, down: bool, fill: Fill) -> (String, Style) {
    let theme = &pen.model.session.theme;
    let caps = pen.model.session.caps;
    let pattern = caps.pattern();
    let ink = if pattern { Ink::Text(fill) } else { Ink::Shade(fill) };
    let style = Style::new().fg(theme.ink(ink, down, pattern)).bg(theme.ink(Ink::Fill(fill), down, pattern));
    let sign = sign(fill, caps.glyphs, pattern);
    (if pattern { format!("{sign} ") } else { format!("{sign}{sign}") }, style)
}

/// The pattern of the uncovered ground as two cells.
fn hatch(pen: &Pen<'_>, down: bool) -> (String, Style) {
    let (theme, caps) = (&pen.model.session.theme, pen.model.session.caps);
    let ink = theme.ink(Ink::Hatch(Fill::Outside), down, caps.pattern());
    let sign = if caps.glyphs == Glyphs::Ascii { "xx" } else { "\u{2899}\u{2899}" };
    (sign.to_owned(), Style::new().fg(ink).bg(theme.role(Role::Ground)))
}

pub(super) fn legend(pen: &mut Pen<'_>, area: Rect) {
    let model = pen.model;
    let Some(home) = &model.home else { return };
    let how = match home.view.classing {
        _ if home.legend.policy => "ui.classing.policy",
        // Where no band speaks of these values, they were cut by quantiles.
        Classing::Policy => classing_key(Classing::Quantile),
        classing => classing_key(classing),
    };
    let unit = number::title(model.session.lang, pen.symbols.at_least, &home.indicator, &home.legend.unit, shown_origin(home));
    let unit = if unit.is_empty() { unit } else { format!(" ({unit})") };
    let (share, title) = match &home.supposed {
        Some(supposed) => (supposed.enter + supposed.stay + supposed.leave, model.text("leads.what_if.stamp").to_owned()),
        None => (home.legend.classes.iter().map(|c| c.count).sum::<u32>(), format!("{}{unit}", model.text(how))),
    };
    let share = format!("{share}/{}", home.legend.total);
    pen.title(area, &title, false);
    let style = pen.style(Tone::Dim);
    pen.right(Rect { height: 1, ..area }, area.y, &format!(" {share}"), style);
    let body = inner(area);
    let columns = legend_columns(area.width);
    let cells = body.width / u16::try_from(columns).unwrap_or(1).max(1);
    for (n, item) in legend_items(model, home).iter().enumerate() {
        let rows = usize::from(body.height).max(1);
        let (col, row) = (n / rows, n % rows);
        let Ok(x) = u16::try_from(col).map(|col| body.x + col * cells) else { break };
        let y = body.y + u16::try_from(row).unwrap_or(0);
        let slot = Rect { x, y, width: cells.saturating_sub(1).min(body.right().saturating_sub(x)), height: 1 };
        if slot.width == 0 {
            continue;
        }
        let mut at = slot.x;
        if let Some(fill) = item.fill {
            let (sign, style) = swatch(pen, is_down(home), fill);
            at = pen.text(slot, at, y, &sign, style) + 1;
        }
        if let Some(sign) = item.pin {
            let style = pen.style(Tone::Lead).add_modifier(Modifier::REVERSED | Modifier::BOLD);
            at = pen.text(slot, at, y, &sign.to_string(), style) + 1;
        }
        if item.hatch {
            let (sign, style) = hatch(pen, is_down(home));
            at = pen.text(slot, at, y, &sign, style) + 1;
        }
        let style = pen.style(Tone::Text);
        let count = item.count.to_string();
        // The number of places is what is asked; their kind may be cut.
        let room = slot.right().saturating_sub(at).saturating_sub(1 + u16::try_from(count.len()).unwrap_or(0));
        let label = if item.pin.is_some() { pen.width.cut(&item.label, room, pen.symbols.ellipsis) } else { (&item.label).into() };
        let at = pen.text(slot, at, y, &label, style) + 1;
        let style = pen.style(Tone::Dim);
        pen.text(slot, at, y, &count, style);
    }
}

/// What the list says instead of rows, with the next step.
fn empty(model: &Model) -> String {
    if let Some(problem) = model.failure(Ask::Home).or_else(|| model.failure(Ask::Workspace)) {
        return model.session.lang.problem(problem);
    }
    // What is still being read is not empty.
    let Some(home) = model.home.as_ref().filter(|home| home.unscoped > 0 || model.progress.is_none()) else {
        return model.text("ui.loading").to_owned();
    };
    let hint = |action| model.session.keymap.hint(action, model.session.lang);
    let (scoped, flagged) = (!home.view.scope.is_all(), home.view.only_flagged);
    if home.unscoped > 0 || scoped || flagged {
        let fill = |key: &str, action| model.session.lang.fill(key, &[&hint(action)]);
        let mut text = model.session.lang.fill("ui.empty.filtered", &[&home.unscoped]);
        if scoped {
            text.push_str(&fill("ui.empty.scoped", Action::ScopeClear));
        }
        if flagged {
            text.push_str(&fill("ui.empty.flagged", Action::OnlyFlagged));
        }
        return text;
    }
    if home.view.listing == Listing::Branches {
        return model.session.lang.fill("ui.empty.no_branches", &[&hint(Action::Back), &hint(Action::Listing)]);
    }
    if model.is_bare() {
        return bare(model);
    }
    model.session.lang.fill("ui.empty.nothing", &[&hint(Action::Back), &hint(Action::Problems)])
}

/// What to do in a workspace that has nothing yet.
pub(super) fn bare(model: &Model) -> String {
    if !model.session.access.may(Grant::Import) {
        return model.text("ui.empty.bare_read_only").to_owned();
    }
    let hint = |action| model.session.keymap.hint(action, model.session.lang);
    model.session.lang.fill("ui.empty.bare", &[&hint(Action::Work), &hint(Action::Import)])
}

pub(super) fn draw(pen: &mut Pen<'_>, area: Rect) {
    let model = pen.model;
    let active = model.focus == Focus::List && model.overlay.is_none();
    let head = model.home.as_deref().map(|home| head(model, home, area.width)).unwrap_or_default();
    let title = match &model.home {
        Some(home) => {
            let rows = format!("{} {}", model.listing_label(&home.view.listing), home.rows.len());
            let value = format!("{rows} {} {}", pen.symbols.dot, model.shown(home, &home.total));
            let share = format!("{value} {}/{}", home.total.reported, home.total.due);
            // The place's own value, with its coverage where there is room for it.
            let own = home.total.due > 0 && home.view.listing != Listing::Branches;
            let fits = |text: &String| own && pen.width.of(text) + pen.width.of(&head) + 2 <= area.width;
            // What is counted here and now has no coverage.
            let share = if home.indicator.derived.is_some() { value.clone() } else { share };
            [share, value].into_iter().find(fits).unwrap_or(rows)
        }
        None => model.text("ui.list.title").to_owned(),
    };
    let body = inner(area);
    let Some(home) = model.home.as_deref().filter(|home| !home.rows.is_empty()) else {
        pen.title(area, &title, active);
        let style = pen.style(if model.failure(Ask::Home).is_some() { Tone::Error } else { Tone::Dim });
        for (y, line) in (body.y..body.bottom()).zip(pen.width.wrap(&empty(model), body.width.saturating_sub(1))) {
            pen.text(body, body.x, y, &line, style);
        }
        return;
    };
    let columns = Columns::of(pen, body.width);
    let name = Rect { width: area.width.saturating_sub(pen.width.of(&head) + 1), ..area };
    pen.title(area, "", active);
    pen.title(name, &title, active);
    let style = pen.style(Tone::Dim);
    pen.right(Rect { height: 1, width: area.width.saturating_sub(1), ..area }, area.y, &head, style);
    let scale = Scale::of(home);
    for (y, (n, row)) in (body.y..body.bottom()).zip(home.rows.iter().enumerate().skip(model.top)) {
        let line = Rect { y, height: 1, ..body };
        draw_row(pen, home, row, line, &columns, &scale, n == model.selected, active);
    }
}

/// What a click on a title or on the head of a column does: what its key does.
pub(in crate::ui) fn head_action(model: &Model, at: Position) -> Option<Action> {
    let areas = layout::areas(model)?;
    let on = |area: Option<Rect>| area.is_some_and(|area| Rect { height: 1, ..area }.contains(at));
    if on(areas.legend) {
        return Some(Action::Classing);
    }
    if on(areas.card) {
        return Some(Action::Card);
    }
    let list = areas.list.filter(|_| on(areas.list))?;
    let head = model.home.as_deref().map_or(0, |home| model.width().of(&head(model, home, list.width)));
    Some(if at.x + head + 1 >= list.right() { Action::Indicators } else { Action::Listing })
}

/// The heading of the values: the indicator's short label, and what a share is a share of where
/// there is room; else the top line says it.
fn head(model: &Model, home: &HomePage, cells: u16) -> String {
    if model.widths.value == 0 {
        return String::new();
    }
    let lang = model.session.lang;
    let short = if lang == Lang::En { model.indicator_label(&home.indicator) } else { &home.indicator.short };
    let whole = number::title(lang, model.symbols().at_least, &home.indicator, short, shown_origin(home));
    let short = if model.width().of(&whole) <= cells / 2 { &whole } else { short };
    format!(" {} ", model.width().cut(short, cells / 2, model.symbols().ellipsis))
}

/// Widths of the columns, cells.
struct Columns {
    bar: u16,
    value: u16,
    /// Leads and marks.
    flags: u16,
}

impl Columns {
    /// The name is what people look for: the bar takes what is left over, and leads and marks shrink
    /// to a sign before a name loses its fourth character.
    fn of(pen: &Pen<'_>, width: u16) -> Self {
        let natural = pen.model.widths;
        let (value, name) = ((natural.value + natural.base).min(width / 2), natural.name);
        let left = |flags: u16| width.saturating_sub(SIGN + gap(value) + gap(flags));
        let flags = if left(natural.flags) >= name.min(LEAST_NAME) { natural.flags } else { natural.flags.min(1) };
        let bar = left(flags).saturating_sub(name.max(LEAST_NAME) + 1).min(10);
        Self { bar: if bar >= 3 { bar } else { 0 }, value, flags }
    }
}

/// A column with the space before it.
fn gap(cells: u16) -> u16 {
    if cells > 0 { cells + 1 } else { 0 }
}

/// The sign of the class with the space after it, and the last column, which stays free.
const SIGN: u16 = 3;

/// Two Chinese characters of the unit above, cells.
const LEAST_UNDER: u16 = 4;

/// Four Chinese characters.
const LEAST_NAME: u16 = 8;

/// The length of bars: from 0 (or the lowest) to the highest.
struct Scale {
    low: f64,
    high: f64,
}

impl Scale {
    fn of(home: &HomePage) -> Self {
        let values = || home.rows.iter().filter_map(|row| row.shown.reading.value).filter(|v| v.is_finite());
        let high = values().fold(0.0, f64::max);
        let percent = home.legend.unit == "%" && high <= 100.0;
        Self { low: values().fold(0.0, f64::min), high: if percent { 100.0 } else { high } }
    }

    fn share(&self, value: f64) -> f64 {
        if self.high > self.low { (value - self.low) / (self.high - self.low) } else { 0.0 }
    }
}

#[expect(clippy::too_many_arguments, reason = "one row needs what its list has worked out once")]
fn draw_row(pen: &mut Pen<'_>, home: &HomePage, row: &Row, line: Rect, columns: &Columns, scale: &Scale, selected: bool, active: bool) {
    let chosen = selected.then(|| pen.selected(active));
    let of = |pen: &Pen<'_>, tone| chosen.unwrap_or_else(|| pen.style(tone));
    if let Some(style) = chosen {
        pen.clear(line, style);
    }
    let mut right = line.right().saturating_sub(1);
    if columns.flags > 0 {
        right = right.saturating_sub(columns.flags);
        let style = of(pen, if row.marks > 0 { Tone::Mark } else { Tone::Lead });
        let flags = number::flags(row, pen.symbols.flag);
        let flags = match (pen.width.of(&flags) > columns.flags, row.marks > 0) {
            (false, _) => flags.as_str(),
            (true, true) => pen.symbols.flag,
            (true, false) => "!",
        };
        pen.text(line, right.max(line.x), line.y, flags, style);
        right = right.saturating_sub(1);
    }
    let value = pen.model.shown(home, &row.shown);
    let value = if columns.value > 0 { pen.width.cut(&value, columns.value, pen.symbols.ellipsis).into_owned() } else { String::new() };
    let known = row.shown.reading.state == State::Value;
    let style = of(pen, if known { Tone::Text } else { Tone::Dim });
    let base = if row.shown.small_base { 0 } else { pen.model.widths.base };
    let x = right.saturating_sub(pen.width.of(&value) + base).max(line.x);
    pen.text(line, x, line.y, &value, style);
    right = right.saturating_sub(gap(columns.value));
    if columns.bar > 0 {
        right = right.saturating_sub(columns.bar);
        if let Some(value) = row.shown.reading.value.filter(|_| known) {
            let bar = pen.bar(scale.share(value), columns.bar);
            // On the selected row as well: the colour of the class stands beside the selection, not under it.
            let style = pen.on(bar_style(pen, home, row), Role::Ground);
            let style = if selected { style.remove_modifier(Modifier::REVERSED) } else { style };
            pen.text(line, right.max(line.x), line.y, &pen.width.pad(&bar, columns.bar, ""), style);
        }
        right = right.saturating_sub(1);
    }
    // One cell of the class at the beginning ties the row to the map.
    let (sign, style) = swatch(pen, is_down(home), fill(row));
    let style = match chosen {
        Some(chosen) if pen.model.session.caps.pattern() => chosen,
        _ => style,
    };
    let sign: String = sign.chars().next().map(String::from).unwrap_or_default();
    let x = pen.text(line, line.x, line.y, &sign, style);
    let name = Rect { width: right.saturating_sub(line.x), ..line };
    let style = of(
        pen,
        if row.subject == Subject::Unit && !row.drawn && home.legend.no_geometry < home.legend.total { Tone::Dim } else { Tone::Text },
    );
    let end = pen.text(name, x + 1, line.y, &row.name, style) + 1;
    if !row.under.is_empty() && name.right() >= end + LEAST_UNDER {
        let style = of(pen, Tone::Dim);
        pen.text(name, end, line.y, &row.under, style);
    }
}

/// A bar has the colour of its class where that can be seen on the ground, else the accent's.
fn bar_style(pen: &Pen<'_>, home: &HomePage, row: &Row) -> Style {
    if pen.model.session.caps.pattern() {
        return pen.style(Tone::Dim);
    }
    let theme = &pen.model.session.theme;
    Style::new().fg(theme.ink(Ink::Fill(fill(row)), is_down(home), false))
}
