"""More calls for `ops.py` to time: networks, linear algebra, spectra, sparse tensors, texts, images, gradients."""

from __future__ import annotations

import numpy as np
from op_cases import BINARY, REDUCTION, UNARY, N, gradient

ONES = [1, 1, 1, 1]
TWOS = [1, 2, 2, 1]


def _labels(x):
    return x.i(N, dtype=np.int64)


def _conv(shape, kernel):
    return lambda tf, x: tf.nn.conv2d(x.f(*shape), x.f(*kernel), ONES, "SAME")


def _depthwise(tf, x):
    return tf.nn.depthwise_conv2d(x.f(16, 32, 32, 64), x.f(3, 3, 64, 1), ONES, "SAME")


def _conv3d(tf, x):
    return tf.nn.conv3d(x.f(4, 16, 32, 32, 16), x.f(3, 3, 3, 16, 16), [1] * 5, "SAME")


def _pool(name, shape=(16, 32, 32, 64), kernel=2, stride=2):
    return lambda tf, x: getattr(tf.nn, name)(x.f(*shape), [1, kernel, kernel, 1], [1, stride, stride, 1], "SAME")


def _pool3d(name):
    return lambda tf, x: getattr(tf.nn, name)(x.f(4, 16, 32, 32, 16), [1, 2, 2, 2, 1], [1, 2, 2, 2, 1], "SAME")


def _batch_norm(tf, x):
    return tf.nn.fused_batch_norm(x.f(64, 32, 32, 64), x.pos(64), x.f(64))[0]


def _batch_norm_outside(tf, x):
    return tf.nn.fused_batch_norm(x.f(16, 32, 32, 64), x.pos(64), x.f(64), x.f(64), x.pos(64), is_training=False)[0]


def _ctc(tf, x):
    labels = x.sparse(64, 20, 2)
    labels = tf.SparseTensor(labels.indices, tf.cast(labels.values * 20, tf.int32), labels.dense_shape)
    return tf.nn.ctc_loss(
        labels,
        x.f(50, 64, 300),
        tf.fill([64], 50),
        ignore_longer_outputs_than_inputs=True,
        preprocess_collapse_repeated=False,
        ctc_merge_repeated=True,
    )


