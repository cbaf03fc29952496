//! Which numbers of the older formats are shown in percent: 0.6361 and 63.61 % are the same number.
//!
//! calamine 0.38 reads the number formats of both but hands out dates only, so they are read here, beside
//! it: OpenDocument says it at the cell (ODF 1.3, 19.387 `office:value-type`), the binary format in the
//! chain cell → XF → Format ([MS-XLS] 2.4.353, 2.4.126) of the stream in its compound file ([MS-CFB]).

use rustc_hash::FxHashSet;

use quick_xml::events::Event;

use super::limits::{CELLS_MAX, COLUMNS_MAX, SHEETS_MAX};
use super::xml::{Part, attribute};
use crate::domain::problem::Problem;

/// Rows and columns, from 0, of the numbers of one sheet that are shown in percent.
pub(super) type Shown = FxHashSet<(u32, u32)>;

/// The sheets of `content.xml` of an OpenDocument spreadsheet, in order.
pub(super) fn of_document<R: std::io::BufRead>(mut part: Part<'_, R>) -> Result<Vec<Shown>, Problem> {
    let (mut sheets, mut buffer): (Vec<Shown>, Vec<u8>) = Default::default();
    let (mut row, mut column, mut rows, mut found) = (0_u32, 0_u32, 1_u32, 0);
    let mut in_table = 0;
    while let Some(event) = part.next(&mut buffer)? {
        match event {
            Event::Start(e) => {
                let repeated = |name: &str| attribute(&e, name).and_then(|n| n.parse::<u32>().ok()).unwrap_or(1);
                match e.local_name().as_ref() {
                    "table" => {
                        in_table += 1;
                        if in_table == 1 && sheets.len() < SHEETS_MAX {
                            sheets.push(Shown::default());
                            (row, rows) = (0, 0);
                        }
                    }
                    // What was deleted while changes were tracked stands outside of any table.
                    "table-row" if in_table == 1 => {
                        row = row.saturating_add(rows);
                        (column, rows) = (0, repeated("number-rows-repeated"));
                    }
                    "table-cell" | "covered-table-cell" if in_table == 1 => {
                        let columns = repeated("number-columns-repeated");
                        if attribute(&e, "value-type").as_deref() == Some("percentage") {
                            let wide = column..column.saturating_add(columns).min(COLUMNS_MAX);
                            for r in row..row.saturating_add(rows) {
                                found += wide.len();
                                if found > CELLS_MAX {
                                    return Ok(sheets);
                                }
                                sheets.iter_mut().last().into_iter().for_each(|s| s.extend(wide.clone().map(|c| (r, c))));
                            }
                        }
                        column = column.saturating_add(columns);
                    }
                    _ => {}
                }
            }
            Event::End(e) if e.local_name().as_ref() == "table" => in_table -= 1,
            _ => {}
        }
    }
    Ok(sheets)
}

/// The sheets of a binary workbook, in order; `None` where it does not say how its numbers are shown.
pub(super) fn of_workbook(bytes: &[u8]) -> Option<Vec<Shown>> {
    let stream = stream(bytes)?;
    let (mut percent, mut formats, mut places): (FxHashSet<u16>, Vec<u16>, Vec<u32>) = Default::default();
    // 0% and 0.00% are built in.
    percent.extend([9, 10]);
    let mut version = 0;
    for (kind, data) in records(&stream) {
        match kind {
            EOF => break,
            BOF => version = word(data, 0)?,
            FORMAT => {
                let format = word(data, 0)?;
                if shows_percent(data, version)? {
                    percent.insert(format);
                } else {
                    percent.remove(&format);
                }
            }
            XF => formats.push(word(data, 2)?),
            BOUND_SHEET if places.len() < SHEETS_MAX => places.push(long(data, 0)?),
            _ => {}
        }
    }
    if formats.is_empty() {
        return None;
    }
    let is_percent = |format: u16| formats.get(usize::from(format)).is_some_and(|f| percent.contains(f));
    places.into_iter().map(|place| cells(stream.get(place as usize..)?, &is_percent)).collect()
}

