//! The lines of menus and glossary.

use crate::domain::indicator::Kind;
use crate::domain::page::Row;
use crate::domain::sheet::SheetKind;
use crate::domain::value::Origin;
use crate::domain::view_state::{Listing, Standing};
use crate::locale::Lang;
use crate::ui::action::Action;
use crate::ui::model::{Model, shown_origin};
use crate::ui::overlay::Menu;
use crate::ui::theme::Theme;
use crate::ui::update::{FORM_KEY, LEAD_KEYS, sign_of_place};

/// A line that can be chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Item {
    pub(super) label: String,
    pub(super) note: String,
    pub(super) checked: bool,
}

impl Item {
    fn new(label: impl Into<String>, note: impl Into<String>, checked: bool) -> Self {
        Self { label: label.into(), note: note.into(), checked }
    }
}

/// Standings a scope may ask for, in the order of the menu.
pub(super) const STANDINGS: [(Standing, &str); 5] = [
    (Standing::Leads, "ui.standing.leads"),
    (Standing::Marked, "ui.standing.marked"),
    (Standing::Missing, "ui.standing.missing"),
    (Standing::NoGeometry, "ui.standing.no_geometry"),
    (Standing::SeveralZones, "ui.standing.several_zones"),
];

/// The screens of the desk and what else a clerk does, in the order of the menu.
pub(super) const WORK: [Action; 6] = [Action::Import, Action::Round, Action::Batches, Action::Quality, Action::Gaps, Action::Correct];

/// The actions that a menu lists: the screens of the desk, or the sheets.
pub(super) fn actions(model: &Model, menu: Menu) -> Vec<Action> {
    match menu {
        Menu::Work => {
            // What is on the screen comes first: leads and forms before the screens of the desk.
            let leads = LEAD_KEYS.iter().chain([&FORM_KEY]).map(|(_, action)| *action).filter(|action| model.holds_here(*action));
            leads.chain(WORK).chain([Action::ConfirmKind].into_iter().filter(|action| model.holds_here(*action))).collect()
        }
        Menu::Sheets => SheetKind::named().iter().filter_map(|kind| Action::parse(kind.word())).collect(),
        _ => Vec::new(),
    }
}

/// What can be done on the start page, in order.
pub(super) const START: [&str; 5] = ["ui.start.demo", "ui.start.folder", "ui.start.new", "ui.start.tutorial", "ui.start.quit"];

/// The column of names in the menu of the desk, cells.
const NAMES: u16 = 8;
const NAMES_EN: u16 = 15;

/// The lines of a menu.
pub(super) fn items(model: &Model, menu: Menu) -> Vec<Item> {
    let lang = model.session.lang;
    let home = model.home.as_deref();
    match menu {
        Menu::Periods => {
            let now = home.and_then(|h| h.period);
            // The newest first: that is what is looked for.
            home.map_or_else(Vec::new, |h| h.periods.iter().rev().map(|p| Item::new(p.to_string(), "", Some(*p) == now)).collect())
        }
        Menu::Listings => {
            let now = home.map(|h| &h.view.listing);
            home.map_or_else(Vec::new, |h| h.listings.iter().map(|l| Item::new(model.listing_label(l), "", Some(l) == now)).collect())
        }
        Menu::Scope => {
            let Some(scope) = model.view.as_ref().map(|v| &v.scope) else { return Vec::new() };
            let zones = model.workspace.iter().flat_map(|w| &w.zones);
            let is_region = |code: &String| model.workspace.iter().any(|w| w.regions.contains(code));
            let kind = |code: &String| lang.text(if is_region(code) { "places.regions.title" } else { "ui.scope.zone" });
            let mut out: Vec<Item> = zones.map(|(code, label)| Item::new(label.as_str(), kind(code), scope.zones.contains(code))).collect();
            out.extend(
                STANDINGS
                    .iter()
                    .map(|(standing, key)| Item::new(lang.text(key), lang.text("ui.scope.standing"), scope.standings.contains(standing))),
            );
            out.push(Item::new(lang.text("ui.scope.clear"), "", false));
            out
        }
        Menu::Places => {
            let kinds = model.workspace.iter().flat_map(|w| &w.place_kinds);
            let mut out: Vec<Item> = kinds
                .enumerate()
                .map(|(n, kind)| Item::new(format!("{} {}", sign_of_place(n), model.place_kind(kind)), "", model.places.contains(kind)))
                .collect();
            out.push(Item::new(lang.text("places.map.all"), "", false));
            out.push(Item::new(lang.text("places.map.none"), "", false));
            out
        }
        Menu::Themes => Theme::ids()
            .filter_map(Theme::named)
            .map(|t| {
                let now = t.id == model.session.theme.id;
                Item::new(if lang == Lang::En { t.name_en } else { t.name }, t.id, now)
            })
            .collect(),
        Menu::Work | Menu::Sheets => actions(model, menu)
            .iter()
            .map(|action| {
                let denied = action.info().needs.is_some_and(|grant| !model.session.access.may(grant));
                let key = || match LEAD_KEYS.iter().chain([&FORM_KEY]).find(|(_, of)| of == action) {
                    Some((key, _)) => key.to_string(),
                    None => model.session.keymap.hint(*action, lang),
                };
                let keys = if denied { lang.text("ui.help.denied").to_owned() } else { key() };
                let name = model.width().pad(action.name(lang), if lang == Lang::En { NAMES_EN } else { NAMES }, "");
                Item::new(format!("{name} {}", action.doc(lang)), keys, false)
            })
            .collect(),
        Menu::Languages => vec![Item::new("中文", "zh", lang == Lang::Zh), Item::new("English", "en", lang == Lang::En)],
    }
}

