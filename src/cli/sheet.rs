//! `xiantu sheet`: a sheet of what frameworks drive, as text or JSON with the numbers of the screen.

use std::io::{self, Write};

use clap::ArgMatches;
use jiff::civil::Date;

use crate::domain::exit::Exit;
use crate::domain::request::{Loaded, Query};
use crate::domain::sheet::{Against, Cell, Row, Sheet, SheetKind, Table, Words};
use crate::domain::text::quote;
use crate::gis::compose::Glyphs;
use crate::locale::Lang;
use crate::runtime::engine::expect;
use crate::ui::capability::Capability;
use crate::ui::tabular::{self, GAP, Look, Natural, SIGN, sign};
use crate::ui::text::Width;

use super::choice::Choice;
use super::{Common, Failure};

pub(super) fn run(common: &Common, m: &ArgMatches) -> Result<Exit, Failure> {
    let lang = common.lang;
    let kind = kind(lang, m.get_one::<String>("name").map_or("", |name| name), m.get_one::<String>("item").map(String::as_str))?;
    let mut choice = Choice::open(common, m)?;
    let mut view = choice.standing(common, m)?;
    view.as_of.valid = m.get_one::<Date>("as-at").copied();
    let outcome = choice.reader.answer(&Query::Sheet { kind, view }, &choice.access, common.today());
    let sheet =
        expect(outcome, |l| if let Loaded::Sheet(sheet) = l { Some(sheet) } else { None }).map_err(|p| Failure::problem(lang, &p))?;
    let mut out = io::stdout().lock();
    if m.get_flag("json") {
        json(&sheet, lang, &mut out)?;
    } else {
        if choice.workspace.demo {
            writeln!(out, "{}", lang.text("cli.plain.demo"))?;
        }
        let width = m.get_one::<u16>("width").copied();
        if m.get_flag("details") {
            out.write_all(text(&sheet, lang, width, true).as_bytes())?;
        } else {
            print(&sheet, lang, width, &mut out)?;
        }
    }
    Ok(choice.exit())
}

/// The sheet of a name in either language, or of its word.
fn kind(lang: Lang, name: &str, item: Option<&str>) -> Result<SheetKind, Failure> {
    let name = name.trim_start_matches([':', '：']);
    let named = |text: &str, word: &str, key: &str| {
        text.eq_ignore_ascii_case(word) || [Lang::Zh, Lang::En].iter().any(|lang| text.eq_ignore_ascii_case(lang.text(key)))
    };
    let Some(found) = SheetKind::named().into_iter().find(|kind| named(name, kind.word(), &format!("sheet.name.{}", kind.word()))) else {
        let known: Vec<&str> = SheetKind::named().iter().map(|kind| lang.text(&format!("sheet.name.{}", kind.word()))).collect();
        return Err(Failure::new(Exit::Usage, lang.fill("cli.no_sheet", &[&quote(name), &known.join(" ")])));
    };
    let Some(item) = item else { return Ok(found) };
    Ok(match found {
        SheetKind::Frameworks => SheetKind::Framework { id: item.to_owned() },
        SheetKind::Form { .. } => SheetKind::Form { name: item.to_owned() },
        SheetKind::Sites { .. } => SheetKind::Sites { kind: item.to_owned() },
        SheetKind::Change { .. } => {
            let known = Against::ALL.into_iter().find(|each| named(item, each.word(), &format!("sheet.against.{}", each.word())));
            let words: Vec<&str> = Against::ALL.iter().map(|each| lang.text(&format!("sheet.against.{}", each.word()))).collect();
            let against = known.ok_or_else(|| Failure::new(Exit::Usage, lang.fill("cli.no_against", &[&quote(item), &words.join(" ")])))?;
            SheetKind::Change { against }
        }
        found => found,
    })
}

/// Prints a sheet as aligned text; without a width as wide as it is.
pub(super) fn print(sheet: &Sheet, lang: Lang, width: Option<u16>, out: &mut impl Write) -> Result<(), Failure> {
    out.write_all(text(sheet, lang, width, false).as_bytes())?;
    Ok(())
}

