"""What quantization and patches of images are tried on; see `numeric.py` for the names in the expressions."""

from __future__ import annotations

GRAPHS = r"""
tf.quantize([1., 2.], -1., 1., tf.qint8)
tf.quantize(P(f), P(f), P(f), tf.qint32, 'SCALED', 'HALF_TO_EVEN', name='q')
tf.quantize_v2(P(f, [2, None]), -1, 1, tf.quint8, 'MIN_FIRST', 'q')
tf.quantize([1.], P(f, [1]), 4., tf.qint8)
tf.quantize([1.], -1, 1, tf.int8)
tf.quantize([1.], -1, 1, tf.qint8, mode='X')
tf.quantize([1.], -1, 1, tf.qint8, round_mode='X')
tf.dequantize(P(tf.qint16, [None, 3]), -1., 1., 'MIN_FIRST', name='d')
tf.dequantize(P(tf.quint8), P(f, [1]), 1.)
tf.dequantize(P(tf.quint8), 0., 1., 'SCALD')
tf.dequantize(np.int8([1, 2]), -1., 1.)
tf.quantization.quantize_and_dequantize(P(f, [2]), -1, 1, name='q')
tf.quantization.quantize_and_dequantize(P(tf.float64, [2]), P(tf.float64), 1, False, 5, True, 'HALF_UP', 'q', True)
tf.quantization.quantize_and_dequantize([1.], [-1.], 1.)
tf.quantization.quantize_and_dequantize([1.], -1., 1., round_mode='UP')
(lambda x, a: g(tf.square(tf.quantization.quantize_and_dequantize(x, a, 1.)), x, a))(P(f, [2]), P(f, []))
tf.quantized_concat(0, [P(tf.quint8, [2, 3]), P(tf.quint8, [1, None])], [0., 0.], [1., 2.], name='q')
tf.quantized_concat(P(i32), [P(tf.quint8, [2, 3]), P(tf.quint8)], [0., 0.], [1., 2.])
tf.quantized_concat(0, [P(tf.quint8)], [0.], [1.])
tf.quantized_concat(0, [P(tf.quint8)] * 2, [0.], [1., 1.])
tf.quantized_concat(0, P(tf.quint8), [0.], [1., 1.])
tf.quantized_concat(0, [P(tf.quint8, [2, 3]), P(tf.quint8, [2, 2])], [0., 0.], [1., 2.])
tf.quantized_concat(2, [P(tf.quint8, [2, 3]), P(tf.quint8, [2, 2])], [0., 0.], [1., 2.])
tf.quantized_concat(0, [P(tf.quint8, [2, 3]), P(tf.quint8, [2, 3])], [[0.], 0.], [1., 2.])
(lambda x: g(tf.fake_quant_with_min_max_args(x, -1, 2, 4, True, 'q'), x))(P(f, [2, None]))
(lambda x, a, b: g(tf.fake_quant_with_min_max_vars(x, a, b, 4, name='q'), x, a, b))(P(f, [2]), P(f), P(f))
(lambda x, a, b: g(tf.fake_quant_with_min_max_vars_per_channel(x, a, b), x, a, b))(P(f, [2, 3]), P(f), P(f, [3]))
tf.fake_quant_with_min_max_args(P(f), narrow_range=1)
tf.fake_quant_with_min_max_args_gradient(P(f, [2]), P(f, [None]))
tf.fake_quant_with_min_max_vars(P(f), P(f, [1]), 1.)
tf.fake_quant_with_min_max_vars_gradient(P(f, [2, None]), P(f, [None, 3]), 0., 1., name='q')
tf.fake_quant_with_min_max_vars_gradient(P(f, [2, 3]), P(f, [1, 3]), 0., 1.)
tf.fake_quant_with_min_max_vars_gradient(P(f), P(f), P(f, [2]), 1.)
tf.fake_quant_with_min_max_vars_per_channel(P(f, [None, None]), P(f, [3]), P(f))
tf.fake_quant_with_min_max_vars_per_channel(P(f, [2, 3]), [0., 1.], [1., 1.])
tf.fake_quant_with_min_max_vars_per_channel(1., [0.], [1.])
tf.fake_quant_with_min_max_vars_per_channel(P(f, [1]), 0., [1.])
tf.fake_quant_with_min_max_vars_per_channel_gradient(P(f), P(f), P(f, [3]), P(f))
tf.fake_quant_with_min_max_vars_per_channel_gradient(P(f, [2, 3]), P(f), P(f), P(f))
tf.fake_quant_with_min_max_vars_per_channel_gradient(P(f, [2, 3]), P(f, [2, 3]), P(f, [2]), P(f))
tf.fake_quant_with_min_max_vars_per_channel_gradient(P(f), P(f, [1] * 5), P(f), P(f))
"""

