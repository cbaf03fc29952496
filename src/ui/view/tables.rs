//! A sheet of what frameworks drive: its tables as tabs, a list, the chosen row in full.

use super::board::Board;
use super::pen::{Line, Tone, bar};
use super::sheet::Sheet;
use crate::domain::behind::Behind;
use crate::domain::sheet::{Against, Cell, Lead, Row, Sheet as Page, SheetKind, Table, Weight, Words};
use crate::ui::action::Action;
use crate::ui::desk::{Cursor, Leaf};
use crate::ui::model::{Ask, Model};
use crate::ui::tabular::{self, Natural, SIGN, sign};
use crate::ui::update::{FORM_KEY, LEAD_KEYS};

/// The bar before a share, with the gap after it, cells.
const BAR: u16 = 9;
/// On fewer rows the list needs every line.
const ROOMY: u16 = 14;
/// Sheets named in the title.
const NAMED: usize = 3;

/// The screen.
pub(super) fn board(model: &Model, cells: u16) -> Board<'_> {
    let lang = model.session.lang;
    let sheets = &model.desk.sheets;
    let Some(leaf) = sheets.top() else { return Board::new(String::new(), Cursor::default()) };
    let step = format!(" {} ", model.symbols().step);
    let last = sheets.leaves().len().saturating_sub(NAMED);
    let names: Vec<String> = sheets.leaves()[last..].iter().map(|leaf| name(model, &leaf.kind)).collect();
    let mut board = Board::new(names.join(&step), leaf.cursor());
    let against = if let SheetKind::Change { against } = leaf.kind { Some(against) } else { None };
    board.hint = hint(model, leaf, cells);
    if let Some(against) = against {
        board.tabs = Against::ALL.map(|each| lang.text(&format!("sheet.against.{}", each.word())).to_owned()).to_vec();
        board.tab = against as usize;
    }
    board.empty = match model.failure(Ask::Sheet) {
        Some(problem) => lang.problem(problem),
        None => lang.text("ui.loading").to_owned(),
    };
    let Some(page) = leaf.page.as_deref() else { return board };
    tabs(model, &mut board, leaf, page);
    let table = leaf.table();
    board.head = head(model, page, table, cells);
    board.empty = table.and_then(|t| t.empty.as_ref()).map_or_else(|| lang.text("sheet.empty").to_owned(), |words| lang.words(words));
    let Some(table) = table else { return board };
    let Some(natural) = sheets.natural.get(leaf.tab) else { return board };
    board.note = lang.fill("sheet.count", &[&table.rows.len()]);
    board.count = table.rows.len();
    board.asks = natural.asks(&table.columns);
    board.columns = Some(Box::new(move |cells| columns(model, table, &Fitted::new(table, natural, cells))));
    board.row =
        Box::new(move |n, cells| table.rows.get(n).map(|r| row(model, table, r, &Fitted::new(table, natural, cells))).unwrap_or_default());
    board.detail = Some(Box::new(move |cells| leaf.row().map(|r| detail(model, table, r, cells)).unwrap_or_default()));
    board
}

/// What the keys do here: only those that lead somewhere from the chosen row.
fn hint(model: &Model, leaf: &Leaf, cells: u16) -> String {
    let mut keys = lead_hints(model);
    let mut say = |given: bool, key: &str| keys.extend(given.then(|| model.text(key).to_owned()));
    let row = leaf.row();
    let several = leaf.page.as_deref().is_some_and(|page| page.tables.len() > 1);
    let is_change = matches!(leaf.kind, SheetKind::Change { .. });
    // The list of forms opens a form.
    let counts = matches!(leaf.kind, SheetKind::Form { .. } | SheetKind::Behind { .. }) && !leaf.kind.item().is_empty();
    let asks = matches!(leaf.kind, SheetKind::Leads | SheetKind::Why { .. } | SheetKind::WhatIf { .. });
    say(is_change, "sheet.hint_against");
    let lead = row.and_then(|row| row.lead.as_ref());
    let lists = matches!(lead, Some(Lead::Sheet(SheetKind::Behind { .. })));
    say(lead.is_some(), if counts && lists { "sheet.hint_who" } else { "sheet.hint_enter" });
    say(row.is_some(), "sheet.hint_details");
    say(several && !is_change && !asks, "sheet.hint_tabs");
    say(row.is_some() && !asks, "sheet.hint_source");
    say(!is_change && !counts && !asks, "sheet.hint_scope");
    say(is_change, "sheet.hint_period");
    say(asks, "sheet.hint_menu");
    say(true, "sheet.hint_back");
    let fits = |text: &str| model.width().of(text) + 1 < cells;
    let roomy = keys.join("  ");
    if fits(&roomy) {
        return roomy;
    }
    // The way out is always named.
    while keys.len() > 1 && !fits(&keys.join(" ")) {
        keys.remove(keys.len() - 2);
    }
    keys.join(" ")
}

