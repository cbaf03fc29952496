//! The one table of actions. Keymap, `?` help, which-key hints, `:` palette, status hints and the
//! README's key table are all made from it.

use crate::domain::access::Grant;
use crate::domain::sheet::{Against, SheetKind};
use crate::locale::Lang;
use crate::ui::keymap::Keymap;

/// Where the default keys of an action hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Place {
    /// On every pane.
    Anywhere,
    /// On the list.
    List,
    /// On the map.
    Map,
}

/// The heading an action stands under in help.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Group {
    /// In, out, rows.
    Move,
    /// The map.
    Map,
    /// Indicators, time, filter.
    Show,
    /// Marks and copies.
    Work,
    /// What frameworks drive: sheets.
    Sheets,
    /// Help and session.
    Session,
}

impl Group {
    /// Every group, in the order of help.
    pub const ALL: [Self; 6] = [Self::Move, Self::Map, Self::Show, Self::Sheets, Self::Work, Self::Session];

    /// Key of its heading.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Move => "ui.group.move",
            Self::Map => "ui.group.map",
            Self::Show => "ui.group.show",
            Self::Work => "ui.group.work",
            Self::Sheets => "ui.group.sheets",
            Self::Session => "ui.group.session",
        }
    }
}

/// A row of the table.
#[derive(Debug)]
pub struct Info {
    /// The action.
    pub action: Action,
    /// Its id in keymap files and the palette. Texts are `action.<id>.name` and `action.<id>.doc`.
    pub id: &'static str,
    /// Heading.
    pub group: Group,
    /// Where its keys hold.
    pub place: Place,
    /// What must be granted.
    pub needs: Option<Grant>,
    /// Default keys; several strokes are divided by spaces.
    pub keys: &'static [&'static str],
}

macro_rules! actions {
    ($($action:ident $id:literal $group:ident $place:ident $needs:expr, [$($key:literal),*];)*) => {
        /// Everything a person can do.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Action {
            $(#[doc = $id] $action,)*
        }

        /// The table.
        pub const TABLE: &[Info] = &[
            $(Info { action: Action::$action, id: $id, group: Group::$group, place: Place::$place, needs: $needs, keys: &[$($key),*] },)*
        ];
    };
}

const WRITES: Option<Grant> = Some(Grant::Mark);

