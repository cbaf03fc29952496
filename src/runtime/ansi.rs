//! A buffer of cells as text with SGR sequences, for `xiantu print`.

use ratatui::buffer::Buffer;

use super::encode::{Pen, width};

/// The buffer, line by line. With `styled` false nothing but text is written and trailing blanks
/// are cut; with it every line ends in a reset, so that lines can be cut out of the output.
#[must_use]
pub fn render(buffer: &Buffer, styled: bool) -> String {
    let mut out = Vec::new();
    for row in buffer.content.chunks_exact(usize::from(buffer.area.width).max(1)) {
        let mut line = Vec::new();
        let mut pen = Pen::default();
        let mut covered = 0;
        for cell in row {
            // The cell after a wide glyph is covered by it.
            if covered > 0 {
                covered -= 1;
                continue;
            }
            covered = width(cell).saturating_sub(1);
            if styled {
                pen.take_up(cell, &mut line);
            }
            line.extend_from_slice(cell.symbol().as_bytes());
        }
        if styled {
            pen.put_down(&mut line);
        } else {
            line.truncate(line.trim_ascii_end().len());
        }
        line.push(b'\n');
        out.append(&mut line);
    }
    // Symbols and sequences are UTF-8, so nothing is ever replaced.
    String::from_utf8_lossy(&out).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use ratatui::layout::Rect;
    use ratatui::style::{Color, Modifier, Style};

    #[test]
    fn wide_glyphs_take_their_second_cell_and_styles_end_with_the_line() {
        let mut buffer = Buffer::empty(Rect::new(0, 0, 8, 2));
        buffer.set_string(0, 0, "县a", Style::new().fg(Color::Rgb(1, 2, 3)).bg(Color::Indexed(26)));
        buffer.set_string(0, 1, "b", Style::new().fg(Color::LightRed).add_modifier(Modifier::BOLD));
        assert_eq!(render(&buffer, false), "县a\nb\n");
        assert_eq!(render(&buffer, true), "\x1b[38;2;1;2;3;48;5;26m县a\x1b[49m     \x1b[m\n\x1b[1;91mb       \x1b[m\n");
    }

    #[test]
    fn nothing_of_a_buffer_without_cells() {
        assert_eq!(render(&Buffer::empty(Rect::new(0, 0, 0, 0)), true), "");
    }
}
