"""What patches of images and volumes are tried on; see `numeric.py` for the names in the expressions.

Of volumes of unknown sizes TensorFlow infers one axis too few; those are left out.
"""

from __future__ import annotations

_FORMS = [
    "[1, 2, 2, 1], [1, 1, 1, 1], [1, 1, 1, 1], 'VALID'",
    "[1, 3, 2, 1], [1, 2, 3, 1], [1, 2, 1, 1], 'SAME'",
    "[1, 1, 3, 1], [1, 1, 2, 1], [1, 1, 2, 1], 'VALID'",
    "[1, 5, 5, 1], [1, 1, 1, 1], [1, 1, 1, 1], 'SAME'",
    "[1, 6, 2, 1], [1, 1, 1, 1], [1, 1, 1, 1], 'VALID'",
]
_CUBES = [
    "[1, 2, 2, 2, 1], [1, 1, 1, 1, 1], 'VALID'",
    "[1, 2, 3, 1, 1], [1, 2, 1, 3, 1], 'SAME'",
    "[1, 3, 3, 3, 1], [1, 1, 2, 1, 1], 'SAME'",
]

GRAPHS = (
    "\n".join(
        [
            "tf.extract_image_patches(P(f, %s), [1, 2, 3, 1], [1, 2, 1, 1], [1, 1, 2, 1], 'SAME', name='q')" % shape
            for shape in ("[2, 5, 6, 3]", "None", "[None, 5, 6, 3]", "[2, None, 6, 3]", "[2, 5, 6, None]", "[2, 5, 6]")
        ]
        + [
            "tf.extract_volume_patches(P(f, %s), [1, 2, 3, 1, 1], [1, 2, 1, 1, 1], 'SAME', name='q')" % shape
            for shape in ("[2, 4, 5, 6, 3]", "[None, 4, 5, 6, 3]", "[2, 5, 6, 3]")
        ]
    )
    + r"""
(lambda x: g(tf.extract_image_patches(x, [1, 2, 3, 1], [1, 2, 1, 1], [1, 1, 2, 1], 'SAME'), x))(P(f, [2, 5, 6, 3]))
(lambda x: g(tf.extract_image_patches(x, [1, 2, 2, 1], [1] * 4, [1] * 4, 'VALID'), x))(P(f, [None, None, 6, 3]))
(lambda x: g(tf.extract_volume_patches(x, [1, 2, 2, 1, 1], [1] * 5, 'VALID'), x))(P(f, [2, 3, 4, 5, 2]))
(lambda x: g(tf.extract_volume_patches(x, [1, 2, 2, 1, 1], [1] * 5, 'VALID'), x))(P(f, [None, 3, 4, 5, None]))
tf.extract_image_patches(P(f, [1, 4, 4, 2]), [1, 2, 2], [1, 1, 1, 1], [1, 1, 1, 1], 'VALID')
tf.extract_image_patches(P(f, [1, 4, 4, 2]), [1, 2, 2, 1], [1, 1, 1], [1, 1, 1, 1], 'VALID')
tf.extract_image_patches(P(f, [1, 4, 4, 2]), [1, 2, 2, 1], [1, 1, 1, 1], [1, 1, 1], 'VALID')
tf.extract_image_patches(P(f, [1, 4, 4, 2]), [1, 2, 2, 1, 1], [1, 1, 1, 1], [1, 1, 1, 1], 'VALID')
tf.extract_image_patches(P(f, [1, 4, 4, 2]), [1, 2, 2, 1], [1, 1, 1, 1, 1], [1, 1, 1, 1], 'VALID')
tf.extract_image_patches(P(f, [1, 4, 4, 2]), [1, 2, 2, 1], [1, 1, 1, 1], [1, 1, 1, 1, 1], 'VALID')
tf.extract_image_patches(P(f, [1, 4, 4, 2]), [1, 2, 2, 1], [1, 0, 1, 1], [1, 1, 1, 1], 'VALID')
tf.extract_image_patches(P(f, [1, 4, 4, 2]), [1, 9, 2, 1], [1, 1, 1, 1], [1, 1, 1, 1], 'VALID')
tf.extract_image_patches(P(f, [1, 4, 4, 2]), [1, 2, 2, 1], [1, 1, 1, 1], [1, 1, 1, 1], 'X')
tf.extract_image_patches(P(f, [1, 4, 4, 2]), 2, [1, 1, 1, 1], [1, 1, 1, 1], 'SAME')
tf.extract_image_patches(P(f, [1, 4, 4, 2]), [1, 2, 2, 1])
tf.extract_image_patches(P(f, [1, 4, 4, 2]), sizes=[1, 2, 2, 1], strides=[1] * 4, rates=[1] * 4, padding='SAME')
tf.extract_image_patches(P(f, [1, 4, 4, 2]), [1, 2, 2, 1], [1] * 4, [1] * 4, 'SAME', sizes=[1, 2, 2, 1])
tf.extract_image_patches(P(f, [1, 4, 4, 2]), strides=[1] * 4, rates=[1] * 4, padding='SAME')
tf.extract_image_patches(P(f, [1, 4, 4, 2]), [1, 2, 2, 1], [1] * 4, [1] * 4)
tf.extract_image_patches(P(c64, [1, 4, 4, 2]), [1, 2, 2, 1], [1] * 4, [1] * 4, 'SAME')
tf.extract_volume_patches(P(f, [1, 3, 3, 3, 2]), [1, 2, 2, 2], [1, 2, 1, 2, 1], 'SAME')
tf.extract_volume_patches(P(f, [1, 3, 3, 3, 2]), [1, 2, 2, 2, 1], [1, 2, 1, 2], 'SAME')
tf.extract_volume_patches(P(f, [1, 3, 3, 3, 2]), [1, 2, 2, 2, 1, 1], [1, 2, 1, 2, 1], 'SAME')
tf.extract_volume_patches(P(f, [1, 3, 3, 3, 2]), [1, 2, 2, 2, 1], [1, 2, 1, 2, 1, 1], 'SAME')
tf.extract_volume_patches(P(f, [1, 3, 3, 3, 2]), [1, 1, 2, 2, 1], [1, 0, 1, 2, 1], 'VALID')
"""
)

