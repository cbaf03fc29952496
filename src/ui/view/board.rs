//! A screen of the desk: head, tabs, a list and the details of its chosen line, at any size.
//!
//! ```text
//! ≥100 columns            80×24                 small
//! ┌title──────────────┐   ┌title────────────┐   ┌title───┐
//! │head               │   │head             │   │list, or│
//! │tabs               │   │tabs             │   │details │
//! │list     │details  │   │list             │   │        │
//! │         │         │   │─details─────────│   │        │
//! └───────────────────┘   └─────────────────┘   └────────┘
//! ```

use ratatui::layout::{Position, Rect};

use super::over::field;
use super::pen::{Line, Pen, Tone};
use crate::ui::desk::Cursor;
use crate::ui::layout;
use crate::ui::model::Model;

/// From so many columns on, details stand beside the list.
const BESIDE: u16 = 100;
/// Cells that details beside the list need at least.
const NARROW: u16 = 34;
/// Rows that list and details need to stand one above the other.
const BELOW: u16 = 12;

/// A screen of the desk.
pub(super) struct Board<'a> {
    pub(super) title: String,
    /// At the right of the title.
    pub(super) note: String,
    /// The path: its input and whether it has the keys; else the text that stands there.
    pub(super) path: Option<(&'a tui_input::Input, bool, String)>,
    /// What is said above the list; at most a third of the screen.
    pub(super) head: Vec<Line>,
    pub(super) tabs: Vec<String>,
    pub(super) tab: usize,
    /// A second chosen tab, where two things are chosen.
    pub(super) tab_too: Option<usize>,
    /// Names of the columns, in so many cells.
    pub(super) columns: Option<Box<dyn Fn(u16) -> Line + 'a>>,
    /// Lines of the list.
    pub(super) count: usize,
    /// A line of so many cells.
    pub(super) row: Box<dyn Fn(usize, u16) -> Line + 'a>,
    /// Cells that the list asks for: details beside it give way.
    pub(super) asks: u16,
    pub(super) cursor: Cursor,
    /// The chosen line in full, at a width.
    pub(super) detail: Option<Box<dyn Fn(u16) -> Vec<Line> + 'a>>,
    /// There is room for the details only.
    pub(super) detail_only: bool,
    /// What stands where the list is empty.
    pub(super) empty: String,
    /// What the keys do.
    pub(super) hint: String,
}

impl<'a> Board<'a> {
    pub(super) fn new(title: String, cursor: Cursor) -> Self {
        Self {
            title,
            note: String::new(),
            path: None,
            head: Vec::new(),
            tabs: Vec::new(),
            tab: 0,
            tab_too: None,
            columns: None,
            count: 0,
            row: Box::new(|_, _| Line::new()),
            asks: 0,
            cursor,
            detail: None,
            detail_only: false,
            empty: String::new(),
            hint: String::new(),
        }
    }
}

/// Where the parts of a board stand.
#[derive(Clone, Copy, Debug, Default)]
struct Parts {
    path: Rect,
    head: Rect,
    tabs: Rect,
    columns: Rect,
    list: Rect,
    /// Between list and details: a column or a row.
    edge: Rect,
    detail: Rect,
}

/// How much of a board there is and how much is on screen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::ui) struct BoardExtent {
    pub(in crate::ui) count: usize,
    pub(in crate::ui) rows: usize,
    pub(in crate::ui) detail_lines: usize,
    pub(in crate::ui) detail_rows: usize,
}

