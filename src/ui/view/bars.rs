//! The top line, the status line, which-key and the tutorial.

use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};

use super::pen::{Pen, Tone};
use crate::domain::page::{Freshness, HomePage};
use crate::domain::request::Progress;
use crate::ui::action::{Action, Place};
use crate::ui::keymap::Match;
use crate::ui::menu::STANDINGS;
use crate::ui::model::{Focus, Model};
use crate::ui::theme::Role;

fn panel(pen: &mut Pen<'_>, area: Rect) {
    let style = pen.on(pen.style(Tone::Text), Role::Panel);
    pen.clear(area, style);
}

/// What is filtered, in words; empty where everything is shown.
pub(super) fn scope(model: &Model) -> String {
    let Some(view) = &model.view else { return String::new() };
    let zones = model.workspace.iter().flat_map(|w| &w.zones).filter(|(code, _)| view.scope.zones.contains(code));
    let mut parts: Vec<String> = zones.map(|(_, label)| label.clone()).collect();
    parts.extend(STANDINGS.iter().filter(|(s, _)| view.scope.standings.contains(s)).map(|(_, key)| model.text(key).to_owned()));
    if view.only_flagged {
        parts.push(model.text("ui.scope.flagged").to_owned());
    }
    parts.join("+")
}

/// 县图 · breadcrumb · scope · indicator and period · read-only · demo · age.
pub(super) fn top(pen: &mut Pen<'_>, area: Rect) {
    panel(pen, area);
    let model = pen.model;
    let lang = model.session.lang;
    if let Some(home) = model.home.as_deref().filter(|_| model.supposes()) {
        stamp(pen, area, home);
        return;
    }
    let on = |pen: &Pen<'_>, tone| pen.on(pen.style(tone), Role::Panel);
    let dot = format!(" {} ", pen.symbols.dot);

    // Right: what must never be missed. The age goes first where there is no room.
    let mut flags: Vec<(String, Tone)> = Vec::new();
    if let Some(workspace) = &model.workspace {
        if workspace.demo {
            flags.push((model.text("ui.top.demo").to_owned(), Tone::Lead));
        }
        if model.session.access.grants.is_empty() {
            flags.push((model.text("ui.top.read_only").to_owned(), Tone::Accent));
        }
    }
    if let Some(day) = model.home.as_ref().and_then(|home| home.data_day)
        && area.width >= 70
    {
        let days = model.session.today.since(day).map(|span| span.get_days()).unwrap_or_default();
        let key = if days > 0 && area.width >= 100 { "ui.top.as_of_age" } else { "ui.top.as_of" };
        flags.push((lang.fill(key, &[&day, &days]), Tone::Dim));
    }
    let mut right = area.right();
    let mut first = true;
    for (text, tone) in flags.iter().rev() {
        let cells = pen.width.of(text) + if first { 1 } else { pen.width.of(&dot) };
        if right.saturating_sub(area.x) < cells + 11 {
            break;
        }
        right -= cells;
        let style = on(pen, *tone);
        let mut x = pen.text(area, right, area.y, text, style);
        if !first {
            let style = on(pen, Tone::Dim);
            x = pen.text(area, x, area.y, &dot, style);
        }
        let _ = x;
        first = false;
    }
    let left = Rect { width: right.saturating_sub(area.x + 1), ..area };

    let style = on(pen, Tone::Accent);
    let mut x = pen.text(left, left.x, left.y, &format!(" {} ", model.text("ui.app")), style);
    // The way: cut from the left, so that the place itself stays whole.
    let step = format!(" {} ", pen.symbols.step);
    let way = match &model.home {
        Some(home) if !home.crumbs.is_empty() => home.crumbs.iter().map(|c| c.name.as_str()).collect::<Vec<_>>().join(&step),
        _ => model.workspace.as_ref().map_or_else(|| model.text("ui.loading").to_owned(), |w| w.name.clone()),
    };
    let indicator = model.home.as_ref().map(|home| {
        let period = home.period.map(|p| format!(" {p}")).unwrap_or_default();
        format!("{}{period}", model.value_title(home))
    });
    let filter = scope(model);
    let filter = if filter.is_empty() { filter } else { lang.fill("ui.top.scope", &[&filter]) };
    let room = left.right().saturating_sub(x);
    let wanted = |text: &str| if text.is_empty() { 0 } else { pen.width.of(text) + 2 };
    let mut rest = room;
    let way_least = pen.width.of(&way).min(12);
    let shows_filter = !filter.is_empty() && rest >= wanted(&filter) + way_least;
    if shows_filter {
        rest -= wanted(&filter);
    }
    let indicator = indicator.filter(|text| rest >= wanted(text) + way_least);
    if let Some(text) = &indicator {
        rest -= wanted(text);
    }
    let way = pen.width.cut_left(&way, rest, pen.symbols.ellipsis).into_owned();
    let style = on(pen, Tone::Strong);
    x = pen.text(left, x, left.y, &way, style);
    if shows_filter {
        let style = on(pen, Tone::Mark);
        x = pen.text(left, x + 2, left.y, &filter, style);
    }
    if let Some(text) = indicator {
        let style = on(pen, Tone::Accent);
        pen.text(left, x + 2, left.y, &text, style);
    }
}

