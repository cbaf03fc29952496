//! Overlays and the start page.

use jiff::civil::Date;
use ratatui::layout::{Position, Rect};

use super::pen::{Line, Pen, Tone};
use super::sheet;
use crate::ui::layout::SMALLEST;
use crate::ui::menu::{self, START};
use crate::ui::model::{Ask, Model};
use crate::ui::overlay::{Field, Form, Menu, Overlay, SHORTCUTS};
use crate::ui::pick::{self, Entry, Found, Pick};
use crate::ui::theme::Role;
use crate::ui::update::day;

/// Widest overlay, cells: longer lines are hard to read.
const WIDEST: u16 = 84;

/// The column of names in the palette, cells.
const NAMES: u16 = 16;

/// The area of the overlay: its title row, its body, a line of hints.
fn frame(model: &Model) -> Option<Rect> {
    let (cols, high) = model.size;
    if cols < SMALLEST.0 || high < SMALLEST.1 || model.overlay.is_none() {
        return None;
    }
    let lines_and_edges = |lines: usize| u16::try_from(lines).unwrap_or(u16::MAX).saturating_add(2);
    // A sliver of what lies under it would only be in the way.
    let width = if cols < WIDEST + 6 { cols } else { WIDEST };
    let width = match &model.overlay {
        Some(Overlay::Menu(menu)) => menu_width(model, *menu).min(width),
        _ => width,
    };
    let most = if high < 14 { high } else { high - 2 };
    let wanted = match &model.overlay {
        Some(Overlay::Mark(form)) => 7 + u16::from(form.post.is_some()) * 2,
        Some(Overlay::Folder { .. }) => 6,
        Some(overlay @ (Overlay::Confirm(_) | Overlay::Choose(_) | Overlay::Sheet(_))) => {
            super::dialog::height(model, overlay, width - 2 * side(width)).unwrap_or(0).saturating_add(2)
        }
        Some(Overlay::Menu(menu)) => lines_and_edges(menu::items(model, *menu).len()),
        // The field, and room for every line that could come back.
        Some(Overlay::Indicators { .. }) => lines_and_edges(pick::indicators(model, "").len() + 1),
        Some(Overlay::Removals) => lines_and_edges(lines(model, width - 2 * side(width)).len()),
        Some(Overlay::Provenance { page: Some(_) } | Overlay::Problems) => {
            lines_and_edges(lines(model, width - 2 * side(width)).len()).max(12)
        }
        Some(Overlay::Marks { rows: Some(all) }) => lines_and_edges(all.len()).max(12),
        _ => most,
    };
    let height = wanted.clamp(5, most.max(5)).min(high);
    Some(Rect { x: (cols - width) / 2, y: (high - height) / 2, width, height })
}

/// As wide as its lines ask for, cells.
fn menu_width(model: &Model, menu: Menu) -> u16 {
    let width = model.width();
    let lines = menu::items(model, menu)
        .iter()
        .map(|item| width.of(&item.label) + 3 * u16::from(!item.note.is_empty()) + width.of(&item.note))
        .max();
    // The number and the box before a line; edges; the hint under it all.
    let hint = width.of(hint(model)) + 4;
    (lines.unwrap_or(0) + 6 + 6).max(hint).max(36)
}

/// Cells between the edge of an overlay and its text.
fn side(width: u16) -> u16 {
    if width < 50 { 1 } else { 2 }
}

/// An overlay without its edges.
fn inside(frame: Rect) -> Rect {
    let side = side(frame.width);
    Rect { x: frame.x + side, y: frame.y + 1, width: frame.width - 2 * side, height: frame.height - 2 }
}

/// The part of the overlay that scrolls.
fn body(model: &Model) -> Option<Rect> {
    let frame = frame(model)?;
    let inside = inside(frame);
    let top = match model.overlay {
        // The field and a line under it.
        Some(Overlay::Palette { .. } | Overlay::Indicators { .. } | Overlay::Find { .. } | Overlay::Folder { .. }) => 1,
        _ => 0,
    };
    let top = top.min(inside.height);
    let mut body = Rect { y: inside.y + top, height: inside.height - top, ..inside };
    match &model.overlay {
        Some(Overlay::Glossary) => body = glossary(body).0,
        Some(overlay) => body = super::dialog::lines(model, overlay, body),
        None => {}
    }
    Some(body)
}

