//! A table of a database with a geometry in each row: what the store reads from a GeoPackage.

use std::borrow::Cow;

use super::gather::Gather;
use super::wkb;

/// A row: its texts and its geometry.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Row {
    /// What stands in its columns, as written; `None` where nothing does.
    pub cells: Vec<Option<String>>,
    /// Its geometry as WKB, with or without GeoPackage's header; empty where there is none.
    pub geometry: Vec<u8>,
}

/// A table with geometries.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RowLayer {
    /// The table's name.
    pub name: String,
    /// Names of its columns without the geometry.
    pub headings: Vec<String>,
    /// Its rows.
    pub rows: Vec<Row>,
    /// The system of its numbers, as [`crate::gis::crs::Crs::parse`] takes it.
    pub crs: Option<String>,
}

impl RowLayer {
    pub(super) fn each(&self, gather: &mut Gather<'_>) {
        for row in &self.rows {
            let mut draft = gather.begin(0);
            for (name, cell) in self.headings.iter().zip(&row.cells) {
                gather.attribute(&mut draft, name, cell.as_deref().map(Cow::Borrowed));
            }
            if !row.geometry.is_empty() {
                match wkb::read(&row.geometry, &mut gather.sink) {
                    Ok(shape) => draft.shape = shape,
                    Err((code, what)) => draft.spoil(&mut gather.sink, code, vec![what]),
                }
            }
            draft.had_z = gather.sink.had_z;
            gather.accept(draft);
        }
    }
}
