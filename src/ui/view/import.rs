//! 导入: the files, and what importing them would do.

use super::board::Board;
use super::pen::{Line, Tone};
use super::question;
use super::sheet::Sheet;
use crate::domain::files::{FileEntry, FileKind};
use crate::domain::plan::{About, Cause, Change, ChangeKind, Input, Plan, Question, UnitChange, UnitChangeKind, Unmatched};
use crate::domain::problem::{Problem, Severity};
use crate::domain::request::Progress;
use crate::domain::text::quote;
use crate::locale::Lang;
use crate::ui::desk::{Entry, Tab};
use crate::ui::model::{Ask, Model};

/// The screen.
pub(super) fn board(model: &Model, cells: u16) -> Board<'_> {
    match (model.desk.import.files.is_empty(), model.desk.import.round) {
        (true, _) => files(model),
        (false, Some(_)) => super::round::intake(model, cells),
        (false, None) => plan(model, cells),
    }
}

/// Choosing files.
fn files(model: &Model) -> Board<'_> {
    let lang = model.session.lang;
    let browser = &model.desk.import.browser;
    let width = model.width();
    let entries = browser.entries();
    let title = match model.desk.import.round {
        Some(period) => lang.fill("desk.files.title_round", &[&period]),
        None => lang.text("desk.files.title").to_owned(),
    };
    let mut board = Board::new(title, browser.cursor);
    board.note = lang.fill("desk.files.chosen", &[&browser.chosen.len()]);
    board.path = Some((&browser.input, browser.typing, browser.typed_dir()));
    board.count = entries.len();
    board.hint = lang.text(if browser.typing { "desk.files.hint_path" } else { "desk.files.hint" }).to_owned();
    board.empty = match model.failure(Ask::Files) {
        Some(problem) => lang.problem(problem),
        None if browser.list.is_none() => lang.text("ui.loading").to_owned(),
        None => lang.text("desk.files.empty").to_owned(),
    };
    let left_out = browser.list.as_ref().map_or(0, |list| list.left_out);
    if left_out > 0 {
        board.head.push(vec![(lang.fill("desk.files.left_out", &[&left_out]), Tone::Lead)]);
    }
    let mark = model.symbols();
    board.row = Box::new(move |n, cells| match entries.get(n) {
        Some(Entry::Parent(_)) => vec![("    ..".to_owned(), Tone::Dim), (format!("  {}", lang.text("desk.files.parent")), Tone::Dim)],
        Some(Entry::Of(entry)) => {
            let ticked = browser.chosen.contains(&entry.path);
            let kind = kind(model, entry);
            let size = if entry.kind == FileKind::Folder { String::new() } else { bytes(entry.size_bytes) };
            let day = entry.modified.map(|day| day.to_string()).unwrap_or_default();
            // Sign, name, kind, size, day: the name gives way, the day goes first.
            let fixed = 4 + 10 + 9 + if cells >= 60 { 12 } else { 0 };
            let name = width.pad(&entry.name, cells.saturating_sub(fixed).max(8), mark.ellipsis);
            let tone = match entry.kind {
                FileKind::Folder => Tone::Accent,
                FileKind::Other => Tone::Dim,
                _ => Tone::Text,
            };
            let mut line = vec![
                (if ticked { "[x] " } else { "[ ] " }.to_owned(), if ticked { Tone::Strong } else { Tone::Dim }),
                (name, tone),
                (width.pad(&format!(" {kind}"), 10, ""), Tone::Dim),
                (format!("{size:>9}"), Tone::Dim),
            ];
            if cells >= 60 {
                line.push((format!("  {day}"), Tone::Dim));
            }
            line
        }
        None => Line::new(),
    });
    board
}

fn kind(model: &Model, entry: &FileEntry) -> &'static str {
    model.text(match entry.kind {
        FileKind::Folder => "desk.files.folder",
        FileKind::Map => "desk.files.map",
        FileKind::Table => "desk.files.table",
        FileKind::Archive => "desk.files.archive",
        FileKind::Other => "desk.files.other",
    })
}

