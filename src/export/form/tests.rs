use std::collections::BTreeMap;

use calamine::{Data, Reader as _, Xlsx};
use proptest::prelude::*;
use rust_xlsxwriter::{Format, Formula, Workbook};

use super::*;

fn at(name: &str) -> CellAt {
    CellAt::parse(name).expect("a cell")
}

/// A template with merges, widths, a print area, styles, formulas, two sheets.
fn template() -> Vec<u8> {
    let mut book = Workbook::new();
    let bold = Format::new().set_bold();
    let blue = Format::new().set_font_color("0000FF");
    let page = book.add_worksheet();
    page.set_name("表 一&二").expect("name");
    page.merge_range(0, 0, 0, 4, "标题", &bold).expect("merge");
    page.merge_range(4, 2, 5, 3, "", &bold).expect("merge");
    page.set_column_width(1, 31.5).expect("width");
    page.set_column_format(6, &blue).expect("format");
    page.set_print_area(0, 0, 9, 4).expect("area");
    page.set_row_format(8, &bold).expect("format");
    page.write_string(1, 0, "填报单位").expect("text");
    page.write_blank(1, 1, &blue).expect("blank");
    page.write_number_with_format(2, 1, 7, &bold).expect("number");
    page.write_number_with_format(3, 1, 5, &bold).expect("number");
    page.write_formula(9, 1, Formula::new("=SUM(B3:B4)").set_result("12")).expect("formula");
    let other = book.add_worksheet();
    other.set_name("合计").expect("name");
    other.write_formula(0, 0, Formula::new("='表 一&二'!B10*2").set_result("24")).expect("formula");
    let third = book.add_worksheet();
    third.write_number(0, 0, 1).expect("number");
    book.save_to_buffer().expect("saved")
}

const SHEET: &str = "表 一&二";

/// The parts of a container, unpacked.
fn parts(bytes: &[u8]) -> BTreeMap<String, String> {
    let mut zip = ZipArchive::new(Cursor::new(bytes)).expect("zip");
    let names: Vec<String> = (0..zip.len()).map(|n| zip.by_index(n).expect("file").name().expect("name").into_owned()).collect();
    names.into_iter().map(|name| (name.clone(), part(&mut zip, &name, "t").expect("text"))).collect()
}

fn read(bytes: &[u8], sheet: &str, cell: &str) -> Data {
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes.to_vec())).expect("opens");
    let at = at(cell);
    book.worksheet_range(sheet).expect("sheet").get_value((at.row, u32::from(at.column))).cloned().unwrap_or(Data::Empty)
}

/// What stands in a sheet between two marks.
fn element<'a>(sheet: &'a str, start: &str, end: &str) -> &'a str {
    let from = sheet.find(start).unwrap_or_else(|| panic!("{start} in {sheet}"));
    &sheet[from..from + sheet[from..].find(end).expect("its end") + end.len()]
}

#[test]
fn only_the_named_cells_change() {
    let before = template();
    let cells = [
        (at("B2"), Fill::Text("青禾县 <&> ".into())),
        (at("B3"), Fill::Number(12.5)),
        (at("C5"), Fill::Text("=HYPERLINK(\"x\")".into())),
        (at("B4"), Fill::Blank),
    ];
    let after = fill(&before, "t.xlsx", SHEET, &cells).expect("filled");
    assert_eq!(read(&after, SHEET, "B2"), Data::String("青禾县 <&> ".into()));
    assert_eq!(read(&after, SHEET, "B3"), Data::Float(12.5));
    assert_eq!(read(&after, SHEET, "C5"), Data::String("=HYPERLINK(\"x\")".into()), "a text, never a formula");
    assert_eq!(read(&after, SHEET, "A2"), Data::String("填报单位".into()));
    assert!(matches!(read(&after, SHEET, "B4"), Data::Empty), "not known is not 0");
    let (old, new) = (parts(&before), parts(&after));
    let sheet = "xl/worksheets/sheet1.xml";
    for (start, end) in [("<mergeCells", "</mergeCells>"), ("<cols>", "</cols>"), ("<pageMargins", "/>"), ("<sheetViews", "</sheetViews>")]
    {
        assert_eq!(element(&old[sheet], start, end), element(&new[sheet], start, end));
    }
    // Style and formula stay, the value that the formula left behind goes.
    let style = |text: &str, cell: &str| element(text, &format!("<c r=\"{cell}\""), ">").split(" t=").next().map(str::to_owned);
    for cell in ["B3", "C5"] {
        assert_eq!(
            style(&old[sheet], cell).map(|s| s.replace(['/', '>'], "")),
            style(&new[sheet], cell).map(|s| s.replace(['/', '>'], ""))
        );
    }
    assert!(element(&new[sheet], "<c r=\"B10\"", "</c>").ends_with("<f>SUM(B3:B4)</f></c>"), "{}", new[sheet]);
    assert!(element(&new["xl/worksheets/sheet2.xml"], "<f>", "</c>").ends_with("*2</f></c>"));
    assert_eq!(
        element(&old["xl/workbook.xml"], "<definedNames", "</definedNames>"),
        element(&new["xl/workbook.xml"], "<definedNames", "</definedNames>")
    );
    assert!(new["xl/workbook.xml"].contains("fullCalcOnLoad=\"1\""));
    let touched: Vec<&String> = old.iter().filter(|(name, text)| new[*name] != **text).map(|(name, _)| name).collect();
    assert!(touched.iter().all(|n| n.starts_with("xl/worksheets/sheet") || *n == "xl/workbook.xml"), "{touched:?}");
    assert!(!touched.iter().any(|n| n.as_str() == "xl/worksheets/sheet3.xml"));
    assert_eq!(old.keys().collect::<Vec<_>>(), new.keys().collect::<Vec<_>>());
}

