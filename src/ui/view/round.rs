//! 月报: how every unit stands in a round, and what came with its files.

use jiff::Timestamp;

use super::board::Board;
use super::import::severity;
use super::pen::{Line, Tone, bar};
use super::sheet::Sheet;
use crate::domain::problem::Problem;
use crate::domain::round::{Intake, IntakeFile, Outside, RoundPage, RoundRow, RoundState};
use crate::domain::text::quote;
use crate::domain::value::State;
use crate::ui::model::{Ask, Model};
use crate::ui::number;

/// The bar of cells that came.
const BAR: u16 = 8;

/// The board.
pub(super) fn board(model: &Model, cells: u16) -> Board<'_> {
    let lang = model.session.lang;
    let round = &model.desk.round;
    let mut board = Board::new(lang.text("desk.round.title").to_owned(), round.cursor);
    board.hint = lang.text(if round.page.is_some() { "desk.round.hint" } else { "desk.round.hint_none" }).to_owned();
    board.empty = match (model.failure(Ask::Round), round.none) {
        (Some(problem), _) => lang.problem(problem),
        (None, true) => lang.text("desk.round.none").to_owned(),
        (None, false) => lang.text("ui.loading").to_owned(),
    };
    let Some(page) = round.page.as_deref() else { return board };
    board.title = format!("{} {} {}", board.title, model.symbols().step, page.round.period);
    if let Some(lines) = &round.lines {
        let at = lines.iter().position(|line| line.round.period == page.round.period).map_or(1, |n| n + 1);
        board.note = lang.fill("desk.round.of", &[&at, &lines.len()]);
    }
    board.head = head(model, page, cells);
    let states = RoundState::ALL.iter().map(|state| model.width().of(state_word(model, *state))).max().unwrap_or(0) + 2;
    let name = page.rows.iter().map(|row| model.width().of(&row.name)).max().unwrap_or(8).clamp(8, 24);
    let name = (name, states);
    board.columns = Some(Box::new(move |_| columns(model, name)));
    board.count = page.rows.len();
    board.row = Box::new(move |n, cells| page.rows.get(n).map(|r| row(model, r, name, cells)).unwrap_or_default());
    let at = round.cursor.at;
    board.detail = Some(Box::new(move |cells| page.rows.get(at).map(|r| detail(model, r, cells)).unwrap_or_default()));
    board
}

/// Sign and tone of a state: never the colour alone.
fn sign(state: RoundState) -> (&'static str, Tone) {
    match state {
        RoundState::Absent => ("-", Tone::Dim),
        RoundState::Came => ("+", Tone::Accent),
        RoundState::Late => ("~", Tone::Lead),
        RoundState::Faulty => ("X", Tone::Error),
        RoundState::Same => ("=", Tone::Lead),
        RoundState::Final => ("#", Tone::Strong),
    }
}

fn state_word(model: &Model, state: RoundState) -> &'static str {
    model.text(&format!("round.state.{}", state.word()))
}

/// Due day, units by state, burden, what need not be asked.
fn head(model: &Model, page: &RoundPage, cells: u16) -> Vec<Line> {
    let lang = model.session.lang;
    let days = page.round.due.since(model.session.today).map(|span| span.get_days()).unwrap_or_default();
    let key = if days < 0 { "desk.round.over" } else { "desk.round.due_in" };
    let mut first = vec![(lang.fill(key, &[&page.round.due, &days.abs()]), if days < 0 { Tone::Lead } else { Tone::Text })];
    for (state, count) in &page.states {
        let (sign, tone) = sign(*state);
        let text = format!("  {sign} {} {count}", state_word(model, *state));
        first.push((text, if *count == 0 { Tone::Dim } else { tone }));
    }
    let burden = &page.burden;
    let wide: u16 = first.iter().map(|(text, _)| model.width().of(text)).sum();
    // The day and the states on one line where they fit.
    let mut lines = if wide <= cells {
        vec![first]
    } else {
        let states = first.split_off(1);
        vec![first, states.into_iter().map(|(text, tone)| (format!("{} ", text.trim_start()), tone)).collect()]
    };
    let mut text = |text: &str, tone: Tone| {
        lines.extend(model.width().wrap(text, cells).into_iter().map(|line| vec![(line, tone)]));
    };
    text(&lang.fill("desk.round.burden", &[&burden.asked, &burden.prefilled, &burden.elsewhere, &page.cells.came]), Tone::Dim);
    if !burden.unused.is_empty() {
        let unused: Vec<String> = burden.unused.iter().map(|(heading, files)| format!("{}({files})", quote(heading))).collect();
        text(&lang.fill("desk.round.unused", &[&unused.join(" ")]), Tone::Lead);
    }
    for other in &page.disputed {
        text(&lang.fill("desk.round.disputed", &[&quote(&other.actor), &other.due]), Tone::Error);
    }
    lines
}