/// A size for people.
fn bytes(size: u64) -> String {
    match size {
        0..1024 => format!("{size} B"),
        1024..1_048_576 => format!("{} KB", size / 1024),
        _ => format!("{:.1} MB", size as f64 / 1_048_576.0),
    }
}

/// What importing would do, and what it did.
fn plan(model: &Model, cells: u16) -> Board<'_> {
    let lang = model.session.lang;
    let import = &model.desk.import;
    let names: Vec<String> =
        import.files.iter().map(|f| f.file_name().map_or_else(|| f.display().to_string(), |n| n.to_string_lossy().into_owned())).collect();
    let mut board = Board::new(lang.fill("desk.plan.title", &[&quote(&names.join(" "))]), import.cursors[import.tab as usize]);
    let open = model.slots.get(&Ask::Plan).is_some_and(|slot| slot.open.is_some());
    board.hint = lang.text(hint(model, open)).to_owned();
    if open || import.applying {
        board.head.push(progress(model, cells));
    }
    let Some(plan) = &import.plan else {
        board.empty = model.failure(Ask::Plan).filter(|_| !open).map_or_else(String::new, |problem| lang.problem(problem));
        return board;
    };
    let plan: &Plan = plan;
    head(model, plan, &mut board);
    board.tabs = Tab::ALL.iter().map(|tab| format!("{} {}", lang.text(tab.key()), tab.count(plan))).collect();
    board.tab = import.tab as usize;
    board.count = import.tab.count(plan);
    let at = import.at();
    match import.tab {
        Tab::Inputs => {
            board.row = Box::new(move |n, cells| plan.inputs.get(n).map(|i| input_row(model, i, cells)).unwrap_or_default());
            board.detail = Some(Box::new(move |cells| plan.inputs.get(at).map(|i| input(model, i, cells)).unwrap_or_default()));
        }
        Tab::Questions => {
            board.empty = lang.text("desk.plan.no_questions").to_owned();
            board.row = Box::new(move |n, cells| question_row(model, plan, n, cells));
            board.detail = Some(Box::new(move |cells| question_lines(model, plan, at, cells)));
        }
        Tab::Unmatched => {
            board.empty = lang.text("desk.plan.all_matched").to_owned();
            board.row = Box::new(move |n, cells| plan.unmatched.get(n).map(|u| unmatched_row(model, u, cells)).unwrap_or_default());
            board.detail = Some(Box::new(move |cells| plan.unmatched.get(at).map(|u| unmatched(model, u, cells)).unwrap_or_default()));
        }
        Tab::Changes => {
            board.empty = lang.text("desk.plan.no_changes").to_owned();
            board.row = Box::new(move |n, cells| match n.checked_sub(plan.unit_changes.len()) {
                None => unit_change_row(model, &plan.unit_changes[n], cells),
                Some(n) => plan.changes.get(n).map(|c| change_row(model, c, cells)).unwrap_or_default(),
            });
            board.detail = Some(Box::new(move |cells| match at.checked_sub(plan.unit_changes.len()) {
                None => unit_change(model, &plan.unit_changes[at], cells),
                Some(at) => plan.changes.get(at).map(|c| change(model, c, cells)).unwrap_or_default(),
            }));
        }
        Tab::Problems => {
            board.empty = lang.text("desk.plan.no_problems").to_owned();
            board.row = Box::new(move |n, cells| plan.problems.get(n).map(|p| problem_row(model, p, cells)).unwrap_or_default());
            board.detail = Some(Box::new(move |cells| {
                plan.problems.get(at).map(|p| problem(model, p, at, plan.problems.len(), cells)).unwrap_or_default()
            }));
        }
    }
    board
}

fn hint(model: &Model, open: bool) -> &'static str {
    let import = &model.desk.import;
    match import.tab {
        _ if import.applying => "desk.plan.hint_applying",
        _ if open && import.plan.is_none() => "desk.plan.hint_open",
        _ if import.applied.is_some() => "desk.plan.hint_applied",
        Tab::Inputs => "desk.plan.hint_inputs",
        Tab::Questions => "desk.plan.hint_questions",
        Tab::Unmatched => "desk.plan.hint_unmatched",
        Tab::Changes => "desk.plan.hint_changes",
        Tab::Problems => "desk.plan.hint_problems",
    }
}

