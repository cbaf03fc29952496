//! What a plan asks, in words.

use crate::domain::id::Uid;
use crate::domain::plan::{About, Answer, Plan, Question, UNUSED, Unmatched};
use crate::domain::text::quote;
use crate::domain::view_state::Listing;
use crate::ui::dialog::Offer;
use crate::ui::model::Model;
use crate::ui::number;
use crate::ui::update::{ALL, alike};

/// A question in one line.
pub(in crate::ui) fn title(model: &Model, question: &Question) -> String {
    let lang = model.session.lang;
    match &question.about {
        About::Target => lang.text("desk.ask.target").to_owned(),
        About::Column { role } => lang.fill("desk.ask.column", &[&role_name(model, role)]),
        About::Indicator { heading, .. } => lang.fill("desk.ask.indicator", &[&quote(heading)]),
        About::Word { heading, word, cells } if word.trim().is_empty() => lang.fill("desk.ask.blank", &[&quote(heading), cells]),
        About::Word { heading, word, cells } => lang.fill("desk.ask.word", &[&quote(heading), &quote(word), cells]),
        About::Crs => lang.text("desk.ask.crs").to_owned(),
        About::Shift { shift_m, like } => lang.fill("desk.ask.shift", &[&number::plain(shift_m.round()), &like.to_uppercase()]),
        About::Privacy { columns } => lang.fill("desk.ask.privacy", &[&columns.len()]),
        About::Period => lang.text("desk.ask.period").to_owned(),
        About::Since => lang.text("desk.ask.since").to_owned(),
        About::Part => lang.text("desk.ask.part").to_owned(),
        About::Complete { gone } => lang.fill("desk.ask.complete", &[gone]),
    }
}

/// A question in a list: of several files with which one it is about, its end where room is short.
pub(in crate::ui) fn line(model: &Model, plan: &Plan, question: &Question, cells: u16) -> String {
    let title = title(model, question);
    if plan.inputs.len() < 2 || question.spot.file.is_empty() {
        return title;
    }
    let width = model.width();
    let room = cells.saturating_sub(width.of(&title) + 2);
    format!("{title}  {}", width.cut_left(&quote(&question.spot.file), room, model.symbols().ellipsis))
}

/// The unit that is probably meant by what stands in a file; what the file leaves out is itself.
pub(in crate::ui) fn suggestion(unmatched: &Unmatched) -> Option<&(Uid, String, String)> {
    unmatched.suggestion.as_ref().filter(|_| unmatched.in_file)
}

/// Title and paragraphs of a question.
pub(in crate::ui) fn words(model: &Model, question: &Question) -> (String, Vec<String>) {
    let lang = model.session.lang;
    let mut text = Vec::new();
    let spot = question.spot.to_string();
    if !spot.is_empty() {
        text.push(spot);
    }
    let how = match &question.about {
        About::Indicator { .. } => "desk.ask.indicator_how",
        About::Word { .. } => "desk.ask.word_how",
        About::Crs => "desk.ask.crs_how",
        About::Shift { .. } => "desk.ask.shift_how",
        About::Privacy { .. } => "desk.ask.privacy_how",
        About::Since => "desk.ask.since_how",
        About::Complete { .. } => "desk.ask.complete_how",
        About::Period => "desk.ask.period_how",
        About::Target | About::Column { .. } | About::Part => "desk.ask.once",
    };
    if let About::Privacy { columns } = &question.about {
        text.extend(columns.iter().map(|(heading, rule)| format!("{} ({})", quote(heading), quote(rule))));
    }
    if let About::Indicator { sample, .. } = &question.about {
        let cells: Vec<String> = sample.iter().map(|cell| quote(cell)).collect();
        text.push(lang.fill("desk.ask.indicator_sample", &[&cells.join(lang.text("plan.comma"))]));
    }
    let alike = model.desk.import.plan.as_ref().map_or(0, |plan| alike(plan, question).len());
    if alike > 0 {
        text.push(lang.fill("desk.ask.alike", &[&alike]));
    }
    text.push(lang.text(how).to_owned());
    (title(model, question), text)
}

/// What can be answered: what the plan offers; of several columns all at once first.
pub(in crate::ui) fn offers(model: &Model, question: &Question) -> Vec<Offer> {
    let all = match &question.about {
        About::Privacy { columns } if columns.len() > 1 => {
            Some(Offer { value: ALL.to_owned(), shown: model.text("desk.answer.without").to_owned(), why: String::new() })
        }
        _ => None,
    };
    let offers = question.answers.iter().map(|given| {
        let (shown, why) = answer(model, question, given);
        Offer { value: given.value.clone(), shown, why }
    });
    all.into_iter().chain(offers).collect()
}

