//! Which part of the container is which sheet.

use quick_xml::events::Event;

use super::super::archive::Archive;
use super::super::limits::SHEETS_MAX;
use super::super::xml::{Part, attribute};
use crate::domain::problem::{Problem, Severity};

/// A worksheet of a workbook.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct SheetPart {
    pub(super) name: String,
    pub(super) hidden: bool,
    /// Name of its part, `xl/worksheets/sheet1.xml`.
    pub(super) part: String,
}

const WORKBOOK: &str = "xl/workbook.xml";
const RELATIONS: &str = "xl/_rels/workbook.xml.rels";

/// The worksheets in the order of the workbook; charts and macro sheets are left out.
pub(super) fn sheets(archive: &mut Archive<'_>, shown_as: &str) -> Result<Vec<SheetPart>, Problem> {
    let broken = || Problem::new("E_BOOK_BROKEN", Severity::Refused, shown_as);
    let mut targets: Vec<(String, String)> = Vec::new();
    each(archive, RELATIONS, shown_as, |name, get| {
        if name == "Relationship" && get("Type").is_some_and(|t| t.ends_with("/worksheet")) {
            targets.extend(get("Id").zip(get("Target")));
        }
    })?;
    let mut out: Vec<SheetPart> = Vec::new();
    each(archive, WORKBOOK, shown_as, |name, get| {
        if name == "sheet"
            && let Some((name, id)) = get("name").zip(get("id"))
            && let Some((_, target)) = targets.iter().find(|(i, _)| *i == id)
        {
            let part = target.strip_prefix('/').map_or_else(|| format!("xl/{target}"), str::to_owned);
            out.push(SheetPart { name, hidden: get("state").is_some_and(|s| s != "visible"), part });
        }
    })?;
    let doubled = out.iter().enumerate().any(|(n, s)| out[..n].iter().any(|o| o.name == s.name || o.part == s.part));
    if out.is_empty() || doubled || out.len() > SHEETS_MAX {
        return Err(broken());
    }
    Ok(out)
}

/// Every element of a part: its name and its attributes by local name.
fn each(
    archive: &mut Archive<'_>,
    name: &str,
    shown_as: &str,
    mut act: impl FnMut(&str, &dyn Fn(&str) -> Option<String>),
) -> Result<(), Problem> {
    let at = archive.find(name).ok_or_else(|| Problem::new("E_BOOK_BROKEN", Severity::Refused, shown_as).field(name))?;
    let mut part = Part::new(archive.reader(at)?, shown_as, name);
    let mut buffer = Vec::new();
    while let Some(event) = part.next(&mut buffer)? {
        if let Event::Start(e) = &event {
            act(e.local_name().as_ref(), &|wanted| attribute(e, wanted));
        }
    }
    Ok(())
}
