//! Where a session stands and what it knows.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::domain::access::Access;
use crate::domain::id::Uid;
use crate::domain::indicator::Indicator;
use crate::domain::map_layer::MapLayer;
use crate::domain::page::{Card, HomePage, Row, Workspace};
use crate::domain::period::Period;
use crate::domain::problem::Problem;
use crate::domain::quality::QualityPage;
use crate::domain::request::{Command, Progress, Query, RequestId, Write};
use crate::domain::scene::{Extent, Raster};
use crate::domain::unit::Subject;
use crate::domain::value::{Origin, Shown, State};
use crate::domain::view_state::{Listing, ViewState};
use crate::gis::compose::{Fill, LabelText, Layer, MapCell};
use crate::gis::neighbour::Toward;
use crate::locale::Lang;
use crate::ui::action::Action;
use crate::ui::capability::{Capability, Symbols};
use crate::ui::desk::Desk;
use crate::ui::keymap::Keymap;
use crate::ui::keys::Key;
use crate::ui::message::Effect;
use crate::ui::number;
use crate::ui::overlay::Overlay;
use crate::ui::text::Width;
use crate::ui::theme::Theme;
use crate::ui::tutorial::Tutorial;

/// What belongs to one session and never to a global.
#[derive(Clone, Debug)]
pub struct Session {
    /// Language.
    pub lang: Lang,
    /// What the terminal can show.
    pub caps: Capability,
    /// Colours.
    pub theme: Theme,
    /// Keys.
    pub keymap: Keymap,
    /// What may be asked and written.
    pub access: Access,
    /// Today.
    pub today: Date,
    /// Where the clock on the wall is that times are shown by.
    pub zone: TimeZone,
    /// Height of a cell over its width, about 2.
    pub cell_aspect: f64,
    /// A workspace is open. If not, the start page is shown.
    pub has_workspace: bool,
    /// The folder it was started in, offered for a new workspace; may be empty.
    pub here: String,
    /// Begin with the tutorial.
    pub tutorial: bool,
}

impl Session {
    /// A session of the day with everything at its default.
    #[must_use]
    pub fn new(today: Date, access: Access) -> Self {
        Self {
            lang: Lang::Zh,
            caps: Capability::default(),
            theme: Theme::default(),
            keymap: Keymap::default(),
            access,
            today,
            zone: TimeZone::UTC,
            cell_aspect: 2.0,
            has_workspace: true,
            here: String::new(),
            tutorial: false,
        }
    }
}

/// The pane that has the keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Focus {
    List,
    Map,
}

/// Where the values of a list come from: rolled up as soon as one of them is.
pub(super) fn shown_origin(home: &HomePage) -> Origin {
    let rolled = |row: &Row| row.shown.origin == Origin::RolledUp;
    if home.rows.iter().any(rolled) { Origin::RolledUp } else { Origin::Reported }
}

/// A line that announces what happened, until the next key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Toast {
    pub(super) text: String,
    pub(super) bad: bool,
}

/// A question that is asked again whenever it or the data changes.
#[derive(Clone, Debug, Default)]
pub(super) struct Slot {
    /// What was asked last, and of which version of the data.
    pub(super) asked: Option<(Query, u64)>,
    /// Its number while the answer is out.
    pub(super) open: Option<RequestId>,
    /// What went wrong with it.
    pub(super) failure: Option<Problem>,
}

/// Names the slots.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Ask {
    Workspace,
    Home,
    Map,
    Card,
    Provenance,
    Find,
    Marks,
    Files,
    Plan,
    Batches,
    Rests,
    Quality,
    Gaps,
    Layer,
    Round,
    Rounds,
    Intake,
    Sheet,
    /// The card of what a row of a sheet leads to.
    Lead,
}

/// Why a command was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    Write,
    Undo,
    Import,
    /// Load what makes something disappear.
    Removals,
    /// Write a file for the person; nothing of the workspace changes.
    Export,
}

/// What a map or a list is of: its place and its listing.
pub(super) type Of = (Option<Uid>, Listing);

/// Natural widths of the columns of the list, cells. Worked out once per list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Widths {
    pub(super) name: u16,
    /// The value without the sign of a small base.
    pub(super) value: u16,
    /// A cell for the sign of a small base, where any row has one: digits stay under digits.
    pub(super) base: u16,
    pub(super) flags: u16,
}

