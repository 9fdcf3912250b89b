"""The mel scale, on which equal steps sound equally far apart, and cepstral coefficients."""

from __future__ import annotations

from typing import Any

from flowgraph import dtypes as dt
from flowgraph.dtypes import as_dtype
from flowgraph.ir.convert import convert_to_tensor
from flowgraph.ir.refusal import refusal
from flowgraph.ir.scope import name_scope
from flowgraph.ir.tensor import Tensor
from flowgraph.ops.array import reshape, shape
from flowgraph.ops.cast import cast
from flowgraph.ops.dct import dct
from flowgraph.ops.frames import frame
from flowgraph.ops.math import maximum, minimum
from flowgraph.ops.padding import pad
from flowgraph.ops.range import linspace
from flowgraph.ops.shaping import expand_dims
from flowgraph.ops.splitting import split
from flowgraph.ops.static_value import constant_value
from flowgraph.ops.unary import log, rsqrt

_BREAK_HERTZ = 700.0
_MELS = 1127.0


def _to_mel(hertz: Any) -> Tensor:
    with name_scope(None, "hertz_to_mel", [hertz]):
        hertz = convert_to_tensor(hertz)
        return _MELS * log(1.0 + (hertz / _BREAK_HERTZ))


def _check(bins: Any, rate: Any, lower: Any, upper: Any, dtype: Any) -> None:
    if bins <= 0:
        raise refusal(f"num_mel_bins must be positive. Got: {bins}")
    if rate <= 0.0:
        raise refusal(f"sample_rate must be positive. Got: {rate}")
    if lower < 0.0:
        raise refusal(f"lower_edge_hertz must be non-negative. Got: {lower}")
    if lower >= upper:
        raise refusal(f"lower_edge_hertz {lower:.1f} >= upper_edge_hertz {upper:.1f}")
    if upper > rate / 2:
        raise refusal(
            "upper_edge_hertz must not be larger than the Nyquist frequency (sample_rate / 2). "
            f"Got: {upper} for sample_rate: {rate}"
        )
    if not dtype.is_floating:
        raise refusal(f"dtype must be a floating point type. Got: {dtype}")


def linear_to_mel_weight_matrix(
    num_mel_bins: int = 20,
    num_spectrogram_bins: Any = 129,
    sample_rate: Any = 8000,
    lower_edge_hertz: Any = 125.0,
    upper_edge_hertz: Any = 3800.0,
    dtype: Any = dt.float32,
    name: str | None = None,
) -> Tensor:
    """The matrix by which a spectrum is multiplied to give the energies of mel bands, which are triangles.

    Args:
      num_mel_bins: how many bands.
      num_spectrogram_bins: how many frequencies the spectrum has, fft_length // 2 + 1; an integer or a scalar tensor.
      sample_rate: samples a second; an integer, a float, or a constant tensor.
      lower_edge_hertz: where the first band begins.
      upper_edge_hertz: where the last band ends.
      dtype: a dtype of floats.
      name: the op's name.

    Returns:
      A matrix [num_spectrogram_bins, num_mel_bins].

    Raises:
      ValueError: there are no such bands.

    >>> linear_to_mel_weight_matrix(40, 257, 16000)
    <tf.Tensor 'linear_to_mel_weight_matrix:0' shape=(257, 40) dtype=float32>
    """
    dtype = as_dtype(dtype)
    with name_scope(name, "linear_to_mel_weight_matrix") as scope:
        if isinstance(sample_rate, Tensor):
            known = constant_value(sample_rate)
            if known is None:
                raise refusal("`sample_rate` was a non-constant Tensor. Must be a Python float or a constant Tensor.")
            sample_rate = known
        _check(num_mel_bins, sample_rate, lower_edge_hertz, upper_edge_hertz, dtype)
        rate = convert_to_tensor(sample_rate, dtype, name="sample_rate")
        lower = convert_to_tensor(lower_edge_hertz, dtype, name="lower_edge_hertz")
        upper = convert_to_tensor(upper_edge_hertz, dtype, name="upper_edge_hertz")
        zero = convert_to_tensor(0.0, dtype)
        # the frequency zero has no place on the mel scale: its row is put in front at the end
        frequencies = linspace(zero, rate / 2.0, num_spectrogram_bins)[1:]
        bins = expand_dims(_to_mel(frequencies), 1)
        edges = frame(linspace(_to_mel(lower), _to_mel(upper), num_mel_bins + 2), frame_length=3, frame_step=1)
        low, centre, high = (reshape(t, [1, num_mel_bins]) for t in split(edges, 3, axis=1))
        rising = (bins - low) / (centre - low)
        falling = (high - bins) / (high - centre)
        weights = maximum(zero, minimum(rising, falling))
        return pad(weights, [[1, 0], [0, 0]], name=scope)


def mfccs_from_log_mel_spectrograms(log_mel_spectrograms: Any, name: str | None = None) -> Tensor:
    """Mel-frequency cepstral coefficients: the cosine transform of the logarithms of mel bands' energies.

    Args:
      log_mel_spectrograms: a float32 tensor [..., bands].
      name: the scope of the ops.

    Returns:
      As many coefficients as there are bands; the first dozen is what one uses.

    >>> run(mfccs_from_log_mel_spectrograms([[1.0, 1.0]]))
    array([[2., 0.]], dtype=float32)
    """
    with name_scope(name, "mfccs_from_log_mel_spectrograms", [log_mel_spectrograms]):
        x = convert_to_tensor(log_mel_spectrograms, dtype=dt.float32)
        bands: Any = x.sizes[-1] if x.sizes else None
        if bands == 0:
            raise refusal(f"num_mel_bins must be positive. Got: {x}")
        if bands is None:
            bands = shape(x)[-1]
        return dct(x, type=2) * rsqrt(cast(bands, dt.float32) * 2.0)
