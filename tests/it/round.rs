//! The monthly round from end to end: 20 files in 12 layouts, and everything that goes wrong with them.

use std::collections::BTreeMap;
use std::fs;
use std::io::{Cursor, Read as _, Write as _};
use std::path::{Path, PathBuf};

use rust_xlsxwriter::{Format, Workbook};
use serde_json::Value;

use crate::support::{Workspace, demo_copy, demo_frameworks, root, rows, text};

const ROUND: &str = "2025-10";
/// No file of a test is late before this day, whatever day the machine believes in.
const FAR: &str = "2099-12-31";

/// The monthly indicator of the county's own framework: id, label, level.
struct Asked {
    id: String,
    label: String,
    level: String,
}

fn asked() -> Asked {
    let frameworks = demo_frameworks();
    let monthly = frameworks[0]["indicator"]
        .as_array()
        .expect("[[indicator]]")
        .iter()
        .find(|i| i.get("every_months").and_then(toml::Value::as_integer) == Some(1));
    let get = |key: &str| monthly.expect("a monthly indicator")[key].as_str().expect("a text").to_owned();
    Asked { id: get("id"), label: get("label"), level: get("level") }
}

/// A unit of a township: code, numerator and denominator.
type Unit = (String, u32, u32);

/// Last month's values by the code of the township, as the demo has them.
fn last_month(page: &Value) -> BTreeMap<String, Vec<Unit>> {
    let id = asked().id;
    let text = fs::read_to_string(root().join("data/values.csv")).expect("the demo has values");
    let mut out: BTreeMap<String, Vec<Unit>> = BTreeMap::new();
    let cells = text.lines().skip(1).map(|line| line.split(',').collect::<Vec<_>>());
    // One township reported nothing last month: of it, an earlier month.
    for period in ["2025-09", "2025-07"] {
        let reported: Vec<String> = out.keys().cloned().collect();
        for cells in
            cells.clone().filter(|cells| cells[1] == id && cells[2] == period && !reported.iter().any(|town| cells[0].starts_with(town)))
        {
            let town =
                rows(page).iter().map(|r| self::text(r, "code")).find(|t| cells[0].starts_with(t)).expect("codes lead their parents'");
            let number = |n: usize| cells[n].parse::<u32>().expect("a count");
            out.entry(town.to_owned()).or_default().push((cells[0].to_owned(), number(3), number(4)));
        }
    }
    out
}

/// This month's: the first unit differs from the month before.
fn this_month(last: &[Unit]) -> Vec<Unit> {
    let mut units = last.to_vec();
    units[0].1 = if units[0].1 > 0 { units[0].1 - 1 } else { units[0].2.min(1) };
    units[0].2 = units[0].2.max(1);
    units
}

/// A round that was just opened, with its page.
fn opened() -> (Workspace, Value) {
    let workspace = demo_copy();
    let page = round(&workspace, &[ROUND, "--due", FAR, "--ask", &asked().id]);
    assert_eq!(rows(&page).len(), 20, "the demo has 20 townships");
    (workspace, page)
}

/// The page after a call of `xiantu round`.
fn round(workspace: &Workspace, args: &[&str]) -> Value {
    call(workspace, args)["round"].clone()
}

/// The whole answer of a call, whatever it ended with.
fn call(workspace: &Workspace, args: &[&str]) -> Value {
    let output = workspace.xiantu(["round"].iter().chain(args).chain(&["--json"])).output().expect("the executable runs");
    let said = String::from_utf8_lossy(&output.stderr);
    serde_json::from_slice(&output.stdout).unwrap_or_else(|e| panic!("{e}: {said}"))
}

fn row<'a>(page: &'a Value, code: &str) -> &'a Value {
    crate::support::row(page, code)
}

fn state<'a>(page: &'a Value, code: &str) -> &'a str {
    text(row(page, code), "state")
}

/// Codes of the problems of a township's newest file.
fn problems(page: &Value, code: &str) -> Vec<String> {
    let list = row(page, code)["receipts"][0]["taken"]["problems"].as_array().cloned().unwrap_or_default();
    list.iter().map(|p| text(p, "code").to_owned()).collect()
}

