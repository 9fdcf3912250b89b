"""What `tf.signal` is tried on; see `numeric.py` for the names in the expressions."""

from __future__ import annotations

_REAL = ["rfft", "rfft2d", "rfft3d"]
_INVERSE = ["irfft", "irfft2d", "irfft3d"]

_GRAPHS = (
    [
        "tf.signal.%s(P(c64, %s), name='q')" % (op, shape)
        for op in ("fft", "ifft", "fft2d", "ifft2d", "fft3d", "ifft3d")
        for shape in ("[2, 3, 4]", "None", "[None, 3]", "[]")
    ]
    + [
        "tf.signal.%s(P(%s, %s)%s)" % (op, dtype, shape, length)
        for ops, dtype in ((_REAL, "f"), (_INVERSE, "c64"))
        for axes, op in enumerate(ops, 1)
        for shape in (
            ("[2, 3, 4, 5]", "None", "[None, 3, None, 5]", "[2]", "[0]") if axes == 1 else ("[4, 5, 6]", "[5]")
        )
        for length in ("", ", %s" % [3, 4, 9][-axes:], ", P(i32, [%d])" % axes, ", P(i32)")
        if not (shape == "None" and length == "" and op in _INVERSE)
    ]
    + [
        "(lambda x: g(tf.real(tf.signal.%s(x)), x))(P(c64, %s))" % (op, shape)
        for op in ("fft", "ifft", "fft2d", "ifft2d", "fft3d", "ifft3d")
        for shape in ("[2, 3, 4]",)
    ]
    + [
        "(lambda x: g(tf.real(tf.signal.%s(x)), x))(P(%s, %s))" % (op, dtype, shape)
        for op, dtype in (("rfft", "f"), ("rfft2d", "f"), ("rfft3d", "f"), ("irfft", "c64"), ("irfft2d", "c64"))
        for shape in ("[2, 3, 4]", "[None, None, None]")
    ]
)

