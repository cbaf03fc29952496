//! Several files in one import: what each is, said file by file or guessed and asked.

use super::*;
use crate::domain::plan::{About, Choices, Plan, Target};

fn leaf(level: &str) -> Target {
    Target::Units(Some(level.into()))
}

/// File and first answers of the questions that stand in the way.
fn asked(plan: &Plan) -> Vec<(String, Vec<String>)> {
    let name = |file: &str| file.rsplit('/').next().unwrap_or(file).to_owned();
    let needed = plan.questions.iter().filter(|q| q.needed && q.about == About::Target);
    needed.map(|q| (name(&q.spot.file), q.answers.iter().map(|a| a.value.clone()).collect())).collect()
}

/// A map of squares without a property for the unit above.
fn bare(units: &[(&str, f64, f64, f64)]) -> String {
    let units: Vec<_> = units.iter().map(|(code, x, y, side)| (*code, "名", "", *x, *y, *side)).collect();
    squares(&units)
}

#[test]
fn every_file_of_an_import_can_be_something_else() {
    let mut place = Place::new();
    let files = [
        place.file("in/甲.geojson", &squares(&[("0109", "新镇", "01", 5.0, 0.0, 1.0)])),
        place.file("in/乙.geojson", &squares(&[("010901", "新格", "0109", 5.0, 0.0, 0.5)])),
        place.file("in/丙.csv", "单元编码,率(分子),率(分母),期间\n010901,1,2,2025Q3\n"),
    ];
    let mut choices = Choices { complete: Some(false), ..Choices::default() };
    choices.targets.insert("甲.geojson".into(), leaf("mid"));
    choices.targets.insert("in/乙.geojson".into(), leaf("leaf"));
    choices.targets.insert("*.csv".into(), Target::Values);
    let applied = place.import(&files, &choices);
    assert_eq!((applied.counts.new, applied.counts.unmatched_file, applied.counts.aside), (3, 0, 0), "{applied:?}");
    let before = place.everything(None);
    assert_eq!(place.rebuilt().made, 1);
    assert_eq!(place.everything(None), before);
}

#[test]
fn maps_of_unknown_levels_are_asked_about_at_once_with_levels_only() {
    let mut place = Place::new();
    // Longer codes under known ones, below what comes in the same import; the files come in the wrong order.
    let small = bare(&[("010901", 5.0, 0.0, 0.5), ("010902", 5.5, 0.0, 0.5)]);
    let files = [
        place.file("in/a.geojson", &small),
        place.file("in/b.geojson", &bare(&[("0109", 5.0, 0.0, 1.0), ("0110", 6.0, 0.0, 1.0)])),
        place.file("in/c.csv", "单元编码,率(分子),率(分母),期间\n010901,1,2,2025Q3\n"),
    ];
    let plan = place.plan(&files, &Choices::default());
    let questions = asked(&plan);
    assert_eq!(
        questions.iter().map(|(file, answers)| (file.as_str(), answers[0].as_str())).collect::<Vec<_>>(),
        [("b.geojson", "mid"), ("a.geojson", "leaf")]
    );
    for (file, answers) in &questions {
        let mut levels = answers.clone();
        levels.sort();
        assert_eq!(levels, ["leaf", "mid", "top"], "{file}");
    }
    assert_eq!(plan.counts.unmatched_file, 0, "what is likely is gone on with: {plan:#?}");
    let mut choices = Choices { complete: Some(false), ..Choices::default() };
    for question in plan.questions.iter().filter(|q| q.needed && q.about == About::Target) {
        choices.targets.insert(question.spot.file.clone(), leaf(&question.answers[0].value));
    }
    assert_eq!(place.import(&files, &choices).counts.new, 5);
}

#[test]
fn the_name_of_a_file_and_what_is_there_tell_a_level() {
    let mut place = Place::new();
    let first = |place: &mut Place, name: &str, units: &[(&str, f64, f64, f64)]| {
        let file = place.file(name, &bare(units));
        asked(&place.plan(&[file], &Choices::default())).remove(0).1.remove(0)
    };
    // Codes of another office say nothing.
    assert_eq!(first(&mut place, "in/全部top.geojson", &[("x1", 50.0, 0.0, 1.0)]), "top");
    assert_eq!(first(&mut place, "in/mid_2025.geojson", &[("x1", 50.0, 0.0, 1.0), ("x2", 51.0, 0.0, 1.0)]), "mid");
    // Inside one unit that is known.
    assert_eq!(first(&mut place, "in/x.geojson", &[("x1", 0.1, 0.1, 0.2), ("x2", 1.4, 0.1, 0.2), ("x3", 0.1, 0.4, 0.2)]), "leaf");
}

#[test]
fn the_levels_of_an_archive_and_a_folder_of_parts_are_told_apart() {
    use std::io::Write as _;
    let mut place = Place::new();
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let maps = [
        ("县/mid.geojson", bare(&[("0109", 5.0, 0.0, 1.0), ("0110", 6.0, 0.0, 1.0)])),
        ("县/leaf一.geojson", bare(&[("010901", 5.0, 0.0, 0.5)])),
        ("县/leaf二.geojson", bare(&[("011001", 6.0, 0.0, 0.5)])),
    ];
    for (name, text) in &maps {
        let stored = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
        zip.start_file(*name, stored).expect("memory");
        zip.write_all(text.as_bytes()).expect("memory");
    }
    let file = place.dir.path().join("in.zip");
    std::fs::write(&file, zip.finish().expect("memory").into_inner()).expect("written");
    let files = [file];
    let plan = place.plan(&files, &Choices::default());
    let questions = asked(&plan);
    assert_eq!(questions.len(), 2, "the parts of one level are one layer: {questions:?}");
    assert_eq!(questions.iter().map(|(_, answers)| answers[0].as_str()).collect::<Vec<_>>(), ["mid", "leaf"]);
    let mut choices = Choices { complete: Some(false), ..Choices::default() };
    for question in plan.questions.iter().filter(|q| q.needed && q.about == About::Target) {
        choices.targets.insert(question.spot.file.clone(), leaf(&question.answers[0].value));
    }
    assert_eq!(place.import(&files, &choices).counts.new, 4);
}