/// What the store shows for the units of a township: code → numerator, denominator.
fn shown(workspace: &Workspace, town: &str) -> BTreeMap<String, (u32, u32)> {
    let asked = asked();
    let page = workspace.json(["list", town, "--level", &asked.level, "--indicator", &asked.id, "--period", ROUND, "--json"]);
    let number = |v: &Value| v.as_f64().map_or(0, |n| n as u32);
    let reported = rows(&page).iter().filter(|r| r["shown"]["reading"]["num"].is_number());
    reported.map(|r| (text(r, "code").to_owned(), (number(&r["shown"]["reading"]["num"]), number(&r["shown"]["reading"]["den"])))).collect()
}

fn by_code(units: &[Unit]) -> BTreeMap<String, (u32, u32)> {
    units.iter().map(|(code, num, den)| (code.clone(), (*num, *den))).collect()
}

fn csv(rows: &[Vec<String>]) -> String {
    rows.iter().map(|row| row.join(",") + "\r\n").collect()
}

fn strings(cells: &[&str]) -> Vec<String> {
    cells.iter().map(|c| (*c).to_owned()).collect()
}

fn encoded(label: &str, text: &str) -> Vec<u8> {
    let encoding = encoding_rs::Encoding::for_label(label.as_bytes()).expect("a known encoding");
    let (bytes, _, lost) = encoding.encode(text);
    assert!(!lost, "{label} holds everything");
    bytes.into_owned()
}

fn full_width(text: &str) -> String {
    text.chars().map(|c| if c.is_ascii_digit() { char::from_u32(c as u32 - 0x30 + 0xff10).expect("a digit") } else { c }).collect()
}

/// A file of a township in one of 12 layouts: its name says nothing about whose it is.
fn file(layout: usize, n: usize, town: &str, units: &[Unit], template: &Path) -> (String, Vec<u8>) {
    let label = asked().label;
    let num = format!("{label}分子");
    let den = format!("{label}分母");
    let plain = |units: &[Unit]| -> Vec<Vec<String>> {
        units.iter().map(|(c, n, d)| vec![c.clone(), "某村".to_owned(), n.to_string(), d.to_string()]).collect()
    };
    let head = strings(&["编码", "名称", &num, &den]);
    let footer = [strings(&["合计", "", "99", "99"]), strings(&["填表人：岗位", "", "电话：0000", ""])];
    let name = |ending: &str| format!("报表{n}.{ending}");
    match layout {
        0 => (name("csv"), csv(&[&[head][..], &plain(units)].concat()).into_bytes()),
        1 => {
            let title = [strings(&["2025年10月月报表", "", "", ""]), strings(&["填报单位：某镇", "", "填报时间：2025年11月3日", ""])];
            (name("csv"), encoded("gbk", &csv(&[&title[..], &[head], &plain(units), &footer].concat())))
        }
        2 => {
            let rows = units.iter().map(|(c, n, d)| vec![c.clone(), label.clone(), ROUND.to_owned(), n.to_string(), d.to_string()]);
            let all: Vec<_> = std::iter::once(strings(&["单元编码", "指标", "期间", "分子", "分母"])).chain(rows).collect();
            (name("csv"), [b"\xef\xbb\xbf".as_slice(), csv(&all).as_bytes()].concat())
        }
        3 => {
            let text = csv(&[&[head][..], &plain(units)].concat()).replace(',', "\t");
            (
                name("txt"),
                text.encode_utf16().fold(vec![0xff, 0xfe], |mut out, unit| {
                    out.extend(unit.to_le_bytes());
                    out
                }),
            )
        }
        4 => {
            let rows = units.iter().map(|(c, n, d)| vec!["某村".into(), full_width(&d.to_string()), full_width(&n.to_string()), c.clone()]);
            let all: Vec<_> = std::iter::once(strings(&["村名", &den, &num, "行政区划代码"])).chain(rows).collect();
            (name("csv"), encoded("gb18030", &csv(&all)))
        }
        // The group's name stands over the first of its two columns only.
        5 => {
            let heads = [strings(&["编码", "名称", &label, ""]), strings(&["", "", "分子", "分母"])];
            (name("csv"), csv(&[&heads[..], &plain(units), &footer].concat()).into_bytes())
        }
        6 => (name("xlsx"), workbook(&[("Sheet1", merged_heads(&label, units))])),
        7 => {
            let old: Vec<Unit> = units.iter().map(|(c, ..)| (c.clone(), 0, 1)).collect();
            let sheet = |units: &[Unit]| Sheet { cells: [&[head.clone()][..], &plain(units)].concat(), ..Sheet::default() };
            (name("xlsx"), workbook(&[("8月", sheet(&old)), ("9月", sheet(&old)), ("10月", sheet(units))]))
        }
        8 => {
            let mut cells = vec![strings(&["2025年10月统计表"]), head];
            let (first, second) = units.split_at(units.len() / 2);
            cells.extend(plain(first));
            cells.push(strings(&["小计", "", "7", "9"]));
            cells.extend(plain(second));
            cells.extend(footer);
            (name("xlsx"), workbook(&[("月报", Sheet { cells, ..Sheet::default() })]))
        }
        9 => {
            let rows = units.iter().map(|(c, n, d)| vec!["1".to_owned(), c.clone(), format!("{n}/{d}")]);
            let cells = std::iter::once(strings(&["序号", "村编码", &label])).chain(rows).collect();
            (name("xlsx"), workbook(&[("表", Sheet { cells, ..Sheet::default() })]))
        }
        10 => {
            let cells = [&[head][..], &plain(units)].concat();
            (name("xlsx"), workbook(&[("数字编码", Sheet { cells, numbers: vec![0, 2, 3], ..Sheet::default() })]))
        }
        _ => (name("xlsx"), filled(&fs::read(template.join(format!("{town}.xlsx"))).expect("a template"), units)),
    }
}