/// The keys of leads and forms that hold for the sheet or the chosen row, with what they do.
fn lead_hints(model: &Model) -> Vec<String> {
    let may = |action: Action| action.info().needs.is_none_or(|grant| model.session.access.may(grant));
    let keys = LEAD_KEYS.iter().chain([&FORM_KEY]).filter(|(_, action)| model.holds_here(*action) && may(*action));
    keys.map(|(key, action)| format!("{key} {}", model.text(&format!("sheet.key.{}", action.info().id)))).collect()
}

/// The name of a sheet.
fn name(model: &Model, kind: &SheetKind) -> String {
    let name = model.text(&format!("sheet.name.{}", kind.word()));
    let lang = model.session.lang;
    let known = model.workspace.as_deref().and_then(|workspace| match kind {
        SheetKind::Why { rule, .. } | SheetKind::WhatIf { rule, .. } => {
            workspace.declared.iter().find(|d| d.id == *rule).map(|d| lang.words(&Words::both(&*d.label, &*d.label_en)))
        }
        SheetKind::Framework { id } => {
            workspace.frameworks.iter().find(|(known, ..)| known == id).map(|(_, zh, en)| lang.words(&Words::both(&**zh, &**en)))
        }
        _ => None,
    });
    let item = known.unwrap_or_else(|| kind.item().into_owned());
    match kind {
        // One of those that the sheet above lists: its own name is enough.
        SheetKind::Framework { .. } | SheetKind::Sites { .. } | SheetKind::Form { .. } if !item.is_empty() => item,
        // Its id says nothing to a reader; the page is headed by its name.
        SheetKind::Behind { of: Behind::Coverage { .. } } => name.to_owned(),
        _ if item.is_empty() => name.to_owned(),
        _ => format!("{name} {item}"),
    }
}

/// The tables; after what a change is held against, where it is one.
fn tabs(model: &Model, board: &mut Board<'_>, leaf: &Leaf, page: &Page) {
    if page.tables.len() < 2 {
        return;
    }
    let first = board.tabs.len();
    let title = |table: &Table| table.title.as_ref().map(|words| model.session.lang.words(words)).unwrap_or_default();
    board.tabs.extend(page.tables.iter().map(title));
    if first == 0 {
        board.tab = leaf.tab;
    } else {
        board.tab_too = Some(first + leaf.tab);
    }
}

/// Stamp, what is said of the table, what the sheet is about.
fn head(model: &Model, page: &Page, table: Option<&Table>, cells: u16) -> Vec<Line> {
    let (lang, width) = (model.session.lang, model.width());
    let mut lines: Vec<Line> = Vec::new();
    if let Some(stamp) = &page.stamp {
        let stamp = width.cut(&format!(" {} ", lang.words(stamp)), cells, model.symbols().ellipsis).into_owned();
        let side = cells.saturating_sub(width.of(&stamp));
        let rule = |cells: u16| model.symbols().horizontal.repeat(usize::from(cells));
        lines.push(vec![(rule(side / 2), Tone::Error), (stamp, Tone::Error), (rule(side - side / 2), Tone::Error)]);
    }
    if model.size.1 < ROOMY {
        return lines;
    }
    let mut say = |text: &str, tone: Tone| lines.extend(width.wrap(text, cells).into_iter().map(|line| vec![(line, tone)]));
    let dot = format!(" {} ", model.symbols().dot);
    let about: Vec<String> = page.about.iter().map(|words| lang.words(words)).filter(|text| !text.is_empty()).collect();
    say(&about.join(&dot), Tone::Strong);
    // Short notes share a line: what is listed needs the room.
    let mut together = String::new();
    for note in table.map_or(&[][..], |table| &table.notes).iter().map(|note| lang.words(note)) {
        if together.is_empty() {
            together = note;
        } else if width.of(&together) + width.of(&note) + 2 <= cells {
            together = [together.as_str(), "  ", &note].concat();
        } else {
            say(&together, Tone::Dim);
            together = note;
        }
    }
    if !together.is_empty() {
        say(&together, Tone::Dim);
    }
    lines
}

/// The columns that are on screen.
struct Fitted {
    kept: Vec<(usize, u16)>,
    signs: bool,
    /// The column that has a bar before its shares.
    bar: Option<usize>,
}

impl Fitted {
    fn new(table: &Table, natural: &Natural, cells: u16) -> Self {
        let room = cells.saturating_sub(if natural.signs { SIGN } else { 0 });
        let kept = natural.fit(&table.columns, room);
        let spare = room.saturating_sub(tabular::total(&kept));
        let bar = natural.share.filter(|n| spare >= BAR && kept.iter().any(|(k, _)| k == n));
        Self { kept, signs: natural.signs, bar }
    }
}

