//! `xiantu print`: one screen on standard output.

use std::io::{self, Write as _};

use clap::ArgMatches;

use crate::domain::access::Access;
use crate::domain::exit::Exit;
use crate::runtime::ansi;
use crate::runtime::engine::kept_aside;
use crate::runtime::headless::Headless;
use crate::ui::capability::Colour;
use crate::ui::{Message, Model, keys, update};

use super::{Common, Failure, Size};

pub(super) fn run(common: &Common, m: &ArgMatches) -> Result<Exit, Failure> {
    let size = m.get_one::<Size>("size").copied().unwrap_or(Size { cols: 120, rows: 36 });
    let script = m.get_one::<String>("keys").map_or("", String::as_str);
    let script = keys::script(script).map_err(|problems| Failure::problems(common.lang, &problems))?;
    // A printed screen records nothing, whatever keys are pressed.
    let access = Access::read_only();
    let today = common.today();
    let opened = common.open()?;
    let (reader, _, summary) = opened.ready(&access, today).map_err(|p| Failure::problem(common.lang, &p))?;
    let ui = common.ui_session(access.clone(), true)?;
    let colour = ui.caps.colour;
    let mut model = Model::new(ui, (size.cols, size.rows));
    update(&mut model, Message::Resize(size.cols, size.rows));
    let mut headless = Headless::start(model, reader, access, today);
    for key in script {
        headless.press(key);
    }
    let buffer = headless.draw(size.cols, size.rows)?;
    io::stdout().lock().write_all(ansi::render(&buffer, colour != Colour::None).as_bytes())?;
    Ok(if kept_aside(&summary) > 0 { Exit::Skipped } else { Exit::Done })
}
