//! 报表: which cell of a workbook is filled with what. The workbook is the county's own; beside it lies
//! `<name>.toml`. data/forms/README.md explains every key.

use std::path::Path;

use super::condition::{Condition, Op};
use super::schema::Named;
use super::{Framework, load};
use crate::domain::form::{CellAt, Layout, Template};
use crate::domain::id::{IndicatorId, LevelId};
use crate::domain::problem::{Problem, Severity, Spot};

/// Where a workspace keeps its forms.
pub const FOLDER: &str = "data/forms";

/// The forms of a workspace, and those that come with the program.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Forms {
    /// Those that can be filled in, in the order of their names.
    pub all: Vec<Form>,
    /// Mistakes of the others.
    pub problems: Vec<Problem>,
}

/// A form.
#[derive(Clone, Debug, PartialEq)]
pub struct Form {
    /// File name without its ending.
    pub name: String,
    /// Id and label.
    pub named: Named,
    /// The workbook.
    pub template: Template,
    /// Where the definition names it.
    pub file_spot: Spot,
    /// The worksheet.
    pub sheet: String,
    /// Where the definition names it.
    pub sheet_spot: Spot,
    /// How many months it speaks of: 1, 3, 6 or 12.
    pub months: u8,
    /// Where its cells were taken from.
    pub source: String,
    /// What a user should know.
    pub note: String,
    /// Cells.
    pub cells: Vec<FormCell>,
    /// Cross-checks.
    pub checks: Vec<Check>,
}

/// A cell.
#[derive(Clone, Debug, PartialEq)]
pub struct FormCell {
    /// Where.
    pub at: CellAt,
    /// Where the definition names it.
    pub spot: Spot,
    /// Label in Chinese and English; `None`: that of the indicator or kind.
    pub label: Option<(String, String)>,
    /// With what it is filled.
    pub what: What,
}

/// With what a cell is filled.
#[derive(Clone, Debug, PartialEq)]
pub enum What {
    /// An indicator at the place.
    Indicator {
        /// Its id in the frameworks in use.
        id: IndicatorId,
        /// Which part of it.
        part: Part,
    },
    /// How many there are at the place.
    Count {
        /// Of what.
        of: Counted,
        /// Only those for which this holds; `None`: all.
        when: Option<Condition>,
    },
    /// Confirmed cases of an official kind.
    Kind(u8),
    /// A text about the form itself.
    Text(Said),
}

/// A part of an indicator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The value, in its unit of measure.
    Value,
    /// What stands over the line.
    Num,
    /// What stands under the line.
    Den,
}

/// What is counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Counted {
    /// Branches.
    Branches,
    /// Enterprises, social organisations of a kind.
    Entities(String),
    /// Units of a level.
    Units(LevelId),
}

/// A text about the form itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Said {
    /// Name of the place.
    Place,
    /// The period.
    Period,
    /// The day as of which it is filled in.
    Day,
    /// The unit that reports 填报单位: the county.
    Unit,
}

/// A cross-check: two sums of cells.
#[derive(Clone, Debug, PartialEq)]
pub struct Check {
    /// Label in Chinese and English; `None`: the cells say enough.
    pub label: Option<(String, String)>,
    /// These are added up.
    pub left: Vec<CellAt>,
    /// And held against
    pub op: Op,
    /// the sum of these.
    pub right: Vec<CellAt>,
}

macro_rules! shipped {
    ($($name:literal)*) => {
        /// `(name, definition, workbook)` of the forms that come with the program.
        pub const SHIPPED: &[(&str, &str, &[u8])] = &[$((
            $name,
            include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/data/forms/", $name, ".toml")),
            include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/data/forms/", $name, ".xlsx")),
        )),*];
    };
}

shipped! {
    "table-24"
    "table-25"
    "table-40"
    "table-41"
}

impl Forms {
    /// Reads the forms of a folder and the shipped ones that it does not have; `framework` are the
    /// frameworks in use together.
    #[must_use]
    pub fn read(folder: Option<&Path>, framework: &Framework) -> Self {
        let mut found: Vec<(String, Result<Form, Vec<Problem>>)> = Vec::new();
        let files = folder.and_then(|folder| std::fs::read_dir(folder).ok()).into_iter().flatten().flatten();
        for path in files.map(|entry| entry.path()).filter(|path| path.extension().is_some_and(|e| e == "toml")) {
            let Some(name) = path.file_stem().map(|n| n.to_string_lossy().into_owned()) else { continue };
            let shown = format!("{FOLDER}/{name}.toml");
            let form = load::read_text(&path, &shown).and_then(|text| {
                let template = |file: &str| Some(Template::File(path.with_file_name(file))).filter(|_| path.with_file_name(file).is_file());
                Form::parse(&text, &name, &shown, framework, &template)
            });
            found.push((name, form));
        }
        for (name, text, book) in SHIPPED {
            if !found.iter().any(|(have, _)| have == name) {
                let form = Form::parse(text, name, &format!("{name}.toml"), framework, &|_| Some(Template::Shipped(book)));
                found.push(((*name).to_owned(), form));
            }
        }
        found.sort_by(|a, b| a.0.cmp(&b.0));
        let mut forms = Self::default();
        for (_, form) in found {
            match form {
                Ok(form) => forms.all.push(form),
                // The others can be filled in all the same.
                Err(problems) => forms.problems.extend(problems.into_iter().map(|p| Problem { severity: Severity::Aside, ..p })),
            }
        }
        forms
    }