/// Prints a sheet as JSON, its words in the language.
pub(super) fn json(sheet: &Sheet, lang: Lang, out: &mut impl Write) -> Result<(), Failure> {
    super::json(&mut *out, &worded(sheet, lang))?;
    Ok(())
}

/// A sheet whose words are texts of the language: keys of our tables mean nothing outside.
fn worded(sheet: &Sheet, lang: Lang) -> Sheet {
    let mut sheet = sheet.clone();
    let word = |words: &mut Words| *words = Words::data(lang.words(words));
    sheet.about.iter_mut().for_each(word);
    sheet.stamp.iter_mut().for_each(word);
    for table in &mut sheet.tables {
        table.title.iter_mut().chain(&mut table.empty).chain(&mut table.notes).for_each(word);
        table.columns.iter_mut().for_each(|column| word(&mut column.head));
        for row in &mut table.rows {
            row.detail.iter_mut().for_each(word);
            row.cells.iter_mut().for_each(|cell| {
                if let Cell::Text(words) = cell {
                    word(words);
                }
            });
        }
    }
    sheet
}

/// The whole sheet.
pub(super) fn text(sheet: &Sheet, lang: Lang, width: Option<u16>, details: bool) -> String {
    // Plain text goes to files, mail and screen readers: words and ASCII say the same everywhere.
    let symbols = Capability { glyphs: Glyphs::Ascii, ..Capability::default() }.symbols();
    let look = Look { lang, width: Width::new(false), symbols };
    let mut lines: Vec<String> = Vec::new();
    let name = lang.text(&format!("sheet.name.{}", sheet.kind.word()));
    let name = if sheet.kind.item().is_empty() { name.to_owned() } else { format!("{name} {}", quote(&sheet.kind.item())) };
    let about = sheet.about.iter().map(|words| lang.words(words)).filter(|text| !text.is_empty());
    lines.push([name].into_iter().chain(about).collect::<Vec<_>>().join(" · "));
    for table in &sheet.tables {
        lines.push(String::new());
        lines.extend(sheet.stamp.iter().map(|stamp| lang.words(stamp)));
        lines.extend(table.title.iter().map(|title| format!("[{}]", lang.words(title))));
        lines.extend(table.notes.iter().flat_map(|note| wrapped(&look, &lang.words(note), width, 0)));
        rows(&look, table, width, details, &mut lines);
    }
    if sheet.tables.is_empty() {
        lines.extend(sheet.stamp.iter().map(|stamp| lang.words(stamp)));
        lines.push(lang.text("sheet.empty").to_owned());
    }
    lines.iter().map(|line| format!("{}\n", line.trim_end())).collect()
}

/// A text in lines of the width, after `indent` spaces.
fn wrapped(look: &Look, text: &str, width: Option<u16>, indent: u16) -> Vec<String> {
    let pad = " ".repeat(usize::from(indent));
    match width {
        Some(cells) => look.width.wrap(text, cells.saturating_sub(indent).max(4)).into_iter().map(|line| format!("{pad}{line}")).collect(),
        None => vec![format!("{pad}{text}")],
    }
}

/// Heads and rows of a table.
fn rows(look: &Look, table: &Table, width: Option<u16>, details: bool, lines: &mut Vec<String>) {
    if table.rows.is_empty() {
        lines.push(table.empty.as_ref().map_or_else(|| look.lang.text("sheet.empty").to_owned(), |words| look.lang.words(words)));
        return;
    }
    let natural = Natural::of(look, table);
    let signs = if natural.signs { SIGN } else { 0 };
    let kept = natural.fit(&table.columns, width.map_or(u16::MAX, |cells| cells.saturating_sub(signs)));
    let line = |sign: &str, text: &dyn Fn(usize) -> String| {
        let cells = kept.iter().map(|(n, cells)| tabular::placed(look, &text(*n), table.columns[*n].right, *cells));
        look.width.pad(sign, signs, "") + &cells.collect::<Vec<_>>().join(GAP)
    };
    lines.push(line("", &|n| look.lang.words(&table.columns[n].head)));
    for row in &table.rows {
        lines.push(line(sign(row.weight), &|n| row.cells.get(n).map(|cell| look.cell(cell)).unwrap_or_default()));
        if details {
            lines.extend(detail(look, table, row, &kept, width));
        }
    }
}

