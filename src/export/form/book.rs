//! The workbook itself: which part is which worksheet, and that everything is computed on opening.

use super::edit::{Edits, Tag, Walk, attribute, name, prefix, without};
use crate::domain::problem::Problem;

pub(super) const WORKBOOK: &str = "xl/workbook.xml";
pub(super) const RELATIONS: &str = "xl/_rels/workbook.xml.rels";

/// What may stand before `calcPr` in a workbook, nearest last (ECMA-376 part 1, 18.2.27).
const BEFORE: [&str; 4] = ["sheets", "functionGroups", "externalReferences", "definedNames"];

/// A worksheet.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Page {
    pub(super) name: String,
    /// Name of its part, `xl/worksheets/sheet1.xml`.
    pub(super) part: String,
}

/// The worksheets, in their order.
pub(super) fn pages(workbook: &str, relations: &str, shown_as: &str) -> Result<Vec<Page>, Problem> {
    let mut targets: Vec<(String, String)> = Vec::new();
    let mut walk = Walk::new(relations, shown_as);
    while let Some((tag, _)) = walk.next()? {
        if let Some(("Relationship", e, _)) = tag.begins()
            && attribute(e, "Type").is_some_and(|t| t.ends_with("/worksheet"))
        {
            targets.extend(attribute(e, "Id").zip(attribute(e, "Target")));
        }
    }
    let mut out = Vec::new();
    let mut walk = Walk::new(workbook, shown_as);
    while let Some((tag, _)) = walk.next()? {
        if let Some(("sheet", e, _)) = tag.begins()
            && let Some((name, id)) = attribute(e, "name").zip(attribute(e, "id"))
            && let Some((_, target)) = targets.iter().find(|(i, _)| *i == id)
        {
            let part = target.strip_prefix('/').map_or_else(|| format!("xl/{target}"), str::to_owned);
            out.push(Page { name, part });
        }
    }
    if out.is_empty() { Err(walk.broken(&"sheets")) } else { Ok(out) }
}

/// The workbook with the mark that everything is to be computed when it is opened.
pub(super) fn computed_on_open(workbook: &str, shown_as: &str) -> Result<String, Problem> {
    const MARK: &str = "fullCalcOnLoad";
    let mut edits = Edits::default();
    let mut walk = Walk::new(workbook, shown_as);
    // Where the mark would be put in, and under which prefix.
    let mut after: Option<(usize, String)> = None;
    while let Some((tag, range)) = walk.next()? {
        match &tag {
            Tag::End(name) if BEFORE.contains(&name.as_str()) => {
                let of = workbook[range.clone()].trim_start_matches("</");
                after = Some((range.end, prefix(of.trim_end_matches('>').trim_end()).to_owned()));
            }
            _ => {}
        }
        let Some((local, e, closed)) = tag.begins() else { continue };
        if local == "calcPr" {
            let tag = without(&workbook[range.clone()], MARK);
            let end = if closed { "/>" } else { ">" };
            let open = tag.trim_end_matches('>').trim_end_matches('/').trim_end();
            edits.replace(range, format!("{open} {MARK}=\"1\"{end}"));
            return Ok(edits.apply(workbook));
        }
        if closed && BEFORE.contains(&local) {
            after = Some((range.end, prefix(name(e)).to_owned()));
        }
    }
    let Some((at, prefix)) = after else { return Err(walk.broken(&"sheets")) };
    edits.replace(at..at, format!("<{prefix}calcPr {MARK}=\"1\"/>"));
    Ok(edits.apply(workbook))
}
