//! Colours by meaning, from `data/themes/*.toml`, and their downgrade at one place.

use std::collections::HashMap;

use ratatui::buffer::Buffer;
use ratatui::style::Color;

use crate::domain::problem::{Problem, Severity};
use crate::gis::compose::{Fill, Ink};
use crate::ui::capability::Colour;

/// A colour of the screen outside the map, by its meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Background of everything.
    Ground,
    /// Text.
    Text,
    /// Less important text.
    Dim,
    /// Keys, links, what can be acted on.
    Accent,
    /// Background of the top and bottom line.
    Panel,
    /// Leads 待核.
    Lead,
    /// Marks 标记.
    Mark,
    /// Something went wrong.
    Error,
    /// Text of the selected row.
    SelectedText,
    /// Background of the selected row.
    SelectedGround,
    /// Background of the selected row while another pane has the keys.
    RestingGround,
}

const ROLES: [(&str, Role); 11] = [
    ("ground", Role::Ground),
    ("text", Role::Text),
    ("dim", Role::Dim),
    ("accent", Role::Accent),
    ("panel", Role::Panel),
    ("lead", Role::Lead),
    ("mark", Role::Mark),
    ("error", Role::Error),
    ("selected_text", Role::SelectedText),
    ("selected_ground", Role::SelectedGround),
    ("resting_ground", Role::RestingGround),
];

/// A colour at every depth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Paint {
    rgb: [u8; 3],
    /// Number in the xterm palette.
    index: u8,
    /// One of the 16 names.
    named: Color,
}

/// The colours of a session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Theme {
    /// Id: the file's name.
    pub id: String,
    /// Chinese name.
    pub name: String,
    /// English name.
    pub name_en: String,
    roles: [Paint; ROLES.len()],
    /// Five classes, the lowest first, where high is good or neutral.
    up: [Paint; 5],
    /// Five classes where high is bad.
    down: [Paint; 5],
    missing: Paint,
    none: Paint,
    not_due: Paint,
    out_of_scope: Paint,
    /// Ink on light fills and on dark fills.
    dark: Paint,
    light: Paint,
    /// Outline of the selection on light fills and on dark fills.
    select_dark: Paint,
    select_light: Paint,
}

