//! Where everything stands on a screen of any size.
//!
//! ```text
//! ≥100×30          80×24             60×16            <40×10
//! ┌top───────────┐ ┌top──────────┐   ┌top────────┐    ┌top───┐
//! │list│map │card│ │list│map/card│   │list or map│    │list  │
//! │lgnd│    │    │ │lgnd│        │   │           │    │      │
//! └status────────┘ └status───────┘   └status─────┘    └──────┘
//! ```

use ratatui::layout::Rect;

use crate::domain::scene::MapSize;
use crate::ui::model::{Focus, Model};

/// Below this only one line says that the window is too small, cells.
pub(super) const SMALLEST: (u16, u16) = (20, 5);

/// Rows of what is said of a fault under its map.
const STRIP: u16 = 5;

/// The panes of a screen. Every pane's first row is its title.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Areas {
    pub(super) top: Rect,
    pub(super) list: Option<Rect>,
    pub(super) legend: Option<Rect>,
    pub(super) map: Option<Rect>,
    pub(super) card: Option<Rect>,
    /// A screen of the desk, in place of list, map and card.
    pub(super) desk: Option<Rect>,
    pub(super) tutorial: Option<Rect>,
    pub(super) status: Rect,
    /// Between panes.
    pub(super) rules: [Option<Rect>; 2],
}

/// A pane without its title.
pub(super) fn inner(area: Rect) -> Rect {
    Rect { y: area.y + 1.min(area.height), height: area.height.saturating_sub(1), ..area }
}

/// The panes of the session's screen; `None` where it is too small for any.
pub(super) fn areas(model: &Model) -> Option<Areas> {
    let (cols, rows) = model.size;
    if cols < SMALLEST.0 || rows < SMALLEST.1 {
        return None;
    }
    let mut areas = Areas { top: Rect::new(0, 0, cols, 1), status: Rect::new(0, rows - 1, cols, 1), ..Areas::default() };
    let mut body = Rect::new(0, 1, cols, rows - 2);
    if model.tutorial.is_some() && body.height >= 8 {
        let lines = if cols >= 80 { 2 } else { 3 };
        body.height -= lines;
        areas.tutorial = Some(Rect::new(0, body.bottom(), cols, lines));
    }
    if model.desk.screen.is_some() {
        // The map of a fault has what is said of it under it.
        let strip = if model.desk.quality.flying.is_some() { STRIP.min(body.height / 2) } else { body.height };
        areas.desk = Some(Rect { y: body.bottom() - strip, height: strip, ..body });
        areas.map = (strip < body.height).then_some(Rect { height: body.height - strip, ..body });
        return Some(areas);
    }
    let small = cols < 40 || rows < 10;
    let single = cols < 70 || rows < 14;
    if small || single {
        let map = !small && (model.map_alone || model.focus == Focus::Map);
        if model.card_open {
            areas.card = Some(body);
        } else if map {
            areas.map = Some(body);
        } else {
            areas.split_list(model, body);
        }
        return Some(areas);
    }
    if model.map_alone {
        if model.card_open {
            areas.card = Some(body);
        } else {
            areas.map = Some(body);
        }
        return Some(areas);
    }
    let list_cols = (cols * 28 / 100).clamp(28, 44);
    let list = Rect { width: list_cols, ..body };
    areas.split_list(model, list);
    areas.rules[0] = Some(Rect { x: list.right(), width: 1, ..body });
    let mut rest = Rect { x: list.right() + 1, width: cols - list_cols - 1, ..body };
    let wide = cols >= 100 && rows >= 30;
    if wide {
        let card_cols = (cols * 28 / 100).clamp(30, 46);
        if model.card_open {
            // The card needs room for its evidence: it takes half of the map as well.
            let card_cols = card_cols.max(rest.width / 2);
            areas.card = Some(Rect { x: rest.right() - card_cols, width: card_cols, ..body });
        } else {
            areas.card = Some(Rect { x: rest.right() - card_cols, width: card_cols, ..body });
        }
        if let Some(card) = areas.card {
            rest.width -= card.width + 1;
            areas.rules[1] = Some(Rect { x: rest.right(), width: 1, ..body });
        }
        areas.map = Some(rest);
    } else if model.card_open {
        areas.card = Some(rest);
    } else {
        areas.map = Some(rest);
    }
    Some(areas)
}

impl Areas {
    /// The list and under it the legend, where there is room for both.
    fn split_list(&mut self, model: &Model, area: Rect) {
        let items = model.home.as_ref().map_or(0, |home| crate::ui::view::legend_items(model, home).len());
        let columns = legend_columns(area.width);
        let lines = u16::try_from(items.div_ceil(columns.max(1))).unwrap_or(u16::MAX).saturating_add(1);
        if items == 0 || area.height < lines.saturating_add(7) {
            self.list = Some(area);
            return;
        }
        self.list = Some(Rect { height: area.height - lines, ..area });
        self.legend = Some(Rect { y: area.bottom() - lines, height: lines, ..area });
    }
}

/// Columns of the legend in a pane so many cells wide.
pub(super) fn legend_columns(width: u16) -> usize {
    usize::from(width / 14).clamp(1, 4)
}

/// The size of the map that is wanted, cells; `None` where no map is shown.
pub(super) fn map_size(model: &Model) -> Option<MapSize> {
    let area = inner(areas(model)?.map?);
    (area.width > 0 && area.height > 0).then_some(MapSize {
        cols_cells: area.width,
        rows_cells: area.height,
        cell_aspect: model.session.cell_aspect,
    })
}

/// Rows of the list on screen.
pub(super) fn list_rows(model: &Model) -> usize {
    areas(model).and_then(|a| a.list).map_or(1, |list| usize::from(inner(list).height).max(1))
}
