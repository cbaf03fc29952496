//! Any text as a cell, a date, a code, a title.
#![no_main]

use libfuzzer_sys::fuzz_target;
use xiantu::import::book::Kind;
use xiantu::import::cell;

fuzz_target!(|text: &str| {
    for kind in [Kind::Text, Kind::Number, Kind::Date] {
        let _ = (cell::read(kind, text), cell::spoiled(kind, text));
    }
    let _ = (cell::date(text), cell::find_period(text), cell::find_month(text));
});