/// How far it is.
pub(super) fn progress(model: &Model, cells: u16) -> Line {
    let lang = model.session.lang;
    let what = lang.text(if model.desk.import.applying { "desk.plan.applying" } else { "desk.plan.planning" });
    let Some(Progress::Reading { name, done, of }) = &model.progress else { return vec![(what.to_owned(), Tone::Accent)] };
    let share = if *of == 0 { 0.0 } else { *done as f64 / *of as f64 };
    let bar_cells = (cells / 3).clamp(6, 30);
    let bar = model.width().pad(&super::pen::bar(model.symbols(), share, bar_cells), bar_cells, "");
    vec![
        (format!("{what} "), Tone::Accent),
        (bar, Tone::Accent),
        (format!(" {:.0}%  {}", share * 100.0, quote(super::bars::file_name(name))), Tone::Text),
    ]
}

/// What would happen in numbers, and what stands in the way.
fn head(model: &Model, plan: &Plan, board: &mut Board<'_>) {
    let lang = model.session.lang;
    let counts = model.desk.import.applied.as_ref().map_or(plan.counts, |applied| applied.counts);
    let applied = model.desk.import.applied.is_some();
    let dot = format!(" {} ", model.symbols().dot);
    let mut line = vec![(lang.text(if applied { "desk.plan.done" } else { "desk.plan.would" }).to_owned(), Tone::Strong)];
    let parts = [
        ("desk.plan.new", counts.new, Tone::Accent),
        ("desk.plan.changed", counts.changed, Tone::Lead),
        ("desk.plan.gone", counts.gone, Tone::Error),
        ("desk.plan.unchanged", counts.unchanged, Tone::Dim),
    ];
    for (n, (key, count, tone)) in parts.into_iter().enumerate() {
        let between = if n == 0 { " " } else { &dot };
        line.push((between.to_owned(), Tone::Dim));
        line.push((lang.fill(key, &[&count]), if count == 0 { Tone::Dim } else { tone }));
    }
    board.head.push(line);
    let mut aside = Vec::new();
    for (key, count) in [
        ("desk.plan.unmatched_file", plan.counts.unmatched_file),
        ("desk.plan.unmatched_store", plan.counts.unmatched_store),
        ("desk.plan.aside", plan.counts.aside),
    ] {
        if count > 0 && !applied {
            aside.push(lang.fill(key, &[&count]));
        }
    }
    if !aside.is_empty() {
        board.head.push(vec![(aside.join(&dot), Tone::Text)]);
    }
    let needed = plan.questions.iter().filter(|q| q.needed).count();
    let state = if let Some(applied) = &model.desk.import.applied {
        let ids: Vec<String> = applied.batches.iter().map(ToString::to_string).collect();
        (lang.fill("desk.plan.state_done", &[&ids.join(" ")]), Tone::Accent)
    } else if needed > 0 {
        (lang.fill("desk.plan.open", &[&needed]), Tone::Lead)
    } else if plan.target.is_none() {
        (lang.text("desk.plan.unreadable").to_owned(), Tone::Error)
    } else if plan.is_empty() {
        (lang.text(nothing_key(plan)).to_owned(), Tone::Lead)
    } else {
        (lang.text("desk.plan.ready").to_owned(), Tone::Accent)
    };
    board.head.push(vec![state]);
}

/// Why there is nothing to write.
pub(in crate::ui) fn nothing_key(plan: &Plan) -> &'static str {
    let left = plan.counts.aside + plan.counts.unmatched_file;
    if plan.counts.unchanged > 0 && left == 0 { "desk.plan.nothing" } else { "desk.plan.nothing_fits" }
}

fn input_name(input: &Input) -> String {
    if input.part.is_empty() { quote(&input.file) } else { format!("{} {}", quote(&input.file), quote(&input.part)) }
}

fn input_row(model: &Model, input: &Input, cells: u16) -> Line {
    let width = model.width();
    let numbers = model.session.lang.fill("desk.input.kept", &[&input.kept, &input.read]);
    let room = cells.saturating_sub(width.of(&numbers) + 11).max(8);
    vec![
        // The end of a path is what tells files apart.
        (width.pad(&width.cut_left(&input_name(input), room, model.symbols().ellipsis), room, ""), Tone::Text),
        (width.pad(&format!(" {}", input.format), 10, ""), Tone::Dim),
        (format!(" {numbers}"), Tone::Dim),
    ]
}

