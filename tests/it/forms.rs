//! The example forms: their workbooks are made here (`XIANTU_UPDATE=1` writes them), and what the program
//! fills in keeps everything else.

use std::collections::BTreeMap;
use std::fs;
use std::io::{Cursor, Read as _};

use calamine::{Data, Reader as _, Xlsx};
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, Formula, Workbook, XlsxError};
use zip::ZipArchive;

use crate::support::{demo, root};

/// An example form.
struct Example {
    number: u8,
    title: &'static str,
    /// Heads of the columns with their widths.
    heads: &'static [(&'static str, f64)],
    /// First cells of the rows; the other cells are left empty.
    rows: &'static [&'static [&'static str]],
    /// The row of totals: its first cell, and formulas by column; `{}` stands for the column's letter.
    total: (&'static str, &'static [(u16, &'static str)]),
}

/// Row of the heads, 0-based; the first row of the body follows.
const HEADS: u32 = 4;
const LABEL: &str = "年报，2018，第三方转录，请以本年正式表样为准";

const EXAMPLES: [Example; 4] = [
    Example {
        number: 24,
        title: "基层党组织换届情况",
        heads: &[("组织类别", 18.0), ("党组织数", 14.0), ("任届期满", 14.0), ("报告期内换届", 16.0)],
        rows: &[&["党委"], &["党总支"], &["党支部"]],
        total: ("合计", &[(1, "SUM({}6:{}8)"), (2, "SUM({}6:{}8)"), (3, "SUM({}6:{}8)")]),
    },
    Example {
        number: 25,
        title: "两新组织党组织建立情况",
        heads: &[
            ("单位类别", 18.0),
            ("单位数", 12.0),
            ("已单独建立", 14.0),
            ("已建联合党支部", 16.0),
            ("应建未建", 12.0),
            ("仅有个别党员", 14.0),
            ("没有党员", 12.0),
        ],
        rows: &[&["非公有制企业"], &["社会组织"]],
        total: (
            "合计",
            &[(1, "SUM({}6:{}7)"), (2, "SUM({}6:{}7)"), (3, "SUM({}6:{}7)"), (4, "SUM({}6:{}7)"), (5, "SUM({}6:{}7)"), (6, "SUM({}6:{}7)")],
        ),
    },
    Example {
        number: 40,
        title: "建制村基本情况",
        heads: &[("项目", 30.0), ("数", 12.0), ("占总数", 12.0), ("备注", 20.0)],
        rows: &[&["建制村党组织"], &["无集体经济收入的"], &["暂无活动场所的"], &["活动场所200㎡及以下的"], &["活动场所200㎡以上的"]],
        total: ("有活动场所的", &[(1, "SUM(B9:B10)"), (2, "IF(B6=0,\"\",B11/B6)")]),
    },
    Example {
        number: 41,
        title: "软弱涣散基层党组织情形",
        heads: &[("序号", 9.0), ("情形", 52.0), ("党组织数", 12.0), ("备注", 20.0)],
        rows: &[
            &["1", "党组织班子配备不齐、书记长期缺职、工作处于停滞状态的"],
            &["2", "党组织书记不胜任现职、工作不在状态、严重影响班子整体战斗力的"],
            &["3", "班子不团结、内耗严重、工作不能正常开展的"],
            &["4", "组织制度形同虚设、不开展党组织活动的"],
            &["5", "换届选举拉票贿选问题突出的"],
            &["6", "宗族宗教和黑恶势力干扰渗透严重的"],
            &["7", "村务居务财务公开和民主管理混乱的"],
            &["8", "社会治安问题和信访矛盾纠纷集中的"],
            &["9", "无固定办公活动场所及便民服务设施的"],
            &["10", "党组织服务意识差、服务能力弱、群众意见大的"],
        ],
        total: ("合计", &[(2, "SUM({}6:{}15)")]),
    },
];

fn workbook(example: &Example) -> Result<Vec<u8>, XlsxError> {
    let boxed = Format::new().set_border(FormatBorder::Thin).set_align(FormatAlign::VerticalCenter);
    let title = Format::new().set_bold().set_font_size(16).set_align(FormatAlign::Center).set_align(FormatAlign::VerticalCenter);
    let label = Format::new().set_align(FormatAlign::Center).set_italic();
    let head = boxed.clone().set_bold().set_text_wrap().set_align(FormatAlign::Center);
    let number = boxed.clone().set_align(FormatAlign::Right);
    let mut book = Workbook::new();
    // The day of making would differ every time.
    book.set_properties(&DocProperties::new().set_creation_datetime(&ExcelDateTime::from_ymd(2018, 12, 31)?));
    let page = book.add_worksheet();
    page.set_name(format!("第{}表", example.number))?;
    let last = u16::try_from(example.heads.len() - 1).expect("a few columns");
    page.merge_range(0, 0, 0, last, &format!("第{}表　{}", example.number, example.title), &title)?.set_row_height(0, 30)?;
    page.merge_range(1, 0, 1, last, LABEL, &label)?;
    for (row, column, text) in [(2, 0, "填报单位"), (2, 2, "地方"), (3, 0, "报告期"), (3, 2, "截至")] {
        page.write_string_with_format(row, column, text, &head)?.write_blank(row, column + 1, &boxed)?;
    }
    for (column, (text, width)) in (0u16..).zip(example.heads) {
        page.write_string_with_format(HEADS, column, *text, &head)?.set_column_width(column, *width)?;
    }
    let mut row = HEADS + 1;
    for texts in example.rows {
        for column in 0..=last {
            match texts.get(usize::from(column)) {
                Some(text) => page.write_string_with_format(row, column, *text, &boxed)?,
                None => page.write_blank(row, column, &number)?,
            };
        }
        row += 1;
    }
    let (text, formulas) = &example.total;
    page.write_string_with_format(row, 0, *text, &head)?;
    for column in 1..=last {
        match formulas.iter().find(|(at, _)| *at == column) {
            Some((_, formula)) => {
                let letter = char::from(b'A' + u8::try_from(column).expect("a few columns")).to_string();
                page.write_formula_with_format(row, column, Formula::new(format!("={}", formula.replace("{}", &letter))), &number)?
            }
            None => page.write_blank(row, column, &number)?,
        };
    }
    page.set_print_area(0, 0, row, last)?.set_landscape().set_paper_size(9).set_print_fit_to_pages(1, 0);
    book.save_to_buffer()
}

/// The parts of a container, unpacked.
fn parts(bytes: &[u8]) -> BTreeMap<String, Vec<u8>> {
    let mut zip = ZipArchive::new(Cursor::new(bytes)).expect("a workbook");
    let mut out = BTreeMap::new();
    for n in 0..zip.len() {
        let mut file = zip.by_index(n).expect("a part");
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).expect("its bytes");
        out.insert(file.name().expect("its name").into_owned(), bytes);
    }
    out
}

#[test]
fn the_examples_are_those_that_are_made_here() {
    for example in &EXAMPLES {
        let file = root().join(format!("data/forms/table-{}.xlsx", example.number));
        let made = workbook(example).expect("a workbook");
        if std::env::var_os("XIANTU_UPDATE").is_some() && fs::read(&file).is_ok_and(|old| old.is_empty() || parts(&old) != parts(&made)) {
            fs::write(&file, &made).expect("written");
        }
        let kept = fs::read(&file).expect("the example");
        assert!(parts(&kept) == parts(&made), "{}: run with XIANTU_UPDATE=1", file.display());
    }
}

fn cell(bytes: &[u8], sheet: &str, (row, column): (u32, u32)) -> Data {
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes.to_vec())).expect("opens");
    book.worksheet_range(sheet).expect("the sheet").get_value((row, column)).cloned().unwrap_or(Data::Empty)
}