GRAPHS = (
    "\n".join(_GRAPHS)
    + r"""
tf.signal.rfft(P(f, [4]), 6)
tf.signal.rfft(P(f, [4]), [6, 2])
tf.signal.rfft(P(f, [4]), tf.shape(P(f, [None])))
tf.signal.rfft(P(f, [4]), [P(i32, [])])
tf.signal.rfft([1, 2, 3])
tf.signal.rfft(P(tf.float64, [4]))
tf.signal.fft(P(f, [4]))
tf.signal.irfft(P(c64))
tf.signal.irfft(P(c64, [4]), [P(i32, [])])
tf.signal.fftshift(P(f, [4, 5]))
tf.signal.fftshift(P(f, [4, 5]), 1, 'q')
tf.signal.fftshift(P(f, [4, None]), (0,))
tf.signal.ifftshift(P(f, [4, 5]))
tf.signal.ifftshift(P(f, [4, 5]), -1)
tf.signal.ifftshift(P(f, [4, 5]), [0, 1])
tf.signal.fftshift(P(f, [None]))
tf.signal.dct(P(f, [2, 5]))
tf.signal.dct(P(f, [2, None]), name='q')
tf.signal.dct(P(f, [2, 5]), norm='ortho')
tf.signal.dct(P(f, [2, 5]), 3)
tf.signal.dct(P(f, [2, None]), 3, norm='ortho')
tf.signal.dct(P(f, [2, 5]), 1)
tf.signal.dct(P(f, [2, 5]), n=3)
tf.signal.dct(P(f, [2, 5]), n=8)
tf.signal.dct([1., 2.], 2)
tf.signal.dct(P(f, [1]), 1)
tf.signal.dct(P(f, [3]), 1, norm='ortho')
tf.signal.dct(P(f, [3]), 4)
tf.signal.dct(P(f, [3]), norm='x')
tf.signal.dct(P(f, [3]), axis=0)
tf.signal.dct(P(f, [3]), n=0)
tf.signal.idct(P(f, [3]))
tf.signal.idct(P(f, [3]), 1)
tf.signal.idct(P(f, [3]), 3, norm='ortho', name='q')
tf.signal.idct(P(f, [3]), 4)
(lambda x: g(tf.signal.dct(x, norm='ortho'), x))(P(f, [2, 5]))
(lambda x: g(tf.signal.dct(x, 3), x))(P(f, [2, 5]))
tf.signal.frame(P(f, [9]), 4, 2)
tf.signal.frame(P(f, [9]), 4, 2, True, name='q')
tf.signal.frame(P(f, [2, None]), 4, 3, True, 7)
tf.signal.frame(P(f, [2, 9, 3]), 4, 3, axis=1)
tf.signal.frame(P(f, [2, 9, 3]), 4, 3, True, axis=-2)
tf.signal.frame(P(f), 4, 2)
tf.signal.frame(P(f, [9]), P(i32, []), 2)
tf.signal.frame(P(f, [9]), P(i32, []), P(i32, []), True, P(f, []), P(i32, []))
tf.signal.frame(P(f, [9]), 4., 2)
tf.signal.frame(P(f, [9]), 4, 2.)
tf.signal.frame(P(f, [9]), [4], 2)
tf.signal.frame(P(f, []), 4, 2)
tf.signal.frame(P(f, [9]), 4, 2, P(tf.bool, []))
(lambda x: g(tf.signal.frame(x, 4, 2), x))(P(f, [9]))
tf.signal.overlap_and_add(P(f, [3, 4]), 2)
tf.signal.overlap_and_add(P(f, [3, 4]), 4, 'q')
tf.signal.overlap_and_add(P(f, [2, None, None]), 3)
tf.signal.overlap_and_add(P(f, None), P(i32, []))
tf.signal.overlap_and_add(P(f, [4]), 2)
tf.signal.overlap_and_add(P(f, [3, 4]), 2.)
tf.signal.overlap_and_add(P(f, [3, 4]), [2])
(lambda x: g(tf.signal.overlap_and_add(x, 2), x))(P(f, [3, 4]))
tf.signal.hann_window(5)
tf.signal.hann_window(1)
tf.signal.hann_window(4, False, tf.float64, 'q')
tf.signal.hann_window(P(i32, []))
tf.signal.hamming_window(4, P(tf.bool, []))
tf.signal.hann_window(4, dtype=tf.int32)
tf.signal.hann_window([4])
tf.signal.stft(P(f, [12]), 4, 2)
tf.signal.stft(P(f, [2, None]), 5, 2, 9, tf.signal.hamming_window, True, 'q')
tf.signal.stft(P(f), P(i32, []), 2, window_fn=None)
tf.signal.stft(P(f, []), 4, 2)
tf.signal.inverse_stft(P(c64, [2, 5, 3]), 4, 2)
tf.signal.inverse_stft(P(c64, [2, 5, 3]), 3, 2, name='q')
tf.signal.inverse_stft(P(c64, [2, 5, 3]), 6, 2, 4, None)
tf.signal.inverse_stft(P(c64, [None, 5, None]), 6, 2, 8, tf.signal.inverse_stft_window_fn(2))
tf.signal.inverse_stft(P(c64), P(i32, []), P(i32, []))
tf.signal.inverse_stft(P(c64, [3]), 4, 2)
tf.signal.inverse_stft_window_fn(3, tf.signal.hamming_window, 'q')(5, tf.float64)
(lambda x: g(tf.abs(tf.signal.stft(x, 4, 2)), x))(P(f, [12]))
tf.signal.linear_to_mel_weight_matrix()
tf.signal.linear_to_mel_weight_matrix(10, 65, 16000., 80., 7600., tf.float64, 'q')
tf.signal.linear_to_mel_weight_matrix(10, P(i32, []), tf.constant(16000.))
tf.signal.linear_to_mel_weight_matrix(0)
tf.signal.linear_to_mel_weight_matrix(sample_rate=0)
tf.signal.linear_to_mel_weight_matrix(lower_edge_hertz=-1)
tf.signal.linear_to_mel_weight_matrix(lower_edge_hertz=5000.)
tf.signal.linear_to_mel_weight_matrix(upper_edge_hertz=5000.)
tf.signal.linear_to_mel_weight_matrix(dtype=tf.int32)
tf.signal.linear_to_mel_weight_matrix(sample_rate=P(f, []))
tf.signal.mfccs_from_log_mel_spectrograms(P(f, [2, 5]))
tf.signal.mfccs_from_log_mel_spectrograms(P(f, [2, None]), 'q')
tf.signal.mfccs_from_log_mel_spectrograms(P(f))
tf.signal.mfccs_from_log_mel_spectrograms(P(f, [2, 0]))
"""
)