/// 假设·未采用 across the head, around what is supposed where: nobody takes it for what is.
fn stamp(pen: &mut Pen<'_>, area: Rect, home: &HomePage) {
    let model = pen.model;
    let lang = model.session.lang;
    let style = pen.on(pen.style(Tone::Error), Role::Panel).add_modifier(Modifier::REVERSED | Modifier::BOLD);
    pen.clear(area, style);
    let stamp = format!(" {} ", model.text("leads.what_if.stamp"));
    let x = pen.text(area, area.x, area.y, &stamp, style);
    let rest = Rect { x, width: area.right().saturating_sub(x), ..area };
    let place = home.crumbs.last().map(|crumb| crumb.name.clone());
    let threshold = home.supposed.as_ref().map(|supposed| lang.words(&supposed.threshold));
    let mut parts: Vec<String> =
        [place, Some(model.indicator_label(&home.indicator).to_owned()), threshold].into_iter().flatten().collect();
    if model.workspace.as_ref().is_some_and(|workspace| workspace.demo) {
        parts.push(model.text("ui.top.demo").to_owned());
    }
    parts.retain(|part| !part.is_empty());
    let about = parts.join(&format!(" {} ", pen.symbols.dot));
    // On the right once more, where there is room for all of it.
    let again = pen.width.of(&stamp) + pen.width.of(&about) + 2 <= rest.width;
    let room = Rect { width: rest.width - if again { pen.width.of(&stamp) } else { 0 }, ..rest };
    pen.text(room, room.x, room.y, &about, style);
    if again {
        pen.right(area, area.y, &stamp, style);
    }
}

/// Actions named on the status line, by what is on the screen.
fn hints(model: &Model) -> &'static [Action] {
    use Action::{
        Back, Card, Enter, Find, Glossary, Help, Indicator1, Indicators, Mark, NextPane, OnlyFlagged, Palette, Provenance, Scope, Undo,
        ZoomIn,
    };
    match model.focus {
        _ if model.supposes() => &[Back, Enter, NextPane, Card, ZoomIn, Find, Scope, Palette, Help],
        _ if model.card_open => &[Back, Provenance, Mark, Undo, Glossary, Palette, Help],
        Focus::List => &[Enter, Back, Find, OnlyFlagged, Mark, Indicator1, NextPane, Provenance, Scope, Card, Palette, Help],
        Focus::Map => &[Enter, Back, NextPane, ZoomIn, Find, OnlyFlagged, Mark, Indicators, Palette, Help],
    }
}

/// Lines a message may take.
const MOST: usize = 4;

