//! The formats of archives, told by their first bytes.

/// A format of archives or of compressed files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Zip, and so jar, war, apk, wheel, nupkg, docx and others.
    Zip,
    /// Tar in any of its dialects.
    Tar,
    /// One file, compressed by gzip.
    Gzip,
    /// One file, compressed by xz.
    Xz,
    /// One file, compressed by zstd.
    Zstandard,
    /// A format that is recognised and not read, by its name.
    Unsupported(&'static str),
}

/// How the formats begin. All but tar have a fixed beginning.
const BEGINNINGS: &[(&[u8], Format)] = &[
    (b"PK\x03\x04", Format::Zip),
    // An empty zip, and a part of one that was split.
    (b"PK\x05\x06", Format::Zip),
    (b"PK\x07\x08", Format::Zip),
    (b"\x1f\x8b\x08", Format::Gzip),
    (b"\xfd7zXZ\0", Format::Xz),
    (b"\x28\xb5\x2f\xfd", Format::Zstandard),
    (b"7z\xbc\xaf\x27\x1c", Format::Unsupported("7z")),
    (b"Rar!\x1a\x07", Format::Unsupported("RAR")),
];

/// Endings of the names of compressed files.
const ENDINGS: &[&str] = &[".gz", ".xz", ".zst", ".tgz", ".txz", ".tzst"];

impl Format {
    /// The format of a binary file that begins with `head`, of which a few hundred bytes are enough.
    ///
    /// Only binary files are asked about. An archive has a NUL byte early on: in its header, or, when it is small, in the
    /// sizes that it holds.
    pub fn of(head: &[u8]) -> Option<Self> {
        let fixed = BEGINNINGS.iter().find(|(beginning, _)| head.starts_with(beginning));
        fixed.map(|(_, format)| *format).or_else(|| {
            if is_tar(head) {
                Some(Self::Tar)
            } else if matches!(head, [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..]) {
                // A frame of zstd that holds something else; others follow.
                Some(Self::Zstandard)
            } else {
                is_bzip2(head).then_some(Self::Unsupported("bzip2"))
            }
        })
    }
}

/// A tar begins with a header whose checksum, in octal digits, is the sum of its bytes, those of the checksum taken as spaces.
/// The oldest dialect has no other mark.
fn is_tar(head: &[u8]) -> bool {
    let Some(header) = head.get(..512) else {
        return false;
    };
    let digits = header[148..156].trim_ascii().iter().take_while(|digit| digit.is_ascii_digit());
    let stored = digits.fold(0, |sum, digit| sum * 8 + u32::from(digit - b'0'));
    let sum: u32 = header.iter().map(|&byte| u32::from(byte)).sum();
    let own: u32 = header[148..156].iter().map(|&byte| u32::from(byte)).sum();
    header[0] != 0 && sum - own + 8 * u32::from(b' ') == stored
}

fn is_bzip2(head: &[u8]) -> bool {
    matches!(head, [b'B', b'Z', b'h', b'1'..=b'9', 0x31, 0x41, 0x59, 0x26, 0x53, 0x59, ..])
}

/// The name of what is in a compressed file of this name.
pub(super) fn uncompressed_name(name: &str) -> &str {
    let stem = ENDINGS.iter().find_map(|ending| name.strip_suffix(ending));
    stem.filter(|stem| !stem.is_empty()).unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_compressed_file_names_what_is_in_it() {
        for (name, expected) in [("a.py.gz", "a.py"), ("b.xz", "b"), (".gz", ".gz"), ("data", "data")] {
            assert_eq!(uncompressed_name(name), expected);
        }
    }

    #[test]
    fn formats_are_told_by_their_beginning() {
        assert_eq!(Format::of(b"PK\x05\x06\0\0"), Some(Format::Zip));
        assert_eq!(Format::of(b"\x5a\x2a\x4d\x18\0"), Some(Format::Zstandard));
        assert_eq!(Format::of(b"BZh91AY&SY"), Some(Format::Unsupported("bzip2")));
        for other in [&b""[..], b"PK", b"\x1f\x8b", b"\x7fELF\0", &[0; 600], &[b'a'; 600]] {
            assert_eq!(Format::of(other), None);
        }
    }
}
