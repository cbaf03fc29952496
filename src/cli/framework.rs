//! `xiantu framework`: which frameworks there are, what each declares, what is wrong with one, and
//! which the workspace uses.

use std::collections::BTreeMap;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use clap::ArgMatches;
use serde::Serialize;

use crate::domain::access::Access;
use crate::domain::exit::Exit;
use crate::domain::problem::Problem;
use crate::domain::sheet::{Cell, Table, Words};
use crate::domain::text::quote;
use crate::framework::Framework;
use crate::framework::asks::{Asked, AskedOf, Often, cells};
use crate::import::manifest::Manifest;
use crate::locale::Lang;
use crate::runtime::folders;
use crate::runtime::frameworks::{Known, choose, known};

use super::{Common, Failure};

pub(super) fn run(common: &Common, m: &ArgMatches) -> Result<Exit, Failure> {
    match m.subcommand() {
        Some(("show", m)) => show(common, m),
        Some(("check", m)) => check(common, m),
        Some(("use", m)) => choose_them(common, m),
        Some((_, m)) => list(common, m),
        None => Err(Failure::new(Exit::Usage, "")),
    }
}

/// The workspace, where there is one.
fn workspace(common: &Common) -> Option<PathBuf> {
    common.dir.clone().filter(|dir| folders::is_workspace(dir)).or_else(|| common.dir.is_none().then(folders::find_workspace).flatten())
}

/// A line of the list.
#[derive(Serialize)]
struct Line<'a> {
    id: &'a str,
    name: &'a str,
    name_en: &'a str,
    issuer: &'a str,
    status: &'a str,
    material: &'a [String],
    file: &'a str,
    in_use: bool,
    shipped: bool,
    mistakes: usize,
}

fn list(common: &Common, m: &ArgMatches) -> Result<Exit, Failure> {
    let lang = common.lang;
    let all = known(workspace(common).as_deref());
    let line = |k: &Known| -> serde_json::Value {
        let blank = Framework::default();
        let (f, mistakes) = match &k.framework {
            Ok(f) => (f, 0),
            Err(problems) => (&blank, problems.len()),
        };
        let line = Line {
            id: &k.id,
            name: &f.name,
            name_en: &f.name_en,
            issuer: &f.head.issuer,
            status: &f.head.status,
            material: &f.head.material,
            file: &k.file,
            in_use: k.used,
            shipped: k.shipped,
            mistakes,
        };
        serde_json::to_value(line).unwrap_or_default()
    };
    let mut out = io::stdout().lock();
    if m.get_flag("json") {
        let lines: Vec<_> = all.iter().map(line).collect();
        super::json(&mut out, &lines)?;
        return Ok(Exit::Done);
    }
    for k in &all {
        let state = lang.text(if k.used { "framework.used" } else { "framework.available" });
        match &k.framework {
            Ok(f) => {
                let name = if lang == Lang::En { &f.name_en } else { &f.name };
                let status = lang.text(&format!("framework.status.{}", f.head.status));
                let status = if f.head.status.is_empty() { lang.text("framework.unset") } else { status };
                let issuer = if f.head.issuer.is_empty() { lang.text("framework.unset").to_owned() } else { quote(&f.head.issuer) };
                writeln!(out, "{state}  {}  {}  {issuer}  {status}  {}", k.id, quote(name), f.head.material.join(" "))?;
            }
            Err(problems) => writeln!(out, "{state}  {}", lang.fill("framework.bad", &[&k.file, &problems.len()]))?,
        }
    }
    Ok(Exit::Done)
}

/// A file, or the framework of an id.
fn framework(common: &Common, word: &str) -> Result<Framework, Failure> {
    let lang = common.lang;
    let path = Path::new(word);
    if path.is_file() {
        let shown = path.file_name().map_or_else(|| word.to_owned(), |n| n.to_string_lossy().into_owned());
        return Framework::load(path, &shown).map_err(|p| Failure::problems(lang, &p));
    }
    let all = known(workspace(common).as_deref());
    let ids = || all.iter().map(|k| k.id.as_str()).collect::<Vec<_>>().join(" ");
    let missing = || Failure::new(Exit::Usage, lang.fill("framework.none", &[&quote(word), &ids()]));
    let known = all.iter().position(|k| k.id == word || k.file.strip_suffix(".toml") == Some(word)).ok_or_else(missing)?;
    let framework = all.into_iter().nth(known).map(|k| k.framework);
    framework.unwrap_or_else(|| Err(Vec::new())).map_err(|p| Failure::problems(lang, &p))
}

/// What is shown as JSON.
#[derive(Serialize)]
struct Shown<'a> {
    id: &'a str,
    name: &'a str,
    name_en: &'a str,
    sha256: &'a str,
    extends: &'a [String],
    tables: &'a [Table],
}

