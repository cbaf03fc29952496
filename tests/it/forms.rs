//! The example forms: their workbooks are made here (`XIANTU_UPDATE=1` writes them), and what the program
//! fills in keeps everything else.

mod office;

use std::collections::BTreeMap;
use std::fs;
use std::io::{Cursor, Read as _};

use calamine::{Data, Reader as _, Xlsx};
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, Formula, Workbook, XlsxError};
use serde_json::Value;
use zip::ZipArchive;

use crate::support::{Workspace, demo, root};

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
        assert_eq!(
            between(&text(&old, "xl/workbook.xml"), names[0], names[1]),
            between(&text(&new, "xl/workbook.xml"), names[0], names[1])
        );
        let formulas =
            |text: &str| text.split("<f>").skip(1).map(|f| f.split("</f>").next().unwrap_or_default().to_owned()).collect::<Vec<_>>();
        assert_eq!(formulas(&text(&old, page)), formulas(&text(&new, page)));
        assert!(text(&new, "xl/workbook.xml").contains("fullCalcOnLoad=\"1\""));
    }
    let json = demo().json(["form", "24", "--json"]);
    assert_eq!(json["tables"].as_array().map(Vec::len), Some(4));
}

/// A county of one village with branches and enterprises, a form of its own and one with mistakes.
fn county() -> Workspace {
    let workspace = Workspace::empty();
    workspace.write("data/frameworks/base.toml", fs::read(root().join("data/frameworks/base.toml")).expect("base"));
    workspace.write(
        "maps/manifest.toml",
        "[workspace]\nname = \"某县\"\ncounty = \"990199\"\nframework = \"../data/frameworks/base.toml\"\n\
         [[table]]\nfile = \"../data/units.csv\"\nwhat = \"units\"\nkey = \"编码\"\ncolumns = { name = \"名称\", level = \"层级\", parent = \"上级\" }\nsource = \"x\"\nlicence = \"x\"\n\
         [[table]]\nfile = \"../data/branches.csv\"\nwhat = \"branches\"\nkey = \"编码\"\ncolumns = { name = \"名称\", kind = \"类型\", unit = \"单元\" }\nsource = \"x\"\nlicence = \"x\"\n\
         [[table]]\nfile = \"../data/entities.csv\"\nwhat = \"entities\"\nkey = \"编码\"\ncolumns = { name = \"名称\", kind = \"类型\", unit = \"单元\", coverage = \"状态\" }\nsource = \"x\"\nlicence = \"x\"\n",
    );
    workspace.write("data/units.csv", "编码,名称,层级,上级\n990199,某县,county,\n990199101,甲镇,township,990199\n990199101001,甲村,village,990199101\n990199101002,乙村,village,990199101\n");
    workspace.write(
        "data/branches.csv",
        "编码,名称,类型,单元,领域,最近换届日期,阵地面积\n\
         01,甲村党支部,党支部,990199101001,农村,2019-06-01,260\n\
         02,乙村党支部,党支部,990199101002,农村,2025-03-01,0\n\
         03,甲站党支部,党支部,990199101001,机关,,\n\
         04,甲镇党委,党委,990199101,机关,2021-01-01,\n",
    );
    workspace.write(
        "data/entities.csv",
        "编码,名称,类型,单元,状态\n1,甲厂,非公企业,990199101001,已单独建立\n2,乙厂,非公企业,990199101002,没有党员\n3,丙厂,非公企业,990199101002,\n",
    );
    workspace.write("data/forms/table-25.xlsx", fs::read(root().join("data/forms/table-25.xlsx")).expect("the example"));
    workspace.write(
        "data/forms/ours.toml",
        "[form]\nid = \"ours\"\nlabel = \"本县表\"\nfile = \"table-25.xlsx\"\nsheet = \"第25表\"\nperiod = \"year\"\n\
         [[cell]]\nat = \"B6\"\nindicator = \"COV-01\"\npart = \"den\"\n\
         [[cell]]\nat = \"C6\"\nlabel = \"村数\"\ncount = \"village\"\n\
         [[cell]]\nat = \"D6\"\nlabel = \"=1+1\"\ncount = \"branch\"\nwhen = { field = \"领域\", op = \"==\", value = \"农村\" }\n\
         [[check]]\nleft = \"C6\"\nop = \"=\"\nright = \"D6\"\n",
    );
    workspace.write(
        "data/forms/wrong.toml",
        "[form]\nid = \"wrong\"\nlabel = \"身份证号\"\nfile = \"none.xlsx\"\nsheet = \"一\"\nperiod = \"year\"\n[[cell]]\nat = \"B6\"\nindicator = \"COV-99\"\n",
    );
    workspace
}