// Records of a binary workbook, [MS-XLS] 2.3.
const EOF: u16 = 0x000A;
const BOF: u16 = 0x0809;
const BOUND_SHEET: u16 = 0x0085;
const FORMAT: u16 = 0x041E;
const XF: u16 = 0x00E0;
const FORMULA: u16 = 0x0006;
const NUMBER: u16 = 0x0203;
const RK: u16 = 0x027E;
const MUL_RK: u16 = 0x00BD;

/// The numbers of a sheet, which begins its part of the stream.
fn cells(stream: &[u8], is_percent: &dyn Fn(u16) -> bool) -> Option<Shown> {
    let (mut out, mut depth) = (Shown::default(), 0);
    for (kind, data) in records(stream) {
        match kind {
            BOF => depth += 1,
            EOF => depth -= 1,
            // A chart in the sheet has its own records.
            NUMBER | RK | FORMULA if depth == 1 && is_percent(word(data, 4)?) => {
                out.insert((word(data, 0)?.into(), word(data, 2)?.into()));
            }
            MUL_RK if depth == 1 => {
                let (row, first) = (word(data, 0)?, word(data, 2)?);
                let several = data.get(4..data.len().checked_sub(2)?)?;
                for (n, one) in (0_u32..).zip(several.chunks_exact(6)) {
                    if is_percent(word(one, 0)?) {
                        out.insert((row.into(), u32::from(first) + n));
                    }
                }
            }
            _ => {}
        }
        if depth == 0 {
            break;
        }
    }
    Some(out)
}

/// Whether the text of a format has a percent sign: letters of a byte before version 8, from then on of two
/// where a flag says so.
fn shows_percent(format: &[u8], version: u16) -> Option<bool> {
    const VERSION_8: u16 = 0x0600;
    if version < VERSION_8 {
        return Some(format.get(3..)?.contains(&b'%'));
    }
    let text = format.get(5..)?;
    let is_wide = format[4] & 1 == 1;
    Some(if is_wide { text.chunks_exact(2).any(|letter| letter == [b'%', 0]) } else { text.contains(&b'%') })
}

/// Kind and data of each record; they end where one is cut off.
fn records(mut stream: &[u8]) -> impl Iterator<Item = (u16, &[u8])> {
    std::iter::from_fn(move || {
        let (kind, long) = (word(stream, 0)?, usize::from(word(stream, 2)?));
        let data = stream.get(4..4 + long)?;
        stream = &stream[4 + long..];
        Some((kind, data))
    })
}

/// The stream of a workbook in a compound file.
fn stream(bytes: &[u8]) -> Option<Vec<u8>> {
    const ENTRY_BYTES: usize = 128;
    const FAT_IN_HEADER: usize = 109;
    let size = 1_usize.checked_shl(word(bytes, 30)?.into()).filter(|size| matches!(size, 512 | 4096))?;
    let sector = |n: u32| bytes.get((n as usize + 1).checked_mul(size)?..)?.get(..size);
    // Which sectors hold the table of sectors: the first of them in the header, the others in a chain of their own.
    let mut listed: Vec<u32> = (0..FAT_IN_HEADER).filter_map(|n| long(bytes, 76 + 4 * n)).collect();
    let mut next = long(bytes, 68)?;
    for _ in 0..bytes.len() / size {
        let Some(more) = sector(next) else { break };
        let longs = size / 4 - 1;
        listed.extend((0..longs).filter_map(|n| long(more, 4 * n)));
        next = long(more, 4 * longs)?;
    }
    let table: Vec<u32> = listed.into_iter().map_while(sector).flat_map(|s| s.chunks_exact(4).filter_map(|four| long(four, 0))).collect();
    let chain = |first: u32| {
        let mut out = Vec::new();
        let mut at = first;
        // Longer than the file is a ring.
        while out.len() < bytes.len()
            && let Some(data) = sector(at)
        {
            out.extend_from_slice(data);
            at = *table.get(at as usize)?;
        }
        Some(out)
    };
    let directory = chain(long(bytes, 48)?)?;
    let named = |name: &str| {
        let name: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
        directory
            .chunks_exact(ENTRY_BYTES)
            .find(|entry| usize::from(word(entry, 64).unwrap_or_default()) == name.len() + 2 && entry.starts_with(&name))
    };
    let entry = named("Workbook").or_else(|| named("Book"))?;
    let long_enough = long(entry, 120)? >= long(bytes, 56)?;
    // A stream that is shorter lies elsewhere: programs write none.
    long_enough.then(|| chain(long(entry, 116)?)).flatten()
}

