//! Any bytes as a file of an office: told by their content, mostly text. Old workbooks are left out:
//! the program reads them in a child process with limits, and this is one process without.
#![no_main]

use libfuzzer_sys::fuzz_target;
use xiantu::import::book::{BookOptions, read_book};

fuzz_target!(|data: &[u8]| {
    if data.starts_with(&[0xd0, 0xcf, 0x11, 0xe0]) {
        return;
    }
    let _ = read_book(data, "fuzz.csv", &BookOptions::default());
});
