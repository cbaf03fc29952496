//! Words by which lines of an office's sheet are told apart.

/// Words that begin a line about the sheet, before a colon or alone.
const LABELS: [&str; 40] = [
    "填表人",
    "填报人",
    "填表",
    "填报",
    "制表人",
    "制表",
    "审核人",
    "审核",
    "审批人",
    "复核人",
    "复核",
    "校对",
    "经办人",
    "负责人",
    "分管领导",
    "主管领导",
    "主要领导",
    "单位负责人",
    "联系人",
    "联系电话",
    "联系方式",
    "电话",
    "手机",
    "填报日期",
    "填表日期",
    "填报时间",
    "填表时间",
    "报送时间",
    "报送日期",
    "上报时间",
    "日期",
    "填报单位",
    "填表单位",
    "报送单位",
    "制表单位",
    "单位(盖章)",
    "盖章",
    "数据来源",
    "打印时间",
    "签字",
];
/// Words that begin a remark below a table.
const REMARKS: [&str; 8] = ["注", "备注", "说明", "附注", "填表说明", "填报说明", "注释", "注意"];
/// Rows that add up part of a sheet.
const SUBTOTALS: [&str; 4] = ["小计", "分计", "本页小计", "本页合计"];
/// Rows that add up all of it.
const TOTALS: [&str; 5] = ["合计", "总计", "共计", "累计", "总合计"];
/// Longest text of a total, characters: 河口镇十二个村合计.
const TOTAL_MAX_CHARS: usize = 14;

/// A line without blanks, brackets and colons in their half-width form.
pub(super) fn narrow(text: &str) -> String {
    let signs = text.chars().filter(|c| !c.is_whitespace()).map(|c| match c {
        '\u{ff08}' => '(',
        '\u{ff09}' => ')',
        '\u{ff1a}' => ':',
        c => c,
    });
    signs.collect()
}

/// Whether a line is about the sheet and no title: 填报单位:…, 单位:万元, 表3.
pub(super) fn is_label(line: &str) -> bool {
    let line = narrow(line);
    is_signed(&line) || line.starts_with("单位:") || line.starts_with("计量单位") || line.starts_with("附件") || line.chars().count() <= 2
}

/// Whether a text is signed or dated by who filled the sheet in: a label and a colon.
pub(super) fn is_signed(narrow: &str) -> bool {
    LABELS.iter().chain(&REMARKS).any(|label| {
        narrow.strip_prefix(label).is_some_and(|rest| rest.starts_with(':') || rest.starts_with("(签") || rest.starts_with("(盖章)"))
    })
}

/// Whether a text is any short label and a colon: 填表岗位:….
pub(super) fn is_labelled(narrow: &str) -> bool {
    const LABEL_MAX_CHARS: usize = 8;
    narrow.split_once(':').is_some_and(|(label, _)| {
        !label.is_empty() && label.chars().count() <= LABEL_MAX_CHARS && !label.chars().any(|c| c.is_ascii_digit())
    })
}

/// Whether a text is such a label alone, its value being in the next cell or nowhere.
pub(super) fn is_bare_label(narrow: &str) -> bool {
    LABELS.iter().chain(&REMARKS).any(|label| narrow == *label)
}

/// Whether a text begins a remark.
pub(super) fn is_remark(narrow: &str) -> bool {
    REMARKS
        .iter()
        .any(|word| narrow.strip_prefix(word).is_some_and(|rest| rest.starts_with([':', '、', '.', '1', '①', '(']) || rest.is_empty()))
        || narrow.starts_with('※')
        || narrow.starts_with("*注")
}

/// Whether a text makes its row a subtotal (`Some(false)`) or a total (`Some(true)`).
pub(super) fn total(text: &str) -> Option<bool> {
    // Nearly every cell ends here.
    if !text.contains('计') || text.chars().count() > TOTAL_MAX_CHARS {
        return None;
    }
    let text = narrow(text);
    let text = text.trim_end_matches([':', ')', '*']).trim_start_matches(['(', '*']);
    let ends = |words: &[&str]| words.iter().any(|word| text.ends_with(word));
    if ends(&SUBTOTALS) {
        Some(false)
    } else if ends(&TOTALS) {
        Some(true)
    } else {
        None
    }
}

/// The unit in brackets at the end of a heading, and the heading without it.
pub(super) fn unit_of(heading: &str) -> (String, Option<String>) {
    let narrow = narrow(heading);
    let found = narrow.strip_suffix(')').and_then(|rest| rest.rsplit_once('('));
    match found {
        Some((text, unit)) if !text.is_empty() && is_unit(unit) => (text.to_owned(), Some(unit.trim_start_matches("单位:").to_owned())),
        _ => (heading.to_owned(), None),
    }
}

/// Whether a text is a unit of numbers.
pub(super) fn is_unit(text: &str) -> bool {
    const UNITS: &str = "个 人 名 户 次 处 项 家 件 所 村 支 条 场 期 天 日 月 年 元 万元 亿元 千元 百元 亩 万亩 公顷 平方米 平米 平方公里 ㎡ m2 米 公里 千米 km 吨 公斤 斤 辆 \
                         台 套 间 栋 座 片 组 位 对 只 头 株 本 份 篇 批 轮 届 岁 小时 分 人次 户次 % ％ ‰ 万人 万个 万户 万 亿 是/否 个、名 元/人 元/亩 人/户 %、个";
    let text = text.trim_start_matches("单位:");
    UNITS.split_whitespace().any(|unit| unit == text)
}

/// The unit that a line gives for the whole sheet: `单位:万元`.
pub(super) fn sheet_unit(line: &str) -> Option<String> {
    let line = narrow(line);
    let (_, unit) = line.rsplit_once("单位:")?;
    let unit = unit.trim_end_matches([')', '。', ';']);
    is_unit(unit).then(|| unit.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_told_apart() {
        for text in ["填表人:张三", "审 核 人 : ", "填报单位(盖章):青禾县", "注:本表一式两份", "联系电话\u{ff1a}0000"]
        {
            assert!(is_signed(&narrow(text)), "{text}");
        }
        for text in ["审核通过的项目", "电话村", "说明书", "上坝村"] {
            assert!(!is_signed(&narrow(text)) && !is_bare_label(&narrow(text)), "{text}");
        }
        for (text, wanted) in [
            ("合 计", Some(true)),
            ("全县总计", Some(true)),
            ("小计", Some(false)),
            ("河口镇小计:", Some(false)),
            ("(合计)", Some(true)),
            ("会计", None),
            ("计生", None),
            ("设计院党支部", None),
            ("上坝村", None),
        ] {
            assert_eq!(total(text), wanted, "{text}");
        }
        assert_eq!(unit_of("产值\u{ff08}万元\u{ff09}"), ("产值".into(), Some("万元".into())));
        assert_eq!(unit_of("党组织(含总支)"), ("党组织(含总支)".into(), None));
        assert_eq!(sheet_unit("填报单位:青禾县 单位:万元").as_deref(), Some("万元"));
        assert_eq!(sheet_unit("填报单位:青禾县"), None);
    }
}
