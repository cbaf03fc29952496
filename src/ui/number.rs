//! Numbers in words: values, states, class bounds.

use crate::domain::indicator::{Indicator, Kind, Rollup};
use crate::domain::page::{Class, Row};
use crate::domain::value::{Origin, Reading, Shown, State};
use crate::locale::Lang;

/// A number without its unit: no decimals where it is whole, else one.
pub fn plain(value: f64) -> String {
    if !value.is_finite() {
        return "?".to_owned();
    }
    // -0 and what rounds to it.
    let value = if value.abs() < 0.05 { if value == 0.0 { 0.0 } else { value } } else { value };
    if value.fract() == 0.0 && value.abs() < 1e15 {
        return format!("{value:.0}");
    }
    if value != 0.0 && value.abs() < 0.1 { format!("{value:.3}") } else { format!("{value:.1}") }
}

/// The word of a state without a number.
pub(super) fn state(lang: Lang, state: State) -> &'static str {
    match state {
        State::Value => "",
        State::None => lang.text("ui.state.none"),
        State::NotDue => lang.text("ui.state.not_due"),
        State::Missing => lang.text("ui.state.missing"),
    }
}

/// The unit of measure of a shown value.
pub(super) fn unit(indicator: &Indicator, origin: Origin) -> &str {
    if origin == Origin::RolledUp { indicator.rolled_unit() } else { &indicator.unit }
}

/// What a shown value is, in words: the indicator's label, for a share what it is a share of
/// (`label ≥5万元占比`), for a mean that it is one.
pub(super) fn title(lang: Lang, at_least: &str, indicator: &Indicator, label: &str, origin: Origin) -> String {
    match (origin, indicator.rollup, indicator.threshold) {
        (Origin::RolledUp, Rollup::ShareAtOrAbove, Some(threshold)) => {
            lang.fill("ui.value.share", &[&label, &format!("{at_least}{}{}", plain(threshold), indicator.unit)])
        }
        (Origin::RolledUp, Rollup::Mean, _) => lang.fill("ui.value.mean", &[&label]),
        (Origin::RolledUp, Rollup::ShareAtOrAbove, None) => lang.fill("ui.value.share", &[&label, &""]),
        _ => label.to_owned(),
    }
}

/// A reading in words, with a percent sign but without longer units.
pub(super) fn reading(lang: Lang, indicator: &Indicator, origin: Origin, reading: Reading) -> String {
    let Some(value) = reading.value.filter(|_| reading.state == State::Value) else {
        return state(lang, reading.state).to_owned();
    };
    let unit = unit(indicator, origin);
    if unit == "%" {
        return format!("{value:.1}%");
    }
    if indicator.kind == Kind::Bool && origin == Origin::Reported {
        return lang.text(if value == 0.0 { "ui.value.no" } else { "ui.value.yes" }).to_owned();
    }
    plain(value)
}

/// A shown value in a list: `~` before an incomplete one, `'` after a small base.
pub(super) fn shown(lang: Lang, indicator: &Indicator, shown: &Shown) -> String {
    let text = reading(lang, indicator, shown.origin, shown.reading);
    let before = if shown.incomplete && shown.reading.state == State::Value { "~" } else { "" };
    let after = if shown.small_base { "'" } else { "" };
    format!("{before}{text}{after}")
}

/// `!2⚑1`: leads and marks of a row.
pub(super) fn flags(row: &Row, flag: &str) -> String {
    let mut out = String::new();
    if row.leads > 0 {
        out.push_str(&format!("!{}", row.leads));
    }
    if row.marks > 0 {
        out.push_str(&format!("{flag}{}", row.marks));
    }
    out
}

/// A reading with its unit and, for ratios, its parts: `71.4% (5/7)`.
pub(super) fn full(lang: Lang, indicator: &Indicator, origin: Origin, reading_: Reading) -> String {
    let mut out = reading(lang, indicator, origin, reading_);
    if reading_.state != State::Value {
        return out;
    }
    let unit = unit(indicator, origin);
    if unit != "%" && !unit.is_empty() && indicator.kind != Kind::Bool {
        out.push(' ');
        out.push_str(unit);
    }
    if let (Some(num), Some(den)) = (reading_.num, reading_.den) {
        out.push_str(&format!(" ({}/{})", plain(num), plain(den)));
    }
    out
}

/// The bounds of a class: `<60`, `60-70`, `80+`.
pub(super) fn class(class: &Class) -> String {
    match (class.from, class.to) {
        (None, None) => String::new(),
        (None, Some(to)) => format!("<{}", plain(to)),
        (Some(from), None) => format!("{}+", plain(from)),
        (Some(from), Some(to)) if from == to => plain(from),
        (Some(from), Some(to)) => format!("{}-{}", plain(from), plain(to)),
    }
}

/// An area for people: square metres, or square kilometres from a hundredth on. Where `²` would be two
/// cells wide it is a plain 2.
pub fn area(area_m2: f64, ambiguous_wide: bool) -> String {
    let square = if ambiguous_wide { "2" } else { "²" };
    if area_m2 >= 10_000.0 { format!("{:.2} km{square}", area_m2 / 1e6) } else { format!("{} m{square}", plain(area_m2.round())) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn missing_none_and_not_due_are_never_zero() {
        let words: Vec<_> = [State::Missing, State::None, State::NotDue].map(|s| state(Lang::Zh, s)).to_vec();
        assert_eq!(words, ["未报", "无", "不需报"]);
        assert_eq!(plain(-0.0), "-0".trim_start_matches('-'));
    }

    #[test]
    fn bounds_are_short() {
        let class_of = |from, to| class(&Class { from, to, count: 0 });
        assert_eq!(class_of(None, Some(60.0)), "<60");
        assert_eq!(class_of(Some(60.0), Some(70.5)), "60-70.5");
        assert_eq!(class_of(Some(80.0), None), "80+");
    }
}
