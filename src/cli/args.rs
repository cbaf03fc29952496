//! The command line's shape, worded from the locale tables.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::builder::PossibleValuesParser;
use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use jiff::civil::Date;

use crate::domain::access::Access;
use crate::domain::exit::Exit;
use crate::domain::problem::{Problem, Severity};
use crate::domain::quality::FaultKind;
use crate::domain::sheet::SheetKind;
use crate::domain::text::quote;
use crate::locale::Lang;
use crate::runtime::engine::Engine;
use crate::runtime::environment::Environment;
use crate::runtime::folders;
use crate::ui::Session;
use crate::ui::keymap::Keymap;
use crate::ui::theme::Theme;

use super::Failure;
use super::choice::STATES;

/// A size in cells, `160x45`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    /// Columns, cells.
    pub cols: u16,
    /// Rows, cells.
    pub rows: u16,
}

impl std::str::FromStr for Size {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let bad = || format!("`{}`: 160x45", crate::domain::text::quote(text));
        let (cols, rows) = text.split_once(['x', 'X', '×']).ok_or_else(bad)?;
        let number = |s: &str| s.parse::<u16>().ok().filter(|n| *n <= 1000);
        Ok(Self { cols: number(cols).ok_or_else(bad)?, rows: number(rows).ok_or_else(bad)? })
    }
}

/// What every subcommand knows.
#[derive(Debug)]
pub struct Common {
    /// Language.
    pub lang: Lang,
    /// `-C`.
    pub dir: Option<PathBuf>,
    /// `--read-only`.
    pub read_only: bool,
    /// `--post`.
    pub post: Option<String>,
    /// `--theme`.
    pub theme: Option<String>,
    /// `--color`, `auto` where not given.
    pub color: String,
    /// `--glyphs`, `auto` where not given.
    pub glyphs: String,
    /// `--ambiguous-width`, `auto` where not given.
    pub ambiguous_width: String,
    /// `--keymap`.
    pub keymap: Option<PathBuf>,
    /// `--today`: the day the program believes in; for documents and tests.
    pub today: Option<Date>,
    /// Environment variables and what the terminal is.
    pub environment: Environment,
}

impl Common {
    pub(super) fn of(m: &ArgMatches, lang: Lang, environment: Environment) -> Self {
        let text = |id: &str| m.get_one::<String>(id).cloned();
        Self {
            lang,
            dir: m.get_one::<PathBuf>("dir").cloned(),
            read_only: m.get_flag("read-only"),
            post: text("post"),
            theme: text("theme"),
            color: text("color").unwrap_or_else(|| "auto".to_owned()),
            glyphs: text("glyphs").unwrap_or_else(|| "auto".to_owned()),
            ambiguous_width: text("ambiguous-width").unwrap_or_else(|| "auto".to_owned()),
            keymap: m.get_one::<PathBuf>("keymap").cloned(),
            today: m.get_one::<Date>("today").copied(),
            environment,
        }
    }
}

impl Common {
    /// Today, by the clock or `--today`.
    pub(super) fn today(&self) -> Date {
        self.today.unwrap_or_else(|| jiff::Zoned::now().date())
    }

    /// The workspace that was named, else the one a bare `xiantu` finds.
    pub(super) fn open(&self) -> Result<Engine, Failure> {
        let dir = self.dir.clone().or_else(folders::find_workspace);
        let dir = dir.ok_or_else(|| Failure::new(Exit::Usage, self.lang.text("cli.no_workspace")))?;
        Engine::open(&dir, self.read_only).map_err(|p| Failure::problems(self.lang, &p))
    }

    /// What the screens need to know of this session: options first, then what was remembered.
    pub(super) fn ui_session(&self, access: Access, has_workspace: bool) -> Result<Session, Failure> {
        let mut session = Session::new(self.today(), access);
        session.zone = jiff::tz::TimeZone::system();
        session.lang = self.lang;
        session.caps = self.environment.capability(&self.color, &self.glyphs, &self.ambiguous_width);
        session.has_workspace = has_workspace;
        if let Some(name) = &self.theme {
            session.theme = Theme::named(name).ok_or_else(|| {
                let known: Vec<&str> = Theme::ids().collect();
                Failure::new(Exit::Usage, self.lang.fill("cli.theme_bad", &[&quote(name), &known.join(" ")]))
            })?;
        }
        if let Some(keymap) = self.keymap()? {
            session.keymap = keymap;
        }
        Ok(session)
    }