    /// Keeps only those of the county with whose workbook nothing is wrong; the mistakes of the others join
    /// those of the texts.
    pub fn check_books(&mut self, check: &dyn Fn(&Layout) -> Vec<Problem>) {
        let Self { all, problems } = self;
        all.retain(|form| {
            let found = if matches!(form.template, Template::File(_)) { check(&form.layout()) } else { Vec::new() };
            let good = found.is_empty();
            problems.extend(found.into_iter().map(|p| Problem { severity: Severity::Aside, ..p }));
            good
        });
    }

    /// The form of a name, an id or a label; `25` finds `table-25`.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<&Form> {
        let exact = |form: &&Form| form.name == name || form.named.id == name || form.named.label == name;
        let number = |form: &&Form| !name.is_empty() && form.name.rsplit_once('-').is_some_and(|(_, number)| number == name);
        self.all.iter().find(exact).or_else(|| self.all.iter().find(number))
    }
}

impl Form {
    /// How it lies in its workbook.
    #[must_use]
    pub fn layout(&self) -> Layout {
        Layout {
            name: self.name.clone(),
            template: self.template.clone(),
            file_spot: self.file_spot.clone(),
            sheet: self.sheet.clone(),
            sheet_spot: self.sheet_spot.clone(),
            cells: self.cells.iter().map(|cell| (cell.at, cell.spot.clone())).collect(),
        }
    }