/// What is said of a row: columns that had no room, then its details.
fn detail(look: &Look, table: &Table, row: &Row, kept: &[(usize, u16)], width: Option<u16>) -> Vec<String> {
    const INDENT: u16 = 4;
    let left_out = table.columns.iter().zip(&row.cells).enumerate().filter(|(n, _)| !kept.iter().any(|(k, _)| k == n));
    let cells = left_out.filter(|(_, (_, cell))| **cell != Cell::Empty);
    let cells = cells.map(|(_, (column, cell))| format!("{}: {}", look.lang.words(&column.head), look.alone(cell)));
    cells.chain(row.detail.iter().map(|words| look.lang.words(words))).flat_map(|text| wrapped(look, &text, width, INDENT)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::sheet::{Column, Weight};

    fn sample() -> Sheet {
        let column = |key: &str, right, spare| Column { head: Words::both(key, key), right, spare };
        let row = |name: &str, cell: Cell, weight| Row {
            cells: vec![Cell::Text(Words::data(name)), cell, Cell::Stars { of: 3, max: 5 }, Cell::Flag(true)],
            weight,
            lead: None,
            detail: vec![Words::key("sheet.cell.today")],
        };
        Sheet {
            kind: SheetKind::Coverage,
            version: 1,
            about: vec![Words::data("青禾县\u{1b}[2J")],
            stamp: Some(Words::both("假设·未采用", "WHAT IF")),
            tables: vec![
                Table {
                    title: Some(Words::both("网格", "grids")),
                    columns: vec![column("单位", false, 0), column("完成", true, 0), column("星级", false, 2), column("办结", false, 1)],
                    rows: vec![
                        row("上坝村", Cell::Share { num: 5.0, den: 7.0 }, Weight::Urgent),
                        row("𠅤家湾街道", Cell::Missing, Weight::Plain),
                    ],
                    ..Table::default()
                },
                Table { empty: Some(Words::data("没有")), ..Table::default() },
            ],
        }
    }

    #[test]
    fn text_is_aligned_by_cells() {
        let expected = "覆盖 · 青禾县[2J\n\n假设·未采用\n[网格]\n   单位              完成  星级   办结\n!! 上坝村      5/7  71.4%  ***..  是\n   𠅤家湾街道        未报  ***..  是\n\n假设·未采用\n没有\n";
        assert_eq!(text(&sample(), Lang::Zh, None, false), expected);
        let narrow = text(&sample(), Lang::Zh, Some(30), true);
        assert!(narrow.lines().all(|line| Width::new(false).of(line) <= 30), "{narrow}");
        assert!(narrow.contains("    星级: ***..\n") && narrow.contains("    今天\n") && !narrow.contains("  星级  "), "{narrow}");
    }

    #[test]
    fn json_has_the_words_and_the_numbers() {
        let mut out = Vec::new();
        json(&sample(), Lang::En, &mut out).expect("memory");
        let value: serde_json::Value = serde_json::from_slice(&out).expect("JSON");
        assert_eq!(value["stamp"], "WHAT IF");
        assert_eq!(value["tables"][0]["rows"][0]["cells"][1]["share"]["num"], 5.0);
        assert_eq!(value["tables"][0]["rows"][0]["detail"][0], "today");
        assert_eq!(value["tables"][0]["rows"][1]["cells"][1], "missing");
    }

    #[test]
    fn sheets_are_named_in_both_languages() {
        for name in ["覆盖", "coverage", "Coverage", "：覆盖"] {
            assert_eq!(kind(Lang::Zh, name, None).ok(), Some(SheetKind::Coverage), "{name}");
        }
        assert_eq!(kind(Lang::En, "体系", Some("base")).ok(), Some(SheetKind::Framework { id: "base".into() }));
        for item in ["去年同期", "year-ago", "year ago"] {
            assert_eq!(kind(Lang::Zh, "原因", Some(item)).ok(), Some(SheetKind::Change { against: Against::YearAgo }));
        }
        assert!(kind(Lang::Zh, "没有这个", None).is_err_and(|failure| failure.text.contains("覆盖")));
        assert!(kind(Lang::Zh, "change", Some("x")).is_err());
    }
}
