//! The map pane: fills, labels, points, the locator.

use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use rustc_hash::FxHashMap;

use super::pen::{Pen, Tone};
use crate::domain::page::Row;
use crate::domain::scene::{OUTSIDE, Raster, SAMPLES_X, SAMPLES_Y};
use crate::gis::compose::{CellText, Ink};
use crate::ui::layout::inner;
use crate::ui::model::{Ask, Focus};
use crate::ui::update::is_down;

/// Size of the locator, cells.
const LOCATOR: (u16, u16) = (12, 5);

pub(super) fn draw(pen: &mut Pen<'_>, area: Rect) {
    let model = pen.model;
    let active = model.focus == Focus::Map && model.overlay.is_none();
    let body = inner(area);
    let title = model.row().map_or_else(
        || model.text("ui.map.title").to_owned(),
        |row| format!("{} {} {}", model.text("ui.map.title"), pen.symbols.step, row.name),
    );
    pen.title(area, &title, active);
    let Some(home) = &model.home else { return };
    let Some(raster) = &model.map.raster else {
        let text = match model.failure(Ask::Map) {
            Some(problem) => model.session.lang.problem(problem),
            None if model.is_bare() => super::list::bare(model),
            None if model.map.answered && model.progress.is_none() => model.text("ui.empty.no_map").to_owned(),
            None => model.text("ui.loading").to_owned(),
        };
        let style = pen.style(Tone::Dim);
        for (y, line) in (body.y..body.bottom()).zip(pen.width.wrap(&text, body.width.saturating_sub(2))) {
            pen.text(body, body.x + 1, y, &line, style);
        }
        return;
    };
    let down = is_down(home);
    let pattern = model.session.caps.pattern();
    let width = pen.width;
    let cols = usize::from(raster.size.cols_cells);
    let theme = &model.session.theme;
    let mut inks = FxHashMap::default();
    let cells = &model.map.cells;
    for (n, cell) in cells.iter().enumerate() {
        let (Ok(col), Ok(row)) = (u16::try_from(n % cols), u16::try_from(n / cols)) else { break };
        if col >= body.width || row >= body.height {
            continue;
        }
        let CellText::Char(c) = cell.text else { continue };
        // A map of thousands of cells has a dozen inks.
        let mut colour = |ink: Ink| *inks.entry(ink).or_insert_with(|| theme.ink(ink, down, pattern));
        let mut style = Style::new().fg(colour(cell.fg)).bg(colour(cell.bg));
        if cell.bold {
            // Without colours the selection is reversed; badges are bold as well.
            let badge = model.map.badges.iter().any(|(_, sign)| *sign == c);
            style = style.add_modifier(if pattern && !badge { Modifier::REVERSED } else { Modifier::BOLD });
        }
        if matches!(cell.fg, Ink::Selection(_)) && !is_braille(c) {
            // The selected name looks as in the list.
            style = pen.selected(true);
        }
        if cell.reverse {
            style = style.add_modifier(Modifier::REVERSED);
        }
        let wide = cells.get(n + 1).is_some_and(|next| next.text == CellText::Continuation) && col + 1 < body.width;
        let mut bytes = [0; 4];
        let text = c.encode_utf8(&mut bytes);
        if !wide && width.of(text) > 1 {
            // The other half lies beyond the edge.
            pen.put(body.x + col, body.y + row, " ", 1, style);
        } else {
            pen.put(body.x + col, body.y + row, text, 1 + u16::from(wide), style);
        }
    }
    points(pen, body);
    locator(pen, body, raster);
    notes(pen, body, raster);
}

/// Outlines are braille, labels are not.
fn is_braille(c: char) -> bool {
    matches!(c, '\u{2800}'..='\u{28ff}')
}

/// Branches as points, where the list holds them.
fn points(pen: &mut Pen<'_>, body: Rect) {
    let model = pen.model;
    let Some(home) = &model.home else { return };
    // What needs looking at lies over the rest, the chosen one over all.
    for layer in Layer::ALL {
        for (n, col, line) in &model.map.points {
            let Some(row) = home.rows.get(*n).filter(|_| *col < body.width && *line < body.height) else { continue };
            if Layer::of(row, *n == model.selected) != layer {
                continue;
            }
            let (glyph, style) = match layer {
                Layer::Plain => (pen.symbols.point, pen.style(Tone::Dim)),
                Layer::Leads => ("!", pen.style(Tone::Lead)),
                Layer::Marked => (pen.symbols.flag, pen.style(Tone::Mark)),
                Layer::Chosen => (pen.symbols.point_chosen, pen.selected(true)),
            };
            pen.put(body.x + col, body.y + line, glyph, 1, style);
        }
    }
}

/// Branches of one kind of sign, the undermost first.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Layer {
    Plain,
    Leads,
    Marked,
    Chosen,
}

impl Layer {
    const ALL: [Self; 4] = [Self::Plain, Self::Leads, Self::Marked, Self::Chosen];

    fn of(row: &Row, chosen: bool) -> Self {
        match (chosen, row.marks > 0, row.leads > 0) {
            (true, ..) => Self::Chosen,
            (_, true, _) => Self::Marked,
            (_, _, true) => Self::Leads,
            _ => Self::Plain,
        }
    }
}

