//! GeoPackages: tables of an office's SQLite file with a geometry in each row.
//!
//! The file is copied and read as `store::foreign` does. Its geometries stay bytes here; `gis::read`
//! decodes them.

use std::path::Path;

use rusqlite::types::ValueRef;
use rusqlite::{Connection, OptionalExtension as _};

use super::foreign::{copy, plain_table, quoted, text, wrong_in};
use crate::domain::problem::{Problem, Severity};
use crate::gis::read::{MapFile, Row, RowLayer};

/// Largest geometry, bytes.
const BLOB_MAX_BYTES: usize = 64 << 20;

/// A table with geometries, as the GeoPackage lists it.
struct Listed {
    table: String,
    column: String,
    srs: i64,
}

/// Opens a GeoPackage, one of its tables: the one named, else the first.
///
/// # Errors
/// The problem for which it is refused: no database, no GeoPackage, no such table.
pub fn open(path: &Path, shown_as: &str, layer: Option<&str>) -> Result<MapFile, Problem> {
    let wrong = wrong_in(shown_as);
    let refused = |code: &str| Problem::new(code, Severity::Refused, shown_as);
    let copy = copy(path, shown_as)?;
    let is_one = ["gpkg_contents", "gpkg_geometry_columns"].iter().try_fold(true, |all, t| Ok(all && plain_table(&copy, t)?.is_some()));
    if !is_one.map_err(wrong)? {
        return Err(refused("E_GPKG_TABLES"));
    }
    let listed = listed(&copy).map_err(wrong)?;
    let layers: Vec<String> = listed.iter().map(|l| l.table.clone()).collect();
    let found = match layer {
        Some(name) => listed.iter().find(|l| l.table == name),
        None => listed.first(),
    };
    let Some(found) = found else {
        return Err(match layer {
            Some(name) => refused("E_MAP_LAYER").arg(name).arg(layers.join(", ")),
            None => refused("E_GEOJSON_NO_FEATURES"),
        });
    };
    if plain_table(&copy, &found.table).map_err(wrong)?.is_none() {
        return Err(refused("E_TABLE_NOT_THERE").arg(&found.table));
    }
    let crs = system(&copy, found.srs).map_err(wrong)?;
    let rows =
        rows(&copy, found, crs).map_err(wrong)?.map_err(|columns| refused("E_TABLE_COLUMN").arg(&found.column).arg(columns.join(", ")))?;
    Ok(MapFile::of_rows(shown_as, layers, layer.is_some(), rows))
}

/// The tables of features, in the order of their names.
fn listed(copy: &Connection) -> rusqlite::Result<Vec<Listed>> {
    let mut statement = copy.prepare(
        "SELECT c.table_name, g.column_name, g.srs_id FROM gpkg_contents c \
         JOIN gpkg_geometry_columns g ON g.table_name = c.table_name WHERE c.data_type = 'features' ORDER BY 1",
    )?;
    let found = statement.query_map([], |row| Ok(Listed { table: row.get(0)?, column: row.get(1)?, srs: row.get(2)? }))?;
    found.collect()
}

/// The system of a number: its EPSG code, else its definition; `None` for the two that mean unknown.
fn system(copy: &Connection, srs: i64) -> rusqlite::Result<Option<String>> {
    if srs <= 0 || plain_table(copy, "gpkg_spatial_ref_sys")?.is_none() {
        return Ok(None);
    }
    let query = "SELECT organization, organization_coordsys_id, definition FROM gpkg_spatial_ref_sys WHERE srs_id = ?1";
    let found: Option<(String, i64, String)> =
        copy.query_row(query, [srs], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).optional()?;
    Ok(found.map(|(organization, code, definition)| match organization.eq_ignore_ascii_case("EPSG") {
        true => format!("EPSG:{code}"),
        false => definition,
    }))
}