#[test]
fn cells_and_rows_that_are_not_there_are_put_in() {
    let cells = ["A3", "C3", "A6", "G7", "B9", "Z40"].map(|name| (at(name), Fill::Number(f64::from(at(name).row))));
    let after = fill(&template(), "t.xlsx", SHEET, &cells).expect("filled");
    for (cell, _) in &cells {
        assert_eq!(read(&after, SHEET, &cell.to_string()), Data::Float(f64::from(cell.row)), "{cell}");
    }
    assert_eq!(read(&after, SHEET, "B3"), Data::Float(7.0));
    let sheet = &parts(&after)["xl/worksheets/sheet1.xml"];
    assert!(element(sheet, "<dimension", "/>").contains("A1:Z40"), "{sheet}");
    // A new cell has the style of its row, else of its column.
    assert!(element(sheet, "<c r=\"G7\"", ">").contains(" s="), "{sheet}");
    assert!(element(sheet, "<c r=\"B9\"", ">").contains(" s="), "{sheet}");
    let rows: Vec<u32> =
        sheet.split("<row r=\"").skip(1).map(|r| r.split('"').next().and_then(|n| n.parse().ok()).expect("a row")).collect();
    assert!(rows.is_sorted() && rows.windows(2).all(|w| w[0] != w[1]), "{rows:?}");
}

#[test]
fn what_cannot_be_filled_is_said() {
    let code = |sheet: &str, cells: &[(&str, f64)]| {
        let cells: Vec<(CellAt, Fill)> = cells.iter().map(|(name, n)| (at(name), Fill::Number(*n))).collect();
        fill(&template(), "t.xlsx", sheet, &cells).map(drop).map_err(|p| (p.code, p.spot.field))
    };
    let of = |code: &str, field: &str| Err((code.to_owned(), Some(field.to_owned()).filter(|f| !f.is_empty())));
    assert_eq!(code(SHEET, &[("D6", 1.0)]), of("E_FORM_MERGED", "D6"));
    assert_eq!(code(SHEET, &[("B10", 1.0)]), of("E_FORM_FORMULA", "B10"));
    assert_eq!(code(SHEET, &[("B3", 1.0), ("B3", 2.0)]), of("E_FORM_TWICE", "B3"));
    assert_eq!(code("没有", &[]), of("E_FORM_SHEET", ""));
    for bad in [&b"not a zip"[..], b"", b"PK\x05\x06"] {
        assert_eq!(fill(bad, "t.xlsx", SHEET, &[]).map(drop).map_err(|p| p.code), Err("E_FORM_BROKEN".to_owned()));
    }
    for sheet in [
        "<worksheet><sheetData><row r=\"2\"/><row r=\"1\"/></sheetData></worksheet>",
        "<worksheet/>",
        "<!DOCTYPE x><worksheet><sheetData/></worksheet>",
        "<worksheet><sheetData>",
    ] {
        assert_eq!(page::filled(sheet, &[], "t").map_err(|p| p.code), Err("E_FORM_BROKEN".to_owned()), "{sheet}");
    }
}

