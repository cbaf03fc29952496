use std::collections::HashSet;

use super::*;
use crate::framework::condition::Op;
use crate::framework::schema::{Beat, Goal};
use crate::locale::Lang;
use proptest::prelude::*;

const GOOD: &str = r#"
[framework]
id = "a"
name = "甲"
privacy = "org-level"

[[level]]
code = "leaf"
label = "末"
parent = "top"

[[level]]
code = "top"
label = "顶"

[[indicator]]
id = "X-1"
label = "例"
kind = "ratio"
level = "leaf"
direction = "up"
rollup = "weighted"
min_share = 0.5
bands = [60, 80.5]
every_months = 3

[[rule]]
id = "r"
label = "则"
on = "branch"
all = [{ field = "列", op = ">", value = 3 }, { indicator = "X-1", op = "<", value = 60 }]
"#;

fn problems(text: &str) -> Vec<(String, Option<u64>, Option<String>)> {
    Framework::parse(text, "f.toml").expect_err("mistakes").into_iter().map(|p| (p.code, p.spot.line, p.spot.field)).collect()
}

fn codes(text: &str) -> Vec<String> {
    problems(text).into_iter().map(|(code, ..)| code).collect()
}

#[test]
fn a_good_framework_loads_with_its_levels_in_order() {
    let f = Framework::parse(GOOD, "f.toml").expect("good");
    assert_eq!(f.levels.iter().map(|l| l.code.as_str()).collect::<Vec<_>>(), ["top", "leaf"]);
    assert_eq!((f.name_en.as_str(), f.demo, f.sha256.len()), ("甲", false, 64));
    assert_eq!(f.indicators[0].bands, [60.0, 80.5]);
    assert_eq!(f.rules[0].when.tests().len(), 2);
    assert_eq!(f.rules[0].basis.document, "");
}

#[test]
fn the_demo_framework_loads() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/frameworks/qinghe.toml");
    let f = Framework::load(&path, "qinghe.toml").expect("the demo");
    assert_eq!((f.levels.len(), f.bases.len(), f.seasons.len(), f.demo), (5, 4, 1, true));
    assert!((9..=20).contains(&f.indicators.len()) && (5..=7).contains(&f.rules.len()));
    // Indicators of different kinds, two of them counted, and something 未配置.
    let kinds: HashSet<_> = f.indicators.iter().map(|i| i.kind).collect();
    assert!(kinds.len() >= 4, "{kinds:?}");
    assert_eq!(f.indicators.iter().filter(|i| i.derived.is_some()).count(), 2);
    assert!(f.indicators.iter().any(|i| i.document.is_empty()) && f.rules.iter().any(|r| r.basis.document.is_empty()));
    assert!(f.indicators.iter().all(|i| !i.definition.is_empty() && i.short.chars().count() <= 4));
}

#[test]
fn ten_mistakes_are_reported_at_once_each_with_its_line_and_key() {
    let text = r#"
[framework]
id = "a"
privacy = "none"
colour = "red"
[[level]]
code = "top"
label = "顶"
[[level]]
code = "leaf"
label = "户"
parent = "trunk"
[[indicator]]
id = "X-1"
label = "例"
kind = "percent"
level = "twig"
direction = "up"
rollup = "weighted"
min_share = 80
bands = [60, 50]
every_months = 3
[[rule]]
id = "r"
label = "则"
on = "branch"
all = [{ indicator = "X-9", op = "<", value = 60 }]
"#;
    let at = |code: &str, line: u64, field: &str| (code.to_owned(), Some(line), Some(field.to_owned()));
    assert_eq!(
        problems(text),
        [
            at("E_FRAMEWORK_KEY_MISSING", 2, "framework.name"),
            at("E_FRAMEWORK_WORD", 4, "framework.privacy"),
            at("E_FRAMEWORK_KEY_UNKNOWN", 5, "framework.colour"),
            at("E_PRIVACY_LEVEL", 11, "level.code"),
            at("E_FRAMEWORK_LEVEL_UNKNOWN", 12, "level.parent"),
            at("E_FRAMEWORK_WORD", 16, "indicator.kind"),
            at("E_FRAMEWORK_LEVEL_UNKNOWN", 17, "indicator.level"),
            at("E_FRAMEWORK_SHARE", 20, "indicator.min_share"),
            at("E_FRAMEWORK_BANDS_ORDER", 21, "indicator.bands"),
            at("E_FRAMEWORK_INDICATOR_UNKNOWN", 27, "rule.all.indicator"),
        ]
    );
}