/// The words and what they mean: side by side, one above the other where it is narrow.
fn glossary(inside: Rect) -> (Rect, Rect) {
    if inside.width < 60 {
        let words = Rect { height: (inside.height / 2).max(1), ..inside };
        return (words, Rect { y: words.bottom(), height: inside.height - words.height, ..inside });
    }
    let words = Rect { width: inside.width / 3, ..inside };
    (words, Rect { x: words.right() + 2, width: inside.width - words.width - 2, ..inside })
}

/// Number of lines of the overlay and how many of them are on screen.
pub(in crate::ui) fn overlay_extent(model: &Model) -> (usize, usize) {
    let Some(overlay) = &model.overlay else {
        return (if model.on_start_page() { START.len() } else { 0 }, START.len());
    };
    let area = body(model).unwrap_or_default();
    let lines = match overlay {
        Overlay::Palette { .. }
        | Overlay::Indicators { .. }
        | Overlay::Find { .. }
        | Overlay::Menu(_)
        | Overlay::Glossary
        | Overlay::Marks { .. } => choices(model).len(),
        Overlay::Help | Overlay::Provenance { .. } | Overlay::Problems | Overlay::Removals => lines(model, area.width).len(),
        Overlay::Choose(choose) => choose.len(),
        Overlay::Mark(_) | Overlay::Folder { .. } | Overlay::Confirm(_) | Overlay::Sheet(_) => 0,
    };
    (lines, usize::from(area.height).max(1))
}

/// Whether a cell belongs to the overlay.
pub(in crate::ui) fn over_overlay(model: &Model, at: Position) -> bool {
    frame(model).is_some_and(|frame| frame.contains(at))
}

/// The line of the overlay or of the start page under a cell.
pub(in crate::ui) fn overlay_line(model: &Model, at: Position) -> Option<usize> {
    if model.overlay.is_none() {
        let area = start_menu(model.size);
        return area.contains(at).then(|| usize::from(at.y - area.y)).filter(|n| *n < START.len());
    }
    let area = body(model)?;
    let (count, _) = overlay_extent(model);
    let line = model.scroll + usize::from(at.y.checked_sub(area.y)?);
    (area.contains(at) && line < count).then_some(line)
}

/// A line to choose: text, note at the right, checked.
fn choices(model: &Model) -> Vec<(String, String, bool)> {
    match &model.overlay {
        Some(Overlay::Indicators { input }) => {
            pick::indicators(model, input.value()).into_iter().map(|line| pick_line(model, line)).collect()
        }
        Some(Overlay::Palette { input }) => {
            let mut found = pick::palette(model, input.value());
            if found.is_empty() {
                found = pick::nearest(model, input.value());
            }
            found.iter().map(|found| palette_line(model, found)).collect()
        }
        Some(Overlay::Find { hits: Some(hits), .. }) => {
            let step = format!(" {} ", model.symbols().step);
            hits.iter()
                .map(|hit| (format!("{}  {} {}", hit.name, model.kind_label(&hit.kind), hit.code), hit.path.join(&step), false))
                .collect()
        }
        Some(Overlay::Menu(menu)) => menu::items(model, *menu).into_iter().map(|item| (item.label, item.note, item.checked)).collect(),
        Some(Overlay::Glossary) => menu::terms(model).into_iter().map(|term| (term.word, String::new(), false)).collect(),
        Some(Overlay::Marks { rows: Some(rows) }) => rows
            .iter()
            .map(|row| {
                let above = row.path.last().map(|name| format!(" ({name})")).unwrap_or_default();
                let due = row.mark.due.map(|day| due(model, day)).unwrap_or_default();
                (format!("{}{above}  {}", row.name, row.mark.reason), due, false)
            })
            .collect(),
        _ => Vec::new(),
    }
}

/// A line of the palette: name, what it does, its keys or what kind of thing it is.
fn palette_line(model: &Model, found: &Found) -> (String, String, bool) {
    let lang = model.session.lang;
    let note = match &found.entry {
        Entry::Action(action) if action.info().needs.is_some_and(|grant| !model.session.access.may(grant)) => {
            lang.text("ui.help.denied").to_owned()
        }
        Entry::Action(action) => model.session.keymap.shown(*action, lang).join(" "),
        _ => found.kind.to_owned(),
    };
    // A name is what is looked for: it is not cut for the sake of a column.
    let name = &found.name;
    let name = if model.width().of(name) > NAMES { name.clone() } else { model.width().pad(name, NAMES, "") };
    (format!("{name} {}", found.doc), note, false)
}

