//! `xiantu`: the screens.

use crate::domain::access::Access;
use crate::domain::exit::Exit;
use crate::locale::Lang;
use crate::runtime::engine::Engine;
use crate::runtime::session::{self, Start, Stopped};
use crate::runtime::settings::Settings;
use crate::runtime::{folders, log};
use crate::ui::Model;
use crate::ui::theme::Theme;

use super::{Common, Failure, args};

pub(super) fn run(common: &Common) -> Result<Exit, Failure> {
    if !common.environment.stdout_is_terminal {
        return Err(Failure::new(Exit::Usage, common.lang.text("cli.not_a_terminal")));
    }
    let _log = log::start(folders::state_dir().as_deref());
    let dir = common.dir.clone().or_else(folders::find_workspace);
    let engine = match &dir {
        Some(dir) => Some(Engine::open(dir, common.read_only).map_err(|p| Failure::problems(common.lang, &p))?),
        None => None,
    };
    let settings = if common.read_only { Settings::default() } else { Settings::read() };
    // On the start page nothing is open yet; what is opened from it may be written to.
    let can_write = !common.read_only && engine.as_ref().is_none_or(Engine::can_write);
    let access = if can_write { Access::local(common.post.clone().or(settings.post.clone())) } else { Access::read_only() };
    let mut ui = common.ui_session(access.clone(), engine.is_some())?;
    ui.here = std::env::current_dir().map(|dir| dir.display().to_string()).unwrap_or_default();
    if common.theme.is_none()
        && let Some(theme) = settings.theme.as_deref().and_then(Theme::named)
    {
        ui.theme = theme;
    }
    if !args::names_lang()
        && let Some(lang) = settings.lang.as_deref().and_then(Lang::parse)
    {
        ui.lang = lang;
    }
    let start = Start {
        model: Model::new(ui, (80, 24)),
        engine,
        access,
        today: common.today(),
        probe: common.ambiguous_width == "auto",
        shortcuts: common.environment.shortcuts(),
        read_only: common.read_only,
        settings,
    };
    session::run(start).map_err(|stopped| match stopped {
        Stopped::Store(problem) => Failure::problem(common.lang, &problem),
        Stopped::Terminal(error) => Failure::from(error),
    })?;
    Ok(Exit::Done)
}