/// The message, if there is one: on the line, or from there upwards where it is longer.
pub(super) fn toast(pen: &mut Pen<'_>, area: Rect, room: Rect) -> bool {
    let Some(toast) = &pen.model.toast else { return false };
    let (mark, tone) = if toast.bad { (" ! ", Tone::Error) } else { (" ", Tone::Strong) };
    let style = pen.on(pen.style(tone), Role::Panel);
    let indent = pen.width.of(mark);
    if indent + pen.width.of(&toast.text) <= room.width {
        pen.text(room, room.x, room.y, &format!("{mark}{}", toast.text), style);
        return true;
    }
    let mut lines = pen.width.wrap(&toast.text, area.width.saturating_sub(indent + 1));
    lines.truncate(MOST.min(usize::from(area.y)).max(1));
    let high = u16::try_from(lines.len()).unwrap_or(1);
    let over = Rect { y: (area.y + 1).saturating_sub(high), height: high, ..area };
    pen.clear(over, style);
    pen.text(over, over.x, over.y, mark, style);
    for (y, line) in (over.y..over.bottom()).zip(&lines) {
        pen.text(over, over.x + indent, y, line, style);
    }
    true
}

/// What is read, without the folders it lies in.
pub(super) fn file_name(name: &str) -> &str {
    name.trim_end_matches(['/', '\\']).rsplit(['/', '\\']).next().unwrap_or(name)
}

/// A message, else the most useful keys.
pub(super) fn status(pen: &mut Pen<'_>, area: Rect) {
    panel(pen, area);
    let model = pen.model;
    let lang = model.session.lang;
    let mut room = area;
    if let Some(Progress::Reading { name, done, of }) = &model.progress {
        let percent = if *of == 0 { 0 } else { done.saturating_mul(100) / of };
        let share = percent as f64 / 100.0;
        let text =
            format!(" {} {} {percent}% ", lang.fill("ui.status.reading", &[&file_name(name)]), pen.width.pad(&pen.bar(share, 8), 8, ""));
        let style = pen.on(pen.style(Tone::Dim), Role::Panel);
        let x = pen.right(area, area.y, &text, style);
        room.width = x.saturating_sub(area.x);
    } else if let Some(home) = model.home.as_ref().filter(|_| model.desk.screen.is_none()) {
        let count = if home.rows.is_empty() { 0 } else { model.selected + 1 };
        let text = match home.leads {
            Freshness::Now => format!("{count}/{} ", home.rows.len()),
            Freshness::Kept(day) => format!("{}  {count}/{} ", lang.fill("ui.status.leads_kept", &[&day]), home.rows.len()),
            Freshness::Awaited => format!("{}  {count}/{} ", lang.text("ui.status.leads_awaited"), home.rows.len()),
        };
        if area.width >= 60 {
            let style = pen.on(pen.style(Tone::Dim), Role::Panel);
            let x = pen.right(area, area.y, &text, style);
            room.width = x.saturating_sub(area.x + 1);
        }
    }
    if toast(pen, area, room) {
        return;
    }
    // The overlay says under itself what its keys do.
    if model.overlay.is_some() {
        return;
    }
    if model.desk.screen.is_some() {
        let hint = super::board_of(model, area.width.saturating_sub(2)).map(|board| board.hint).unwrap_or_default();
        keys_of_board(pen, room, &hint);
        return;
    }
    let mut x = room.x + 1;
    // What waits for a decision comes first, and stays until there is one.
    let pending = model.pending().is_some();
    for action in pending.then_some(&Action::Removals).into_iter().chain(hints(model)) {
        if action.info().needs.is_some_and(|grant| !model.session.access.may(grant)) {
            continue;
        }
        let key = if *action == Action::Indicator1 { "1-9".to_owned() } else { model.session.keymap.hint(*action, lang) };
        if key.is_empty() {
            continue;
        }
        let name = if *action == Action::Indicator1 { Action::Indicators.name(lang) } else { action.name(lang) };
        let cells = pen.width.of(&key) + 1 + pen.width.of(name) + 2;
        if x + cells > room.right() + 1 {
            continue;
        }
        let tones = if *action == Action::Removals { (Tone::Lead, Tone::Lead) } else { (Tone::Accent, Tone::Text) };
        let style = pen.on(pen.style(tones.0), Role::Panel);
        x = pen.text(room, x, room.y, &key, style);
        let style = pen.on(pen.style(tones.1), Role::Panel);
        x = pen.text(room, x + 1, room.y, name, style) + 2;
    }
}

