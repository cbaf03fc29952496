//! The only place that measures text: with the session's width of ambiguous characters.

use std::borrow::Cow;

use unicode_segmentation::UnicodeSegmentation as _;
use unicode_width::UnicodeWidthStr as _;

use crate::domain::text::is_hostile;

/// Measures text in cells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Width {
    ambiguous_wide: bool,
}

impl Width {
    /// With East-Asian-ambiguous characters two cells wide, or one.
    #[must_use]
    pub fn new(ambiguous_wide: bool) -> Self {
        Self { ambiguous_wide }
    }

    /// Cells that a text takes.
    #[must_use]
    pub fn of(self, text: &str) -> u16 {
        let cells = if self.ambiguous_wide { text.width_cjk() } else { text.width() };
        u16::try_from(cells).unwrap_or(u16::MAX)
    }

    /// Whether a terminal that counts as ratatui does would place what follows wrongly.
    #[must_use]
    pub fn differs(self, text: &str) -> bool {
        self.ambiguous_wide && text.width_cjk() != text.width()
    }

    /// The clusters of a text with their cells, without hostile and zero-wide ones.
    pub fn clusters(self, text: &str) -> impl Iterator<Item = (&str, u16)> {
        text.graphemes(true).filter(|g| !g.chars().any(is_hostile)).map(move |g| (g, self.of(g))).filter(|(_, cells)| *cells > 0)
    }

    /// The text cut to at most `cells`, with `ellipsis` at its end where something was left out.
    #[must_use]
    pub fn cut<'a>(self, text: &'a str, cells: u16, ellipsis: &str) -> Cow<'a, str> {
        if self.of(text) <= cells {
            return Cow::Borrowed(text);
        }
        let room = cells.saturating_sub(self.of(ellipsis));
        let mut out = String::new();
        let mut used = 0;
        for (cluster, wide) in self.clusters(text) {
            if used + wide > room {
                break;
            }
            out.push_str(cluster);
            used += wide;
        }
        if cells >= self.of(ellipsis) {
            out.push_str(ellipsis);
        }
        Cow::Owned(out)
    }

    /// The end of the text, with `ellipsis` before it where something was left out.
    #[must_use]
    pub fn cut_left<'a>(self, text: &'a str, cells: u16, ellipsis: &str) -> Cow<'a, str> {
        if self.of(text) <= cells {
            return Cow::Borrowed(text);
        }
        let mut left: u16 = cells.saturating_sub(self.of(ellipsis));
        let mut start = text.len();
        for (at, cluster) in text.grapheme_indices(true).rev() {
            let wide = self.of(cluster);
            if wide > left {
                break;
            }
            left -= wide;
            start = at;
        }
        let (_, tail) = text.split_at(start);
        if cells >= self.of(ellipsis) { Cow::Owned(format!("{ellipsis}{tail}")) } else { Cow::Owned(tail.to_owned()) }
    }

    /// Cut and filled with spaces to exactly `cells`.
    #[must_use]
    pub fn pad(self, text: &str, cells: u16, ellipsis: &str) -> String {
        let mut out = self.cut(text, cells, ellipsis).into_owned();
        for _ in self.of(&out)..cells {
            out.push(' ');
        }
        out
    }

    /// Lines of at most `cells`: broken at spaces where there are any, else between characters;
    /// closing punctuation never begins a line.
    #[must_use]
    pub fn wrap(self, text: &str, cells: u16) -> Vec<String> {
        let mut lines = Vec::new();
        if cells == 0 {
            return lines;
        }
        for paragraph in text.lines() {
            let mut line = String::new();
            let mut used = 0;
            for word in paragraph.split_word_bounds() {
                let wide = self.of(word);
                let closing = word.chars().all(|c| "，。、；：？！）》」』】,.;:?!)]}%".contains(c));
                if used + wide <= cells || (closing && used > 0 && used + wide <= cells + 1 && cells > 4 && wide == 0) {
                    line.push_str(word);
                    used += wide;
                    continue;
                }
                if closing && used > 0 {
                    // Take the last cluster along, so that the line does not begin with a comma.
                    if let Some((at, _)) = line.grapheme_indices(true).next_back() {
                        let tail = line.split_off(at);
                        lines.push(std::mem::replace(&mut line, tail));
                        line.push_str(word);
                        used = self.of(&line);
                        continue;
                    }
                }
                if used > 0 {
                    lines.push(std::mem::take(&mut line).trim_end().to_owned());
                    used = 0;
                }
                if word.trim().is_empty() {
                    continue;
                }
                for (cluster, wide) in self.clusters(word) {
                    if used + wide > cells && used > 0 {
                        lines.push(std::mem::take(&mut line));
                        used = 0;
                    }
                    line.push_str(cluster);
                    used += wide;
                }
            }
            lines.push(line.trim_end().to_owned());
        }
        lines
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cutting_never_splits_a_wide_character() {
        let narrow = Width::new(false);
        assert_eq!(narrow.cut("上坝村委会", 10, "…"), "上坝村委会");
        assert_eq!(narrow.cut("上坝村委会", 8, "…"), "上坝村…");
        assert_eq!(narrow.cut("上坝村委会", 0, "…"), "");
        assert_eq!(narrow.pad("上坝村委会", 6, "…"), "上坝… ");
        assert_eq!(narrow.cut("𠀋𠅤𠆢家", 5, "…"), "𠀋𠅤…");
        assert_eq!(narrow.cut_left("青禾县 › 河口镇", 7, "…"), "…河口镇");
    }

    #[test]
    fn ambiguous_characters_follow_the_session() {
        assert_eq!(Width::new(false).of("①·"), 2);
        assert_eq!(Width::new(true).of("①·"), 4);
        assert!(Width::new(true).differs("①"));
        assert!(!Width::new(true).differs("村"));
    }

    #[test]
    fn wrapped_lines_fit_and_never_begin_with_a_comma() {
        let width = Width::new(false);
        for cells in 2..30 {
            for line in width.wrap("书记出缺四个月，两年未发展党员。See the register of 2025.", cells) {
                assert!(width.of(&line) <= cells.max(4), "{cells}: {line}");
                assert!(cells < 4 || !line.starts_with(['，', '。']), "{cells}: {line}");
            }
        }
    }
}
