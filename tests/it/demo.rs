//! The demo county is what its manifest says: counts, codes, hashes, and no personal column.

use std::collections::{HashMap, HashSet};
use std::path::PathBuf;
use std::sync::Arc;

use sha2::{Digest as _, Sha256};
use xiantu::domain::id::Uid;
use xiantu::domain::indicator::meant;
use xiantu::domain::period::Period;
use xiantu::domain::unit::Subject;
use xiantu::framework::Framework;
use xiantu::framework::privacy::Gate;
use xiantu::rules::{Data, Program, Screening, Series, Texts};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn manifest() -> toml::Table {
    std::fs::read_to_string(root().join("maps/manifest.toml")).expect("manifest").parse().expect("TOML")
}

fn sections(manifest: &toml::Table, key: &str) -> Vec<toml::Table> {
    let tables = manifest[key].as_array().expect("array").iter();
    tables.map(|t| t.as_table().expect("table").clone()).collect()
}

fn text<'t>(table: &'t toml::Table, key: &str) -> &'t str {
    table[key].as_str().unwrap_or_else(|| panic!("{key} is text"))
}

/// The frameworks in use, as one.
fn framework() -> Framework {
    let manifest = manifest();
    let workspace = manifest["workspace"].as_table().expect("table");
    let others = workspace["frameworks"].as_array().expect("array").iter().map(|p| p.as_str().expect("text"));
    let load = |path: &str| {
        let file = path.rsplit('/').next().expect("a file");
        Framework::load(&root().join("maps").join(path), file).expect("framework")
    };
    Framework::combine([text(workspace, "framework")].into_iter().chain(others).map(load).collect()).expect("together")
}

/// Headings and rows of a table of the manifest.
fn csv(what: &str) -> (Vec<String>, Vec<Vec<String>>) {
    let table = sections(&manifest(), "table").into_iter().find(|t| text(t, "what") == what).expect("table");
    let mut reader = csv::Reader::from_path(root().join("maps").join(text(&table, "file"))).expect("csv");
    let head = reader.headers().expect("head").iter().map(str::to_owned).collect();
    (head, reader.records().map(|r| r.expect("row").iter().map(str::to_owned).collect()).collect())
}

/// Level → code → (name, parent code as the manifest says it is found).
fn units() -> HashMap<String, HashMap<String, (String, Option<String>)>> {
    let mut out: HashMap<String, HashMap<String, (String, Option<String>)>> = HashMap::new();
    for layer in sections(&manifest(), "layer") {
        let file = std::fs::read_to_string(root().join("maps").join(text(&layer, "file"))).expect("layer");
        let json: serde_json::Value = serde_json::from_str(&file).expect("JSON");
        for feature in json["features"].as_array().expect("features") {
            let get = |key: &str| feature["properties"][key].as_str().expect("text").to_owned();
            let code = get(text(&layer, "id"));
            let parent = layer.get("parent").and_then(|p| p.get("field")).map(|f| get(f.as_str().expect("field")));
            let name = get(text(&layer, "name"));
            let before = out.entry(text(&layer, "level").to_owned()).or_default().insert(code.clone(), (name, parent));
            assert!(before.is_none(), "{code} twice");
        }
    }
    for row in csv("units").1 {
        out.entry(row[2].clone()).or_default().insert(row[0].clone(), (row[1].clone(), Some(row[3].clone())));
    }
    out
}

#[test]
fn hashes_licences_and_sizes_hold() {
    let manifest = manifest();
    assert!(framework().demo, "every screen says that it is a demo");
    let (mut maps, mut tables) = (0, 0);
    for (key, size) in [("layer", &mut maps), ("table", &mut tables)] {
        for entry in sections(&manifest, key) {
            let bytes = std::fs::read(root().join("maps").join(text(&entry, "file"))).expect("file");
            let hash: String = Sha256::digest(&bytes).iter().map(|b| format!("{b:02x}")).collect();
            assert_eq!(text(&entry, "sha256"), hash, "{}: run tests/tools/make_demo.py", text(&entry, "file"));
            assert_eq!(text(&entry, "licence"), "CC0-1.0");
            *size += bytes.len();
        }
    }
    assert!(maps < 5_000_000 && tables < 2_000_000, "{maps} {tables}");
}