#[derive(Default)]
struct Sheet {
    cells: Vec<Vec<String>>,
    /// Rows and columns, from 0: top, left, bottom, right.
    merged: Vec<(u32, u16, u32, u16)>,
    /// Columns whose cells are numbers.
    numbers: Vec<usize>,
}

fn merged_heads(label: &str, units: &[Unit]) -> Sheet {
    let mut cells = vec![
        strings(&["某镇2025年10月报表", "", "", "", ""]),
        strings(&["编码", "名称", label, "", "备注"]),
        strings(&["", "", "分子", "分母", ""]),
    ];
    cells.extend(units.iter().map(|(c, n, d)| vec![c.clone(), "某村".into(), n.to_string(), d.to_string(), String::new()]));
    Sheet { cells, merged: vec![(0, 0, 0, 4), (1, 0, 2, 0), (1, 1, 2, 1), (1, 2, 1, 3), (1, 4, 2, 4)], numbers: vec![2, 3] }
}

fn workbook(sheets: &[(&str, Sheet)]) -> Vec<u8> {
    let mut book = Workbook::new();
    for (name, sheet) in sheets {
        let page = book.add_worksheet();
        page.set_name(*name).expect("a name");
        for (top, left, bottom, right) in &sheet.merged {
            page.merge_range(*top, *left, *bottom, *right, "", &Format::new()).expect("a range");
        }
        for (r, row) in (0u32..).zip(&sheet.cells) {
            for (c, cell) in (0u16..).zip(row).filter(|(_, cell)| !cell.is_empty()) {
                match cell.parse::<f64>() {
                    Ok(number) if sheet.numbers.contains(&usize::from(c)) => page.write_number(r, c, number),
                    _ => page.write_string(r, c, cell),
                }
                .expect("a cell");
            }
        }
    }
    book.save_to_buffer().expect("a workbook")
}

/// The parts of a zip.
fn unzip(bytes: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).expect("a zip");
    (0..archive.len())
        .map(|n| {
            let mut part = archive.by_index(n).expect("a part");
            let mut bytes = Vec::new();
            part.read_to_end(&mut bytes).expect("its bytes");
            (part.name().expect("a name").into_owned(), bytes)
        })
        .collect()
}

fn zip(parts: &[(String, Vec<u8>)]) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in parts {
        archive.start_file(name.as_str(), zip::write::SimpleFileOptions::default()).expect("a part");
        archive.write_all(bytes).expect("its bytes");
    }
    archive.finish().expect("a zip").into_inner()
}

/// A part of a workbook as text, changed.
fn edit(bytes: &[u8], part: &str, change: impl Fn(String) -> String) -> Vec<u8> {
    let mut parts = unzip(bytes);
    let (_, text) = parts.iter_mut().find(|(name, _)| name == part).unwrap_or_else(|| panic!("{part} is in the workbook"));
    *text = change(String::from_utf8(text.clone()).expect("UTF-8")).into_bytes();
    zip(&parts)
}

