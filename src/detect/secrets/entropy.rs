//! How random a text looks.

/// Shannon entropy of the bytes of `text` in bits a byte: 0 for an empty or uniform text, at most 8.
pub fn shannon(text: &[u8]) -> f32 {
    if text.is_empty() {
        return 0.0;
    }
    let mut counts = [0_u32; 256];
    for &byte in text {
        counts[usize::from(byte)] += 1;
    }
    let total = text.len() as f32;
    let mut bits = 0.0;
    // Going over the text again is shorter than over all counts, for texts of the length of a value.
    for &byte in text {
        let share = std::mem::take(&mut counts[usize::from(byte)]) as f32 / total;
        if share > 0.0 {
            bits -= share * share.log2();
        }
    }
    bits
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_values() {
        assert_eq!(shannon(b""), 0.0);
        assert_eq!(shannon(b"aaaa"), 0.0);
        assert_eq!(shannon(b"abab"), 1.0);
        assert_eq!(shannon(b"0123456789abcdef"), 4.0);
    }
}
