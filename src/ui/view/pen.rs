//! Writing into the buffer: every text is measured by the session's width, wide glyphs are never
//! left in half.

use ratatui::buffer::{Buffer, CellDiffOption};
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};

use crate::ui::capability::Symbols;
use crate::ui::model::Model;
use crate::ui::text::Width;
use crate::ui::theme::Role;

/// How important a piece of text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tone {
    Text,
    Dim,
    Strong,
    Accent,
    Lead,
    Mark,
    Error,
}

/// A line of pieces.
pub(super) type Line = Vec<(String, Tone)>;

/// Writes on a screen in the session's colours and widths.
pub(super) struct Pen<'a> {
    pub(super) model: &'a Model,
    buffer: &'a mut Buffer,
    pub(super) width: Width,
    pub(super) symbols: &'static Symbols,
}

impl<'a> Pen<'a> {
    pub(super) fn new(model: &'a Model, buffer: &'a mut Buffer) -> Self {
        Self { model, buffer, width: model.width(), symbols: model.symbols() }
    }

    pub(super) fn style(&self, tone: Tone) -> Style {
        let theme = &self.model.session.theme;
        let role = match tone {
            Tone::Text | Tone::Strong => Role::Text,
            Tone::Dim => Role::Dim,
            Tone::Accent => Role::Accent,
            Tone::Lead => Role::Lead,
            Tone::Mark => Role::Mark,
            Tone::Error => Role::Error,
        };
        let style = Style::new().fg(theme.role(role));
        // Without colours the weight of the letters is all there is.
        if matches!(tone, Tone::Strong | Tone::Accent | Tone::Lead | Tone::Mark | Tone::Error) {
            style.add_modifier(Modifier::BOLD)
        } else {
            style
        }
    }

    pub(super) fn on(&self, style: Style, role: Role) -> Style {
        style.bg(self.model.session.theme.role(role))
    }

    /// The style of a selected line.
    pub(super) fn selected(&self, active: bool) -> Style {
        let theme = &self.model.session.theme;
        if self.model.session.caps.pattern() {
            let style = Style::new().fg(theme.role(Role::Text)).bg(theme.role(Role::Ground));
            return style.add_modifier(if active { Modifier::REVERSED } else { Modifier::BOLD | Modifier::UNDERLINED });
        }
        if active {
            Style::new().fg(theme.role(Role::SelectedText)).bg(theme.role(Role::SelectedGround)).add_modifier(Modifier::BOLD)
        } else {
            Style::new().fg(theme.role(Role::Text)).bg(theme.role(Role::RestingGround))
        }
    }

    /// Blanks an area, also the half of a wide glyph that reaches into it from the left
    /// (ratatui's own Clear leaves it: ratatui #2526).
    pub(super) fn clear(&mut self, area: Rect, style: Style) {
        let area = area.intersection(self.buffer.area);
        for y in area.top()..area.bottom() {
            self.mend_left(area.x, y);
            for x in area.left()..area.right() {
                let cell = &mut self.buffer[(x, y)];
                cell.reset();
                cell.set_style(style);
            }
        }
    }

    /// A glyph that begins left of `x` and reaches over it loses its half.
    fn mend_left(&mut self, x: u16, y: u16) {
        if x == 0 {
            return;
        }
        if let Some(cell) = self.buffer.cell_mut((x - 1, y))
            && self.width.of(cell.symbol()) > 1
        {
            cell.set_symbol(" ");
            cell.set_diff_option(CellDiffOption::None);
        }
    }

    /// Puts one cluster; it must be inside the buffer.
    pub(super) fn put(&mut self, x: u16, y: u16, cluster: &str, cells: u16, style: Style) {
        self.mend_left(x, y);
        let differs = self.width.differs(cluster);
        let Some(cell) = self.buffer.cell_mut((x, y)) else { return };
        cell.set_symbol(cluster).set_style(style);
        // Where ratatui counts one cell and the terminal draws two, it has to be told.
        cell.set_diff_option(match std::num::NonZeroU16::new(cells) {
            Some(cells) if differs => CellDiffOption::ForcedWidth(cells),
            _ => CellDiffOption::None,
        });
        for n in 1..cells {
            if let Some(next) = self.buffer.cell_mut((x + n, y)) {
                next.set_symbol(" ").set_style(style);
                next.set_diff_option(CellDiffOption::None);
            }
        }
    }

    /// Writes a text from `x`, cut at the right edge of `area`; gives the column after it.
    pub(super) fn text(&mut self, area: Rect, x: u16, y: u16, text: &str, style: Style) -> u16 {
        let area = area.intersection(self.buffer.area);
        if y < area.top() || y >= area.bottom() || x < area.left() || x >= area.right() {
            return x;
        }
        let text = self.width.cut(text, area.right() - x, self.symbols.ellipsis).into_owned();
        let mut at = x;
        let width = self.width;
        for (cluster, cells) in width.clusters(&text) {
            if at + cells > area.right() {
                break;
            }
            self.put(at, y, cluster, cells, style);
            at += cells;
        }
        at
    }

    /// Writes a text that ends at the right edge of `area`.
    pub(super) fn right(&mut self, area: Rect, y: u16, text: &str, style: Style) -> u16 {
        let cells = self.width.of(text).min(area.width);
        let x = area.right() - cells;
        self.text(area, x, y, text, style);
        x
    }

    /// Writes a line of pieces.
    pub(super) fn line(&mut self, area: Rect, y: u16, line: &Line) {
        let mut x = area.x;
        for (text, tone) in line {
            let style = self.style(*tone);
            x = self.text(area, x, y, text, style);
        }
    }

    /// The first row of a pane: its title on a rule.
    pub(super) fn title(&mut self, area: Rect, title: &str, active: bool) {
        if area.height == 0 || area.width == 0 {
            return;
        }
        let style = self.style(Tone::Dim);
        for x in area.left()..area.right() {
            let glyph = self.symbols.horizontal;
            self.put(x, area.y, glyph, 1, style);
        }
        let row = Rect { height: 1, ..area };
        let style = if active { self.style(Tone::Accent) } else { self.style(Tone::Strong) };
        if !title.is_empty() {
            self.text(row, area.x, area.y, &format!("{title} "), style);
        }
    }

    /// A vertical rule between panes.
    pub(super) fn rule(&mut self, area: Rect) {
        let style = self.style(Tone::Dim);
        for y in area.top()..area.bottom() {
            let glyph = self.symbols.vertical;
            self.put(area.x, y, glyph, 1, style);
        }
    }

    /// A bar of up to `cells`, for a share of 0–1.
    pub(super) fn bar(&self, share: f64, cells: u16) -> String {
        bar(self.symbols, share, cells)
    }
}

/// A bar of up to `cells`, for a share of 0–1.
pub(super) fn bar(symbols: &Symbols, share: f64, cells: u16) -> String {
    let steps = symbols.bar;
    let full = f64::from(cells) * steps.len() as f64;
    let filled = (share.clamp(0.0, 1.0) * full).round() as usize;
    let mut out = steps[steps.len() - 1].repeat(filled / steps.len());
    if let Some(part) = (filled % steps.len()).checked_sub(1) {
        out.push_str(steps[part]);
    }
    out
}