/// Where the map lies in the whole, in the corner with the most free cells.
fn locator(pen: &mut Pen<'_>, body: Rect, raster: &Raster) {
    let model = pen.model;
    let Some(whole) = &model.map.whole else { return };
    let (cols, rows) = LOCATOR;
    let wide = |e: &crate::domain::scene::Extent| e.max_x_deg - e.min_x_deg;
    if body.width < cols * 3 || body.height < rows * 3 || wide(&raster.extent) > wide(&whole.extent) * 0.8 {
        return;
    }
    let corners =
        [(body.right() - cols, body.y), (body.x, body.y), (body.right() - cols, body.bottom() - rows), (body.x, body.bottom() - rows)];
    let covered = |(x, y): (u16, u16)| {
        let cells = (0..rows).flat_map(|r| (0..cols).map(move |c| (x - body.x + c, y - body.y + r)));
        cells
            .filter(|(c, r)| {
                *c < raster.size.cols_cells && *r < raster.size.rows_cells && raster.cell(*c, *r).iter().any(|s| *s != OUTSIDE)
            })
            .count()
    };
    let Some((x, y)) = corners.into_iter().min_by_key(|corner| covered(*corner)) else { return };
    let frame = Rect { x, y, width: cols, height: rows };
    let style = pen.style(Tone::Dim);
    let ground = pen.on(style, crate::ui::theme::Role::Ground);
    pen.clear(frame, ground);
    let (width, height) = (usize::from(cols) * SAMPLES_X, usize::from(rows) * SAMPLES_Y);
    let sample = |px: usize, py: usize| {
        let (sx, sy) = (px * whole.width() / width, py * whole.height() / height);
        whole.samples.get(sy * whole.width() + sx).copied().unwrap_or(OUTSIDE) != OUTSIDE
    };
    let place = |px: usize, py: usize| {
        let at = |n: usize, of: usize| (n as f64 + 0.5) / of as f64;
        let e = &whole.extent;
        [e.min_x_deg + (e.max_x_deg - e.min_x_deg) * at(px, width), e.max_y_deg - (e.max_y_deg - e.min_y_deg) * at(py, height)]
    };
    let here = |px: usize, py: usize| {
        let [lon, lat] = place(px, py);
        let e = &raster.extent;
        lon >= e.min_x_deg && lon <= e.max_x_deg && lat >= e.min_y_deg && lat <= e.max_y_deg
    };
    // A place smaller than a sample still lights the cell it lies in.
    let home = {
        let ([lon, lat], e) = (raster.extent.centre_deg(), &whole.extent);
        let share = |at: f64, from: f64, to: f64, of: u16| ((at - from) / (to - from) * f64::from(of)).floor();
        (share(lon, e.min_x_deg, e.max_x_deg, cols), share(lat, e.max_y_deg, e.min_y_deg, rows))
    };
    let ascii = model.session.caps.glyphs == crate::gis::compose::Glyphs::Ascii;
    // Dots of a braille cell by column and row (Unicode 2800: 1 2 3 7 on the left, 4 5 6 8 on the right).
    const DOTS: [[u32; 4]; 2] = [[0x01, 0x02, 0x04, 0x40], [0x08, 0x10, 0x20, 0x80]];
    for row in 0..rows {
        for col in 0..cols {
            let mut dots = 0;
            let mut inside = (f64::from(col), f64::from(row)) == home;
            for (dx, column) in DOTS.iter().enumerate() {
                for (dy, dot) in column.iter().enumerate() {
                    let (px, py) = (usize::from(col) * SAMPLES_X + dx, usize::from(row) * SAMPLES_Y + dy);
                    if sample(px, py) {
                        dots |= dot;
                    }
                    inside |= here(px, py);
                }
            }
            let glyph = match (dots, ascii) {
                (0, _) => ' ',
                (_, true) => {
                    if inside {
                        '#'
                    } else {
                        '.'
                    }
                }
                (dots, false) => char::from_u32(0x2800 + dots).unwrap_or(' '),
            };
            let style = pen.on(pen.style(if inside { Tone::Lead } else { Tone::Dim }), crate::ui::theme::Role::Ground);
            pen.put(x + col, y + row, glyph.encode_utf8(&mut [0; 4]), 1, style);
        }
    }
}

/// What the map cannot show: too many units for its samples.
fn notes(pen: &mut Pen<'_>, body: Rect, raster: &Raster) {
    let model = pen.model;
    if raster.hidden_share <= 0.1 || body.height < 4 {
        return;
    }
    let percent = format!("{:.0}%", raster.hidden_share * 100.0);
    let key = model.session.keymap.hint(crate::ui::action::Action::Listing, model.session.lang);
    let text = format!(" {} ", model.session.lang.fill("ui.map.hidden", &[&percent, &key]));
    let style = pen.on(pen.style(Tone::Lead), crate::ui::theme::Role::Panel);
    pen.text(body, body.x, body.bottom() - 1, &text, style);
}
