use super::super::book::Merge;
use super::*;
use proptest::prelude::*;

/// A grid of lines with `|` between cells; an empty line is an empty row.
fn grid(text: &str) -> Grid {
    let mut grid = Grid::new("");
    for (number, line) in (1..).zip(text.lines()) {
        grid.begin(number, false);
        line.split('|').enumerate().for_each(|(column, cell)| grid.push(column, Kind::Text, cell));
    }
    grid.finish();
    grid
}

fn merged(mut grid: Grid, ranges: &[(u32, u32, u32, u32)]) -> Grid {
    grid.merged =
        ranges.iter().map(|(top, bottom, left, right)| Merge { top: *top, bottom: *bottom, left: *left, right: *right }).collect();
    grid
}

fn headings(laid: &Laid) -> Vec<&str> {
    laid.headings.iter().map(|h| h.text.as_str()).collect()
}

fn rows(laid: &Laid) -> Vec<(u32, Vec<&str>)> {
    laid.rows().map(|r| (r.line(), (0..laid.headings.len()).map(|n| r.get(n)).collect())).collect()
}

fn cuts(laid: &Laid) -> Vec<(u32, Cut)> {
    laid.cut.iter().filter(|(_, why)| *why != Cut::Heading).copied().collect()
}

#[test]
fn a_plain_table_stays_as_it_is() {
    let laid = sheet(grid("编码|名称|数\n01|上坝村|3\n02|下坝村|4"), "t.csv");
    assert_eq!(headings(&laid), ["编码", "名称", "数"]);
    assert_eq!(rows(&laid), [(2, vec!["01", "上坝村", "3"]), (3, vec!["02", "下坝村", "4"])]);
    assert_eq!((laid.title.as_ref(), laid.period, cuts(&laid).len()), (None, None, 0));
}

#[test]
fn titles_footers_and_totals_are_cut_and_blotted_out() {
    let text = "青禾县2025年9月基层党组织情况一览表\n填报单位:青禾县|||单位:万元\n序号|名称|总数|产值\n1|上坝村|3|1.5\n2|下坝村|4|2.5\n|河口镇小计|7|4\n3|山口村|1|1\n合 计||8|5\n注:1.本表按季填报\n2.逾期不补\n填表人:某某||电话:00000|\n";
    let laid = sheet(grid(text), "t.csv");
    assert_eq!(headings(&laid), ["序号", "名称", "总数", "产值"]);
    assert_eq!((laid.unit.as_deref(), laid.headings[3].unit.as_deref()), (Some("万元"), None));
    assert_eq!(laid.title.as_deref(), Some("青禾县2025年9月基层党组织情况一览表"));
    assert_eq!(laid.period.map(|p| p.to_string()).as_deref(), Some("2025-09"));
    assert_eq!(
        rows(&laid).iter().map(|(line, cells)| (*line, cells[1])).collect::<Vec<_>>(),
        [(4, "上坝村"), (5, "下坝村"), (7, "山口村")]
    );
    assert_eq!(
        cuts(&laid),
        [(1, Cut::Title), (2, Cut::Title), (6, Cut::Subtotal), (8, Cut::Total), (9, Cut::Footer), (10, Cut::Footer), (11, Cut::Footer)]
    );
    assert!(!format!("{:?}", laid.grid).contains("某某"), "nothing of a footer is kept");
}

#[test]
fn merged_headers_of_two_lines_are_joined() {
    let text = "一览表||||\n名称|党组织||产值(万元)|备注\n|总数|其中覆盖||\n甲|乙|1|2|3\n上坝村|3|2|5|";
    let merges = [(1, 1, 0, 4), (2, 3, 0, 0), (2, 2, 1, 2), (2, 3, 3, 3), (2, 3, 4, 4)];
    let laid = sheet(merged(grid(text), &merges), "t.xlsx");
    assert_eq!(headings(&laid), ["名称", "党组织/总数", "党组织/其中覆盖", "产值", "备注"]);
    assert_eq!(laid.headings[3].unit.as_deref(), Some("万元"));
    assert_eq!(cuts(&laid), [(1, Cut::Title), (4, Cut::Numbering)]);
    assert_eq!(rows(&laid).len(), 1);
    // The same saved as text, which knows of no merged cells.
    let laid = sheet(grid(text), "t.csv");
    assert_eq!(headings(&laid), ["名称", "党组织/总数", "党组织/其中覆盖", "产值", "备注"]);
}

#[test]
fn headings_may_be_numbered() {
    let text = "一览表||||\n编码|名称|指标||\n||第9项|第10项|第11项\n01|甲村|1|2|3";
    let merges = [(1, 1, 0, 4), (2, 3, 0, 0), (2, 3, 1, 1), (2, 2, 2, 4)];
    let laid = sheet(merged(grid(text), &merges), "t.xlsx");
    assert_eq!(headings(&laid), ["编码", "名称", "指标/第9项", "指标/第10项", "指标/第11项"]);
    assert_eq!(laid.len(), 1);
}

