//! The made-up county of the screening bench: 120,000 grids in 30 townships, 60,000 branches, 5 indicators
//! in 4 months, the rules of base and 20 more.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use crate::{BRANCHES, GRIDS, TOWNSHIPS, draw};

const VILLAGES: u32 = 600;
const MONTHS: [&str; 4] = ["2025-07", "2025-08", "2025-09", "2025-10"];
const INDICATORS: u32 = 5;

const FRAMEWORK: &str = r#"[framework]
id = "bench"
name = "测试县"
name_en = "bench"
privacy = "org-level"
extends = ["base"]
"#;

const MANIFEST: &str = r#"[workspace]
name = "测试县"
county = "990121"
framework = "framework.toml"

[[table]]
file = "units.csv"
what = "units"
key = "编码"
columns = { name = "名称", level = "层级", parent = "上级" }

[[table]]
file = "branches.csv"
what = "branches"
key = "组织编码"
columns = { name = "名称", kind = "类型", unit = "所在网格" }
"#;

/// The 20 rules: label, subject, condition.
const RULES: [(&str, &str, &str); 20] = [
    ("书记出缺", "branch", r#"{ field = "书记空缺月数", op = ">", value = 3 }"#),
    ("多年未发展", "branch", r#"{ field = "连续未发展党员年数", op = ">=", value = 3 }"#),
    ("党日缺开", "branch", r#"{ field = "近12月主题党日缺次", op = ">=", value = 3 }"#),
    ("场所偏小", "branch", r#"{ field = "阵地面积", op = "<", value = 20 }"#),
    ("满意率偏低", "branch", r#"{ field = "满意率", op = "<", value = 60 }"#),
    ("收入偏低", "branch", r#"{ all = [{ field = "领域", in = ["农村"] }, { field = "村集体经济年收入", op = "<", value = 5 }] }"#),
    ("公开逾期", "branch", r#"{ age_of = "最近公开日期", age_in = "months", op = ">", value = 6 }"#),
    ("生活会逾期", "branch", r#"{ age_of = "最近组织生活会日期", age_in = "days", op = ">", value = 600 }"#),
    ("换届到期", "branch", r#"{ age_of = "最近换届日期", age_in = "years", op = ">=", value = 6 }"#),
    ("委员不足覆盖", "branch", r#"{ field = "支部委员数", op = "<", than_field = "覆盖单位数" }"#),
    (
        "网格不到位",
        "branch",
        r#"{ all = [{ field = "党员规模档", op = "==", value = "7–50" }, { indicator = "X-1", op = "<", value = 5 }] }"#,
    ),
    ("两项都低", "branch", r#"{ all = [{ indicator = "X-2", op = "<", value = 10 }, { indicator = "X-3", op = "<", value = 10 }] }"#),
    ("连续三期偏低", "branch", r#"{ indicator = "X-4", op = "<", value = 30, over = { last = 3, of = "period", how = "every" } }"#),
    (
        "四期三次偏低",
        "grid",
        r#"{ indicator = "X-1", op = "<", value = 20, over = { last = 4, of = "period", how = "count", at_least = 3 } }"#,
    ),
    ("四期合计偏低", "grid", r#"{ indicator = "X-2", op = "<", value = 60, over = { last = 4, of = "period", how = "sum" } }"#),
    ("连续两期偏低", "grid", r#"{ indicator = "X-3", op = "<", value = 10, over = { last = 2, of = "period", how = "every" } }"#),
    ("连续四期偏低", "grid", r#"{ indicator = "X-5", op = "<", value = 30, over = { last = 4, of = "period", how = "every" } }"#),
    (
        "低于另一项",
        "grid",
        r#"{ all = [{ indicator = "X-4", op = "<", value = 5 }, { indicator = "X-4", op = "<", than_indicator = "X-5" }] }"#,
    ),
    ("乡镇合计偏低", "township", r#"{ indicator = "X-1", op = "<", value = 100000 }"#),
    (
        "村合计偏低",
        "village",
        r#"{ any = [{ indicator = "X-2", op = "<", value = 9000 }, { not = { indicator = "X-3", op = ">", value = 9000 } }] }"#,
    ),
];

/// Writes the county's files into a folder.
pub(crate) fn make(dir: &Path) {
    let maps = dir.join("maps");
    fs::create_dir_all(&maps).expect("folder");
    let save = |name: &str, text: String| fs::write(maps.join(name), text).expect("written");
    let (mut framework, mut manifest) = (FRAMEWORK.to_owned(), MANIFEST.to_owned());
    for n in 1..=INDICATORS {
        let _ = write!(
            framework,
            "\n[[indicator]]\nid = \"X-{n}\"\nlabel = \"第{n}项\"\nlabel_en = \"X-{n}\"\nunit = \"个\"\nkind = \"count\"\nlevel = \"grid\"\ndirection = \"up\"\nrollup = \"sum\"\nmin_share = 0.5\nevery_months = 1\n"
        );
    }
    for (n, (label, on, when)) in RULES.iter().enumerate() {
        let _ = write!(
            framework,
            "\n[[rule]]\nid = \"r{n}\"\nlabel = \"{label}\"\nlabel_en = \"r{n}\"\non = \"{on}\"\nwhen = {when}\nseverity = \"amber\"\n"
        );
    }
    let columns: Vec<String> = (1..=INDICATORS).map(|n| format!("X-{n} = \"x{n}\"")).collect();
    for month in MONTHS {
        let _ = write!(
            manifest,
            "\n[[table]]\nfile = \"{month}.csv\"\nwhat = \"values\"\nkey = \"编码\"\nlevel = \"grid\"\nperiod = \"{month}\"\ncolumns = {{ {} }}\n",
            columns.join(", ")
        );
        save(&format!("{month}.csv"), values(month));
    }
    save("framework.toml", framework);
    save("manifest.toml", manifest);
    save("units.csv", units());
    save("branches.csv", branches());
}

/// The codes of a grid, its village and its township.
pub(crate) fn grid(row: u32) -> [String; 3] {
    let (village, town) = (row / (GRIDS / VILLAGES), row / (GRIDS / TOWNSHIPS));
    let town = format!("990121{:03}", 100 + town);
    let village = format!("{town}{village:03}");
    [format!("{village}{row:06}"), village, town]
}

fn units() -> String {
    let mut out = "编码,名称,层级,上级\n990121,测试县,county,\n".to_owned();
    let (mut last_town, mut last_village) = (String::new(), String::new());
    for row in 0..GRIDS {
        let [code, village, town] = grid(row);
        if town != last_town {
            let _ = writeln!(out, "{town},第{town}镇,township,990121");
            last_town.clone_from(&town);
        }
        if village != last_village {
            let _ = writeln!(out, "{village},第{village}村,village,{town}");
            last_village.clone_from(&village);
        }
        let _ = writeln!(out, "{code},第{row}网格,grid,{village}");
    }
    out
}

fn values(month: &str) -> String {
    let mut out = "编码,x1,x2,x3,x4,x5\n".to_owned();
    let seed = month.bytes().map(u32::from).sum::<u32>();
    for row in 0..GRIDS {
        out.push_str(&grid(row)[0]);
        for n in 0..INDICATORS {
            let x = draw(row, seed * 10 + n);
            // One of 12 did not report.
            let _ = if x.is_multiple_of(12) { write!(out, ",") } else { write!(out, ",{}", x % 100) };
        }
        out.push('\n');
    }
    out
}

/// One of twenty cells is empty; what makes a lead is rare.
fn branches() -> String {
    let columns = [
        "支部委员数",
        "覆盖单位数",
        "书记空缺月数",
        "连续未发展党员年数",
        "近12月主题党日缺次",
        "阵地面积",
        "满意率",
        "村集体经济年收入",
        "最近换届日期",
        "最近组织生活会日期",
        "最近公开日期",
    ];
    let mut out = format!("组织编码,名称,类型,所在网格,领域,党员规模档,{}\n", columns.join(","));
    for row in 0..BRANCHES {
        let of = |n: u32, words: &[&'static str]| words[draw(row, n) as usize % words.len()];
        let _ = write!(
            out,
            "9901212{row:06},第{row}党支部,{},{},{},{}",
            of(1, &["党支部", "党支部", "党支部", "联合党支部", "党总支"]),
            grid(row * (GRIDS / BRANCHES))[0],
            of(2, &["农村", "农村", "社区", "机关", "两新"]),
            of(3, &["3–6", "7–50", "7–50", "51–99"]),
        );
        for n in 10..21 {
            let x = draw(row, n);
            let most = x % 97;
            let _ = match n {
                _ if x.is_multiple_of(20) => write!(out, ","),
                10 => write!(out, ",{}", 3 + most % 4),
                11 => write!(out, ",{}", 1 + most % 3),
                12 => write!(out, ",{}", most / 20),
                13 => write!(out, ",{}", most / 25),
                14 => write!(out, ",{}", most / 28),
                15 => write!(out, ",{}", 18 + most),
                16 => write!(out, ",{}.{}", 58 + most % 42, x % 10),
                17 => write!(out, ",{}.{}", 4 + most * 2, x % 10),
                18 => write!(out, ",20{:02}-{:02}-{:02}", 20 + x % 6, 1 + x % 12, 1 + x % 28),
                19 => write!(out, ",2024-{:02}-{:02}", 1 + x % 12, 1 + x % 28),
                _ => write!(out, ",2025-{:02}-{:02}", 4 + x % 8, 1 + x % 28),
            };
        }
        out.push('\n');
    }
    out
}
