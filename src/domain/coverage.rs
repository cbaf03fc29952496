//! How an enterprise or social organisation is covered: the states of the official statistics
//! (党内统计 table 25, "已单独建立 … 没有党员"; a third party's transcription of 2018).

use serde::{Deserialize, Serialize};

use super::text::half_width;

/// A state of the statistics.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CoverageState {
    /// 单独建立: an organisation of its own.
    Own,
    /// 联合: a joint branch with others.
    Joint,
    /// 应建未建: it should have one and has none.
    Due,
    /// 仅有个别党员: too few members for one.
    Few,
    /// 没有党员.
    None,
}

impl CoverageState {
    /// Every state, in the order of the statistics.
    pub const ALL: [Self; 5] = [Self::Own, Self::Joint, Self::Due, Self::Few, Self::None];

    /// The word of the statistics.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Own => "单独建立",
            Self::Joint => "联合",
            Self::Due => "应建未建",
            Self::Few => "仅有个别党员",
            Self::None => "没有党员",
        }
    }

    /// Key of its text in the locale tables.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Own => "panel.coverage.state_own",
            Self::Joint => "panel.coverage.state_joint",
            Self::Due => "panel.coverage.state_due",
            Self::Few => "panel.coverage.state_few",
            Self::None => "panel.coverage.state_none",
        }
    }

    /// The state that a cell of an office's table means; `None` where it is none of them.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let text: String = text.chars().map(half_width).filter(|c| !c.is_whitespace()).collect();
        Some(match text.as_str() {
            "单独建立" | "已单独建立" | "单独组建" | "已单独组建" | "单建" | "已建" | "独立组建" => Self::Own,
            "联合" | "联合建立" | "已建联合党支部" | "联合组建" | "已联合组建" | "联建" | "联合党支部" => {
                Self::Joint
            }
            "应建未建" | "应建尚未建立" | "应建立尚未建立" => Self::Due,
            "仅有个别党员" | "个别党员" | "未达到组建条件" => Self::Few,
            "没有党员" | "无党员" => Self::None,
            _ => return None,
        })
    }

    /// It has an organisation.
    #[must_use]
    pub fn is_organised(self) -> bool {
        matches!(self, Self::Own | Self::Joint)
    }
}

/// The word under which a coverage counts those that have an instructor 党建指导员.
pub const INSTRUCTOR: &str = "指导员";

/// Whether a cell about the instructor says that there is one: yes, a number above 0, a date, a duty.
/// `None` where it is empty.
#[must_use]
pub fn has_instructor(text: &str) -> Option<bool> {
    let text: String = text.chars().map(half_width).filter(|c| !c.is_whitespace()).collect();
    if text.is_empty() {
        return None;
    }
    Some(match text.parse::<f64>() {
        Ok(number) => number > 0.0,
        Err(_) => !matches!(text.as_str(), "无" | "否" | "×" | "没有" | "未选派" | "未派" | "/" | "-" | "—" | "no" | "NO" | "N"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_reads_its_own_word_and_no_other() {
        for state in CoverageState::ALL {
            assert_eq!(CoverageState::read(state.word()), Some(state));
        }
        assert_eq!(CoverageState::read(" 已 单独 建立"), Some(CoverageState::Own));
        assert_eq!(CoverageState::read("覆盖"), None);
        assert_eq!(CoverageState::read(""), None);
        assert_eq!(CoverageState::ALL.iter().filter(|s| s.is_organised()).count(), 2);
    }

    #[test]
    fn an_instructor_is_there_not_there_or_not_told() {
        for (text, told) in
            [("有", Some(true)), ("1", Some(true)), ("０", Some(false)), ("无", Some(false)), (" ", None), ("2025-03-01", Some(true))]
        {
            assert_eq!(has_instructor(text), told, "{text}");
        }
    }
}