/// A template as somebody fills it in: numbers over what stands in the two columns of values.
fn filled(template: &[u8], units: &[Unit]) -> Vec<u8> {
    let strings = unzip(template).into_iter().find(|(name, _)| name == "xl/sharedStrings.xml").expect("texts").1;
    let strings = String::from_utf8(strings).expect("UTF-8");
    let texts: Vec<&str> = strings.split("<t").skip(1).filter_map(|t| t.split_once('>')?.1.split_once("</t>").map(|(t, _)| t)).collect();
    edit(template, "xl/worksheets/sheet1.xml", |sheet| {
        let mut out = sheet;
        for (code, num, den) in units {
            let index = texts.iter().position(|t| t == code).unwrap_or_else(|| panic!("{code} is in the template"));
            let at = out.find(&format!("t=\"s\"><v>{index}</v>")).expect("the cell of the code");
            let row: String = out[..at].rsplit_once("r=\"A").expect("in column A").1.chars().take_while(char::is_ascii_digit).collect();
            for (column, number) in [("D", num), ("E", den)] {
                let begin = out.find(&format!("<c r=\"{column}{row}\"")).expect("the cell of the value");
                let style: String = out[begin..].split_once("s=\"").expect("a style").1.chars().take_while(char::is_ascii_digit).collect();
                let short = out[begin..].find("/>").map(|n| begin + n + 2);
                let long = out[begin..].find("</c>").map(|n| begin + n + 4);
                let end = short.into_iter().chain(long).min().expect("the end of the cell");
                out.replace_range(begin..end, &format!("<c r=\"{column}{row}\" s=\"{style}\"><v>{number}</v></c>"));
            }
        }
        out
    })
}

/// Templates of the round by the code of the township.
fn templates(workspace: &Workspace) -> PathBuf {
    let folder = workspace.dir().join("templates");
    workspace.out(["template", "--round", ROUND, "--to", &folder.display().to_string()]);
    let by_code = workspace.dir().join("by-code");
    fs::create_dir_all(&by_code).expect("a folder");
    for entry in fs::read_dir(&folder).expect("templates").flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let code = name.split(' ').next().expect("a code first").to_owned();
        fs::copy(entry.path(), by_code.join(format!("{code}.xlsx"))).expect("a copy");
    }
    by_code
}

#[test]
fn twenty_files_in_twelve_layouts_are_taken_by_the_codes_inside() {
    let (workspace, page) = opened();
    let templates = templates(&workspace);
    let last = last_month(&page);
    let folder = workspace.dir().join("incoming");
    fs::create_dir_all(&folder).expect("a folder");
    let mut zipped = Vec::new();
    for (n, (town, units)) in last.iter().enumerate() {
        let (name, bytes) = file(n % 12, n, town, &this_month(units), &templates);
        // The last ones come as one archive beside the folder.
        if n >= 17 { zipped.push((name, bytes)) } else { fs::write(folder.join(name), bytes).expect("a file") }
    }
    let archive = workspace.dir().join("乡镇.zip");
    fs::write(&archive, zip(&zipped)).expect("an archive");
    let answer = call(&workspace, &["--take", &folder.display().to_string(), &archive.display().to_string()]);
    let names: Vec<&str> = answer["intake"]["files"].as_array().expect("files").iter().map(|f| text(&f["taken"], "file")).collect();
    assert_eq!(names.len(), 20, "{names:?}");
    let page = &answer["round"];
    for (town, units) in &last {
        let units = this_month(units);
        assert_eq!((state(page, town), problems(page, town)), ("came", vec![]), "{}", row(page, town));
        assert_eq!(row(page, town)["cells"]["came"], units.len(), "{}", row(page, town));
        assert_eq!(shown(&workspace, town), by_code(&units), "{town}");
    }
    // The head that nothing uses is named.
    assert_eq!(page["burden"]["unused"][0][0], "备注");
    // The very same files again change nothing and say so.
    let again = call(&workspace, &["--take", &folder.display().to_string()]);
    assert!(again["intake"]["files"].as_array().expect("files").iter().all(|f| f["skipped"] == true), "{again}");
    assert_eq!(again["round"]["rows"], page["rows"]);
}

/// A township, its units of last month and a workspace with an open round.
fn one() -> (Workspace, String, Vec<Unit>, BTreeMap<String, Vec<Unit>>) {
    let (workspace, page) = opened();
    let all = last_month(&page);
    let (town, units) = all.iter().find(|(_, units)| units.len() > 4).map(|(t, u)| (t.clone(), u.clone())).expect("a township");
    (workspace, town, units, all)
}