#[test]
fn writers_differ() {
    let one = [(at("B1"), Fill::Number(1.0)), (at("A2"), Fill::Text("_x000D_甲".into()))];
    for (before, after) in [
        // No names of rows and cells.
        (
            "<worksheet><sheetData><row spans=\"1:1\"><c><v>3</v></c></row></sheetData></worksheet>",
            "<worksheet><sheetData><row><c><v>3</v></c><c r=\"B1\"><v>1</v></c></row><row r=\"2\"><c r=\"A2\" t=\"inlineStr\"><is><t xml:space=\"preserve\">_x005F_x000D_甲</t></is></c></row></sheetData></worksheet>",
        ),
        // Prefixes, a byte order mark, an empty body.
        (
            "\u{feff}<x:worksheet xmlns:x=\"u\"><x:sheetData/></x:worksheet>",
            "\u{feff}<x:worksheet xmlns:x=\"u\"><x:sheetData><x:row r=\"1\"><x:c r=\"B1\"><x:v>1</x:v></x:c></x:row><x:row r=\"2\"><x:c r=\"A2\" t=\"inlineStr\"><x:is><x:t xml:space=\"preserve\">_x005F_x000D_甲</x:t></x:is></x:c></x:row></x:sheetData></x:worksheet>",
        ),
        // Rows without cells, shared strings, comments between.
        (
            "<worksheet><sheetData><row r='1' spans='1:3' ht='9'/><!-- x --><row r='2'><c t='s' s='4' r='A2'><v>0</v></c></row></sheetData></worksheet>",
            "<worksheet><sheetData><row r='1' ht='9'><c r=\"B1\"><v>1</v></c></row><!-- x --><row r='2'><c r=\"A2\" s=\"4\" t=\"inlineStr\"><is><t xml:space=\"preserve\">_x005F_x000D_甲</t></is></c></row></sheetData></worksheet>",
        ),
    ] {
        assert_eq!(page::filled(before, &one, "t").map_err(|p| p.code), Ok(after.to_owned()));
    }
    for (before, after) in [
        (
            "<workbook><sheets/><calcPr calcId='1' fullCalcOnLoad='0'/></workbook>",
            "<workbook><sheets/><calcPr calcId='1' fullCalcOnLoad=\"1\"/></workbook>",
        ),
        (
            "<workbook><sheets></sheets><oleSize/></workbook>",
            "<workbook><sheets></sheets><calcPr fullCalcOnLoad=\"1\"/><oleSize/></workbook>",
        ),
        ("<x:workbook><x:sheets/></x:workbook>", "<x:workbook><x:sheets/><x:calcPr fullCalcOnLoad=\"1\"/></x:workbook>"),
    ] {
        assert_eq!(book::computed_on_open(before, "t").map_err(|p| p.code), Ok(after.to_owned()));
    }
}

#[test]
fn the_template_is_never_written_over() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("甲.xlsx");
    std::fs::write(&file, template()).expect("written");
    let filled = Filled {
        name: "甲".into(),
        label: crate::domain::sheet::Words::data("甲"),
        place: String::new(),
        period: "2025".into(),
        template: Template::File(file.clone()),
        sheet: SHEET.into(),
        cells: vec![(at("B3"), Fill::Number(1.0))],
        open: 0,
        failed: 0,
    };
    assert_eq!(write(&filled, &file).map_err(|p| p.code), Err("E_FORM_ITSELF".to_owned()));
    let to = folder.path().join("乙").join("甲 2025.xlsx");
    write(&filled, &to).expect("written");
    assert_eq!(read(&std::fs::read(&to).expect("read"), SHEET, "B3"), Data::Float(1.0));
    assert_eq!(std::fs::read(&file).expect("read"), template(), "the template stays");
}

