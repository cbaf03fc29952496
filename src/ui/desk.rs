//! The screens of the clerk's desk, which take the place of list and map. What they hold is kept for
//! the session: nothing is lost by leaving half-way.

mod sheets;

use std::collections::BTreeMap;
use std::path::{MAIN_SEPARATOR, Path, PathBuf, is_separator};
use std::sync::Arc;

use tui_input::Input;

pub(super) use self::sheets::{Leaf, Left, Sheets};
use crate::domain::files::{FileEntry, FileList};
use crate::domain::period::Period;
use crate::domain::plan::{Applied, BatchRow, Cause, Choices, Plan};
use crate::domain::quality::{Fault, FaultKind, QualityPage};
use crate::domain::round::{Intake, RoundLine, RoundPage};
use crate::domain::view_state::ViewState;

/// A screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Screen {
    /// 导入.
    Import,
    /// 批次.
    Batches,
    /// 质量.
    Quality,
    /// 月报.
    Round,
    /// A sheet of what frameworks drive.
    Sheet,
}

/// Where a list stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Cursor {
    /// The chosen line.
    pub(super) at: usize,
    /// The first line on screen.
    pub(super) top: usize,
}

impl Cursor {
    /// Moves the choice.
    pub(super) fn by(&mut self, by: isize, count: usize) {
        self.at = self.at.saturating_add_signed(by).min(count.saturating_sub(1));
    }

    /// Keeps the choice in the list and on screen.
    pub(super) fn fit(&mut self, count: usize, height: usize) {
        self.at = self.at.min(count.saturating_sub(1));
        self.top = self.top.min(self.at).max((self.at + 1).saturating_sub(height)).min(count.saturating_sub(height));
    }
}

/// Everything on the desk.
#[derive(Clone, Debug, Default)]
pub(super) struct Desk {
    /// What is shown; `None` is list and map.
    pub(super) screen: Option<Screen>,
    /// The details have the keys.
    pub(super) in_detail: bool,
    /// First line of the details on screen.
    pub(super) scroll: usize,
    pub(super) import: Importing,
    pub(super) batches: Batches,
    pub(super) quality: Quality,
    pub(super) round: RoundDesk,
    pub(super) sheets: Sheets,
    /// The import that is not on screen: that of a round beside that of tables, or the other way round.
    other: Importing,
}

impl Desk {
    /// Puts the import of a round on the desk, or that of no round; the other is kept.
    pub(super) fn turn_to(&mut self, round: Option<Period>) {
        if self.import.round.is_some() != round.is_some() {
            std::mem::swap(&mut self.import, &mut self.other);
        }
        if self.import.round != round {
            let browser = std::mem::take(&mut self.import.browser);
            self.import = Importing { browser, round, ..Importing::default() };
        }
    }
}

/// The parts of a plan, in order of the digits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Tab {
    /// What was read and what would happen, in numbers.
    #[default]
    Inputs,
    /// What must or may be answered.
    Questions,
    /// Keys without a match.
    Unmatched,
    /// New, changed, gone; what became of units.
    Changes,
    /// What was refused, kept aside or marked.
    Problems,
}

impl Tab {
    pub(super) const ALL: [Self; 5] = [Self::Inputs, Self::Questions, Self::Unmatched, Self::Changes, Self::Problems];

    /// Key of its name.
    pub(super) fn key(self) -> &'static str {
        match self {
            Self::Inputs => "desk.plan.inputs",
            Self::Questions => "desk.plan.questions",
            Self::Unmatched => "desk.plan.unmatched",
            Self::Changes => "desk.plan.changes",
            Self::Problems => "desk.plan.problems",
        }
    }

    /// Lines that it has in a plan.
    pub(super) fn count(self, plan: &Plan) -> usize {
        match self {
            Self::Inputs => plan.inputs.len(),
            Self::Questions => plan.questions.len(),
            Self::Unmatched => plan.unmatched.len(),
            Self::Changes => plan.unit_changes.len() + plan.changes.len(),
            Self::Problems => plan.problems.len(),
        }
    }
}

/// 导入: files, their plan, what was decided, what was done.
#[derive(Clone, Debug, Default)]
pub(super) struct Importing {
    pub(super) browser: Browser,
    /// The files of the plan; empty while they are being chosen.
    pub(super) files: Vec<PathBuf>,
    pub(super) choices: Choices,
    /// The last plan; that of the choices before while a new one is made.
    pub(super) plan: Option<Arc<Plan>>,
    pub(super) tab: Tab,
    pub(super) cursors: [Cursor; Tab::ALL.len()],
    /// The round that files are taken into; `None` for any other import.
    pub(super) round: Option<Period>,
    /// What taking the files would do.
    pub(super) intake: Option<Arc<Intake>>,
    /// It is being carried out.
    pub(super) applying: bool,
    /// It was carried out.
    pub(super) applied: Option<Arc<Applied>>,
}

