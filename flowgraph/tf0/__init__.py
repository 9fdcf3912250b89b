"""TensorFlow as it was before version 1.0: `flowgraph run --tf0`, or `import flowgraph.tf0 as tf`.

The names and orders of arguments that 1.0 did away with, over all that flowgraph has. Where an order has changed, calls
in the new one are understood, too, as far as they can be told apart.
"""

import flowgraph as _flowgraph
from flowgraph import absent as _absent
from flowgraph.tf0 import image, models, nn, python, train
from flowgraph.tf0.arrays import (
    batch_matmul,
    complex_abs,
    concat,
    inv,
    listdiff,
    mul,
    neg,
    pack,
    reverse,
    select,
    sparse_split,
    split,
    sub,
    unpack,
)
from flowgraph.tf0.summaries import (
    audio_summary,
    histogram_summary,
    image_summary,
    merge_all_summaries,
    merge_summary,
    scalar_summary,
)

__version__ = _flowgraph.__version__

_OLD = {
    "batch_cholesky": "cholesky",
    "batch_cholesky_solve": "cholesky_solve",
    "batch_fft": "fft",
    "batch_fft2d": "fft2d",
    "batch_fft3d": "fft3d",
    "batch_ifft": "ifft",
    "batch_ifft2d": "ifft2d",
    "batch_ifft3d": "ifft3d",
    "batch_matrix_band_part": "matrix_band_part",
    "batch_matrix_determinant": "matrix_determinant",
    "batch_matrix_diag": "matrix_diag",
    "batch_matrix_diag_part": "matrix_diag_part",
    "batch_matrix_inverse": "matrix_inverse",
    "batch_matrix_set_diag": "matrix_set_diag",
    "batch_matrix_solve": "matrix_solve",
    "batch_matrix_solve_ls": "matrix_solve_ls",
    "batch_matrix_transpose": "matrix_transpose",
    "batch_matrix_triangular_solve": "matrix_triangular_solve",
    "batch_self_adjoint_eig": "self_adjoint_eig",
    "batch_svd": "svd",
    "concat_v2": "concat",
}
"""Names of things that are otherwise as they were."""

__all__ = [
    "audio_summary",
    "batch_matmul",
    "complex_abs",
    "concat",
    "histogram_summary",
    "image",
    "image_summary",
    "inv",
    "listdiff",
    "merge_all_summaries",
    "merge_summary",
    "models",
    "mul",
    "neg",
    "nn",
    "pack",
    "python",
    "reverse",
    "scalar_summary",
    "select",
    "sparse_split",
    "split",
    "sub",
    "train",
    "unpack",
]
__all__ += [name for name in (*_flowgraph.__all__, *_OLD) if name not in __all__]


def __getattr__(name: str) -> object:
    return getattr(_flowgraph, _OLD.get(name, name))


def __dir__() -> list[str]:
    return __all__


_absent.watch(__name__, "")
