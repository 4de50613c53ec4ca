//! Reads a file into a text, bounded and decoded.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use super::archive::Format;
use crate::model::Encoding;

/// How many bytes decide whether a file is binary. Git looks at as many.
const SNIFF: usize = 8000;

/// Why a file was not scanned.
#[derive(Debug)]
pub enum Skip {
    /// It holds no text.
    Binary,
    /// It holds no text itself, and is an archive.
    Archive(Format),
    /// It is text, and larger than the cap.
    TooLarge {
        /// Its size in bytes.
        size: u64,
    },
    /// It could not be read.
    Failed(io::Error),
}

/// The text of a file, in the loader's buffers.
#[derive(Debug)]
pub struct Loaded<'a> {
    /// The decoded text, without a byte order mark.
    pub text: &'a str,
    /// How it was decoded.
    pub encoding: Encoding,
    /// Size of the file in bytes.
    pub size: u64,
}

/// Reads files one after another into the same buffers. Each thread has its own.
#[derive(Debug)]
pub struct Loader {
    bytes: Vec<u8>,
    decoded: String,
    max_size: u64,
}

/// Files smaller than this are read in one call, in bytes.
const SMALL: usize = 64 << 10;

/// A buffer that grew beyond this for one large file is given back, in bytes.
const KEEP: usize = 4 << 20;

impl Loader {
    /// A loader that skips text files larger than `max_size` bytes, and in any case those larger than 2 GiB: spans reach
    /// as far as 4 GiB, and a text can double when it is decoded.
    pub fn new(max_size: u64) -> Self {
        Self { bytes: Vec::new(), decoded: String::new(), max_size: max_size.min(u64::from(u32::MAX) / 2) }
    }

    /// The largest text that is read, in bytes.
    pub fn max_size(&self) -> u64 {
        self.max_size
    }

    /// The first bytes of what was refused as [`Skip::Binary`] or [`Skip::Archive`], just as many as were read.
    pub fn head(&self) -> &[u8] {
        &self.bytes
    }

    /// Reads and decodes a file.
    ///
    /// # Errors
    ///
    /// A [`Skip`] that says why there is no text: binary content, size, or an I/O error.
    pub fn load(&mut self, path: &Path) -> Result<Loaded<'_>, Skip> {
        let mut file = File::open(path).map_err(Skip::Failed)?;
        let size = file.metadata().map_err(Skip::Failed)?.len();
        self.read(&mut file, size)
    }

    /// Reads and decodes a stream whose size is about `expected` bytes.
    ///
    /// # Errors
    ///
    /// As [`Loader::load`].
    pub fn read(&mut self, stream: &mut impl Read, expected: u64) -> Result<Loaded<'_>, Skip> {
        self.decoded.clear();
        if self.bytes.capacity() > KEEP && expected < KEEP as u64 {
            self.bytes.truncate(KEEP);
            self.bytes.shrink_to(KEEP);
            self.decoded.shrink_to(KEEP);
        }
        let small =
            usize::try_from(expected).ok().filter(|&size| (1..SMALL).contains(&size) && expected <= self.max_size);
        let filled = match small {
            Some(size) => read_small(stream, size, &mut self.bytes).map_err(Skip::Failed)?,
            None => self.read_large(stream, expected)?,
        };
        if is_binary(&self.bytes[..filled.min(SNIFF)]) {
            self.bytes.truncate(filled);
            return Err(binary(&self.bytes));
        }
        let bytes = &self.bytes[..filled];
        let (text, encoding) = decode(bytes, &mut self.decoded);
        Ok(Loaded { text, encoding, size: filled as u64 })
    }

    /// Reads the first bytes, and the rest only if they are text and the file is not too large.
    fn read_large(&mut self, stream: &mut impl Read, expected: u64) -> Result<usize, Skip> {
        self.bytes.clear();
        let expects = usize::try_from(expected.min(self.max_size)).unwrap_or(usize::MAX);
        self.bytes.try_reserve(expects + 1).map_err(|_| Skip::TooLarge { size: expected })?;
        stream.take(SNIFF as u64).read_to_end(&mut self.bytes).map_err(Skip::Failed)?;
        if is_binary(&self.bytes) {
            return Err(binary(&self.bytes));
        }
        if expected > self.max_size {
            return Err(Skip::TooLarge { size: expected });
        }
        // One byte more than allowed tells a file that grew since its size was asked.
        let rest = (self.max_size + 1).saturating_sub(self.bytes.len() as u64);
        stream.take(rest).read_to_end(&mut self.bytes).map_err(Skip::Failed)?;
        let size = self.bytes.len() as u64;
        if size > self.max_size { Err(Skip::TooLarge { size }) } else { Ok(self.bytes.len()) }
    }
}

