//! TopoJSON: borders once, as arcs, and areas as lists of arcs.

use std::ops::Range;

use super::GeometryKind;
use super::cursor::{Cursor, Stop};
use super::gather::Gather;
use super::geometry::{Fault, Shape, Sink};
use super::json::{self, Json};
use crate::domain::problem::Problem;

/// A file.
pub(super) struct Topology {
    /// Positions of the arcs, in the file's degrees or metres.
    points: Vec<[f64; 2]>,
    arcs: Vec<Range<usize>>,
    transform: Option<Transform>,
    objects: Vec<(String, Json)>,
    pub(super) crs: Option<String>,
    /// Positions that all areas together may have: shared arcs are written out once per side, so a
    /// sound file stays far below one per byte.
    positions_max: usize,
}

#[derive(Clone, Copy)]
struct Transform {
    scale: [f64; 2],
    translate: [f64; 2],
}

impl Transform {
    fn apply(self, [x, y]: [f64; 2]) -> [f64; 2] {
        [x * self.scale[0] + self.translate[0], y * self.scale[1] + self.translate[1]]
    }
}

impl Topology {
    /// Reads a whole file.
    pub(super) fn read(bytes: &[u8], refused: impl Fn(&str) -> Problem) -> Result<Self, Problem> {
        let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        let mut topology =
            Self { points: Vec::new(), arcs: Vec::new(), transform: None, objects: Vec::new(), crs: None, positions_max: bytes.len() };
        let mut rest = Rest::default();
        let mut cursor = Cursor::whole(text);
        topology.members(&mut cursor, &mut rest).map_err(|stop| json::problem(text, stop, &refused))?;
        if rest.kind.as_deref() != Some("Topology") {
            return Err(refused("E_GEOJSON_KIND").arg(rest.kind.unwrap_or_default()));
        }
        if let Some(transform) = rest.transform {
            let read = || Some(Transform { scale: transform.get("scale")?.pair()?, translate: transform.get("translate")?.pair()? });
            topology.transform = Some(read().ok_or_else(|| refused("E_TOPO_TRANSFORM").field("transform"))?);
        }
        topology.unfold();
        if topology.objects.is_empty() {
            return Err(refused("E_TOPO_OBJECTS"));
        }
        Ok(topology)
    }

    fn members(&mut self, cursor: &mut Cursor<'_>, rest: &mut Rest) -> Result<(), Stop> {
        cursor.object(|cursor, key| {
            match key {
                "type" => rest.kind = cursor.scalar()?,
                "transform" => rest.transform = Some(Json::read(cursor)?),
                "crs" => {
                    let crs = Json::read(cursor)?;
                    let name = crs.get("properties").and_then(|p| p.get("name")).or(Some(&crs)).and_then(Json::str);
                    self.crs = name.map(str::to_owned);
                }
                "objects" => {
                    if let Json::Object(objects) = Json::read(cursor)? {
                        self.objects = objects;
                    }
                }
                "arcs" => self.read_arcs(cursor)?,
                _ => cursor.skip()?,
            }
            Ok(())
        })?;
        if cursor.at_end()? { Ok(()) } else { Err(cursor.unexpected(cursor.at)) }
    }

    fn read_arcs(&mut self, cursor: &mut Cursor<'_>) -> Result<(), Stop> {
        list(cursor, |cursor| {
            let start = self.points.len();
            list(cursor, |cursor| {
                let (mut position, mut n) = ([f64::NAN; 2], 0);
                list(cursor, |cursor| {
                    let number = cursor.number()?;
                    if let Some(slot) = position.get_mut(n) {
                        *slot = number;
                    }
                    n += 1;
                    Ok(())
                })?;
                self.points.push(position);
                Ok(())
            })?;
            self.arcs.push(start..self.points.len());
            Ok(())
        })
    }

    /// Steps of a quantised file become positions.
    fn unfold(&mut self) {
        let Some(transform) = self.transform else { return };
        for arc in &self.arcs {
            let mut at = [0.0; 2];
            for point in &mut self.points[arc.clone()] {
                at = [at[0] + point[0], at[1] + point[1]];
                *point = transform.apply(at);
            }
        }
    }

    /// Names of its objects: its layers.
    pub(super) fn layers(&self) -> Vec<String> {
        self.objects.iter().map(|(name, _)| name.clone()).collect()
    }

    /// The first object that has areas, else the first.
    pub(super) fn first_areas(&self) -> Option<&str> {
        let areas = |object: &Json| leaves(object).iter().any(|g| matches!(kind_of(g), "Polygon" | "MultiPolygon"));
        let found = self.objects.iter().find(|(_, object)| areas(object)).or(self.objects.first());
        found.map(|(name, _)| name.as_str())
    }

    /// The features of an object.
    pub(super) fn each(&self, layer: &str, gather: &mut Gather<'_>) {
        let Some((_, object)) = self.objects.iter().find(|(name, _)| name == layer) else { return };
        let mut left = self.positions_max;
        for geometry in leaves(object) {
            let mut draft = gather.begin(0);
            draft.own_id = geometry.get("id").and_then(Json::text).map(str::to_owned);
            if let Some(properties) = geometry.get("properties") {
                json::attributes(properties, "", gather, &mut draft);
            }
            match self.geometry(geometry, &mut gather.sink, &mut left) {
                Ok(shape) => draft.shape = shape,
                Err((code, what)) => draft.spoil(&mut gather.sink, code, vec![what]),
            }
            gather.accept(draft);
        }
    }

