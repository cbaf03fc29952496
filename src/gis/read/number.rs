//! JSON numbers to `f64`, exactly as `str::parse` would, but quickly for the usual ones.

/// Powers of ten that an `f64` holds exactly.
const POW10: [f64; 23] =
    [1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22];
/// The first powers of ten.
const TENS: [u64; 9] = [1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000];
/// Largest integer below which every integer is an `f64`.
const EXACT: u64 = 1 << 53;

/// The number at `at` and the offset after it; or the offset that is wrong.
///
/// `NaN`, `Infinity`, `-Infinity` and numbers that an `f64` cannot hold (`1e400`; `1e-400`, which
/// would become 0) give NaN, so that the caller can report them with their place.
///
/// The quick way is exact: mantissa and power of ten are both representable, so that the one
/// division rounds correctly (Clinger 1990, "How to read floating point numbers accurately").
#[inline(always)]
pub(super) fn read(bytes: &[u8], at: usize) -> Result<(f64, usize), usize> {
    let negative = bytes.get(at) == Some(&b'-');
    let first = at + usize::from(negative);
    let mut mantissa = 0_u64;
    let mut i = digits(bytes, first, &mut mantissa);
    let whole = i - first;
    if whole == 0 {
        return word(bytes, first).ok_or(at);
    }
    if whole > 1 && bytes[first] == b'0' {
        return Err(at);
    }
    let mut places = 0;
    if bytes.get(i) == Some(&b'.') {
        let start = i + 1;
        i = many_digits(bytes, start, &mut mantissa);
        places = i - start;
        if places == 0 {
            return Err(i);
        }
    }
    if matches!(bytes.get(i), Some(b'e' | b'E')) {
        return slow(bytes, at, exponent(bytes, i + 1)?);
    }
    // 19 digits never overflow the mantissa.
    if whole + places > 19 || mantissa > EXACT {
        return slow(bytes, at, i);
    }
    #[expect(clippy::cast_precision_loss, reason = "not above 2^53")]
    let value = mantissa as f64 / POW10[places];
    Ok((if negative { -value } else { value }, i))
}

#[inline(always)]
fn digits(bytes: &[u8], mut i: usize, mantissa: &mut u64) -> usize {
    while let Some(digit) = bytes.get(i).map(|b| b.wrapping_sub(b'0')).filter(|d| *d < 10) {
        *mantissa = mantissa.wrapping_mul(10).wrapping_add(u64::from(digit));
        i += 1;
    }
    i
}

/// As [`digits`], up to eight at a time: the decimals of a degree are seven or so.
#[inline(always)]
fn many_digits(bytes: &[u8], at: usize, mantissa: &mut u64) -> usize {
    let Some(eight) = bytes.get(at..).and_then(|rest| rest.first_chunk::<8>()) else { return digits(bytes, at, mantissa) };
    // A digit becomes its value; a byte that is none has its top bit set in one of the two.
    let values = u64::from_le_bytes(*eight) ^ 0x3030_3030_3030_3030;
    let other = (values.wrapping_add(0x7676_7676_7676_7676) | values) & 0x8080_8080_8080_8080;
    let count = other.trailing_zeros() / 8;
    if count == 0 {
        return at;
    }
    // What follows the digits is pushed out, zeros come in before them; then neighbours are joined
    // three times over (Lemire and others 2019, "Parsing gigabytes of JSON per second").
    let values = values << (64 - 8 * count);
    let pairs = values.wrapping_mul(10).wrapping_add(values >> 8);
    let low = (pairs & 0x0000_00ff_0000_00ff).wrapping_mul(0x000f_4240_0000_0064);
    let high = ((pairs >> 16) & 0x0000_00ff_0000_00ff).wrapping_mul(0x0000_2710_0000_0001);
    let value = low.wrapping_add(high) >> 32;
    *mantissa = mantissa.wrapping_mul(TENS[count as usize]).wrapping_add(value);
    let end = at + count as usize;
    if count == 8 { digits(bytes, end, mantissa) } else { end }
}

/// The offset after an exponent whose sign or first digit stands at `i`.
#[cold]
fn exponent(bytes: &[u8], i: usize) -> Result<usize, usize> {
    let first = i + usize::from(matches!(bytes.get(i), Some(b'+' | b'-')));
    let end = digits(bytes, first, &mut 0);
    if end == first { Err(end) } else { Ok(end) }
}

#[cold]
fn slow(bytes: &[u8], at: usize, end: usize) -> Result<(f64, usize), usize> {
    let text = std::str::from_utf8(&bytes[at..end]).map_err(|_| at)?;
    let value = text.parse::<f64>().map_err(|_| at)?;
    let mantissa = text.split(['e', 'E']).next().unwrap_or_default();
    let lost = !value.is_finite() || (value == 0.0 && mantissa.bytes().any(|b| (b'1'..=b'9').contains(&b)));
    Ok((if lost { f64::NAN } else { value }, end))
}

#[cold]
fn word(bytes: &[u8], at: usize) -> Option<(f64, usize)> {
    let rest = bytes.get(at..)?;
    ["NaN", "Infinity"].iter().find(|w| rest.starts_with(w.as_bytes())).map(|w| (f64::NAN, at + w.len()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn value(text: &str) -> Option<f64> {
        read(format!("{text},").as_bytes(), 0).ok().filter(|(_, end)| *end == text.len()).map(|(v, _)| v)
    }

    #[test]
    fn only_json_numbers_and_the_words_that_writers_use() {
        assert_eq!(value("-0.5"), Some(-0.5));
        assert_eq!(value("104.0665000001234567"), Some(104.066_500_000_123_46));
        for lost in ["NaN", "Infinity", "-Infinity", "1e400", "-1e400", "1e-400"] {
            assert!(value(lost).is_some_and(f64::is_nan), "{lost}");
        }
        assert_eq!(value("0e-400"), Some(0.0));
        for wrong in ["", "-", "+1", "01", "1.", ".5", "1e", "1e+", "Nan", "0x10"] {
            assert_eq!(value(wrong), None, "{wrong}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn same_bits_as_the_standard_library(whole in 0_u64..1_000_000_000, fraction in "[0-9]{1,22}", negative: bool) {
            let text = format!("{}{whole}.{fraction}", if negative { "-" } else { "" });
            let ours = value(&text).map(f64::to_bits);
            prop_assert_eq!(ours, text.parse::<f64>().ok().map(f64::to_bits));
        }
    }
}
