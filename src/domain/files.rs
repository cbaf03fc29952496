//! What lies in a folder, for choosing files to import.

use std::path::PathBuf;

use jiff::civil::Date;

/// Most entries of a folder that are listed; the rest is counted.
pub const LISTED_MAX: usize = 2000;

/// What a file seems to be by the ending of its name. What it is, its content says when it is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FileKind {
    /// A folder.
    Folder,
    /// Boundaries.
    Map,
    /// A table.
    Table,
    /// A zip of files.
    Archive,
    /// Nothing that is known by its name; it may be chosen all the same.
    Other,
}

impl FileKind {
    /// The kind of a file by the ending of its name.
    #[must_use]
    pub fn of_name(name: &str) -> Self {
        let Some((_, ending)) = name.rsplit_once('.') else { return Self::Other };
        match ending.to_ascii_lowercase().as_str() {
            "geojson" | "json" | "geojsonl" | "ndjson" | "topojson" | "shp" | "gpkg" => Self::Map,
            "xlsx" | "xlsm" | "xls" | "et" | "ods" | "csv" | "tsv" | "txt" | "docx" | "db" | "sqlite" | "sqlite3" => Self::Table,
            "zip" => Self::Archive,
            _ => Self::Other,
        }
    }
}

/// A file or folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileEntry {
    /// Where it is.
    pub path: PathBuf,
    /// Its name, for the eye.
    pub name: String,
    /// What it seems to be.
    pub kind: FileKind,
    /// Size, bytes; 0 for a folder.
    pub size_bytes: u64,
    /// The day it was last written.
    pub modified: Option<Date>,
}

/// A folder: folders first, then files, each by name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FileList {
    /// The folder, in full.
    pub dir: PathBuf,
    /// The folder above it.
    pub parent: Option<PathBuf>,
    /// What is in it; what begins with a dot is left out.
    pub entries: Vec<FileEntry>,
    /// Entries beyond [`LISTED_MAX`].
    pub left_out: usize,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_says_what_a_file_may_be() {
        for (name, kind) in [
            ("乡镇.GeoJSON", FileKind::Map),
            ("2025-10.xlsx", FileKind::Table),
            ("一季度.et", FileKind::Table),
            ("全部.zip", FileKind::Archive),
            ("说明", FileKind::Other),
            ("a.pdf", FileKind::Other),
        ] {
            assert_eq!(FileKind::of_name(name), kind, "{name}");
        }
    }
}
