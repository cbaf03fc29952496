//! Any bytes as a file of an office: told by their content, mostly text.
#![no_main]

use libfuzzer_sys::fuzz_target;
use xiantu::import::book::{BookOptions, read_book};

fuzz_target!(|data: &[u8]| {
    let _ = read_book(data, "fuzz.csv", &BookOptions::default());
});