#[test]
fn a_form_is_never_written_over_a_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let template = folder.path().join("表样.xlsx");
    std::fs::write(&template, self::template()).expect("written");
    let filled = Filled {
        name: "甲".into(),
        label: crate::domain::sheet::Words::data("甲"),
        place: String::new(),
        period: "2025".into(),
        template: Template::File(template.clone()),
        sheet: SHEET.into(),
        cells: vec![(at("B3"), Fill::Number(1.0))],
        open: 0,
        failed: 0,
    };
    let to = folder.path().join("新").join("甲 2025.12");
    let made = write_new(&filled, &to).expect("written");
    assert_eq!(made, folder.path().join("新").join("甲 2025.12.xlsx"), "a dot in a name is no ending");
    assert_eq!(read(&std::fs::read(&made).expect("read"), SHEET, "B3"), Data::Float(1.0));
    std::fs::write(&made, "mine").expect("written");
    let again = write_new(&filled, &made).expect_err("it is there");
    let free = made.with_file_name("甲 2025.12 (2).xlsx");
    assert_eq!((again.code.as_str(), &again.args[1..]), ("E_FORM_THERE", &[free.display().to_string(), "甲".to_owned()][..]));
    assert_eq!(std::fs::read(&made).expect("read"), b"mine");
    assert_eq!(write_new(&filled, folder.path()).map_err(|p| p.code), Err("E_FORM_FOLDER".to_owned()));
    assert_eq!(write_new(&filled, &template).map_err(|p| p.code), Err("E_FORM_ITSELF".to_owned()));
    assert_eq!(write_new(&filled, &free), Ok(free.clone()));
    let names: Vec<_> =
        std::fs::read_dir(free.parent().expect("its folder")).expect("read").map(|e| e.expect("entry").file_name()).collect();
    assert_eq!(names.len(), 2, "nothing half-written is left: {names:?}");
    std::fs::write(&template, [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1, 0, 0]).expect("written");
    assert_eq!(write_new(&filled, &to).map_err(|p| p.code), Err("E_FORM_LOCKED".to_owned()));
}

#[test]
fn an_array_formula_keeps_its_cells() {
    let sheet = "<worksheet><sheetData><row r='1'><c r='A1'><f t='array' ref='A1:A3'>B1:B3</f><v>1</v></c></row><row r='2'><c r='A2'><v>2</v></c></row></sheetData></worksheet>";
    let of = |cell: &str| page::filled(sheet, &[(at(cell), Fill::Number(1.0))], "t").map(drop).map_err(|p| p.code);
    assert_eq!((of("A2"), of("A3"), of("A4")), (Err("E_FORM_FORMULA".into()), Err("E_FORM_FORMULA".into()), Ok(())));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    /// Whatever is filled in is read back, and all else is as it was.
    #[test]
    fn what_is_filled_in_is_read_back(
        cells in proptest::collection::btree_map((10u32..60, 0u16..30), prop_oneof![
            (-1e9..1e9_f64).prop_map(Fill::Number),
            "[\\PC&<>\"'=+@_x0-9A-F]{1,12}".prop_map(Fill::Text),
        ], 0..24)
    ) {
        let cells: Vec<(CellAt, Fill)> = cells.into_iter().map(|((row, column), fill)| (CellAt { row, column }, fill)).collect();
        let before = template();
        let after = fill(&before, "t.xlsx", SHEET, &cells).expect("filled");
        let mut book: Xlsx<_> = Xlsx::new(Cursor::new(after.clone())).expect("opens");
        let range = book.worksheet_range(SHEET).expect("sheet");
        for (at, fill) in &cells {
            let found = range.get_value((at.row, u32::from(at.column))).cloned().unwrap_or(Data::Empty);
            match fill {
                Fill::Number(n) => prop_assert_eq!(found, Data::Float(*n)),
                Fill::Text(text) => {
                    let clean: String = text.chars().filter(|c| !crate::domain::text::is_hostile(*c)).collect();
                    prop_assert!(matches!(&found, Data::String(t) if *t == clean) || clean.is_empty(), "{:?} {:?}", found, clean);
                }
                Fill::Blank => {}
            }
        }
        let (old, new) = (parts(&before), parts(&after));
        for (name, text) in &old {
            if !name.starts_with("xl/worksheets/sheet") && name != "xl/workbook.xml" {
                prop_assert_eq!(text, &new[name], "{}", name);
            }
        }
        let (old, new) = (&old["xl/worksheets/sheet1.xml"], &new["xl/worksheets/sheet1.xml"]);
        let tail = |text: &str| text[text.find("</sheetData>").expect("its end")..].to_owned();
        prop_assert_eq!(tail(old), tail(new));
        // Taking out what was put in gives the same cells as before.
        let kept = |text: &str| text.split("<c ").filter(|c| {
            let name = c.split("r=\"").nth(1).and_then(|r| r.split('"').next()).and_then(CellAt::parse);
            name.is_some_and(|n| n.row < 9)
        }).map(|c| c.split("</row>").next().unwrap_or_default().to_owned()).collect::<Vec<_>>();
        prop_assert_eq!(kept(old), kept(new));
    }
}