actions! {
    Enter "enter" Move Anywhere None, ["enter"];
    In "in" Move List None, ["right", "l"];
    Back "back" Move Anywhere None, ["esc"];
    Out "out" Move List None, ["left", "h", "backspace"];
    Up "up" Move List None, ["up", "k"];
    Down "down" Move List None, ["down", "j"];
    PageUp "page-up" Move Anywhere None, ["pageup", "ctrl-u"];
    PageDown "page-down" Move Anywhere None, ["pagedown", "ctrl-d"];
    First "first" Move Anywhere None, ["home", "g g"];
    Last "last" Move Anywhere None, ["end", "G"];
    NextPane "next-pane" Move Anywhere None, ["tab", "shift-tab"];
    PreviousSibling "previous-sibling" Move Anywhere None, ["["];
    NextSibling "next-sibling" Move Anywhere None, ["]"];
    LastPlace "last-place" Move Anywhere None, ["ctrl-o"];
    Card "card" Move Anywhere None, ["space", "o"];
    Listing "listing" Move Anywhere None, ["L", "f7"];
    Find "find" Move Anywhere None, ["/", "f3"];
    West "west" Map Map None, ["left", "h"];
    East "east" Map Map None, ["right", "l"];
    North "north" Map Map None, ["up", "k"];
    South "south" Map Map None, ["down", "j"];
    ZoomIn "zoom-in" Map Anywhere None, ["+", "="];
    ZoomOut "zoom-out" Map Anywhere None, ["-"];
    ZoomReset "zoom-reset" Map Anywhere None, ["0"];
    PanWest "pan-west" Map Anywhere None, ["shift-left", "H"];
    PanEast "pan-east" Map Anywhere None, ["shift-right"];
    PanNorth "pan-north" Map Anywhere None, ["shift-up", "K"];
    PanSouth "pan-south" Map Anywhere None, ["shift-down", "J"];
    MapAlone "map-alone" Map Anywhere None, ["z", "f9"];
    Indicator1 "indicator-1" Show Anywhere None, ["1"];
    Indicator2 "indicator-2" Show Anywhere None, ["2"];
    Indicator3 "indicator-3" Show Anywhere None, ["3"];
    Indicator4 "indicator-4" Show Anywhere None, ["4"];
    Indicator5 "indicator-5" Show Anywhere None, ["5"];
    Indicator6 "indicator-6" Show Anywhere None, ["6"];
    Indicator7 "indicator-7" Show Anywhere None, ["7"];
    Indicator8 "indicator-8" Show Anywhere None, ["8"];
    Indicator9 "indicator-9" Show Anywhere None, ["9"];
    Indicators "indicators" Show Anywhere None, ["I", "f5"];
    PeriodEarlier "period-earlier" Show Anywhere None, [",", "<"];
    PeriodLater "period-later" Show Anywhere None, [".", ">"];
    Periods "periods" Show Anywhere None, ["t"];
    Classing "classing" Show Anywhere None, ["c"];
    OnlyFlagged "only-flagged" Show Anywhere None, ["w", "f8"];
    Scope "scope" Show Anywhere None, ["f", "f6"];
    ScopeClear "scope-clear" Show Anywhere None, ["F"];
    Sheets "sheets" Sheets Anywhere None, ["S", "shift-f1"];
    Frameworks "frameworks" Sheets Anywhere None, [];
    Coverage "coverage" Sheets Anywhere None, [];
    Targets "targets" Sheets Anywhere None, [];
    Tasks "tasks" Sheets Anywhere None, [];
    Leads "leads" Sheets Anywhere None, [];
    Change "change" Sheets Anywhere None, ["R", "shift-f11"];
    ChangeYearStart "change-year-start" Sheets Anywhere None, [];
    ChangeYearAgo "change-year-ago" Sheets Anywhere None, [];
    Matrices "matrices" Sheets Anywhere None, [];
    Ratings "ratings" Sheets Anywhere None, [];
    Scorecards "scorecards" Sheets Anywhere None, [];
    Pairings "pairings" Sheets Anywhere None, [];
    Cadence "cadence" Sheets Anywhere None, [];
    Lists "lists" Sheets Anywhere None, [];
    Workflows "workflows" Sheets Anywhere None, [];
    Regions "regions" Sheets Anywhere None, [];
    Groups "groups" Sheets Anywhere None, [];
    Sites "sites" Sheets Anywhere None, [];
    Terms "terms" Sheets Anywhere None, [];
    Form "form" Sheets Anywhere None, [];
    Provenance "provenance" Work Anywhere None, ["i", "f12"];
    Mark "mark" Work Anywhere WRITES, ["m", "f4"];
    Undo "undo" Work Anywhere WRITES, ["u", "f11", "ctrl-z"];
    Work "work" Work Anywhere None, ["W", "shift-f2"];
    Import "import" Work Anywhere Some(Grant::Import), ["shift-f5"];
    Batches "batches" Work Anywhere None, ["shift-f6"];
    Round "round" Work Anywhere None, ["shift-f8"];
    Quality "quality" Work Anywhere None, ["shift-f9"];
    Gaps "gaps" Map Anywhere None, ["b", "shift-f10"];
    Places "places" Map Anywhere None, ["p", "shift-f12"];
    Correct "correct" Work Anywhere Some(Grant::Correct), ["e", "shift-f3"];
    Answer "answer" Work Anywhere Some(Grant::Answer), [];
    ConfirmLead "confirm-lead" Work Anywhere Some(Grant::Confirm), [];
    RejectLead "reject-lead" Work Anywhere Some(Grant::Confirm), [];
    WhatIf "what-if" Work Anywhere None, [];
    WhatIfMap "what-if-map" Work Anywhere None, [];
    ConfirmKind "confirm-kind" Work Anywhere Some(Grant::Confirm), [];
    FormWrite "form-write" Work Anywhere None, [];
    Marks "marks" Work Anywhere None, ["M", "shift-f4"];
    CopyName "copy-name" Work Anywhere None, ["y y"];
    CopyCode "copy-code" Work Anywhere None, ["y c"];
    CopyRow "copy-row" Work Anywhere None, ["y r"];
    Palette "palette" Session Anywhere None, [":", "f10"];
    Help "help" Session Anywhere None, ["?", "f2"];
    Glossary "glossary" Session Anywhere None, ["f1"];
    Problems "problems" Session Anywhere None, ["P"];
    Removals "removals" Session Anywhere Some(Grant::Import), ["D", "shift-f7"];
    Refresh "refresh" Session Anywhere None, ["ctrl-r"];
    Tutorial "tutorial" Session Anywhere None, [];
    Theme "theme" Session Anywhere None, [];
    Language "language" Session Anywhere None, [];
    Mouse "mouse" Session Anywhere None, [];
    Quit "quit" Session Anywhere None, ["q", "ctrl-q"];
    QuitNow "quit-now" Session Anywhere None, ["ctrl-c"];
}