_X = "F(R([40], seed=3, low=-1.4, high=1.2))"
_EDGES = "F(np.float32([np.inf, -np.inf, 0.0, -0.0, 0.5, 1e9]))"
_BOUNDS = ((-1.0, 2.0), (0.0, 0.0), (-3.0, -1.0), (1.0, 5.0), (-0.37, 0.91), (-1.0, 1.0))
_TYPES = ("qint8", "quint8", "qint16", "quint16", "qint32")
_MODES = (
    "'MIN_COMBINED'",
    "'MIN_FIRST'",
    "'SCALED'",
    "'SCALED', 'HALF_TO_EVEN'",
)

_QUANTIZED = [
    "tf.quantize(%s, %r, %r, tf.%s, %s)" % (_X, low, high, kind, mode)
    for low, high in _BOUNDS
    for kind in _TYPES
    for mode in _MODES
] + ["tf.quantize(%s, -1., 2., tf.%s, %s)" % (_EDGES, kind, mode) for kind in _TYPES[:4] for mode in _MODES]

_BACK = [
    "tf.dequantize(tf.bitcast(F(np.%s([%s])), tf.%s), %r, %r, %s)" % (plain, values, kind, low, high, mode)
    for low, high in _BOUNDS
    for kind, plain, values in (
        ("qint8", "int8", "-128, -5, 0, 7, 127"),
        ("quint8", "uint8", "0, 5, 128, 255"),
        ("qint16", "int16", "-32768, -5, 0, 7, 32767"),
        ("quint16", "uint16", "0, 5, 40000, 65535"),
        ("qint32", "int32", "-2**31, -5 * 10**8, 0, 7, 10**9, 2**31 - 200"),
    )
    for mode in _MODES[:3]
    if not (low == high == 0.0 and mode == "'MIN_FIRST'")
]

_BOTH = [
    "tf.quantization.quantize_and_dequantize(%s, %s)" % (x, arguments)
    for x in ("F(R([9], low=-3, high=3))", "F(R([9], 'float64'))", "F(np.float32([-0.0, -.2, .2, 1.]))")
    for arguments in (
        "0., 0.",
        "-1., .5, range_given=True",
        "-.5, 1., True, 3, True",
        "-.5, 1., False, 3, True, 'HALF_UP'",
        "0., 0., num_bits=4, narrow_range=True",
        "0., 0., False, 1",
    )
]

_FAKE = [
    "(lambda x: [tf.fake_quant_with_min_max_args(x, %s), g(tf.fake_quant_with_min_max_args(x, %s), x)])(%s)" % (a, a, x)
    for a in ("-6, 6", "-1.37, .9, 5, True", "1, 2", "-2, -1, 2", "-.1, .7, 16")
    for x in ("F(R([17], low=-3, high=3))", _EDGES)
]

_CHANNELS = "F(R([2, 4, 3], low=-3, high=3)), F([-1.37, -5., 0.]), F([.9, -.1, 0.])"