fn columns(model: &Model, (name, state): (u16, u16)) -> Line {
    let (lang, width) = (model.session.lang, model.width());
    let head = |key: &str, cells: u16| (width.pad(lang.text(key), cells, ""), Tone::Dim);
    vec![
        head("desk.round.unit", name + 1),
        head("desk.round.state", state + 1),
        head("desk.round.cells", BAR + 9),
        head("desk.round.same", 8),
        (lang.text("desk.round.faults").to_owned(), Tone::Dim),
    ]
}

fn row(model: &Model, row: &RoundRow, (name, state): (u16, u16), cells: u16) -> Line {
    let (lang, width, symbols) = (model.session.lang, model.width(), model.symbols());
    let (sign, tone) = sign(row.state);
    let share = if row.cells.asked == 0 { 0.0 } else { f64::from(row.cells.came) / f64::from(row.cells.asked) };
    let same = row.unchanged.map(|share| format!("{:.0}%", share * 100.0)).unwrap_or_default();
    let mut notes = Vec::new();
    if row.late && row.state != RoundState::Late {
        notes.push(state_word(model, RoundState::Late).to_owned());
    }
    for (key, count) in [
        ("desk.round.n_problems", row.problems().len()),
        ("desk.round.n_outside", row.outside().len()),
        ("desk.round.n_corrections", row.corrections.len()),
    ] {
        if count > 0 {
            notes.push(lang.fill(key, &[&count]));
        }
    }
    if row.returned.is_some() {
        notes.push(lang.text("desk.round.returned").to_owned());
    }
    let mut line = vec![
        (width.pad(&row.name, name + 1, symbols.ellipsis), Tone::Text),
        (width.pad(&format!("{sign} {}", state_word(model, row.state)), state + 1, symbols.ellipsis), tone),
    ];
    if cells > name + state + BAR + 12 {
        line.push((width.pad(&bar(symbols, share, BAR), BAR, ""), Tone::Accent));
        line.push((width.pad(&format!(" {}/{}", row.cells.came, row.cells.asked), 9, ""), Tone::Text));
        line.push((width.pad(&same, 8, ""), Tone::Dim));
    }
    line.push((notes.join(" "), Tone::Lead));
    line
}

fn when(model: &Model, at: Timestamp) -> String {
    at.to_zoned(model.session.zone.clone()).strftime("%Y-%m-%d %H:%M").to_string()
}

fn detail(model: &Model, row: &RoundRow, cells: u16) -> Vec<Line> {
    let lang = model.session.lang;
    let mut sheet = Sheet::new(model, cells);
    let (sign, tone) = sign(row.state);
    sheet.text(0, &format!("{} {}  {sign} {}", row.name, quote(&row.code), state_word(model, row.state)), tone);
    let c = row.cells;
    sheet.text(0, &lang.fill("desk.round.cells_text", &[&c.asked, &c.came, &c.elsewhere, &c.missing]), Tone::Text);
    if let Some(returned) = &row.returned {
        let text = lang.fill("desk.round.returned_text", &[&when(model, returned.at), &quote(&returned.actor), &quote(&returned.remark)]);
        sheet.text(0, &text, Tone::Lead);
    }
    if let Some(frozen) = &row.frozen {
        sheet.text(0, &lang.fill("desk.round.frozen_text", &[&when(model, frozen.at), &quote(&frozen.actor)]), Tone::Strong);
    }
    for correction in &row.corrections {
        let indicator = model.workspace.iter().flat_map(|w| &w.indicators).find(|i| i.id == correction.indicator);
        let value = |reading: crate::domain::value::Reading| match (indicator, reading.state) {
            (_, State::Missing) | (None, _) => lang.text("ui.state.missing").to_owned(),
            (Some(i), _) => number::full(lang, i, crate::domain::value::Origin::Reported, reading),
        };
        let label = indicator.map_or_else(|| correction.indicator.as_str().to_owned(), |i| model.indicator_label(i).to_owned());
        let text = lang
            .fill("desk.round.correction", &[&correction.name, &label, &correction.period, &value(correction.old), &value(correction.new)]);
        sheet.text(0, &text, Tone::Mark);
    }
    problems(model, &mut sheet, row.problems());
    outside(model, &mut sheet, row.outside());
    for receipt in &row.receipts {
        let text = lang.fill("desk.round.file", &[&quote(&receipt.taken.file), &when(model, receipt.at), &receipt.taken.cells]);
        sheet.text(0, &text, Tone::Text);
        if receipt.taken.declared {
            sheet.text(2, lang.text("desk.round.declared"), Tone::Dim);
        }
        if !receipt.taken.unused.is_empty() {
            let unused: Vec<String> = receipt.taken.unused.iter().map(|heading| quote(heading)).collect();
            sheet.text(2, &lang.fill("desk.round.unused", &[&unused.join(" ")]), Tone::Dim);
        }
    }
    if row.receipts.is_empty() {
        sheet.text(0, lang.text("desk.round.no_file"), Tone::Dim);
    }
    sheet.lines
}

