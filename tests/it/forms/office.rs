//! The filled forms in a real office program: opened, computed and written again as a workbook, and printed.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use calamine::Data;
use serde_json::Value;

use super::{EXAMPLES, Example, cell, parts};
use crate::support::demo;

const OFFICE: &str = "soffice";
const PAGES: &str = "pdfinfo";

fn there(program: &str, ask: &str) -> bool {
    Command::new(program).arg(ask).output().is_ok_and(|out| out.status.success())
}

/// Converts every workbook of a folder in one start, with a profile of its own.
fn convert(folder: &Path, to: &str, out: &str) -> Output {
    let mut files: Vec<_> = fs::read_dir(folder).expect("the folder").map(|e| e.expect("an entry").path()).collect();
    files.retain(|path| path.extension().is_some_and(|e| e == "xlsx"));
    files.sort();
    let profile = format!("-env:UserInstallation=file://{}", folder.join("profile").display());
    Command::new(OFFICE)
        .args([&profile, "--headless", "--convert-to", to, "--outdir"])
        .arg(folder.join(out))
        .args(files)
        .env("HOME", folder)
        .output()
        .expect("starts")
}

/// The 0-based row and column of `C5`.
fn at(name: &str) -> (u32, u32) {
    let digits = name.find(|c: char| c.is_ascii_digit()).expect("a row");
    let column = name[..digits].bytes().fold(0, |sum, letter| sum * 26 + u32::from(letter - b'A') + 1);
    (name[digits..].parse::<u32>().expect("a row") - 1, column - 1)
}

/// The numbers and texts that the program says it fills in.
fn said(name: &str) -> BTreeMap<String, Value> {
    let sheet = demo().json(["form", name, "--as-at", "2025-12-31", "--json"]);
    let rows = sheet["tables"][2]["rows"].as_array().expect("rows").clone();
    rows.into_iter().map(|row| (row["cells"][0]["text"].as_str().expect("a cell").to_owned(), row["cells"][2].clone())).collect()
}

/// What a formula of the examples comes to: a sum over a column, or one cell divided by another.
fn computed(formula: &str, value: &dyn Fn(&str) -> f64) -> f64 {
    if let Some(range) = formula.strip_prefix("SUM(").and_then(|f| f.strip_suffix(')')) {
        let (from, to) = range.split_once(':').expect("a range");
        let ((first, _), (last, _)) = (at(from), at(to));
        return (first..=last).map(|row| value(&format!("{}{}", &from[..1], row + 1))).sum();
    }
    let (over, under) = formula.trim_end_matches(')').rsplit(',').next().and_then(|f| f.split_once('/')).expect("a share");
    value(over) / value(under)
}

/// The values of an attribute in a part, in their order.
fn attributes<'t>(text: &'t str, element: &str, name: &str) -> Vec<&'t str> {
    let (element, name) = (format!("<{element} "), format!(" {name}=\""));
    let tags = text.split(element.as_str()).skip(1).map(|rest| rest.split('>').next().unwrap_or_default());
    tags.filter_map(|tag| tag.split(name.as_str()).nth(1).or_else(|| tag.strip_prefix(name.trim_start()))?.split('"').next()).collect()
}

/// Every column's width, characters.
fn widths(page: &str) -> Vec<f64> {
    let of = |name| attributes(page, "col", name).into_iter().map(|v| v.parse::<f64>().expect("a number")).collect::<Vec<_>>();
    let (from, to, width) = (of("min"), of("max"), of("width"));
    let all = from.iter().zip(&to).zip(&width);
    all.flat_map(|((from, to), width)| std::iter::repeat_n(*width, (to - from) as usize + 1)).collect()
}

fn text(parts: &BTreeMap<String, Vec<u8>>, name: &str) -> String {
    String::from_utf8(parts[name].clone()).expect("UTF-8")
}

/// Where the page is printed, without the marks of fixed cells.
fn print_area(book: &str) -> String {
    let name = book.split("_xlnm.Print_Area").nth(1).expect("a print area");
    name[name.find('>').expect("its text") + 1..name.find('<').expect("its end")].replace(['$', '\''], "")
}

fn check(example: &Example, filled: &Path, saved: &Path) {
    let (name, sheet) = (format!("table-{}", example.number), format!("第{}表", example.number));
    let (old, new) = (fs::read(filled).expect("the form"), fs::read(saved).expect("what the office program wrote"));
    let said = said(&name);
    for (place, value) in &said {
        let found = cell(&new, &sheet, at(place));
        match value.get("number").and_then(|n| n["value"].as_f64()) {
            Some(number) => assert_eq!(found, Data::Float(number), "{name} {place}"),
            None => assert_eq!(found, cell(&old, &sheet, at(place)), "{name} {place}"),
        }
    }
    let (label, formulas) = example.total;
    let row = 5 + u32::try_from(example.rows.len()).expect("a few rows");
    assert_eq!(cell(&new, &sheet, (row, 0)), Data::String(label.into()));
    for (column, formula) in formulas {
        let letter = char::from(b'A' + u8::try_from(*column).expect("a few columns")).to_string();
        let value = |place: &str| match cell(&new, &sheet, at(place)) {
            Data::Float(value) => value,
            Data::Empty => 0.0,
            other => panic!("{name} {place}: {other:?}"),
        };
        let Data::Float(found) = cell(&new, &sheet, (row, u32::from(*column))) else { panic!("{name}: {formula} was not computed") };
        let own = computed(&formula.replace("{}", &letter), &value);
        assert!((found - own).abs() < 1e-9, "{name}: {formula} is {found}, not {own}");
    }
    let (old, new) = (parts(&old), parts(&new));
    let page = "xl/worksheets/sheet1.xml";
    let merges = |parts| attributes(&text(parts, page), "mergeCell", "ref").into_iter().map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(merges(&new), merges(&old), "{name}");
    let (was, is) = (widths(&text(&old, page)), widths(&text(&new, page)));
    assert!(was.len() == example.heads.len() && is.len() >= was.len(), "{name}: {was:?} {is:?}");
    assert!(was.iter().zip(&is).all(|(was, is)| (was - is).abs() < 0.1), "{name}: {was:?} {is:?}");
    let book = "xl/workbook.xml";
    assert_eq!(print_area(&text(&new, book)), print_area(&text(&old, book)), "{name}");
}

#[test]
fn an_office_program_opens_computes_and_prints_every_example() {
    for (program, ask) in [(OFFICE, "--version"), (PAGES, "-v")] {
        if !there(program, ask) {
            skip!("{program} is not installed");
        }
    }
    let folder = tempfile::tempdir().expect("a folder");
    let file = |name: &str, example: &Example, ending: &str| folder.path().join(name).join(format!("table-{}.{ending}", example.number));
    for example in &EXAMPLES {
        let to = file("", example, "xlsx");
        let number = example.number.to_string();
        demo().out(["form", &number, "--as-at", "2025-12-31", "--out", to.to_str().expect("UTF-8")]);
    }
    for (to, out) in [("xlsx:Calc MS Excel 2007 XML", "saved"), ("pdf", "printed")] {
        let done = convert(folder.path(), to, out);
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    }
    for example in &EXAMPLES {
        check(example, &file("", example, "xlsx"), &file("saved", example, "xlsx"));
        let pages = Command::new(PAGES).arg(file("printed", example, "pdf")).output().expect("runs");
        let said = String::from_utf8_lossy(&pages.stdout);
        let count = said.lines().find_map(|line| line.strip_prefix("Pages:")).map(str::trim);
        assert_eq!(count, Some("1"), "table {}: one page per print area", example.number);
    }
}
