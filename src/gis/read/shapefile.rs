//! Shapefiles: `.shp` with its `.dbf`, and `.shx`, `.cpg`, `.prj` where they are there.
//!
//! Read by the "ESRI Shapefile Technical Description" (1998). Every length and count is held against
//! the bytes that are there and the files against one another, because a shapefile that lost
//! records looks like a smaller one. Records are walked in the order of the `.shp`; the index is only
//! compared.

use std::ops::Range;
use std::sync::Arc;

use super::GeometryKind;
use super::dbf::Table;
use super::gather::Gather;
use super::geometry::{Fault, Shape, Sink};
use super::map::MapInput;
use crate::domain::problem::{Problem, Severity};

/// Bytes of the header of `.shp` and `.shx`.
const HEADER_BYTES: usize = 100;
/// Bytes before the content of a record.
const RECORD_HEADER_BYTES: usize = 8;

/// What is noted where no file names the system.
pub(super) const NO_PRJ: &str = "E_SHP_NO_PRJ";

/// The files of one shapefile.
pub(super) struct Shapefile {
    shp: Arc<[u8]>,
    /// Contents of the records in `shp`.
    records: Vec<Range<usize>>,
    /// What each record must be, or null.
    kind: i32,
    table: Table,
    pub(super) crs: Option<String>,
    pub(super) problems: Vec<Problem>,
}

/// The file with this ending, whatever its case.
fn ending<'i>(inputs: &'i [MapInput], wanted: &str) -> Option<&'i MapInput> {
    inputs.iter().find(|i| i.name.rsplit_once('.').is_some_and(|(_, e)| e.eq_ignore_ascii_case(wanted)))
}

impl Shapefile {
    /// Reads all files. `main` is the `.shp`; `encoding` is what a person said that the texts are in.
    pub(super) fn read(main: &MapInput, inputs: &[MapInput], encoding: Option<&str>) -> Result<Self, Problem> {
        let shp = main.whole()?;
        let kind = header(&shp, main)?;
        let records = walk(&shp, main)?;
        if let Some(index) = ending(inputs, "shx") {
            compare(&index.whole()?, index, &records)?;
        }
        let Some(dbf) = ending(inputs, "dbf") else { return Err(main.problem("E_SHP_NO_DBF")) };
        let declared = match ending(inputs, "cpg") {
            Some(cpg) => Some(String::from_utf8_lossy(&cpg.whole()?).trim_matches(['\u{feff}', '\0', ' ', '\r', '\n']).to_owned()),
            None => None,
        };
        let mut problems = Vec::new();
        let table = Table::read(dbf.whole()?, dbf, encoding, declared.as_deref(), &mut problems)?;
        if table.rows() != records.len() {
            return Err(dbf.problem("E_DBF_ROWS").arg(table.rows()).arg(records.len()));
        }
        let mut crs = None;
        if let Some(prj) = ending(inputs, "prj") {
            let text = String::from_utf8_lossy(&prj.whole()?).trim().to_owned();
            crs = Some(text).filter(|t| !t.is_empty());
        }
        if crs.is_none() {
            problems.push(Problem { severity: Severity::Mark, ..main.problem(NO_PRJ) });
        }
        Ok(Self { shp, records, kind, table, crs, problems })
    }

    /// The features, in the order of the file.
    pub(super) fn each(&self, gather: &mut Gather<'_>) -> Result<(), Problem> {
        for (n, content) in self.records.iter().enumerate() {
            if self.table.is_deleted(n) {
                gather.aside("E_DBF_DELETED", 0);
                continue;
            }
            let mut draft = gather.begin(0);
            for field in 0..self.table.fields.len() {
                let value = self.table.value(n, field, &mut draft.notes)?;
                gather.attribute(&mut draft, &self.table.fields[field].name, value);
            }
            match shape(&self.shp[content.clone()], self.kind, &mut gather.sink) {
                Ok(shape) => draft.shape = shape,
                Err((code, what)) => draft.spoil(&mut gather.sink, code, vec![what]),
            }
            draft.had_z = gather.sink.had_z;
            gather.accept(draft);
        }
        Ok(())
    }
}

fn big(bytes: &[u8], at: usize) -> Option<i32> {
    bytes.get(at..)?.first_chunk().map(|b| i32::from_be_bytes(*b))
}

fn little(bytes: &[u8], at: usize) -> Option<i32> {
    bytes.get(at..)?.first_chunk().map(|b| i32::from_le_bytes(*b))
}

/// A length in 16-bit words, as bytes.
fn words(bytes: &[u8], at: usize) -> Option<usize> {
    usize::try_from(big(bytes, at)?).ok()?.checked_mul(2)
}

/// Checks the header of a `.shp` or `.shx`; gives the kind of its shapes.
fn header(bytes: &[u8], file: &MapInput) -> Result<i32, Problem> {
    let stated = words(bytes, 24).filter(|_| bytes.len() >= HEADER_BYTES);
    let (Some(stated), Some(9994), Some(1000), Some(kind)) = (stated, big(bytes, 0), little(bytes, 28), little(bytes, 32)) else {
        return Err(file.problem("E_SHP_HEADER"));
    };
    if stated != bytes.len() {
        return Err(file.problem("E_SHP_LENGTH").arg(stated).arg(bytes.len()));
    }
    if matches!(kind, 0 | 1 | 3 | 5 | 8 | 11 | 13 | 15 | 18 | 21 | 23 | 25 | 28) {
        Ok(kind)
    } else {
        Err(file.problem("E_SHP_KIND").arg(kind))
    }
}