/// The title of a menu.
pub(super) fn title(menu: Menu) -> &'static str {
    match menu {
        Menu::Periods => "ui.menu.periods",
        Menu::Listings => "ui.menu.listings",
        Menu::Scope => "ui.menu.scope",
        Menu::Places => "places.map.menu",
        Menu::Themes => "ui.menu.themes",
        Menu::Languages => "ui.menu.languages",
        Menu::Work => "ui.menu.work",
        Menu::Sheets => "ui.menu.sheets",
    }
}

/// A word of the trade.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Term {
    pub(super) word: String,
    pub(super) text: String,
    pub(super) document: String,
}

/// The indicator in force, then the terms that the screen speaks of, then all others.
pub(super) fn terms(model: &Model) -> Vec<Term> {
    let lang = model.session.lang;
    let mut out = Vec::new();
    if let Some(home) = model.home.as_deref() {
        out.push(Term {
            word: model.value_title(home),
            text: home.indicator.definition.clone(),
            document: home.indicator.document.clone(),
        });
    }
    let ids = lang.keys().filter_map(|key| key.strip_prefix("glossary.terms.").and_then(|rest| rest.strip_suffix(".word")));
    let part = |id: &str, part: &str| {
        let key = format!("glossary.terms.{id}.{part}");
        if lang.has(&key) { lang.text(&key).to_owned() } else { String::new() }
    };
    let near = on_screen(model);
    let words = words_on_screen(model);
    let mut rest: Vec<(usize, &str, Term)> = ids
        .map(|id| {
            let term = Term { word: part(id, "word"), text: part(id, "text"), document: part(id, "document") };
            let far = near.len() + words.len();
            let rank = match words.iter().position(|word| word.eq_ignore_ascii_case(&term.word)) {
                Some(n) => n,
                None => near.iter().position(|n| *n == id).map_or(far, |n| words.len() + n),
            };
            (rank, id, term)
        })
        .collect();
    rest.sort_by(|a, b| (a.0, a.1).cmp(&(b.0, b.1)));
    out.extend(rest.into_iter().map(|(.., term)| term));
    out
}

/// Words that the selected row and the list carry themselves: a kind of branch, a level.
fn words_on_screen(model: &Model) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    if let Some(card) = model.card.as_deref().filter(|card| model.row().is_some_and(|row| row.uid == card.uid)) {
        words.push(card.kind.clone());
        words.extend(card.branches.iter().map(|(kind, _)| kind.clone()));
    }
    if let Some(home) = model.home.as_deref() {
        words.push(model.listing_label(&home.view.listing));
    }
    words
}

/// Ids of the terms that explain what the list shows, the indicator's kind first.
fn on_screen(model: &Model) -> Vec<&'static str> {
    let Some(home) = model.home.as_deref() else { return Vec::new() };
    let kind = match home.indicator.kind {
        Kind::Ratio => "kind_ratio",
        Kind::Count => "kind_count",
        Kind::Money => "kind_money",
        Kind::Area => "kind_area",
        Kind::Bool | Kind::Badge => "kind_bool",
        Kind::Score | Kind::Days | Kind::Quota | Kind::Star | Kind::Interval => "indicator",
    };
    let any = |of: &dyn Fn(&Row) -> bool| home.rows.iter().any(of);
    let legend = &home.legend;
    let shown: [(bool, &'static str); 13] = [
        (true, kind),
        (shown_origin(home) == Origin::RolledUp, "roll_up"),
        (home.total.due > 0, "reported_share"),
        (any(&|row| row.shown.small_base), "small_base"),
        (legend.policy, "policy_band"),
        (any(&|row| row.leads > 0), "lead"),
        (any(&|row| row.marks > 0), "mark"),
        (!home.view.scope.is_all() || home.view.only_flagged, "scope"),
        (legend.missing > 0, "missing"),
        (legend.none > 0, "none"),
        (legend.not_due > 0, "not_due"),
        (legend.no_geometry > 0, "boundary"),
        (home.view.listing == Listing::Branches, "branch"),
    ];
    shown.into_iter().filter_map(|(on, id)| on.then_some(id)).collect()
}