/// What the keys of a screen of the desk do: the keys stand out, as on the map. Where there is little room the
/// gaps give way first, then what stands before the last, which is the way back.
fn keys_of_board(pen: &mut Pen<'_>, room: Rect, hint: &str) {
    let mut parts: Vec<&str> = hint.split("  ").filter(|part| !part.is_empty()).collect();
    let cells = |parts: &[&str], gap: u16| parts.iter().map(|part| pen.width.of(part) + gap).sum::<u16>();
    let fits = |parts: &[&str], gap: u16| cells(parts, gap) <= room.width.saturating_sub(1) + gap;
    let gap = if fits(&parts, 2) { 2 } else { 1 };
    while parts.len() > 1 && !fits(&parts, gap) {
        parts.remove(parts.len() - 2);
    }
    let mut x = room.x + 1;
    for part in parts {
        let after_key = part.split_inclusive(' ').take_while(|word| is_key(word.trim_end())).map(str::len).sum();
        let (key, name) = part.split_at(after_key);
        let style = pen.on(pen.style(Tone::Accent), Role::Panel);
        x = pen.text(room, x, room.y, key, style);
        let style = pen.on(pen.style(Tone::Text), Role::Panel);
        x = pen.text(room, x, room.y, name, style) + gap;
    }
}

/// Whether a word of a hint is a key, or joins two.
fn is_key(word: &str) -> bool {
    let alone = word.chars().count() == 1 && !word.chars().any(|c| c.is_alphabetic() && !c.is_ascii());
    let numbered = word.chars().any(|c| c.is_ascii_digit()) && word.is_ascii();
    alone || numbered || word.contains('/') || matches!(word, "Enter" | "Esc" | "Tab" | "Space" | "空格" | "或" | "or" | "←→")
}

/// Which-key: what may follow the keys pressed so far.
pub(super) fn pending(pen: &mut Pen<'_>, status: Rect) {
    let model = pen.model;
    if model.pressed.is_empty() {
        return;
    }
    let place = if model.focus == Focus::Map { Place::Map } else { Place::List };
    let Match::Pending(next) = model.session.keymap.find(&model.pressed, place) else { return };
    panel(pen, status);
    let lang = model.session.lang;
    let pressed: Vec<String> = model.pressed.iter().map(|k| k.shown(lang)).collect();
    let style = pen.on(pen.style(Tone::Strong), Role::Panel);
    let mut x = pen.text(status, status.x + 1, status.y, &format!("{} {}", pressed.join(" "), pen.symbols.step), style) + 1;
    for (keys, action) in next {
        let key: Vec<String> = keys.iter().map(|k| k.shown(lang)).collect();
        let style = pen.on(pen.style(Tone::Accent), Role::Panel);
        x = pen.text(status, x, status.y, &key.join(" "), style);
        let style = pen.on(pen.style(Tone::Text), Role::Panel);
        x = pen.text(status, x + 1, status.y, action.name(lang), style) + 2;
    }
}

/// The step of the tutorial.
pub(super) fn tutorial(pen: &mut Pen<'_>, area: Rect) {
    let model = pen.model;
    let Some(tutorial) = model.tutorial else { return };
    let lang = model.session.lang;
    let theme = &model.session.theme;
    let style = if model.session.caps.pattern() {
        Style::new().fg(theme.role(Role::Text)).bg(theme.role(Role::Ground)).add_modifier(Modifier::REVERSED)
    } else {
        Style::new().fg(theme.role(Role::SelectedText)).bg(theme.role(Role::SelectedGround))
    };
    pen.clear(area, style);
    let text = if tutorial.finished() {
        lang.text("ui.tutorial.done").to_owned()
    } else {
        let step = tutorial.step + 1;
        let key = tutorial.wanted().first().map(|a| model.session.keymap.hint(*a, lang)).unwrap_or_default();
        lang.fill(
            "ui.tutorial.line",
            &[&step, &crate::ui::tutorial::Tutorial::LEN, &lang.fill(&format!("ui.tutorial.step.{step}"), &[&key])],
        )
    };
    let inner = Rect { x: area.x + 1, width: area.width.saturating_sub(2), ..area };
    for (y, line) in (area.y..area.bottom()).zip(pen.width.wrap(&text, inner.width)) {
        pen.text(inner, inner.x, y, &line, style);
    }
}