#[test]
fn the_demo_fills_every_example() {
    let folder = tempfile::tempdir().expect("a folder");
    let list = demo().out(["form"]);
    for example in &EXAMPLES {
        let (name, sheet) = (format!("table-{}", example.number), format!("第{}表", example.number));
        assert!(list.contains(&name) && list.contains("2018"), "{list}");
        let text = demo().out(["form", &name]);
        assert!(text.contains("校验") && text.contains("与上期不同") && text.contains("第三方转录"), "{text}");
        let to = folder.path().join(format!("{name}.xlsx"));
        let said = demo().out(["form", &name, "--as-at", "2025-12-31", "--out", to.to_str().expect("UTF-8")]);
        assert!(said.contains(to.to_str().expect("UTF-8")), "{said}");
        let (old, new) = (fs::read(root().join(format!("data/forms/{name}.xlsx"))).expect("the example"), fs::read(&to).expect("the form"));
        assert_eq!(cell(&new, &sheet, (0, 0)), cell(&old, &sheet, (0, 0)), "the title stays");
        assert_eq!(cell(&new, &sheet, (1, 0)), Data::String(LABEL.into()));
        assert_eq!(cell(&new, &sheet, (3, 1)), Data::String("2025".into()));
        assert_eq!(cell(&new, &sheet, (3, 3)), Data::String("2025-12-31".into()));
        let (old, new) = (parts(&old), parts(&new));
        let page = "xl/worksheets/sheet1.xml";
        for (name, bytes) in &old {
            assert!(name == page || name == "xl/workbook.xml" || new[name] == *bytes, "{name} is as it was");
        }
        let text = |parts: &BTreeMap<String, Vec<u8>>, name: &str| String::from_utf8(parts[name].clone()).expect("UTF-8");
        let between = |text: &str, start: &str, end: &str| text[text.find(start).expect("start")..text.rfind(end).expect("end")].to_owned();
        for (start, end) in [("<cols>", "</cols>"), ("</sheetData>", "</worksheet>")] {
            assert_eq!(between(&text(&old, page), start, end), between(&text(&new, page), start, end), "merges, widths, page");
        }
        let names = ["<definedNames>", "</definedNames>"];
        assert_eq!(between(&text(&old, "xl/workbook.xml"), names[0], names[1]), between(&text(&new, "xl/workbook.xml"), names[0], names[1]));
        let formulas = |text: &str| text.split("<f>").skip(1).map(|f| f.split("</f>").next().unwrap_or_default().to_owned()).collect::<Vec<_>>();
        assert_eq!(formulas(&text(&old, page)), formulas(&text(&new, page)));
        assert!(text(&new, "xl/workbook.xml").contains("fullCalcOnLoad=\"1\""));
    }
    let json: serde_json::Value = serde_json::from_str(&demo().out(["form", "24", "--json"])).expect("JSON");
    assert_eq!(json["tables"].as_array().map(Vec::len), Some(4));
}