fn show(common: &Common, m: &ArgMatches) -> Result<Exit, Failure> {
    let lang = common.lang;
    let word = m.get_one::<String>("id").map_or("", String::as_str);
    let framework = framework(common, word)?;
    let mut tables = framework.part_tables(&framework.id);
    tables.insert(0, framework.parts_table());
    let mut out = io::stdout().lock();
    if m.get_flag("json") {
        let f = &framework;
        let shown = Shown { id: &f.id, name: &f.name, name_en: &f.name_en, sha256: &f.sha256, extends: &f.head.extends, tables: &tables };
        super::json(&mut out, &shown)?;
        return Ok(Exit::Done);
    }
    for table in &tables {
        print(lang, table, &mut out)?;
    }
    Ok(Exit::Done)
}

/// A table in lines: cells with two blanks between, what is said about a row below it.
fn print(lang: Lang, table: &Table, out: &mut impl io::Write) -> io::Result<()> {
    if let Some(title) = &table.title {
        writeln!(out, "== {}", words(lang, title))?;
    }
    for row in &table.rows {
        let cells: Vec<String> = row.cells.iter().map(|c| cell(lang, c)).filter(|c| !c.is_empty()).collect();
        writeln!(out, "{}", cells.join("  "))?;
        for said in &row.detail {
            writeln!(out, "    {}", words(lang, said))?;
        }
    }
    writeln!(out)
}

fn cell(lang: Lang, cell: &Cell) -> String {
    match cell {
        Cell::Text(text) => words(lang, text),
        Cell::Unset => lang.text("framework.unset").to_owned(),
        // No other cell stands in the tables of a framework.
        _ => String::new(),
    }
}

fn words(lang: Lang, said: &Words) -> String {
    match said {
        Words::Data(text) => clean(text),
        Words::Both { zh, en } => clean(if lang == Lang::En { en } else { zh }),
        Words::Key { key, args } => {
            let args: Vec<String> = args.iter().map(|a| words(lang, a)).collect();
            let refs: Vec<&dyn std::fmt::Display> = args.iter().map(|a| a as &dyn std::fmt::Display).collect();
            lang.fill(key, &refs).trim().to_owned()
        }
    }
}

fn clean(text: &str) -> String {
    text.chars().filter(|c| !crate::domain::text::is_hostile(*c)).collect()
}

/// What is wrong with one file.
#[derive(Serialize)]
struct Checked {
    file: String,
    problems: Vec<Problem>,
    /// Cells that people fill in a month, per unit of each level.
    cells_a_month: BTreeMap<String, f64>,
    /// What they fill in, and how often.
    asks: Vec<Asked>,
}

fn check(common: &Common, m: &ArgMatches) -> Result<Exit, Failure> {
    let lang = common.lang;
    let (mut checked, mut text, mut exit) = (Vec::new(), String::new(), Exit::Done);
    for word in m.get_many::<String>("files").into_iter().flatten() {
        let path = Path::new(word);
        let loaded = if path.extension().is_some_and(|e| e == "toml") || path.is_file() {
            let shown = path.file_name().map_or_else(|| word.clone(), |n| n.to_string_lossy().into_owned());
            Framework::load(path, &shown)
        } else {
            Ok(framework(common, word)?)
        };
        let mut line = |words: &str| {
            text.push_str(words);
            text.push('\n');
        };
        match loaded.and_then(|f| Framework::combine(vec![f])) {
            Ok(whole) => {
                let unset = unset(&whole);
                let counts = (whole.indicators.len(), whole.rules.len(), whole.targets.len());
                whole.notes.iter().for_each(|p| line(&lang.problem(p)));
                line(&lang.fill("framework.good", &[word, &counts.0, &counts.1, &counts.2, &unset]));
                let cells = cells_a_month(&whole, lang);
                let said = |level: &str, cells: f64| lang.fill("framework.asks_one", &[&format!("{cells:.1}"), &level]);
                let asks: Vec<String> = cells.iter().map(|(level, cells)| said(level, *cells)).collect();
                line(&if asks.is_empty() {
                    lang.text("framework.asks_none").to_owned()
                } else {
                    lang.fill("framework.asks", &[&asks.join(lang.text("plan.comma"))])
                });
                let asked = whole.asks();
                asked.iter().for_each(|one| line(&said_of(lang, one)));
                exit = exit.max(if whole.notes.is_empty() { Exit::Done } else { Exit::Skipped });
                checked.push(Checked { file: word.clone(), problems: whole.notes, cells_a_month: cells, asks: asked });
            }
            Err(problems) => {
                problems.iter().for_each(|p| line(&lang.problem(p)));
                line(&lang.fill("framework.bad", &[word, &problems.len()]));
                exit = Exit::Input;
                checked.push(Checked { file: word.clone(), problems, cells_a_month: BTreeMap::new(), asks: Vec::new() });
            }
        }
    }
    // Mistakes weigh more than what was left out.
    if checked.iter().any(|c| c.problems.iter().any(|p| p.severity == crate::domain::problem::Severity::Refused)) {
        exit = Exit::Input;
    }
    let mut out = io::stdout().lock();
    if m.get_flag("json") {
        super::json(&mut out, &checked)?;
    } else {
        out.write_all(text.as_bytes())?;
    }
    Ok(exit)
}