/// Whether the palette holds suggestions: nothing fits what was typed.
fn suggests(model: &Model) -> bool {
    matches!(&model.overlay, Some(Overlay::Palette { input }) if pick::palette(model, input.value()).is_empty())
}

/// A line of the picker of indicators: number key, label, unit and id.
fn pick_line(model: &Model, line: Pick) -> (String, String, bool) {
    let n = match line {
        Pick::Framework(name) => return (name, String::new(), false),
        Pick::Indicator(n) => n,
    };
    let Some(indicator) = model.workspace.as_ref().and_then(|w| w.indicators.get(n)) else { return Default::default() };
    let number = if n < 9 { format!("{} ", n + 1) } else { "  ".to_owned() };
    let now = model.view.as_ref().is_some_and(|view| view.indicator == indicator.id);
    let sign = if now { "[x] " } else { "[ ] " };
    // Under the name of its framework its own id is enough.
    let id = indicator.id.as_str();
    let id = pick::qualified(id).map_or(id, |(_, own)| own);
    (format!("{number}{sign}{}", model.indicator_label(indicator)), format!("{} {id}", indicator.unit).trim().to_owned(), now)
}

/// The day to look again; one that has passed says so.
fn due(model: &Model, day: Date) -> String {
    if day < model.session.today { model.session.lang.fill("ui.marks.overdue", &[&day]) } else { day.to_string() }
}

/// The lines of a sheet.
fn lines(model: &Model, cells: u16) -> Vec<Line> {
    match &model.overlay {
        Some(Overlay::Help) => sheet::help(model, cells),
        Some(Overlay::Problems) => sheet::problems(model, cells),
        Some(Overlay::Removals) => sheet::removals(model, cells),
        Some(Overlay::Provenance { page: Some(page) }) => sheet::provenance(model, page, cells),
        Some(Overlay::Provenance { page: None }) => vec![vec![(waiting(model, Ask::Provenance), Tone::Dim)]],
        _ => Vec::new(),
    }
}

/// What stands where an answer is still out, or did not come.
fn waiting(model: &Model, ask: Ask) -> String {
    model.failure(ask).map_or_else(|| model.text("ui.loading").to_owned(), |problem| model.session.lang.problem(problem))
}

fn title(model: &Model) -> String {
    let lang = model.session.lang;
    match &model.overlay {
        Some(Overlay::Help) => lang.text("ui.help.title").to_owned(),
        Some(Overlay::Palette { .. }) => lang.text(if suggests(model) { "ui.palette.nearest" } else { "ui.palette.title" }).to_owned(),
        Some(Overlay::Indicators { .. }) => lang.text("ui.menu.indicators").to_owned(),
        Some(Overlay::Find { .. }) => lang.text("ui.find.title").to_owned(),
        Some(Overlay::Menu(menu)) => lang.text(menu::title(*menu)).to_owned(),
        Some(Overlay::Glossary) => lang.text("ui.glossary.title").to_owned(),
        Some(Overlay::Provenance { .. }) => lang.text("ui.provenance.title").to_owned(),
        Some(Overlay::Mark(form)) => lang.fill("ui.mark.title", &[&form.name]),
        Some(Overlay::Marks { .. }) => lang.text("ui.marks.title").to_owned(),
        Some(Overlay::Problems) => lang.text("ui.problems.title").to_owned(),
        Some(Overlay::Removals) => lang.text("ui.removals.title").to_owned(),
        Some(Overlay::Folder { .. }) => lang.text("ui.start.folder").to_owned(),
        Some(Overlay::Confirm(confirm)) => confirm.title.clone(),
        Some(Overlay::Choose(choose)) => choose.title.clone(),
        Some(Overlay::Sheet(sheet)) => sheet.title.clone(),
        None => String::new(),
    }
}

fn hint(model: &Model) -> &'static str {
    model.text(match &model.overlay {
        Some(Overlay::Mark(_)) => "ui.mark.hint",
        Some(Overlay::Folder { .. }) => "ui.start.folder_hint",
        Some(Overlay::Confirm(confirm)) if confirm.write.is_none() => "leads.amend.hint",
        Some(Overlay::Confirm(_)) => "desk.confirm.hint",
        Some(Overlay::Sheet(_)) => "desk.sheet.hint",
        Some(Overlay::Menu(Menu::Scope)) => "ui.scope.hint",
        Some(Overlay::Menu(Menu::Places)) => "places.map.hint",
        Some(Overlay::Palette { .. }) if suggests(model) => "ui.palette.nearest_hint",
        Some(Overlay::Indicators { .. }) => "ui.hint.pick",
        Some(Overlay::Removals) => "ui.removals.hint",
        Some(Overlay::Marks { .. }) if model.session.access.may(crate::domain::access::Grant::Mark) => "ui.marks.hint",
        Some(Overlay::Help | Overlay::Problems | Overlay::Provenance { .. }) => "ui.hint.sheet",
        _ => "ui.hint.choose",
    })
}

