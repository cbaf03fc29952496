//! Files opened: which tables and layers are in them, and which maps are one layer.

use super::copy::Part;
use super::map::Map;
use super::planner::Planner;
use super::report::answer;
use super::sheet::Sheet;
use super::source::{Item, Shape};
use crate::domain::plan::{About, Target};
use crate::domain::problem::{Problem, Severity, Spot};
use crate::domain::request::Progress;
use crate::gis::read::Content;
use crate::import::book::{self, Book, BookOptions, Format};
use crate::import::profile::fingerprint;
use crate::import::{layout, place_layer, record};
use crate::store::world::World;

/// One table or layer, opened.
pub(super) enum Opened {
    Map(Box<Map>),
    Table(Box<Table>),
}

/// One sheet, opened.
pub(super) struct Table {
    pub(super) sheet: Sheet,
    pub(super) input: crate::domain::plan::Input,
    /// Its file, without the sheets.
    pub(super) book: Book,
    pub(super) sha256: String,
    pub(super) part: u32,
    /// A person named its file.
    pub(super) named: bool,
    /// Which file of the import, and which sheet in the order in which they were opened.
    pub(super) at: (usize, usize),
}
impl Planner<'_, '_> {
    /// Opens a file; why it cannot be is a problem of the plan.
    pub(super) fn open(&mut self, n: usize, mut item: Item, out: &mut Vec<Opened>, progress: &mut dyn FnMut(Progress)) {
        progress(Progress::Reading { name: item.found.shown_as.clone(), done: 0, of: item.found.size });
        if item.shape != Shape::Table {
            match Map::open(item, self.choices, self.scene.stop, progress) {
                Ok(maps) => {
                    for map in maps {
                        self.open_map(Map { at: (n, out.len()), ..map }, out);
                    }
                }
                Err(problem) => self.report.problems.push(problem),
            }
            return;
        }
        if let Some(parts) = item.copy.take() {
            let lost = Problem::new("E_BATCH_FILE", Severity::Refused, &*item.found.shown_as);
            for part in parts {
                let at = (n, out.len());
                match part {
                    Part::Table(part) => match (part.part, part.open()) {
                        (n_of, Some((sheet, book))) => self.opened(sheet, book, &item, n_of, at, out),
                        (_, None) => self.report.problems.push(lost.clone()),
                    },
                    Part::Map(part) => match Map::again(&item, part, self.scene.stop) {
                        Ok(map) => out.push(Opened::Map(Box::new(Map { at, ..map }))),
                        Err(problem) => self.report.problems.push(problem),
                    },
                }
            }
            return;
        }
        let options = BookOptions {
            encoding: self.choices.encoding.clone(),
            child: book::child::executable(),
            stop: self.scene.stop.clone(),
            ..BookOptions::default()
        };
        let read = match item.inputs.first().map(|i| &i.content) {
            Some(Content::Bytes(bytes)) => book::read_part(bytes, &item.found.shown_as, &options).map(|book| vec![book]),
            _ => book::read_file(&item.found.path, &item.found.shown_as, &options),
        };
        match read {
            Ok(books) => books.into_iter().for_each(|book| self.sheets(n, book, &item, out)),
            Err(problem) => self.report.problems.push(problem),
        }
    }