/// Branches by what units report, and units by what branches report.
const RATED_BRANCHES: &str =
    "[[rating]]\nid = \"s\"\nlabel = \"星\"\non = \"branch\"\nkind = \"levels\"\nmax = 5\nmetric = \"X-1\"\n[[rule]]";
const RATED_UNITS: &str = "[[indicator]]\nid = \"X-2\"\nlabel = \"星数\"\nkind = \"star\"\nlevel = \"branch\"\ndirection = \"up\"\nrollup = \"median\"\n\
    every_months = 12\n[[rating]]\nid = \"s\"\nlabel = \"星\"\non = \"leaf\"\nkind = \"levels\"\nmax = 5\nmetric = \"X-2\"\n[[rule]]";

#[test]
fn who_reports_may_be_branches() {
    let text = GOOD.replacen("level = \"leaf\"\ndirection", "level = \"branch\"\ndirection", 1);
    let framework = Framework::parse(&text, "f.toml").expect("good");
    assert!(framework.indicators[0].is_of_branches());
    let whole = Framework::combine(vec![framework]).expect("together");
    assert!(whole.indicators[0].is_of_branches() && whole.notes.is_empty(), "{:?}", whole.notes);
}

#[test]
fn each_single_mistake_has_its_own_code() {
    for (from, to, code) in [
        ("parent = \"top\"", "", "E_FRAMEWORK_LEVEL_ROOTS"),
        ("label = \"顶\"", "label = \"顶\"\nparent = \"leaf\"", "E_FRAMEWORK_LEVEL_CYCLE"),
        ("[[indicator]]", "[[level]]\ncode = \"b\"\nlabel = \"乙\"\nparent = \"top\"\n[[indicator]]", "E_FRAMEWORK_LEVEL_FORK"),
        ("code = \"leaf\"", "code = \"top\"", "E_FRAMEWORK_DUPLICATE"),
        ("bands = [60, 80.5]", "bands = [1, 2, 3, 4, 5]", "E_FRAMEWORK_BANDS_MANY"),
        ("bands = [60, 80.5]", "bands = [60, 60]", "E_FRAMEWORK_BANDS_ORDER"),
        ("bands = [60, 80.5]", "bands = [60, nan]", "E_FRAMEWORK_TYPE"),
        ("min_share = 0.5", "derived = \"leads\"", "E_FRAMEWORK_DERIVED"),
        ("min_share = 0.5", "threshold = 5", "E_FRAMEWORK_THRESHOLD_UNUSED"),
        ("rollup = \"weighted\"", "rollup = \"share_at_or_above\"", "E_FRAMEWORK_THRESHOLD_MISSING"),
        ("rollup = \"weighted\"", "rollup = \"sum\"", "E_FRAMEWORK_ROLLUP_KIND"),
        ("every_months = 3", "every_months = 5", "E_FRAMEWORK_EVERY"),
        ("every_months = 3", "", "E_FRAMEWORK_KEY_MISSING"),
        ("field = \"列\"", "field = \"身份证号\"", "E_PRIVACY_FIELD"),
        ("label = \"例\"", "label = \"信访量\"", "E_PRIVACY_FIELD"),
        ("field = \"列\", ", "", "E_FRAMEWORK_OPERAND"),
        ("value = 3", "value = \"三\"", "E_FRAMEWORK_TEXT_ORDER"),
        ("value = 3", "value = true", "E_FRAMEWORK_TYPE"),
        ("min_share = 0.5\nbands = [60, 80.5]\nevery_months = 3", "derived = \"leads\"", "E_FRAMEWORK_RULE_ON_LEADS"),
        ("name = \"甲\"", "name = \"甲\"\nstart = \"2025-02-30\"", "E_FRAMEWORK_DATE"),
        ("name = \"甲\"", "name = \"甲\"\nstart = \"2025-02-03\"\ndue = \"2024-01-01\"", "E_FRAMEWORK_DUE"),
        ("code = \"leaf\"", "code = \"branch\"", "E_FRAMEWORK_LEVEL_BRANCH"),
        (
            "level = \"leaf\"\ndirection = \"up\"\nrollup = \"weighted\"\nmin_share = 0.5",
            "level = \"branch\"\ndirection = \"up\"\nrollup = \"weighted\"\nderived = \"leads\"",
            "E_FRAMEWORK_DERIVED",
        ),
        ("[[rule]]", RATED_BRANCHES, "E_FRAMEWORK_METRIC_UNITS"),
        ("[[rule]]", RATED_UNITS, "E_FRAMEWORK_METRIC_BRANCHES"),
    ] {
        assert!(GOOD.contains(from), "{from}");
        let found = codes(&GOOD.replacen(from, to, 1));
        assert!(found.iter().any(|c| c == code), "{to}: {found:?}");
    }
}

