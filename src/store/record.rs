//! Records beside units, branches and values: regions 片区, pairings 结对, places 点线, items of lists
//! 清单. One table for all kinds, so that batches, undo and as-of hold for them as for everything.

use std::collections::BTreeMap;

use rusqlite::{Connection, named_params, params};
use serde::{Deserialize, Serialize};

use super::error::damaged;
use super::load::Load;
use super::put::Stamp;
use super::world::{self, World, as_of, known};
use crate::domain::id::Uid;
use crate::domain::problem::Problem;
use crate::gis::original;

/// A kind of record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum RecordKind {
    /// A region by its code: `kind`, `lead`. Its members are memberships of the kind `region`.
    Region,
    /// Who gives (`name`) and who receives (the unit): `pairing`, `since`, `until`, `activities`, `effect`.
    Link,
    /// A point or a line: `kind`, `area_m2`, `state`, `from`, `to` (months); its shape.
    Place,
    /// An item by its number (`code`): `list`, `category`, `organisation`, `state`, `since`, `due`, `done`,
    /// `amount`, `match`.
    Item,
}

impl RecordKind {
    /// As it is stored.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Region => "region",
            Self::Link => "link",
            Self::Place => "place",
            Self::Item => "item",
        }
    }
}

/// A record as of a time.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Record {
    pub(crate) uid: Uid,
    pub(crate) code: String,
    pub(crate) name: String,
    /// The unit that it belongs to.
    pub(crate) unit: Option<Uid>,
    pub(crate) fields: Fields,
    /// Lines as positions in longitude and latitude, degrees; one position is a point. Empty: none.
    pub(crate) shape_deg: Vec<Vec<[f64; 2]>>,
}

impl Record {
    /// The text of a role; empty where there is none.
    pub(crate) fn get(&self, role: &str) -> &str {
        self.fields.roles.get(role).map_or("", String::as_str)
    }

    /// The number of a role.
    pub(crate) fn number(&self, role: &str) -> Option<f64> {
        self.get(role).parse().ok().filter(|n: &f64| n.is_finite())
    }

    /// The day of a role.
    pub(crate) fn day(&self, role: &str) -> Option<jiff::civil::Date> {
        self.get(role).parse().ok()
    }
}

/// Columns of a record.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Fields {
    /// Role → text; what is empty is left out.
    #[serde(default)]
    pub(crate) roles: BTreeMap<String, String>,
    /// Further columns: heading and text.
    #[serde(default)]
    pub(crate) more: Vec<(String, String)>,
}

/// The records of a kind as of the world's time, by code, name and uid.
pub(crate) fn records(connection: &Connection, world: &World, kind: RecordKind) -> Result<Vec<Record>, Problem> {
    let mut statement = connection.prepare_cached(concat!(
        "SELECT uid, code, name, unit_uid, fields, shape, gone FROM record_version r WHERE r.county = :county AND r.kind = :kind AND ",
        as_of!("r"),
        " ORDER BY r.uid, r.batch"
    ))?;
    let mut rows = statement.query(named_params! {
        ":county": world.county, ":kind": kind.word(), ":day": world.at.day.to_string(), ":known": world.at.known_ms
    })?;
    // Beside each record whether it is gone: the newest batch counts.
    let mut out: Vec<(Record, bool)> = Vec::new();
    while let Some(row) = rows.next()? {
        let uid = world::uid(row, 0)?;
        out.pop_if(|(last, _)| last.uid == uid);
        let unit: Option<[u8; 16]> = row.get(3)?;
        let fields = serde_json::from_str(row.get_ref(4)?.as_str().unwrap_or_default()).map_err(|e| damaged("reference.db", e))?;
        let shape: Option<Vec<u8>> = row.get(5)?;
        let shape_deg = shape.map_or_else(|| Ok(Vec::new()), |bytes| decode(&bytes))?;
        let record = Record { uid, code: row.get(1)?, name: row.get(2)?, unit: unit.and_then(|b| Uid::from_slice(&b)), fields, shape_deg };
        out.push((record, row.get(6)?));
    }
    let mut out: Vec<Record> = out.into_iter().filter(|(_, gone)| !gone).map(|(record, _)| record).collect();
    out.sort_by(|a, b| (&a.code, &a.name, a.uid).cmp(&(&b.code, &b.name, b.uid)));
    Ok(out)
}

fn decode(bytes: &[u8]) -> Result<Vec<Vec<[f64; 2]>>, Problem> {
    let (mut rings, mut coords_deg) = (Vec::new(), Vec::new());
    original::decode(bytes, &mut rings, &mut coords_deg).map_err(|e| damaged("reference.db", e))?;
    Ok(rings.iter().map(|r| coords_deg[r.start as usize..r.end as usize].to_vec()).collect())
}

fn encode(lines: &[Vec<[f64; 2]>]) -> Vec<u8> {
    let (mut rings, mut coords_deg) = (Vec::new(), Vec::new());
    let len = |coords: &Vec<[f64; 2]>| u32::try_from(coords.len()).unwrap_or(u32::MAX);
    for line in lines {
        let start = len(&coords_deg);
        coords_deg.extend_from_slice(line);
        rings.push(start..len(&coords_deg));
    }
    original::encode(&rings, &coords_deg)
}

impl Load<'_> {
    /// Adds a record.
    pub(crate) fn put_record(&mut self, stamp: Stamp<'_>, kind: RecordKind, record: &Record) -> Result<(), Problem> {
        let fields = serde_json::to_string(&record.fields).map_err(|e| damaged("", e))?;
        let shape = (!record.shape_deg.is_empty()).then(|| encode(&record.shape_deg));
        self.transaction
            .prepare_cached(
                "INSERT INTO record_version
                   (county, kind, uid, batch, valid_from, code, name, unit_uid, fields, shape, source_row, source_part, gone)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
            )?
            .execute(params![
                self.county,
                kind.word(),
                record.uid.as_bytes(),
                stamp.batch,
                stamp.since,
                record.code,
                record.name,
                record.unit.as_ref().map(Uid::as_bytes),
                fields,
                shape,
                stamp.row,
                stamp.part,
                stamp.gone
            ])?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shape_comes_back_as_it_was() {
        let lines = vec![vec![[104.123_456_7, 36.5]], vec![[104.0, 36.0], [104.1, 36.1], [104.2, 36.000_000_01]]];
        assert_eq!(decode(&encode(&lines)).expect("reads"), lines);
        assert!(decode(&[9, 9, 9]).is_err());
    }
}