/// Takes one csv with a title.
fn take(workspace: &Workspace, name: &str, title: &str, units: &[Unit]) -> Value {
    let label = asked().label;
    let head = [strings(&[title, "", ""]), strings(&["编码", &format!("{label}分子"), &format!("{label}分母")])];
    let rows: Vec<_> = units.iter().map(|(c, n, d)| vec![c.clone(), n.to_string(), d.to_string()]).collect();
    workspace.write(name, csv(&[&head[..], &rows].concat()));
    round(workspace, &["--take", &workspace.dir().join(name).display().to_string()])
}

#[test]
fn a_file_of_another_month_brings_nothing() {
    let (workspace, town, units, _) = one();
    let page = take(&workspace, "a.csv", "2025年9月月报", &units);
    assert_eq!((state(&page, &town), problems(&page, &town)), ("faulty", vec!["E_ROUND_MONTH".to_owned()]));
    assert_eq!(row(&page, &town)["cells"]["came"], 0);
    assert!(shown(&workspace, &town).is_empty());
    // The right one after it mends it.
    let page = take(&workspace, "b.csv", "2025年10月月报", &this_month(&units));
    assert_eq!(state(&page, &town), "came");
}

#[test]
fn a_copy_of_last_month_is_seen() {
    let (workspace, town, units, _) = one();
    let page = take(&workspace, "a.csv", "2025年10月月报", &units);
    assert_eq!((state(&page, &town), &row(&page, &town)["unchanged"]), ("same", &Value::from(1.0)));
}

#[test]
fn a_village_of_another_township_is_out_of_bounds() {
    let (workspace, town, units, all) = one();
    let (other, foreign) = all.iter().find(|(t, _)| **t != town).expect("another township");
    let mut file = this_month(&units);
    file.push((foreign[0].0.clone(), 0, 1));
    file.push((format!("{}999", &units[0].0[..9]), 0, 1));
    let page = take(&workspace, "a.csv", "2025年10月", &file);
    assert_eq!((state(&page, &town), problems(&page, &town)), ("faulty", vec!["E_ROUND_CODE".to_owned()]));
    assert_eq!(row(&page, &town)["receipts"][0]["taken"]["outside"][0]["code"], foreign[0].0.as_str());
    assert_eq!(row(&page, other)["cells"]["came"], 0, "it changes only its own township's units");
    assert_eq!(shown(&workspace, &town), by_code(&this_month(&units)));
}

#[test]
fn a_corrected_file_replaces_its_own_part_and_after_the_end_it_is_a_correction() {
    let (workspace, town, units, all) = one();
    let (other, others) = all.iter().find(|(t, _)| **t != town).expect("another township");
    take(&workspace, "other.csv", "2025年10月", &this_month(others));
    take(&workspace, "a.csv", "2025年10月", &this_month(&units));
    let mut better = this_month(&units);
    better[1].1 = 0;
    better[1].2 = 3;
    let page = take(&workspace, "b.csv", "2025年10月", &better);
    assert_eq!(shown(&workspace, &town), by_code(&better));
    assert_eq!(shown(&workspace, other), by_code(&this_month(others)));
    assert_eq!(row(&page, &town)["receipts"].as_array().map(Vec::len), Some(2));

    let page = round(&workspace, &["--final", &town]);
    assert_eq!((state(&page, &town), state(&page, other)), ("final", "came"));
    let mut late = better.clone();
    late[2].1 = 0;
    late[2].2 = 9;
    let page = take(&workspace, "c.csv", "2025年10月", &late);
    assert_eq!(state(&page, &town), "final");
    let corrections = row(&page, &town)["corrections"].as_array().expect("corrections").clone();
    assert_eq!(corrections.len(), 1, "{corrections:?}");
    assert_eq!((text(&corrections[0], "code"), &corrections[0]["new"]["den"]), (late[2].0.as_str(), &Value::from(9.0)));
    assert_eq!(text(&corrections[0], "file"), "c.csv");
    // The due day is another one now: what came is late, and the state of the other township says so.
    let page = round(&workspace, &[ROUND, "--due", "2025-10-25"]);
    assert_eq!((state(&page, other), &row(&page, &town)["late"]), ("late", &Value::Bool(true)));
}