/// The map and what was made from it and the list.
#[derive(Clone, Debug, Default)]
pub(super) struct MapState {
    /// `None` where nothing has geometry, or nothing came yet.
    pub(super) raster: Option<Arc<Raster>>,
    /// An answer came.
    pub(super) answered: bool,
    /// A raster of a place whose list is not here yet: a map never wears the colours of another.
    pub(super) incoming: Option<(Of, Option<Arc<Raster>>)>,
    /// What `raster` was asked for.
    pub(super) of: Option<Of>,
    /// The extent that fits the place.
    pub(super) fit: Option<Extent>,
    /// The whole workspace, for the locator.
    pub(super) whole: Option<Arc<Raster>>,
    /// Fill per unit of `raster`.
    pub(super) fills: Vec<Fill>,
    /// Row of the list per unit of `raster`.
    pub(super) rows: Vec<Option<u32>>,
    /// Unit of `raster` per row of the list.
    pub(super) units: Vec<Option<u32>>,
    /// Branches of the list on the map: row of the list, column and row of the raster.
    pub(super) points: Vec<(usize, u16, u16)>,
    /// Labels of `raster`.
    pub(super) labels: Vec<LabelText>,
    /// Samples of `raster` under a pattern: what nobody covers, a fault.
    pub(super) hatch: Vec<bool>,
    /// Places and outlines over it.
    pub(super) layer: Layer,
    /// Leads and marks on the map.
    pub(super) badges: Vec<(u32, char)>,
    /// Counts every change of what is above.
    pub(super) dressed: u64,
    /// The cells of the map, and what they were composed of: a screen that is drawn again for
    /// anything else costs nothing here.
    pub(super) cells: Arc<[MapCell]>,
    pub(super) composed: Option<Composed>,
}

/// What the cells of a map depend on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Composed {
    pub(super) dressed: u64,
    pub(super) selected: Option<u32>,
    pub(super) caps: Capability,
    pub(super) down: bool,
}

/// Where a session stands and what it knows.
#[derive(Debug)]
pub struct Model {
    pub(super) session: Session,
    pub(super) size: (u16, u16),
    pub(super) workspace: Option<Arc<Workspace>>,
    /// What is wanted; [`HomePage::view`] is what is shown.
    pub(super) view: Option<ViewState>,
    pub(super) home: Option<Arc<HomePage>>,
    pub(super) widths: Widths,
    pub(super) map: MapState,
    pub(super) card: Option<Arc<Card>>,
    /// Version of the data that is wanted.
    pub(super) version: u64,
    pub(super) selected: usize,
    /// First row of the list on screen.
    pub(super) top: usize,
    pub(super) focus: Focus,
    pub(super) map_alone: bool,
    /// The uncovered ground is drawn.
    pub(super) gaps_shown: bool,
    /// The uncovered ground of the place and below, as far as it is known.
    pub(super) gaps: Option<Arc<QualityPage>>,
    /// Kinds of places that are drawn over the map.
    pub(super) places: BTreeSet<String>,
    /// What lies over the map, as far as it is known.
    pub(super) layer: Option<Arc<MapLayer>>,
    /// The card takes the place of the map, or of everything.
    pub(super) card_open: bool,
    pub(super) card_scroll: usize,
    /// States above this one, for the way out.
    pub(super) trail: Vec<ViewState>,
    /// Places visited, for `last-place`.
    pub(super) visited: Vec<ViewState>,
    /// The units beside the place, in the order of the list it was entered from.
    pub(super) siblings: Vec<Uid>,
    /// Steps on the map: from, toward, to. → then ← returns.
    pub(super) steps: Vec<(Uid, Toward, Uid)>,
    /// The beginning of a sequence of keys.
    pub(super) pressed: Vec<Key>,
    /// Keys typed ahead of an answer that changes what they mean.
    pub(super) ahead: VecDeque<Key>,
    /// Enter was pressed on a unit whose card has to say whether it has branches.
    pub(super) entering: Option<Uid>,
    pub(super) overlay: Option<Overlay>,
    /// The chosen line of the overlay or the start page.
    pub(super) chosen: usize,
    /// First line of the overlay on screen.
    pub(super) scroll: usize,
    pub(super) toast: Option<Toast>,
    /// What would take back what was written, the last at the end.
    pub(super) undo: Vec<Write>,
    pub(super) desk: Desk,
    pub(super) progress: Option<Progress>,
    pub(super) problems: Vec<Problem>,
    pub(super) tutorial: Option<Tutorial>,
    pub(super) mouse: bool,
    pub(super) slots: BTreeMap<Ask, Slot>,
    pub(super) commands: BTreeMap<RequestId, Purpose>,
    next_request: u64,
    pub(super) effects: Vec<Effect>,
    pub(super) done: BTreeSet<Action>,
    dirty: bool,
}

