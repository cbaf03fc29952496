//! 质量: faults of the boundaries, problems of the loads, what was read and not joined.

use super::board::Board;
use super::import::{cause_text, problem_row, severity};
use super::pen::{Line, Tone};
use super::sheet::Sheet;
use crate::domain::page::ReadCount;
use crate::domain::problem::Problem;
use crate::domain::quality::{Fault, Grade, NotJoined};
use crate::domain::text::quote;
use crate::gis::near;
use crate::ui::desk::Part;
use crate::ui::model::{Ask, Model};
use crate::ui::number;

/// Problems of keys that found no unit or branch.
const NO_UNIT: [&str; 4] = ["E_IMPORT_PARENT", "E_TABLE_UNIT", "E_TABLE_BRANCH", "E_TABLE_AMBIGUOUS"];

/// The screen, or the fault that the map shows.
pub(super) fn board(model: &Model, cells: u16) -> Board<'_> {
    let lang = model.session.lang;
    let quality = &model.desk.quality;
    let reads = model.workspace.as_ref().map_or(&[][..], |w| &w.reads);
    let mut board = Board::new(lang.text("desk.quality.title").to_owned(), quality.cursors[quality.part as usize]);
    if quality.flying.is_some() {
        let at = quality.cursors[Part::Faults as usize].at;
        board.title = quality.shown(at).map_or_else(String::new, |fault| heading(model, fault));
        board.note = format!("{}/{}", at + 1, quality.count());
        board.count = quality.count();
        board.detail_only = true;
        board.hint = lang.text("desk.quality.hint_map").to_owned();
        board.detail = Some(Box::new(move |cells| quality.shown(at).map(|f| detail(model, f, cells, false)).unwrap_or_default()));
        return board;
    }
    let listed: Vec<&ReadCount> = reads.iter().filter(|read| read.listed > 0).collect();
    let not_joined = quality.page().map_or(&[][..], |page| &page.not_joined);
    let keys: Vec<&Problem> = model.problems.iter().filter(|p| NO_UNIT.contains(&&*p.code)).collect();
    let all = quality.page().map_or_else(|| "…".to_owned(), |page| page.faults.len().to_string());
    board.tabs = vec![
        format!("{} {}", lang.text("desk.quality.faults"), all.replace('…', model.symbols().ellipsis)),
        format!("{} {}", lang.text("desk.quality.loads"), model.problems.len()),
        format!("{} {}", lang.text("desk.quality.join"), listed.len() + keys.len() + not_joined.len()),
    ];
    board.tab = quality.part as usize;
    board.hint = lang.text(if quality.part == Part::Faults { "desk.quality.hint" } else { "desk.quality.hint_other" }).to_owned();
    let at = quality.cursors[quality.part as usize].at;
    match quality.part {
        Part::Faults => {
            board.empty = match (model.failure(Ask::Quality), quality.page()) {
                (Some(problem), _) => lang.problem(problem),
                (None, None) => lang.text("desk.quality.checking").to_owned(),
                (None, Some(_)) => lang.text("desk.quality.clean").to_owned(),
            };
            board.head = head(model, cells);
            board.count = quality.count();
            board.row = Box::new(move |n, cells| quality.shown(n).map(|f| row(model, f, cells)).unwrap_or_default());
            board.detail = Some(Box::new(move |cells| quality.shown(at).map(|f| detail(model, f, cells, true)).unwrap_or_default()));
        }
        Part::Loads => {
            board.empty = lang.text("desk.quality.no_problems").to_owned();
            board.count = model.problems.len();
            board.row = Box::new(move |n, cells| model.problems.get(n).map(|p| problem_row(model, p, cells)).unwrap_or_default());
            board.detail = Some(Box::new(move |cells| {
                let mut sheet = Sheet::new(model, cells);
                if let Some(problem) = model.problems.get(at) {
                    let (sign, key, tone) = severity(problem);
                    sheet.text(0, &format!("{sign} {} {}", model.text(key), problem.code), tone);
                    sheet.text(0, &problem.spot.to_string(), Tone::Accent);
                    sheet.text(0, &lang.wording(problem), Tone::Text);
                }
                sheet.lines
            }));
        }
        Part::Join => {
            board.empty = lang.text("desk.quality.all_joined").to_owned();
            // The counts, then every key that found no unit with what to do about it: of what the
            // workspace loads by itself, then of imports.
            let lines: Vec<Open<'_>> = (listed.iter().map(|read| Open::Read(read)))
                .chain(keys.iter().map(|problem| Open::Loaded(problem)))
                .chain(not_joined.iter().map(Open::Imported))
                .collect();
            board.count = lines.len();
            let detailed = lines.get(at).copied();
            board.row = Box::new(move |n, cells| match lines.get(n) {
                Some(Open::Read(read)) => read_row(model, read, cells),
                Some(Open::Loaded(problem)) => problem_row(model, problem, cells),
                Some(Open::Imported(key)) => key_row(model, key, cells),
                None => Line::new(),
            });
            board.detail = Some(Box::new(move |cells| match detailed {
                Some(Open::Loaded(problem)) => {
                    let mut sheet = Sheet::new(model, cells);
                    sheet.text(0, &problem.spot.to_string(), Tone::Accent);
                    sheet.text(0, &lang.wording(problem), Tone::Text);
                    sheet.lines
                }
                Some(Open::Imported(key)) => key_detail(model, key, cells),
                Some(Open::Read(_)) | None => Vec::new(),
            }));
        }
    }
    board
}