/// Cell, number and 说不清 of every cell of a form.
fn cells(workspace: &Workspace, args: &[&str]) -> BTreeMap<String, (Value, Value)> {
    let sheet = workspace.json([&["form"], args, &["--json"]].concat());
    let rows = sheet["tables"][2]["rows"].as_array().expect("rows").clone();
    let number = |cell: &Value| if cell["number"].is_object() { cell["number"]["value"].clone() } else { cell.clone() };
    rows.iter()
        .map(|r| (r["cells"][0]["text"].as_str().expect("a cell").to_owned(), (number(&r["cells"][2]), number(&r["cells"][3]))))
        .collect()
}

#[test]
fn what_is_missing_is_never_counted() {
    let county = county();
    let of = |args: &[&str], at: &str| cells(&county, args)[at].clone();
    let n = |value: f64, open: Option<f64>| (Value::from(value), open.map_or(Value::from("empty"), Value::from));
    // One enterprise without a state: it is in the total and in none of the states.
    assert_eq!(of(&["25"], "B6"), n(3.0, None));
    assert_eq!(of(&["25"], "C6"), n(1.0, Some(1.0)));
    assert_eq!(of(&["25"], "G6"), n(1.0, Some(1.0)));
    assert_eq!(of(&["25"], "B7").0, Value::from("missing"), "no list of social organisations is not 0");
    assert_eq!(of(&["25", "--place", "990199101001"], "B6"), n(1.0, None));
    // Of the three branches one has no day of election: it cannot be told.
    assert_eq!(of(&["24"], "B8"), n(3.0, None));
    assert_eq!(of(&["24"], "C8"), n(1.0, Some(1.0)));
    assert_eq!(of(&["24"], "D8"), n(1.0, Some(1.0)));
    assert_eq!(of(&["24"], "C6"), n(1.0, None), "3 years where it is no village");
    assert_eq!(of(&["24", "--as-at", "2023-12-31"], "C6"), n(0.0, None));
    assert_eq!(of(&["40"], "B8"), n(1.0, None));
    assert_eq!(of(&["40"], "B7"), n(0.0, Some(2.0)), "nobody says that there is no income");
    assert_eq!(of(&["41"], "C6"), n(0.0, None), "a lead is not a case");
    assert_eq!(of(&["ours"], "B6").0, Value::from(2.0));
    assert_eq!((of(&["ours"], "C6"), of(&["ours"], "D6")), (n(2.0, None), n(2.0, None)));
}

#[test]
fn the_reporting_period_ends_on_the_day() {
    let county = county();
    let of = |day: &str, at: &str| cells(&county, &["24", "--as-at", day])[at].0.clone();
    // The second branch was elected on 2025-03-01, the first on 2019-06-01.
    for (day, elected) in [("2025-02-28", 0.0), ("2025-03-01", 1.0), ("2025-12-31", 1.0), ("2019-12-31", 1.0), ("2020-03-01", 0.0)] {
        assert_eq!(of(day, "D8"), Value::from(elected), "{day}");
    }
    let text = county.out(["form", "24", "--cell", "D8"]);
    assert!(text.contains("最近换届日期在本报告期内"), "{text}");
}