    /// `--keymap`, else keymap.toml of the configuration folder; all its mistakes at once.
    fn keymap(&self) -> Result<Option<Keymap>, Failure> {
        let default = || folders::config_dir().map(|dir| dir.join("keymap.toml")).filter(|file| file.is_file());
        let Some(file) = self.keymap.clone().or_else(default) else { return Ok(None) };
        let shown = file.display().to_string();
        let text = std::fs::read_to_string(&file)
            .map_err(|e| Failure::problem(self.lang, &Problem::new("E_NO_FILE", Severity::Refused, &*shown).arg(e)))?;
        Keymap::parse(&text, &shown).map(Some).map_err(|problems| {
            let all = Failure::problems(self.lang, &problems);
            Failure::new(Exit::Input, format!("{}\n{}", self.lang.fill("cli.keymap_bad", &[&problems.len()]), all.text))
        })
    }
}

/// Whether the language was named on the command line of this process.
pub(super) fn names_lang() -> bool {
    lang_of(&std::env::args_os().collect::<Vec<_>>()).is_some()
}

/// `--lang` before anything else is parsed: the help itself is in that language.
pub(super) fn lang_of(argv: &[OsString]) -> Option<Lang> {
    let mut args = argv.iter().filter_map(|a| a.to_str());
    while let Some(arg) = args.next() {
        if arg == "--lang" {
            return args.next().and_then(Lang::parse);
        }
        if let Some(value) = arg.strip_prefix("--lang=") {
            return Lang::parse(value);
        }
    }
    None
}