fn parts(model: &Model, area: Rect, board: &Board<'_>) -> Parts {
    let mut parts = Parts::default();
    let mut rest = Rect { x: area.x + 1, y: area.y + 1, width: area.width.saturating_sub(2), height: area.height.saturating_sub(1) };
    let mut take = |rows: u16| {
        let rows = rows.min(rest.height);
        let taken = Rect { height: rows, ..rest };
        rest = Rect { y: rest.y + rows, height: rest.height - rows, ..rest };
        taken
    };
    if board.path.is_some() {
        parts.path = take(1);
    }
    let head = u16::try_from(board.head.len()).unwrap_or(u16::MAX).min(area.height / 3);
    parts.head = take(head);
    if !board.tabs.is_empty() && area.height > head + 2 {
        // Where there is one line only, it is the list's.
        parts.tabs = take(1);
    }
    let in_detail = model.desk.in_detail && board.detail.is_some();
    let has_detail = board.detail.is_some() && board.count > 0;
    let columns = |list: Rect| {
        let high = u16::from(board.columns.is_some() && list.height > 3);
        (Rect { height: high, ..list }, Rect { y: list.y + high, height: list.height - high, ..list })
    };
    if board.detail_only {
        parts.detail = rest;
    } else if !has_detail {
        (parts.columns, parts.list) = columns(rest);
    } else if rest.width + 2 >= BESIDE {
        let most = (rest.width * 42 / 100).max(40);
        let detail = rest.width.saturating_sub(board.asks.saturating_add(3)).clamp(NARROW, most);
        let list = rest.width - detail - 3;
        (parts.columns, parts.list) = columns(Rect { width: list, ..rest });
        parts.edge = Rect { x: rest.x + list + 1, width: 1, ..rest };
        parts.detail = Rect { x: rest.x + list + 3, width: detail, ..rest };
    } else if in_detail {
        parts.detail = rest;
    } else if rest.height >= BELOW {
        let detail = (rest.height * 2 / 5).clamp(5, 10);
        let list = rest.height - detail - 1;
        (parts.columns, parts.list) = columns(Rect { height: list, ..rest });
        parts.edge = Rect { x: area.x, y: rest.y + list, width: area.width, height: 1 };
        parts.detail = Rect { y: rest.y + list + 1, height: detail, ..rest };
    } else {
        (parts.columns, parts.list) = columns(rest);
    }
    parts
}

fn area(model: &Model) -> Option<Rect> {
    layout::areas(model)?.desk
}

/// How much there is of the screen that is shown.
pub(in crate::ui) fn board_extent(model: &Model) -> BoardExtent {
    let Some(area) = area(model) else { return BoardExtent::default() };
    let Some(board) = super::board_of(model, area.width.saturating_sub(2)) else { return BoardExtent::default() };
    let parts = parts(model, area, &board);
    let detail_lines = match &board.detail {
        // Where it is not on screen it is opened at its own width.
        Some(detail) if board.count > 0 => detail(if parts.detail.width > 0 { parts.detail.width } else { area.width.max(2) - 2 }).len(),
        _ => 0,
    };
    BoardExtent {
        count: board.count,
        rows: usize::from(parts.list.height).max(1),
        detail_lines,
        detail_rows: usize::from(parts.detail.height).max(1),
    }
}

/// What of a board is under a cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::ui) enum Hit {
    /// A line of the list.
    Line(usize),
    /// A tab.
    Tab(usize),
    /// The details.
    Detail,
}

/// What of the screen is under a cell.
pub(in crate::ui) fn board_hit(model: &Model, at: Position) -> Option<Hit> {
    let area = area(model)?;
    let board = super::board_of(model, area.width.saturating_sub(2))?;
    let parts = parts(model, area, &board);
    if parts.detail.contains(at) && board.count > 0 {
        return Some(Hit::Detail);
    }
    if parts.tabs.contains(at) {
        return spots(model, parts.tabs, &board).into_iter().find(|(_, spot)| spot.contains(at)).map(|(n, _)| Hit::Tab(n));
    }
    let line = board.cursor.top + usize::from(at.y.checked_sub(parts.list.y)?);
    (parts.list.contains(at) && line < board.count).then_some(Hit::Line(line))
}

/// Where the tabs stand: begun so far on that the chosen one is in sight.
fn spots(model: &Model, area: Rect, board: &Board<'_>) -> Vec<(usize, Rect)> {
    if board.tabs.is_empty() {
        return Vec::new();
    }
    let width = model.width();
    let wide: Vec<u16> = board.tabs.iter().enumerate().map(|(n, tab)| width.of(&label(n, tab))).collect();
    let upto = board.tab_too.unwrap_or(board.tab).max(board.tab).min(wide.len() - 1);
    let cells = |first: usize| wide[first..=upto].iter().map(|cells| u32::from(*cells) + 1).sum::<u32>();
    let first = (0..=upto).find(|first| cells(*first) <= u32::from(area.width) + 1).unwrap_or(upto);
    let mut out = Vec::new();
    let mut x = area.x;
    for (n, cells) in wide.iter().enumerate().skip(first) {
        if x >= area.right() {
            break;
        }
        out.push((n, Rect { x, y: area.y, width: (*cells).min(area.right() - x), height: 1 }));
        x = x.saturating_add(*cells).saturating_add(1);
    }
    out
}

/// A tab with the digit that chooses it.
fn label(n: usize, tab: &str) -> String {
    format!(" {} {tab} ", n + 1)
}

