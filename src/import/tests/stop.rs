//! Stopping: at every look that an import takes at the wish to stop, nothing is changed.

use super::*;
use crate::domain::plan::{Choices, Target};
use crate::domain::request::Stop;
use crate::import::book::{BookOptions, read_book};
use crate::import::plan::{self, Scene};

/// Imports a file of so many rows, stopped at its first look, its second, and so on until it runs through.
fn stopped_everywhere(name: &str, text: &str, target: Target, rows: u64) {
    let mut place = Place::new();
    place.put(name, text);
    let file = place.dir.path().join(name);
    let choices = Choices { target: Some(target), ..Choices::default() };
    let (manifest, framework) = (Manifest::read(place.dir.path()).expect("manifest"), framework());
    let before = (place.writer.version().expect("a version"), place.reader_everything());
    let mut looks = 0;
    let plan = loop {
        let stop = Stop::after(looks);
        let scene = Scene { dir: place.dir.path(), manifest: &manifest, framework: &framework, today: TODAY, stop: &stop };
        let files = std::slice::from_ref(&file);
        match plan::import(&mut place.writer, &scene, files, &choices, None, ("某岗", at(place.clock + 10)), &mut |_| ()) {
            Ok((plan, _)) => break plan,
            Err(problem) => assert_eq!(problem.code, "E_STOPPED", "after {looks} looks"),
        }
        let after = (place.writer.version().expect("a version"), place.reader_everything());
        assert_eq!(after, before, "after {looks} looks");
        assert!(!place.dir.path().join("data/batches").exists(), "no file is kept");
        looks += 1;
    };
    assert!(plan.ready() && plan.counts.new == rows, "{plan:#?}");
    // In the text, in the list, and where it is written.
    assert!(looks > 3 * rows, "{looks} looks at {rows} rows");
}

impl Place {
    /// What a person sees of the units.
    fn reader_everything(&mut self) -> Vec<String> {
        ["top", "mid", "leaf"].map(|level| serde_json::to_string(&*self.home(view(None, level, "X-1"))).expect("JSON")).to_vec()
    }
}

#[test]
fn a_list_of_units_stops_at_any_row() {
    let rows: String = (10..20).map(|n| format!("0101{n},新{n}格,0101\n")).collect();
    stopped_everywhere("in/格.csv", &format!("编码,名称,上级编码\n{rows}"), Target::Units(Some("leaf".into())), 10);
}

#[test]
fn a_list_of_zones_stops_at_any_row() {
    stopped_everywhere("in/区.csv", "单元,片区\n0102,甲区\n010201,甲区\n", Target::Zones, 2);
}

#[test]
fn a_list_of_branches_stops_at_any_row() {
    stopped_everywhere("in/支部.csv", "编号,名称,所在单元\nZ1,甲支部,010101\nZ2,乙支部,010102\n", Target::Branches, 2);
}

#[test]
fn values_stop_at_any_row() {
    stopped_everywhere("in/值.csv", "单元编码,率(分子),率(分母),期间\n010101,1,2,2024Q4\n010102,1,4,2024Q4\n", Target::Values, 2);
}

#[test]
fn a_workbook_stops_at_its_next_row() {
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    for row in 0..100 {
        sheet.write(row, 0, row).expect("written");
    }
    let bytes = book.save_to_buffer().expect("a workbook");
    let read = |looks| {
        let options = BookOptions { stop: Stop::after(looks), ..BookOptions::default() };
        read_book(&bytes, "a.xlsx", &options).map(|books| books[0].sheets[0].len()).map_err(|p| p.code)
    };
    let runs_through = (0..10_000).find(|looks| read(*looks) == Ok(100)).expect("it runs through");
    // Each row is looked at as an element, and once more as values.
    assert!(runs_through > 200, "{runs_through}");
    for looks in [0, runs_through / 2, runs_through - 50, runs_through - 1] {
        assert_eq!(read(looks), Err("E_STOPPED".into()), "after {looks} looks");
    }
}