impl Importing {
    /// The line chosen in the tab.
    pub(super) fn cursor(&mut self) -> &mut Cursor {
        &mut self.cursors[self.tab as usize]
    }

    /// The line chosen in the tab.
    pub(super) fn at(&self) -> usize {
        self.cursors[self.tab as usize].at
    }

    /// The cause of the chosen key without a match.
    pub(super) fn cause(&self) -> Option<Cause> {
        let plan = self.plan.as_deref().filter(|_| self.tab == Tab::Unmatched)?;
        plan.unmatched.get(self.at()).map(|unmatched| unmatched.cause)
    }
}

/// Choosing files.
#[derive(Clone, Debug, Default)]
pub(super) struct Browser {
    /// The folder that is wanted; empty is the workspace's.
    pub(super) dir: PathBuf,
    /// The folder that is shown.
    pub(super) list: Option<Arc<FileList>>,
    /// The path being typed.
    pub(super) input: Input,
    /// The path has the keys.
    pub(super) typing: bool,
    pub(super) cursor: Cursor,
    /// The folder one came up from: the cursor goes there as soon as it is listed.
    pub(super) from: Option<PathBuf>,
    /// What was ticked, in order.
    pub(super) chosen: Vec<PathBuf>,
}

/// A line of the browser.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Entry<'a> {
    /// The folder above.
    Parent(&'a Path),
    /// A file or folder.
    Of(&'a FileEntry),
}

impl Browser {
    /// The lines: while a path is typed only what begins with its last part.
    pub(super) fn entries(&self) -> Vec<Entry<'_>> {
        let Some(list) = &self.list else { return Vec::new() };
        if !self.typing {
            return list.parent.iter().map(|p| Entry::Parent(p)).chain(list.entries.iter().map(Entry::Of)).collect();
        }
        let begun = split(self.input.value()).1.to_lowercase();
        list.entries.iter().filter(|entry| entry.name.to_lowercase().starts_with(&begun)).map(Entry::Of).collect()
    }

    /// The path of the folder shown as it is typed, with a separator at its end.
    pub(super) fn typed_dir(&self) -> String {
        let dir = self.list.as_ref().map_or_else(String::new, |list| list.dir.display().to_string());
        if dir.is_empty() || dir.ends_with(is_separator) { dir } else { format!("{dir}{MAIN_SEPARATOR}") }
    }

    /// As much as all entries that begin like the typed path have in common; with a separator where
    /// it is one folder.
    pub(super) fn completed(&self) -> Option<String> {
        let (dir, begun) = split(self.input.value());
        let entries: Vec<&FileEntry> =
            self.entries().into_iter().filter_map(|e| if let Entry::Of(e) = e { Some(e) } else { None }).collect();
        let [first, rest @ ..] = entries.as_slice() else { return None };
        let mut common: Vec<char> = first.name.chars().collect();
        for entry in rest {
            let same = common.iter().zip(entry.name.chars()).take_while(|(a, b)| **a == *b).count();
            common.truncate(same);
        }
        let mut name: String = common.into_iter().collect();
        if name.chars().count() < begun.chars().count() {
            // They differ in case only: what was typed stands.
            name = begun.to_owned();
        }
        if rest.is_empty() && first.kind == crate::domain::files::FileKind::Folder {
            name.push(MAIN_SEPARATOR);
        }
        Some(format!("{dir}{name}"))
    }

    /// Ticks a path, or takes the tick away.
    pub(super) fn toggle(&mut self, path: &Path) {
        match self.chosen.iter().position(|chosen| chosen == path) {
            Some(at) => {
                self.chosen.remove(at);
            }
            None => self.chosen.push(path.to_path_buf()),
        }
    }
}

/// A typed path as folder, with its separator, and the beginning of a name.
pub(super) fn split(typed: &str) -> (&str, &str) {
    typed.rfind(is_separator).map_or(("", typed), |at| typed.split_at(at + 1))
}

/// 批次.
#[derive(Clone, Debug, Default)]
pub(super) struct Batches {
    pub(super) rows: Option<Arc<Vec<BatchRow>>>,
    pub(super) cursor: Cursor,
}

impl Batches {
    /// The chosen batch.
    pub(super) fn row(&self) -> Option<&BatchRow> {
        self.rows.as_ref().and_then(|rows| rows.get(self.cursor.at))
    }

    /// Batches that can only be taken back together with this: those of its import that stand.
    pub(super) fn together(&self, row: &BatchRow) -> Vec<&BatchRow> {
        let same = |other: &&BatchRow| other.id == row.id || (row.import != 0 && other.import == row.import);
        self.rows.iter().flat_map(|rows| rows.iter()).filter(same).filter(|other| other.withdrawn_at_ms.is_none()).collect()
    }
}