/// Walks the records of a `.shp` to its end.
fn walk(shp: &[u8], file: &MapInput) -> Result<Vec<Range<usize>>, Problem> {
    let mut records = Vec::new();
    let mut at = HEADER_BYTES;
    while at < shp.len() {
        let number = records.len() + 1;
        let wrong = |what: &str| file.problem("E_SHP_RECORD").record(number as u64).arg(what);
        let start = at + RECORD_HEADER_BYTES;
        let (Some(stated), Some(length)) = (big(shp, at), words(shp, at + 4)) else { return Err(wrong("header")) };
        let end = start.checked_add(length).filter(|end| *end <= shp.len()).ok_or_else(|| wrong("length"))?;
        if usize::try_from(stated) != Ok(number) {
            return Err(wrong("number"));
        }
        if length < 4 {
            return Err(wrong("length"));
        }
        records.push(start..end);
        at = end;
    }
    Ok(records)
}

/// Compares the index with the records that are there.
fn compare(shx: &[u8], file: &MapInput, records: &[Range<usize>]) -> Result<(), Problem> {
    header(shx, file)?;
    let (entries, odd) = shx[HEADER_BYTES..].as_chunks::<8>();
    if !odd.is_empty() || entries.len() != records.len() {
        return Err(file.problem("E_SHP_INDEX").arg(entries.len()).arg(records.len()));
    }
    for (n, (entry, record)) in entries.iter().zip(records).enumerate() {
        let found = (words(entry, 0), words(entry, 4));
        if found != (Some(record.start - RECORD_HEADER_BYTES), Some(record.len())) {
            return Err(file.problem("E_SHP_INDEX_RECORD").record(n as u64 + 1));
        }
    }
    Ok(())
}

/// One record's shape. Measures are passed over, heights noted.
fn shape(content: &[u8], file_kind: i32, sink: &mut Sink) -> Result<Shape, Fault> {
    let damaged = |what: &str| ("E_SHP_SHAPE", what.to_owned());
    let kind = little(content, 0).ok_or_else(|| damaged("type"))?;
    if kind == 0 {
        return Ok(Shape::default());
    }
    if kind != file_kind {
        return Err(damaged("type"));
    }
    let (base, dimension) = (kind % 10, kind / 10);
    sink.had_z = dimension == 1;
    // Ordinates behind x and y: height and measure of a Z shape, the measure being optional.
    let position = |at: usize| Some([real(content, at)?, real(content, at + 8)?]);
    if base == 1 {
        let start = sink.coords.len();
        let [x, y] = position(4).ok_or_else(|| damaged("point"))?;
        sink.place(x, y)?;
        sink.end_if_any(start)?;
        return Ok(Shape { kind: GeometryKind::Point, ..Shape::default() });
    }
    let count = |at: usize| little(content, at).and_then(|n| usize::try_from(n).ok());
    let (parts, points, first) = match base {
        8 => (0, count(36).ok_or_else(|| damaged("points"))?, 40),
        _ => {
            let (parts, points) = (count(36).ok_or_else(|| damaged("parts"))?, count(40).ok_or_else(|| damaged("points"))?);
            let first = parts.checked_mul(4).and_then(|n| n.checked_add(44)).ok_or_else(|| damaged("parts"))?;
            (parts, points, first)
        }
    };
    // Counts are believed only as far as there are bytes for them.
    let extra = if dimension == 1 { 8 } else { 0 };
    let needed = points.checked_mul(16 + extra).and_then(|n| n.checked_add(first + if extra > 0 { 16 } else { 0 }));
    if needed.is_none_or(|n| n > content.len()) {
        return Err(damaged("points"));
    }
    let begins: Vec<usize> = if base == 8 { vec![0] } else { (0..parts).filter_map(|n| count(44 + 4 * n)).collect() };
    let ordered = begins.windows(2).all(|w| w[0] < w[1]) && begins.last().is_none_or(|last| *last < points);
    if (base != 8 && begins.len() != parts)
        || !ordered
        || begins.first().is_some_and(|b| *b != 0)
        || (parts == 0 && base != 8 && points > 0)
    {
        return if points == 0 { Ok(Shape::default()) } else { Err(damaged("parts")) };
    }
    let before = sink.coords.len();
    for (n, begin) in begins.iter().enumerate() {
        let start = sink.coords.len();
        for point in *begin..begins.get(n + 1).copied().unwrap_or(points) {
            let [x, y] = position(first + 16 * point).ok_or_else(|| damaged("points"))?;
            sink.place(x, y)?;
        }
        sink.end_if_any(start)?;
    }
    let kind = match base {
        _ if sink.coords.len() == before => GeometryKind::None,
        3 => GeometryKind::Line,
        5 => GeometryKind::Polygon,
        _ => GeometryKind::Point,
    };
    Ok(Shape { kind, ..Shape::default() })
}

fn real(bytes: &[u8], at: usize) -> Option<f64> {
    bytes.get(at..)?.first_chunk().map(|b| f64::from_le_bytes(*b))
}

#[cfg(test)]
mod tests;