RUNS = (
    "\n".join(
        ["tf.extract_image_patches(F(R([2, 5, 7, 3])), %s)" % form for form in _FORMS]
        + ["tf.extract_volume_patches(F(R([2, 3, 4, 5, 2])), %s)" % form for form in _CUBES]
        + ["(lambda x: g(loss(tf.extract_image_patches(x, %s)), x))(F(R([2, 5, 7, 3])))" % form for form in _FORMS[:4]]
        + ["(lambda x: g(loss(tf.extract_volume_patches(x, %s)), x))(F(R([2, 3, 4, 5, 2])))" % form for form in _CUBES]
    )
    + r"""
tf.extract_image_patches(F(np.arange(32).reshape(1, 4, 4, 2)), [1, 2, 2, 1], [1, 2, 2, 1], [1] * 4, 'SAME')
tf.extract_image_patches(F(np.zeros([0, 4, 4, 2], 'f')), [1, 2, 2, 1], [1] * 4, [1] * 4, 'VALID')
tf.extract_image_patches(F(R([1, 4, 4, 2])), [2, 2, 2, 1], [1] * 4, [1] * 4, 'VALID')
tf.extract_image_patches(F(R([1, 4, 4, 2])), [1, 2, 2, 1], [2, 1, 1, 1], [1] * 4, 'VALID')
tf.extract_image_patches(F(R([1, 4, 4, 2])), [1, 2, 2, 1], [1] * 4, [1, 1, 1, 2], 'VALID')
tf.extract_image_patches(F(R([1, 4, 4, 2])), [1, 0, 2, 1], [1] * 4, [1] * 4, 'VALID')
tf.extract_image_patches(F(R([1, 4, 4, 2])), [1, 2, 2, 1], [1] * 4, [1, 0, 1, 1], 'VALID')
tf.extract_image_patches(F(R([1, 4, 4, 2]), None), [1, 7, 2, 1], [1] * 4, [1] * 4, 'VALID')
tf.extract_image_patches(F(R([1, 4, 4]), None), [1, 2, 2, 1], [1] * 4, [1] * 4, 'VALID')
tf.extract_volume_patches(F(R([1, 3, 3, 3, 2])), [2, 2, 2, 2, 1], [1] * 5, 'SAME')
tf.extract_volume_patches(F(R([1, 3, 3, 3, 2])), [1, 2, 2, 2, 1], [1, 1, 1, 1, 2], 'SAME')
tf.extract_volume_patches(F(R([1, 3, 3, 3, 2])), [1, 0, 2, 2, 1], [1] * 5, 'SAME')
tf.extract_volume_patches(F(R([1, 3, 3, 3]), None), [1, 2, 2, 2, 1], [1] * 5, 'SAME')
"""
)
