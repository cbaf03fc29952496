//! One workbook per unit of a round: what is asked, filled in with what is known, the codes locked.

use std::path::{Path, PathBuf};

use rust_xlsxwriter::{DataValidation, DataValidationErrorStyle, Formula, Note, ProtectionOptions, Workbook, Worksheet, XlsxError};

use super::style::{self, Style};
use super::{file_name, ours, save, sheet_name};
use crate::domain::form_key::{self, Key, KeyColumn, KeySheet, Part};
use crate::domain::indicator::Kind;
use crate::domain::problem::Problem;
use crate::domain::round::{Form, FormField, FormSheet};
use crate::domain::value::{Reading, State};
use crate::locale::Lang;

/// Fixed columns: code, name, unit above.
const FIXED: u16 = 3;
/// Rows, from 0: title, remarks, 本月未变, two of heads, then the units.
const UNCHANGED_ROW: u32 = 2;
const HEAD_ROW: u32 = 3;
const FIRST_ROW: u32 = 5;
/// Columns from which a sheet is printed across.
const WIDE: usize = 7;

/// Writes a template per form into a folder; the files in the order of the forms.
///
/// # Errors
/// `E_NOT_SAVED` with the file that could not be written.
pub fn write(forms: &[Form], folder: &Path, lang: Lang) -> Result<Vec<PathBuf>, Problem> {
    let mut written = Vec::with_capacity(forms.len());
    for form in forms {
        let file = folder.join(format!("{}.xlsx", file_name(&[&form.code, &form.name, &form.period.to_string()])));
        save(workbook(form, lang).map_err(|e| ours(&e))?, &file)?;
        written.push(file);
    }
    Ok(written)
}

fn workbook(form: &Form, lang: Lang) -> Result<Workbook, XlsxError> {
    let (mut book, style) = (Workbook::new(), Style::new());
    let mut names: Vec<String> = Vec::new();
    let mut sheets = Vec::new();
    for sheet in &form.sheets {
        let name = sheet_name(label(lang, &sheet.level.label, &sheet.level.label_en), &names);
        let page = book.add_worksheet();
        page.set_name(&name)?;
        let columns = fill(page, form, sheet, &style, lang)?;
        names.push(name.clone());
        sheets.push(KeySheet { name, first_row: FIRST_ROW + 1, unchanged: (UNCHANGED_ROW + 1, FIXED), columns });
    }
    let key = Key { period: form.period, unit: form.code.clone(), sheets };
    let hidden = book.add_worksheet();
    hidden.set_name(form_key::SHEET)?.set_very_hidden(true).protect();
    for (r, row) in (0u32..).zip(key.rows()) {
        for (c, text) in (0u16..).zip(row) {
            hidden.write_string(r, c, text)?;
        }
    }
    Ok(book)
}

fn label<'a>(lang: Lang, zh: &'a str, en: &'a str) -> &'a str {
    if lang == Lang::Zh || en.is_empty() { zh } else { en }
}

/// A column of values and how it is filled in.
struct Column<'f> {
    field: &'f FormField,
    /// Position among the fields of the sheet.
    at: usize,
    part: Part,
}

fn columns(sheet: &FormSheet) -> Vec<Column<'_>> {
    let parts = |field: &FormField| if field.indicator.kind == Kind::Ratio { &[Part::Num, Part::Den][..] } else { &[Part::Value] };
    let all = sheet.fields.iter().enumerate();
    all.flat_map(|(at, field)| parts(field).iter().map(move |part| Column { field, at, part: *part })).collect()
}

fn fill(page: &mut Worksheet, form: &Form, sheet: &FormSheet, style: &Style, lang: Lang) -> Result<Vec<KeyColumn>, XlsxError> {
    let t = |key: &str| lang.text(&format!("round.template.{key}"));
    let columns = columns(sheet);
    let last = FIXED + u16::try_from(columns.len()).unwrap_or(u16::MAX) - 1;
    let level = label(lang, &sheet.level.label, &sheet.level.label_en);
    page.merge_range(0, 0, 0, last, &lang.fill("round.template.title", &[&form.name, &form.period, &level]), &style.title)?;
    page.set_row_height(0, 30)?;
    page.merge_range(1, 0, 1, last, &lang.fill("round.template.how", &[&form.county, &form.period, &form.due]), &style.note)?;
    page.set_row_height(1, 34)?;
    page.merge_range(UNCHANGED_ROW, 0, UNCHANGED_ROW, FIXED - 1, t("unchanged"), &style.fixed)?;
    page.write_string_with_format(UNCHANGED_ROW, FIXED, t("no"), &style.open)?;
    page.add_data_validation(UNCHANGED_ROW, FIXED, UNCHANGED_ROW, FIXED, &one_of(&[t("yes"), t("no")], t("one_of"))?)?;

    let mut widths = vec![0f64; usize::from(last) + 1];
    for (c, key) in (0u16..).zip(["code", "name", "under"]) {
        page.merge_range(HEAD_ROW, c, HEAD_ROW + 1, c, t(key), &style.head)?;
        widths[usize::from(c)] = style::width(t(key));
    }
    heads(page, &columns, &mut widths, style, lang)?;
    page.set_row_height(HEAD_ROW, 34)?;
    for (r, row) in (FIRST_ROW..).zip(&sheet.rows) {
        for (c, text) in (0u16..).zip([&row.code, &row.name, &row.under]) {
            page.write_string_with_format(r, c, text, &style.fixed)?;
            widths[usize::from(c)] = widths[usize::from(c)].max(style::width(text));
        }
        for (c, column) in (FIXED..).zip(&columns) {
            value(page, (r, c), column, row.cells.get(column.at).copied().flatten().map(|(reading, _)| reading), style, lang)?;
        }
    }
    if let Some(end) = u32::try_from(sheet.rows.len()).ok().and_then(|n| (FIRST_ROW + n).checked_sub(1)).filter(|end| *end >= FIRST_ROW) {
        for (c, column) in (FIXED..).zip(&columns) {
            page.add_data_validation(FIRST_ROW, c, end, c, &check(column, c, lang)?)?;
        }
    }
    style::widths(page, &widths)?;
    style::print(page, (HEAD_ROW, HEAD_ROW + 1), columns.len() + usize::from(FIXED) > WIDE)?;
    page.set_freeze_panes(FIRST_ROW, 2)?;
    page.set_selection(FIRST_ROW, FIXED, FIRST_ROW, FIXED)?;
    // Widths may be changed and rows sorted by nobody: codes and rows belong together.
    page.protect_with_options(&ProtectionOptions { format_columns: true, format_rows: true, ..ProtectionOptions::new() });
    Ok((FIXED..)
        .zip(&columns)
        .map(|(column, c)| KeyColumn { column, indicator: c.field.indicator.id.clone(), part: c.part, period: c.field.period })
        .collect())
}