#[test]
fn a_cell_lists_whom_it_counts_with_what_was_looked_at() {
    let county = county();
    let sheet = county.json(["form", "24", "--cell", "C8", "--json"]);
    let tables = sheet["tables"].as_array().expect("tables");
    let titles: Vec<&str> = tables.iter().filter_map(|t| t["title"].as_str()).collect();
    assert_eq!(titles, ["计入 1", "说不清 1", "新计入 0 不再 0"]);
    let row = |n: usize| tables[n]["rows"][0]["cells"].clone();
    let words =
        |cells: Value| cells.as_array().expect("cells").iter().map(|c| c["text"].as_str().unwrap_or("").to_owned()).collect::<Vec<_>>();
    let heads: Vec<&str> = tables[0]["columns"].as_array().expect("columns").iter().filter_map(|c| c["head"].as_str()).collect();
    assert_eq!(heads, ["名称", "单元", "类型", "领域", "距最近换届日期", "出处"]);
    assert_eq!(words(row(0)), ["甲村党支部", "甲镇/甲村", "党支部", "农村", "2019-06-01，已 6 年", "data/branches.csv:2"]);
    assert_eq!(words(row(1))[..3], ["甲站党支部", "“最近换届日期”没有填", "甲镇/甲村"]);
    assert_eq!(tables[0]["rows"][0]["lead"]["subject"].as_str().map(str::len), Some(36));
    let differs = county.json(["form", "24", "--cell", "D8", "--json"])["tables"][2].clone();
    assert_eq!((&differs["title"], words(differs["rows"][0]["cells"].clone())[1].as_str()), (&"新计入 1 不再 0".into(), "新计入"));
    // Enterprises are told by their columns.
    let open = county.json(["form", "25", "--cell", "C6", "--json"])["tables"][1].clone();
    assert_eq!(words(open["rows"][0]["cells"].clone())[..3], ["丙厂", "“覆盖状态”没有填", "甲镇/乙村"]);
    let refused =
        |cell: &str| String::from_utf8_lossy(&county.xiantu(["form", "24", "--cell", cell]).output().expect("runs").stderr).into_owned();
    assert!(refused("Z9").contains("E_FORM_NO_CELL") && refused("Z9").contains("C8"), "{}", refused("Z9"));
    assert!(refused("甲").contains("E_FORM_CELL"), "{}", refused("甲"));
}

/// A workbook of an office: merged cells, a formula, a defined name, a protected sheet.
fn office_book() -> Vec<u8> {
    let mut book = Workbook::new();
    let page = book.add_worksheet();
    page.set_name("月报").expect("a name");
    page.merge_range(0, 0, 0, 3, "月报", &Format::new()).expect("merged");
    page.merge_range(2, 1, 2, 2, "", &Format::new()).expect("merged");
    page.write_string(1, 0, "党组织").expect("a text");
    page.write_formula(3, 1, Formula::new("=B2*2")).expect("a formula");
    page.protect();
    book.define_name("党组织数", "=月报!$B$2").expect("a name");
    book.save_to_buffer().expect("a workbook")
}

fn own_form(cells: &str) -> String {
    format!("[form]\nid = \"mine\"\nlabel = \"我的表\"\nfile = \"mine.xlsx\"\nsheet = \"月报\"\nperiod = \"month\"\n{cells}")
}

