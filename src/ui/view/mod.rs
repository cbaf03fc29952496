//! `view`: the state → one frame. Pure; colours are brought down to the session's depth at the end.

mod bars;
mod batches;
mod board;
mod card;
mod dialog;
pub(super) mod import;
mod list;
mod map;
mod over;
mod pen;
mod quality;
pub(super) mod question;
mod round;
mod sheet;
mod tables;

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::ui::desk::Screen;
use crate::ui::layout;
use crate::ui::model::Model;
use crate::ui::theme::Role;
use pen::{Pen, Tone};

pub(super) use board::{Hit, board_extent, board_hit};
pub(super) use card::card_end;
pub(super) use list::{head_action, legend_items};
pub(super) use over::{over_overlay, overlay_extent, overlay_line};

/// Draws the session.
pub fn view(model: &Model, frame: &mut Frame<'_>) {
    let area = frame.area();
    if area.is_empty() {
        return;
    }
    let mut cursor = None;
    let buffer = frame.buffer_mut();
    let mut pen = Pen::new(model, buffer);
    let ground = Style::new().fg(model.session.theme.role(Role::Text)).bg(model.session.theme.role(Role::Ground));
    pen.clear(area, ground);
    match layout::areas(model) {
        None => too_small(&mut pen, area),
        Some(_) if model.on_start_page() => {
            over::start(&mut pen, area);
            cursor = over::draw(&mut pen);
        }
        Some(areas) => {
            if let Some(desk) = areas.desk {
                cursor = board::draw(&mut pen, desk);
            }
            if let Some(list) = areas.list {
                list::draw(&mut pen, list);
            }
            if let Some(legend) = areas.legend {
                list::legend(&mut pen, legend);
            }
            if let Some(map) = areas.map {
                map::draw(&mut pen, map);
            }
            if let Some(card) = areas.card {
                card::draw(&mut pen, card);
            }
            for rule in areas.rules.into_iter().flatten() {
                pen.rule(rule);
            }
            bars::top(&mut pen, areas.top);
            if let Some(tutorial) = areas.tutorial {
                bars::tutorial(&mut pen, tutorial);
            }
            bars::status(&mut pen, areas.status);
            bars::pending(&mut pen, areas.status);
            cursor = over::draw(&mut pen).or(cursor.filter(|_| model.overlay.is_none()));
        }
    }
    model.session.theme.downgrade(buffer, model.session.caps.colour);
    if let Some(position) = cursor {
        frame.set_cursor_position(position);
    }
}

/// The screen of the desk that is open.
fn board_of(model: &Model, cells: u16) -> Option<board::Board<'_>> {
    Some(match model.desk.screen? {
        Screen::Import => import::board(model, cells),
        Screen::Batches => batches::board(model),
        Screen::Quality => quality::board(model, cells),
        Screen::Round => round::board(model, cells),
        Screen::Sheet => tables::board(model, cells),
    })
}

fn too_small(pen: &mut Pen<'_>, area: Rect) {
    let text = pen.model.text("ui.too_small");
    let style = pen.style(Tone::Text);
    pen.text(area, area.x, area.y, text, style);
}