_RUNS = (
    [
        "tf.signal.%s(F(R(%s, '%s')))" % (op, shape, dtype)
        for op in ("fft", "ifft", "fft2d", "ifft2d", "fft3d", "ifft3d")
        for dtype in ("complex64", "complex128")
        for shape in ("[2, 3, 4]", "[7, 5, 6]", "[2, 3, 0]")
    ]
    + [
        "tf.signal.%s(F(R([2, 3, 4, 5], '%s'))%s)" % (op, dtype, length)
        for ops, dtype in ((_REAL, "float32"), (_INVERSE, "complex64"))
        for axes, op in enumerate(ops, 1)
        for length in ("", ", %s" % [3, 4, 9][-axes:], ", F(np.int32(%s), None)" % [2, 6, 4][-axes:])
    ]
    + [
        "(lambda x: g(loss(tf.signal.%s(x)), x))(F(R([%s], '%s')))" % (op, shape, dtype)
        for op, dtype in (
            ("fft", "complex64"),
            ("ifft2d", "complex128"),
            ("fft3d", "complex64"),
            ("rfft", "float32"),
            ("rfft2d", "float32"),
            ("irfft", "complex64"),
            ("irfft2d", "complex64"),
        )
        for shape in ("2, 3, 4", "2, 4, 5")
    ]
    + [
        "(lambda x: g(loss(tf.signal.%s(x, %s)), x))(F(R([2, 4, 5], '%s')))" % (op, length, dtype)
        for op, dtype, length in (
            ("rfft", "float32", [4]),
            ("rfft", "float32", [8]),
            ("irfft", "complex64", [7]),
            ("irfft", "complex64", [9]),
            ("irfft2d", "complex64", [4, 9]),
        )
    ]
    + [
        "tf.signal.%s(F(R([2, 5])), %d, %s)" % (op, kind, options)
        for op in ("dct", "idct")
        for kind, norms in ((1, ("None",)), (2, ("None", "'ortho'")), (3, ("None", "'ortho'")))
        for norm in norms
        for options in ("norm=%s" % norm, "n=3, norm=%s" % norm, "n=8, norm=%s" % norm)
    ]
)