/// The whole command line, as help and parser know it.
#[must_use]
pub fn command(lang: Lang) -> Command {
    let t = |key: &str| lang.text(&format!("cli.{key}"));
    let opt = |id: &'static str, value: &'static str| Arg::new(id).long(id).value_name(value).help(t(&format!("opt.{id}")).to_owned());
    let flag = |id: &'static str| Arg::new(id).long(id).action(ArgAction::SetTrue).help(t(&format!("opt.{id}")).to_owned());
    let one_of = |id: &'static str, values: &'static [&'static str]| {
        opt(id, "…").hide_possible_values(false).value_parser(PossibleValuesParser::new(values))
    };
    let place = || Arg::new("place").value_name("PLACE").help(t("opt.place").to_owned());
    let choice = |c: Command| {
        c.arg(opt("level", "LEVEL"))
            .arg(flag("branches"))
            .arg(opt("indicator", "ID"))
            .arg(opt("period", "PERIOD"))
            .arg(opt("zone", "ZONE").action(ArgAction::Append))
            .arg(opt("state", "STATE").action(ArgAction::Append).value_parser(PossibleValuesParser::new(STATES.map(|(word, _)| word))))
            .arg(flag("flagged"))
    };
    let form = |c: Command| c.arg(flag("json").conflicts_with("plain")).arg(flag("plain"));
    let root = Command::new("xiantu")
        .version(env!("CARGO_PKG_VERSION"))
        .about(t("about").to_owned())
        .after_help(t("after_help").to_owned())
        .disable_help_subcommand(true)
        .arg(Arg::new("dir").short('C').value_name("DIR").global(true).value_parser(value_parser!(PathBuf)).help(t("opt.dir").to_owned()))
        .arg(one_of("lang", &["zh", "en", "zh-CN", "zh_CN"]).global(true).hide_possible_values(true))
        .arg(flag("read-only").global(true))
        .arg(opt("post", "POST").global(true))
        .arg(opt("theme", "NAME").global(true))
        .arg(one_of("color", &["auto", "none", "16", "256", "true"]).global(true))
        .arg(one_of("glyphs", &["auto", "octant", "sextant", "quadrant", "ascii"]).global(true))
        .arg(one_of("ambiguous-width", &["auto", "1", "2"]).global(true))
        .arg(opt("keymap", "FILE").global(true).value_parser(value_parser!(PathBuf)))
        .arg(opt("today", "DATE").global(true).value_parser(value_parser!(Date)).hide(true))
        .subcommand(
            choice(Command::new("print").about(t("cmd.print").to_owned()).arg(place()))
                .arg(opt("size", "160x45").value_parser(value_parser!(Size)))
                .arg(opt("keys", "KEYS")),
        )
        .subcommand(form(choice(Command::new("list").about(t("cmd.list").to_owned()).arg(place()))))
        .subcommand(form(choice(Command::new("show").about(t("cmd.show").to_owned()).arg(place()))))
        .subcommand(sheet(lang))
        .subcommand(
            Command::new("screen")
                .about(t("cmd.screen").to_owned())
                .after_help(t("screen_help").to_owned())
                .arg(place())
                .arg(opt("as-at", "DATE").value_parser(value_parser!(Date)))
                .arg(opt("what-if", "RULE:TEST=VALUE"))
                .arg(flag("json")),
        )
        .subcommand(
            Command::new("form")
                .about(t("cmd.form").to_owned())
                .after_help(t("form_help").to_owned())
                .arg(Arg::new("name").value_name("NAME").help(t("opt.form_name").to_owned()))
                .arg(Arg::new("place").long("place").value_name("PLACE").help(t("opt.place").to_owned()))
                .arg(opt("as-at", "DATE").value_parser(value_parser!(Date)))
                .arg(opt("cell", "CELL").requires("name").conflicts_with("out").help(t("opt.form_cell").to_owned()))
                .arg(
                    opt("out", "FILE")
                        .value_parser(value_parser!(PathBuf))
                        .requires("name")
                        .conflicts_with("json")
                        .help(t("opt.form_out").to_owned()),
                )
                .arg(flag("details"))
                .arg(flag("json")),
        )
        .subcommand(form(Command::new("marks").about(t("cmd.marks").to_owned())))
        .subcommand(
            form(Command::new("check").about(t("cmd.check").to_owned()).arg(place()))
                .arg(opt("level", "LEVEL").help(t("opt.check_level").to_owned()))
                .arg(opt("kind", "KIND").value_parser(PossibleValuesParser::new(FaultKind::ALL.iter().map(|kind| kind.code()))))
                .arg(opt("geojson", "FILE").value_parser(value_parser!(PathBuf)))
                .arg(flag("repair").conflicts_with_all(["level", "kind", "geojson"]))
                .arg(flag("apply").requires("repair").help(t("opt.repair_apply").to_owned()))
                .after_help(t("check_help").to_owned()),
        )
        .subcommand(import(lang))
        .subcommand(Command::new("batches").about(t("cmd.batches").to_owned()).arg(flag("json")))
        .subcommand(
            Command::new("undo")
                .about(t("cmd.undo").to_owned())
                .after_help(t("undo_help").to_owned())
                .arg(
                    Arg::new("batches")
                        .value_name("BATCH")
                        .required(true)
                        .action(ArgAction::Append)
                        .num_args(1..)
                        .value_parser(value_parser!(i64).range(1..))
                        .help(t("opt.batches").to_owned()),
                )
                .arg(flag("anyway").help(t("opt.anyway").to_owned())),
        )
        .subcommand(
            choice(Command::new("correct").about(t("cmd.correct").to_owned()).arg(place().required(true)))
                .arg(opt("to", "VALUE").required(true))
                .arg(opt("source", "SOURCE").required(true))
                .arg(opt("reason", "REASON")),
        )
        .subcommand(Command::new("load").about(t("cmd.load").to_owned()).arg(flag("removals")))
        .subcommand(Command::new("publish").about(t("cmd.publish").to_owned()).arg(
            Arg::new("file").value_name("FILE").required(true).value_parser(value_parser!(PathBuf)).help(t("opt.publish_file").to_owned()),
        ))
        .subcommand(
            Command::new("round")
                .about(t("cmd.round").to_owned())
                .arg(Arg::new("round_period").value_name("PERIOD").help(t("opt.round_period").to_owned()))
                .arg(opt("due", "DAY").value_parser(value_parser!(Date)))
                .arg(opt("ask", "ID").num_args(1..))
                .arg(Arg::new("level").long("level").value_name("LEVEL").help(t("opt.round_level").to_owned()))
                .arg(opt("take", "FILE").num_args(1..).value_parser(value_parser!(PathBuf)))
                .arg(flag("dry-run").requires("take"))
                .arg(opt("return", "UNIT"))
                .arg(opt("remark", "TEXT").requires("return"))
                .arg(opt("to", "FILE").help(t("opt.return_to").to_owned()).requires("return").value_parser(value_parser!(PathBuf)))
                .arg(opt("final", "UNIT").num_args(1..))
                .arg(flag("all"))
                .arg(flag("json")),
        )
        .subcommand(
            Command::new("template").about(t("cmd.template").to_owned()).arg(opt("round", "PERIOD")).arg(
                Arg::new("to").long("to").value_name("FOLDER").value_parser(value_parser!(PathBuf)).help(t("opt.template_to").to_owned()),
            ),
        )
        // Run by the program itself, to read a risky file with limits.
        .subcommand(Command::new(crate::import::book::child::COMMAND).hide(true))
        .subcommand(framework(lang))
        .subcommand(Command::new("doctor").about(t("cmd.doctor").to_owned()))
        .subcommand(Command::new("keys").about(t("cmd.keys").to_owned()).arg(flag("markdown").conflicts_with("toml")).arg(flag("toml")));
    worded(root, lang).disable_version_flag(true).arg(
        Arg::new("version")
            .short('V')
            .long("version")
            .action(ArgAction::Version)
            .help(t("opt.version").to_owned())
            .help_heading(t("help.common")),
    )
}