/// The tone of a weight.
fn tone(weight: Weight) -> Tone {
    match weight {
        Weight::Plain => Tone::Text,
        Weight::Good => Tone::Accent,
        Weight::Look => Tone::Lead,
        Weight::Urgent => Tone::Error,
        Weight::Dim => Tone::Dim,
    }
}

fn columns(model: &Model, table: &Table, fitted: &Fitted) -> Line {
    let look = model.look();
    let mut text = if fitted.signs { " ".repeat(usize::from(SIGN)) } else { String::new() };
    for (at, (n, cells)) in fitted.kept.iter().enumerate() {
        let column = &table.columns[*n];
        let cells = cells + if fitted.bar == Some(*n) { BAR } else { 0 };
        text.push_str(gap(at));
        text.push_str(&tabular::placed(&look, &look.lang.words(&column.head), column.right, cells));
    }
    vec![(text, Tone::Dim)]
}

fn row(model: &Model, table: &Table, row: &Row, fitted: &Fitted) -> Line {
    let look = model.look();
    let mut line: Line = Vec::new();
    if fitted.signs {
        line.push((look.width.pad(sign(row.weight), SIGN, ""), tone(row.weight)));
    }
    for (at, (n, cells)) in fitted.kept.iter().enumerate() {
        let cell = row.cells.get(*n).unwrap_or(&Cell::Empty);
        line.push((gap(at).to_owned(), Tone::Text));
        if fitted.bar == Some(*n) {
            let share = if let Cell::Share { num, den } = cell { num / den } else { 0.0 };
            let bar = bar(look.symbols, if share.is_finite() { share } else { 0.0 }, BAR - 1);
            line.push((look.width.pad(&bar, BAR, ""), Tone::Accent));
        }
        let text = tabular::placed(&look, &look.cell(cell), table.columns[*n].right, *cells);
        line.push((text, tone_of(cell, row.weight, at == 0)));
    }
    line
}

/// What stands before a column.
fn gap(at: usize) -> &'static str {
    if at == 0 { "" } else { tabular::GAP }
}

/// What is not there is dim; the first column carries the weight of its row.
fn tone_of(cell: &Cell, weight: Weight, first: bool) -> Tone {
    match cell {
        Cell::Missing | Cell::Unset => Tone::Dim,
        Cell::DaysLeft(days) if *days < 0 => Tone::Error,
        _ if weight == Weight::Dim => Tone::Dim,
        _ if first => tone(weight),
        _ => Tone::Text,
    }
}

/// Every column, what is said of the row, and where Enter leads.
fn detail(model: &Model, table: &Table, row: &Row, cells: u16) -> Vec<Line> {
    let look = model.look();
    let lang = look.lang;
    let mut sheet = Sheet::new(model, cells);
    let mut pairs = table.columns.iter().zip(&row.cells);
    if let Some((_, first)) = pairs.next() {
        let sign = sign(row.weight);
        let sign = if sign.is_empty() { String::new() } else { format!("{sign} ") };
        let tone = if row.weight == Weight::Plain { Tone::Strong } else { tone(row.weight) };
        sheet.text(0, &format!("{sign}{}", look.alone(first)), tone);
    }
    let pairs: Vec<(String, &Cell)> = pairs.map(|(column, cell)| (lang.words(&column.head), cell)).collect();
    let label = pairs.iter().map(|(head, _)| look.width.of(head)).max().unwrap_or(0).min(16);
    for (head, cell) in pairs {
        if *cell != Cell::Empty {
            sheet.pair(&head, label, Tone::Dim, &look.alone(cell), tone_of(cell, row.weight, false));
        }
    }
    for words in &row.detail {
        sheet.text(0, &lang.words(words), Tone::Text);
    }
    if let Some(lead) = &row.lead {
        sheet.text(0, &lang.fill("sheet.leads", &[&leads_to(model, lead)]), Tone::Dim);
    }
    sheet.lines
}

/// Where a row leads, in words.
fn leads_to(model: &Model, lead: &Lead) -> String {
    let key = match lead {
        Lead::Subject(_) => "sheet.to.subject",
        Lead::Site { .. } => "sheet.to.site",
        Lead::Number { .. } => "sheet.to.number",
        Lead::Sheet(kind) => return model.session.lang.fill("sheet.to.sheet", &[&name(model, kind)]),
        Lead::Indicator(_) => "sheet.to.indicator",
        Lead::Zone(_) => "sheet.to.zone",
        Lead::Level(_) => "sheet.to.level",
    };
    model.text(key).to_owned()
}