fn input(model: &Model, input: &Input, cells: u16) -> Vec<Line> {
    let lang = model.session.lang;
    let mut sheet = Sheet::new(model, cells);
    sheet.text(0, &input_name(input), Tone::Strong);
    let label = 10;
    let mut pair = |key: &str, text: &str| {
        if !text.is_empty() {
            sheet.pair(lang.text(key), label, Tone::Dim, text, Tone::Text);
        }
    };
    pair("desk.input.rows", &lang.fill("desk.input.rows_text", &[&input.read, &input.kept, &input.cut]));
    if let Some((encoding, guessed)) = &input.encoding {
        let text = if *guessed { lang.fill("desk.input.guessed", &[encoding]) } else { encoding.clone() };
        pair("desk.input.encoding", &text);
    }
    pair("desk.input.crs", input.crs.as_deref().unwrap_or_default());
    pair("desk.input.period", &input.period.map(|p| p.to_string()).unwrap_or_default());
    pair("desk.input.profile", input.profile.as_deref().unwrap_or_else(|| lang.text("desk.input.no_profile")));
    let columns: Vec<String> =
        input.columns.iter().map(|(role, heading)| format!("{}={}", question::role_name(model, role), quote(heading))).collect();
    pair("desk.input.columns", &columns.join("  "));
    pair("desk.input.unused", &input.unused.iter().map(|h| quote(h)).collect::<Vec<_>>().join("  "));
    pair("desk.input.sha256", input.sha256.get(..12).unwrap_or_default());
    sheet.lines
}

fn question_row(model: &Model, plan: &Plan, n: usize, cells: u16) -> Line {
    let Some(asked) = plan.questions.get(n) else { return Line::new() };
    let (lang, width) = (model.session.lang, model.width());
    let decided = question::decided(model, asked);
    let (state, tone) = match (decided.is_empty(), asked.needed) {
        (false, _) => (decided, Tone::Accent),
        (true, true) => (lang.text("desk.answer.needed").to_owned(), Tone::Lead),
        (true, false) if matches!(asked.about, About::Indicator { .. }) || is_unread(plan, asked) => {
            (lang.text("desk.answer.unread").to_owned(), Tone::Dim)
        }
        (true, false) => (lang.text("desk.answer.may").to_owned(), Tone::Dim),
    };
    let state = width.cut(&state, cells / 3, model.symbols().ellipsis).into_owned();
    let room = cells.saturating_sub(width.of(&state) + 3);
    vec![
        (if asked.needed { "! " } else { "  " }.to_owned(), Tone::Lead),
        (width.pad(&question::line(model, plan, asked, room), room, model.symbols().ellipsis), Tone::Text),
        (format!(" {state}"), tone),
    ]
}

/// Whether a file is left alone because nobody said what it is.
fn is_unread(plan: &Plan, asked: &Question) -> bool {
    let kept = plan.inputs.iter().filter(|input| input.file == asked.spot.file).map(|input| input.kept).sum::<u64>();
    asked.about == About::Target && kept == 0
}

fn question_lines(model: &Model, plan: &Plan, n: usize, cells: u16) -> Vec<Line> {
    let Some(asked) = plan.questions.get(n) else { return Vec::new() };
    let mut sheet = Sheet::new(model, cells);
    let (title, text) = question::words(model, asked);
    sheet.text(0, &title, Tone::Strong);
    for paragraph in &text {
        sheet.text(0, paragraph, Tone::Dim);
    }
    for offer in question::offers(model, asked) {
        let text = if offer.why.is_empty() { offer.shown } else { format!("{}  {}", offer.shown, offer.why) };
        sheet.text(2, &text, Tone::Text);
    }
    sheet.lines
}