fn word(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..at + 2)?.try_into().ok().map(u16::from_le_bytes)
}

fn long(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..at + 4)?.try_into().ok().map(u32::from_le_bytes)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn document(rows: &str) -> Vec<Vec<(u32, u32)>> {
        let xml = format!(
            "<c xmlns:table=\"t\" xmlns:office=\"o\"><table:tracked-changes><table:table-cell office:value-type=\"percentage\"/>\
             </table:tracked-changes><table:table>{rows}</table:table><table:table/></c>"
        );
        let sheets = of_document(Part::new(xml.as_bytes(), "a.ods", "content.xml")).expect("it is in order");
        let sorted = |shown: Shown| {
            let mut cells: Vec<_> = shown.into_iter().collect();
            cells.sort_unstable();
            cells
        };
        sheets.into_iter().map(sorted).collect()
    }

    #[test]
    fn cells_of_a_document_stand_where_repeated_ones_put_them() {
        let cell = |kind: &str, more: &str| format!("<table:table-cell office:value-type=\"{kind}\" {more}/>");
        let rows = [
            "<table:table-row table:number-rows-repeated=\"3\"><table:table-cell/></table:table-row><table:table-row>".to_owned(),
            cell("float", "table:number-columns-repeated=\"2\""),
            cell("percentage", "table:number-columns-repeated=\"2\""),
            "<table:covered-table-cell/>".to_owned(),
            cell("percentage", ""),
            "</table:table-row>".to_owned(),
        ];
        assert_eq!(document(&rows.concat()), [vec![(3, 2), (3, 3), (3, 5)], vec![]]);
        // As many as a program leaves at the end of a sheet.
        let far = "<table:table-row table:number-rows-repeated=\"1048576\"><table:table-cell table:number-columns-repeated=\"16384\"/></table:table-row>";
        assert_eq!(document(far), [vec![], vec![]]);
    }

    #[test]
    fn a_percent_sign_is_one_in_letters_of_either_width() {
        let wide = |text: &str| [&[164, 0, 5, 0, 1][..], &text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>()].concat();
        assert_eq!(shows_percent(&wide("0.0 %"), 0x0600), Some(true));
        // U+2500 and U+0125 have the byte of the sign in them; so has a length of 37.
        assert_eq!(shows_percent(&wide("0\u{2500}\u{125}"), 0x0600), Some(false));
        assert_eq!(shows_percent(b"\xa4\x00\x25\x00\x00General", 0x0600), Some(false));
        assert_eq!(shows_percent(b"\xa4\x00\x02\x00\x000%", 0x0600), Some(true));
        assert_eq!(shows_percent(b"\xa4\x00\x020%", 0x0500), Some(true));
        assert_eq!(shows_percent(b"\xa4", 0x0600), None);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn anything_at_all_is_read_without_a_panic(head in prop::collection::vec(any::<u8>(), 0..600), tail in prop::collection::vec(any::<u8>(), 0..2_000)) {
            let mut bytes = head;
            bytes.resize(512, 0);
            // A header that leads somewhere.
            bytes[30..32].copy_from_slice(&9_u16.to_le_bytes());
            bytes[48..52].copy_from_slice(&0_u32.to_le_bytes());
            bytes[76..80].copy_from_slice(&1_u32.to_le_bytes());
            bytes.extend(tail);
            let _ = of_workbook(&bytes);
        }
    }
}