    /// Checks the text of a form; `template` finds its workbook by the file name.
    ///
    /// # Errors
    /// Every mistake of the text at once, in the order of its lines.
    pub fn parse(
        text: &str,
        name: &str,
        shown_as: &str,
        framework: &Framework,
        template: &dyn Fn(&str) -> Option<Template>,
    ) -> Result<Self, Vec<Problem>> {
        load::form(text, name, shown_as, framework, template)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn framework() -> Framework {
        let text = r#"
[framework]
id = "a"
name = "甲"
privacy = "org-level"
[[level]]
code = "top"
label = "顶"
[[level]]
code = "leaf"
label = "末"
parent = "top"
[[indicator]]
id = "X-1"
label = "例值"
unit = "元"
kind = "money"
level = "leaf"
direction = "up"
rollup = "sum"
every_months = 12
[[kind]]
number = 4
label = "例"
"#;
        Framework::combine(vec![Framework::parse(text, "a.toml").expect("a framework")]).expect("combined")
    }

    /// Code, line and column.
    type Mistake = (String, Option<u64>, Option<u64>);

    fn parse(text: &str) -> Result<Form, Vec<Mistake>> {
        let template = |file: &str| (file == "甲.xlsx").then_some(Template::Shipped(b""));
        let form = Form::parse(text, "jia", "jia.toml", &framework(), &template);
        form.map_err(|all| all.into_iter().map(|p| (p.code, p.spot.line, p.spot.column)).collect())
    }

    const HEAD: &str = "[form]\nid = \"jia\"\nlabel = \"甲表\"\nfile = \"甲.xlsx\"\nsheet = \"甲\"\nperiod = \"year\"\n";

    #[test]
    fn a_form_is_read() {
        let form = parse(&format!(
            "{HEAD}source = \"某表，2018年\"\n[[cell]]\nat = \"C5\"\nindicator = \"X-1\"\n[[cell]]\nat = \"C6\"\nlabel = \"党组织\"\ncount = \"branch\"\nwhen = {{ field = \"类型\", in = [\"党委\"] }}\n\
             [[cell]]\nat = \"C7\"\nlabel = \"企业\"\ncount = \"entity:非公企业\"\n[[cell]]\nat = \"C8\"\nlabel = \"末\"\ncount = \"leaf\"\nwhen = {{ indicator = \"a/X-1\", op = \"<\", value = 1 }}\n\
             [[cell]]\nat = \"C9\"\nkind = 4\n[[cell]]\nat = \"B2\"\ntext = \"place\"\n[[check]]\nleft = \"C6\"\nop = \"=\"\nright = [\"C7\", \"C8\"]\n"
        ))
        .expect("a form");
        assert_eq!((form.months, form.cells.len(), form.checks.len()), (12, 6, 1));
        assert_eq!(form.cells[0].what, What::Indicator { id: "a/X-1".into(), part: Part::Value });
        assert!(matches!(&form.cells[1].what, What::Count { of: Counted::Branches, when: Some(_) }));
        assert!(matches!(&form.cells[2].what, What::Count { of: Counted::Entities(kind), when: None } if kind == "非公企业"));
        assert!(matches!(&form.cells[3].what, What::Count { of: Counted::Units(level), when: Some(when) }
            if level.as_str() == "leaf" && when.indicators() == [&IndicatorId::from("a/X-1")]));
        let dated = |when: &str| {
            parse(&format!(
                "[form]\nid = \"jia\"\nlabel = \"甲表\"\nfile = \"甲.xlsx\"\nsheet = \"甲\"\nperiod = \"year\"\n[[cell]]\nat = \"C5\"\nlabel = \"甲\"\ncount = \"branch\"\nwhen = {when}\n"
            ))
        };
        let What::Count { when: Some(when), .. } = dated("{ not = { in_period = \"换届日期\" } }").expect("a form").cells[0].what.clone()
        else {
            panic!("a count")
        };
        assert_eq!((when.fields(), when.in_period(9.0).tests().len()), (vec!["换届日期"], 2));
        assert_eq!(dated("{ in_period = \"换届日期\", op = \">\" }").map(drop).expect_err("a mistake")[0].0, "E_FRAMEWORK_KEY_UNKNOWN");
        assert_eq!((&form.cells[4].what, &form.cells[5].what), (&What::Kind(4), &What::Text(Said::Place)));
        assert_eq!(form.checks[0].right.len(), 2);
    }

    #[test]
    fn every_mistake_is_told_at_once_with_its_place() {
        let found = parse(
            "[form]\nid = \"jia\"\nlabel = \"甲表\"\nfile = \"../甲.xlsx\"\nsheet = \"甲\"\nperiod = \"week\"\ncolour = 1\n\
             [[cell]]\nat = \"C0\"\nindicator = \"X-1\"\n\
             [[cell]]\nat = \"C5\"\nindicator = \"X-9\"\n\
             [[cell]]\nat = \"C5\"\nkind = 11\n\
             [[cell]]\nat = \"C6\"\ncount = \"branch\"\nkind = 4\n\
             [[cell]]\nat = \"C7\"\nlabel = \"身份证号\"\ncount = \"branch\"\nwhen = { field = \"手机号\", op = \"==\", value = \"1\" }\n\
             [[cell]]\nat = \"C8\"\nlabel = \"x\"\ncount = \"nowhere\"\n\
             [[cell]]\nat = \"C9\"\ncount = \"branch\"\n\
             [[check]]\nleft = \"C5\"\nop = \"~\"\nright = [\"D1\"]\n",
        )
        .expect_err("mistakes");
        let codes: Vec<&str> = found.iter().map(|(code, ..)| code.as_str()).collect();
        assert_eq!(
            codes,
            [
                "E_FORM_FILE",
                "E_FRAMEWORK_WORD",
                "E_FRAMEWORK_KEY_UNKNOWN",
                "E_FORM_CELL",
                "E_FRAMEWORK_INDICATOR_NEAR",
                "E_FORM_CELL_TWICE",
                "E_FRAMEWORK_WHOLE",
                "E_FORM_WHAT",
                "E_PRIVACY_FIELD",
                "E_PRIVACY_FIELD",
                "E_FRAMEWORK_LEVEL_UNKNOWN",
                "E_FRAMEWORK_KEY_MISSING",
                "E_FRAMEWORK_WORD",
                "E_FORM_CHECK_CELL",
            ],
            "{found:?}"
        );
        assert!(found.iter().all(|(_, line, column)| line.is_some() && column.is_some()));
        assert_eq!(found[0].1, Some(4));
        for lang in [crate::locale::Lang::Zh, crate::locale::Lang::En] {
            assert!(codes.iter().all(|code| lang.has(&format!("problem.{code}"))), "{codes:?}");
        }
    }

    #[test]
    fn the_shipped_forms_are_those_of_the_folder() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(FOLDER);
        let names = |ending: &str| {
            let files = std::fs::read_dir(&folder).expect("the folder").map(|e| e.expect("an entry").path());
            let mut names: Vec<String> = files
                .filter(|p| p.extension().is_some_and(|e| e == ending))
                .map(|p| p.file_stem().expect("a name").to_string_lossy().into_owned())
                .collect();
            names.sort();
            names
        };
        let shipped: Vec<&str> = SHIPPED.iter().map(|(name, ..)| *name).collect();
        assert_eq!(
            (names("toml"), names("xlsx")),
            (shipped.iter().map(ToString::to_string).collect(), shipped.iter().map(ToString::to_string).collect())
        );
        let (_, base) = super::super::shipped::ALL.iter().find(|(id, _)| *id == "base").expect("base");
        let base = Framework::combine(vec![Framework::parse(base, "base.toml").expect("base")]).expect("combined");
        let forms = Forms::read(Some(&folder), &base);
        assert_eq!(forms.problems, []);
        assert_eq!(forms.all.iter().map(|f| f.name.as_str()).collect::<Vec<_>>(), shipped);
        assert!(forms.all.iter().all(|f| f.source.contains("2018") && f.source.contains("第三方") && f.cells.len() > 5), "labelled");
        assert_eq!(Forms::read(None, &base).all.len(), SHIPPED.len());
        assert_eq!(forms.find("25").map(|f| f.name.as_str()), Some("table-25"));
        assert_eq!(forms.find("").map(|f| f.name.as_str()), None);
    }
}