RUNS = (
    "\n".join([*_QUANTIZED, *_BACK, *_BOTH, *_FAKE])
    + r"""
tf.quantize(F([1.]), F(3.), F(1.), tf.qint8)
tf.quantize(F([1.]), F(0.), F(1.), tf.qint8, round_mode='HALF_TO_EVEN')
tf.quantize(F(np.zeros([0, 2], 'f')), F(0.), F(1.), tf.qint8)
tf.quantize(F([1.]), F([0.], None), F(1.), tf.qint8)
tf.quantization.quantize_and_dequantize(F([1.]), 1., -1., range_given=True)
tf.quantization.quantize_and_dequantize(F([1.]), -1., 1., num_bits=0)
tf.quantization.quantize_and_dequantize(F([1.]), -1., 1., num_bits=64)
tf.quantization.quantize_and_dequantize(F(3.), -1., 1.)
tf.quantization.quantize_and_dequantize(F(np.zeros([0], 'f')), -1., 1.)
tf.quantized_concat(0, [tf.quantize(F([1., -1.]), -1., 1., tf.quint8)[0]] * 2, [-1., -1.], [1., 1.])
tf.quantized_concat(0, [tf.quantize(F([1., -1., .3]), -1., 1., tf.quint8)[0]] * 3, [-1., 1., -.2], [1., 2., 7.])
tf.quantized_concat(1, [tf.quantize(F([[1., -1., .3]]), -1., 1., tf.qint32)[0]] * 3, [-1., 1., -.2], [1., 2., 7.])
tf.quantized_concat(-1, [tf.quantize(F([1., -1., .3]), -1., 1., tf.quint8)[0]] * 3, [-1., 1., -.2], [1., 2., 7.])
tf.fake_quant_with_min_max_args(F([1.]), 2, 1)
tf.fake_quant_with_min_max_args(F([1.]), num_bits=1)
tf.fake_quant_with_min_max_args(F([1.]), num_bits=17)
tf.fake_quant_with_min_max_args_gradient(F([1.], None), F([1., 2.], None))
tf.fake_quant_with_min_max_vars(F([1., -3.]), F(0.), F(0.))
tf.fake_quant_with_min_max_vars(F([1., -3.]), F(2.), F(1.))
tf.fake_quant_with_min_max_vars(F([1.]), F(0.), F(1.), num_bits=1)
tf.fake_quant_with_min_max_vars(F(R([17], low=-3, high=3)), F(-1.37), F(.9), 5, True)
tf.fake_quant_with_min_max_vars_gradient(F(R([17])), F(R([17], low=-3, high=3)), F(-1.37), F(.9), 5, True)
tf.fake_quant_with_min_max_vars_gradient(F(R([17])), F(R([17], low=-3, high=3)), F(0.), F(0.))
tf.fake_quant_with_min_max_vars_gradient(F([1.], None), F([1., 2.], None), F(0.), F(0.))
tf.fake_quant_with_min_max_vars_per_channel(%(channels)s)
tf.fake_quant_with_min_max_vars_per_channel(%(channels)s, 3, True)
tf.fake_quant_with_min_max_vars_per_channel_gradient(F(R([2, 4, 3])), %(channels)s)
tf.fake_quant_with_min_max_vars_per_channel_gradient(F(R([5])), F(R([5])), F([-.5] * 5), F([.5] * 5))
tf.fake_quant_with_min_max_vars_per_channel(F([1.], None), F([-1., 0.], None), F([1., 0.], None))
tf.fake_quant_with_min_max_vars_per_channel(F([1., 2.], None), F([-1., 0.], None), F([1.], None))
tf.fake_quant_with_min_max_vars_per_channel(F(1., None), F([1.], None), F([1.], None))
tf.fake_quant_with_min_max_vars_per_channel(F([1., 2.], None), F([1.], None), F([1.], None), 17)
tf.fake_quant_with_min_max_args(F([2., -2.]))
tf.fake_quant_with_min_max_vars(F([2., -2.]), F(-6.), F(6.))
tf.fake_quant_with_min_max_vars_per_channel(F([2., -2.]), F([-6., -6.]), F([6., 6.]))
tf.quantization.quantize_and_dequantize(F([2., -2.]), F(np.float32('nan')), F(1.))
tf.fake_quant_with_min_max_vars_per_channel_gradient(F([1.], None), F([1., 2.], None), F([0.]), F([0.]))
"""
    % {"channels": _CHANNELS}
)