fn unmatched_row(model: &Model, unmatched: &Unmatched, cells: u16) -> Line {
    let (lang, width) = (model.session.lang, model.width());
    let taken = model.desk.import.choices.accept.contains(&unmatched.id)
        || model.desk.import.choices.accept_causes.contains(&unmatched.cause)
        || unmatched.accepted;
    let suggestion = question::suggestion(unmatched);
    let tick = match (suggestion, taken) {
        (None, _) => "    ",
        (Some(_), true) => "[x] ",
        (Some(_), false) => "[ ] ",
    };
    let side = lang.text(if unmatched.in_file { "desk.unmatched.in_file" } else { "desk.unmatched.in_store" });
    // What the file leaves out has no cause to be guessed at.
    let cause = if unmatched.in_file { cause_text(lang, unmatched.cause) } else { lang.text("desk.quality.left_out") };
    let to = suggestion.map(|(_, code, name)| format!(" {} {name} {code}", model.symbols().step)).unwrap_or_default();
    let key = format!("{} {}", quote(&unmatched.key), quote(&unmatched.name));
    let rest = cells.saturating_sub(4 + width.of(side) + 1 + 12);
    vec![
        (tick.to_owned(), Tone::Strong),
        (format!("{side} "), Tone::Dim),
        (width.pad(cause, 12, ""), Tone::Lead),
        (width.pad(&format!("{}{to}", key.trim_end()), rest, model.symbols().ellipsis), Tone::Text),
    ]
}

/// A cause in a word or two.
pub(super) fn cause_text(lang: Lang, cause: Cause) -> &'static str {
    lang.text(&format!("desk.cause.{}", cause.word()))
}

fn unmatched(model: &Model, unmatched: &Unmatched, cells: u16) -> Vec<Line> {
    let lang = model.session.lang;
    let mut sheet = Sheet::new(model, cells);
    sheet.text(0, format!("{} {}", quote(&unmatched.key), quote(&unmatched.name)).trim_end(), Tone::Strong);
    if !unmatched.in_file {
        sheet.text(0, &unmatched.spot.to_string(), Tone::Dim);
        sheet.text(0, lang.text("desk.unmatched.left_out"), Tone::Text);
        return sheet.lines;
    }
    sheet.text(0, &format!("{}  {}", unmatched.spot, lang.fill("desk.unmatched.rows", &[&unmatched.rows])), Tone::Dim);
    sheet.text(0, lang.text(&format!("desk.cause.{}_how", unmatched.cause.word())), Tone::Text);
    match question::suggestion(unmatched) {
        Some((_, code, name)) => sheet.text(0, &lang.fill("desk.unmatched.suggestion", &[name, code]), Tone::Accent),
        None => sheet.text(0, lang.text("desk.unmatched.no_suggestion"), Tone::Dim),
    }
    sheet.lines
}

fn change_sign(kind: ChangeKind) -> (&'static str, &'static str, Tone) {
    match kind {
        ChangeKind::New => ("+", "desk.change.new", Tone::Accent),
        ChangeKind::Changed => ("~", "desk.change.changed", Tone::Lead),
        ChangeKind::Gone => ("-", "desk.change.gone", Tone::Error),
    }
}

fn change_row(model: &Model, change: &Change, cells: u16) -> Line {
    let width = model.width();
    let (sign, key, tone) = change_sign(change.kind);
    let fields: Vec<String> = change.fields.iter().map(|f| field(model, f)).collect();
    let name = format!("{} {}", quote(&change.code), quote(&change.name));
    let name_cells = (cells / 2).min(30);
    vec![
        (format!("{sign} {} ", model.text(key)), tone),
        (width.pad(&name, name_cells, model.symbols().ellipsis), Tone::Text),
        (format!(" {}", fields.join("  ")), Tone::Dim),
    ]
}

fn field(model: &Model, field: &crate::domain::plan::FieldChange) -> String {
    let name = question::role_name(model, &field.field);
    let period = field.period.map(|p| format!(" {p}")).unwrap_or_default();
    if field.old.is_empty() {
        return format!("{name}{period} {}", quote(&field.new));
    }
    format!("{name}{period} {} {} {}", quote(&field.old), model.symbols().step, quote(&field.new))
}