    fn geometry(&self, geometry: &Json, sink: &mut Sink, left: &mut usize) -> Result<Shape, Fault> {
        let simple = |kind| Shape { kind, ..Shape::default() };
        let shape_fault = || ("E_GEOM_SHAPE", kind_of(geometry).to_owned());
        let arcs = || geometry.get("arcs").and_then(Json::items).ok_or_else(shape_fault);
        let before = sink.coords.len();
        let kind = match kind_of(geometry) {
            "" if matches!(geometry.get("type"), None | Some(Json::Null)) => return Ok(Shape::default()),
            "Polygon" => {
                arcs()?.iter().try_for_each(|ring| self.ring(ring, sink, left))?;
                GeometryKind::Polygon
            }
            "MultiPolygon" => {
                for polygon in arcs()? {
                    polygon.items().ok_or_else(shape_fault)?.iter().try_for_each(|ring| self.ring(ring, sink, left))?;
                }
                GeometryKind::Polygon
            }
            "LineString" => {
                self.ring(geometry.get("arcs").ok_or_else(shape_fault)?, sink, left)?;
                GeometryKind::Line
            }
            "MultiLineString" => {
                arcs()?.iter().try_for_each(|line| self.ring(line, sink, left))?;
                GeometryKind::Line
            }
            "Point" => {
                self.point(geometry.get("coordinates").ok_or_else(shape_fault)?, sink)?;
                GeometryKind::Point
            }
            "MultiPoint" => {
                let points = geometry.get("coordinates").and_then(Json::items).ok_or_else(shape_fault)?;
                points.iter().try_for_each(|p| self.point(p, sink))?;
                GeometryKind::Point
            }
            "GeometryCollection" => return self.collection(geometry, sink, left),
            other => return Err(("E_GEOM_KIND", other.to_owned())),
        };
        Ok(if sink.coords.len() == before { Shape::default() } else { simple(kind) })
    }

    /// The areas of a collection inside a collection.
    fn collection(&self, geometry: &Json, sink: &mut Sink, left: &mut usize) -> Result<Shape, Fault> {
        let mut shape = Shape { collection: true, ..Shape::default() };
        for part in geometry.get("geometries").and_then(Json::items).unwrap_or_default() {
            let checkpoint = sink.checkpoint();
            let found = self.geometry(part, sink, left)?;
            shape.left_out += found.left_out;
            if found.kind == GeometryKind::Polygon {
                shape.kind = GeometryKind::Polygon;
            } else if found.kind != GeometryKind::None {
                sink.rewind(checkpoint);
                shape.left_out += 1;
            }
        }
        Ok(shape)
    }

    /// A list of arcs, joined end to end; `~n` is arc n backwards.
    fn ring(&self, arcs: &Json, sink: &mut Sink, left: &mut usize) -> Result<(), Fault> {
        let start = sink.coords.len();
        for index in arcs.items().ok_or(("E_TOPO_ARC", String::new()))? {
            let unknown = || ("E_TOPO_ARC", index.text().unwrap_or_default().to_owned());
            let Json::Number(text) = index else { return Err(unknown()) };
            let signed: i64 = text.parse().map_err(|_| unknown())?;
            let backwards = signed < 0;
            let place = usize::try_from(if backwards { !signed } else { signed }).map_err(|_| unknown())?;
            let points = self.points.get(self.arcs.get(place).ok_or_else(unknown)?.clone()).ok_or_else(unknown)?;
            *left = left.checked_sub(points.len()).ok_or(("E_GEOM_TOO_MANY", self.positions_max.to_string()))?;
            for n in 0..points.len() {
                let point = points[if backwards { points.len() - 1 - n } else { n }];
                if n == 0 && sink.coords.len() > start {
                    // The joint is the end of one arc and the beginning of the next.
                    if sink.coords.last() != Some(&point) {
                        return Err(("E_TOPO_JOIN", text.clone()));
                    }
                    continue;
                }
                sink.place(point[0], point[1])?;
            }
        }
        sink.end_if_any(start)
    }

    fn point(&self, coordinates: &Json, sink: &mut Sink) -> Result<(), Fault> {
        let start = sink.coords.len();
        let point = coordinates.pair().ok_or(("E_GEOM_COORDINATES", String::new()))?;
        let [x, y] = self.transform.map_or(point, |t| t.apply(point));
        sink.place(x, y)?;
        sink.end_if_any(start)
    }
}

#[derive(Default)]
struct Rest {
    kind: Option<String>,
    transform: Option<Json>,
}

fn kind_of(geometry: &Json) -> &str {
    geometry.get("type").and_then(Json::str).unwrap_or_default()
}

/// The features of an object: the members of its collection, or itself.
fn leaves(object: &Json) -> Vec<&Json> {
    match object.get("geometries").and_then(Json::items) {
        Some(geometries) if kind_of(object) == "GeometryCollection" => geometries.iter().collect(),
        _ => vec![object],
    }
}

/// The elements of an array.
fn list(cursor: &mut Cursor<'_>, mut element: impl FnMut(&mut Cursor<'_>) -> Result<(), Stop>) -> Result<(), Stop> {
    cursor.open(b'[')?;
    if cursor.close_if(b']')? {
        return Ok(());
    }
    loop {
        cursor.token()?;
        element(cursor)?;
        if !cursor.another(b']')? {
            return Ok(());
        }
    }
}
