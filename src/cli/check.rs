//! `xiantu check`: what is wrong with what is loaded.

use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::path::PathBuf;

use clap::ArgMatches;
use serde::Serialize;

use crate::domain::exit::Exit;
use crate::domain::id::LevelId;
use crate::domain::page::{ReadCount, Workspace};
use crate::domain::problem::{Problem, Severity};
use crate::domain::quality::{Fault, FaultKind, Grade, NotJoined, QualityPage};
use crate::domain::request::{Loaded, Query};
use crate::domain::text::quote;
use crate::export::faults;
use crate::gis::near::shown;
use crate::locale::Lang;
use crate::runtime::engine::expect;
use crate::ui::number::plain as number;

use super::choice::Choice;
use super::{Common, Failure, repair};

/// Areas from here on are written in square kilometres, square metres.
const KM2_FROM_M2: f64 = 100_000.0;

/// What is printed as JSON.
#[derive(Serialize)]
struct Checked<'a> {
    /// Read = drawn + listed, per layer and table.
    reads: &'a [ReadCount],
    /// Problems of the last load.
    problems: &'a [Problem],
    /// Faults of the boundaries.
    quality: &'a QualityPage,
}

pub(super) fn run(common: &Common, m: &ArgMatches) -> Result<Exit, Failure> {
    let lang = common.lang;
    let mut choice = Choice::open(common, m)?;
    if m.get_flag("repair") {
        return repair::run(common, m, &choice);
    }
    let mut view = choice.workspace.home.clone();
    view.place = choice.subject.or(view.place);
    let level = m.get_one::<String>("level").map(|word| level(lang, &choice.workspace, word)).transpose()?;
    let kind = m.get_one::<String>("kind").and_then(|code| FaultKind::parse(code));
    let outcome = choice.reader.answer(&Query::Quality { view, level, kind }, &choice.access, common.today());
    let page =
        expect(outcome, |l| if let Loaded::Quality(page) = l { Some(page) } else { None }).map_err(|p| Failure::problem(lang, &p))?;
    let problems = &choice.workspace.problems;
    let written = m.get_one::<PathBuf>("geojson");
    if let Some(to) = written {
        faults::write(&page, lang, to).map_err(|p| Failure::problem(lang, &p))?;
    }
    let mut out = io::stdout().lock();
    if m.get_flag("json") {
        let checked = Checked { reads: &choice.workspace.reads, problems, quality: &page };
        super::json(&mut out, &checked)?;
    } else if let Some(to) = written {
        writeln!(out, "{}", lang.fill("quality.written", &[&page.faults.len(), &to.display()]))?;
    } else {
        out.write_all(plain(lang, problems, &page).as_bytes())?;
    }
    Ok(ended(problems, &page))
}

fn level(lang: Lang, workspace: &Workspace, word: &str) -> Result<LevelId, Failure> {
    let known = workspace.levels.iter().find(|l| l.code.as_str() == word || l.label == word || l.label_en == word);
    known.map(|l| l.code.clone()).ok_or_else(|| {
        let all: Vec<String> = workspace.levels.iter().map(|l| format!("{}({})", l.code, l.label)).collect();
        Failure::new(Exit::Usage, lang.fill("cli.no_level", &[&quote(word), &all.join(" ")]))
    })
}

/// 0 clean, 4 warnings, 3 errors; what is only a note ends nothing.
fn ended(problems: &[Problem], page: &QualityPage) -> Exit {
    let load = problems.iter().map(|p| match p.severity {
        Severity::Refused => Grade::Error,
        Severity::Aside => Grade::Warning,
        Severity::Mark => Grade::Note,
    });
    match load.chain(page.faults.iter().map(|f| f.grade)).max() {
        Some(Grade::Error) => Exit::Input,
        Some(Grade::Warning) => Exit::Skipped,
        Some(Grade::Note) | None => Exit::Done,
    }
}