#[test]
fn a_form_of_ones_own_works_in_a_protected_sheet_and_outside_what_was_written() {
    let county = county();
    county.write("data/forms/mine.xlsx", office_book());
    county.write(
        "data/forms/mine.toml",
        own_form("[[cell]]\nat = \"B2\"\nlabel = \"党组织\"\ncount = \"branch\"\n[[cell]]\nat = \"B3\"\ntext = \"place\"\n[[cell]]\nat = \"F40\"\ntext = \"period\"\n"),
    );
    let to = county.dir().join("月报.xlsx");
    county.out(["form", "mine", "--out", to.to_str().expect("UTF-8")]);
    let bytes = fs::read(&to).expect("the form");
    let at = |row, column| cell(&bytes, "月报", (row, column));
    assert_eq!((at(1, 1), at(2, 1), at(39, 5)), (Data::Float(4.0), Data::String("某县".into()), Data::String("2025-11".into())));
    let (old, new) = (parts(&office_book()), parts(&bytes));
    let text = |parts: &BTreeMap<String, Vec<u8>>, name: &str| String::from_utf8(parts[name].clone()).expect("UTF-8");
    assert!(text(&new, "xl/worksheets/sheet1.xml").contains("<sheetProtection"), "it stays protected");
    assert!(text(&old, "xl/workbook.xml").contains("党组织数") && text(&new, "xl/workbook.xml").contains("党组织数"));
}