NETWORK = {
    "softmax": lambda tf, x: tf.nn.softmax(x.f()),
    "softmax, 10 classes": lambda tf, x: tf.nn.softmax(x.f(100000, 10)),
    "log_softmax": lambda tf, x: tf.nn.log_softmax(x.f()),
    "softmax_cross_entropy": lambda tf, x: tf.nn.softmax_cross_entropy_with_logits_v2(x.images(N, N), x.f()),
    "sparse_softmax_cross_entropy": lambda tf, x: tf.nn.sparse_softmax_cross_entropy_with_logits(
        labels=_labels(x), logits=x.f()
    ),
    "sigmoid_cross_entropy": lambda tf, x: tf.nn.sigmoid_cross_entropy_with_logits(labels=x.images(N, N), logits=x.f()),
    "weighted_cross_entropy": lambda tf, x: tf.nn.weighted_cross_entropy_with_logits(x.images(N, N), x.f(), 2.0),
    "log_poisson_loss": lambda tf, x: tf.nn.log_poisson_loss(x.pos(), x.f(), True),
    "l2_normalize": lambda tf, x: tf.nn.l2_normalize(x.f(), 1),
    "bias_add": lambda tf, x: tf.nn.bias_add(x.f(16, 32, 32, 64), x.f(64)),
    "dropout": lambda tf, x: tf.nn.dropout(x.f(), rate=0.5, seed=1),
    "lrn": lambda tf, x: tf.nn.lrn(x.f(16, 32, 32, 64)),
    "batch_normalization": lambda tf, x: tf.nn.batch_normalization(x.f(), x.f(N), x.pos(N), x.f(N), x.f(N), 0.001),
    "fused_batch_norm": _batch_norm,
    "fused_batch_norm, gradients": gradient(_batch_norm),
    "fused_batch_norm, statistics given": _batch_norm_outside,
    "conv2d 64x32x32x64, 3x3x64": _conv((64, 32, 32, 64), (3, 3, 64, 64)),
    "conv2d, gradients": gradient(_conv((16, 32, 32, 64), (3, 3, 64, 64))),
    "conv2d 1x1": _conv((16, 32, 32, 64), (1, 1, 64, 64)),
    "conv2d strides 2": lambda tf, x: tf.nn.conv2d(x.f(16, 64, 64, 16), x.f(3, 3, 16, 32), TWOS, "SAME"),
    "conv2d_transpose": lambda tf, x: tf.nn.conv2d_transpose(
        x.f(16, 32, 32, 64), x.f(3, 3, 32, 64), [16, 64, 64, 32], TWOS
    ),
    "atrous_conv2d": lambda tf, x: tf.nn.atrous_conv2d(x.f(16, 32, 32, 64), x.f(3, 3, 64, 64), 2, "SAME"),
    "separable_conv2d": lambda tf, x: tf.nn.separable_conv2d(
        x.f(16, 32, 32, 64), x.f(3, 3, 64, 1), x.f(1, 1, 64, 64), ONES, "SAME"
    ),
    "depthwise_conv2d": _depthwise,
    "depthwise_conv2d, gradients": gradient(_depthwise),
    "depthwise_conv2d, 2 filters": lambda tf, x: tf.nn.depthwise_conv2d(
        x.f(16, 32, 32, 64), x.f(3, 3, 64, 2), ONES, "SAME"
    ),
    "depthwise_conv2d, 3 channels": lambda tf, x: tf.nn.depthwise_conv2d(
        x.f(4, 288, 288, 3), x.f(5, 5, 3, 1), ONES, "SAME"
    ),
    "conv1d": lambda tf, x: tf.nn.conv1d(x.f(16, 1000, 64), x.f(3, 64, 64), 1, "SAME"),
    "conv3d": _conv3d,
    "conv3d, gradients": gradient(_conv3d),
    "max_pool": _pool("max_pool"),
    "max_pool, gradients": gradient(_pool("max_pool")),
    "max_pool 3x3, stride 2, gradients": gradient(_pool("max_pool", kernel=3)),
    "max_pool 3x3, stride 1": _pool("max_pool", kernel=3, stride=1),
    "avg_pool": _pool("avg_pool"),
    "avg_pool, gradients": gradient(_pool("avg_pool")),
    "max_pool_with_argmax": lambda tf, x: tf.nn.max_pool_with_argmax(x.f(16, 32, 32, 64), TWOS, TWOS, "SAME"),
    "max_pool3d": _pool3d("max_pool3d"),
    "max_pool3d, gradients": gradient(_pool3d("max_pool3d")),
    "avg_pool3d": _pool3d("avg_pool3d"),
    "avg_pool3d, gradients": gradient(_pool3d("avg_pool3d")),
    "fractional_max_pool": lambda tf, x: tf.nn.fractional_max_pool(
        x.f(16, 32, 32, 64), [1.0, 1.5, 1.5, 1.0], deterministic=True, seed=1, seed2=2
    ),
    "dilation2d": lambda tf, x: tf.nn.dilation2d(x.f(16, 32, 32, 64), x.f(3, 3, 64), ONES, ONES, "SAME"),
    "erosion2d": lambda tf, x: tf.nn.erosion2d(x.f(16, 32, 32, 64), x.f(3, 3, 64), ONES, ONES, "SAME"),
    "embedding_lookup": lambda tf, x: tf.nn.embedding_lookup(x.f(10000, 100), x.i(10000, high=10000)),
    "embedding_lookup_sparse": lambda tf, x: tf.nn.embedding_lookup_sparse(
        x.f(10000, 100),
        tf.SparseTensor(x.var(np.stack([np.arange(9999) // 3, np.arange(9999) % 3], 1)), x.i(9999), [3333, 3]),
        None,
        combiner="mean",
    ),
    "ctc_loss": _ctc,
    "ctc_greedy_decoder": lambda tf, x: tf.nn.ctc_greedy_decoder(x.f(50, 64, 300), tf.fill([64], 50)),
    "ctc_beam_search_decoder 20x8x10": lambda tf, x: tf.nn.ctc_beam_search_decoder(
        x.f(20, 8, 10), tf.fill([8], 20), 10
    ),
    "xw_plus_b": lambda tf, x: tf.nn.xw_plus_b(x.f(), x.f(N, 100), x.f(100)),
}

LINEAR = {
    "matmul": lambda tf, x: tf.matmul(x.f(), x.f()),
    "matmul float64": lambda tf, x: tf.matmul(x.d(), x.d()),
    "matmul batch of 64": lambda tf, x: tf.matmul(x.f(64, 128, 128), x.f(64, 128, 128)),
    "matmul batch of 10000": lambda tf, x: tf.matmul(x.f(10000, 10, 10), x.f(10000, 10, 10)),
    "matvec": lambda tf, x: tf.linalg.matvec(x.f(), x.f(N)),
    "tensordot": lambda tf, x: tf.tensordot(x.f(100, 100, 100), x.f(100, 100), [[1], [0]]),
    "einsum": lambda tf, x: tf.einsum("bij,bjk->bik", tf.identity(x.f(64, 128, 128)), tf.identity(x.f(64, 128, 128))),
    "cholesky": lambda tf, x: tf.linalg.cholesky(x.spd(N)),
    "cholesky batch of 100": lambda tf, x: tf.linalg.cholesky(x.spd(100, 100)),
    "qr 500": lambda tf, x: tf.linalg.qr(x.f(500, 500)),
    "svd 300": lambda tf, x: tf.linalg.svd(x.f(300, 300)),
    "eigh 300": lambda tf, x: tf.linalg.eigh(x.spd(300)),
    "inv": lambda tf, x: tf.linalg.inv(x.spd(N)),
    "inv batch of 10000": lambda tf, x: tf.linalg.inv(x.spd(10, 10000)),
    "solve": lambda tf, x: tf.linalg.solve(x.spd(N), x.f(N, 10)),
    "triangular_solve": lambda tf, x: tf.linalg.triangular_solve(x.spd(N), x.f()),
    "triangular_solve batch of 100": lambda tf, x: tf.linalg.triangular_solve(x.spd(100, 100), x.f(100, 100, 10)),
    "cholesky_solve": lambda tf, x: tf.linalg.cholesky_solve(x.spd(N), x.f(N, 10)),
    "lstsq": lambda tf, x: tf.linalg.lstsq(x.f(10000, 100), x.f(10000, 1)),
    "det": lambda tf, x: tf.linalg.det(x.f(100, 100, 100)),
    "slogdet": lambda tf, x: tf.linalg.slogdet(x.spd(N)),
    "expm 300": lambda tf, x: tf.linalg.expm(x.f(300, 300)),
    "logm 100": lambda tf, x: tf.linalg.logm(tf.cast(x.spd(100), tf.complex64)),
    "trace": lambda tf, x: tf.linalg.trace(x.f(100, 100, 100)),
    "diag_part": lambda tf, x: tf.linalg.diag_part(x.f(100, 100, 100)),
    "diag": lambda tf, x: tf.linalg.diag(x.f(100, 100)),
    "set_diag": lambda tf, x: tf.linalg.set_diag(x.f(100, 100, 100), x.f(100, 100)),
    "band_part": lambda tf, x: tf.linalg.band_part(x.f(), 0, -1),
    "adjoint": lambda tf, x: tf.linalg.adjoint(x.c()),
    "tridiagonal_solve": lambda tf, x: tf.linalg.tridiagonal_solve(
        tf.identity(x.pos(100, 3, 1000)), tf.identity(x.f(100, 1000))
    ),
}

SPECTRAL = {
    "fft": lambda tf, x: tf.signal.fft(x.c(1024, 1024)),
    "fft of 1000": lambda tf, x: tf.signal.fft(x.c()),
    "fft2d": lambda tf, x: tf.signal.fft2d(x.c(16, 256, 256)),
    "fft3d": lambda tf, x: tf.signal.fft3d(x.c(100, 100, 100)),
    "rfft": lambda tf, x: tf.signal.rfft(x.f(1024, 1024)),
    "irfft": lambda tf, x: tf.signal.irfft(x.c(1024, 513)),
    "rfft2d": lambda tf, x: tf.signal.rfft2d(x.f(16, 256, 256)),
    "dct": lambda tf, x: tf.signal.dct(x.f(1024, 1024)),
    "frame": lambda tf, x: tf.signal.frame(x.f(N * N), 400, 160),
    "overlap_and_add": lambda tf, x: tf.signal.overlap_and_add(x.f(2500, 400), 160),
    "stft": lambda tf, x: tf.signal.stft(x.f(N * N), 400, 160),
    "inverse_stft": lambda tf, x: tf.signal.inverse_stft(x.c(4000, 257), 400, 160),
    "mfccs_from_log_mel": lambda tf, x: tf.signal.mfccs_from_log_mel_spectrograms(x.f(10000, 100)),
}

SPARSE = {
    "sparse_to_dense": lambda tf, x: tf.sparse.to_dense(x.sparse()),
    "sparse_dense_matmul": lambda tf, x: tf.sparse.sparse_dense_matmul(x.sparse(), x.f(N, 10)),
    "sparse_dense_matmul, 1000 columns": lambda tf, x: tf.sparse.sparse_dense_matmul(x.sparse(), x.f()),
    "reduce_sum": lambda tf, x: tf.sparse.reduce_sum(x.sparse(every=2), 1),
    "reduce_max": lambda tf, x: tf.sparse.reduce_max(x.sparse(every=2), 1),
    "add": lambda tf, x: tf.sparse.add(x.sparse(), x.sparse()),
    "concat": lambda tf, x: tf.sparse.concat(1, [x.sparse(), x.sparse()]),
    "slice": lambda tf, x: tf.sparse.slice(x.sparse(), [100, 100], [700, 700]),
    "split": lambda tf, x: tf.sparse.split(sp_input=x.sparse(), num_split=4, axis=1),
    "reorder": lambda tf, x: tf.sparse.reorder(tf.sparse.transpose(x.sparse())),
    "reshape": lambda tf, x: tf.sparse.reshape(x.sparse(), [-1, 10]),
    "retain": lambda tf, x: _retained(tf, x.sparse()),
    "fill_empty_rows": lambda tf, x: tf.sparse.fill_empty_rows(x.sparse(100000, 10, 20), 0.0)[0],
    "softmax": lambda tf, x: tf.sparse.softmax(x.sparse()),
    "transpose": lambda tf, x: tf.sparse.transpose(x.sparse()),
    "maximum": lambda tf, x: tf.sparse.maximum(x.sparse(), x.sparse()),
    "to_indicator": lambda tf, x: _indicator(tf, x.sparse()),
    "times a row": lambda tf, x: x.sparse() * x.f(1, N),
    "sets.intersection": lambda tf, x: tf.sets.intersection(x.i(), x.i()),
    "sets.union": lambda tf, x: tf.sets.union(x.i(), x.i()),
    "sets.size": lambda tf, x: tf.sets.size(tf.sets.union(x.i(), x.i())),
}


def _retained(tf, sparse):
    return tf.sparse.retain(sparse, tf.greater(sparse.values, 0.5))


def _indicator(tf, sparse):
    ids = tf.SparseTensor(sparse.indices, tf.cast(sparse.values * 10, tf.int64), sparse.dense_shape)
    return tf.sparse.to_indicator(ids, 10)


STRINGS = {
    "length": lambda tf, x: tf.strings.length(x.texts()),
    "length UTF8": lambda tf, x: tf.strings.length(x.texts(), unit="UTF8_CHAR"),
    "lower": lambda tf, x: tf.strings.lower(x.texts()),
    "upper": lambda tf, x: tf.strings.upper(x.texts()),
    "strip": lambda tf, x: tf.strings.strip(x.texts()),
    "substr": lambda tf, x: tf.strings.substr(x.texts(), 1, 3),
    "join": lambda tf, x: tf.strings.join([x.texts(), x.texts()], " "),
    "split": lambda tf, x: tf.string_split(x.texts()),
    "strings.split": lambda tf, x: tf.strings.split(x.texts(), sep=","),
    "reduce_join": lambda tf, x: tf.strings.reduce_join(tf.reshape(x.texts(), [1000, 100]), 1),
    "regex_replace": lambda tf, x: tf.strings.regex_replace(x.texts(), "[a-f]+", "-"),
    "regex_full_match": lambda tf, x: tf.strings.regex_full_match(x.texts(), "[a-z]+"),
    "to_hash_bucket_fast": lambda tf, x: tf.strings.to_hash_bucket_fast(x.texts(), 1000),
    "to_hash_bucket_strong": lambda tf, x: tf.strings.to_hash_bucket_strong(x.texts(), 1000, [1, 2]),
    "to_hash_bucket": lambda tf, x: tf.string_to_hash_bucket(x.texts(), 1000),
    "to_number": lambda tf, x: tf.strings.to_number(
        x.var(np.array([f"{n:.3f}" for n in x.random.rand(100000)], object))
    ),
    "as_string": lambda tf, x: tf.as_string(x.f(100000)),
    "as_string int32": lambda tf, x: tf.as_string(x.i(100000)),
    "encode_base64": lambda tf, x: tf.io.encode_base64(x.texts()),
    "equal": lambda tf, x: tf.equal(x.texts(), x.texts()),
    "gather": lambda tf, x: tf.gather(x.texts(), x.i(100000, high=100000)),
    "unicode_decode": lambda tf, x: tf.strings.unicode_decode(x.texts(), "UTF-8").flat_values,
    "unicode_script": lambda tf, x: tf.strings.unicode_script(x.i(100000, low=32, high=9000)),
    "unique": lambda tf, x: tf.unique(x.texts()),
    "edit_distance": lambda tf, x: tf.edit_distance(_words(tf, x), _words(tf, x)),
}


def _words(tf, x):
    sparse = x.sparse(3000, 20, 2)
    return tf.SparseTensor(sparse.indices, tf.cast(sparse.values * 5, tf.int32), sparse.dense_shape)


def _image(name, *args, **kwargs):
    return lambda tf, x: getattr(tf.image, name)(x.images(), *args, **kwargs)


def _resized(name, rows=500, columns=500):
    return lambda tf, x: getattr(tf.image, name)(x.images(), [rows, columns])


def _boxes(x, count):
    corners = x.random.rand(count, 2) * 0.8
    return x.var(np.concatenate([corners, corners + 0.1], 1).astype(np.float32))


IMAGE = {
    **{name: _resized("resize_" + name) for name in ("nearest_neighbor", "bilinear", "bicubic", "area")},
    "resize_area, smaller": _resized("resize_area", 100, 100),
    "resize_bilinear, smaller": _resized("resize_bilinear", 100, 100),
    "resize_bilinear, gradient": gradient(_resized("resize_bilinear")),
    "resize_bicubic, gradient": gradient(_resized("resize_bicubic")),
    "resize_nearest_neighbor, gradient": gradient(_resized("resize_nearest_neighbor")),
    **{
        name: _image(name)
        for name in [
            "flip_left_right",
            "flip_up_down",
            "rot90",
            "transpose",
            "rgb_to_grayscale",
            "rgb_to_hsv",
            "hsv_to_rgb",
            "rgb_to_yuv",
            "yuv_to_rgb",
            "rgb_to_yiq",
            "sobel_edges",
            "total_variation",
            "per_image_standardization",
        ]
    },
    "adjust_brightness": _image("adjust_brightness", 0.1),
    "adjust_contrast": _image("adjust_contrast", 1.5),
    "adjust_gamma": _image("adjust_gamma", 2.0),
    "adjust_hue": _image("adjust_hue", 0.1),
    "adjust_saturation": _image("adjust_saturation", 1.5),
    "central_crop": _image("central_crop", 0.5),
    "resize_with_crop_or_pad": _image("resize_with_crop_or_pad", 400, 200),
    "convert_image_dtype": _image("convert_image_dtype", np.uint8),
    "psnr": lambda tf, x: tf.image.psnr(x.images(), x.images(), 1.0),
    "ssim": lambda tf, x: tf.image.ssim(x.images(), x.images(), 1.0),
    "draw_bounding_boxes": lambda tf, x: tf.image.draw_bounding_boxes(
        x.images(), tf.reshape(_boxes(x, 40), [4, 10, 4])
    ),
    "crop_and_resize": lambda tf, x: tf.image.crop_and_resize(x.images(), _boxes(x, 100), x.i(100, high=4), [50, 50]),
    "non_max_suppression of 1000": lambda tf, x: tf.image.non_max_suppression(_boxes(x, 1000), x.f(1000), 200),
    "extract_glimpse": lambda tf, x: tf.image.extract_glimpse(x.images(), [200, 200], x.f(4, 2)),
}

GRADIENT = {
    **{
        name: gradient(UNARY[name])
        for name in [
            "exp",
            "sigmoid",
            "tanh",
            "sin",
            "sqrt",
            "log",
            "square",
            "abs",
            "nn.relu",
            "nn.relu6",
            "nn.elu",
            "nn.selu",
            "nn.leaky_relu",
            "nn.softsign",
            "math.softplus",
            "math.erf",
            "math.reciprocal",
            "math.rsqrt",
            "math.lgamma",
        ]
    },
    **{
        name: gradient(BINARY[name])
        for name in ["multiply", "divide", "maximum", "pow", "math.squared_difference", "math.atan2"] + ["add a row"]
    },
    **{
        name: gradient(REDUCTION[name])
        for name in [
            "reduce_sum",
            "reduce_mean",
            "reduce_max",
            "reduce_prod",
            "reduce_logsumexp axis 1",
            "cumsum axis 1",
        ]
    },
    **{
        name: gradient(NETWORK[name], *take)
        for name, *take in (
            ("softmax",),
            ("log_softmax",),
            ("softmax_cross_entropy", 1),
            ("sigmoid_cross_entropy", 1),
            ("bias_add",),
            ("lrn",),
            ("l2_normalize",),
            ("dilation2d",),
            ("dropout",),
        )
    },
}
