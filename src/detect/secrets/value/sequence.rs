//! Values that nobody would guess to be random: repeated and counted ones.

/// A value that one character or a plain sequence makes up: `xxxxxxxx`, `12345678`, `abcdefgh`.
pub fn is_sequence(value: &str) -> bool {
    let bytes = value.as_bytes();
    if bytes.len() < 3 {
        return true;
    }
    let mut steps = bytes.windows(2).map(|pair| i16::from(pair[1]) - i16::from(pair[0]));
    let first = steps.next().unwrap_or(0);
    let uniform = first.abs() <= 1 && steps.all(|step| step == first);
    uniform
        || is_counted_hex(bytes)
        || longest_count(bytes) >= 8.max(bytes.len() / 4)
        || counted(bytes) * 4 >= bytes.len() * 3
        || distinct(bytes) <= 2
        || bytes.len() >= 16 && distinct(bytes) <= 4
        || is_repetition(bytes)
}

/// Whether part of a value was replaced by dots, stars, crosses or bars: `sk-...`, `ab****yz`, `key-xxxxxxxx`.
pub fn is_masked(value: &str) -> bool {
    let filled = |byte: u8| matches!(byte.to_ascii_lowercase(), b'x' | b'_' | b'#' | b'-');
    value.contains("...")
        || value.contains("***")
        || value.contains(['…', '•', '█'])
        || value
            .as_bytes()
            .windows(4)
            .any(|four| filled(four[0]) && four.iter().all(|byte| byte.eq_ignore_ascii_case(&four[0])))
}

/// Length of the longest part in which each byte is one more than the one before: `abcdefgh`, `12345678`.
fn longest_count(bytes: &[u8]) -> usize {
    let mut longest = 0;
    let mut current = 1;
    for pair in bytes.windows(2) {
        current = if pair[1] == pair[0].wrapping_add(1) { current + 1 } else { 1 };
        longest = longest.max(current);
    }
    longest
}

/// How many bytes lie in parts of four or more in which each byte is one more than the one before: `123456abcdefg`.
fn counted(bytes: &[u8]) -> usize {
    const LEAST: usize = 4;
    let mut all = 0;
    let mut current = 1;
    for pair in bytes.windows(2) {
        current = if pair[1] == pair[0].wrapping_add(1) { current + 1 } else { 1 };
        all += match current {
            ..LEAST => 0,
            LEAST => LEAST,
            _ => 1,
        };
    }
    all
}

/// Whether hexadecimal digits write bytes that are counted up or down, as test vectors do: `000102030405`.
fn is_counted_hex(bytes: &[u8]) -> bool {
    let Ok(decoded) = data_encoding::HEXLOWER_PERMISSIVE.decode(bytes) else {
        return false;
    };
    let mut steps = decoded.windows(2).map(|pair| pair[1].wrapping_sub(pair[0]));
    let first = steps.next();
    decoded.len() >= 6 && steps.filter(|step| Some(*step) == first).count() * 10 >= decoded.len() * 8
}

/// Whether one short piece, repeated at least three times, makes up the whole.
fn is_repetition(bytes: &[u8]) -> bool {
    (1..=8.min(bytes.len() / 3)).any(|period| bytes.iter().skip(period).zip(bytes).all(|(a, b)| a == b))
}

fn distinct(bytes: &[u8]) -> usize {
    let mut seen = [false; 256];
    bytes.iter().for_each(|&byte| seen[usize::from(byte)] = true);
    seen.iter().filter(|&&seen| seen).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn masks() {
        for value in ["sk-...", "ab****yz", "key-XXXXxxxx", "abc…"] {
            assert!(is_masked(value), "{value}");
        }
        for value in ["hunter2", "a.b..c", "xx-yy", "exxon"] {
            assert!(!is_masked(value), "{value}");
        }
    }

    #[test]
    fn sequences() {
        for value in [
            "xxxxxxxx",
            "12345678",
            "abcdefg",
            "abcabcabc",
            "123456abcdefg",
            "aaaabbbb",
            "7654321",
            "000102030405060708090a0b0c0d0e0f",
            "00112233445566778899aabbccddeeff",
        ] {
            assert!(is_sequence(value), "{value}");
        }
        for value in ["hunter2", "s3cret", "a1b2c3d4", "password"] {
            assert!(!is_sequence(value), "{value}");
        }
    }
}
