//! A plan as text: what was read, what would change, what has to be answered and by which option.

use crate::domain::plan::{About, Answer, Change, ChangeKind, Input, Plan, Question, Target, UnitChange, Unmatched};
use crate::domain::text::quote;
use crate::locale::Lang;

/// Lines of each list; `--json` has all.
const LINES: usize = 15;

/// Indicators that a question about a column explains; the others are named.
const INDICATORS: usize = 4;

/// The whole plan.
pub(super) fn plan(lang: Lang, plan: &Plan) -> String {
    let mut out = String::new();
    let mut push = |line: &str| {
        out.push_str(line);
        out.push('\n');
    };
    let t = |key: &str| lang.text(&format!("cli.import.{key}"));
    push(&format!("\n{}", t("files")));
    plan.inputs.iter().for_each(|i| input(lang, i).iter().for_each(|line| push(line)));
    let c = &plan.counts;
    push(&format!("\n{}{}", t("would"), target(lang, plan.target.as_ref())));
    push(&lang.fill("cli.import.counts", &[&c.new, &c.changed, &c.gone, &c.unchanged]));
    if c.unmatched_file + c.unmatched_store + c.aside > 0 {
        push(&lang.fill("cli.import.counts_left", &[&c.unmatched_file, &c.unmatched_store, &c.aside]));
    }
    for (kind, count, key) in
        [(ChangeKind::New, c.new, "new"), (ChangeKind::Changed, c.changed, "changed"), (ChangeKind::Gone, c.gone, "gone")]
    {
        let list: Vec<&Change> = plan.changes.iter().filter(|c| c.kind == kind).collect();
        section(lang, t(key), &list, count, &mut push, |c| change(lang, c));
    }
    let changes: Vec<&UnitChange> = plan.unit_changes.iter().collect();
    section(lang, t("units"), &changes, changes.len() as u64, &mut push, |c| unit_change(lang, c));
    let of_file: Vec<&Unmatched> = plan.unmatched.iter().filter(|u| u.in_file).collect();
    section(lang, t("unmatched"), &of_file, of_file.len() as u64, &mut push, |u| unmatched(lang, u));
    let of_store: Vec<&Unmatched> = plan.unmatched.iter().filter(|u| !u.in_file).collect();
    section(lang, t("left_out"), &of_store, c.unmatched_store, &mut push, |u| format!("{} {}", quote(&u.key), quote(&u.name)));
    let problems: Vec<_> = plan.problems.iter().collect();
    section(lang, t("problems"), &problems, problems.len() as u64, &mut push, |p| lang.problem(p));
    for (needed, key) in [(true, "must"), (false, "may")] {
        let list: Vec<&Question> = plan.questions.iter().filter(|q| q.needed == needed).collect();
        if !list.is_empty() {
            push(&format!("\n{}", t(key)));
            list.iter().enumerate().for_each(|(n, q)| question(lang, n + 1, q, plan.inputs.len() > 1).iter().for_each(|line| push(line)));
        }
    }
    out
}

fn section<T>(lang: Lang, title: &str, list: &[&T], all: u64, push: &mut dyn FnMut(&str), line: impl Fn(&T) -> String) {
    if list.is_empty() {
        return;
    }
    push(&format!("\n{title}"));
    list.iter().take(LINES).for_each(|item| push(&format!("  {}", line(item))));
    let more = all.saturating_sub(list.len().min(LINES) as u64);
    if more > 0 {
        push(&format!("  {}", lang.fill("cli.import.more", &[&more])));
    }
}

fn input(lang: Lang, input: &Input) -> Vec<String> {
    let part = if input.part.is_empty() { String::new() } else { format!(" › {}", quote(&input.part)) };
    let mut facts = vec![input.format.clone()];
    if let Some((encoding, guessed)) = &input.encoding {
        facts.push(if *guessed { lang.fill("cli.import.guessed", &[encoding]) } else { encoding.clone() });
    }
    facts.extend(input.crs.clone());
    facts.extend(input.period.map(|p| p.to_string()));
    facts.extend(input.profile.as_ref().map(|p| lang.fill("cli.import.profile", &[&quote(p)])));
    facts.push(lang.fill("cli.import.read", &[&input.read, &input.kept]));
    let mut lines = vec![format!("  {}{part}  {}", quote(&input.file), facts.join(" · "))];
    let columns: Vec<String> =
        input.columns.iter().map(|(role, heading)| format!("{}={}", self::role(lang, role), quote(heading))).collect();
    if !columns.is_empty() {
        lines.push(format!("    {}", lang.fill("cli.import.columns", &[&columns.join("  ")])));
    }
    if !input.unused.is_empty() {
        let unused: Vec<String> = input.unused.iter().take(LINES).map(|h| quote(h)).collect();
        lines.push(format!("    {}", lang.fill("cli.import.unused", &[&unused.join("  ")])));
    }
    lines
}