#[test]
fn counts_codes_and_parents_hold() {
    let units = units();
    let framework = framework();
    // The framework has a city above the county, of which the demo knows nothing.
    let levels = &framework.levels[1..];
    let counts: Vec<usize> = levels.iter().map(|l| units[l.code.as_str()].len()).collect();
    assert_eq!(counts, [1, 20, 300, 2_500]);
    let lengths = [6, 9, 12, 15];
    for (n, level) in levels.iter().enumerate() {
        for (code, (name, parent)) in &units[level.code.as_str()] {
            assert!(code.starts_with("99") && code.len() == lengths[n], "{code}");
            assert!(!name.is_empty());
            if n > 0 {
                let parent = parent.clone().unwrap_or_else(|| code[..lengths[n - 1]].to_owned());
                assert!(units[levels[n - 1].code.as_str()].contains_key(&parent), "{code} under {parent}");
            }
        }
    }
    let four_bytes = units.values().flatten().filter(|(_, (name, _))| name.chars().any(|c| c as u32 > 0xffff)).count();
    assert!(four_bytes >= 3, "{four_bytes}");
}

/// Every edge of a layer, as the bits of its two ends.
fn edges(file: &str) -> HashSet<[u64; 4]> {
    let text = std::fs::read_to_string(root().join("maps").join(file)).expect("layer");
    let json: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    let mut out = HashSet::new();
    let bits = |p: &serde_json::Value| [0, 1].map(|n| p[n].as_f64().expect("number").to_bits());
    for feature in json["features"].as_array().expect("features") {
        let geometry = &feature["geometry"];
        let polygons = match geometry["type"].as_str() {
            Some("Polygon") => std::slice::from_ref(&geometry["coordinates"]),
            Some("MultiPolygon") => geometry["coordinates"].as_array().expect("polygons"),
            _ => continue,
        };
        for ring in polygons.iter().flat_map(|p| p.as_array().expect("rings")) {
            let ring: Vec<_> = ring.as_array().expect("ring").iter().map(bits).collect();
            assert!(ring.len() >= 4 && ring.first() == ring.last());
            for (a, b) in ring.iter().zip(&ring[1..]) {
                assert!(a != b && out.insert([a[0], a[1], b[0], b[1]]), "an edge of no length, or twice the same way");
            }
        }
    }
    out
}

#[test]
fn borders_are_shared_vertex_for_vertex_and_parents_are_the_sum_of_their_children() {
    let outline = |edges: &HashSet<[u64; 4]>| -> HashSet<[u64; 4]> {
        edges.iter().filter(|[a, b, c, d]| !edges.contains(&[*c, *d, *a, *b])).copied().collect()
    };
    let county = edges("county.geojson");
    let mut parents = county.clone();
    for file in ["towns.geojson", "villages.geojson", "grids.geojson"] {
        let layer = edges(file);
        assert!(parents.is_subset(&layer), "{file} leaves a border of its parents");
        assert_eq!(outline(&layer), county, "{file} has a gap or an overlap");
        parents = layer;
    }
}

#[test]
fn some_units_have_no_geometry_and_some_no_data() {
    let layer = std::fs::read_to_string(root().join("maps/grids.geojson")).expect("layer");
    let nulls = layer.matches("\"geometry\":null").count();
    let listed = csv("units").1.len();
    assert!(nulls >= 5 && listed >= 5, "{nulls} {listed}");
    let reported: HashSet<String> = csv("values").1.into_iter().map(|row| row[0].clone()).collect();
    let silent = units().values().flat_map(HashMap::keys).filter(|code| code.len() >= 12 && !reported.contains(*code)).count();
    assert!((5..200).contains(&silent), "{silent}");
}

#[test]
fn no_table_has_a_personal_column_or_value() {
    for table in sections(&manifest(), "table") {
        let (head, rows) = csv(text(&table, "what"));
        let refused: Vec<_> = head.iter().filter(|h| Gate.column(h).is_some()).collect();
        assert!(refused.is_empty(), "{refused:?}");
        // Key columns hold codes, which can look like numbers of people.
        let codes: Vec<usize> = (0..head.len())
            .filter(|n| head[*n].contains("编码") || ["所在网格", "成员", "村", "所在村", "牵头组织"].contains(&head[*n].as_str()))
            .collect();
        for (n, cell) in rows.iter().flat_map(|row| row.iter().enumerate()).filter(|(n, _)| !codes.contains(n)) {
            assert!(!Gate.value_looks_personal(cell), "{} {cell}", head[n]);
        }
    }
}