/// Draws the screen; gives where the cursor stands.
pub(super) fn draw(pen: &mut Pen<'_>, area: Rect) -> Option<Position> {
    let model = pen.model;
    let board = super::board_of(model, area.width.saturating_sub(2))?;
    let parts = parts(model, area, &board);
    pen.title(area, &format!(" {}", board.title), model.overlay.is_none());
    if !board.note.is_empty() && pen.width.of(&board.title) + pen.width.of(&board.note) + 6 < area.width {
        let style = pen.style(Tone::Dim);
        pen.right(Rect { height: 1, ..area }, area.y, &format!(" {} ", board.note), style);
    }
    let mut cursor = None;
    if let Some((input, typing, shown)) = &board.path
        && parts.path.height > 0
    {
        let style = pen.style(if *typing { Tone::Accent } else { Tone::Dim });
        let sign = format!("{} ", pen.symbols.step);
        let x = pen.text(parts.path, parts.path.x, parts.path.y, &sign, style);
        let room = Rect { x, width: parts.path.right().saturating_sub(x), ..parts.path };
        if *typing {
            cursor = Some(field(pen, room, input));
        } else {
            let shown = pen.width.cut_left(shown, room.width, pen.symbols.ellipsis).into_owned();
            let style = pen.style(Tone::Strong);
            pen.text(room, x, room.y, &shown, style);
        }
    }
    for (y, line) in (parts.head.y..parts.head.bottom()).zip(&board.head) {
        pen.line(parts.head, y, line);
    }
    tabs(pen, parts.tabs, &board);
    if let Some(columns) = &board.columns
        && parts.columns.height > 0
    {
        pen.line(parts.columns, parts.columns.y, &columns(parts.columns.width));
    }
    list(pen, parts.list, &board);
    if parts.edge.width == 1 {
        pen.rule(parts.edge);
    } else if parts.edge.height == 1 {
        pen.title(parts.edge, "", false);
    }
    detail(pen, parts.detail, &board);
    cursor
}

fn tabs(pen: &mut Pen<'_>, area: Rect, board: &Board<'_>) {
    for (n, spot) in spots(pen.model, area, board) {
        let chosen = n == board.tab || Some(n) == board.tab_too;
        let style = if chosen { pen.selected(!pen.model.desk.in_detail) } else { pen.style(Tone::Text) };
        pen.text(spot, spot.x, spot.y, &label(n, &board.tabs[n]), style);
    }
    // There are more than are in sight.
    if let Some((last, spot)) = spots(pen.model, area, board).last()
        && last + 1 < board.tabs.len()
        // One that is cut off says so itself.
        && pen.width.of(&label(*last, &board.tabs[*last])) <= spot.width
    {
        let style = pen.style(Tone::Dim);
        let rest = Rect { x: spot.right().min(area.right().saturating_sub(1)), ..area };
        pen.text(Rect { width: area.right() - rest.x, ..rest }, rest.x, area.y, pen.symbols.ellipsis, style);
    }
}

fn list(pen: &mut Pen<'_>, area: Rect, board: &Board<'_>) {
    if board.count == 0 {
        let style = pen.style(Tone::Dim);
        for (y, line) in (area.y..area.bottom()).zip(pen.width.wrap(&board.empty, area.width)) {
            pen.text(area, area.x, y, &line, style);
        }
        return;
    }
    let active = !pen.model.desk.in_detail && !board.path.as_ref().is_some_and(|(_, typing, _)| *typing && board.count == 0);
    for (y, n) in (area.y..area.bottom()).zip(board.cursor.top..board.count) {
        let line = Rect { y, height: 1, ..area };
        let row = (board.row)(n, area.width);
        if n != board.cursor.at {
            pen.line(line, y, &row);
            continue;
        }
        let style = pen.selected(active);
        pen.clear(line, style);
        let mut x = line.x;
        for (text, _) in &row {
            x = pen.text(line, x, y, text, style);
        }
    }
}

fn detail(pen: &mut Pen<'_>, area: Rect, board: &Board<'_>) {
    let Some(detail) = board.detail.as_ref().filter(|_| area.height > 0 && board.count > 0) else { return };
    let lines = detail(area.width);
    for (y, line) in (area.y..area.bottom()).zip(lines.iter().skip(pen.model.desk.scroll)) {
        pen.line(area, y, line);
    }
    let left = lines.len().saturating_sub(pen.model.desk.scroll + usize::from(area.height));
    if left > 0 {
        let text = pen.model.session.lang.fill("desk.more", &[&left]);
        let style = pen.style(Tone::Dim);
        let row = Rect { y: area.bottom() - 1, height: 1, ..area };
        pen.right(row, row.y, &format!(" {text}"), style);
    }
}