fn change(model: &Model, change: &Change, cells: u16) -> Vec<Line> {
    let mut sheet = Sheet::new(model, cells);
    let (sign, key, tone) = change_sign(change.kind);
    sheet.text(0, &format!("{sign} {} {} {}", model.text(key), quote(&change.code), quote(&change.name)), tone);
    sheet.text(0, &change.spot.to_string(), Tone::Dim);
    for f in &change.fields {
        sheet.text(0, &field(model, f), Tone::Text);
    }
    sheet.lines
}

fn unit_change_key(kind: UnitChangeKind) -> &'static str {
    match kind {
        UnitChangeKind::Merged => "desk.unit.merged",
        UnitChangeKind::Split => "desk.unit.split",
        UnitChangeKind::Renamed => "desk.unit.renamed",
        UnitChangeKind::Recoded => "desk.unit.recoded",
        UnitChangeKind::Moved => "desk.unit.moved",
        UnitChangeKind::Reshaped => "desk.unit.reshaped",
    }
}

fn unit_change_row(model: &Model, change: &UnitChange, cells: u16) -> Line {
    let names =
        |units: &[(crate::domain::id::Uid, String, String)]| units.iter().map(|(_, _, name)| quote(name)).collect::<Vec<_>>().join("+");
    let (before, after) = (names(&change.before), names(&change.after));
    // A unit that keeps its name is named once.
    let text = if before == after { after } else { format!("{before} {} {after}", model.symbols().step) };
    let width = model.width();
    vec![
        (format!("* {} ", model.text(unit_change_key(change.kind))), Tone::Mark),
        (width.cut(&text, cells.saturating_sub(10), model.symbols().ellipsis).into_owned(), Tone::Text),
    ]
}

fn unit_change(model: &Model, change: &UnitChange, cells: u16) -> Vec<Line> {
    let lang = model.session.lang;
    let mut sheet = Sheet::new(model, cells);
    sheet.text(0, lang.text(unit_change_key(change.kind)), Tone::Mark);
    for (key, units) in [("desk.unit.before", &change.before), ("desk.unit.after", &change.after)] {
        for (_, code, name) in units {
            sheet.pair(lang.text(key), 6, Tone::Dim, &format!("{} {}", quote(name), quote(code)), Tone::Text);
        }
    }
    sheet.text(0, &lang.fill("desk.unit.since", &[&change.since]), Tone::Text);
    if let Some(overlap) = change.overlap {
        sheet.text(0, &lang.fill("desk.unit.overlap", &[&format!("{:.1}%", overlap * 100.0)]), Tone::Dim);
    }
    sheet.text(0, lang.text("desk.unit.how"), Tone::Dim);
    sheet.lines
}

/// Sign, key and tone of how much a problem stops.
pub(super) fn severity(problem: &Problem) -> (&'static str, &'static str, Tone) {
    match problem.severity {
        Severity::Refused => ("X", "desk.problem.refused", Tone::Error),
        Severity::Aside => ("!", "desk.problem.aside", Tone::Lead),
        Severity::Mark => (".", "desk.problem.mark", Tone::Dim),
    }
}

pub(super) fn problem_row(model: &Model, problem: &Problem, cells: u16) -> Line {
    let (sign, key, tone) = severity(problem);
    let width = model.width();
    let spot = problem.spot.to_string();
    let spot_cells = (cells * 2 / 5).min(width.of(&spot)).min(34);
    let text = model.session.lang.wording(problem);
    vec![
        (format!("{sign} {} ", model.text(key)), tone),
        (format!("{} ", width.cut_left(&spot, spot_cells, model.symbols().ellipsis)), Tone::Accent),
        (text, Tone::Text),
    ]
}

fn problem(model: &Model, problem: &Problem, at: usize, of: usize, cells: u16) -> Vec<Line> {
    let mut sheet = Sheet::new(model, cells);
    let (sign, key, tone) = severity(problem);
    sheet.text(0, &format!("{sign} {} {}/{of}", model.text(key), at + 1), tone);
    sheet.text(0, &problem.spot.to_string(), Tone::Accent);
    sheet.text(0, &model.session.lang.wording(problem), Tone::Text);
    sheet.text(0, &problem.code, Tone::Dim);
    sheet.lines
}