#[test]
fn a_file_that_was_taken_can_be_taken_back() {
    let (workspace, town, units, _) = one();
    let before = shown(&workspace, &town);
    let page = take(&workspace, "a.csv", "2025年10月", &this_month(&units));
    let batch = row(&page, &town)["receipts"][0]["batch"].to_string();
    workspace.out(["undo", &batch]);
    let page = round(&workspace, &[]);
    assert_eq!((state(&page, &town), row(&page, &town)["receipts"].as_array().map(Vec::len)), ("absent", Some(0)));
    assert_eq!(shown(&workspace, &town), before);
    // It can be taken again, as if for the first time.
    let page = round(&workspace, &["--take", &workspace.dir().join("a.csv").display().to_string()]);
    assert_eq!((state(&page, &town), shown(&workspace, &town)), ("came", by_code(&this_month(&units))));
}

#[test]
fn a_file_given_back_carries_marks_and_remarks_and_can_be_taken_again() {
    let (workspace, town, units, _) = one();
    let label = asked().label;
    let mut rows: Vec<_> = this_month(&units).iter().map(|(c, n, d)| vec![c.clone(), n.to_string(), d.to_string()]).collect();
    rows[1][1] = "约3".to_owned();
    rows[2][1] = "=1+1".to_owned();
    let head = strings(&["编码", &format!("{label}分子"), &format!("{label}分母")]);
    workspace.write("a.csv", csv(&[&[head][..], &rows].concat()));
    let page = round(&workspace, &["--take", &workspace.dir().join("a.csv").display().to_string()]);
    assert_eq!((state(&page, &town), problems(&page, &town)), ("faulty", vec!["E_ROUND_NUMBER".to_owned(); 2]));

    let back = workspace.dir().join("back.xlsx");
    let page = round(&workspace, &["--return", &town, "--remark", "两处不是数，电话13812345678", "--to", &back.display().to_string()]);
    assert_eq!(state(&page, &town), "faulty");
    assert!(!text(&row(&page, &town)["returned"], "remark").contains("13812345678"), "numbers of people are masked");
    let parts = unzip(&fs::read(&back).expect("the file given back"));
    let part = |name: &str| {
        parts.iter().filter(|(n, _)| n.contains(name)).map(|(_, b)| String::from_utf8_lossy(b).into_owned()).collect::<String>()
    };
    assert!(part("comments").contains("约3"), "{}", part("comments"));
    assert!(part("sharedStrings").contains("退回"));
    // What looked like a formula is a text, and no cell of the workbook is one.
    assert!(part("sharedStrings").contains("=1+1") && !part("worksheets").contains("<f>"));
}

#[test]
fn a_template_asks_what_is_due_locks_the_codes_and_reads_back() {
    let (workspace, page) = opened();
    let templates = templates(&workspace);
    let last = last_month(&page);
    let (town, units) = last.iter().find(|(_, units)| units.len() > 4).expect("a township");
    let bytes = fs::read(templates.join(format!("{town}.xlsx"))).expect("its template");
    let parts = unzip(&bytes);
    let part = |name: &str| parts.iter().find(|(n, _)| n == name).map(|(_, b)| String::from_utf8_lossy(b).into_owned()).expect("a part");
    let sheet = part("xl/worksheets/sheet1.xml");
    assert!(
        sheet.contains("<sheetProtection")
            && sheet.contains("dataValidation")
            && sheet.contains("state=\"frozen\"")
            && sheet.contains("paperSize=\"9\"")
    );
    assert!(part("xl/workbook.xml").contains("veryHidden"));
    let texts = part("xl/sharedStrings.xml");
    assert!(units.iter().all(|(code, ..)| texts.contains(code)) && texts.contains(&asked().label));
    assert!(!["姓名", "电话", "手机", "身份证"].iter().any(|word| texts.contains(word)));

    // As it is, it repeats last month; ticked, it says so.
    let as_is = workspace.dir().join("a.xlsx");
    fs::write(&as_is, &bytes).expect("a file");
    assert_eq!(state(&round(&workspace, &["--take", &as_is.display().to_string()]), town), "same");
    let ticked = edit(&bytes, "xl/sharedStrings.xml", |texts| texts.replace(">否<", ">是<"));
    fs::write(&as_is, ticked).expect("a file");
    let page = round(&workspace, &["--take", &as_is.display().to_string()]);
    assert_eq!((state(&page, town), &row(&page, town)["receipts"][0]["taken"]["declared"]), ("came", &Value::Bool(true)));
    // A template of another month is one of another month.
    let other = edit(&bytes, "xl/sharedStrings.xml", |texts| texts.replace(">2025-10<", ">2025-08<"));
    fs::write(&as_is, other).expect("a file");
    let page = round(&workspace, &["--take", &as_is.display().to_string()]);
    assert_eq!(problems(&page, town), ["E_ROUND_MONTH"]);
}