const BUILT_IN: [(&str, &str); 3] = [
    ("daylight", include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/data/themes/daylight.toml"))),
    ("night", include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/data/themes/night.toml"))),
    ("colour-weak", include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/data/themes/colour-weak.toml"))),
];

impl Default for Theme {
    fn default() -> Self {
        Self::named("night").unwrap_or_else(Self::plain)
    }
}

impl Theme {
    /// The ids of the built-in themes.
    pub fn ids() -> impl Iterator<Item = &'static str> {
        BUILT_IN.iter().map(|(id, _)| *id)
    }

    /// A built-in theme by id, or by its Chinese or English name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        BUILT_IN
            .iter()
            .filter_map(|(id, text)| Self::parse(id, text, id).ok())
            .find(|t| t.id == name || t.name == name || t.name_en == name)
    }

    /// Black and white: what is left if a built-in file is broken, which a test forbids.
    fn plain() -> Self {
        let black = Paint { rgb: [0; 3], index: 16, named: Color::Reset };
        let white = Paint { rgb: [255; 3], index: 231, named: Color::Reset };
        let mut roles = [white; ROLES.len()];
        roles[Role::Ground as usize] = black;
        Self {
            id: "plain".into(),
            name: "plain".into(),
            name_en: "plain".into(),
            roles,
            up: [white; 5],
            down: [white; 5],
            missing: black,
            none: black,
            not_due: black,
            out_of_scope: black,
            dark: black,
            light: white,
            select_dark: black,
            select_light: white,
        }
    }

    /// A theme file.
    ///
    /// # Errors
    /// Every mistake at once: `E_THEME_TOML`, `E_THEME_MISSING`, `E_THEME_COLOUR`.
    pub fn parse(id: &str, text: &str, file: &str) -> Result<Self, Vec<Problem>> {
        let table: toml::Table = match text.parse() {
            Ok(table) => table,
            Err(error) => return Err(vec![Problem::new("E_THEME_TOML", Severity::Refused, file).arg(error)]),
        };
        let mut problems = Vec::new();
        let mut paint = |section: &str, key: &str, value: Option<&toml::Value>| {
            let field = format!("{section}.{key}");
            match value.map(|v| v.as_str().map(|text| (text, Paint::parse(text)))) {
                Some(Some((_, Some(paint)))) => paint,
                Some(found) => {
                    let text = found.map(|(text, _)| text).unwrap_or_default();
                    problems.push(Problem::new("E_THEME_COLOUR", Severity::Refused, file).field(field).arg(text));
                    Self::plain().dark
                }
                None => {
                    problems.push(Problem::new("E_THEME_MISSING", Severity::Refused, file).field(field.clone()).arg(field));
                    Self::plain().dark
                }
            }
        };
        let mut get = |section: &str, key: &str| paint(section, key, table.get(section).and_then(|s| s.get(key)));
        let roles = ROLES.map(|(key, _)| get("role", key));
        let [missing, none, not_due, out_of_scope] = ["missing", "none", "not_due", "out_of_scope"].map(|key| get("map", key));
        let [dark, light, select_dark, select_light] = ["dark", "light", "select_dark", "select_light"].map(|key| get("map", key));
        let mut ramp = |key: &str| {
            let list = table.get("map").and_then(|s| s.get(key)).and_then(toml::Value::as_array);
            std::array::from_fn(|n| paint("map", &format!("{key}[{n}]"), list.and_then(|l| l.get(n))))
        };
        let (up, down) = (ramp("up"), ramp("down"));
        let name = |key: &str| table.get(key).and_then(toml::Value::as_str).unwrap_or(id).to_owned();
        let (zh, en) = (name("name"), name("name_en"));
        if !problems.is_empty() {
            return Err(problems);
        }
        Ok(Self {
            id: id.to_owned(),
            name: zh,
            name_en: en,
            roles,
            up,
            down,
            missing,
            none,
            not_due,
            out_of_scope,
            dark,
            light,
            select_dark,
            select_light,
        })
    }

    /// The colour of a role, in 24 bits.
    #[must_use]
    pub fn role(&self, role: Role) -> Color {
        self.roles[role as usize].colour()
    }

    fn fill(&self, fill: Fill, down: bool) -> Paint {
        match fill {
            Fill::Outside => self.roles[Role::Ground as usize],
            Fill::Class(n) => {
                let ramp = if down { &self.down } else { &self.up };
                ramp[usize::from(n).min(ramp.len() - 1)]
            }
            Fill::Missing => self.missing,
            Fill::None => self.none,
            Fill::NotDue => self.not_due,
            Fill::OutOfScope => self.out_of_scope,
        }
    }

    /// The colour of an ink of the map, in 24 bits. `down` takes the ramp of indicators where high
    /// is bad. With `pattern` fills are the ground, because glyphs carry the class.
    #[must_use]
    pub fn ink(&self, ink: Ink, down: bool, pattern: bool) -> Color {
        if pattern {
            return match ink {
                Ink::Ground | Ink::Fill(_) => self.role(Role::Ground),
                Ink::Shade(_) => self.role(Role::Dim),
                Ink::Border(_) | Ink::Text(_) | Ink::Selection(_) | Ink::Hatch(_) => self.role(Role::Text),
                Ink::Badge(_) | Ink::Pin => self.role(Role::Lead),
            };
        }
        let on = |fill: Fill, dark: Paint, light: Paint| self.fill(fill, down).clearer(dark, light);
        match ink {
            Ink::Ground => self.role(Role::Ground),
            Ink::Pin => self.role(Role::Lead),
            Ink::Fill(fill) => self.fill(fill, down).colour(),
            Ink::Shade(fill) => self.fill(fill, down).shade(),
            Ink::Border(fill) | Ink::Text(fill) | Ink::Badge(fill) => on(fill, self.dark, self.light).colour(),
            Ink::Hatch(fill) => on(fill, self.dark, self.roles[Role::Error as usize]).colour(),
            Ink::Selection(fill) => on(fill, self.select_dark, self.select_light).colour(),
        }
    }

    /// Brings every colour of a finished screen down to what the session can show. The only place
    /// where the depth of colour matters to drawing.
    pub fn downgrade(&self, buffer: &mut Buffer, depth: Colour) {
        if depth == Colour::True {
            return;
        }
        let mut known: HashMap<Color, Color> = HashMap::new();
        for paint in self.paints() {
            known.insert(paint.colour(), paint.at(depth));
        }
        let mut convert = |colour: Color| match colour {
            Color::Rgb(r, g, b) => *known.entry(colour).or_insert_with(|| match depth {
                Colour::C256 => Color::Indexed(nearest([r, g, b])),
                _ => Color::Reset,
            }),
            other => other,
        };
        let mut last = [(Color::Reset, Color::Reset); 2];
        for cell in &mut buffer.content {
            for (slot, colour) in last.iter_mut().zip([&mut cell.fg, &mut cell.bg]) {
                if slot.0 != *colour {
                    *slot = (*colour, convert(*colour));
                }
                *colour = slot.1;
            }
        }
    }

    fn paints(&self) -> impl Iterator<Item = &Paint> {
        let single =
            [&self.missing, &self.none, &self.not_due, &self.out_of_scope, &self.dark, &self.light, &self.select_dark, &self.select_light];
        // Roles come last, so that a colour shared with the map keeps its meaning as text.
        self.up.iter().chain(&self.down).chain(single).chain(&self.roles)
    }
}

impl Paint {
    /// `#rrggbb index name`.
    fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split_whitespace();
        let hex = parts.next()?.strip_prefix('#').filter(|h| h.len() == 6 && h.is_ascii())?;
        let byte = |at: usize| u8::from_str_radix(&hex[at..at + 2], 16).ok();
        let rgb = [byte(0)?, byte(2)?, byte(4)?];
        let index = match parts.next() {
            Some(text) => text.parse().ok()?,
            None => nearest(rgb),
        };
        let named = match parts.next() {
            None | Some("default") => Color::Reset,
            Some(name) => name.parse().ok().filter(|c| !matches!(c, Color::Rgb(..) | Color::Indexed(_)))?,
        };
        parts.next().is_none().then_some(Self { rgb, index, named })
    }

    fn colour(&self) -> Color {
        let [r, g, b] = self.rgb;
        Color::Rgb(r, g, b)
    }

    fn at(&self, depth: Colour) -> Color {
        match depth {
            Colour::None => Color::Reset,
            Colour::C16 => self.named,
            Colour::C256 => Color::Indexed(self.index),
            Colour::True => self.colour(),
        }
    }

    fn luminance(&self) -> f64 {
        luminance(self.rgb)
    }

    /// The one of two inks that stands out more on this fill.
    fn clearer(&self, dark: Self, light: Self) -> Self {
        let contrast = |ink: &Self| {
            let (a, b) = (self.luminance(), ink.luminance());
            (a.max(b) + 0.05) / (a.min(b) + 0.05)
        };
        if contrast(&dark) >= contrast(&light) { dark } else { light }
    }

    /// A shade off the fill: darker where it is light, lighter where it is dark.
    fn shade(&self) -> Color {
        let light = self.luminance() > 0.18;
        let [r, g, b] = self.rgb.map(|c| {
            let c = u16::from(c);
            u8::try_from(if light { c * 3 / 4 } else { c + (255 - c) / 4 }).unwrap_or(u8::MAX)
        });
        Color::Rgb(r, g, b)
    }
}