/// The words that the parser itself would write into the help, in the session's language.
fn worded(command: Command, lang: Lang) -> Command {
    let t = |key: &str| lang.text(&format!("cli.{key}"));
    command
        .subcommand_help_heading(t("help.commands"))
        .help_template(format!("{{about-with-newline}}\n{}{{usage}}\n\n{{all-args}}{{after-help}}", t("help.usage")))
        .disable_help_flag(true)
        .mut_args(|arg| {
            let heading = if arg.is_positional() {
                t("help.arguments")
            } else if arg.is_global_set() {
                t("help.common")
            } else {
                t("help.options")
            };
            let values: Vec<String> = arg.get_possible_values().iter().map(|v| v.get_name().to_owned()).collect();
            if values.is_empty() || arg.is_hide_possible_values_set() || !arg.get_action().takes_values() {
                return arg.help_heading(heading);
            }
            let help = arg.get_help().map(ToString::to_string).unwrap_or_default();
            arg.help(lang.fill("cli.help.values", &[&help, &values.join(lang.text("plan.comma"))]))
                .hide_possible_values(true)
                .help_heading(heading)
        })
        .mut_subcommands(|sub| worded(sub, lang))
        .arg(Arg::new("help").short('h').long("help").action(ArgAction::Help).help(t("opt.help")).help_heading(t("help.common")))
}

/// `xiantu framework`.
fn framework(lang: Lang) -> Command {
    let t = |key: &str| lang.text(&format!("cli.framework.{key}")).to_owned();
    let json = || Arg::new("json").long("json").action(ArgAction::SetTrue).help(lang.text("cli.opt.json").to_owned());
    let several = |id: &'static str, value: &'static str, help: &str| {
        Arg::new(id).value_name(value).required(true).action(ArgAction::Append).num_args(1..).help(t(help))
    };
    Command::new("framework")
        .about(t("about"))
        .after_help(t("help"))
        .subcommand_required(true)
        .subcommand(Command::new("list").about(t("list")).arg(json()))
        .subcommand(Command::new("show").about(t("show")).arg(Arg::new("id").value_name("ID").required(true).help(t("id"))).arg(json()))
        .subcommand(Command::new("check").about(t("check")).arg(several("files", "FILE", "file")).arg(json()))
        .subcommand(Command::new("use").about(t("use")).arg(several("ids", "ID", "ids")))
}