#[test]
fn names_say_whose_a_file_is_where_it_has_no_codes() {
    let (workspace, town, units, all) = one();
    let level = asked().level;
    let names = |town: &str| -> BTreeMap<String, String> {
        let page = workspace.json(["list", town, "--level", &level, "--json"]);
        rows(&page).iter().map(|r| (text(r, "code").to_owned(), text(r, "name").to_owned())).collect()
    };
    let label = asked().label;
    let write = |file: &str, units: &[Unit], names: &BTreeMap<String, String>, more: &[&str]| {
        let head = [strings(&["2025年10月", "", ""]), strings(&["单位名称", &format!("{label}分子"), &format!("{label}分母")])];
        let mut rows: Vec<_> = units.iter().map(|(c, n, d)| vec![names[c].clone(), n.to_string(), d.to_string()]).collect();
        rows.extend(more.iter().map(|name| strings(&[name, "1", "2"])));
        workspace.write(file, csv(&[&head[..], &rows].concat()));
        call(&workspace, &["--take", &workspace.dir().join(file).display().to_string()])
    };
    let own = names(&town);
    let mut unique = this_month(&units);
    unique.retain(|(code, ..)| own.iter().filter(|(_, name)| **name == own[code]).count() == 1);
    let answer = write("a.csv", &unique, &own, &["没有这个地方"]);
    let page = &answer["round"];
    let found = problems(page, &town);
    assert!(found.contains(&"E_ROUND_BY_NAME".to_owned()) && found.contains(&"E_ROUND_NAME".to_owned()), "{found:?}");
    assert_eq!(shown(&workspace, &town), by_code(&unique));
    // It is there again from the kept file.
    fs::remove_file(workspace.dir().join("data/reference.db")).expect("there");
    let _ = fs::remove_file(workspace.dir().join("data/reference.db-wal"));
    assert_eq!(shown(&workspace, &town), by_code(&unique));
    // Names of two townships in halves say nothing.
    let (other, theirs) = all.iter().find(|(t, u)| **t != town && u.len() > 1).expect("another township");
    let both: BTreeMap<_, _> = own.into_iter().chain(names(other)).collect();
    let n = unique.len().min(theirs.len());
    let answer = write("b.csv", &[&unique[..n], &theirs[..n]].concat(), &both, &[]);
    assert_eq!(text(&answer["intake"]["files"][0]["taken"]["problems"][0], "code"), "E_ROUND_NO_CODES");
}

#[test]
fn what_cannot_be_told_or_must_not_be_kept_is_not_taken() {
    let (workspace, town, units, all) = one();
    let (_, others) = all.iter().find(|(t, _)| **t != town).expect("another township");
    // Half of it is another township's.
    let n = units.len().min(others.len());
    let page = take(&workspace, "a.csv", "2025年10月", &[&units[..n], &others[..n]].concat());
    assert_eq!(state(&page, &town), "absent");
    // A column of names: neither taken nor kept.
    let label = asked().label;
    let rows: Vec<_> = units.iter().map(|(c, n, d)| vec![c.clone(), "某某".into(), n.to_string(), d.to_string()]).collect();
    let head = strings(&["编码", "联系电话", &format!("{label}分子"), &format!("{label}分母")]);
    workspace.write("b.csv", csv(&[&[head][..], &rows].concat()));
    let path = workspace.dir().join("b.csv").display().to_string();
    let answer = call(&workspace, &["--take", &path]);
    assert_eq!(text(&answer["intake"]["files"][0]["taken"]["problems"][0], "code"), "E_PRIVACY_ROUND");
    assert_eq!(state(&answer["round"], &town), "absent");
    assert!(!workspace.dir().join("data/batches").exists());
    // No round, no grant, no such unit: each with its own exit code.
    let code = |args: &[&str]| workspace.xiantu(args).output().expect("the executable runs").status.code();
    assert_eq!(code(&["round", "2031-01"]), Some(3));
    assert_eq!(code(&["--read-only", "round", "--take", &path]), Some(8));
    assert_eq!(code(&["round", "--final", "没有"]), Some(2));
    assert_eq!(code(&["round", "2025-1", "--due", FAR]), Some(2));
    assert_eq!(code(&["round", "--take", &path]), Some(8));
    assert_eq!(code(&["round"]), Some(0));
}

