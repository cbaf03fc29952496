//! `[[list]]`, `[[pairing]]`, `[[region]]`, `[[group]]` and `[[matrix]]`.

use super::super::Zone;
use super::super::read::{At, Section};
use super::super::schema::{Group, List, Matrix, Named, Pairing, Region};
use super::{Ids, Reader};

/// What a region may be.
const REGIONS: [(&str, &str); 7] =
    [("片", "片"), ("团", "团"), ("线", "线"), ("流域", "流域"), ("产业链", "产业链"), ("景区", "景区"), ("联村", "联村")];
/// `by`: rows and columns come from the zones and their tasks.
const BY_ZONES: [(&str, ()); 1] = [("zones", ())];

impl Reader<'_, '_, '_> {
    pub(super) fn lists(&mut self, root: &mut Section<'_, '_>) -> Vec<List> {
        let (mut lists, mut ids) = (Vec::new(), Ids::new());
        for mut s in root.sections(self.report, "list") {
            let named = self.named(&mut s, &mut ids);
            let fields = self.distinct(&mut s, "fields");
            if fields.is_empty() {
                s.missing(self.report, "fields");
            }
            let states = self.distinct(&mut s, "states");
            let (basis, material) = (self.basis(&mut s), self.material(&mut s));
            s.finish(self.report);
            lists.extend(named.map(|named| List { named, fields, states, basis, material }));
        }
        lists
    }

    pub(super) fn pairings(&mut self, root: &mut Section<'_, '_>) -> Vec<Pairing> {
        let (mut pairings, mut ids) = (Vec::new(), Ids::new());
        for mut s in root.sections(self.report, "pairing") {
            let named = self.named(&mut s, &mut ids);
            let from = self.needed_word(&mut s, "from");
            let to = s.required(self.report, "to").map(|to| self.level(&to, &s.field("to")));
            let min_per_year = self.whole(&mut s, "min_per_year", 1..=366).map(|n| n.value);
            let (basis, material) = (self.basis(&mut s), self.material(&mut s));
            s.finish(self.report);
            if let (Some(named), Some(from), Some(to)) = (named, from, to) {
                pairings.push(Pairing { named, from, to, min_per_year, basis, material });
            }
        }
        pairings
    }

    /// A text that must be there and passes the gate.
    fn needed_word(&mut self, s: &mut Section<'_, '_>, key: &'static str) -> Option<String> {
        let word = s.required(self.report, key)?;
        self.gated(&word, &s.field(key));
        Some(word.value)
    }

    pub(super) fn regions(&mut self, root: &mut Section<'_, '_>) -> Vec<Region> {
        let (mut regions, mut ids) = (Vec::new(), Ids::new());
        for mut s in root.sections(self.report, "region") {
            let named = self.named(&mut s, &mut ids);
            let kind = s.required_word(self.report, "kind", &REGIONS);
            let members = self.distinct(&mut s, "members");
            let (basis, material) = (self.basis(&mut s), self.material(&mut s));
            s.finish(self.report);
            if let (Some(named), Some(kind)) = (named, kind) {
                regions.push(Region { named, kind: kind.value.to_owned(), members, basis, material });
            }
        }
        regions
    }

    pub(super) fn groups(&mut self, root: &mut Section<'_, '_>) -> Vec<Group> {
        let (mut groups, mut ids) = (Vec::new(), Ids::new());
        for mut s in root.sections(self.report, "group") {
            let named = self.named(&mut s, &mut ids);
            let (one, x) = (self.needed_word(&mut s, "one"), self.needed_word(&mut s, "x"));
            let when = self.when(&mut s, "when");
            let metric = self.metric(&mut s, "metric");
            let (basis, material) = (self.basis(&mut s), self.material(&mut s));
            s.finish(self.report);
            if let (Some(named), Some(one), Some(x)) = (named, one, x) {
                groups.push(Group { named, one, x, when, metric, basis, material });
            }
        }
        groups
    }

    pub(super) fn matrices(&mut self, root: &mut Section<'_, '_>, zones: &[Zone]) -> Vec<Matrix> {
        let (mut matrices, mut ids) = (Vec::new(), Ids::new());
        for mut s in root.sections(self.report, "matrix") {
            let named = self.named(&mut s, &mut ids);
            s.knows("by");
            let matrix = if s.has("by") { self.by_zones(&mut s, zones) } else { self.by_hand(&mut s) };
            let (basis, material) = (self.basis(&mut s), self.material(&mut s));
            s.finish(self.report);
            if let (Some(named), Some((rows, cols, cells))) = (named, matrix) {
                matrices.push(Matrix { named, rows, cols, cells, basis, material });
            }
        }
        matrices
    }

    /// Zones × the n-th of their tasks.
    fn by_zones(&mut self, s: &mut Section<'_, '_>, own: &[Zone]) -> Option<Parts> {
        s.word(self.report, "by", &BY_ZONES)?;
        let base = self.bases.iter().find(|b| !b.zones.is_empty()).cloned();
        let zones = if own.is_empty() { base.as_ref().map_or(own, |b| &b.zones) } else { own };
        if zones.is_empty() {
            self.report.add("E_FRAMEWORK_MATRIX_ZONES", s.at, &s.field("by"), &[]);
        }
        let of = if own.is_empty() { base.as_ref().map(|b| b.id.clone()) } else { None };
        let named = |id: &str, label: &str, label_en: &str| Named { id: id.into(), label: label.into(), label_en: label_en.into() };
        let rows = zones.iter().map(|z| named(&z.code, &z.label, &z.label_en)).collect();
        let width = zones.iter().map(|z| z.tasks.len()).max().unwrap_or(0);
        let cols = (1..=width).map(|n| named(&n.to_string(), &format!("任务{n}"), &format!("Task {n}"))).collect();
        // A metric of a zone of an extended framework is that framework's own unless it names another.
        let metric = |id: &super::IndicatorId| match &of {
            Some(of) if !id.as_str().contains('/') => format!("{of}/{id}").into(),
            _ => id.clone(),
        };
        let cell = |zone: &Zone, n: usize| zone.tasks.get(n).and_then(|t| t.metric.as_ref().map(metric));
        let cells = zones.iter().map(|z| (0..width).map(|n| cell(z, n)).collect()).collect();
        Some((rows, cols, cells))
    }

    fn by_hand(&mut self, s: &mut Section<'_, '_>) -> Option<Parts> {
        let (rows, cols) = (self.line(s, "rows"), self.line(s, "cols"));
        let mut cells = vec![vec![None; cols.len()]; rows.len()];
        let mut taken = Ids::new();
        for mut c in s.sections(self.report, "cell") {
            let row = c.required(self.report, "row");
            let col = c.required(self.report, "col");
            let metric = self.metric(&mut c, "metric");
            let at = |line: &[Named], word: &At<String>| line.iter().position(|n| n.id == word.value);
            for (key, word, line) in [("row", &row, &rows), ("col", &col, &cols)] {
                if let Some(word) = word.as_ref().filter(|w| at(line, w).is_none()) {
                    let known: Vec<&str> = line.iter().map(|n| n.id.as_str()).collect();
                    self.report.add("E_FRAMEWORK_MATRIX_CELL", word.at, &c.field(key), &[&word.value, &known.join(" ")]);
                }
            }
            if let (Some(row), Some(col)) = (&row, &col)
                && let (Some(r), Some(k)) = (at(&rows, row), at(&cols, col))
            {
                let place = format!("{} {}", row.value, col.value);
                if !taken.insert(place.clone()) {
                    self.report.add("E_FRAMEWORK_DUPLICATE", c.at, &c.field("row"), &[&place]);
                }
                cells[r][k] = metric;
            }
            c.finish(self.report);
        }
        (!rows.is_empty() && !cols.is_empty()).then_some((rows, cols, cells))
    }

    /// Rows or columns.
    fn line(&mut self, s: &mut Section<'_, '_>, key: &'static str) -> Vec<Named> {
        let (mut line, mut ids) = (Vec::new(), Ids::new());
        for mut one in s.sections(self.report, key) {
            line.extend(self.named(&mut one, &mut ids));
            one.finish(self.report);
        }
        if !s.has(key) {
            s.missing(self.report, key);
        }
        line
    }
}

/// Rows, columns and cells of a matrix.
type Parts = (Vec<Named>, Vec<Named>, Vec<Vec<Option<super::IndicatorId>>>);