/// One fact a line.
fn plain(lang: Lang, problems: &[Problem], page: &QualityPage) -> String {
    let mut out = String::new();
    let mut line = |text: &str| {
        out.push_str(text);
        out.push('\n');
    };
    if !problems.is_empty() {
        line(&lang.fill("quality.problems", &[&problems.len()]));
        problems.iter().for_each(|p| line(&lang.problem(p)));
    }
    let graded = |grade: Grade| page.faults.iter().filter(|f| f.grade == grade).count();
    let [errors, warnings, notes] = [Grade::Error, Grade::Warning, Grade::Note].map(graded);
    line(&lang.fill("quality.summary", &[&page.units, &errors, &warnings, &notes]));
    if page.faults.is_empty() {
        line(lang.text("quality.clean"));
    }
    for kind in FaultKind::ALL {
        let count = page.faults.iter().filter(|f| f.kind == *kind).count();
        if count > 0 {
            line(&format!(
                "{} {}",
                lang.fill("quality.count", &[&name(lang, *kind), &count]),
                lang.text(&format!("quality.todo.{}", kind.code()))
            ));
        }
    }
    for under in &page.under {
        line(&lang.fill("quality.under", &[&name(lang, under.kind), &under.count, &number(page.tolerance_m), &area(under.area_m2)]));
    }
    for cover in &page.covers {
        let unit = format!("{} {}", cover.unit.name, cover.unit.code);
        line(&lang.fill("quality.cover", &[&unit, &area(cover.gap_m2), &area(cover.spill_m2)]));
    }
    page.faults.iter().for_each(|f| line(&fault(lang, f)));
    if !page.not_joined.is_empty() {
        line(&lang.fill("quality.not_joined", &[&page.not_joined.len()]));
        page.not_joined.iter().for_each(|key| line(&not_joined(lang, key)));
    }
    out
}

pub(super) fn name(lang: Lang, kind: FaultKind) -> &'static str {
    lang.text(&format!("quality.kind.{}", kind.code()))
}

fn fault(lang: Lang, fault: &Fault) -> String {
    let mut units = fault.units.iter().map(|u| format!("{} {}", u.name, u.code));
    let first = units.next().unwrap_or_default();
    let rest: Vec<String> = units.collect();
    let who = if rest.is_empty() { first } else { lang.fill("quality.more_units", &[&first, &rest.join(" · ")]) };
    let mut size = String::new();
    if fault.size.length_m > 0.0 {
        size = match fault.size.area_m2 == 0.0 {
            true => shown(fault.size.length_m),
            false => lang.fill("quality.area", &[&area(fault.size.area_m2), &number(fault.size.width_m())]),
        };
    } else if fault.size.area_m2 != 0.0 {
        size = lang.fill("quality.area_only", &[&area(fault.size.area_m2)]);
    }
    let mut place = String::new();
    // Writing to a string cannot fail.
    let _ = write!(place, "{:.6},{:.6}", fault.place_deg[0], fault.place_deg[1]);
    lang.fill("quality.fault", &[&name(lang, fault.kind), &who, &size, &place])
}

/// A key of an import: where, why, what it may mean.
fn not_joined(lang: Lang, key: &NotJoined) -> String {
    let mut place = quote(&key.file);
    if !key.sheet.is_empty() {
        place = format!("{place} {}", quote(&key.sheet));
    }
    if let Some(row) = key.row {
        place = format!("{place}:{row}");
    }
    let cause = if key.in_file { format!("plan.cause.{}", key.cause.word()) } else { "quality.not_joined_left_out".to_owned() };
    let to = key.unit.as_ref().filter(|_| key.in_file).map(|(_, code, name)| format!(" → {} {}", quote(code), quote(name)));
    let named = format!("{} {}", quote(&key.key), quote(&key.name));
    lang.fill("quality.not_joined_key", &[&place, &named.trim_end(), &lang.text(&cause), &to.unwrap_or_default()])
}

/// An area with its unit.
pub(super) fn area(m2: f64) -> String {
    if m2.abs() >= KM2_FROM_M2 { format!("{:.2} km²", m2 / 1e6) } else { format!("{} m²", number(m2)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_its_texts_in_both_languages() {
        for lang in [Lang::Zh, Lang::En] {
            for kind in FaultKind::ALL {
                for part in ["kind", "todo"] {
                    let key = format!("quality.{part}.{}", kind.code());
                    assert_ne!(lang.text(&key), key);
                }
            }
        }
    }

    #[test]
    fn errors_weigh_more_than_warnings_and_notes_nothing() {
        let problem = |severity| Problem::new("E_X", severity, "f");
        let page = QualityPage::default();
        assert_eq!(ended(&[], &page), Exit::Done);
        assert_eq!(ended(&[problem(Severity::Mark)], &page), Exit::Done);
        assert_eq!(ended(&[problem(Severity::Mark), problem(Severity::Aside)], &page), Exit::Skipped);
        assert_eq!(ended(&[problem(Severity::Refused), problem(Severity::Aside)], &page), Exit::Input);
    }
}