#[test]
fn values_name_known_units_indicators_periods_and_states() {
    let units = units();
    let framework = framework();
    let (head, rows) = csv("values");
    assert_eq!(head, ["单元编码", "指标", "期间", "分子", "分母", "数值", "状态"]);
    let mut asked: HashSet<_> = framework.indicators.iter().filter(|i| i.derived.is_none()).map(|i| i.id.clone()).collect();
    let mut seen = HashSet::new();
    let mut states: HashMap<String, usize> = HashMap::new();
    let mut own = 0;
    for row in &rows {
        let [indicator] = meant(&framework.indicators, &row[1])[..] else { panic!("{row:?}") };
        asked.remove(&indicator.id);
        assert!(indicator.derived.is_none());
        let reporting = units[indicator.level.as_str()].contains_key(&row[0]);
        own += usize::from(!reporting);
        assert!(reporting || units.values().any(|level| level.contains_key(&row[0])), "{row:?}");
        let period: Period = row[2].parse().expect("period");
        assert_eq!(period.months(), indicator.every_months, "{row:?}");
        assert!(period.end().to_string().as_str() <= "2025-09-30");
        let number = |n: usize| (!row[n].is_empty()).then(|| row[n].parse::<f64>().expect("number"));
        let (num, den, value) = (number(3), number(4), number(5));
        assert_eq!(num.is_some(), den.is_some());
        assert!(num.zip(den).is_none_or(|(n, d)| 0.0 <= n && n <= d), "{row:?}");
        assert!(["", "无", "不需报"].contains(&row[6].as_str()));
        assert!(row[6].is_empty() || (num.is_none() && value.is_none()), "{row:?}");
        *states.entry(row[6].clone()).or_default() += 1;
        assert!(seen.insert((row[0].clone(), row[1].clone(), row[2].clone())), "twice: {row:?}");
    }
    assert!(states.len() == 3 && (1..=10).contains(&own), "{states:?} {own}");
    assert!(asked.is_empty(), "what the frameworks ask has values: {asked:?}");
}

#[test]
fn corrections_replace_values_that_are_there() {
    let values = csv("values").1;
    let tables = sections(&manifest(), "table");
    let [table, corrections] = &tables.iter().filter(|t| text(t, "what") == "values").collect::<Vec<_>>()[..] else { panic!("two tables") };
    assert!(text(table, "known") < text(corrections, "known"), "they came later");
    let mut reader = csv::Reader::from_path(root().join("maps").join(text(corrections, "file"))).expect("csv");
    let mut count = 0;
    for row in reader.records().map(|r| r.expect("row")) {
        let of = |value: &&Vec<String>| (0..3).all(|n| value[n] == row[n]);
        let old = values.iter().find(of).unwrap_or_else(|| panic!("{row:?}"));
        assert!((3..6).any(|n| old[n] != row[n]), "nothing was wrong: {row:?}");
        count += 1;
    }
    assert!(count >= 10, "{count}");
}