    /// A map of units, or of places where a person or its profile says so.
    fn open_map(&mut self, map: Map, out: &mut Vec<Opened>) {
        let headings: Vec<String> = map.names().into_iter().chain([record::WKT.to_owned()]).collect();
        let learned = || self.profile(&fingerprint(&headings)).unwrap_or_default().target();
        if self.said(&map.asked_as()).cloned().or_else(learned) != Some(Target::Places) {
            return out.push(Opened::Map(Box::new(map)));
        }
        let mut problems = Vec::new();
        let crs = self.choices.crs.as_deref();
        match place_layer::book(&map.file, &map.overview, &map.item.found.shown_as, crs, &mut problems) {
            Ok(mut book) => {
                self.report.problems.append(&mut problems);
                let laid = layout::plain(std::mem::take(&mut book.sheets).swap_remove(0));
                let sheet = Sheet::again(laid, map.item.found.shown_as.clone());
                self.opened(sheet, book, &map.item, map.part, map.at, out);
                if let Some(Opened::Table(table)) = out.last_mut() {
                    map.format().clone_into(&mut table.input.format);
                    table.input.crs = self.choices.crs.clone().or_else(|| map.overview.crs.clone());
                }
            }
            Err(problem) => {
                let unknown = problem.code.starts_with("E_CRS");
                self.report.problems.push(problem);
                if unknown {
                    let candidates = map.overview.crs_candidates().into_iter();
                    let answers = candidates.map(|c| answer(c.crs, &format!("problem.{}", c.reason.code), c.reason.args)).collect();
                    self.report.ask(About::Crs, Spot { file: map.item.found.shown_as.clone(), ..Spot::default() }, true, answers);
                }
            }
        }
    }

    /// Map files that are one layer: those of a folder with the same properties and the same level,
    /// which a person said, or which is guessed where nothing is known of them.
    pub(super) fn in_layers(&self, opened: Vec<Opened>, world: &World) -> Result<Vec<Opened>, Problem> {
        let mut out: Vec<Opened> = Vec::new();
        let mut levels: Vec<Option<(usize, usize)>> = Vec::new();
        for one in opened {
            let Opened::Map(map) = one else {
                out.push(one);
                levels.push(None);
                continue;
            };
            let level = self.layer_level(&map, world)?;
            let same = out.iter_mut().zip(&levels).find_map(|(o, of)| match o {
                Opened::Map(m) => (level.is_some() && level == *of && m.is_one_layer_with(&map)).then_some(m),
                Opened::Table(_) => None,
            });
            match same {
                Some(first) => first.more.push(*map),
                None => {
                    out.push(Opened::Map(map));
                    levels.push(level);
                }
            }
        }
        Ok(out)
    }

    /// The level by which a map belongs to others, and where it is guessed the length of its codes.
    fn layer_level(&self, map: &Map, world: &World) -> Result<Option<(usize, usize)>, Problem> {
        if let Some(Target::Units(Some(level))) = self.said_of_map(map) {
            return Ok(self.level(level).map(|level| (level, 0)));
        }
        if self.map_level(map, world).is_some() {
            return Ok(None);
        }
        let profile = self.map_profile(map.fields());
        let id = self.id_field(map.fields(), &profile);
        Ok(self.guess_level(map, id, world)?.likely().map(|level| (level, map.size(id).0)))
    }

    pub(super) fn sheets(&mut self, n: usize, mut book: Book, item: &Item, out: &mut Vec<Opened>) {
        self.report.problems.append(&mut book.notes);
        let grids = std::mem::take(&mut book.sheets);
        let several = grids.len() > 1;
        // A binary workbook says who wrote it in places that nobody rewrites.
        if grids.is_empty() || book.format == Format::Xls {
            self.reads.has_more(n);
        }
        for (part, grid) in (0u32..).zip(grids) {
            let wanted = self.choices.sheets.is_empty() || self.choices.sheets.contains(&grid.name);
            let sheet = wanted.then(|| Sheet::lay(&book, grid, several)).flatten();
            let Some(sheet) = sheet else {
                self.reads.has_more(n);
                continue;
            };
            self.report.problems.extend_from_slice(sheet.notes());
            self.opened(sheet, book.clone(), item, part, (n, out.len()), out);
        }
    }

    pub(super) fn opened(&self, sheet: Sheet, book: Book, item: &Item, part: u32, at: (usize, usize), out: &mut Vec<Opened>) {
        let mut input = sheet.input(&book, &fingerprint(&sheet.headings));
        input.sha256.clone_from(&item.sha256);
        let (sha256, named) = (item.sha256.clone(), item.named);
        out.push(Opened::Table(Box::new(Table { sheet, input, book, sha256, part, named, at })));
    }
}