/// An answer as shown, and why it may be right.
fn answer(model: &Model, question: &Question, answer: &Answer) -> (String, String) {
    let lang = model.session.lang;
    let key = match &question.about {
        About::Target => format!("desk.target.{}", answer.value),
        About::Word { .. } => format!("desk.meaning.{}", answer.value),
        About::Complete { .. } => format!("desk.complete.{}", answer.value),
        _ => String::new(),
    };
    // A level by its name, not by its code.
    let level = matches!(question.about, About::Target).then(|| model.listing_label(&Listing::Units(answer.value.as_str().into())));
    let level = level.filter(|label| !label.is_empty());
    // An indicator by its name and unit of measure; its id stands behind it.
    if matches!(question.about, About::Indicator { .. }) {
        let args: Vec<String> = answer.why.1.iter().map(|arg| quote(arg)).collect();
        let args: Vec<&dyn std::fmt::Display> = args.iter().map(|arg| arg as &dyn std::fmt::Display).collect();
        let why = if answer.value == UNUSED { String::new() } else { quote(&answer.value) };
        return (lang.fill(&answer.why.0, &args), why);
    }
    let shown = if let Some(level) = level {
        level
    } else if lang.has(&key) {
        lang.text(&key).to_owned()
    } else {
        quote(&answer.value)
    };
    let args: Vec<String> = answer.why.1.iter().map(|arg| quote(arg)).collect();
    let args: Vec<&dyn std::fmt::Display> = args.iter().map(|arg| arg as &dyn std::fmt::Display).collect();
    let why = if lang.has(&answer.why.0) { lang.fill(&answer.why.0, &args) } else { String::new() };
    (shown, why)
}

/// A decided answer in words.
fn answer_word(model: &Model, question: &Question, value: &str) -> String {
    let found = question.answers.iter().find(|a| a.value == value);
    found.map_or_else(|| quote(value), |found| answer(model, question, found).0)
}

/// Whether something else than the offered answers may be typed.
pub(in crate::ui) fn takes_text(about: &About) -> bool {
    !matches!(about, About::Indicator { .. } | About::Word { .. } | About::Privacy { .. } | About::Complete { .. })
}

/// What was decided about a question, as it will be used; empty where nothing was.
pub(in crate::ui) fn decided(model: &Model, question: &Question) -> String {
    let choices = &model.desk.import.choices;
    let word = |value: &str| answer_word(model, question, value);
    match &question.about {
        About::Target => choices
            .own_target(&question.spot.file)
            .or(choices.target.as_ref())
            .map_or_else(String::new, |_| model.text("desk.answer.given").to_owned()),
        About::Column { role } => choices.columns.get(role).map_or_else(String::new, |heading| quote(heading)),
        About::Indicator { heading, .. } => {
            let said = choices.columns.iter().find(|(_, h)| *h == heading);
            said.map_or_else(String::new, |(role, _)| answer_word(model, question, role))
        }
        About::Word { heading, word: asked, .. } => {
            let meaning = choices.meanings.get(heading).and_then(|words| words.get(asked));
            let value = meaning.and_then(|m| serde_json::to_value(m).ok());
            value.as_ref().and_then(|v| v.as_str()).map_or_else(String::new, word)
        }
        About::Crs | About::Shift { .. } => choices.crs.as_deref().map_or_else(String::new, word),
        About::Privacy { columns } => {
            let all = columns.iter().all(|(heading, _)| choices.without.contains(heading));
            if all { model.text("desk.answer.without").to_owned() } else { String::new() }
        }
        About::Period => choices.period.map_or_else(String::new, |p| p.to_string()),
        About::Since => choices.since.map_or_else(String::new, |d| d.to_string()),
        About::Part => choices.sheets.join(" "),
        About::Complete { .. } => choices.complete.map_or_else(String::new, |all| word(if all { "complete" } else { "part" })),
    }
}

/// A role in words: that of a column the program knows, else the indicator's own id.
pub(in crate::ui) fn role_name(model: &Model, role: &str) -> String {
    let key = format!("plan.role.{role}");
    if model.session.lang.has(&key) {
        return model.text(&key).to_owned();
    }
    let indicator = model.workspace.iter().flat_map(|w| &w.indicators).find(|i| i.id.as_str() == role);
    indicator.map_or_else(|| quote(role), |i| model.indicator_label(i).to_owned())
}