/// The parts of 质量, in order of the digits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Part {
    /// Faults of the boundaries.
    #[default]
    Faults,
    /// Problems of the loads.
    Loads,
    /// What was read and not joined.
    Join,
}

impl Part {
    pub(super) const ALL: [Self; 3] = [Self::Faults, Self::Loads, Self::Join];
}

/// 质量.
#[derive(Clone, Debug, Default)]
pub(super) struct Quality {
    page: Option<Arc<QualityPage>>,
    pub(super) part: Part,
    /// Only faults of this kind.
    kind: Option<FaultKind>,
    /// Positions of its faults in the page: made when the page or the kind changes, not for each frame.
    shown: Vec<usize>,
    /// The kinds that there are, with their numbers.
    kinds: Vec<(FaultKind, usize)>,
    pub(super) cursors: [Cursor; Part::ALL.len()],
    /// The map shows the chosen fault: what it showed before.
    pub(super) flying: Option<ViewState>,
}

impl Quality {
    /// A new page.
    pub(super) fn take(&mut self, page: Arc<QualityPage>) {
        let mut counts: BTreeMap<FaultKind, usize> = BTreeMap::new();
        page.faults.iter().for_each(|fault| *counts.entry(fault.kind).or_default() += 1);
        self.kinds = counts.into_iter().collect();
        self.page = Some(page);
        self.only(self.kind);
    }

    /// Only faults of a kind, or all.
    pub(super) fn only(&mut self, kind: Option<FaultKind>) {
        self.kind = kind;
        let faults = self.page.iter().flat_map(|page| &page.faults).enumerate();
        self.shown = faults.filter(|(_, fault)| kind.is_none_or(|kind| kind == fault.kind)).map(|(n, _)| n).collect();
    }

    /// All that was found.
    pub(super) fn page(&self) -> Option<&QualityPage> {
        self.page.as_deref()
    }

    /// The kind in force.
    pub(super) fn kind(&self) -> Option<FaultKind> {
        self.kind
    }

    /// Number of the faults of the kind in force.
    pub(super) fn count(&self) -> usize {
        self.shown.len()
    }

    /// One of them.
    pub(super) fn shown(&self, n: usize) -> Option<&Fault> {
        self.page.as_ref()?.faults.get(*self.shown.get(n)?)
    }

    /// The chosen fault.
    pub(super) fn fault(&self) -> Option<&Fault> {
        self.shown(self.cursors[Part::Faults as usize].at)
    }

    /// The kinds that there are, with their numbers.
    pub(super) fn kinds(&self) -> &[(FaultKind, usize)] {
        &self.kinds
    }
}

/// 月报.
#[derive(Clone, Debug, Default)]
pub(super) struct RoundDesk {
    /// Every round, the newest first.
    pub(super) lines: Option<Arc<Vec<RoundLine>>>,
    /// The round on screen; `None` is the newest.
    pub(super) period: Option<Period>,
    pub(super) page: Option<Arc<RoundPage>>,
    /// There is no such round.
    pub(super) none: bool,
    pub(super) cursor: Cursor,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::files::FileKind;

    fn browser(names: &[(&str, FileKind)], typed: &str) -> Browser {
        let entry = |(name, kind): &(&str, FileKind)| FileEntry {
            path: Path::new("/d").join(name),
            name: (*name).to_owned(),
            kind: *kind,
            size_bytes: 0,
            modified: None,
        };
        let list = FileList { dir: "/d".into(), parent: Some("/".into()), entries: names.iter().map(entry).collect(), left_out: 0 };
        Browser { list: Some(list.into()), typing: true, input: Input::new(typed.to_owned()), ..Browser::default() }
    }

    #[test]
    fn a_typed_path_is_completed_as_far_as_it_is_certain() {
        let names =
            [("月报", FileKind::Folder), ("月报-1.xlsx", FileKind::Table), ("月报-2.xlsx", FileKind::Table), ("Maps", FileKind::Folder)];
        let done = |typed: &str| browser(&names, typed).completed();
        assert_eq!(done("/d/月").as_deref(), Some("/d/月报"));
        assert_eq!(done("/d/月报-").as_deref(), Some("/d/月报-"));
        assert_eq!(done("/d/m"), Some(format!("/d/Maps{MAIN_SEPARATOR}")));
        assert_eq!(done("/d/x"), None);
        assert_eq!(browser(&names, "/d/月报-").entries().len(), 2);
    }

    #[test]
    fn a_cursor_stays_in_its_list() {
        let mut cursor = Cursor::default();
        cursor.by(7, 5);
        cursor.fit(5, 3);
        assert_eq!((cursor.at, cursor.top), (4, 2));
        cursor.fit(0, 3);
        assert_eq!((cursor.at, cursor.top), (0, 0));
        cursor.by(isize::MIN, 5);
        assert_eq!(cursor.at, 0);
    }
}
