//! Marks of classified papers: such a file is read no further.

use super::grid::Grid;
use crate::domain::problem::{Problem, Severity};

/// Rows at the top of a sheet, and paragraphs of a document, in which a mark stands.
const ROWS: usize = 10;

/// Refuses a file where the row that was just filled, one of the first, carries a mark.
pub(super) fn check_last_row(grid: &mut Grid, shown_as: &str) -> Result<(), Problem> {
    match grid.len().checked_sub(1) {
        Some(last) if last < ROWS => check(grid.row(last).iter(), shown_as),
        _ => Ok(()),
    }
}

/// Refuses a file one of whose first texts carries a mark.
pub(super) fn check<'t>(mut texts: impl Iterator<Item = &'t str>, shown_as: &str) -> Result<(), Problem> {
    match texts.any(is_marked) {
        true => Err(Problem::new("E_BOOK_CLASSIFIED", Severity::Refused, shown_as)),
        false => Ok(()),
    }
}

/// Whether a text is or begins or ends with a mark of secrecy: `秘密★1年`, `〔机密〕`, `绝 密`,
/// `密级:秘密`. A word in a sentence (保密工作) is none.
fn is_marked(text: &str) -> bool {
    const LEVELS: [&str; 3] = ["秘密", "机密", "绝密"];
    const STARS: [char; 4] = ['★', '☆', '*', '\u{ff0a}'];
    let text: String = text.chars().filter(|c| !c.is_whitespace() && !matches!(c, '\u{fe0e}' | '\u{fe0f}')).collect();
    let text = text.replace('機', "机").replace('絕', "绝");
    // A star after the level is used for nothing else.
    let starred = LEVELS.iter().any(|level| text.match_indices(level).any(|(at, _)| text[at + level.len()..].starts_with(STARS)));
    // "Within the organisation, keep secret" and the like stand alone.
    let bare = text.trim_matches(|c: char| !c.is_alphanumeric());
    let bare = ["密级", "秘密等级", "保密等级", "涉密等级"].iter().find_map(|w| bare.strip_prefix(w)).unwrap_or(bare);
    let bare = bare.trim_matches(|c: char| !c.is_alphanumeric());
    let term = ["级", "件", "文件", "资料", "材料"];
    let alone =
        LEVELS.iter().chain(&["涉密"]).any(|level| bare.strip_prefix(level).is_some_and(|rest| rest.is_empty() || term.contains(&rest)));
    let dated = LEVELS.iter().any(|level| bare.strip_prefix(level).is_some_and(is_term));
    let bracketed = [('〔', '〕'), ('[', ']'), ('【', '】'), ('(', ')'), ('\u{ff08}', '\u{ff09}'), ('〈', '〉'), ('<', '>'), ('［', '］')]
        .iter()
        .any(|(open, close)| LEVELS.iter().chain(&["涉密"]).any(|level| text.contains(&format!("{open}{level}{close}"))));
    starred || alone || dated || bracketed
}

/// A term of secrecy: `1年`, `六个月`, `长期`.
fn is_term(text: &str) -> bool {
    let number = text.trim_start_matches(|c: char| c.is_ascii_digit() || "一二三四五六七八九十〇零两".contains(c));
    text == "长期" || number.len() < text.len() && matches!(number, "年" | "个月" | "月")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_in_every_spelling_are_seen() {
        for text in [
            "秘密★",
            "秘密★1年",
            "秘密 ★ 1年",
            "机密★",
            "機密★5年",
            "绝密★",
            "绝密★长期",
            "秘 密★",
            "〔机密〕",
            "【秘密】",
            "(绝密)",
            "[秘密]",
            "秘密",
            "机密",
            "绝密",
            "涉密",
            "涉密文件",
            "密级:秘密",
            "密级:机密★10年",
            "秘密*1年",
            "秘密☆",
            "秘密1年",
            "机密十年",
            "秘密★六个月",
            "青禾县基层组织一览表〔秘密〕",
            "青禾县基层组织一览表 秘密★1年",
            "机密级",
            "秘密\u{fe0f}★",
        ] {
            assert!(is_marked(text), "{text}");
        }
    }

    #[test]
    fn words_in_sentences_are_no_marks() {
        for text in [
            "",
            "保密工作",
            "保密工作责任制落实情况",
            "涉密人员管理制度是否健全",
            "秘密投票",
            "无记名秘密投票选举",
            "商业秘密保护",
            "国家秘密",
            "是否召开保密工作会议",
            "机密机器厂党支部",
            "密级",
            "不涉密",
            "非涉密",
            "五星★",
            "★秘书",
            "本表不得填写涉密内容",
            "(不涉密)",
            "保密委员会",
        ] {
            assert!(!is_marked(text), "{text}");
        }
    }
}