#[test]
fn broken_toml_still_reports_what_else_is_wrong() {
    let text = GOOD.replacen("name = \"甲\"", "name = 甲", 1).replacen("min_share = 0.5", "min_share = 2", 1);
    let found = codes(&text);
    assert!(found.contains(&"E_FRAMEWORK_SYNTAX".to_owned()) && found.contains(&"E_FRAMEWORK_SHARE".to_owned()), "{found:?}");
    assert!(!codes("").is_empty() && !codes("\u{feff}x").is_empty());
    assert_eq!(Framework::load(Path::new("no/such"), "no").expect_err("none")[0].code, "E_FRAMEWORK_READ");
}

#[test]
fn every_code_of_this_module_has_its_text_in_both_languages() {
    let source = concat!(
        include_str!("mod.rs"),
        include_str!("conditions.rs"),
        include_str!("cover.rs"),
        include_str!("flow.rs"),
        include_str!("head.rs"),
        include_str!("indicators.rs"),
        include_str!("levels.rs"),
        include_str!("lists.rs"),
        include_str!("ratings.rs"),
        include_str!("rules.rs"),
        include_str!("targets.rs"),
        include_str!("terms.rs"),
        include_str!("text.rs"),
        include_str!("zones.rs"),
        include_str!("../read.rs"),
        include_str!("../combine.rs"),
        include_str!("../combine/joined.rs")
    );
    let mut seen = 0;
    for code in source.split('"').filter(|w| w.len() > 2 && w.starts_with("E_") && w.chars().all(|c| c.is_ascii_uppercase() || c == '_')) {
        for lang in [Lang::Zh, Lang::En] {
            assert!(lang.has(&format!("problem.{code}")), "{code}");
        }
        seen += 1;
    }
    assert!(seen > 20);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    /// A file damaged anywhere loads or says what is wrong, and never panics.
    #[test]
    fn damaged_files_load_or_are_refused_with_reasons(at in 0..GOOD.len(), len in 0..40_usize, with in "\\PC{0,8}") {
        let cut = |n: usize| (0..=n.min(GOOD.len())).rev().find(|n| GOOD.is_char_boundary(*n)).unwrap_or(0);
        let text = format!("{}{with}{}", &GOOD[..cut(at)], &GOOD[cut(at + len)..]);
        match Framework::parse(&text, "f.toml") {
            Ok(framework) => prop_assert!(!framework.levels.is_empty() && !framework.indicators.is_empty()),
            Err(problems) => {
                prop_assert!(!problems.is_empty());
                let lines = text.lines().count() as u64 + 1;
                prop_assert!(problems.iter().all(|p| p.spot.line.is_some_and(|l| l <= lines)), "{problems:?}");
            }
        }
    }
}

