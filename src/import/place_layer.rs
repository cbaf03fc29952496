//! Points and lines of a map as a table: properties are columns, the shape is one more in WKT.

use std::io::Read as _;
use std::path::Path;

use super::book::{Book, Format, Grid, Kind};
use super::record::{WKT, to_wkt};
use crate::domain::problem::{Problem, Severity};
use crate::gis::read::{Content, Features, FieldSample, GeometryKind, MapChoice, MapFile, MapFormat, MapInput, Overview, ReadSpec};

/// Bytes by which a map is told from a table.
const HEAD_BYTES: u64 = 64;
/// Properties that one pass over a file reads beside the code.
const PER_PASS: usize = 3;

/// A map file as a table; `None` for what is no map.
///
/// # Errors
/// Whatever refuses the file.
pub(super) fn of_file(path: &Path, shown_as: &str) -> Result<Option<Book>, Problem> {
    // A table of text may look like a broken map; a map begins like one.
    let mut head = Vec::new();
    let read = std::fs::File::open(path).and_then(|file| file.take(HEAD_BYTES).read_to_end(&mut head));
    read.map_err(|e| Problem::new("E_IMPORT_READ", Severity::Refused, shown_as).arg(e))?;
    let text = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&head).trim_ascii_start();
    if !text.starts_with(b"{") && !text.starts_with(b"[") {
        return Ok(None);
    }
    let input = MapInput { name: shown_as.to_owned(), content: Content::Path(path.to_owned()) };
    if !matches!(input.format()?, MapFormat::GeoJson | MapFormat::TopoJson) {
        return Ok(None);
    }
    let file = MapFile::open(vec![input], &MapChoice::default())?;
    let overview = file.overview(&mut |_| {})?;
    let mut problems = Vec::new();
    let mut book = book(&file, &overview, shown_as, None, &mut problems)?;
    book.notes.append(&mut problems);
    Ok(Some(book))
}

/// The features of a map as a sheet whose rows are numbered like them.
///
/// # Errors
/// `E_PLACE_SHAPE` where it has areas or nothing at all, and whatever refuses the file.
pub(super) fn book(
    file: &MapFile,
    overview: &Overview,
    shown_as: &str,
    crs: Option<&str>,
    problems: &mut Vec<Problem>,
) -> Result<Book, Problem> {
    let refused = || Problem::new("E_PLACE_SHAPE", Severity::Refused, shown_as);
    if overview.areas > 0 || overview.points + overview.lines == 0 {
        return Err(refused());
    }
    // A feature without a code is left out by the reader: the field that is filled most often is taken for it.
    let id = overview.fields.iter().min_by_key(|f| (f.empty, f.name == "@id", std::cmp::Reverse(f.distinct))).ok_or_else(refused)?;
    let others: Vec<&FieldSample> = overview.fields.iter().filter(|f| f.name != id.name && f.name != "@id").collect();
    let mut passes: Vec<Features> = Vec::new();
    for (n, fields) in others.chunks(PER_PASS).chain(others.is_empty().then_some(&[][..])).enumerate() {
        let name = |at: usize| fields.get(at).map(|f: &&FieldSample| f.name.clone());
        let spec = ReadSpec {
            file: shown_as.to_owned(),
            id_field: id.name.clone(),
            name_field: name(0),
            parent_field: name(1),
            area_field: name(2),
            crs: crs.map(str::to_owned),
        };
        // Every pass finds the same faults.
        let mut again = Vec::new();
        passes.push(file.features(&spec, if n == 0 { problems } else { &mut again }, &mut |_| {})?);
    }
    let mut grid = Grid::new("");
    grid.begin(1, false);
    let headings = std::iter::once(id).chain(others.iter().copied()).map(|f| f.name.as_str()).chain([WKT]);
    headings.enumerate().for_each(|(column, text)| grid.push(column, Kind::Text, text));
    let first = &passes[0];
    for (n, record) in first.records.iter().enumerate() {
        // Below the headings, in the order of the features.
        grid.begin(u32::try_from(record.record + 1).unwrap_or(u32::MAX), false);
        grid.push(0, Kind::Text, &record.code);
        for (pass, features) in passes.iter().enumerate() {
            let record = &features.records[n];
            let texts = [&record.name, &record.parent, &record.area];
            for (at, text) in texts.into_iter().enumerate().take(others.len().saturating_sub(pass * PER_PASS)) {
                grid.push(1 + pass * PER_PASS + at, Kind::Text, text.as_deref().unwrap_or_default());
            }
        }
        if matches!(record.kind, GeometryKind::Point | GeometryKind::Line) {
            grid.push(1 + others.len(), Kind::Text, &to_wkt(&first.rings_deg(record)));
        }
    }
    grid.finish();
    let mut book = Book::new(shown_as, Format::Delimited);
    book.sheets.push(grid);
    Ok(book)
}
