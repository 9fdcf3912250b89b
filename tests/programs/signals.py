"""Programs with signals: filters, spectra, cosine transforms, and what is learned through them."""

from __future__ import annotations

from .data import uniform


def low_pass(tf):
    """A filter in the frequency domain."""
    x = tf.placeholder(tf.float32, [None, 16], name="x")
    spectrum = tf.spectral.rfft(x)
    kept = tf.sequence_mask([4], 9, dtype=tf.float32)
    smooth = tf.spectral.irfft(spectrum * tf.cast(kept, tf.complex64))
    energy = tf.reduce_sum(tf.square(tf.abs(spectrum)), -1)
    return [([smooth, energy], {x: uniform(2, 16)})]


def convolution_by_fft(tf):
    """Circular convolution as a product of spectra, with the gradient of the filter."""
    x = tf.constant(uniform(3, 8), name="x")
    taps = tf.Variable(uniform(8, seed=1), name="taps")
    product = tf.fft(tf.cast(x, tf.complex64)) * tf.fft(tf.cast(taps, tf.complex64))
    y = tf.real(tf.ifft(product), name="y")
    loss = tf.reduce_mean(tf.square(y - 1.0))
    step = tf.train.GradientDescentOptimizer(0.05).minimize(loss)
    return [(tf.global_variables_initializer(), None), ([y, loss], None), (step, None), ([loss, taps], None)]


def spectrogram(tf):
    """From samples to cepstral coefficients, as in speech recognition."""
    samples = tf.placeholder(tf.float32, [None, None], name="samples")
    stfts = tf.signal.stft(samples, frame_length=16, frame_step=8, fft_length=16)
    spectra = tf.abs(stfts)
    to_mel = tf.signal.linear_to_mel_weight_matrix(6, 9, 8000, 80.0, 3800.0)
    mel = tf.tensordot(spectra, to_mel, 1)
    mel.set_shape(spectra.shape[:-1].concatenate(to_mel.shape[-1:]))
    log_mel = tf.log(mel + 1e-3)
    mfccs = tf.signal.mfccs_from_log_mel_spectrograms(log_mel)[..., :4]
    return [([spectra, log_mel, mfccs], {samples: uniform(2, 40)})]


def overlapping_windows(tf):
    """A signal cut into windows and put together again, unchanged where windows overlap."""
    signal = tf.constant(uniform(24), name="signal")
    stfts = tf.signal.stft(signal, 8, 4, window_fn=tf.signal.hamming_window)
    again = tf.signal.inverse_stft(
        stfts, 8, 4, window_fn=tf.signal.inverse_stft_window_fn(4, forward_window_fn=tf.signal.hamming_window)
    )
    frames = tf.signal.frame(signal, 6, 3, pad_end=True)
    return [([again, frames, tf.signal.overlap_and_add(frames, 3)], None)]


def compression(tf):
    """The largest of the cosine transform's coefficients are enough for a picture of the signal."""
    x = tf.placeholder(tf.float32, [4, 8], name="x")
    coefficients = tf.spectral.dct(x, norm="ortho")
    largest = tf.nn.top_k(tf.abs(coefficients), 3).values
    kept = tf.where(tf.abs(coefficients) >= largest[:, -1:], coefficients, tf.zeros_like(coefficients))
    again = tf.spectral.idct(kept, norm="ortho")
    return [([kept, again, tf.gradients(tf.nn.l2_loss(again - x), x)], {x: uniform(4, 8)})]


def images_in_frequencies(tf):
    image = tf.constant(uniform(5, 6), name="image")
    spectrum = tf.signal.fftshift(tf.fft2d(tf.cast(image, tf.complex64)))
    power = tf.log1p(tf.abs(spectrum))
    again = tf.real(tf.ifft2d(tf.signal.ifftshift(spectrum)))
    halves = tf.spectral.rfft2d(image)
    return [([power, again, tf.spectral.irfft2d(halves, [5, 6])], None)]
