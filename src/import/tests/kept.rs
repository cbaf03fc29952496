//! What is kept of maps and workbooks: nothing that names a person, and enough to make the same again.

use std::path::PathBuf;

use super::plan::identity;
use super::*;
use crate::domain::plan::{About, Choices, Plan, Target};
use crate::import::plan::{self, Rebuilt};

fn leaves() -> Option<Target> {
    Some(Target::Units(Some("leaf".into())))
}

fn without(names: &[&str]) -> Choices {
    let without = names.iter().map(|n| (*n).to_owned()).collect();
    Choices { target: leaves(), without, complete: Some(false), ..Choices::default() }
}

fn refused(plan: &Plan) -> Vec<(String, String)> {
    match plan.questions.first().map(|q| q.about.clone()) {
        Some(About::Privacy { columns }) => columns,
        _ => panic!("{plan:#?}"),
    }
}

/// A map whose features have further properties, as JSON members.
fn map(further: &[&str]) -> String {
    let plain = squares(&[("010101", "新一格", "0101", 0.1, 0.2, 0.3), ("010102", "新二格", "0101", 1.1, 0.3, 0.7)]);
    let mut lines: Vec<String> = plain.lines().map(str::to_owned).collect();
    for (line, more) in lines[1..].iter_mut().zip(further) {
        *line = line.replace("\"properties\":{", &format!("\"properties\":{{{more},"));
    }
    lines.join("\n")
}

fn packed(place: &Place, name: &str, files: &[(&str, &[u8])]) -> PathBuf {
    use std::io::Write as _;
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in files {
        let stored = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
        zip.start_file(*name, stored).expect("memory");
        zip.write_all(bytes).expect("memory");
    }
    let file = place.dir.path().join(name);
    std::fs::write(&file, zip.finish().expect("memory").into_inner()).expect("written");
    file
}