#[test]
fn branches_lie_in_known_grids_and_leads_have_many_causes() {
    let grids = units().remove("grid").expect("grids");
    let (head, rows) = csv("branches");
    let column = |heading: &str| head.iter().position(|h| h == heading).expect("a column");
    let (unit, band) = (column("所在网格"), column("党员规模档"));
    let mut keys = HashSet::new();
    let kinds: HashSet<&str> = rows.iter().map(|row| row[2].as_str()).collect();
    assert_eq!(kinds, HashSet::from(["党委", "党总支", "党支部", "功能型党支部", "联合党支部"]));
    assert!((850..1_000).contains(&rows.len()), "{}", rows.len());
    let tables: Vec<Vec<(String, String)>> = rows.iter().map(|row| head.iter().cloned().zip(row.iter().cloned()).collect()).collect();
    for row in &rows {
        assert!(keys.insert(&row[0]) && row[0].starts_with("99") && grids.contains_key(&row[unit]), "{row:?}");
        assert!(["<3", "3–6", "7–50", "51–99", "≥100"].contains(&row[band].as_str()));
    }
    let framework = framework();
    let program = Program::compile(&framework, jiff::civil::date(2025, 9, 30));
    let branch = framework.levels.len();
    let column = |heading: &String| {
        let mut texts = Texts::default();
        for fields in &tables {
            texts.push(fields.iter().find(|(h, _)| h == heading).map_or("", |(_, text)| text));
        }
        (0..=branch).map(|table| Arc::new(if table == branch { texts.clone() } else { Texts::default() })).collect()
    };
    let mut lens = vec![0; branch];
    lens.push(u32::try_from(rows.len()).expect("few"));
    let data = Data {
        day: jiff::civil::date(2025, 9, 30),
        lens,
        units: Arc::new(vec![None; rows.len()]),
        fields: program.fields.iter().map(column).collect(),
        series: program.looks.iter().map(|_| Series { period: None, tables: vec![Arc::default(); branch + 1] }).collect(),
        groups: vec![vec![Arc::default(); branch + 1]; program.orders.len()],
    };
    let screening = Screening::new(Arc::new(program), data);
    let uid = |row: u32| Uid::of_branch("990121", &rows[row as usize][0]);
    let leads: Vec<_> = screening
        .leads()
        .into_iter()
        .filter_map(|hit| screening.lead(&framework, hit, uid(hit.row), Subject::Branch, &rows[hit.row as usize][1]))
        .collect();
    let causes: HashSet<&str> = leads.iter().map(|l| l.rule.as_str()).collect();
    let weak: HashSet<Uid> = leads.iter().map(|l| l.entity).collect();
    assert!(causes.len() >= 8 && (20..60).contains(&weak.len()), "{causes:?} {}", weak.len());
    assert!(leads.iter().all(|l| xiantu::locale::Lang::Zh.words(&xiantu::rules::told(l)).contains('（')));
}

#[test]
fn zones_name_units_and_zones_that_exist() {
    let units = units();
    let zones: HashSet<String> = framework().zones.into_iter().map(|z| z.code).collect();
    let rows = csv("zones").1;
    assert!(rows.iter().all(|row| units.values().any(|level| level.contains_key(&row[0])) && zones.contains(&row[1])));
    assert_eq!(rows.iter().map(|row| &row[1]).collect::<HashSet<_>>().len(), zones.len());
    assert_eq!(zones.len(), 5);
}

/// Our own reader of large files is held against the crate that reads GeoJSON whole: the same codes,
/// kinds of geometry and positions to the last bit, in the same order.
#[test]
fn the_hot_reader_reads_what_the_geojson_crate_reads() {
    use xiantu::gis::read::{GeometryKind, ReadSpec, read_features};
    for layer in sections(&manifest(), "layer") {
        let id_field = text(&layer, "id");
        let path = root().join("maps").join(text(&layer, "file"));
        let bytes = std::fs::read(path).expect("a layer of the demo");
        let spec = ReadSpec { file: text(&layer, "file").to_owned(), id_field: id_field.to_owned(), ..ReadSpec::default() };
        let ours = read_features(&mut &*bytes, None, &spec, &mut Vec::new(), &mut |_| {}).expect("our reader");
        let whole: geojson::GeoJson = String::from_utf8(bytes).expect("UTF-8").parse().expect("the crate's reader");
        let theirs = geojson::FeatureCollection::try_from(whole).expect("a collection").features;
        assert_eq!(ours.records.len(), theirs.len());
        for (record, feature) in ours.records.iter().zip(&theirs) {
            assert_eq!(feature.property(id_field).and_then(|v| v.as_str()), Some(&*record.code));
            assert_eq!(feature.geometry.is_none(), record.kind == GeometryKind::None, "{}", record.code);
            let value = feature.geometry.as_ref().map(|g| serde_json::to_value(g).expect("JSON")["coordinates"].clone());
            let mut expected = Vec::new();
            value.iter().for_each(|v| rings(v, &mut expected));
            let read: Vec<Vec<[f64; 2]>> = ours.rings_deg(record).into_iter().map(<[_]>::to_vec).collect();
            assert_eq!(read, expected, "{}", record.code);
        }
    }
}

/// The rings of a polygon's or multi-polygon's coordinates, not closed.
fn rings(value: &serde_json::Value, out: &mut Vec<Vec<[f64; 2]>>) {
    let list = value.as_array().expect("an array");
    let position = |v: &serde_json::Value| Some([v.get(0)?.as_f64()?, v.get(1)?.as_f64()?]);
    let positions: Option<Vec<[f64; 2]>> = list.iter().map(position).collect();
    match positions {
        Some(mut ring) => {
            ring.pop();
            out.push(ring);
        }
        None => list.iter().for_each(|v| rings(v, out)),
    }
}