/// One of every section and key.
pub(crate) const EVERYTHING: &str = include_str!("everything.toml");

#[test]
fn one_of_everything_loads() {
    let f = Framework::parse(EVERYTHING, "every.toml").expect("good");
    assert_eq!((f.levels.len(), f.coverages.len(), f.zones[0].tasks.len(), f.tasks.len()), (4, 2, 2, 1));
    assert_eq!((f.targets.len(), f.establish.len(), f.premises.len(), f.ratings.len(), f.items.len()), (3, 2, 3, 3, 2));
    assert_eq!((f.workflows.len(), f.cadences.len(), f.lists.len(), f.matrices.len(), f.kinds.len()), (1, 7, 1, 2, 1));
    assert_eq!((f.terms[0].years, f.terms[0].ahead_months.as_slice(), f.seasons[0].rules.len()), (5, &[12, 6, 3, 1][..], 1));
    assert_eq!((f.targets[1].goal, f.premises[1].min_m2, f.establish[1].when.is_unset()), (Goal::Unset(Op::AtLeast), None, true));
    assert_eq!(f.targets[2].goal, Goal::Between(3.0, 5.0));
    assert!(f.rules[0].enabled && f.rules[1].is_relative() && !f.rules[1].enabled);
    assert_eq!(f.rules[0].when.tests().len(), 6);
    assert_eq!(f.indicators[0].checks.len(), 1);
    assert_eq!(f.indicators[0].definition, "甲比乙。分子：甲数；分母：乙数。");
    assert_eq!(f.indicators[2].coverage.as_deref(), Some("cov-leaf"));
    assert_eq!(f.matrices[1].cells, [[Some("X-1".into()), None]]);
    assert_eq!(f.cadences[5].beat, Beat::BySeverity(vec![("一般".into(), 30), ("重点".into(), 7), ("重大".into(), 0)]));
    assert_eq!(f.cadences[6].beat, Beat::YearDays(vec![(2, 29), (7, 1), (12, 10)]));
    assert!(f.rules[2].when.tests()[0].rank.as_ref().is_some_and(|rank| rank.share) && !f.rules[2].enabled);
    // Every kind of item can name what it rests on.
    let bases = [
        &f.zones[0].basis,
        &f.tasks[0].basis,
        &f.ratings[0].basis,
        &f.scorecards[0].basis,
        &f.items[0].basis,
        &f.workflows[0].basis,
        &f.cadences[0].basis,
        &f.seasons[0].basis,
        &f.lists[0].basis,
        &f.pairings[0].basis,
        &f.regions[0].basis,
        &f.groups[0].basis,
        &f.matrices[0].basis,
        &f.kind_bases[&f.kinds[0].number],
    ];
    for (n, basis) in bases.into_iter().enumerate() {
        assert_eq!((basis.document.as_str(), basis.article.as_str()), ("某文件", "第七条"), "{n}");
        assert!(basis.confidence.is_some() && basis.since.is_some() && basis.until.is_some(), "{n}");
    }
    assert_eq!(f.parts[0].text.as_ref(), EVERYTHING);
}

const CHILD: &str = r#"
[framework]
id = "child"
name = "子"
privacy = "org-level"
extends = "a"

[[indicator]]
id = "X-2"
label = "自己的"
kind = "count"
level = "leaf"
direction = "down"
rollup = "sum"
every_months = 1
check = ["X-2 <= X-1"]

[[rule]]
id = "r"
label = "有了数"
on = "leaf"
when = { any = [{ indicator = "a/X-1", op = "<", value = 1 }, { indicator = "X-2", op = ">", value = 1 }] }
"#;

fn family(id: &str) -> Option<Source> {
    (id == "a").then(|| Source { file: "a.toml".into(), text: GOOD.into() })
}

