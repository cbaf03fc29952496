//! What is found by typing: all that a command can name in the palette, indicators in their picker. By
//! name in either language, full pinyin, initials or id.

use ib_matcher::matcher::{IbMatcher, PinyinMatchConfig};

use crate::domain::indicator::Indicator;
use crate::domain::period::Period;
use crate::domain::view_state::{Listing, Standing};
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
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Entry {
    /// Something to do.
    Action(Action),
    /// A zone or region to look at alone: its code.
    Zone(String),
    /// A standing to look at alone.
    Standing(Standing),
    /// Position of an indicator in the workspace.
    Indicator(usize),
    /// What the list holds.
    Listing(Listing),
    /// A period of the indicator in force.
    Period(Period),
    /// A framework in use: its id.
    Framework(String),
    /// Position of what a framework names in the workspace.
    Declared(usize),
}

/// A line of the palette with what it is found by.
#[derive(Clone, Debug)]
pub(super) struct Found {
    pub(super) entry: Entry,
    /// Its name in the session's language.
    pub(super) name: String,
    /// Its name in the other language, where it has one.
    other: String,
    /// What it is called in files and on the command line.
    pub(super) id: String,
    /// What kind of thing it is, and what choosing it does.
    pub(super) kind: &'static str,
    pub(super) doc: &'static str,
}

impl Found {
    fn rank(&self, typed: &Typed<'_>) -> Option<u8> {
        typed.rank(&self.name, &self.id).or_else(|| typed.rank(&self.other, ""))
    }
}

/// Everything that a command can name: actions and sheets first.
fn everything(model: &Model) -> Vec<Found> {
    let lang = model.session.lang;
    let text = |key: &str| lang.text(key);
    let pair = |zh: &str, en: &str| {
        let (zh, en) = (zh.to_owned(), en.to_owned());
        if lang == Lang::En && !en.is_empty() { (en, zh) } else { (zh, en) }
    };
    let of = |entry, (name, other), id: &str, key: &str| Found {
        entry,
        name,
        other,
        id: id.to_owned(),
        kind: text(&format!("ui.palette.kind.{key}")),
        doc: text(&format!("ui.palette.{key}")),
    };
    let mut out: Vec<Found> = TABLE
        .iter()
        .map(|info| Found {
            entry: Entry::Action(info.action),
            name: info.action.name(lang).to_owned(),
            other: info.action.name(if lang == Lang::En { Lang::Zh } else { Lang::En }).to_owned(),
            id: info.id.to_owned(),
            kind: "",
            doc: info.action.doc(lang),
        })
        .collect();
    if let Some(workspace) = &model.workspace {
        for (code, label) in &workspace.zones {
            let key = if workspace.regions.contains(code) { "region" } else { "zone" };
            out.push(of(Entry::Zone(code.clone()), (label.clone(), String::new()), code, key));
        }
        out.extend(STANDINGS.map(|(standing, key)| of(Entry::Standing(standing), (text(key).to_owned(), String::new()), "", "standing")));
        for (id, name, name_en) in &workspace.frameworks {
            out.push(of(Entry::Framework(id.clone()), pair(name, name_en), id, "framework"));
        }
        for (n, indicator) in workspace.indicators.iter().enumerate() {
            out.push(of(Entry::Indicator(n), pair(&indicator.label, &indicator.label_en), indicator.id.as_str(), "indicator"));
        }
        for (n, item) in workspace.declared.iter().enumerate() {
            out.push(of(Entry::Declared(n), pair(&item.label, &item.label_en), &item.id, item.sheet.word()));
        }
    }
    if let Some(home) = &model.home {
        let listing = |listing: &Listing| of(Entry::Listing(listing.clone()), (model.listing_label(listing), String::new()), "", "listing");
        out.extend(home.listings.iter().map(listing));
        out.extend(home.periods.iter().map(|p| of(Entry::Period(*p), (p.to_string(), String::new()), "", "period")));
    }
    out
}

