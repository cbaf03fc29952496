//! `xiantu`: the screens.

use std::path::{Path, PathBuf};

use crate::domain::access::Access;
use crate::domain::exit::Exit;
use crate::runtime::engine::Engine;
use crate::runtime::session::{self, Ended, Start, Stopped};
use crate::runtime::{demo, folders, log};
use crate::ui::Model;

use super::{Common, Failure};

pub(super) fn run(common: &Common) -> Result<Exit, Failure> {
    if !common.environment.stdout_is_terminal {
        return Err(Failure::new(Exit::Usage, common.lang.text("cli.not_a_terminal")));
    }
    let state = folders::state_dir();
    let _log = log::start(state.as_deref());
    let mut dir = match &common.dir {
        Some(dir) => Some(dir.clone()),
        None => folders::find_workspace(),
    };
    let mut tutorial = false;
    loop {
        match one(common, dir.as_deref(), tutorial)? {
            Ended::Quit => return Ok(Exit::Done),
            Ended::Open(path) => (dir, tutorial) = (Some(path), false),
            Ended::Demo { tutorial: wanted } => (dir, tutorial) = (Some(demo_dir(common)?), wanted),
        }
    }
}

/// The demo: the one beside the program, else the one built into it, unpacked once.
fn demo_dir(common: &Common) -> Result<PathBuf, Failure> {
    if let Some(beside) = folders::beside_executable() {
        return Ok(beside);
    }
    demo::unpack().map_err(|p| Failure::problem(common.lang, &p))
}

fn one(common: &Common, dir: Option<&Path>, tutorial: bool) -> Result<Ended, Failure> {
    let engine = match dir {
        Some(dir) => Some(Engine::open(dir, common.read_only).map_err(|p| Failure::problems(common.lang, &p))?),
        None => None,
    };
    let can_write = engine.as_ref().is_some_and(Engine::can_write);
    if let (Some(dir), false) = (dir, common.read_only) {
        folders::remember_workspace(dir);
    }
    let access = if can_write { Access::local(common.post.clone()) } else { Access::read_only() };
    let ui = common.ui_session(access.clone())?;
    let mut model = Model::new(ui, (80, 24));
    if engine.is_none() {
        model.show_start_page();
    }
    if tutorial {
        model.start_tutorial();
    }
    let start = Start { model, engine, access, today: common.today(), probe: common.ambiguous_width == "auto" };
    session::run(start).map_err(|stopped| match stopped {
        Stopped::Store(problem) => Failure::problem(common.lang, &problem),
        Stopped::Terminal(error) => Failure::from(error),
    })
}
