//! What is found by typing: actions and scopes in the palette, indicators in their picker. By name,
//! full pinyin, initials or id.

use ib_matcher::matcher::{IbMatcher, PinyinMatchConfig};

use crate::domain::indicator::Indicator;
use crate::domain::view_state::{Scope, Standing};
use crate::locale::Lang;
use crate::ui::action::{Action, TABLE};
use crate::ui::menu::STANDINGS;
use crate::ui::model::Model;

/// What was typed, ready to be looked for.
struct Typed<'t> {
    text: &'t str,
    begins: IbMatcher<'t>,
    anywhere: IbMatcher<'t>,
}

impl<'t> Typed<'t> {
    fn new(text: &'t str) -> Self {
        let matcher = |begins| IbMatcher::builder(text).pinyin(PinyinMatchConfig::default()).starts_with(begins).build();
        Self { text, begins: matcher(true), anywhere: matcher(false) }
    }

    /// How well a name and an id fit, the best 0; `None` where they do not.
    fn rank(&self, name: &str, id: &str) -> Option<u8> {
        let (name, id) = (name.to_lowercase(), id.to_lowercase());
        Some(match () {
            () if name.starts_with(self.text) || id.starts_with(self.text) => 0,
            () if name.contains(self.text) || id.contains(self.text) => 1,
            () if self.begins.is_match(name.as_str()) => 2,
            () if self.anywhere.is_match(name.as_str()) => 3,
            () => return None,
        })
    }
}

/// The text without what opened the field.
fn clean(typed: &str) -> String {
    typed.trim().trim_start_matches([':', '：']).trim().to_lowercase()
}

/// A line of the palette.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Entry {
    /// Something to do.
    Action(Action),
    /// A zone or region to look at alone: its code and label.
    Zone(String, String),
    /// A standing to look at alone, and the key of its name.
    Standing(Standing, &'static str),
}

impl Entry {
    /// The scope that it puts in force.
    pub(super) fn scope(&self) -> Option<Scope> {
        match self {
            Self::Action(_) => None,
            Self::Zone(code, _) => Some(Scope { zones: [code.clone()].into(), ..Scope::default() }),
            Self::Standing(standing, _) => Some(Scope { standings: [*standing].into(), ..Scope::default() }),
        }
    }
}

/// Every action where nothing is typed; else the actions and scopes whose name or id holds it, names
/// first, then the actions whose sentence does.
pub(super) fn palette(model: &Model, typed: &str) -> Vec<Entry> {
    let lang = model.session.lang;
    let text = clean(typed);
    if text.is_empty() {
        return TABLE.iter().map(|info| Entry::Action(info.action)).collect();
    }
    let typed = Typed::new(&text);
    let mut found: Vec<(u8, Entry)> = Vec::new();
    for info in TABLE {
        let doc = || info.action.doc(lang).to_lowercase().contains(&text).then_some(4);
        found.extend(typed.rank(info.action.name(lang), info.id).or_else(doc).map(|rank| (rank, Entry::Action(info.action))));
    }
    for (code, label) in model.workspace.iter().flat_map(|w| &w.zones) {
        found.extend(typed.rank(label, code).map(|rank| (rank, Entry::Zone(code.clone(), label.clone()))));
    }
    for (standing, key) in STANDINGS {
        found.extend(typed.rank(lang.text(key), "").map(|rank| (rank, Entry::Standing(standing, key))));
    }
    found.sort_by_key(|(rank, _)| *rank);
    found.into_iter().map(|(_, entry)| entry).collect()
}

/// A line of the picker of indicators.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Pick {
    /// Name of a framework; cannot be chosen.
    Framework(String),
    /// Position of an indicator in the workspace.
    Indicator(usize),
}

/// Framework and own id of a qualified id; `None` where it is not qualified.
pub(super) fn qualified(id: &str) -> Option<(&str, &str)> {
    id.split_once('/')
}

/// The indicators that fit what was typed, under the names of their frameworks where there are
/// several.
pub(super) fn indicators(model: &Model, typed: &str) -> Vec<Pick> {
    let Some(workspace) = &model.workspace else { return Vec::new() };
    let text = clean(typed);
    let typed = Typed::new(&text);
    let fits = |indicator: &Indicator| {
        let names = [indicator.label.as_str(), &indicator.label_en, &indicator.short];
        let mut names = names.into_iter().chain(indicator.synonyms.iter().map(String::as_str));
        text.is_empty() || names.any(|name| typed.rank(name, indicator.id.as_str()).is_some())
    };
    let framework = |n: usize| qualified(workspace.indicators[n].id.as_str()).map_or("", |(framework, _)| framework);
    let mut order: Vec<&str> = Vec::new();
    for n in 0..workspace.indicators.len() {
        if !order.contains(&framework(n)) {
            order.push(framework(n));
        }
    }
    let mut out = Vec::new();
    for of in &order {
        let of_it: Vec<usize> =
            (0..workspace.indicators.len()).filter(|n| framework(*n) == *of && fits(&workspace.indicators[*n])).collect();
        if order.len() > 1 && !of_it.is_empty() {
            out.push(Pick::Framework(name(model, of)));
        }
        out.extend(of_it.into_iter().map(Pick::Indicator));
    }
    out
}

/// The name of a framework, its id where it has none.
fn name(model: &Model, id: &str) -> String {
    let all = model.workspace.iter().flat_map(|w| &w.frameworks);
    let found = all
        .filter(|(known, _, _)| known == id)
        .map(|(_, name, en)| if model.session.lang == Lang::En && !en.is_empty() { en } else { name });
    found.filter(|name| !name.is_empty()).map(Clone::clone).next().unwrap_or_else(|| id.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::access::Access;
    use crate::ui::Session;

    #[test]
    fn the_palette_takes_names_ids_pinyin_and_initials() {
        let model = Model::new(Session::new(jiff::civil::date(2025, 9, 30), Access::default()), (80, 24));
        let first = |typed: &str| palette(&model, typed).first().cloned();
        for typed in ["标记清单", "biaojiqingdan", "bjqd", "marks", "：标记清单"] {
            assert_eq!(first(typed), Some(Entry::Action(Action::Marks)), "{typed}");
        }
        assert_eq!(first("jc"), Some(Entry::Action(Action::Tutorial)));
        assert_eq!(palette(&model, " ").len(), TABLE.len());
        assert_eq!(first("没有这个"), None);
    }
}