#[test]
fn personal_properties_stop_a_map_all_at_once_and_are_remembered() {
    let mut place = Place::new();
    let person = identity(1);
    let text = map(&[
        &format!(r#""户主姓名":"某某","备注":"{person}","面积":1.5,"lead":{{"phone":"1"}},"center":[104.5,35.25]"#),
        r#""户主姓名":"某某","说明":"138-0013-8000""#,
    ]);
    let file = place.file("in/a.geojson", &text);
    let target = Choices { target: leaves(), complete: Some(false), ..Choices::default() };
    let named = refused(&place.plan(std::slice::from_ref(&file), &target));
    let named: Vec<(&str, &str)> = named.iter().map(|(name, rule)| (name.as_str(), rule.as_str())).collect();
    assert_eq!(named, [("户主姓名", "name"), ("备注", "value"), ("lead.phone", "telephone"), ("说明", "value")]);
    let choices = without(&["户主姓名", "备注", "说明", "lead.phone"]);
    assert!(!place.import(std::slice::from_ref(&file), &choices).batches.is_empty());
    assert!(place.plan(std::slice::from_ref(&file), &Choices::default()).ready(), "remembered for these properties");
    let original = crate::import::files::sha256_of(&text);
    std::fs::remove_file(&file).expect("removed");
    for text in ["某某", "0013", &person] {
        assert!(!place.holds(text), "{text}");
    }
    assert!(place.holds(&original), "the original is known by its hash");
    std::fs::remove_file(place.dir.path().join("data/profiles/learned.toml")).expect("removed");
    let before = place.everything(None);
    assert_eq!(place.rebuilt(), Rebuilt { made: 1, problems: Vec::new() });
    assert_eq!(place.everything(None), before);
    let rows = |place: &mut Place| match place.ask(&Query::Batches) {
        Ok(Loaded::Batches(rows)) => rows.iter().find(|row| row.import > 0).map(|row| row.sha256.clone()),
        other => panic!("{other:?}"),
    };
    assert_eq!(rows(&mut place), Some(original), "the batch says which file it came from");
}

#[test]
fn codes_of_grids_in_a_map_are_no_persons() {
    let mut place = Place::new();
    let alike = (1..).map(identity).find(|code| !code.ends_with('X')).expect("ten of eleven");
    let village = format!("编码,名称,层级,上级编码\n{},村,leaf,0101\n", &alike[..12]);
    let list = place.file("in/units.csv", &village);
    place.import(&[list], &Choices::default());
    let file = place.file("in/a.geojson", &map(&[&format!(r#""网格":"{alike}""#), r#""网格":"x""#]));
    let plan = place.plan(&[file], &without(&[]));
    assert!(plan.ready(), "{plan:#?}");
}

#[test]
fn a_map_with_more_than_is_looked_at_is_kept_as_what_was_read() {
    let mut place = Place::new();
    for (n, more) in [r#""phones":["13800138000"]"#, r#""ids":[13800138000]"#].iter().enumerate() {
        let text = map(&[more]).replace("新", ["甲", "乙"][n]);
        let file = place.file("in/a.geojson", &text);
        place.import(std::slice::from_ref(&file), &without(&[]));
        std::fs::remove_file(&file).expect("removed");
        assert!(!place.holds("13800138000"), "{more}");
    }
    // What is looked at to its end and found clean is kept as it is.
    let text = map(&[r#""center":[104.5,35.25],"类型":"a""#]).replace('新', "丙");
    let file = place.file("in/a.geojson", &text);
    place.import(std::slice::from_ref(&file), &without(&[]));
    let kept = place.dir.path().join(plan::FOLDER).join(crate::import::files::sha256_of(&text));
    assert_eq!(std::fs::read_to_string(kept).expect("kept as it is"), text);
    let before = place.everything(None);
    assert_eq!(place.rebuilt(), Rebuilt { made: 3, problems: Vec::new() });
    assert_eq!(place.everything(None), before);
}

#[test]
fn an_archive_of_maps_with_a_personal_table_is_kept_as_what_was_read_of_both() {
    let mut place = Place::new();
    let map = squares(&[("010101", "图", "0101", 0.0, 0.0, 1.0), ("010102", "图", "0101", 1.0, 0.0, 1.0)]);
    let table = "单元编码,率(分子),率(分母),期间,姓名\n010101,1,4,2025Q3,李某某\n010102,1,4,2025Q3,张某某\n";
    let file = packed(&place, "in.zip", &[("map.geojson", map.as_bytes()), ("table.csv", table.as_bytes())]);
    assert!(!place.import(std::slice::from_ref(&file), &without(&["姓名"])).batches.is_empty());
    std::fs::remove_file(&file).expect("removed");
    assert!(!place.holds("某某"));
    let before = place.everything(None);
    assert_eq!(place.rebuilt(), Rebuilt { made: 1, problems: Vec::new() });
    assert_eq!(place.everything(None), before);
}

#[test]
fn a_workbook_is_kept_without_its_authors_and_known_by_its_own_hash() {
    let mut place = Place::new();
    let file = place.dir.path().join("a.xlsx");
    let mut book = rust_xlsxwriter::Workbook::new();
    book.set_properties(&rust_xlsxwriter::DocProperties::new().set_author("甲某").set_company("乙公司"));
    let sheet = book.add_worksheet();
    for (row, cells) in [["单元编码", "数", "期间"], ["0101", "5", "2025Q3"]].iter().enumerate() {
        for (column, text) in cells.iter().enumerate() {
            let (row, column) = (u32::try_from(row).expect("few"), u16::try_from(column).expect("few"));
            sheet.write_string(row, column, *text).expect("memory");
        }
    }
    sheet.insert_note(1, 1, &rust_xlsxwriter::Note::new("已核对").set_author("甲某")).expect("memory");
    book.save(&file).expect("written");
    let bytes = std::fs::read(&file).expect("written");
    let original = crate::store::hex(&<sha2::Sha256 as sha2::Digest>::digest(&bytes));
    place.import(std::slice::from_ref(&file), &Choices::default());
    let kept = place.dir.path().join(plan::FOLDER);
    assert!(!kept.join(&original).is_file());
    let [copy] = &std::fs::read_dir(&kept).expect("kept").map(|e| e.expect("an entry").path()).collect::<Vec<_>>()[..] else {
        panic!("one file")
    };
    let mut zip = zip::ZipArchive::new(std::fs::File::open(copy).expect("kept")).expect("a workbook");
    for at in 0..zip.len() {
        let mut text = Vec::new();
        std::io::Read::read_to_end(&mut zip.by_index(at).expect("a part"), &mut text).expect("bytes");
        let text = String::from_utf8_lossy(&text);
        assert!(!text.contains("甲某") && !text.contains("乙公司"), "{text}");
    }
    let before = place.everything(None);
    assert_eq!(place.rebuilt(), Rebuilt { made: 1, problems: Vec::new() });
    assert_eq!(place.everything(None), before);
    let Ok(Loaded::Batches(rows)) = place.ask(&Query::Batches) else { panic!("batches") };
    assert_eq!(rows.iter().find(|row| row.import > 0).map(|row| row.sha256.clone()), Some(original));
}