#[test]
fn a_line_of_units_belongs_to_the_header() {
    let laid = sheet(grid("名称|收入|覆盖率\n|(万元)|(%)\n上坝村|3|63"), "t.csv");
    assert_eq!(headings(&laid), ["名称", "收入", "覆盖率"]);
    assert_eq!(laid.headings.iter().map(|h| h.unit.as_deref()).collect::<Vec<_>>(), [None, Some("万元"), Some("%")]);
    assert_eq!(rows(&laid).len(), 1);
}

#[test]
fn vertical_merges_of_the_body_are_filled_down() {
    let laid = sheet(merged(grid("乡镇|村|数\n河口镇|上坝村|1\n|下坝村|2\n山口镇|山口村|3"), &[(2, 3, 0, 0)]), "t.xlsx");
    let towns: Vec<&str> = laid.rows().map(|r| r.get(0)).collect();
    assert_eq!(towns, ["河口镇", "河口镇", "山口镇"]);
    let unmerged = sheet(grid("乡镇|村|数\n河口镇|上坝村|1\n|下坝村|2"), "t.csv");
    assert_eq!(unmerged.row(1).get(0), "", "what is not merged is not guessed");
}

#[test]
fn headings_repeated_on_each_page_go() {
    let laid = sheet(grid("一览表\n编码|名称|数\n01|甲村|1\n一览表\n编码|名称|数\n02|乙村|2"), "t.csv");
    assert_eq!(cuts(&laid), [(1, Cut::Title), (4, Cut::Repeat), (5, Cut::Repeat)]);
    assert_eq!(laid.len(), 2);
}

#[test]
fn blank_rows_and_columns_do_no_harm() {
    let laid = sheet(grid("\n|编码||名称\n\n|01||甲村\n\n|02||乙村"), "t.csv");
    assert_eq!(headings(&laid), ["编码", "名称"]);
    assert_eq!(rows(&laid), [(4, vec!["01", "甲村"]), (6, vec!["02", "乙村"])]);
}

#[test]
fn hidden_rows_are_cut_and_said() {
    let mut table = Grid::new("表1");
    for (number, hidden, cells) in [(1, false, ["编码", "名称"]), (2, true, ["01", "甲村"]), (3, false, ["02", "乙村"])] {
        table.begin(number, hidden);
        cells.iter().enumerate().for_each(|(column, cell)| table.push(column, Kind::Text, cell));
    }
    table.finish();
    let laid = sheet(table, "t.xlsx");
    assert_eq!((laid.len(), laid.count(Cut::Hidden)), (1, 1));
    assert_eq!(laid.notes.iter().map(|n| (n.code.as_str(), n.spot.line)).collect::<Vec<_>>(), [("W_LAYOUT_HIDDEN", Some(2))]);
}

#[test]
fn sheets_of_months_take_the_year_of_the_title_or_the_file() {
    let of = |name: &str, title: &str, file: &str| {
        let mut table = grid(&format!("{title}\n编码|名称|数\n01|甲村|1"));
        table.name = name.to_owned();
        let laid = sheet(table, file);
        (laid.period.map(|p| p.to_string()).unwrap_or_default(), laid.notes.len())
    };
    assert_eq!(of("9月", "2025年一览表", "t.xlsx"), ("2025-09".into(), 0));
    assert_eq!(of("九月份", "一览表", "月报/2025年月报.xlsx"), ("2025-09".into(), 0));
    assert_eq!(of("2025.8", "2025年9月一览表", "t.xlsx"), ("2025-08".into(), 1));
    assert_eq!(of("Sheet1", "2025年第三季度", "t.xlsx"), ("2025Q3".into(), 0));
    assert_eq!(of("Sheet1", "一览表", "t.xlsx"), (String::new(), 0));
}

#[test]
fn a_village_called_like_a_label_stays() {
    let laid = sheet(grid("名称|类别|数\n电话村|1|2\n说明堡村|1|2\n审核通过村|3|4"), "t.csv");
    assert_eq!(laid.len(), 3);
}

#[test]
fn one_column_is_a_table_too() {
    let laid = sheet(grid("名称\n甲村\n乙村"), "t.csv");
    assert_eq!((headings(&laid), laid.len()), (vec!["名称"], 2));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn every_row_is_data_or_cut(cells in prop::collection::vec(prop::collection::vec("|[0-9]{1,4}|合计|注:|上坝村|名称|填表人:", 0..5), 0..9), top in 1_u32..8, bottom in 1_u32..9) {
        let text: Vec<String> = cells.iter().map(|row| row.join("|")).collect();
        let table = merged(grid(&text.join("\n")), &[(top.min(bottom), bottom.max(top), 0, 1)]);
        let all = table.len();
        let laid = sheet(table, "t");
        prop_assert_eq!(laid.len() + laid.cut.len(), all);
        for row in laid.rows() {
            for heading in 0..laid.headings.len() {
                let _ = (row.get(heading), row.kind(heading), laid.place(row, heading));
            }
        }
    }
}
