//! Any bytes behind the mark of a zip file: the walk over its directory.
#![no_main]

use libfuzzer_sys::fuzz_target;
use xiantu::import::book::{BookOptions, read_book};

fuzz_target!(|data: &[u8]| {
    let _ = read_book(&[b"PK\x03\x04", data].concat(), "fuzz.zip", &BookOptions::default());
    let _ = read_book(data, "fuzz.zip", &BookOptions::default());
});
