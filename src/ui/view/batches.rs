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
    let columns = Columns::of(model, rows);
    board.row = Box::new(move |n, cells| rows.get(n).map(|b| row(model, b, &columns, cells)).unwrap_or_default());
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

/// Widths that the rows need, cells; the file takes what is left.
struct Columns {
    kind: u16,
    file: u16,
    rows: u16,
    state: u16,
}

impl Columns {
    fn of(model: &Model, rows: &[BatchRow]) -> Self {
        let width = model.width();
        let widest = |of: &dyn Fn(&BatchRow) -> u16| rows.iter().map(of).max().unwrap_or_default();
        let gone = rows.iter().any(|b| b.withdrawn_at_ms.is_some());
        Self {
            kind: widest(&|b| width.of(&kind(model, &b.kind))).min(12) + 1,
            file: widest(&|b| width.of(&quote(&b.file))),
            rows: widest(&|b| width.of(&b.rows.to_string())) + 1,
            state: if gone { width.of(model.text("desk.batches.withdrawn")) + 1 } else { 0 },
        }
    }
}

fn row(model: &Model, batch: &BatchRow, columns: &Columns, cells: u16) -> Line {
    let (lang, width) = (model.session.lang, model.width());
    let gone = batch.withdrawn_at_ms.is_some();
    let (text, dim) = if gone { (Tone::Dim, Tone::Dim) } else { (Tone::Text, Tone::Dim) };
    let state = if gone { lang.text("desk.batches.withdrawn") } else { "" };
    let loaded = time(model, batch.known_from_ms);
    let fixed = 6 + columns.kind + columns.rows + columns.state;
    let left = |time: &str| cells.saturating_sub(fixed + width.of(time) + 1);
    // The hour gives way to a long name: it stands beside the list too.
    let day = loaded.split(' ').next().unwrap_or_default();
    let loaded = if left(&loaded) < columns.file { day } else { &loaded };
    let room = left(loaded).max(8);
    // The end of a path is what tells files apart.
    let name = width.pad(&width.cut_left(&quote(&batch.file), room, model.symbols().ellipsis), room, "");
    vec![
        (format!("{:>5} ", batch.id), dim),
        (width.pad(&kind(model, &batch.kind), columns.kind, model.symbols().ellipsis), text),
        (name, text),
        (format!(" {loaded}"), dim),
        (format!("{:>1$}", batch.rows, usize::from(columns.rows)), text),
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