#[test]
fn a_child_takes_levels_and_references_from_what_it_extends() {
    let f = Framework::parse_with(CHILD, "child.toml", &family).expect("good");
    assert_eq!(f.levels.len(), 2);
    assert!(!f.head.own_levels && f.bases[0].head.own_levels);
    assert_eq!(f.rules[0].when.indicators().iter().map(|i| i.as_str()).collect::<Vec<_>>(), ["a/X-1", "X-2"]);
    assert_eq!(f.indicators[0].checks[0].other.as_str(), "a/X-1");
}

#[test]
fn what_cannot_be_extended_says_so() {
    let code = |text: &str, find: &Find<'_>| {
        let problems = Framework::parse_with(text, "child.toml", find).expect_err("mistakes");
        problems.into_iter().map(|p| format!("{} {}", p.spot.file, p.code)).collect::<Vec<_>>()
    };
    assert!(code(CHILD, &|_| None).contains(&"child.toml E_FRAMEWORK_EXTENDS".to_owned()));
    let circle = |id: &str| {
        Some(Source { file: "a.toml".into(), text: CHILD.replace("\"child\"", &format!("\"{id}\"")).replace("\"a\"", "\"child\"") })
    };
    assert!(code(CHILD, &circle).contains(&"a.toml E_FRAMEWORK_EXTENDS_CYCLE".to_owned()));
    let other = |_: &str| Some(Source { file: "a.toml".into(), text: GOOD.replace("id = \"a\"", "id = \"b\"") });
    assert!(code(CHILD, &other).contains(&"child.toml E_FRAMEWORK_EXTENDS_ID".to_owned()));
    let bad = |_: &str| Some(Source { file: "a.toml".into(), text: GOOD.replace("every_months = 3", "every_months = 4") });
    let found = code(CHILD, &bad);
    assert!(found.contains(&"child.toml E_FRAMEWORK_EXTENDS_BAD".to_owned()) && found.contains(&"a.toml E_FRAMEWORK_EVERY".to_owned()));
}

#[test]
fn together_every_id_is_qualified_and_what_is_declared_again_hides_the_base() {
    let child = Framework::parse_with(CHILD, "child.toml", &family).expect("good");
    let every = Framework::parse(EVERYTHING, "every.toml").expect("good");
    let whole = Framework::combine(vec![every, child]).expect("one");
    assert_eq!(whole.parts.iter().map(|p| p.id.as_str()).collect::<Vec<_>>(), ["every", "child", "a"]);
    let ids: Vec<_> = whole.indicators.iter().map(|i| i.id.as_str()).collect();
    assert_eq!(ids, ["every/X-1", "every/X-2", "every/X-3", "every/X-4", "every/X-9", "child/X-2", "a/X-1"]);
    // `a/r` is declared again by the child.
    assert_eq!(whole.rules.iter().map(|r| r.id.as_str()).collect::<Vec<_>>(), ["every/r1", "every/r2", "every/r3", "child/r"]);
    assert_eq!(whole.rules[3].when.indicators().iter().map(|i| i.as_str()).collect::<Vec<_>>(), ["a/X-1", "child/X-2"]);
    assert_eq!(whole.indicators[2].coverage.as_deref(), Some("every/cov-leaf"));
    assert_eq!(whole.ratings[1].named.id, "every/R2");
    assert_eq!((whole.levels.len(), whole.notes.len(), whole.sha256.len()), (4, 0, 64));
}