impl Action {
    /// Its row of the table.
    #[must_use]
    pub fn info(self) -> &'static Info {
        // The enum and the table are made by one macro, in one order.
        &TABLE[self as usize]
    }

    /// The action of an id.
    #[must_use]
    pub fn parse(id: &str) -> Option<Self> {
        TABLE.iter().find(|info| info.id == id).map(|info| info.action)
    }

    /// Its short name.
    #[must_use]
    pub fn name(self, lang: Lang) -> &'static str {
        lang.text(&format!("action.{}.name", self.info().id))
    }

    /// What it does, in one sentence.
    #[must_use]
    pub fn doc(self, lang: Lang) -> &'static str {
        lang.text(&format!("action.{}.doc", self.info().id))
    }

    /// The sheet that it opens.
    #[must_use]
    pub fn sheet(self) -> Option<SheetKind> {
        let change = |against| SheetKind::Change { against };
        Some(match self {
            Self::ChangeYearStart => change(Against::YearStart),
            Self::ChangeYearAgo => change(Against::YearAgo),
            action => SheetKind::named().into_iter().find(|kind| kind.word() == action.info().id)?,
        })
    }

    /// 0-based position of the indicator that it switches to.
    #[must_use]
    pub fn indicator(self) -> Option<usize> {
        (self >= Self::Indicator1 && self <= Self::Indicator9).then(|| self as usize - Self::Indicator1 as usize)
    }
}

/// The key table of the README, as Markdown.
#[must_use]
pub fn readme_table(lang: Lang) -> String {
    let keymap = Keymap::default();
    let mut out = format!("| {} | {} |\n|---|---|\n", lang.text("ui.help.keys"), lang.text("ui.help.does"));
    for group in Group::ALL {
        out.push_str(&format!("| **{}** | |\n", lang.text(group.key())));
        for info in TABLE.iter().filter(|info| info.group == group) {
            let keys: Vec<String> = keymap.shown(info.action, lang).iter().map(|k| format!("`{}`", k.replace('|', "\\|"))).collect();
            let keys = if keys.is_empty() { format!("`:{}`", info.action.name(lang)) } else { keys.join(" ") };
            out.push_str(&format!("| {keys} | {} |\n", info.action.doc(lang)));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_action_has_its_row_an_id_of_its_own_and_texts() {
        for (n, info) in TABLE.iter().enumerate() {
            assert_eq!(info.action as usize, n);
            assert_eq!(Action::parse(info.id), Some(info.action));
            for lang in [Lang::Zh, Lang::En] {
                for part in ["name", "doc"] {
                    assert!(lang.has(&format!("action.{}.{part}", info.id)), "{lang:?} {} {part}", info.id);
                }
            }
        }
    }

    #[test]
    fn every_sheet_that_a_name_opens_has_an_action_of_that_name() {
        for kind in SheetKind::named() {
            let action = Action::parse(kind.word()).expect("an action of its word");
            assert_eq!((action.sheet(), action.info().group), (Some(kind.clone()), Group::Sheets));
            assert_eq!(action.name(Lang::Zh), Lang::Zh.text(&format!("sheet.name.{}", kind.word())));
        }
        assert_eq!(Action::Enter.sheet(), None);
    }

    #[test]
    fn the_readme_table_names_every_action() {
        for lang in [Lang::Zh, Lang::En] {
            let table = readme_table(lang);
            for info in TABLE {
                assert!(table.contains(info.action.doc(lang)), "{}", info.id);
            }
        }
    }
}
