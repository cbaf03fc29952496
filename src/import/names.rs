//! How one place is written in several ways: half width, simplified characters, endings.

use std::sync::OnceLock;

use rustc_hash::FxHashMap;
use serde::Deserialize;

use crate::domain::text::half_width;

/// The table of variants, built into the program.
const TABLE: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/data/names/variants.toml"));

#[derive(Deserialize)]
struct Raw {
    endings: FxHashMap<String, Vec<String>>,
    simplified: Simplified,
}

#[derive(Deserialize)]
struct Simplified {
    pairs: String,
}

struct Variants {
    /// Every ending with its family, the longest first.
    endings: Vec<(String, String)>,
    simplified: FxHashMap<char, char>,
}

fn variants() -> &'static Variants {
    static VARIANTS: OnceLock<Variants> = OnceLock::new();
    VARIANTS.get_or_init(|| {
        // A broken table is a mistake of ours that a test finds; names are then compared as they are.
        let raw: Option<Raw> = toml::from_str(TABLE).ok();
        let mut endings: Vec<(String, String)> = Vec::new();
        let mut simplified = FxHashMap::default();
        if let Some(raw) = raw {
            let family = |(family, words): (String, Vec<String>)| words.into_iter().map(move |word| (word, family.clone()));
            endings = raw.endings.into_iter().flat_map(family).collect();
            let chars: Vec<char> = raw.simplified.pairs.chars().collect();
            simplified = chars.as_chunks::<2>().0.iter().map(|[old, new]| (*old, *new)).collect();
        }
        endings.sort_by_key(|(word, _)| std::cmp::Reverse(word.chars().count()));
        Variants { endings, simplified }
    })
}

/// A text as it is compared: half width, simplified, lower case, letters and digits only.
pub(super) fn plain(text: &str) -> String {
    let table = &variants().simplified;
    let letters = text.chars().map(half_width).filter(|c| c.is_alphanumeric());
    letters.map(|c| table.get(&c).copied().unwrap_or_else(|| c.to_ascii_lowercase())).collect()
}

/// The stem of a name and the family of its ending (`""` where there is none): 河口镇人民政府 and
/// 河口乡 have the same.
pub(super) fn stem(name: &str) -> (String, &'static str) {
    let plain = plain(name);
    for (ending, family) in &variants().endings {
        // A name is never only its ending, and one character is too little to tell places apart.
        if let Some(rest) = plain.strip_suffix(ending.as_str()).filter(|rest| rest.chars().count() >= 2) {
            return (rest.to_owned(), family);
        }
    }
    (plain, "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_reads_and_pairs_are_pairs() {
        let raw: Raw = toml::from_str(TABLE).expect("the table is TOML");
        assert_eq!(raw.simplified.pairs.chars().count() % 2, 0);
        assert_eq!(plain("縣鄉鎮"), "县乡镇");
        assert_eq!(plain("灣嶺龍"), "湾岭龙");
        assert_eq!(plain("匯羣峯"), "汇群峰");
    }

    #[test]
    fn one_place_in_several_spellings() {
        for (a, b) in [
            ("河口镇人民政府", "河口乡"),
            ("上坝村村民委员会", "上坝村民委员会"),
            ("東灣鎮", "东湾镇"),
            ("上坝社区", "上坝村委会"),
            ("文昌街道办事处", "文昌街道"),
        ] {
            assert_eq!(stem(a).1, stem(b).1, "{a} {b}");
        }
        assert_eq!(stem("河口镇人民政府").0, stem("河口乡").0);
        assert_eq!(stem("東灣鎮"), stem("东湾镇"));
        assert_ne!(stem("上坝村").0, stem("下坝村").0);
        assert_eq!(plain("Ａ１　村"), "a1村");
    }
}