/// Draws the overlay; gives where the cursor stands.
pub(super) fn draw(pen: &mut Pen<'_>) -> Option<Position> {
    let model = pen.model;
    let area = frame(model)?;
    let ground = pen.on(pen.style(Tone::Text), Role::Panel);
    pen.clear(area, ground);
    // Without colours only lines tell the overlay from what lies under it.
    pen.rule(Rect { width: 1, ..area });
    pen.rule(Rect { x: area.right() - 1, width: 1, ..area });
    let foot = Rect { y: area.bottom() - 1, height: 1, ..area };
    let hint = format!(" {}", hint(model));
    pen.title(foot, &hint, false);
    let style = pen.style(Tone::Dim);
    pen.text(foot, foot.x, foot.y, &hint, style);
    pen.title(area, &format!(" {}", title(model)), true);
    let body = body(model)?;
    let field = Rect { y: body.y.saturating_sub(1), height: 1, ..body };
    match &model.overlay {
        Some(Overlay::Palette { input }) => {
            let cursor = input_line(pen, field, ":", input);
            choose(pen, body, "ui.palette.none");
            Some(cursor)
        }
        Some(Overlay::Indicators { input }) => {
            let cursor = input_line(pen, field, "/", input);
            choose(pen, body, "ui.find.none");
            Some(cursor)
        }
        Some(Overlay::Find { input, hits }) => {
            let cursor = input_line(pen, field, "/", input);
            let key = match hits {
                _ if model.failure(Ask::Find).is_some() => "",
                Some(_) => "ui.find.none",
                None if input.value().trim().is_empty() => "ui.find.how",
                None => "ui.find.searching",
            };
            choose(pen, body, key);
            if let Some(problem) = model.failure(Ask::Find) {
                let style = pen.style(Tone::Error);
                pen.text(body, body.x, body.y, &model.session.lang.problem(problem), style);
            }
            Some(cursor)
        }
        Some(Overlay::Folder { input }) => {
            let cursor = input_line(pen, field, pen.symbols.step, input);
            let style = pen.style(Tone::Dim);
            for (y, line) in (body.y..body.bottom()).zip(pen.width.wrap(model.text("ui.start.folder_how"), body.width)) {
                pen.text(body, body.x, y, &line, style);
            }
            Some(cursor)
        }
        Some(Overlay::Menu(_)) => {
            choose(pen, body, "ui.menu.none");
            None
        }
        Some(Overlay::Marks { rows }) => {
            choose(pen, body, if rows.is_some() { "ui.marks.none" } else { "ui.loading" });
            None
        }
        Some(Overlay::Glossary) => {
            choose(pen, body, "ui.menu.none");
            term(pen, glossary(inside(area)).1);
            None
        }
        Some(Overlay::Help | Overlay::Problems | Overlay::Provenance { .. } | Overlay::Removals) => {
            let lines = lines(model, body.width);
            for (y, line) in (body.y..body.bottom()).zip(lines.iter().skip(model.scroll)) {
                pen.line(body, y, line);
            }
            if model.scroll + usize::from(body.height) < lines.len() {
                let text = format!("{}/{} ", model.scroll + usize::from(body.height), lines.len());
                let style = pen.style(Tone::Dim);
                pen.right(foot, foot.y, &format!(" {text}"), style);
            }
            None
        }
        Some(Overlay::Mark(form)) => Some(mark(pen, body, form)),
        Some(Overlay::Confirm(confirm)) => {
            super::dialog::text(pen, inside(area), body, &confirm.text);
            None
        }
        Some(Overlay::Choose(choose)) => {
            super::dialog::text(pen, inside(area), body, &choose.text);
            super::dialog::choose(pen, body, choose);
            None
        }
        Some(Overlay::Sheet(sheet)) => {
            super::dialog::text(pen, inside(area), body, &sheet.text);
            Some(super::dialog::sheet(pen, body, sheet))
        }
        None => None,
    }
}

