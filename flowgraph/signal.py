"""`tf.signal`: Fourier and cosine transforms, frames, windows, spectra."""
# names in wrapped lists
# fmt: off

from flowgraph import absent as _absent
from flowgraph.ops.dct import dct, idct
from flowgraph.ops.fft import fft, fft2d, fft3d, fftshift, ifft, ifft2d, ifft3d, ifftshift
from flowgraph.ops.fft_real import irfft, irfft2d, irfft3d, rfft, rfft2d, rfft3d
from flowgraph.ops.frames import frame, overlap_and_add
from flowgraph.ops.mel import linear_to_mel_weight_matrix, mfccs_from_log_mel_spectrograms
from flowgraph.ops.stft import hamming_window, hann_window, inverse_stft, inverse_stft_window_fn, stft

__all__ = [
    "dct", "fft", "fft2d", "fft3d", "fftshift", "frame", "hamming_window", "hann_window", "idct", "ifft", "ifft2d",
    "ifft3d", "ifftshift", "inverse_stft", "inverse_stft_window_fn", "irfft", "irfft2d", "irfft3d",
    "linear_to_mel_weight_matrix", "mfccs_from_log_mel_spectrograms", "overlap_and_add", "rfft", "rfft2d", "rfft3d",
    "stft",
]

_absent.watch(__name__)