#[test]
fn what_needs_a_level_that_the_tree_lacks_is_left_out_and_named() {
    let small = Framework::parse(GOOD, "a.toml").expect("good");
    let every = Framework::parse(EVERYTHING, "every.toml").expect("good");
    let whole = Framework::combine(vec![small, every]).expect("one");
    assert!(whole.rules.iter().all(|r| r.id != "every/r2"));
    let notes: Vec<_> = whole.notes.iter().map(|p| (p.code.as_str(), p.args[0].as_str(), p.args[1].as_str())).collect();
    assert_eq!(notes, [("E_FRAMEWORK_LEFT_LEVEL", "every/r2", "mid")]);
    let levels =
        Framework::parse(&GOOD.replace("\"leaf\"", "\"twig\"").replace("label = \"末\"", "label = \"村/末\""), "b.toml").expect("good");
    let whole = Framework::combine(vec![levels, Framework::parse(EVERYTHING, "every.toml").expect("good")]).expect("one");
    assert!(whole.indicators.iter().all(|i| i.level.as_str() == "twig" || i.is_of_branches()), "a level is known by its label too");
    assert_eq!(Framework::combine(Vec::new()).expect_err("none")[0].code, "E_FRAMEWORK_NO_TREE");
    let other = GOOD.replace("name = \"甲\"", "name = \"乙\"");
    let two = vec![Framework::parse(GOOD, "a.toml").expect("good"), Framework::parse(&other, "b.toml").expect("good")];
    assert_eq!(Framework::combine(two).expect_err("twice")[0].code, "E_FRAMEWORK_TWICE");
}

/// What published ways of working ask for and this product never models, as a framework would name it.
const NEVER: &str = "婚丧报备|党员中心户|居民点题人|党员联系户|纠纷当事人|执法对象|民族人口|贫困人口|挂钩农户|宴请申报|劝阻对象|七查三算|违法越级上访|一户一台账|贫困户点单|意见人|户积分|\
    三问三看|健康状况|行踪|宗教渗透|微心愿人|特殊人群|社区矫正|视频监控|不稳定因素|黑名单|建房到户|搬迁到户|一户多宅|困难群众|诉求人|空巢老人|暂住登记|信访量|上访人次|留守儿童|低保户|残疾人|党员积分排名|\
    来访迹象|外出迹象|家庭物资储备|24小时监控|路口监控|贷款到户|红黑名单";

#[test]
fn what_is_never_modelled_cannot_be_declared_anywhere() {
    assert!(NEVER.split('|').count() >= 25);
    // Every key that takes a label, a heading or a list of them.
    let places = [
        ("label = \"例一\"", "label = \"{}\""),
        ("short = \"例\"", "short = \"{}\""),
        ("synonyms = [\"例子\"]", "synonyms = [\"{}\"]"),
        ("label_en = \"First\"", "label_en = \"{}\""),
        ("{ field = \"职工数\", op = \">=\", value = 100 }", "{ field = \"{}\", op = \">=\", value = 100 }"),
        ("than_field = \"另列\"", "than_field = \"{}\""),
        ("age_of = \"换届日期\"", "age_of = \"{}\""),
        ("fields = [\"条目号\", ", "fields = [\"{}\", "),
        ("entity = \"非公企业\"", "entity = \"{}\""),
        ("label = \"任务一\"", "label = \"{}\""),
        ("label = \"总任务\"", "label = \"{}\""),
        ("group = \"第一行动\"", "group = \"{}\""),
        ("label = \"甲区\"", "label = \"{}\""),
        ("word = \"两新组织\"", "word = \"{}\""),
        ("of = [\"两企三新\", ", "of = [\"{}\", "),
        ("label = \"到八成\"", "label = \"{}\""),
        ("label = \"应建总支\"", "label = \"{}\""),
        ("label = \"场所面积\"", "label = \"{}\""),
        ("label = \"则一\"", "label = \"{}\""),
        ("label = \"星级\"", "label = \"{}\""),
        ("levels = [\"一星\", ", "levels = [\"{}\", "),
        ("label = \"红\"", "label = \"{}\""),
        ("label = \"投入\"", "label = \"{}\""),
        ("label = \"否决项\"", "label = \"{}\""),
        ("states = [\"排查\", ", "states = [\"{}\", \"排查\", "),
        ("extra_flags = [\"挂牌督办\"]", "extra_flags = [\"{}\"]"),
        ("require = [\"方案\"]", "require = [\"{}\"]"),
        ("label = \"每月十五\"", "label = \"{}\""),
        ("label = \"需求清单\"", "label = \"{}\""),
        ("from = \"区直部门\"", "from = \"{}\""),
        ("label = \"东片\"", "label = \"{}\""),
        ("one = \"社区党组织\"", "one = \"{}\""),
        ("label = \"行甲\"", "label = \"{}\""),
        ("label = \"列一\"", "label = \"{}\""),
        ("code = \"rows\"\nlabel = \"楼栋\"", "code = \"rows\"\nlabel = \"{}\""),
    ];
    for (n, word) in NEVER.split('|').enumerate() {
        // Every word in one place, and every place with some of the words: 40 × 35 files are too many.
        for (from, to) in places.iter().skip(n % 5).step_by(5) {
            assert!(EVERYTHING.contains(from), "{from}");
            let found = codes(&EVERYTHING.replacen(from, &to.replace("{}", word), 1));
            assert!(found.iter().any(|c| c.starts_with("E_PRIVACY")), "{word} in {to}: {found:?}");
        }
    }
}

