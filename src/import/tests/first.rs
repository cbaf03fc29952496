//! What is shown before it is stored, and what replaces it.

use super::*;
use crate::domain::request::Progress;
use crate::import::glance;
use crate::store::load;
use crate::store::tests::contents;

impl Place {
    /// Versions that were announced.
    fn glance(&mut self) -> Vec<u64> {
        let manifest = Manifest::read(self.dir.path()).expect("manifest");
        let mut versions = Vec::new();
        glance(&mut self.writer, self.dir.path(), &manifest, &framework(), at(0), &mut |p| versions.extend(changed(p))).expect("glance");
        versions
    }

    /// As after the process was killed.
    fn reopened(self) -> Self {
        let Self { dir, reader, writer, store, .. } = self;
        drop((reader, writer, store));
        let store = Store::open(dir.path(), Mode::ReadWrite, Arc::new(framework())).expect("opens");
        let (reader, writer) = (store.reader().expect("reader"), store.writer().expect("writer"));
        Self { dir, store, reader, writer, summary: Summary::default(), clock: 0 }
    }

    fn counts(&mut self) -> Vec<u32> {
        self.workspace().counts.clone()
    }
}

fn changed(progress: Progress) -> Option<u64> {
    if let Progress::Changed { version } = progress { Some(version) } else { None }
}

#[test]
fn units_and_boundaries_are_shown_before_anything_is_stored() {
    let mut place = Place::unloaded();
    assert_eq!(place.counts(), [0, 0, 0]);
    assert_eq!(place.glance().len(), 2, "with the second level and with the third");
    assert_eq!(place.counts(), [1, 2, 5]);
    let home = place.home(view(None, "mid", "X-1"));
    assert_eq!(names(&home), ["东镇", "西镇"]);
    assert_eq!(home.crumbs.last().map(|c| c.code.as_str()), Some("01"));
    assert!(place.map(home.view.clone()).is_some());
    let inside = view(Some(uid("mid", "0101")), "leaf", "X-1");
    let leaves = place.home(inside.clone());
    assert_eq!(
        leaves.rows.iter().map(|r| (r.code.as_str(), r.drawn)).collect::<Vec<_>>(),
        [("010101", true), ("010102", true), ("010103", false)]
    );
    assert_eq!(place.map(inside).expect("a map").units, [uid("leaf", "010101"), uid("leaf", "010102")]);
    // What did not come yet is missing: no value, no area, no branches to be counted.
    for indicator in ["X-1", "X-2", "X-3", "X-4"] {
        let home = place.home(view(None, "mid", indicator));
        assert!(home.rows.iter().all(|r| r.shown.reading.state != State::Value), "{indicator}");
        assert_ne!(home.total.reading.state, State::Value, "{indicator}");
    }
    assert_eq!(place.card(uid("leaf", "010101"), view(None, "leaf", "X-1")).area_km2, None);
    // And nothing can be recorded about what may not be loaded in the end.
    assert_eq!(place.mark(raise("leaf", "010101", "看")).expect_err("not stored").code, "E_STORE_NO_SUBJECT");
    assert!(!load::any(place.writer.reference()).expect("asked"));
}

#[test]
fn a_process_that_ends_after_the_first_frames_loads_as_if_it_had_not_been() {
    let straight = Place::new();
    let mut place = Place::unloaded();
    place.glance();
    let mut place = place.reopened();
    assert_eq!(place.counts(), [0, 0, 0], "nothing half-loaded");
    place.refresh(false);
    assert_eq!(contents(place.writer.reference()), contents(straight.writer.reference()));
}

#[test]
fn what_is_loaded_replaces_what_was_shown() {
    let straight = Place::new();
    let mut place = Place::unloaded();
    let mut versions = place.glance();
    let manifest = Manifest::read(place.dir.path()).expect("manifest");
    let dir = place.dir.path().to_owned();
    refresh(&mut place.writer, &dir, &manifest, &framework(), at(10), false, &mut |p| versions.extend(changed(p))).expect("refresh");
    assert!(!place.writer.is_showing());
    assert_eq!(contents(place.writer.reference()), contents(straight.writer.reference()));
    // Two glances, the units at once, then values, branches and zones; the last says they are derived.
    assert!(versions.is_sorted(), "{versions:?}");
    versions.dedup();
    assert_eq!(versions.len(), 6, "{versions:?}");
    agree(&mut place, &["X-1", "X-2", "X-3", "X-4"]);
    assert!(place.glance().is_empty(), "what is stored is shown");
    assert!(place.card(uid("leaf", "010101"), view(None, "leaf", "X-1")).area_km2.is_some());
}

#[test]
fn a_file_that_the_load_refuses_is_shown_no_longer() {
    let mut place = Place::unloaded();
    let manifest = MANIFEST.replacen("file = \"leaf.geojson\"", &format!("file = \"leaf.geojson\"\nsha256 = \"{}\"", "0".repeat(64)), 1);
    place.put("maps/manifest.toml", &manifest);
    place.glance();
    assert_eq!(place.counts(), [1, 2, 5]);
    let problems = place.refresh(false);
    assert!(problems.iter().any(|p| p.starts_with("E_IMPORT_SHA256 maps/leaf.geojson")), "{problems:?}");
    assert_eq!(place.counts(), [1, 2, 0]);
    // What cannot be read at all was never shown.
    let mut place = Place::unloaded();
    place.put("maps/mid.geojson", "{\"type\":\"FeatureCollection\",\"features\":[");
    place.glance();
    assert_eq!(place.counts(), [1, 0, 0], "nor what hangs on it");
    place.refresh(false);
    assert_eq!(place.counts(), [1, 0, 0]);
}

#[test]
fn rings_that_cross_themselves_are_listed_after_the_load() {
    let mut place = Place::unloaded();
    let eight = r#"{"type":"Polygon","coordinates":[[[2,0],[3,1],[3,0],[2,1],[2,0]]]}"#;
    let square = r#"{"type":"Polygon","coordinates":[[[2,0],[3,0],[3,1],[2,1],[2,0]]]}"#;
    let path = place.dir.path().join("maps/leaf.geojson");
    let text = std::fs::read_to_string(&path).expect("read");
    assert!(text.contains(square));
    std::fs::write(&path, text.replace(square, eight)).expect("write");
    place.glance();
    assert_eq!(place.workspace().problems, []);
    assert_eq!(place.refresh(false), ["E_GEOM_RING_CROSSES maps/leaf.geojson:5 #4: 2.0000000, 0.0000000"]);
    assert!(place.workspace().problems.iter().any(|p| p.code == "E_GEOM_RING_CROSSES" && p.severity == Severity::Mark));
    let leaves = place.home(view(Some(uid("mid", "0102")), "leaf", "X-1"));
    assert!(leaves.rows.iter().all(|r| r.drawn), "it is drawn all the same");
}
