//! Any text as the part of a document that holds its tables.
#![no_main]

use std::io::{Cursor, Write as _};

use libfuzzer_sys::fuzz_target;
use xiantu::import::book::{BookOptions, read_book};
use zip::write::{SimpleFileOptions, ZipWriter};

fuzz_target!(|data: &[u8]| {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    zip.start_file("word/document.xml", SimpleFileOptions::default()).expect("memory");
    zip.write_all(data).expect("memory");
    let bytes = zip.finish().expect("memory").into_inner();
    let _ = read_book(&bytes, "fuzz.docx", &BookOptions::default());
});