/// Rows that something is missing of: 未配置.
fn unset(whole: &Framework) -> usize {
    let tables = whole.parts.iter().flat_map(|p| whole.part_tables(&p.id));
    tables.flat_map(|t| t.rows).filter(|r| r.cells.contains(&Cell::Unset)).count()
}

/// A line of what people fill in: whose, how often, how many cells, which.
fn said_of(lang: Lang, asked: &Asked) -> String {
    let of = match &asked.of {
        AskedOf::Level(label) => label.clone(),
        AskedOf::Branches => lang.text("framework.branch").to_owned(),
        AskedOf::Entities(kind) => kind.clone(),
        AskedOf::Items(list) => lang.fill("framework.asks_items", &[list]),
    };
    let often = match asked.often {
        Often::Months(months) => lang.fill("framework.every", &[&months]),
        Often::Changed => lang.text("framework.asks_changed").to_owned(),
        Often::Once => lang.text("framework.asks_once").to_owned(),
    };
    let what = asked.what.join(lang.text("plan.comma"));
    clean(&lang.fill("framework.asks_line", &[&of, &often, &asked.cells, &what]))
}

/// Cells that people fill in a month for one unit of each level.
fn cells_a_month(whole: &Framework, lang: Lang) -> BTreeMap<String, f64> {
    let mut months: BTreeMap<String, f64> = BTreeMap::new();
    for indicator in whole.indicators.iter().filter(|i| i.derived.is_none()) {
        let who = || if indicator.is_of_branches() { lang.text("panel.branch").to_owned() } else { indicator.level.to_string() };
        let label = whole.levels.iter().find(|l| l.code == indicator.level).map_or_else(who, |l| l.label.clone());
        let one = f64::from(u32::try_from(cells(indicator)).unwrap_or(u32::MAX));
        *months.entry(label).or_default() += one / f64::from(indicator.every_months);
    }
    months
}

fn choose_them(common: &Common, m: &ArgMatches) -> Result<Exit, Failure> {
    let lang = common.lang;
    let dir =
        workspace(common).filter(|_| !common.read_only).ok_or_else(|| Failure::new(Exit::NotAllowed, lang.text("framework.no_folder")))?;
    let ids: Vec<String> = m.get_many::<String>("ids").into_iter().flatten().cloned().collect();
    let chosen = choose(&dir, &ids, &standing(common, &dir)?).map_err(|p| Failure::problems(lang, &p))?;
    let mut out = io::stdout().lock();
    if chosen.ids.first() != ids.first()
        && let (Some(asked), Some(tree)) = (ids.first(), chosen.ids.first())
    {
        writeln!(out, "{}", lang.fill("framework.no_levels", &[&quote(asked), tree]))?;
    }
    if !chosen.copied.is_empty() {
        writeln!(out, "{}", lang.fill("framework.copied", &[&chosen.copied.join(" ")]))?;
    }
    writeln!(out, "{}", lang.fill("framework.now_used", &[&chosen.ids.join(" ")]))?;
    Ok(Exit::Done)
}

/// Levels that units stand on, and that the layers of the manifest are of.
fn standing(common: &Common, dir: &Path) -> Result<Vec<String>, Failure> {
    let lang = common.lang;
    let manifest = Manifest::read(dir).map_err(|p| Failure::problems(lang, &p))?;
    let mut levels: Vec<String> = manifest.layers.iter().map(|l| l.level.to_string()).collect();
    // Frameworks that do not load any more can be exchanged; what was loaded under them is not known then.
    if let Ok(engine) = crate::runtime::engine::Engine::open(dir, true)
        && let Ok((_, workspace)) = engine.ready(&Access::read_only(), common.today())
    {
        let used = workspace.levels.iter().zip(&workspace.counts).filter(|(_, count)| **count > 0);
        levels.extend(used.map(|(level, _)| level.code.to_string()));
    }
    levels.sort();
    levels.dedup();
    Ok(levels)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_of_a_month_are_counted_per_level() {
        let text = "[framework]\nid = \"a\"\nname = \"甲\"\nprivacy = \"org-level\"\n[[level]]\ncode = \"top\"\nlabel = \"顶\"\n\
            [[indicator]]\nid = \"X-1\"\nlabel = \"一\"\nkind = \"ratio\"\nlevel = \"top\"\ndirection = \"up\"\nrollup = \"weighted\"\nevery_months = 1\n\
            [[indicator]]\nid = \"X-2\"\nlabel = \"二\"\nkind = \"count\"\nlevel = \"top\"\ndirection = \"up\"\nrollup = \"sum\"\nevery_months = 12\n\
            [[indicator]]\nid = \"X-3\"\nlabel = \"三\"\nkind = \"count\"\nlevel = \"top\"\ndirection = \"up\"\nrollup = \"sum\"\nderived = \"units\"\n";
        let whole = Framework::combine(vec![Framework::parse(text, "a.toml").expect("good")]).expect("one");
        let cells = cells_a_month(&whole, Lang::Zh);
        assert!((cells["顶"] - (2.0 + 1.0 / 12.0)).abs() < 1e-9);
        assert_eq!(unset(&whole), 3);
    }
}
