"""`tf.spectral`: Fourier and cosine transforms, under their older room."""
# names in wrapped lists
# fmt: off

from flowgraph import absent as _absent
from flowgraph.ops.dct import dct, idct
from flowgraph.ops.fft import fft, fft2d, fft3d, ifft, ifft2d, ifft3d
from flowgraph.ops.fft_real import irfft, irfft2d, irfft3d, rfft, rfft2d, rfft3d

__all__ = [
    "dct", "fft", "fft2d", "fft3d", "idct", "ifft", "ifft2d", "ifft3d", "irfft", "irfft2d", "irfft3d", "rfft",
    "rfft2d", "rfft3d",
]

_absent.watch(__name__)
