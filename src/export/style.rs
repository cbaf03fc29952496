//! The look of our workbooks: formats, widths, print.

use rust_xlsxwriter::{Color, Format, FormatAlign, FormatBorder, Worksheet, XlsxError};
use unicode_width::UnicodeWidthStr as _;

/// Ground of cells that may be filled in.
const OPEN: Color = Color::RGB(0x00FF_FBE6);
/// Ground of heads.
const HEAD: Color = Color::RGB(0x00DD_E6F0);
/// Ground of a cell that is wrong.
const WRONG: Color = Color::RGB(0x00FF_C7CE);
/// Paper of the office: A4 in the numbers of the format.
const A4: u8 = 9;
/// Narrowest and widest column, in widths of a digit.
const WIDTH: (f64, f64) = (9.0, 44.0);

pub(super) struct Style {
    pub(super) title: Format,
    pub(super) note: Format,
    pub(super) head: Format,
    /// A code or a name: text, locked.
    pub(super) fixed: Format,
    /// A cell to be filled in.
    pub(super) open: Format,
    /// A cell of a file that came.
    pub(super) plain: Format,
    /// A cell that is wrong.
    pub(super) wrong: Format,
}

impl Style {
    pub(super) fn new() -> Self {
        let boxed = Format::new().set_border(FormatBorder::Thin).set_align(FormatAlign::VerticalCenter);
        Self {
            title: Format::new().set_bold().set_font_size(16).set_align(FormatAlign::Center).set_align(FormatAlign::VerticalCenter),
            note: Format::new().set_text_wrap().set_align(FormatAlign::VerticalCenter),
            head: boxed.clone().set_bold().set_text_wrap().set_align(FormatAlign::Center).set_background_color(HEAD),
            fixed: boxed.clone().set_num_format("@"),
            open: boxed.clone().set_unlocked().set_background_color(OPEN),
            plain: boxed.clone(),
            wrong: boxed.set_unlocked().set_background_color(WRONG).set_bold(),
        }
    }
}

/// Width of a text in widths of a digit, 汉字 are two, with some air.
pub(super) fn width(text: &str) -> f64 {
    f64::from(u16::try_from(text.width()).unwrap_or(u16::MAX)) + 2.0
}

/// Sets the widths of columns from their widest text.
pub(super) fn widths(sheet: &mut Worksheet, texts: &[f64]) -> Result<(), XlsxError> {
    for (column, width) in (0u16..).zip(texts) {
        sheet.set_column_width(column, width.clamp(WIDTH.0, WIDTH.1))?;
    }
    Ok(())
}

/// A4, one page wide, the heads on every page, the page number below.
pub(super) fn print(sheet: &mut Worksheet, heads: (u32, u32), wide: bool) -> Result<(), XlsxError> {
    sheet.set_paper_size(A4).set_print_fit_to_pages(1, 0).set_margins(0.4, 0.4, 0.6, 0.6, 0.3, 0.3).set_footer("&C&P / &N");
    if wide {
        sheet.set_landscape();
    }
    sheet.set_repeat_rows(heads.0, heads.1)?;
    Ok(())
}