fn target(lang: Lang, target: Option<&Target>) -> String {
    match target {
        None => String::new(),
        Some(Target::Units(_)) => lang.text("cli.import.kind.units").to_owned(),
        Some(Target::Branches) => lang.text("cli.import.kind.branches").to_owned(),
        Some(Target::Entities) => lang.text("cli.import.kind.entities").to_owned(),
        Some(Target::Values) => lang.text("cli.import.kind.values").to_owned(),
        Some(Target::Zones) => lang.text("cli.import.kind.zones").to_owned(),
        Some(Target::Regions) => lang.text("cli.import.kind.regions").to_owned(),
        Some(Target::Links) => lang.text("cli.import.kind.links").to_owned(),
        Some(Target::Places) => lang.text("cli.import.kind.places").to_owned(),
        Some(Target::Items) => lang.text("cli.import.kind.items").to_owned(),
    }
}

/// A role in words; what is no role (a heading, an indicator) as it is.
fn role(lang: Lang, role: &str) -> String {
    let key = format!("plan.role.{role}");
    if lang.has(&key) { lang.text(&key).to_owned() } else { quote(role) }
}

fn change(lang: Lang, change: &Change) -> String {
    let fields: Vec<String> = change
        .fields
        .iter()
        .map(|f| {
            let period = f.period.map(|p| format!(" {p}")).unwrap_or_default();
            let values = match (f.old.is_empty(), f.new.is_empty()) {
                (true, _) => word(lang, &f.new),
                (false, true) => lang.fill("cli.import.was", &[&word(lang, &f.old)]),
                (false, false) => format!("{} → {}", word(lang, &f.old), word(lang, &f.new)),
            };
            format!("{}{period} {values}", role(lang, &f.field))
        })
        .collect();
    let at = change.spot.line.map(|l| format!(" :{l}")).unwrap_or_default();
    format!("{} {}  {}{at}", quote(&change.code), quote(&change.name), fields.join("; "))
}

/// A value of a plan: the two states that are no numbers are words of the locale.
fn word(lang: Lang, value: &str) -> String {
    match value {
        "none" => lang.text("cli.plain.none").to_owned(),
        "not-due" => lang.text("cli.plain.not_due").to_owned(),
        value => quote(value),
    }
}

fn unmatched(lang: Lang, u: &Unmatched) -> String {
    let key = quote(&u.key);
    let name = if u.name.is_empty() { String::new() } else { format!(" {}", quote(&u.name)) };
    let cause = lang.text(&format!("plan.cause.{}", kebab(&u.cause)));
    let rows = lang.fill("cli.import.rows", &[&u.rows]);
    let head = format!("{key}{name} ({rows}, {cause})");
    match &u.suggestion {
        None => head,
        Some((_, code, name)) if u.accepted => format!("{head} → {} {}", quote(code), quote(name)),
        Some((_, code, name)) => format!("{head} → {} {} ?  --accept {}", quote(code), quote(name), quote(&u.id)),
    }
}

fn unit_change(lang: Lang, change: &UnitChange) -> String {
    let list = |units: &[(crate::domain::id::Uid, String, String)]| {
        units.iter().map(|(_, code, name)| format!("{} {}", quote(code), quote(name))).collect::<Vec<_>>().join(" + ")
    };
    let kind = lang.text(&format!("plan.unit_change.{}", kebab(&change.kind)));
    let share = change.overlap.map(|o| format!(" ({:.0}%)", o * 100.0)).unwrap_or_default();
    format!("{kind} {} {} → {}{share}", change.since, list(&change.before), list(&change.after))
}

fn question(lang: Lang, n: usize, q: &Question, several: bool) -> Vec<String> {
    let place = q.spot.to_string();
    let mut lines =
        vec![format!("  {n}. {}  {}", about(lang, &q.about), if place.is_empty() { String::new() } else { format!("[{place}]") })];
    // Every column has the same indicators to choose from: the likeliest in full, the others named.
    let shown = if matches!(q.about, About::Indicator { .. }) { INDICATORS } else { q.answers.len() };
    for answer in q.answers.iter().take(shown) {
        let args: Vec<String> = answer.why.1.iter().map(|a| quote(a)).collect();
        let args: Vec<&dyn std::fmt::Display> = args.iter().map(|a| a as &dyn std::fmt::Display).collect();
        lines.push(format!("     {}   {}", option(q, answer, several), lang.fill(&answer.why.0, &args)));
    }
    let others: Vec<String> = q.answers.iter().skip(shown).map(|a| quote(&a.value)).collect();
    if !others.is_empty() {
        lines.push(format!("     {}", lang.fill("cli.import.others", &[&others.join(" ")])));
    }
    lines
}

