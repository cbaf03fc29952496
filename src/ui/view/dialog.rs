//! The small overlays of the desk.

use ratatui::layout::{Position, Rect};

use super::over::field;
use super::pen::{Pen, Tone};
use crate::ui::dialog::{Choose, Sheet};
use crate::ui::model::Model;
use crate::ui::overlay::Overlay;

/// Rows of a dialog at a width: its paragraphs, a gap, its lines or fields.
pub(super) fn height(model: &Model, overlay: &Overlay, cells: u16) -> Option<u16> {
    let rows = |text: &[String]| u16::try_from(paragraphs(model, text, cells).len()).unwrap_or(u16::MAX);
    Some(match overlay {
        Overlay::Confirm(confirm) => rows(&confirm.text) + 1,
        Overlay::Choose(choose) => rows(&choose.text) + 1 + u16::try_from(choose.len()).unwrap_or(u16::MAX),
        Overlay::Sheet(sheet) => rows(&sheet.text) + 1 + u16::try_from(sheet.blanks.len() * 2).unwrap_or(u16::MAX),
        _ => return None,
    })
}

fn paragraphs(model: &Model, text: &[String], cells: u16) -> Vec<String> {
    text.iter().flat_map(|paragraph| model.width().wrap(paragraph, cells)).collect()
}

/// The rows under the paragraphs.
pub(super) fn lines(model: &Model, overlay: &Overlay, body: Rect) -> Rect {
    let text = match overlay {
        Overlay::Confirm(confirm) => &confirm.text,
        Overlay::Choose(choose) => &choose.text,
        Overlay::Sheet(sheet) => &sheet.text,
        _ => return body,
    };
    // However small the window: what can be chosen or typed is on it.
    let least = if matches!(overlay, Overlay::Confirm(_)) { 0 } else { 2 };
    let used = u16::try_from(paragraphs(model, text, body.width).len() + 1).unwrap_or(u16::MAX).min(body.height.saturating_sub(least));
    Rect { y: body.y + used, height: body.height - used, ..body }
}

/// The paragraphs above.
pub(super) fn text(pen: &mut Pen<'_>, body: Rect, lines: Rect, text: &[String]) {
    let style = pen.style(Tone::Text);
    for (y, line) in (body.y..lines.y).zip(paragraphs(pen.model, text, body.width)) {
        pen.text(body, body.x, y, &line, style);
    }
}

/// The answers: number, answer, why.
pub(super) fn choose(pen: &mut Pen<'_>, area: Rect, choose: &Choose) {
    let model = pen.model;
    let other = model.text("desk.answer.other");
    let answers = choose.answers.iter().map(|offer| (offer.shown.as_str(), offer.why.as_str())).chain(choose.other.then_some((other, "")));
    let shown = choose.answers.iter().map(|offer| pen.width.of(&offer.shown)).max().unwrap_or(0).min(area.width / 2);
    for (y, (n, (answer, why))) in (area.y..area.bottom()).zip(answers.enumerate().skip(model.scroll)) {
        let line = Rect { y, height: 1, ..area };
        let chosen = n == model.chosen;
        let style = if chosen { pen.selected(true) } else { pen.style(Tone::Text) };
        if chosen {
            pen.clear(line, style);
        }
        let number = if n < 9 { format!("{} ", n + 1) } else { "  ".to_owned() };
        let x = pen.text(line, line.x, y, &number, style);
        let answer = if why.is_empty() { answer.to_owned() } else { pen.width.pad(answer, shown, pen.symbols.ellipsis) };
        let x = pen.text(line, x, y, &answer, style);
        let style = if chosen { style } else { pen.style(Tone::Dim) };
        pen.text(line, x + 2, y, why, style);
    }
}

/// The fields of a form; gives where the cursor stands.
pub(super) fn sheet(pen: &mut Pen<'_>, area: Rect, sheet: &Sheet) -> Position {
    let model = pen.model;
    let lang = model.session.lang;
    let mut cursor = Position::new(area.x, area.y);
    let labels = sheet.blanks.iter().map(|blank| pen.width.of(lang.text(blank.label))).max().unwrap_or(0);
    // Where there is no room for all, the one being filled is on screen.
    let room = usize::from(area.height.div_ceil(2)).max(1);
    let first = (sheet.at + 1).saturating_sub(room);
    let mut y = area.y;
    for (n, blank) in sheet.blanks.iter().enumerate().skip(first) {
        if y >= area.bottom() {
            break;
        }
        let active = n == sheet.at;
        let style = pen.style(if active { Tone::Accent } else { Tone::Dim });
        pen.text(area, area.x, y, lang.text(blank.label), style);
        let x = (area.x + labels + 2).min(area.right().saturating_sub(1));
        let room = Rect { x, y, width: area.right().saturating_sub(x), height: 1 };
        let at = field(pen, room, &blank.input);
        if active {
            cursor = at;
        }
        if blank.input.value().is_empty() {
            let style = pen.style(Tone::Dim);
            pen.text(room, room.x, y, lang.text(blank.example), style);
        }
        if active && let Some(wrong) = sheet.wrong {
            let style = pen.style(Tone::Error);
            pen.text(area, area.x, (y + 1).min(area.bottom().saturating_sub(1)), lang.text(wrong), style);
        }
        y += 2;
    }
    cursor
}