fn problems(model: &Model, sheet: &mut Sheet, problems: &[Problem]) {
    for problem in problems {
        let (sign, key, tone) = severity(problem);
        sheet.text(0, &format!("{sign} {} {}", model.text(key), problem.spot), tone);
        sheet.text(2, &model.session.lang.wording(problem), Tone::Text);
    }
}

fn outside(model: &Model, sheet: &mut Sheet, outside: &[Outside]) {
    let lang = model.session.lang;
    for foreign in outside {
        let row = foreign.row.map(|row| lang.fill("ui.provenance.row", &[&row])).unwrap_or_default();
        let text = lang.fill("desk.round.outside", &[&row, &quote(&foreign.name), &quote(&foreign.code), &quote(&foreign.owner)]);
        sheet.text(0, &text, Tone::Lead);
    }
}

/// What taking files into a round would do.
pub(super) fn intake(model: &Model, cells: u16) -> Board<'_> {
    let lang = model.session.lang;
    let import = &model.desk.import;
    let period = import.round.map(|period| period.to_string()).unwrap_or_default();
    let mut board = Board::new(lang.fill("desk.intake.title", &[&period]), import.cursors[0]);
    let open = model.slots.get(&Ask::Intake).is_some_and(|slot| slot.open.is_some());
    board.hint = lang.text(if open { "desk.plan.hint_open" } else { "desk.intake.hint" }).to_owned();
    if open || import.applying {
        board.head.push(super::import::progress(model, cells));
    }
    let Some(intake) = import.intake.as_deref() else {
        board.empty = model.failure(Ask::Intake).filter(|_| !open).map_or_else(String::new, |problem| lang.problem(problem));
        return board;
    };
    let kept = intake.files.iter().filter(|file| !file.skipped).count();
    let units: std::collections::BTreeSet<_> = intake.files.iter().filter_map(|file| file.unit.as_ref().map(|unit| unit.0)).collect();
    board.head.push(vec![(lang.fill("desk.intake.summary", &[&intake.files.len(), &kept, &units.len()]), Tone::Strong)]);
    board.count = intake.files.len();
    board.row = Box::new(move |n, cells| intake.files.get(n).map(|file| intake_row(model, file, cells)).unwrap_or_default());
    let at = import.cursors[0].at;
    board.detail = Some(Box::new(move |cells| intake_detail(model, intake, at, cells)));
    board
}

fn intake_row(model: &Model, file: &IntakeFile, cells: u16) -> Line {
    let (lang, width, ellipsis) = (model.session.lang, model.width(), model.symbols().ellipsis);
    let unit = file.unit.as_ref().map_or_else(|| lang.text("desk.intake.nobody").to_owned(), |(_, _, name)| name.clone());
    let (sign, tone) = match () {
        () if file.skipped => ("-", Tone::Dim),
        () if !file.taken.problems.is_empty() || !file.taken.outside.is_empty() => ("!", Tone::Lead),
        () => ("+", Tone::Accent),
    };
    let mut notes = vec![lang.fill("desk.intake.cells", &[&file.taken.cells])];
    if file.skipped {
        notes = vec![lang.text("desk.intake.skipped").to_owned()];
    }
    if file.correction {
        notes.push(lang.text("desk.intake.correction").to_owned());
    }
    for (key, count) in [("desk.round.n_problems", file.taken.problems.len()), ("desk.round.n_outside", file.taken.outside.len())] {
        if count > 0 {
            notes.push(lang.fill(key, &[&count]));
        }
    }
    let notes = notes.join(" ");
    let rest = cells.saturating_sub(2 + width.of(&notes) + 1);
    vec![
        (format!("{sign} "), tone),
        (width.pad(&unit, rest / 3, ellipsis), if file.unit.is_some() { Tone::Strong } else { Tone::Error }),
        (width.pad(&format!(" {}", quote(&file.taken.file)), rest - rest / 3, ellipsis), Tone::Text),
        (format!(" {notes}"), tone),
    ]
}

fn intake_detail(model: &Model, intake: &Intake, at: usize, cells: u16) -> Vec<Line> {
    let Some(file) = intake.files.get(at) else { return Vec::new() };
    let lang = model.session.lang;
    let mut sheet = Sheet::new(model, cells);
    sheet.text(0, &quote(&file.taken.file), Tone::Strong);
    match &file.unit {
        Some((_, code, name)) => sheet.text(0, &lang.fill("desk.intake.of_unit", &[name, &quote(code)]), Tone::Text),
        None => sheet.text(0, lang.text("desk.intake.nobody_how"), Tone::Error),
    }
    if file.taken.declared {
        sheet.text(0, lang.text("desk.round.declared"), Tone::Dim);
    }
    problems(model, &mut sheet, &file.taken.problems);
    outside(model, &mut sheet, &file.taken.outside);
    if !file.taken.unused.is_empty() {
        let unused: Vec<String> = file.taken.unused.iter().map(|heading| quote(heading)).collect();
        sheet.text(0, &lang.fill("desk.round.unused", &[&unused.join(" ")]), Tone::Dim);
    }
    sheet.lines
}