#[test]
fn mistakes_of_a_workbook_are_told_at_once_at_their_lines() {
    let county = county();
    county.write("data/forms/mine.xlsx", office_book());
    county.write(
        "data/forms/mine.toml",
        own_form("[[cell]]\nat = \"C3\"\ntext = \"place\"\n[[cell]]\nat = \"B4\"\ntext = \"day\"\n[[cell]]\nat = \"B2\"\ntext = \"day\"\n"),
    );
    let list = county.out(["form"]);
    for said in ["data/forms/mine.toml:8:6", "C3 在合并区域 B3:C3", "请写 B3", "data/forms/mine.toml:11:6", "B4 里是公式"] {
        assert!(list.contains(said), "{said}: {list}");
    }
    assert!(!list.contains("我的表"), "{list}");
    let of = |text: String, file: &[u8]| {
        county.write("data/forms/mine.toml", text);
        county.write("data/forms/mine.xlsx", file);
        county.out(["form"])
    };
    let named = of(own_form("[[cell]]\nat = \"党组织数\"\ntext = \"day\"\n"), &office_book());
    assert!(named.contains("data/forms/mine.toml:8:6") && named.contains("不能写名称"), "{named}");
    let cells = "[[cell]]\nat = \"B2\"\ntext = \"day\"\n";
    let sheet = of(own_form(cells).replace("\"月报\"", "\"季报\""), &office_book());
    assert!(sheet.contains("data/forms/mine.toml:5:9") && sheet.contains("现有：月报"), "{sheet}");
    let locked = of(own_form(cells), b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1 locked");
    assert!(locked.contains("data/forms/mine.toml:4:8") && locked.contains("打开密码"), "{locked}");
    let broken = of(own_form(cells), b"no workbook");
    assert!(broken.contains("data/forms/mine.toml:4:8") && broken.contains("不是能填的 xlsx 文件"), "{broken}");
}

#[test]
fn checks_come_first_then_what_differs_and_who_is_counted() {
    let county = county();
    let sheet = county.json(["form", "24", "--json"]);
    let titles: Vec<&str> = sheet["tables"].as_array().expect("tables").iter().filter_map(|t| t["title"].as_str()).collect();
    assert_eq!(titles, ["校验", "与上期不同 1", "全部单元格", "名单"]);
    // A year ago the branch of 2025 had none of this year's elections, and another was due.
    let differs = sheet["tables"][1]["rows"].as_array().expect("rows");
    assert!(differs.iter().any(|r| r["cells"][0]["text"] == "D8" && r["cells"][4]["change"]["value"] == 1.0), "{differs:?}");
    let all = sheet["tables"][2]["rows"].as_array().expect("rows");
    let due = all.iter().find(|r| r["cells"][0]["text"] == "C8").expect("the cell");
    let detail: Vec<&str> = due["detail"].as_array().expect("details").iter().filter_map(Value::as_str).collect();
    assert_eq!(detail, ["说不清 1 个：", "甲站党支部  data/branches.csv:4", "计入 1 个：", "甲村党支部  data/branches.csv:2"]);
    let checks = county.json(["form", "25", "--json"])["tables"][0]["rows"].clone();
    assert_eq!(checks[0]["cells"][1]["text"], "说不清", "one has no state: {checks}");
}

#[test]
fn a_countys_own_form_is_listed_and_one_with_mistakes_says_which() {
    let county = county();
    let list = county.out(["form"]);
    for said in ["ours", "本县表", "table-24", "data/forms/wrong.toml:3", "data/forms/wrong.toml:4", "data/forms/wrong.toml:9"] {
        assert!(list.contains(said), "{said}: {list}");
    }
    let unknown = county.xiantu(["form", "none"]).output().expect("runs");
    assert!(!unknown.status.success() && String::from_utf8_lossy(&unknown.stderr).contains("E_FORM_UNKNOWN"));
    let to = county.dir().join("本县表.xlsx");
    let said = county.out(["form", "ours", "--out", to.to_str().expect("UTF-8")]);
    assert!(said.contains("3 格"), "{said}");
    let bytes = fs::read(&to).expect("the form");
    assert_eq!((cell(&bytes, "第25表", (5, 1)), cell(&bytes, "第25表", (5, 3))), (Data::Float(2.0), Data::Float(2.0)));
    let itself = county.dir().join("data/forms/table-25.xlsx");
    let refused = county.xiantu(["form", "ours", "--out", itself.to_str().expect("UTF-8")]).output().expect("runs");
    assert!(!refused.status.success() && String::from_utf8_lossy(&refused.stderr).contains("E_FORM_ITSELF"));
}

#[test]
fn the_last_period_knows_nothing_of_this_one() {
    let county = county();
    let manifest = fs::read_to_string(county.dir().join("maps/manifest.toml")).expect("the manifest");
    let values = "[[table]]\nfile = \"../data/values.csv\"\nwhat = \"values\"\nkey = \"编码\"\ncolumns = { indicator = \"指标\", period = \"期间\", value = \"数值\" }\nsource = \"x\"\nlicence = \"x\"\n";
    county.write("maps/manifest.toml", manifest.replace("frameworks/base.toml\"", "frameworks/ours.toml\"") + values);
    county.write(
        "data/frameworks/ours.toml",
        "[framework]\nid = \"ours\"\nname = \"本县\"\nscope = \"county\"\nstatus = \"draft\"\nprivacy = \"org-level\"\nextends = \"base\"\n\
         [[indicator]]\nid = \"Y-1\"\nlabel = \"集体经济\"\nunit = \"万元\"\nkind = \"money\"\nlevel = \"village\"\ndirection = \"up\"\nrollup = \"sum\"\nevery_months = 12\ndefinition = \"收入\"\n",
    );
    county.write("data/values.csv", "编码,指标,期间,数值\n990199101001,Y-1,2024,9\n990199101001,Y-1,2025,1\n990199101002,Y-1,2025,9\n");
    county.write(
        "data/forms/ours.toml",
        "[form]\nid = \"ours\"\nlabel = \"本县表\"\nfile = \"table-25.xlsx\"\nsheet = \"第25表\"\nperiod = \"year\"\n\
         [[cell]]\nat = \"B6\"\nindicator = \"Y-1\"\n\
         [[cell]]\nat = \"C6\"\nlabel = \"不足5万元的村\"\ncount = \"village\"\nwhen = { indicator = \"Y-1\", op = \"<\", value = 5 }\n",
    );
    let n = |value: f64, open: Option<f64>| (Value::from(value), open.map_or(Value::from("empty"), Value::from));
    let now = cells(&county, &["ours"]);
    assert_eq!((&now["B6"], &now["C6"]), (&n(10.0, None), &n(1.0, None)));
    let then = cells(&county, &["ours", "--as-at", "2024-12-31"]);
    assert_eq!((&then["B6"], &then["C6"]), (&n(9.0, Some(1.0)), &n(0.0, Some(1.0))));
    let differs = county.json(["form", "ours", "--json"])["tables"][1]["rows"].clone();
    assert_eq!(differs.as_array().map(Vec::len), Some(2), "{differs}");
}
