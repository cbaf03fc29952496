//! Any table as a sheet: every row is data or cut, and every cell can be reached.
#![no_main]

use libfuzzer_sys::fuzz_target;
use xiantu::import::book::{BookOptions, read_book};
use xiantu::import::layout::lay_out;

fuzz_target!(|text: &str| {
    let Ok(books) = read_book(text.as_bytes(), "fuzz.csv", &BookOptions::default()) else { return };
    for book in books {
        let rows: usize = book.sheets.iter().map(|grid| grid.len()).sum();
        let laid = lay_out(book);
        assert!(laid.iter().map(|l| l.len() + l.cut.len()).sum::<usize>() <= rows);
        for sheet in &laid {
            sheet.rows().for_each(|row| (0..sheet.headings.len()).for_each(|n| assert!(row.get(n).len() < 1 << 20)));
        }
    }
});
