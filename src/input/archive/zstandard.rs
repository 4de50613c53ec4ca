//! Reads all frames of a file that zstd compressed, with their checksums.

use std::error::Error;
use std::io::{self, Read};

use ruzstd::decoding::errors::{FrameDecoderError, ReadFrameHeaderError};
use ruzstd::decoding::{BlockDecodingStrategy, FrameDecoder};

use super::MAX_WINDOW;

/// What zstd compressed, unpacked. The library's own reader ends with the first frame.
pub(super) struct ZstandardReader<S> {
    source: S,
    decoder: FrameDecoder,
}

impl<S: Read> ZstandardReader<S> {
    pub(super) fn new(source: S) -> Self {
        let mut decoder = FrameDecoder::new();
        decoder.set_max_window_size(u64::from(MAX_WINDOW));
        Self { source, decoder }
    }

    /// Begins the next frame that holds something; `false` at the end of the file.
    fn next_frame(&mut self) -> io::Result<bool> {
        if self.decoder.get_checksum_from_data().is_some_and(|sum| Some(sum) != self.decoder.get_calculated_checksum())
        {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "its checksum is wrong"));
        }
        loop {
            let mut first = [0];
            if self.source.read(&mut first)? == 0 {
                return Ok(false);
            }
            match self.decoder.init(first.chain(&mut self.source)) {
                Ok(()) => return Ok(true),
                Err(FrameDecoderError::ReadFrameHeaderError(ReadFrameHeaderError::SkipFrame { length, .. })) => {
                    let length = u64::from(length);
                    if io::copy(&mut self.source.by_ref().take(length), &mut io::sink())? < length {
                        return Err(io::ErrorKind::UnexpectedEof.into());
                    }
                }
                Err(error) => return Err(plain_error(&error)),
            }
        }
    }
}

impl<S: Read> Read for ZstandardReader<S> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.decoder.can_collect() == 0 {
            if !self.decoder.is_finished() {
                let one = BlockDecodingStrategy::UptoBlocks(1);
                self.decoder.decode_blocks(&mut self.source, one).map_err(|error| plain_error(&error))?;
            } else if !self.next_frame()? {
                return Ok(0);
            }
        }
        self.decoder.read(buffer)
    }
}

/// An error in words for a user: the library's speak of its own types.
fn plain_error(error: &FrameDecoderError) -> io::Error {
    let invalid = |reason| io::Error::new(io::ErrorKind::InvalidData, reason);
    match error {
        FrameDecoderError::WindowSizeTooBig { .. } => {
            return invalid("it needs a larger window than the allowed 64 MiB");
        }
        FrameDecoderError::DictNotProvided { .. } => return invalid("it needs a dictionary"),
        _ => {}
    }
    let mut cause: Option<&(dyn Error + 'static)> = Some(error);
    while let Some(error) = cause {
        match error.downcast_ref::<io::Error>() {
            Some(io) => return io.kind().into(),
            None => cause = error.source(),
        }
    }
    invalid("its data is broken")
}