/// Two rows of heads: the indicator with its unit and period, below it numerator and denominator.
fn heads(page: &mut Worksheet, columns: &[Column<'_>], widths: &mut [f64], style: &Style, lang: Lang) -> Result<(), XlsxError> {
    for (c, column) in (FIXED..).zip(columns) {
        let indicator = &column.field.indicator;
        let name = label(lang, &indicator.label, &indicator.label_en);
        let unit = if indicator.kind == Kind::Ratio { "" } else { &indicator.unit };
        let head = lang
            .fill(if unit.is_empty() { "round.template.head" } else { "round.template.head_unit" }, &[&name, &column.field.period, &unit]);
        let own = match column.part {
            Part::Value => {
                page.merge_range(HEAD_ROW, c, HEAD_ROW + 1, c, &head, &style.head)?;
                style::width(&head) / 2.0 + 2.0
            }
            Part::Num => {
                page.merge_range(HEAD_ROW, c, HEAD_ROW, c + 1, &head, &style.head)?;
                page.write_string_with_format(HEAD_ROW + 1, c, lang.text("round.template.num"), &style.head)?;
                style::width(&head) / 2.0
            }
            Part::Den => {
                page.write_string_with_format(HEAD_ROW + 1, c, lang.text("round.template.den"), &style.head)?;
                style::width(&head) / 2.0
            }
        };
        widths[usize::from(c)] = own;
        let words = [indicator.definition.as_str(), indicator.document.as_str()].into_iter().filter(|w| !w.is_empty());
        let words = words.collect::<Vec<_>>().join("\n");
        if !words.is_empty() && column.part != Part::Den {
            page.insert_note(HEAD_ROW, c, &Note::new(words).add_author_prefix(false).set_width(320))?;
        }
    }
    Ok(())
}

/// What is known of a cell: a number, a word or nothing.
fn value(
    page: &mut Worksheet,
    (r, c): (u32, u16),
    column: &Column<'_>,
    reading: Option<Reading>,
    style: &Style,
    lang: Lang,
) -> Result<(), XlsxError> {
    let word = match reading.map(|r| r.state) {
        Some(State::None) => Some("round.template.none"),
        Some(State::NotDue) => Some("round.template.not_due"),
        _ => None,
    };
    let number = reading.and_then(|r| match column.part {
        Part::Value => r.value,
        Part::Num => r.num,
        Part::Den => r.den,
    });
    match (word, number) {
        (Some(key), _) => page.write_string_with_format(r, c, lang.text(key), &style.open)?,
        (None, Some(number)) if column.field.indicator.kind == Kind::Bool => page.write_string_with_format(
            r,
            c,
            lang.text(if number == 0.0 { "round.template.no" } else { "round.template.yes" }),
            &style.open,
        )?,
        (None, Some(number)) => page.write_number_with_format(r, c, number, &style.open)?,
        (None, None) => page.write_blank(r, c, &style.open)?,
    };
    Ok(())
}

fn one_of(words: &[&str], message: &str) -> Result<DataValidation, XlsxError> {
    DataValidation::new().allow_list_strings(words)?.set_error_message(message)
}

/// What a cell takes: a number that is not below 0, or one of the two words. The formulas are ours, no
/// text of the data stands in them.
fn check(column: &Column<'_>, c: u16, lang: Lang) -> Result<DataValidation, XlsxError> {
    let t = |key: &str| lang.text(&format!("round.template.{key}"));
    if column.field.indicator.kind == Kind::Bool {
        return one_of(&[t("yes"), t("no"), t("none"), t("not_due")], t("one_of"));
    }
    let name = |c: u16| rust_xlsxwriter::utility::row_col_to_cell(FIRST_ROW, c);
    let (this, words) = (name(c), [t("none"), t("not_due")]);
    let number = match column.part {
        Part::Num => format!("AND(ISNUMBER({this}),{this}>=0,OR(ISBLANK({0}),{this}<={0}))", name(c + 1)),
        Part::Den => format!("AND(ISNUMBER({this}),{this}>=0,OR(ISBLANK({0}),{0}<={this},ISTEXT({0})))", name(c - 1)),
        Part::Value => format!("AND(ISNUMBER({this}),{this}>=0)"),
    };
    let rule = Formula::new(format!("=OR({number},{this}=\"{}\",{this}=\"{}\")", words[0], words[1]));
    let message = if column.part == Part::Value { "number" } else { "parts" };
    DataValidation::new()
        .allow_custom(rule)
        .set_error_style(DataValidationErrorStyle::Stop)
        .set_input_message(t(message))?
        .set_error_message(t(message))
}