/// The rows of a table; its columns where it has no such column of geometries.
fn rows(copy: &Connection, listed: &Listed, crs: Option<String>) -> rusqlite::Result<Result<RowLayer, Vec<String>>> {
    let mut statement = copy.prepare(&["SELECT * FROM ", &quoted(&listed.table)].concat())?;
    let columns: Vec<String> = statement.column_names().map(str::to_owned).collect();
    let Some(geometry) = columns.iter().position(|c| c.eq_ignore_ascii_case(&listed.column)) else { return Ok(Err(columns)) };
    let headings = columns.iter().enumerate().filter(|(n, _)| *n != geometry).map(|(_, c)| c.clone()).collect();
    let mut layer = RowLayer { name: listed.table.clone(), headings, rows: Vec::new(), crs };
    let mut found = statement.query([])?;
    while let Some(row) = found.next()? {
        let mut out = Row::default();
        for n in 0..columns.len() {
            match row.get_ref(n)? {
                ValueRef::Blob(blob) if n == geometry => {
                    out.geometry = blob.get(..blob.len().min(BLOB_MAX_BYTES)).unwrap_or_default().to_vec()
                }
                // Something that is no blob is no geometry either; its bytes say so.
                ValueRef::Null if n == geometry => {}
                other if n == geometry => out.geometry = text(other).into_bytes(),
                ValueRef::Null | ValueRef::Blob(_) => out.cells.push(None),
                other => out.cells.push(Some(text(other))),
            }
        }
        layer.rows.push(out);
    }
    Ok(Ok(layer))
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;
    use crate::gis::read::{MapFormat, ReadSpec};

    /// A GeoPackage with two tables of the system, and a square in each row.
    fn make(folder: &tempfile::TempDir, srs: (&str, i64), blobs: &[&[u8]]) -> PathBuf {
        let path = folder.path().join("a.gpkg");
        let db = Connection::open(&path).expect("a database");
        db.execute_batch(
            "CREATE TABLE gpkg_spatial_ref_sys (srs_name TEXT, srs_id INTEGER, organization TEXT, organization_coordsys_id INTEGER, definition TEXT);
             CREATE TABLE gpkg_contents (table_name TEXT, data_type TEXT, srs_id INTEGER);
             CREATE TABLE gpkg_geometry_columns (table_name TEXT, column_name TEXT, srs_id INTEGER);
             INSERT INTO gpkg_contents VALUES ('边界', 'features', 1), ('表', 'attributes', 0), ('点', 'features', 1);
             INSERT INTO gpkg_geometry_columns VALUES ('边界', 'geom', 1), ('点', 'geom', 1);
             CREATE TABLE 边界 (fid INTEGER PRIMARY KEY, geom BLOB, 编码 TEXT, 面积 REAL);
             CREATE TABLE 点 (fid INTEGER PRIMARY KEY, 编码 TEXT, GEOM BLOB);",
        )
        .expect("tables");
        db.execute("INSERT INTO gpkg_spatial_ref_sys VALUES ('x', 1, ?1, ?2, 'undefined')", srs).expect("a system");
        for (n, blob) in blobs.iter().enumerate() {
            db.execute("INSERT INTO 边界 VALUES (?1, ?2, ?3, 1.5)", (n + 5, blob, format!("00{n}"))).expect("a row");
        }
        path
    }

    fn square([x, y]: [f64; 2], size: f64) -> Vec<u8> {
        let mut out = b"GP\0\x01\0\0\0\0\x01\x03\0\0\0\x01\0\0\0\x05\0\0\0".to_vec();
        for [dx, dy] in [[0.0, 0.0], [size, 0.0], [size, size], [0.0, size], [0.0, 0.0]] {
            out.extend((x + dx).to_le_bytes());
            out.extend((y + dy).to_le_bytes());
        }
        out
    }

    fn spec(id_field: &str) -> ReadSpec {
        ReadSpec { file: "a.gpkg".to_owned(), id_field: id_field.to_owned(), ..ReadSpec::default() }
    }

    #[test]
    fn rows_become_features_in_degrees() {
        let folder = tempfile::tempdir().expect("a folder");
        let blob = square([36_450_000.0, 4_000_000.0], 1000.0);
        let path = make(&folder, ("EPSG", 4524), &[&blob, b"", b"GP\0\x01", &blob[..40]]);
        let before = std::fs::read(&path).expect("the file");
        let map = open(&path, "a.gpkg", None).expect("a map");
        assert_eq!(
            (map.format(), map.layers(), map.layer()),
            (MapFormat::GeoPackage, &["点".to_owned(), "边界".to_owned()][..], Some("点"))
        );
        let map = open(&path, "a.gpkg", Some("边界")).expect("a map");
        let overview = map.overview(&mut |_| {}).expect("features");
        assert_eq!(overview.crs.as_deref(), Some("EPSG:4524"));
        let fields: Vec<_> = overview.fields.iter().map(|f| (f.name.as_str(), f.values[0].as_str())).collect();
        assert_eq!(fields, [("fid", "5"), ("编码", "000"), ("面积", "1.5")]);
        let mut problems = Vec::new();
        let features = map.features(&spec("编码"), &mut problems, &mut |_| {}).expect("features");
        assert_eq!(features.records.iter().map(|r| r.code.as_str()).collect::<Vec<_>>(), ["000", "001", "002", "003"]);
        assert_eq!(problems.iter().map(|p| p.code.as_str()).collect::<Vec<_>>(), ["E_GEOM_NONE", "E_WKB", "E_WKB"]);
        let [x, y] = features.coords_deg[0];
        assert!((x - 107.444_549_643_1).abs() < 1e-9 && (y - 36.129_005_086_4).abs() < 1e-9);
        assert_eq!(std::fs::read(&path).expect("the file"), before, "nothing was written");
        assert_eq!(std::fs::read_dir(folder.path()).expect("the folder").count(), 1);
    }

    #[test]
    fn what_is_no_geopackage_is_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = make(&folder, ("NONE", 0), &[&square([107.0, 36.0], 0.1)]);
        let code = |layer| open(&path, "a.gpkg", layer).err().map(|p| p.code);
        assert_eq!(code(Some("没有")).as_deref(), Some("E_MAP_LAYER"));
        let map = open(&path, "a.gpkg", Some("边界")).expect("a map");
        let refused = map.features(&spec("编码"), &mut Vec::new(), &mut |_| {}).err().map(|p| p.to_string());
        assert_eq!(refused.as_deref(), Some("E_CRS_UNKNOWN a.gpkg [crs]: undefined"));
        Connection::open(&path).and_then(|c| c.execute_batch("DROP TABLE 边界; CREATE VIEW 边界 AS SELECT 1 AS geom;")).expect("a view");
        assert_eq!(code(Some("边界")).as_deref(), Some("E_TABLE_NOT_THERE"));
        Connection::open(&path).and_then(|c| c.execute_batch("DROP TABLE gpkg_contents")).expect("a drop");
        assert_eq!(code(None).as_deref(), Some("E_GPKG_TABLES"));
        std::fs::write(&path, "no database").expect("a file");
        assert_eq!(code(None).as_deref(), Some("E_FOREIGN_DAMAGED"));
    }
}
