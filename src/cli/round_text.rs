//! A round as linear text: one fact a line.

use crate::domain::problem::{Problem, Severity};
use crate::domain::round::{Intake, IntakeFile, Outside, Round, RoundPage, RoundRow, RoundState};
use crate::domain::text::quote;
use crate::domain::value::{Reading, State};
use crate::locale::Lang;
use crate::ui::number::plain as number;

/// A round and how many units stand where.
pub(super) fn head(lang: Lang, round: &Round, states: &[(RoundState, u32)]) -> String {
    let of: u32 = states.iter().map(|(_, n)| n).sum();
    let states: Vec<String> = states.iter().map(|(state, n)| format!("{} {n}", self::state(lang, *state))).collect();
    format!("{}\n", lang.fill("round.text.head", &[&round.period, &round.due, &of, &states.join(" · ")]))
}

fn state(lang: Lang, state: RoundState) -> &'static str {
    lang.text(&format!("round.state.{}", state.word()))
}

/// What taking files did.
pub(super) fn intake(lang: Lang, intake: &Intake) -> String {
    let mut out = String::new();
    for file in &intake.files {
        out.push_str(&line(lang, file));
        out.push('\n');
        faults(lang, &file.taken.problems, &file.taken.outside, &mut out);
    }
    out
}

fn line(lang: Lang, file: &IntakeFile) -> String {
    let name = quote(&file.taken.file);
    match &file.unit {
        None => lang.fill("round.text.nobody", &[&name]),
        Some((_, _, unit)) if file.skipped => lang.fill("round.text.skipped", &[&name, unit]),
        Some((_, code, unit)) => {
            let kind = if file.correction { "round.text.corrected" } else { "round.text.taken" };
            lang.fill(kind, &[&name, unit, code, &file.taken.cells])
        }
    }
}

fn faults(lang: Lang, problems: &[Problem], outside: &[Outside], out: &mut String) {
    for problem in problems {
        out.push_str(&format!("  {}\n", lang.problem(problem)));
    }
    for o in outside {
        let row = o.row.map_or_else(String::new, |r| r.to_string());
        out.push_str(&format!("  {}\n", lang.fill("round.text.outside", &[&row, &o.code, &o.name, &o.owner])));
    }
}

/// The board.
pub(super) fn board(lang: Lang, page: &RoundPage) -> String {
    let mut out = head(lang, &page.round, &page.states);
    let mut push = |line: String| {
        out.push_str(&line);
        out.push('\n');
    };
    if page.overdue {
        push(lang.text("round.text.overdue").to_owned());
    }
    for other in &page.disputed {
        push(lang.fill("round.text.disputed", &[&other.actor, &other.due]));
    }
    for field in &page.fields {
        let label = if lang == Lang::Zh { &field.indicator.label } else { &field.indicator.label_en };
        push(lang.fill("round.text.field", &[label, &field.indicator.id, &field.period, &field.cells.came, &field.cells.asked]));
    }
    for (n, row) in page.rows.iter().enumerate() {
        push(self::row(lang, n + 1, row));
        let mut below = String::new();
        if row.frozen.is_none() {
            faults(lang, row.problems(), row.outside(), &mut below);
        }
        for c in &row.corrections {
            let args: [&dyn std::fmt::Display; 5] = [&c.name, &c.code, &c.indicator, &reading(lang, c.old), &reading(lang, c.new)];
            below.push_str(&format!("  {}\n", lang.fill("round.text.correction", &args)));
        }
        if !below.is_empty() {
            push(below.trim_end().to_owned());
        }
    }
    let burden = &page.burden;
    push(lang.fill("round.text.burden", &[&burden.asked, &burden.prefilled, &burden.elsewhere]));
    for (heading, files) in &burden.unused {
        push(lang.fill("round.text.unused", &[&quote(heading), files]));
    }
    out
}

fn row(lang: Lang, n: usize, row: &RoundRow) -> String {
    let cells = row.cells;
    let mut parts = vec![state(lang, row.state).to_owned()];
    let mut add = |key: &str, args: &[&dyn std::fmt::Display]| parts.push(lang.fill(&format!("round.text.{key}"), args));
    if row.late && row.state != RoundState::Late {
        add("late", &[]);
    }
    if let Some(receipt) = row.newest() {
        let at = receipt.at.to_zoned(jiff::tz::TimeZone::system());
        add("file", &[&quote(&receipt.taken.file), &at.strftime("%Y-%m-%d %H:%M")]);
    }
    add("cells", &[&(cells.came + cells.elsewhere), &cells.asked, &cells.missing]);
    if let Some(share) = row.unchanged {
        add("unchanged", &[&format!("{:.0}%", share * 100.0)]);
    }
    if row.newest().is_some_and(|r| r.taken.declared) {
        add("declared", &[]);
    }
    let problems = row.problems().iter().filter(|p| p.severity > Severity::Mark).count();
    if problems > 0 {
        add("problems", &[&problems]);
    }
    if !row.outside().is_empty() {
        add("outsiders", &[&row.outside().len()]);
    }
    if let Some(returned) = &row.returned {
        add("returned", &[&returned.remark]);
    }
    if !row.corrections.is_empty() {
        add("corrections", &[&row.corrections.len()]);
    }
    lang.fill("round.text.row", &[&n, &row.name, &row.code, &parts.join(" · ")])
}

fn reading(lang: Lang, reading: Reading) -> String {
    match (reading.state, reading.num.zip(reading.den), reading.value) {
        (State::Value, Some((num, den)), _) => format!("{}/{}", number(num), number(den)),
        (State::Value, None, Some(value)) => number(value),
        (State::None, ..) => lang.text("cli.plain.none").to_owned(),
        (State::NotDue, ..) => lang.text("cli.plain.not_due").to_owned(),
        _ => lang.text("cli.plain.missing").to_owned(),
    }
}