RUNS = (
    "\n".join(_RUNS)
    + r"""
tf.signal.fft(F(np.array(1j, np.complex64), None))
tf.signal.fft2d(F(np.complex64([1]), None))
tf.signal.rfft(F([1., 2., 3.]), F(np.int32([-1]), None))
tf.signal.rfft(F(np.zeros([3, 0], 'f')))
tf.signal.irfft(F(np.zeros([2, 0], 'complex64')))
tf.signal.fftshift(F(R([5, 4])))
tf.signal.ifftshift(F(R([5, 4])), 0)
tf.signal.ifftshift(tf.signal.fftshift(F(R([5, 4]))))
tf.signal.dct(F(R([2, 5]), [2, None]), norm='ortho')
(lambda x: g(loss(tf.signal.dct(x, norm='ortho')), x))(F(R([2, 5])))
(lambda x: g(loss(tf.signal.dct(x, 3)), x))(F(R([2, 5])))
(lambda x: g(loss(tf.signal.dct(x, 1)), x))(F(R([2, 5])))
tf.signal.frame(F(R([9])), 4, 2)
tf.signal.frame(F(R([9])), 4, 2, True)
tf.signal.frame(F(R([9])), 4, 3, True, 7)
tf.signal.frame(F(R([9])), 4, 6, True)
tf.signal.frame(F(R([9])), 4, 6)
tf.signal.frame(F(R([3])), 4, 6)
tf.signal.frame(F(R([2, 9, 3])), 4, 3, axis=1)
tf.signal.frame(F(R([2, 9, 3]), None), F(np.int32(4)), F(np.int32(6)), True, axis=-2)
(lambda x: g(loss(tf.signal.frame(x, 4, 2)), x))(F(R([9])))
(lambda x: g(loss(tf.signal.frame(x, 4, 3, True)), x))(F(R([2, 9])))
tf.signal.overlap_and_add(F(R([3, 4])), 2)
tf.signal.overlap_and_add(F(R([3, 4])), 3)
tf.signal.overlap_and_add(F(R([3, 4])), 4)
tf.signal.overlap_and_add(F(R([3, 4])), 6)
tf.signal.overlap_and_add(F(R([2, 3, 4]), None), F(np.int32(3)))
(lambda x: g(loss(tf.signal.overlap_and_add(x, 2)), x))(F(R([3, 4])))
tf.signal.hann_window(5)
tf.signal.hann_window(6)
tf.signal.hann_window(1)
tf.signal.hann_window(6, False, tf.float64)
tf.signal.hann_window(F(np.int32(1)))
tf.signal.hann_window(F(np.int32(6)))
tf.signal.hamming_window(7)
tf.signal.hamming_window(6, F(np.array(False)))
tf.signal.stft(F(R([20])), 8, 4)
tf.signal.stft(F(R([2, 20])), 5, 3, 9, tf.signal.hamming_window, True)
tf.signal.stft(F(R([2, 20]), None), F(np.int32(6)), 3, window_fn=None)
tf.signal.inverse_stft(tf.signal.stft(F(R([20])), 8, 4), 8, 4)
tf.signal.inverse_stft(tf.signal.stft(F(R([20])), 6, 2), 6, 2, window_fn=tf.signal.inverse_stft_window_fn(2))
tf.signal.inverse_stft(F(R([2, 5, 3], 'complex64'), None), F(np.int32(4)), F(np.int32(2)))
tf.signal.inverse_stft(F(R([2, 5, 3], 'complex64')), 6, 2, 4, None)
tf.signal.inverse_stft(F(R([2, 5, 3], 'complex64')), 3, 2)
(lambda x: g(loss(tf.abs(tf.signal.stft(x, 4, 2))), x))(F(R([12])))
(lambda x: g(loss(tf.signal.inverse_stft(x, 4, 2)), x))(F(R([2, 5, 3], 'complex64')))
tf.signal.linear_to_mel_weight_matrix(10, 33)
tf.signal.linear_to_mel_weight_matrix(8, 33, 16000., 80., 7600., tf.float64)
tf.signal.mfccs_from_log_mel_spectrograms(F(R([2, 5])))
tf.signal.mfccs_from_log_mel_spectrograms(F(R([2, 5]), None))
tf.signal.frame(F(R([5])), 2, 0)
tf.signal.frame(F(R([5])), 2, 0, True)
tf.signal.stft(F(R([4])), 5, 1)
tf.signal.stft(F(np.zeros([0, 4], 'f')), 3, 2)
tf.signal.rfft(F(np.zeros([0, 4], 'f')), [9])
tf.signal.irfft(F(np.zeros([0, 4], 'complex64')), [9])
tf.signal.dct(F(np.zeros([0, 4], 'f')))
tf.signal.idct(F(np.zeros([0, 4], 'f')), type=3)
"""
)
