//! `xiantu print`: one screen on standard output.

use std::io::{self, Write as _};

use clap::ArgMatches;

use crate::domain::exit::Exit;
use crate::runtime::ansi;
use crate::runtime::headless::Headless;
use crate::ui::capability::Colour;
use crate::ui::{Model, keys};

use super::choice::Choice;
use super::{Common, Failure, Size};

pub(super) fn run(common: &Common, m: &ArgMatches) -> Result<Exit, Failure> {
    let size = m.get_one::<Size>("size").copied().unwrap_or(Size { cols: 120, rows: 36 });
    let script = m.get_one::<String>("keys").map_or("", String::as_str);
    let script = keys::script(script).map_err(|problems| Failure::problems(common.lang, &problems))?;
    let choice = Choice::open(common, m)?;
    let home = choice.view(common, m)?;
    let exit = choice.exit();
    // A printed screen records nothing, whatever keys are pressed: its access is read-only.
    let ui = common.ui_session(choice.access.clone(), true)?;
    let colour = ui.caps.colour;
    let model = Model::new(ui, (size.cols, size.rows));
    let mut headless = Headless::start(model, choice.reader, choice.access, common.today(), Some(home));
    for key in script {
        headless.press(key);
    }
    let buffer = headless.draw(size.cols, size.rows);
    io::stdout().lock().write_all(ansi::render(&buffer, colour != Colour::None).as_bytes())?;
    Ok(exit)
}
