//! Sheets on the desk: one upon the other, as rows lead from one to the next.

use std::sync::Arc;

use super::Cursor;
use crate::domain::id::Uid;
use crate::domain::sheet::{Cell, Row, Sheet, SheetKind, Table, Words};
use crate::domain::view_state::{Listing, ViewState};
use crate::ui::tabular::Natural;

/// Sheets that are kept for the way back.
const KEPT: usize = 32;

/// A sheet and where it was left.
#[derive(Clone, Debug)]
pub(in crate::ui) struct Leaf {
    pub(in crate::ui) kind: SheetKind,
    /// The last page; that of the view before while a new one is made.
    pub(in crate::ui) page: Option<Arc<Sheet>>,
    /// Which of all pages that came it is.
    pub(in crate::ui) serial: u64,
    pub(in crate::ui) tab: usize,
    cursors: Vec<Cursor>,
    /// What is looked for when the page comes, and the sheet to look on where it is not there.
    seek: Option<(String, Option<SheetKind>)>,
}

impl Leaf {
    fn new(kind: SheetKind) -> Self {
        Self { kind, page: None, serial: 0, tab: 0, cursors: vec![Cursor::default()], seek: None }
    }

    /// Chooses the table of a name, else the first row that says it; `false` where there is neither.
    fn find(&mut self, name: &str) -> bool {
        let Some(page) = self.page.clone() else { return false };
        let titled = page.tables.iter().position(|table| table.title.as_ref().is_some_and(|title| says(title, name)));
        let holds = |row: &Row| row.cells.iter().any(|cell| matches!(cell, Cell::Text(words) if says(words, name)));
        let row = || page.tables.iter().enumerate().find_map(|(n, table)| Some((n, table.rows.iter().position(holds)?)));
        match titled.map(|n| (n, 0)).or_else(row) {
            Some((tab, at)) => {
                self.tab = tab;
                self.cursor_mut().at = at;
                true
            }
            None => false,
        }
    }

    /// The table of the tab.
    pub(in crate::ui) fn table(&self) -> Option<&Table> {
        self.page.as_ref()?.tables.get(self.tab)
    }

    /// The chosen row.
    pub(in crate::ui) fn row(&self) -> Option<&Row> {
        self.table()?.rows.get(self.cursor().at)
    }

    pub(in crate::ui) fn cursor(&self) -> Cursor {
        self.cursors.get(self.tab).copied().unwrap_or_default()
    }

    pub(in crate::ui) fn cursor_mut(&mut self) -> &mut Cursor {
        if self.cursors.len() <= self.tab {
            self.cursors.resize(self.tab + 1, Cursor::default());
        }
        &mut self.cursors[self.tab]
    }
}

/// Whether words are a name, or are put together from it.
fn says(words: &Words, name: &str) -> bool {
    match words {
        Words::Data(text) => text == name,
        Words::Both { zh, .. } => zh == name,
        Words::Key { args, .. } => args.iter().any(|arg| says(arg, name)),
    }
}

/// Where the screen was left for list and map, and what stood there before.
#[derive(Clone, Debug)]
pub(in crate::ui) struct Left {
    pub(in crate::ui) before: ViewState,
    pub(in crate::ui) trail: Vec<ViewState>,
    /// What it was left for.
    pub(in crate::ui) to: (Option<Uid>, Listing),
    /// The card was opened by leaving, not by the person.
    pub(in crate::ui) card: bool,
}

/// Every sheet that is open, the one on screen last.
#[derive(Clone, Debug, Default)]
pub(in crate::ui) struct Sheets {
    leaves: Vec<Leaf>,
    /// A row led to list and map: the way back.
    pub(in crate::ui) left: Option<Left>,
    /// What the columns of the page ask for, by table, and of which page, language and width that is.
    pub(in crate::ui) natural: Vec<Natural>,
    pub(in crate::ui) measured: Option<(u64, crate::locale::Lang, crate::ui::capability::Capability)>,
    /// Pages that came.
    came: u64,
}

impl Sheets {
    /// Every open sheet, the one on screen last.
    pub(in crate::ui) fn leaves(&self) -> &[Leaf] {
        &self.leaves
    }

    /// The sheet on screen.
    pub(in crate::ui) fn top(&self) -> Option<&Leaf> {
        self.leaves.last()
    }

    /// The sheet on screen.
    pub(in crate::ui) fn top_mut(&mut self) -> Option<&mut Leaf> {
        self.leaves.last_mut()
    }

    /// Puts a sheet upon the others; one that lies on top already stays as it was left.
    pub(in crate::ui) fn push(&mut self, kind: SheetKind) {
        if self.top().is_none_or(|top| top.kind != kind) {
            self.leaves.push(Leaf::new(kind));
            if self.leaves.len() > KEPT {
                self.leaves.remove(0);
            }
        }
    }

    /// Opens a sheet by its name: where it was left, else alone.
    pub(in crate::ui) fn open(&mut self, kind: SheetKind) {
        if self.leaves.first().is_none_or(|first| first.kind != kind) {
            self.leaves.clear();
        }
        self.leaves.truncate(1);
        self.push(kind);
    }

    /// Takes the sheet on screen away; `false` where it is the only one.
    pub(in crate::ui) fn pop(&mut self) -> bool {
        let more = self.leaves.len() > 1;
        if more {
            self.leaves.pop();
        }
        more
    }

    /// A page came.
    pub(in crate::ui) fn take(&mut self, page: Arc<Sheet>) {
        self.came += 1;
        if let Some(top) = self.leaves.last_mut().filter(|top| top.kind == page.kind) {
            top.tab = top.tab.min(page.tables.len().saturating_sub(1));
            // A form without checks begins with what differs or with its cells, not with an empty table.
            if matches!(top.kind, SheetKind::Form { .. })
                && top.page.is_none()
                && page.tables.get(top.tab).is_some_and(|t| t.rows.is_empty())
            {
                top.tab = page.tables.iter().position(|table| !table.rows.is_empty()).unwrap_or(top.tab);
            }
            top.page = Some(page);
            top.serial = self.came;
            if let Some((name, or)) = top.seek.take()
                && !top.find(&name)
                && let Some(or) = or
            {
                self.push(or);
                self.seek(name, None);
            }
        }
    }

    /// Looks for a name on the sheet on screen, now or when its page comes; where it is not there, on another
    /// sheet upon it.
    pub(in crate::ui) fn seek(&mut self, name: String, or: Option<SheetKind>) {
        if let Some(top) = self.leaves.last_mut() {
            top.seek = Some((name, or));
            top.page = None;
        }
    }

    /// No page came.
    pub(in crate::ui) fn fail(&mut self) {
        if let Some(top) = self.leaves.last_mut() {
            top.page = None;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sheets_lie_one_upon_the_other() {
        let mut sheets = Sheets::default();
        sheets.open(SheetKind::Coverage);
        sheets.push(SheetKind::Targets);
        sheets.push(SheetKind::Targets);
        assert_eq!(sheets.leaves().len(), 2);
        assert!(sheets.pop() && !sheets.pop());
        assert_eq!(sheets.top().map(|top| top.kind.clone()), Some(SheetKind::Coverage));
        sheets.open(SheetKind::Tasks);
        assert_eq!(sheets.leaves().len(), 1);
        for n in 0..100 {
            sheets.push(SheetKind::Framework { id: n.to_string() });
        }
        assert_eq!(sheets.leaves().len(), KEPT);
    }
}