fn about(lang: Lang, about: &About) -> String {
    let fill = |key: &str, args: &[&dyn std::fmt::Display]| lang.fill(&format!("plan.about.{key}"), args);
    match about {
        About::Target => fill("target", &[]),
        About::Column { role } => fill("column", &[&self::role(lang, role)]),
        About::Indicator { heading, sample } => {
            fill("indicator", &[&quote(heading), &sample.iter().map(|s| quote(s)).collect::<Vec<_>>().join(lang.text("plan.comma"))])
        }
        About::Word { heading, word, cells } => fill("word", &[&quote(heading), cells, &quote(word)]),
        About::Crs => fill("crs", &[]),
        About::Shift { shift_m, like } => fill("shift", &[&format!("{shift_m:.0}"), like]),
        About::Privacy { columns } => {
            let rule = |rule: &str| {
                let key = format!("problem.privacy.{rule}");
                if lang.has(&key) { lang.text(&key).to_owned() } else { rule.to_owned() }
            };
            let names: Vec<String> = columns.iter().map(|(heading, r)| format!("{} ({})", quote(heading), rule(r))).collect();
            fill("privacy", &[&names.join("  ")])
        }
        About::Period => fill("period", &[]),
        About::Since => fill("since", &[]),
        About::Part => fill("part", &[]),
        About::Complete { gone } => fill("complete", &[gone]),
    }
}

/// The option that gives an answer.
fn option(q: &Question, answer: &Answer, several: bool) -> String {
    let value = shell(&answer.value);
    match &q.about {
        // Of several files each is something else.
        About::Target if several && !q.spot.file.is_empty() => format!("--as {}", shell(&format!("{}={}", q.spot.file, answer.value))),
        About::Target => format!("--as {value}"),
        About::Column { role } => format!("--column {}", shell(&format!("{role}={}", answer.value))),
        About::Indicator { heading, .. } => format!("--column {}", shell(&format!("{}={heading}", answer.value))),
        About::Word { heading, word, .. } => format!("--word {}", shell(&format!("{heading}:{word}={}", answer.value))),
        About::Crs | About::Shift { .. } => format!("--crs {value}"),
        About::Privacy { .. } => format!("--without {value}"),
        About::Period => format!("--period {value}"),
        About::Since => format!("--since {value}"),
        About::Part => format!("--sheet {value}"),
        About::Complete { .. } => format!("--{}", answer.value),
    }
}

/// A text as one word of a shell: quoted where it is not plain.
fn shell(text: &str) -> String {
    let text = quote(text);
    let plain = text.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | '=' | ':' | '.' | '/' | '@'));
    if plain && !text.is_empty() { text } else { format!("'{}'", text.replace('\'', "'\\''")) }
}

fn kebab(value: &impl serde::Serialize) -> String {
    serde_json::to_value(value).ok().and_then(|v| v.as_str().map(str::to_owned)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::plan::{Cause, Meaning, UnitChangeKind};

    #[test]
    fn every_word_of_a_plan_has_its_text() {
        for lang in [Lang::Zh, Lang::En] {
            for cause in Cause::ALL {
                assert!(lang.has(&format!("plan.cause.{}", kebab(&cause))), "{cause:?}");
            }
            for kind in [
                UnitChangeKind::Merged,
                UnitChangeKind::Split,
                UnitChangeKind::Renamed,
                UnitChangeKind::Recoded,
                UnitChangeKind::Moved,
                UnitChangeKind::Reshaped,
            ] {
                assert!(lang.has(&format!("plan.unit_change.{}", kebab(&kind))), "{kind:?}");
            }
            for meaning in [Meaning::Zero, Meaning::NotDue, Meaning::None, Meaning::Missing] {
                assert!(lang.has(&format!("plan.why.{}", kebab(&meaning))), "{meaning:?}");
            }
        }
    }

    #[test]
    fn an_answer_is_one_word_of_a_shell() {
        assert_eq!(shell("覆盖率:/=not-due"), "覆盖率:/=not-due");
        assert_eq!(shell("a b'c"), "'a b'\\''c'");
        assert_eq!(shell(""), "''");
        assert_eq!(shell("$(x)"), "'$(x)'");
    }
}