impl Model {
    /// A session on a screen of so many columns and rows.
    #[must_use]
    pub fn new(session: Session, size: (u16, u16)) -> Self {
        let tutorial = session.tutorial.then(Tutorial::default);
        Self {
            session,
            size,
            workspace: None,
            view: None,
            home: None,
            widths: Widths::default(),
            map: MapState::default(),
            card: None,
            version: 0,
            selected: 0,
            top: 0,
            focus: Focus::List,
            map_alone: false,
            gaps_shown: false,
            gaps: None,
            places: BTreeSet::new(),
            layer: None,
            card_open: false,
            card_scroll: 0,
            trail: Vec::new(),
            visited: Vec::new(),
            siblings: Vec::new(),
            steps: Vec::new(),
            pressed: Vec::new(),
            ahead: VecDeque::new(),
            entering: None,
            overlay: None,
            chosen: 0,
            scroll: 0,
            toast: None,
            undo: Vec::new(),
            desk: Desk::default(),
            progress: None,
            problems: Vec::new(),
            tutorial,
            mouse: true,
            slots: BTreeMap::new(),
            commands: BTreeMap::new(),
            next_request: 0,
            effects: Vec::new(),
            done: BTreeSet::new(),
            dirty: true,
        }
    }

    /// The first questions; none on the start page.
    #[must_use]
    pub fn start(&mut self) -> Vec<Effect> {
        if self.session.has_workspace {
            self.want(Ask::Workspace, Query::Workspace);
        }
        std::mem::take(&mut self.effects)
    }

    /// The session.
    #[must_use]
    pub fn session(&self) -> &Session {
        &self.session
    }

    /// Where the session stands; `None` before the workspace is known.
    #[must_use]
    pub fn view_state(&self) -> Option<ViewState> {
        self.view.clone().map(|mut view| {
            view.selection = self.row().map(|row| row.uid);
            view
        })
    }

    /// Whether every question was answered: the next key of a script may be pressed.
    #[must_use]
    pub fn settled(&self) -> bool {
        self.commands.is_empty() && self.slots.values().all(|slot| slot.open.is_none())
    }

    /// Whether the screen changed since the last call.
    #[must_use]
    pub fn take_dirty(&mut self) -> bool {
        std::mem::replace(&mut self.dirty, false)
    }

    pub(super) fn touch(&mut self) {
        self.dirty = true;
    }

    pub(super) fn width(&self) -> Width {
        Width::new(self.session.caps.ambiguous_wide)
    }

