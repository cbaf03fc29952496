//! `xiantu doctor`: what a helper on the telephone needs to know.

use std::io::{self, Write as _};

use crate::domain::access::Access;
use crate::domain::exit::Exit;
use crate::runtime::engine::Engine;
use crate::runtime::folders;

use super::{Common, Failure, exit_of};

pub(super) fn run(common: &Common) -> Result<Exit, Failure> {
    let t = |key: &str| common.lang.text(&format!("cli.doctor.{key}")).to_owned();
    let env = &common.environment;
    let path = |p: Option<std::path::PathBuf>| p.map_or_else(|| "-".to_owned(), |p| p.display().to_string());
    let mut rows = vec![
        (t("version"), format!("{} {} {}", env!("CARGO_PKG_VERSION"), std::env::consts::OS, std::env::consts::ARCH)),
        (t("lang"), env.locale().unwrap_or("-").to_owned()),
        (
            t("terminal"),
            ["TERM", "TERM_PROGRAM", "COLORTERM", "TMUX", "SSH_CONNECTION"]
                .iter()
                .filter_map(|n| env.var(n).map(|v| format!("{n}={v}")))
                .collect::<Vec<_>>()
                .join(" "),
        ),
        (t("colour"), format!("{:?}", env.colour(&common.color))),
        (t("glyphs"), format!("{:?}", env.glyphs(&common.glyphs))),
        (t("state"), path(folders::state_dir())),
    ];
    let mut exit = Exit::Done;
    match common.dir.clone().or_else(folders::find_workspace) {
        None => rows.push((t("workspace"), t("no_workspace"))),
        Some(dir) => {
            rows.push((t("workspace"), dir.display().to_string()));
            match Engine::open(&dir, true) {
                Err(problems) => {
                    exit = problems.first().map_or(Exit::Input, exit_of);
                    rows.extend(problems.iter().map(|p| (t("refused"), common.lang.problem(p))));
                }
                Ok(engine) => {
                    rows.extend(engine.store.doctor());
                    if let Ok((_, workspace)) = engine.ready(&Access::read_only(), common.today()) {
                        rows.push((t("framework"), workspace.framework.clone()));
                        for (level, count) in workspace.levels.iter().zip(&workspace.counts) {
                            rows.push((level.label.clone(), count.to_string()));
                        }
                        for read in &workspace.reads {
                            rows.push((
                                read.name.clone(),
                                common.lang.fill("cli.plain.read_count", &[&read.read, &read.drawn, &read.listed]),
                            ));
                        }
                        rows.extend(workspace.problems.iter().map(|p| ("!".to_owned(), common.lang.problem(p))));
                    }
                }
            }
        }
    }
    let mut out = io::stdout().lock();
    for (name, value) in rows {
        writeln!(out, "{name}: {value}")?;
    }
    Ok(exit)
}