/// `xiantu sheet`.
fn sheet(lang: Lang) -> Command {
    let t = |key: &str| lang.text(&format!("cli.{key}")).to_owned();
    let opt = |id: &'static str, value: &'static str| Arg::new(id).long(id).value_name(value).help(t(&format!("opt.{id}")));
    let flag = |id: &'static str| Arg::new(id).long(id).action(ArgAction::SetTrue).help(t(&format!("opt.{id}")));
    let names: Vec<&str> = SheetKind::named().iter().map(|kind| lang.text(&format!("sheet.name.{}", kind.word()))).collect();
    Command::new("sheet")
        .about(t("cmd.sheet"))
        .after_help(lang.fill("cli.sheet_help", &[&names.join(" ")]))
        .arg(Arg::new("name").value_name("NAME").required(true).help(t("opt.sheet_name")))
        .arg(Arg::new("item").value_name("ITEM").help(t("opt.sheet_item")))
        .arg(Arg::new("place").long("place").value_name("PLACE").help(t("opt.place")))
        .arg(opt("indicator", "ID"))
        .arg(opt("period", "PERIOD"))
        .arg(opt("as-at", "DATE").value_parser(value_parser!(Date)))
        .arg(opt("zone", "ZONE").action(ArgAction::Append))
        .arg(flag("details"))
        .arg(opt("width", "CELLS").value_parser(value_parser!(u16).range(20..)))
        .arg(flag("json"))
}

/// `xiantu import`.
fn import(lang: Lang) -> Command {
    let t = |key: &str| lang.text(&format!("cli.{key}")).to_owned();
    let opt = |id: &'static str, value: &'static str| Arg::new(id).long(id).value_name(value).help(t(&format!("import.opt.{id}")));
    let many = |id: &'static str, value: &'static str| opt(id, value).action(ArgAction::Append);
    let flag = |id: &'static str| Arg::new(id).long(id).action(ArgAction::SetTrue).help(t(&format!("import.opt.{id}")));
    let files = Arg::new("files")
        .value_name("FILE")
        .required(true)
        .action(ArgAction::Append)
        .num_args(1..)
        .value_parser(value_parser!(PathBuf))
        .help(t("import.opt.files"));
    Command::new("import")
        .about(t("cmd.import"))
        .after_help(t("import.help"))
        .arg(files)
        .arg(flag("apply"))
        .arg(many("as", "[FILE=]LEVEL"))
        .arg(opt("period", "PERIOD"))
        .arg(opt("since", "DATE").value_parser(value_parser!(Date)))
        .arg(many("accept", "ID"))
        .arg(flag("complete").conflicts_with("part"))
        .arg(flag("part"))
        .arg(many("column", "ROLE=HEADING"))
        .arg(many("word", "HEADING:WORD=MEANING"))
        .arg(many("without", "HEADING"))
        .arg(many("sheet", "SHEET"))
        .arg(opt("crs", "CRS"))
        .arg(opt("encoding", "ENCODING"))
        .arg(opt("profile", "NAME"))
        .arg(opt("name", "NAME"))
        .arg(opt("county", "CODE"))
        .arg(flag("json"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_sound_in_both_languages() {
        for lang in [Lang::Zh, Lang::En] {
            command(lang).debug_assert();
        }
    }

    #[test]
    fn every_text_of_the_help_is_in_the_tables() {
        for lang in [Lang::Zh, Lang::En] {
            let mut root = command(lang);
            let mut help = root.render_long_help().to_string();
            for sub in root.get_subcommands_mut() {
                help.push_str(&sub.render_long_help().to_string());
            }
            assert!(!help.contains("cli."), "{help}");
        }
    }

    #[test]
    fn sizes() {
        assert_eq!("160x45".parse(), Ok(Size { cols: 160, rows: 45 }));
        assert_eq!("0x0".parse(), Ok(Size { cols: 0, rows: 0 }));
        for bad in ["", "x", "160", "160x", "-1x2", "99999x1", "1001x1"] {
            assert!(bad.parse::<Size>().is_err(), "{bad}");
        }
    }

    #[test]
    fn the_language_is_known_before_parsing() {
        let argv = |list: &[&str]| list.iter().map(OsString::from).collect::<Vec<_>>();
        assert_eq!(lang_of(&argv(&["xiantu", "print", "--lang", "en"])), Some(Lang::En));
        assert_eq!(lang_of(&argv(&["xiantu", "--lang=zh"])), Some(Lang::Zh));
        assert_eq!(lang_of(&argv(&["xiantu", "--lang"])), None);
    }
}