/// The field with its sign; gives where the cursor stands.
fn input_line(pen: &mut Pen<'_>, area: Rect, sign: &str, input: &tui_input::Input) -> Position {
    let style = pen.style(Tone::Accent);
    let x = pen.text(area, area.x, area.y, sign, style) + 1;
    let room = Rect { x, width: area.right().saturating_sub(x), ..area };
    field(pen, room, input)
}

/// The text of a field, scrolled so that the insertion point is in it.
pub(super) fn field(pen: &mut Pen<'_>, room: Rect, input: &tui_input::Input) -> Position {
    let style = pen.style(Tone::Text);
    let before: String = input.value().chars().take(input.cursor()).collect();
    let after: String = input.value().chars().skip(input.cursor()).collect();
    let left = pen.width.cut_left(&before, room.width.saturating_sub(1), "").into_owned();
    let at = pen.text(room, room.x, room.y, &left, style);
    pen.text(room, at, room.y, &after, style);
    Position::new(at.min(room.right().saturating_sub(1)), room.y)
}

/// The lines to choose from, or what to say where there are none.
fn choose(pen: &mut Pen<'_>, area: Rect, none: &str) {
    let model = pen.model;
    let all = choices(model);
    if all.is_empty() && !none.is_empty() {
        let style = pen.style(Tone::Dim);
        for (y, line) in (area.y..area.bottom()).zip(pen.width.wrap(model.text(none), area.width)) {
            pen.text(area, area.x, y, &line, style);
        }
        return;
    }
    let menu = matches!(model.overlay, Some(Overlay::Menu(_)));
    // A menu of actions has nothing that is on or off.
    let picks = !matches!(model.overlay, Some(Overlay::Menu(Menu::Work | Menu::Sheets)));
    let heads = if let Some(Overlay::Indicators { input }) = &model.overlay { pick::indicators(model, input.value()) } else { Vec::new() };
    for (y, (n, (text, note, checked))) in (area.y..area.bottom()).zip(all.iter().enumerate().skip(model.scroll)) {
        let line = Rect { y, height: 1, ..area };
        let chosen = n == model.chosen;
        let heading = matches!(heads.get(n), Some(Pick::Framework(_)));
        let style = if chosen { pen.selected(true) } else { pen.style(if heading { Tone::Accent } else { Tone::Text }) };
        if chosen {
            pen.clear(line, style);
        }
        let mut x = line.x;
        if menu {
            let number = if n < 9 { format!("{} ", n + 1) } else { "  ".to_owned() };
            let sign = if *checked { "[x] " } else { "[ ] " };
            let dim = if chosen { style } else { pen.style(Tone::Accent) };
            x = pen.text(line, x, y, &number, dim);
            x = pen.text(line, x, y, if picks { sign } else { "" }, style);
        }
        let note_cells = pen.width.of(note).min(line.width / 2);
        let room = Rect { width: line.width.saturating_sub(if note_cells > 0 { note_cells + 1 } else { 0 }), ..line };
        pen.text(room, x, y, text, style);
        if note_cells > 0 {
            let dim = if chosen { style } else { pen.style(Tone::Dim) };
            let note = pen.width.cut_left(note, note_cells, pen.symbols.ellipsis).into_owned();
            pen.right(line, y, &note, dim);
        }
    }
}

/// The chosen word of the glossary.
fn term(pen: &mut Pen<'_>, area: Rect) {
    let model = pen.model;
    let terms = menu::terms(model);
    let Some(term) = terms.get(model.chosen) else { return };
    let lang = model.session.lang;
    let document = if term.document.is_empty() { lang.text("ui.not_configured").to_owned() } else { term.document.clone() };
    let text = if term.text.is_empty() { lang.text("ui.not_configured") } else { &term.text };
    let mut sheet = sheet::Sheet::new(model, area.width);
    sheet.text(0, &term.word, Tone::Strong);
    sheet.text(0, text, Tone::Text);
    sheet.gap();
    sheet.text(0, &lang.fill("ui.card.document", &[&document]), Tone::Dim);
    for (y, line) in (area.y..area.bottom()).zip(&sheet.lines) {
        pen.line(area, y, line);
    }
}