/// A line of what was not joined.
#[derive(Clone, Copy)]
enum Open<'m> {
    /// Counts of a layer or table.
    Read(&'m ReadCount),
    /// A key of what the workspace loads by itself.
    Loaded(&'m Problem),
    /// A key of an import, or a unit that its file left out.
    Imported(&'m NotJoined),
}

/// File, sheet and row.
fn place(model: &Model, key: &NotJoined) -> String {
    let sheet = if key.sheet.is_empty() { String::new() } else { format!(" {}", quote(&key.sheet)) };
    let row = key.row.map(|row| format!(" {}", model.session.lang.fill("desk.quality.row", &[&row]))).unwrap_or_default();
    format!("{}{sheet}{row}", quote(&key.file))
}

fn key_row(model: &Model, key: &NotJoined, cells: u16) -> Line {
    let (lang, width) = (model.session.lang, model.width());
    let to = key.unit.as_ref().filter(|_| key.in_file);
    let to = to.map(|(_, code, name)| format!(" {} {} {}", model.symbols().step, quote(name), quote(code))).unwrap_or_default();
    let place = place(model, key);
    let place_cells = (cells * 2 / 5).min(width.of(&place));
    let cause = if key.in_file { cause_text(lang, key.cause) } else { lang.text("desk.quality.left_out") };
    let text = format!("{} {}", quote(&key.key), quote(&key.name));
    vec![
        (format!("{} ", width.cut_left(&place, place_cells, model.symbols().ellipsis)), Tone::Accent),
        (width.pad(cause, 12, ""), Tone::Lead),
        (format!("{}{to}", text.trim_end()), Tone::Text),
    ]
}

fn key_detail(model: &Model, key: &NotJoined, cells: u16) -> Vec<Line> {
    let lang = model.session.lang;
    let mut sheet = Sheet::new(model, cells);
    sheet.text(0, format!("{} {}", quote(&key.key), quote(&key.name)).trim_end(), Tone::Strong);
    let rows = if key.in_file { format!("  {}", lang.fill("desk.unmatched.rows", &[&key.rows])) } else { String::new() };
    sheet.text(0, &format!("{}{rows}", place(model, key)), Tone::Dim);
    if key.in_file {
        sheet.text(0, lang.text(&format!("desk.cause.{}_how", key.cause.word())), Tone::Text);
    }
    let todo = match &key.unit {
        _ if !key.in_file => lang.fill("desk.quality.left_out_how", &[&quote(&key.file)]),
        Some((_, code, name)) => lang.fill("desk.quality.suggestion", &[&quote(name), &quote(code), &quote(&key.file)]),
        None => lang.fill("desk.quality.no_suggestion", &[&quote(&key.file)]),
    };
    sheet.text(0, &todo, Tone::Accent);
    sheet.text(0, &lang.fill("desk.quality.batch", &[&key.batch]), Tone::Dim);
    sheet.lines
}

/// Tolerance, what lies below it, and the kinds there are.
fn head(model: &Model, cells: u16) -> Vec<Line> {
    let lang = model.session.lang;
    let quality = &model.desk.quality;
    let Some(page) = quality.page() else { return Vec::new() };
    let under: u32 = page.under.iter().map(|under| under.count).sum();
    let area: f64 = page.under.iter().map(|under| under.area_m2).sum();
    let area = number::area(area, model.session.caps.ambiguous_wide);
    let text = lang.fill("desk.quality.summary", &[&page.units, &number::plain(page.tolerance_m), &under, &area]);
    let mut lines: Vec<Line> = model.width().wrap(&text, cells).into_iter().map(|line| vec![(line, Tone::Dim)]).collect();
    // The kinds, as many as fit around the chosen one.
    let kinds = quality.kinds();
    let mut words = vec![(format!("{} {}", lang.text("desk.quality.all"), page.faults.len()), quality.kind().is_none())];
    words.extend(kinds.iter().map(|(kind, count)| (format!("{} {count}", name(model, kind.code())), quality.kind() == Some(*kind))));
    let chosen = words.iter().position(|(_, on)| *on).unwrap_or(0);
    let wide = |(text, _): &(String, bool)| model.width().of(text) + 3;
    let mut first = chosen;
    let mut room = cells.saturating_sub(wide(&words[chosen]));
    while first > 0 && wide(&words[first - 1]) <= room / 2 {
        first -= 1;
        room -= wide(&words[first]);
    }
    let line = words.into_iter().skip(first).map(
        |(text, on)| {
            if on { (format!("[{text}] "), Tone::Accent) } else { (format!(" {text}  "), Tone::Dim) }
        },
    );
    lines.push(line.collect());
    lines
}

/// A kind in words.
fn name(model: &Model, code: &str) -> &'static str {
    model.text(&format!("quality.kind.{code}"))
}

fn grade(grade: Grade) -> (&'static str, Tone) {
    match grade {
        Grade::Error => ("X", Tone::Error),
        Grade::Warning => ("!", Tone::Lead),
        Grade::Note => (".", Tone::Dim),
    }
}

fn heading(model: &Model, fault: &Fault) -> String {
    let (sign, _) = grade(fault.grade);
    let unit = fault.units.first().map(|unit| format!(" {}", quote(&unit.name))).unwrap_or_default();
    format!("{sign} {}{unit} {}", name(model, fault.kind.code()), size(model, fault))
}

/// Area, else length; empty for a point.
fn size(model: &Model, fault: &Fault) -> String {
    if fault.size.area_m2 > 0.0 {
        number::area(fault.size.area_m2, model.session.caps.ambiguous_wide)
    } else if fault.size.length_m > 0.0 {
        near::shown(fault.size.length_m)
    } else {
        String::new()
    }
}

fn row(model: &Model, fault: &Fault, cells: u16) -> Line {
    let width = model.width();
    let (sign, tone) = grade(fault.grade);
    let units: Vec<String> = fault.units.iter().take(3).map(|unit| quote(&unit.name)).collect();
    let size = size(model, fault);
    let room = cells.saturating_sub(2 + 16 + 1 + width.of(&size) + 1);
    vec![
        (format!("{sign} "), tone),
        (width.pad(name(model, fault.kind.code()), 16, model.symbols().ellipsis), Tone::Text),
        (width.pad(&format!(" {}", units.join(&format!(" {} ", model.symbols().dot))), room + 1, model.symbols().ellipsis), Tone::Strong),
        (format!(" {size}"), Tone::Dim),
    ]
}

fn detail(model: &Model, fault: &Fault, cells: u16, titled: bool) -> Vec<Line> {
    let lang = model.session.lang;
    let mut sheet = Sheet::new(model, cells);
    if titled {
        sheet.text(0, &heading(model, fault), grade(fault.grade).1);
    }
    sheet.text(0, model.text(&format!("quality.todo.{}", fault.kind.code())), Tone::Text);
    let units: Vec<String> = fault.units.iter().map(|unit| format!("{} {}", quote(&unit.name), quote(&unit.code))).collect();
    sheet.text(0, &units.join(&format!(" {} ", model.symbols().dot)), Tone::Accent);
    let [lon, lat] = fault.place_deg;
    let width = number::plain((fault.size.width_m() * 100.0).round() / 100.0);
    let key = if fault.size.width_m() > 0.0 { "desk.quality.place_width" } else { "desk.quality.place" };
    sheet.text(0, &lang.fill(key, &[&format!("{lon:.6}"), &format!("{lat:.6}"), &width]), Tone::Dim);
    sheet.lines
}

fn read_row(model: &Model, read: &ReadCount, cells: u16) -> Line {
    let text = model.session.lang.fill("ui.problems.read", &[&quote(&read.name), &read.read, &read.drawn, &read.listed]);
    vec![(model.width().cut(&text, cells, model.symbols().ellipsis).into_owned(), Tone::Text)]
}
