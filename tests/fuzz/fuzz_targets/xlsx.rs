//! Any text as a worksheet; its first line, if it begins with `<sst`, as the shared strings.
#![no_main]

use std::io::{Cursor, Write as _};

use libfuzzer_sys::fuzz_target;
use xiantu::import::book::{BookOptions, read_book};
use zip::write::{SimpleFileOptions, ZipWriter};

const RELATIONS: &str = r#"<Relationships><Relationship Id="r1" Type="x/officeDocument" Target="xl/workbook.xml"/></Relationships>"#;
const WORKBOOK: &str = r#"<workbook xmlns:r="x"><sheets><sheet name="s" sheetId="1" r:id="r1"/></sheets></workbook>"#;
const SHEETS: &str = r#"<Relationships><Relationship Id="r1" Type="x/worksheet" Target="worksheets/sheet1.xml"/></Relationships>"#;

fuzz_target!(|data: &[u8]| {
    let (strings, sheet) = match data.iter().position(|b| *b == b'\n') {
        Some(end) if data.starts_with(b"<sst") => data.split_at(end),
        _ => (&b"<sst><si><t>a</t></si></sst>"[..], data),
    };
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, part) in [
        ("_rels/.rels", RELATIONS.as_bytes()),
        ("xl/workbook.xml", WORKBOOK.as_bytes()),
        ("xl/_rels/workbook.xml.rels", SHEETS.as_bytes()),
        ("xl/sharedStrings.xml", strings),
        ("xl/worksheets/sheet1.xml", sheet),
    ] {
        zip.start_file(name, SimpleFileOptions::default()).expect("memory");
        zip.write_all(part).expect("memory");
    }
    let bytes = zip.finish().expect("memory").into_inner();
    let _ = read_book(&bytes, "fuzz.xlsx", &BookOptions::default());
});