#[test]
fn a_lost_reference_gets_the_files_of_a_round_back() {
    let (workspace, town, units, all) = one();
    let (other, others) = all.iter().find(|(t, _)| **t != town).expect("another township");
    let page = take(&workspace, "a.csv", "2025年10月", &this_month(&units));
    let batch = row(&page, &town)["receipts"][0]["batch"].to_string();
    take(&workspace, "other.csv", "2025年10月", &this_month(others));
    workspace.out(["undo", &batch]);
    let mut better = this_month(&units);
    better[1].2 += 1;
    // Out of an archive, as the townships send them.
    let label = asked().label;
    let head = strings(&["编码", &format!("{label}分子"), &format!("{label}分母")]);
    let rows: Vec<_> = better.iter().map(|(c, n, d)| vec![c.clone(), n.to_string(), d.to_string()]).collect();
    let archive = workspace.dir().join("乡镇.zip");
    fs::write(&archive, zip(&[("b.csv".to_owned(), csv(&[&[head][..], &rows].concat()).into_bytes())])).expect("an archive");
    let before = round(&workspace, &["--take", &archive.display().to_string()]);
    assert_eq!((state(&before, &town), shown(&workspace, &town)), ("came", by_code(&better)));

    for name in ["reference.db", "reference.db-wal", "reference.db-shm"] {
        let _ = fs::remove_file(workspace.dir().join("data").join(name));
    }
    for name in ["a.csv", "other.csv", "乡镇.zip"] {
        fs::remove_file(workspace.dir().join(name)).expect("the office's own files are gone");
    }
    workspace.out(["load"]);
    let after = round(&workspace, &[]);
    let state_of = |page: &Value| (page["rows"].clone(), page["cells"].clone(), page["burden"].clone());
    assert_eq!(state_of(&after), state_of(&before));
    assert_eq!(shown(&workspace, &town), by_code(&better));
    assert_eq!(shown(&workspace, other), by_code(&this_month(others)));
    // The batches have the numbers that they had: what was taken back stays so, and can be named.
    let batches = workspace.json(["batches", "--json"]);
    let withdrawn: Vec<_> = batches.as_array().expect("batches").iter().filter(|b| !b["withdrawn_at_ms"].is_null()).collect();
    assert_eq!(withdrawn.iter().map(|b| b["file"].clone()).collect::<Vec<_>>(), ["a.csv"]);
}

#[test]
fn headings_that_a_profile_knows_are_read_without_the_template() {
    let (workspace, town, units, _) = one();
    let id = asked().id;
    workspace.write(
        "data/profiles/某镇.toml",
        format!("what = \"values\"\n[columns]\n\"{id}.num\" = \"按时开的次数\"\n\"{id}.den\" = [\"该开的次数\", \"应开\"]\n"),
    );
    let head = [strings(&["2025年10月", "", ""]), strings(&["编码", "按时开的次数", "该开的次数"])];
    let rows: Vec<_> = this_month(&units).iter().map(|(c, n, d)| vec![c.clone(), n.to_string(), d.to_string()]).collect();
    workspace.write("a.csv", csv(&[&head[..], &rows].concat()));
    let page = round(&workspace, &["--take", &workspace.dir().join("a.csv").display().to_string()]);
    assert_eq!((state(&page, &town), problems(&page, &town)), ("came", vec![]));
    assert_eq!(shown(&workspace, &town), by_code(&this_month(&units)));
}

#[test]
fn what_was_given_months_ago_is_filled_in() {
    let (_workspace, page) = opened();
    let id = asked().id;
    let text = fs::read_to_string(root().join("data/values.csv")).expect("the demo has values");
    let gave = |town: &str, period: &str| {
        let of = |line: &&str| line.starts_with(town) && line.split(',').skip(1).take(2).eq([id.as_str(), period]);
        text.lines().filter(of).count()
    };
    let quiet: Vec<&Value> = rows(&page).iter().filter(|r| gave(self::text(r, "code"), "2025-09") == 0).collect();
    assert!(!quiet.is_empty(), "one township of the demo reported nothing last month");
    for row in quiet {
        let code = self::text(row, "code");
        assert!(gave(code, "2025-07") > 0);
        assert_eq!(row["cells"]["prefilled"], row["cells"]["asked"], "{row}");
    }
}
