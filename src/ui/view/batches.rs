//! 批次: every import there was.

use jiff::Timestamp;

use super::board::Board;
use super::pen::{Line, Tone};
use super::sheet::Sheet;
use crate::domain::plan::BatchRow;
use crate::domain::text::quote;
use crate::ui::model::{Ask, Model};

/// The screen.
pub(super) fn board(model: &Model) -> Board<'_> {
    let lang = model.session.lang;
    let batches = &model.desk.batches;
    let mut board = Board::new(lang.text("desk.batches.title").to_owned(), batches.cursor);
    board.hint = lang.text("desk.batches.hint").to_owned();
    board.empty = match (model.failure(Ask::Batches), &batches.rows) {
        (Some(problem), _) => lang.problem(problem),
        (None, None) => lang.text("ui.loading").to_owned(),
        (None, Some(_)) => lang.text("desk.batches.none").to_owned(),
    };
    let Some(rows) = batches.rows.as_deref() else { return board };
    board.note = lang.fill("desk.batches.count", &[&rows.len()]);
    board.count = rows.len();
    board.row = Box::new(move |n, cells| rows.get(n).map(|b| row(model, b, cells)).unwrap_or_default());
    let at = batches.cursor.at;
    board.detail = Some(Box::new(move |cells| rows.get(at).map(|b| detail(model, b, cells)).unwrap_or_default()));
    board
}

/// A time on the session's clock, to the minute.
fn time(model: &Model, ms: i64) -> String {
    let at = Timestamp::from_millisecond(ms).unwrap_or_default();
    at.to_zoned(model.session.zone.clone()).strftime("%Y-%m-%d %H:%M").to_string()
}

/// What a batch holds, in words.
fn kind(model: &Model, kind: &str) -> String {
    let key = format!("cli.batches.kind.{kind}");
    if model.session.lang.has(&key) { model.text(&key).to_owned() } else { quote(kind) }
}

fn row(model: &Model, batch: &BatchRow, cells: u16) -> Line {
    let (lang, width) = (model.session.lang, model.width());
    let gone = batch.withdrawn_at_ms.is_some();
    let (text, dim) = if gone { (Tone::Dim, Tone::Dim) } else { (Tone::Text, Tone::Dim) };
    let state = if gone { lang.text("desk.batches.withdrawn") } else { "" };
    let fixed = 6 + 10 + 17 + 9 + 7;
    let room = cells.saturating_sub(fixed).max(8);
    // The end of a path is what tells files apart.
    let name = width.pad(&width.cut_left(&quote(&batch.file), room, model.symbols().ellipsis), room, "");
    vec![
        (format!("{:>5} ", batch.id), dim),
        (width.pad(&kind(model, &batch.kind), 10, model.symbols().ellipsis), text),
        (name, text),
        (format!(" {}", time(model, batch.known_from_ms)), dim),
        (format!("{:>9}", batch.rows), text),
        (format!(" {state}"), Tone::Lead),
    ]
}

fn detail(model: &Model, batch: &BatchRow, cells: u16) -> Vec<Line> {
    let lang = model.session.lang;
    let mut sheet = Sheet::new(model, cells);
    sheet.text(0, &lang.fill("desk.batches.number", &[&batch.id, &kind(model, &batch.kind)]), Tone::Strong);
    let label = 8;
    let mut pair = |key: &str, text: &str, tone: Tone| {
        if !text.is_empty() {
            sheet.pair(lang.text(key), label, Tone::Dim, text, tone);
        }
    };
    pair("desk.batches.file", &quote(&batch.file), Tone::Text);
    pair("desk.batches.source", &quote(&batch.source), Tone::Text);
    pair("desk.batches.loaded", &time(model, batch.known_from_ms), Tone::Text);
    pair("desk.batches.actor", &quote(&batch.actor), Tone::Text);
    pair("desk.batches.rows", &batch.rows.to_string(), Tone::Text);
    if let Some(ms) = batch.withdrawn_at_ms {
        pair("desk.batches.gone_at", &time(model, ms), Tone::Lead);
    }
    pair("desk.input.sha256", batch.sha256.get(..12).unwrap_or_default(), Tone::Dim);
    if batch.import == 0 {
        sheet.text(0, lang.text("desk.batches.of_workspace"), Tone::Dim);
    } else {
        let others = model.desk.batches.together(batch).len();
        if others > 1 {
            sheet.text(0, &lang.fill("desk.batches.with", &[&others]), Tone::Dim);
        }
        if batch.withdrawn_at_ms.is_some() {
            sheet.text(0, &lang.fill("desk.batches.back", &[&quote(&batch.file)]), Tone::Dim);
        }
    }
    sheet.lines
}