/// Reads a file of `size` bytes in one call, into a buffer whose old content does not matter, and gives how many bytes there
/// were. What a file grows by while it is read is not seen, as it would not be a moment earlier.
fn read_small(stream: &mut impl Read, size: usize, buffer: &mut Vec<u8>) -> io::Result<usize> {
    if buffer.len() < size {
        buffer.resize(size, 0);
    }
    let mut filled = 0;
    while filled < size {
        match stream.read(&mut buffer[filled..size]) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

/// Text has no NUL byte, unless it is UTF-16 with a byte order mark.
fn is_binary(head: &[u8]) -> bool {
    !head.starts_with(&[0xff, 0xfe]) && !head.starts_with(&[0xfe, 0xff]) && memchr::memchr(0, head).is_some()
}

/// Why content that is no text is not read.
fn binary(head: &[u8]) -> Skip {
    Format::of(head).map_or(Skip::Binary, Skip::Archive)
}

/// Decodes bytes; `buffer` holds the text where it differs from them.
fn decode<'a>(bytes: &'a [u8], buffer: &'a mut String) -> (&'a str, Encoding) {
    match bytes {
        [0xff, 0xfe, rest @ ..] => {
            decode_utf16(rest.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])), buffer);
            (buffer, Encoding::Utf16 { little_endian: true })
        }
        [0xfe, 0xff, rest @ ..] => {
            decode_utf16(rest.chunks_exact(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]])), buffer);
            (buffer, Encoding::Utf16 { little_endian: false })
        }
        _ => {
            let (content, bom) = bytes.strip_prefix(&[0xef, 0xbb, 0xbf]).map_or((bytes, 0), |content| (content, 3));
            if let Ok(text) = str::from_utf8(content) {
                return (text, Encoding::Utf8 { bom });
            }
            // ISO 8859-1 gives every byte a character, so nothing is lost.
            buffer.extend(bytes.iter().map(|&byte| char::from(byte)));
            (buffer, Encoding::Latin1)
        }
    }
}

fn decode_utf16(units: impl Iterator<Item = u16>, buffer: &mut String) {
    buffer.extend(char::decode_utf16(units).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER)));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(bytes: &[u8], max: u64) -> Result<(String, Encoding), Skip> {
        let mut loader = Loader::new(max);
        let loaded = loader.read(&mut &bytes[..], bytes.len() as u64)?;
        Ok((loaded.text.to_owned(), loaded.encoding))
    }

    #[test]
    fn every_encoding_leads_back_to_the_bytes() {
        let text = "é = 'x'";
        let utf16: Vec<u8> = [0xff, 0xfe].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect();
        let latin1: Vec<u8> = text.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect();
        let with_bom = [&[0xef, 0xbb, 0xbf], text.as_bytes()].concat();
        for (bytes, x_at) in [(utf16, 2 + 2 * 5), (latin1, 5), (with_bom, 3 + 6), (text.as_bytes().to_vec(), 6)] {
            let (decoded, encoding) = load(&bytes, 100).unwrap();
            assert_eq!(decoded, text);
            let at = u32::try_from(decoded.find('x').unwrap()).unwrap();
            assert_eq!(encoding.original_offset(&decoded, at), x_at, "{encoding:?}");
            assert_eq!(bytes[usize::try_from(x_at).unwrap()], b'x');
        }
    }

    #[test]
    fn binary_and_large_files_are_skipped_and_an_odd_byte_is_no_panic() {
        assert!(matches!(load(b"a\0b", 100), Err(Skip::Binary)));
        assert!(matches!(load(b"abc", 2), Err(Skip::TooLarge { size: 3 })));
        assert!(matches!(load(&[0; 9000], 10), Err(Skip::Binary)), "a large binary file is binary first");
        assert_eq!(load(&[0xff, 0xfe, b'a', 0, b'b'], 100).unwrap().0, "a");
        assert_eq!(load(&[0xff, 0xfe, 0x00, 0xd8], 100).unwrap().0, "\u{fffd}");
    }
}