    pub(super) fn symbols(&self) -> &'static Symbols {
        self.session.caps.symbols()
    }

    pub(super) fn text(&self, key: &str) -> &'static str {
        self.session.lang.text(key)
    }

    /// The selected row.
    pub(super) fn row(&self) -> Option<&Row> {
        self.home.as_ref().and_then(|home| home.rows.get(self.selected))
    }

    /// What the card is about: the selected row, else the place.
    pub(super) fn subject(&self) -> Option<(Uid, Subject)> {
        match self.row() {
            Some(row) => Some((row.uid, row.subject)),
            None => self.home.as_ref().and_then(|home| home.view.place).map(|uid| (uid, Subject::Unit)),
        }
    }

    /// Nothing at all is loaded.
    pub(super) fn is_bare(&self) -> bool {
        self.workspace.as_ref().is_some_and(|w| !w.has_branches && w.counts.iter().all(|count| *count == 0))
    }

    /// The start page is shown.
    pub(super) fn on_start_page(&self) -> bool {
        !self.session.has_workspace
    }

    /// The label of a listing, in the session's language.
    pub(super) fn listing_label(&self, listing: &Listing) -> String {
        match listing {
            Listing::Branches => self.text("ui.listing.branches").to_owned(),
            Listing::Units(level) => {
                let level = self.workspace.iter().flat_map(|w| &w.levels).find(|l| l.code == *level);
                level.map_or_else(String::new, |l| if self.session.lang == Lang::En { l.label_en.clone() } else { l.label.clone() })
            }
        }
    }

    /// The kind of a unit or branch, in the session's language where it is a level's label.
    pub(super) fn kind_label<'a>(&'a self, kind: &'a str) -> &'a str {
        let level = self.workspace.iter().flat_map(|w| &w.levels).find(|l| l.label == kind);
        level.filter(|l| self.session.lang == Lang::En && !l.label_en.is_empty()).map_or(kind, |l| &l.label_en)
    }

    /// A kind of places in words.
    pub(super) fn place_kind<'a>(&self, kind: &'a str) -> &'a str {
        if kind.is_empty() { self.text("places.map.other") } else { kind }
    }

    /// The label of an indicator, in the session's language.
    pub(super) fn indicator_label<'a>(&self, indicator: &'a crate::domain::indicator::Indicator) -> &'a str {
        if self.session.lang == Lang::En && !indicator.label_en.is_empty() { &indicator.label_en } else { &indicator.label }
    }

    /// Whether values of an indicator are still to come: files are being read, and nothing was
    /// reported of it yet in any period. Until then nobody can say who did not report.
    pub(super) fn awaits(&self, indicator: &Indicator, period: Option<Period>) -> bool {
        // What is counted here is counted from branches.
        let no_branches = || self.workspace.as_ref().is_some_and(|workspace| !workspace.has_branches);
        self.progress.is_some() && period.is_none() && (indicator.derived.is_none() || no_branches())
    }

    /// Whether a reading only stands for one that is still to come.
    pub(super) fn is_to_come(&self, indicator: &Indicator, period: Option<Period>, shown: &Shown) -> bool {
        (shown.reading.state == State::Missing || indicator.derived.is_some()) && self.awaits(indicator, period)
    }

    /// The value of a row or of the place in words.
    pub(super) fn shown(&self, home: &HomePage, shown: &Shown) -> String {
        if self.is_to_come(&home.indicator, home.period, shown) {
            return self.text("ui.state.reading").to_owned();
        }
        number::shown(self.session.lang, &home.indicator, shown)
    }

    /// What the values of the list are, in words.
    pub(super) fn value_title(&self, home: &HomePage) -> String {
        let origin = shown_origin(home);
        number::title(self.session.lang, self.symbols().at_least, &home.indicator, self.indicator_label(&home.indicator), origin)
    }

    pub(super) fn number(&mut self) -> RequestId {
        self.next_request += 1;
        RequestId(self.next_request)
    }

    /// Asks unless the same was asked of the same data.
    pub(super) fn want(&mut self, ask: Ask, query: Query) {
        let version = self.version;
        if self.slots.get(&ask).is_some_and(|slot| slot.asked.as_ref().is_some_and(|(q, v)| *q == query && *v == version)) {
            return;
        }
        let request = self.number();
        self.slots.insert(ask, Slot { asked: Some((query.clone(), version)), open: Some(request), failure: None });
        self.effects.push(Effect::Ask { request, query });
    }

    /// Sends a write.
    pub(super) fn send(&mut self, purpose: Purpose, command: Command) {
        let request = self.number();
        self.commands.insert(request, purpose);
        self.effects.push(Effect::Do { request, command });
    }

    /// The slot that waits for this request; it waits no longer.
    pub(super) fn close(&mut self, request: RequestId) -> Option<Ask> {
        let (ask, slot) = self.slots.iter_mut().find(|(_, slot)| slot.open == Some(request))?;
        slot.open = None;
        Some(*ask)
    }

    pub(super) fn failure(&self, ask: Ask) -> Option<&Problem> {
        self.slots.get(&ask).and_then(|slot| slot.failure.as_ref())
    }

    /// Forgets what was asked, so that it is asked again.
    pub(super) fn forget(&mut self) {
        for slot in self.slots.values_mut() {
            slot.asked = None;
        }
    }

    /// Announces something.
    pub(super) fn say(&mut self, text: impl Into<String>) {
        self.toast = Some(Toast { text: text.into(), bad: false });
    }

    /// Announces that something cannot be done, and why.
    pub(super) fn refuse(&mut self, text: impl Into<String>) {
        self.toast = Some(Toast { text: text.into(), bad: true });
    }
}