#[test]
fn numbers_of_persons_stand_nowhere_in_a_framework() {
    for (from, to) in [("note = \"测试用\"", "note = \"找 138 0000 1111\""), ("lead = \"组织部门\"", "lead = \"13800001111\"")] {
        let found = codes(&EVERYTHING.replacen(from, to, 1));
        assert!(found.contains(&"E_PRIVACY_NUMBER".to_owned()), "{found:?}");
    }
}

const README: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/data/frameworks/README.md"));

/// Every key that the loader asks for, as it stands in a file with one of everything.
fn known_keys() -> std::collections::BTreeSet<String> {
    let mut report = Report::new(EVERYTHING, "every.toml");
    let (document, _) = DeTable::parse_recoverable(EVERYTHING);
    let reader = Reader {
        report: &mut report,
        gate: Gate,
        find: &|_| None,
        way: &mut super::Way { ids: Vec::new(), parsed: &mut super::Parsed::default() },
        id: String::new(),
        levels: Vec::new(),
        bases: Vec::new(),
        indicators: Vec::new(),
        denied: Privacy::default(),
        elsewhere: Vec::new(),
        form: false,
    };
    reader.framework(document.get_ref());
    report.known().iter().map(|path| path.rsplit('.').next().unwrap_or(path).to_owned()).collect()
}

#[test]
fn every_key_is_documented() {
    let keys = known_keys();
    let words: HashSet<&str> = README.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').collect();
    let missing: Vec<_> = keys.iter().filter(|key| !words.contains(key.as_str())).collect();
    assert!(keys.len() > 100 && missing.is_empty(), "{} {missing:?}", keys.len());
}

#[test]
fn every_example_of_the_documentation_parses_and_together_they_load() {
    let blocks: Vec<&str> = README.split("```toml\n").skip(1).filter_map(|b| b.split("```").next()).collect();
    assert!(blocks.len() > 15);
    for block in &blocks {
        let (_, errors) = DeTable::parse_recoverable(block);
        assert!(errors.is_empty(), "{block} {errors:?}");
    }
    // The first is a whole framework.
    let first = Framework::parse(blocks[0], "mine.toml").expect("the five minutes");
    let whole = Framework::combine(vec![first]).expect("one");
    assert!(whole.indicators.iter().any(|i| i.id.as_str() == "mine/MY-01") && whole.rules.iter().any(|r| r.id == "mine/my-closed"));
    // The other examples, put behind it, are one more framework: heads and levels stand once.
    let rest = blocks.iter().skip(1).filter(|b| !b.contains("[framework]") && !b.contains("[[level]]") && b.contains('['));
    let rest: String = rest.filter(|b| !b.starts_with('#')).copied().collect();
    let all = format!("{}{rest}", blocks[0]);
    let problems = Framework::parse(&all, "mine.toml").err().unwrap_or_default();
    assert!(problems.is_empty(), "{problems:?}");
}