/// What fits what was typed, the best first: every action where nothing is typed, else what a name or id
/// holds, then the actions whose sentence does. Several words may name a kind of thing and one of it.
pub(super) fn palette(model: &Model, typed: &str) -> Vec<Found> {
    let text = clean(typed);
    let all = everything(model);
    if text.is_empty() {
        return all.into_iter().filter(|found| matches!(found.entry, Entry::Action(_))).collect();
    }
    let typed = Typed::new(&text);
    let doc = |found: &Found| matches!(found.entry, Entry::Action(_)) && found.doc.to_lowercase().contains(&text);
    let whole = |found: &Found| found.rank(&typed).or_else(|| doc(found).then_some(4));
    let found = ranked(&all, whole);
    if !found.is_empty() || !text.contains(' ') {
        return found;
    }
    let words: Vec<Typed<'_>> = text.split_whitespace().map(Typed::new).collect();
    ranked(&all, |found| {
        let each = words.iter().map(|word| found.rank(word).or_else(|| word.rank(found.kind, "")));
        each.collect::<Option<Vec<u8>>>()?.into_iter().max()
    })
}

fn ranked(all: &[Found], rank: impl Fn(&Found) -> Option<u8>) -> Vec<Found> {
    let mut found: Vec<(u8, &Found)> = all.iter().filter_map(|found| Some((rank(found)?, found))).collect();
    found.sort_by_key(|(rank, _)| *rank);
    found.into_iter().map(|(_, found)| found.clone()).collect()
}

/// Suggestions at most.
const NEAREST: usize = 8;

/// What is nearest where nothing fits: one character wrong, one too many, two swapped; else what begins
/// alike.
pub(super) fn nearest(model: &Model, typed: &str) -> Vec<Found> {
    let text: Vec<char> = clean(typed).chars().collect();
    let all = everything(model);
    let part = |range: std::ops::Range<usize>| text.get(range).unwrap_or_default().iter().collect::<String>();
    let mut out: Vec<Found> = Vec::new();
    let mut add = |found: Vec<Found>| {
        for one in found {
            if out.len() < NEAREST && out.iter().all(|have| have.entry != one.entry) {
                out.push(one);
            }
        }
        out.len() < NEAREST
    };
    // The later the mistake, the nearer: what stands on both sides of it fits.
    for at in (0..text.len()).rev() {
        let swapped = text.get(at + 1).map(|next| format!("{}{next}{}{}", part(0..at), text[at], part(at + 2..text.len())));
        let swapped = swapped.as_deref().map(Typed::new);
        let sides: Vec<String> = [part(0..at), part(at + 1..text.len())].into_iter().filter(|side| !side.is_empty()).collect();
        let sides: Vec<Typed<'_>> = sides.iter().map(|side| Typed::new(side)).collect();
        let fits = |found: &Found| {
            let both = || sides.iter().map(|side| found.rank(side)).collect::<Option<Vec<u8>>>()?.into_iter().max();
            // One letter of Latin is in almost every name.
            let told = !part(0..at).is_ascii() || !part(at + 1..text.len()).is_ascii() || at.max(text.len() - at - 1) > 1;
            swapped.as_ref().and_then(|typed| found.rank(typed)).or_else(|| if sides.is_empty() || !told { None } else { both() })
        };
        if !add(ranked(&all, fits)) {
            return out;
        }
    }
    for end in (1..text.len()).rev() {
        let begin = part(0..end);
        let typed = Typed::new(&begin);
        if !add(ranked(&all, |found| found.rank(&typed))) {
            break;
        }
    }
    out
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
        let first = |typed: &str| palette(&model, typed).first().map(|found| found.entry.clone());
        for typed in ["标记清单", "biaojiqingdan", "bjqd", "marks", "：标记清单"] {
            assert_eq!(first(typed), Some(Entry::Action(Action::Marks)), "{typed}");
        }
        assert_eq!(first("jc"), Some(Entry::Action(Action::Tutorial)));
        assert_eq!(palette(&model, " ").len(), TABLE.len());
        assert_eq!(first("没有这个"), None);
        let near = |typed: &str| nearest(&model, typed).into_iter().map(|found| found.entry).collect::<Vec<_>>();
        for typed in ["标记青单", "bjjqd", "mraks", "marsk", "markz"] {
            assert!(palette(&model, typed).is_empty() && near(typed).contains(&Entry::Action(Action::Marks)), "{typed}");
        }
        assert!(near("𠅤").is_empty() && near("").is_empty());
    }
}