/// The form of a mark.
fn mark(pen: &mut Pen<'_>, area: Rect, form: &Form) -> Position {
    let model = pen.model;
    let lang = model.session.lang;
    let mut cursor = Position::new(area.x, area.y);
    let mut y = area.y;
    let labels = form.fields().iter().map(|f| pen.width.of(lang.text(label(*f)))).max().unwrap_or(0);
    for which in form.fields() {
        if y >= area.bottom() {
            break;
        }
        let active = *which == form.field;
        let style = pen.style(if active { Tone::Accent } else { Tone::Dim });
        pen.text(area, area.x, y, lang.text(label(*which)), style);
        let x = (area.x + labels + 2).min(area.right().saturating_sub(1));
        let room = Rect { x, y, width: area.right().saturating_sub(x), height: 1 };
        let (input, ghost) = match which {
            Field::Post => (form.post.as_ref(), lang.text("ui.mark.post_how").to_owned()),
            Field::Reason => (Some(&form.reason), lang.fill("ui.mark.or", &[&lang.text(&format!("ui.mark.ready.{}", form.ready + 1))])),
            Field::Day => {
                let shown = match (SHORTCUTS.get(form.shortcut).copied().flatten(), day(form, model.session.today)) {
                    (Some(days), Ok(Some(day))) => lang.fill("ui.mark.in_days", &[&days, &day]),
                    _ => lang.text("ui.mark.no_day").to_owned(),
                };
                (Some(&form.day), lang.fill("ui.mark.or", &[&shown]))
            }
        };
        if let Some(input) = input {
            let at = field(pen, room, input);
            if active {
                cursor = at;
            }
            if input.value().is_empty() {
                // An example is not an answer; a choice that stands is.
                let style = pen.style(if active && *which != Field::Post { Tone::Text } else { Tone::Dim });
                pen.text(room, room.x, y, &ghost, style);
            }
        }
        y += 2;
    }
    if y > area.bottom() {
        y = area.bottom();
    }
    if let Some(wrong) = form.wrong {
        let row = y.saturating_sub(1).min(area.bottom().saturating_sub(1));
        let style = pen.style(Tone::Error);
        pen.text(area, area.x, row, lang.text(wrong), style);
    } else if form.post.is_none() && y <= area.bottom() {
        let post = model.session.access.post.clone().unwrap_or_default();
        let row = y.saturating_sub(1).min(area.bottom().saturating_sub(1));
        let style = pen.style(Tone::Dim);
        pen.text(area, area.x, row, &lang.fill("ui.mark.as_post", &[&post]), style);
    }
    cursor
}

fn label(field: Field) -> &'static str {
    match field {
        Field::Post => "ui.mark.post",
        Field::Reason => "ui.mark.reason",
        Field::Day => "ui.mark.day",
    }
}

/// The lines of the start page.
fn start_menu((cols, rows): (u16, u16)) -> Rect {
    let width = cols.min(44);
    let height = u16::try_from(START.len()).unwrap_or(4).min(rows.saturating_sub(2));
    Rect { x: (cols - width) / 2, y: if rows < 10 { 2.min(rows) } else { rows / 2 }, width, height }
}

/// 演示 · 打开文件夹 · 教程.
pub(super) fn start(pen: &mut Pen<'_>, area: Rect) {
    let model = pen.model;
    let menu = start_menu(model.size);
    let lang = model.session.lang;
    let centre = |pen: &Pen<'_>, text: &str| area.x + area.width.saturating_sub(pen.width.of(text)) / 2;
    let name = lang.text("ui.start.title");
    let style = pen.style(Tone::Strong);
    let x = centre(pen, name);
    pen.text(area, x, menu.y.saturating_sub(if area.height < 10 { 2 } else { 4 }), name, style);
    if area.height >= 10 {
        let text = lang.text("ui.start.what");
        let style = pen.style(Tone::Dim);
        let x = centre(pen, text);
        pen.text(area, x, menu.y.saturating_sub(2), text, style);
    }
    for (n, key) in (0u16..).zip(START) {
        let y = menu.y + n;
        if y >= area.bottom().saturating_sub(1) {
            break;
        }
        let line = Rect { y, height: 1, ..menu };
        let chosen = usize::from(n) == model.chosen;
        let style = if chosen { pen.selected(true) } else { pen.style(Tone::Text) };
        if chosen {
            pen.clear(line, style);
        }
        pen.text(line, line.x + 1, y, &format!("{} {}", n + 1, lang.text(key)), style);
    }
    let foot = Rect { y: area.bottom() - 1, height: 1, ..area };
    if !super::bars::toast(pen, foot, foot) {
        let style = pen.style(Tone::Dim);
        pen.text(foot, foot.x + 1, foot.y, lang.text("ui.start.hint"), style);
    }
}