/// Relative luminance, 0–1 (WCAG 2.1).
fn luminance(rgb: [u8; 3]) -> f64 {
    let [r, g, b] = rgb.map(|c| {
        let c = f64::from(c) / 255.0;
        if c <= 0.040_45 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
    });
    0.2126 * r + 0.7152 * g + 0.0722 * b
}

/// The nearest colour of the xterm palette's cube and greys (16–255; the first 16 are the user's).
fn nearest(rgb: [u8; 3]) -> u8 {
    const STEPS: [i32; 6] = [0, 95, 135, 175, 215, 255];
    let rgb = rgb.map(i32::from);
    let far = |other: [i32; 3]| (0..3).map(|n| (rgb[n] - other[n]).pow(2)).sum::<i32>();
    let step = |c: i32| (0..6).min_by_key(|n| (STEPS[*n] - c).abs()).unwrap_or(0);
    let [r, g, b] = rgb.map(step);
    let cube = (far([STEPS[r], STEPS[g], STEPS[b]]), 16 + 36 * r + 6 * g + b);
    let mean = rgb.iter().sum::<i32>() / 3;
    let n = ((mean - 8 + 5) / 10).clamp(0, 23);
    let grey = 8 + 10 * n;
    let grey = (far([grey; 3]), 232 + usize::try_from(n).unwrap_or(0));
    u8::try_from(cube.min(grey).1).unwrap_or(231)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_themes_are_whole() {
        for (id, text) in BUILT_IN {
            let theme = Theme::parse(id, text, id).expect(id);
            assert_eq!(Theme::named(&theme.name).map(|t| t.id).as_deref(), Some(id));
        }
        assert_eq!(Theme::default().id, "night");
    }

    #[test]
    fn text_can_be_read_on_its_ground() {
        for id in Theme::ids() {
            let theme = Theme::named(id).expect(id);
            let of = |role: Role| theme.roles[role as usize].luminance();
            let contrast = |a: f64, b: f64| (a.max(b) + 0.05) / (a.min(b) + 0.05);
            for role in [Role::Text, Role::Accent, Role::Lead, Role::Mark, Role::Error] {
                assert!(contrast(of(role), of(Role::Ground)) >= 4.5, "{id} {role:?}");
                assert!(contrast(of(role), of(Role::Panel)) >= 4.5, "{id} {role:?} on panel");
            }
            assert!(contrast(of(Role::Dim), of(Role::Ground)) >= 3.0, "{id} dim");
            assert!(contrast(of(Role::SelectedText), of(Role::SelectedGround)) >= 4.5, "{id} selected");
            for down in [false, true] {
                for n in 0..5 {
                    let fill = theme.fill(Fill::Class(n), down);
                    let ink = fill.clearer(theme.dark, theme.light);
                    assert!(contrast(fill.luminance(), ink.luminance()) >= 3.0, "{id} class {n} {down}");
                }
            }
        }
    }

    #[test]
    fn classes_keep_five_colours_in_256_and_fall_back_without() {
        let theme = Theme::default();
        for down in [false, true] {
            let mut buffer = Buffer::empty(ratatui::layout::Rect::new(0, 0, 5, 1));
            for n in 0..5u8 {
                buffer[(u16::from(n), 0)].set_bg(theme.ink(Ink::Fill(Fill::Class(n)), down, false));
            }
            let mut low = buffer.clone();
            theme.downgrade(&mut low, Colour::C256);
            let colours: std::collections::BTreeSet<_> = low.content.iter().map(|c| c.bg.to_string()).collect();
            assert_eq!(colours.len(), 5);
            theme.downgrade(&mut buffer, Colour::None);
            assert!(buffer.content.iter().all(|c| c.bg == Color::Reset));
        }
    }

    #[test]
    fn a_bad_theme_reports_every_mistake() {
        let problems = Theme::parse("x", "[role]\nground = \"#12\"\ntext = 3\n", "x.toml").expect_err("bad");
        assert_eq!(problems.iter().filter(|p| p.code == "E_THEME_COLOUR").count(), 2);
        assert!(problems.iter().any(|p| p.code == "E_THEME_MISSING"));
    }

    #[test]
    fn the_nearest_of_the_palette() {
        assert_eq!(nearest([255, 255, 255]), 231);
        assert_eq!(nearest([0, 0, 0]), 16);
        assert_eq!(nearest([95, 175, 175]), 73);
        assert_eq!(nearest([128, 128, 128]), 244);
    }
}
