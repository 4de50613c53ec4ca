//! Encodings that hide nothing.

use data_encoding::HEXLOWER_PERMISSIVE;

use crate::detect::secrets::check;
use crate::rules::rule::{Decoding, JETBRAINS_WORD, WEBSPHERE_BYTE};

/// The text that an encoding stands for; `None` when it does not hold such a text.
pub(super) fn decode(decoding: Decoding, encoded: &str) -> Option<String> {
    match decoding {
        Decoding::Base64 => String::from_utf8(base64(encoded)?).ok(),
        Decoding::Base64Utf16 => {
            let bytes = base64(encoded)?;
            let units: Vec<u16> = bytes.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])).collect();
            String::from_utf16(&units).ok()
        }
        Decoding::Websphere => {
            let bytes = base64(encoded.strip_prefix("{xor}")?)?;
            String::from_utf8(bytes.iter().map(|byte| byte ^ WEBSPHERE_BYTE).collect()).ok()
        }
        Decoding::Jetbrains => {
            // Documented by the format's readers: each UTF-16 unit is combined with a fixed word, which anyone can undo.
            let bytes = HEXLOWER_PERMISSIVE.decode(encoded.as_bytes()).ok()?;
            let units: Vec<u16> =
                bytes.chunks_exact(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]]) ^ JETBRAINS_WORD).collect();
            String::from_utf16(&units).ok()
        }
    }
}

fn base64(encoded: &str) -> Option<Vec<u8>> {
    let compact: String = encoded.split_whitespace().collect();
    check::decode_base64(&compact)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_encoding_is_undone() {
        assert_eq!(decode(Decoding::Base64, "aGVs\n bG8=").as_deref(), Some("hello"));
        assert_eq!(decode(Decoding::Base64Utf16, "aABpAA==").as_deref(), Some("hi"));
        assert_eq!(decode(Decoding::Jetbrains, "dfc2dfc3").as_deref(), Some("hi"));
        assert_eq!(decode(Decoding::Jetbrains, "zz"), None);
        assert_eq!(decode(Decoding::Websphere, "{xor}NzY=").as_deref(), Some("hi"));
        assert_eq!(decode(Decoding::Websphere, "NzY="), None);
    }
}
