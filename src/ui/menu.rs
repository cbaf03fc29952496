//! The lines of menus, palette and glossary.

use crate::domain::page::HomePage;
use crate::domain::view_state::Standing;
use crate::locale::Lang;
use crate::ui::action::{Action, TABLE};
use crate::ui::model::Model;
use crate::ui::overlay::Menu;
use crate::ui::theme::Theme;

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
pub(super) const STANDINGS: [(Standing, &str); 4] = [
    (Standing::Leads, "ui.standing.leads"),
    (Standing::Marked, "ui.standing.marked"),
    (Standing::Missing, "ui.standing.missing"),
    (Standing::NoGeometry, "ui.standing.no_geometry"),
];

/// What can be done on the start page, in order.
pub(super) const START: [&str; 4] = ["ui.start.demo", "ui.start.folder", "ui.start.tutorial", "ui.start.quit"];

/// The lines of a menu.
pub(super) fn items(model: &Model, menu: Menu) -> Vec<Item> {
    let lang = model.session.lang;
    let home = model.home.as_deref();
    match menu {
        Menu::Indicators => {
            let now = home.map(|h| &h.indicator.id);
            let all = model.workspace.iter().flat_map(|w| &w.indicators);
            all.map(|i| Item::new(model.indicator_label(i), i.unit.as_str(), Some(&i.id) == now)).collect()
        }
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
            let mut out: Vec<Item> =
                zones.map(|(code, label)| Item::new(label.as_str(), lang.text("ui.scope.zone"), scope.zones.contains(code))).collect();
            out.extend(
                STANDINGS
                    .iter()
                    .map(|(standing, key)| Item::new(lang.text(key), lang.text("ui.scope.standing"), scope.standings.contains(standing))),
            );
            out.push(Item::new(lang.text("ui.scope.clear"), "", false));
            out
        }
        Menu::Themes => Theme::ids()
            .filter_map(Theme::named)
            .map(|t| {
                let now = t.id == model.session.theme.id;
                Item::new(if lang == Lang::En { t.name_en } else { t.name }, t.id, now)
            })
            .collect(),
        Menu::Languages => vec![Item::new("中文", "zh", lang == Lang::Zh), Item::new("English", "en", lang == Lang::En)],
    }
}

/// The title of a menu.
pub(super) fn title(menu: Menu) -> &'static str {
    match menu {
        Menu::Indicators => "ui.menu.indicators",
        Menu::Periods => "ui.menu.periods",
        Menu::Listings => "ui.menu.listings",
        Menu::Scope => "ui.menu.scope",
        Menu::Themes => "ui.menu.themes",
        Menu::Languages => "ui.menu.languages",
    }
}

/// The actions whose name, id or sentence holds what was typed, names first.
pub(super) fn palette(model: &Model, typed: &str) -> Vec<Action> {
    let lang = model.session.lang;
    let typed = typed.trim().trim_start_matches([':', '：']).to_lowercase();
    let mut found: Vec<(u8, Action)> = Vec::new();
    for info in TABLE {
        let name = info.action.name(lang).to_lowercase();
        let rank = if name.starts_with(&typed) || info.id.starts_with(typed.as_str()) {
            0
        } else if name.contains(&typed) || info.id.contains(typed.as_str()) {
            1
        } else if info.action.doc(lang).to_lowercase().contains(&typed) {
            2
        } else {
            continue;
        };
        found.push((rank, info.action));
    }
    found.sort_by_key(|(rank, _)| *rank);
    found.into_iter().map(|(_, action)| action).collect()
}

/// A word of the trade.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Term {
    pub(super) word: String,
    pub(super) text: String,
    pub(super) document: String,
}

/// The indicator in force, then every term of the glossary in the order of its file.
pub(super) fn terms(model: &Model) -> Vec<Term> {
    let lang = model.session.lang;
    let mut out = Vec::new();
    if let Some(HomePage { indicator, .. }) = model.home.as_deref() {
        out.push(Term {
            word: model.indicator_label(indicator).to_owned(),
            text: indicator.definition.clone(),
            document: indicator.document.clone(),
        });
    }
    let mut ids: Vec<&str> =
        lang.keys().filter_map(|key| key.strip_prefix("glossary.terms.").and_then(|rest| rest.strip_suffix(".word"))).collect();
    ids.sort_unstable();
    out.extend(ids.into_iter().map(|id| {
        let part = |part: &str| {
            let key = format!("glossary.terms.{id}.{part}");
            if lang.has(&key) { lang.text(&key).to_owned() } else { String::new() }
        };
        Term { word: part("word"), text: part("text"), document: part("document") }
    }));
    out
}
