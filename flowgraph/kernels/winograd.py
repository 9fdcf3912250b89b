"""Convolutions with a quarter of the multiplications, by Winograd's minimal filtering.

Where a filter of k cells slides over n cells in steps of one, it gives m = n - k + 1 outputs by m k products. With data
and filter seen as polynomials, n products do: at n points, where the product of polynomials is a product of numbers.
In two dimensions a tile of 4x4 outputs of a 3x3 filter needs 36 products instead of 144, of a 5x5 filter 64 instead of
400:

    4x4 outputs      = Aᵀ [ (G w Gᵀ) · (Bᵀ x B) ] A              x: the n x n cells that they see, n = 4 + k - 1
    filter gradient  = Gᵀ [ Σ (Bᵀ x B) · (A dy Aᵀ) ] G           Σ over all tiles: the transpose of the same

`·` is a product of numbers at each of the n² positions, which with channels is a product of matrices:

                 ┌ n² ─────────────┐     ┌ n² ──────────────┐     ┌ n² ──────────────────────┐
        tiles ─► │ tiles x depth   │  @  │ depth x filters  │  =  │ tiles x filters         │ ─► 4x4 outputs
                 └─────────────────┘     └──────────────────┘     └─────────────────────────┘

The sums with Bᵀ, A, G along one of the two axes are products with small matrices, too. All is done for blocks of tiles
that stay in the processor's cache. The gradient for the images is the same convolution of dy with the mirrored filter.

This is less exact than adding up the products: the points are 0, ±1, ±2, (±1/2) and infinity, and large numbers cancel
out. An entry is off by up to some 1e-5 of the largest one (direct sums by some 1e-6). Where a cell is infinite or NaN,
all the outputs of the tiles that see it are NaN, and so are they where cells or weights are near the end of float32's
range.

Source: Lavin and Gray, "Fast algorithms for convolutional neural networks" (2016); the matrices follow from the points
as in Winograd's "Arithmetic complexity of computations" (1980).
"""

from __future__ import annotations

from functools import cache, partial
from itertools import product
from math import prod
from typing import NamedTuple

import numpy as np
from numpy.lib.stride_tricks import as_strided

from flowgraph.kernels.threads import PARTS, blas_alone, in_parallel, ranges
from flowgraph.kernels.window import Array, Axis

TILE = 4
"""Outputs of a tile in either direction."""

POINTS = {3: (0.0, 1.0, -1.0, 2.0, -2.0), 5: (0.0, 1.0, -1.0, 2.0, -2.0, 0.5, -0.5)}
"""For a filter's size: where polynomials are evaluated, besides at infinity."""

BLOCK_BYTES = 600_000
"""How large the transformed tiles of a block may be: two such arrays should stay in a core's cache."""

FEWEST = 32
"""A block has at least so many tiles, however large they are: fewer do not outweigh reading all of the filter."""

SUMMED = {3: 64, 5: 32}
"""How many tiles are summed up at once for the gradient of a filter of that size: long sums are less exact."""

FEWEST_SUMMED = 64
"""Tiles for the gradient of a 5x5 filter: with fewer, errors do not cancel out (with 27 of them 1.1e-5 was seen)."""

LARGEST_SUMS = 10_000_000
"""Bytes of a transformed filter's gradient, of which each share of the work has one."""

SHARES = 8
"""Into how many shares, at most, the sums of a filter's gradient are cut."""


class Transforms(NamedTuple):
    """The matrices of one size of filter: `data` is Bᵀ [n, n], `weights` is G [n, k], `outputs` is Aᵀ [4, n]."""

    data: Array
    weights: Array
    outputs: Array


@cache
def transforms(kernel: int) -> Transforms:
    """The matrices for filters of a size.

    A row of G evaluates the filter at a point, divided by what belongs to the point in Lagrange's interpolation; a row
    of Bᵀ has the coefficients of the polynomial that is zero at all other points; A has the powers of the points.

    >>> transforms(3).data
    array([[ 4.,  0., -5.,  0.,  1.,  0.],
           [ 0., -4., -4.,  1.,  1.,  0.],
           [ 0.,  4., -4., -1.,  1.,  0.],
           [ 0., -2., -1.,  2.,  1.,  0.],
           [ 0.,  2., -1., -2.,  1.,  0.],
           [ 0.,  4.,  0., -5.,  0.,  1.]], dtype=float32)
    """
    points = POINTS[kernel]
    n = len(points) + 1
    data, weights, outputs = np.zeros((n, n)), np.zeros((n, kernel)), np.zeros((TILE, n))
    for row, point in enumerate(points):
        others = [other for other in points if other != point]
        data[row, : n - 1] = np.poly(others)[::-1]
        weights[row] = point ** np.arange(kernel) / np.prod(point - np.array(others))
        outputs[:, row] = point ** np.arange(TILE)
    data[-1] = np.poly(points)[::-1]
    weights[-1, -1] = outputs[-1, -1] = 1
    return Transforms(*(matrix.astype(np.float32) for matrix in (data, weights, outputs)))


# ------------------------------------------------------------------------------------------- whether it is worth it

_ENTRY, _ENTRY_IN_SUMS = 40, 65
"""What it costs, in multiplications, to bring an entry of a tile to where it is multiplied; and in a sum of tiles."""
_WINDOW_ENTRY = 16
"""The same of an entry of a matrix of windows."""
_WEIGHT = 20
"""The same of an entry of the filter."""
_CALL = 3_000_000
"""What a call costs, however small it is."""


def pays(batch: int, depths: tuple[int, int], rows: Axis, cols: Axis, entry: int = _ENTRY) -> bool:
    """Whether the tiles of such a convolution are done sooner than its windows.

    Args:
      batch: the number of images.
      depths: the channels before and after.
      rows, cols: where the windows stand.
      entry: the cost of an entry of a tile.

    >>> rows = cols = Axis.plan(32, 3, 1, "SAME")
    >>> pays(64, (64, 64), rows, cols), pays(64, (3, 64), rows, cols), pays(1, (64, 64), rows, cols)
    (True, False, True)
    """
    kernel = rows.kernel
    if kernel not in POINTS or cols.kernel != kernel or batch * rows.out * cols.out == 0:
        return False
    if (rows.stride, cols.stride, rows.dilation, cols.dilation) != (1, 1, 1, 1):
        return False
    products, entries, positions = depths[0] * depths[1], depths[0] + depths[1], (kernel + TILE - 1) ** 2
    tiles = batch * _tiles(rows) * _tiles(cols)
    ours = tiles * positions * (products + entry * entries) + positions * products * _WEIGHT + _CALL
    theirs = batch * rows.out * cols.out * kernel**2 * (products + _WINDOW_ENTRY * depths[0])
    return ours < theirs


def pays_for_filter(batch: int, depths: tuple[int, int], rows: Axis, cols: Axis) -> bool:
    """The same for the gradient of the filter, which must not be too large, nor a sum of too few tiles."""
    transformed = (rows.kernel + TILE - 1) ** 2 * depths[0] * depths[1] * 4
    enough = rows.kernel < 5 or batch * _tiles(rows) * _tiles(cols) >= FEWEST_SUMMED
    return enough and transformed <= LARGEST_SUMS and pays(batch, depths, rows, cols, _ENTRY_IN_SUMS)


def _tiles(axis: Axis) -> int:
    return -(-axis.out // TILE)


# ---------------------------------------------------------------------------------------------------- the computations


def correlate(x: Array, w: Array, rows: Axis, cols: Axis, out: Array | None = None) -> Array:
    """Convolve images [batch, rows, columns, depth] with a filter [k, k, depth, filters], both of float32.

    Axes have steps of one, and k is 3 or 5. Arrays may be views of any layout in memory; `out`, if given, is where the
    images [batch, rows.out, cols.out, filters] go that are returned.
    """
    depth, filters = w.shape[2:]
    data, weights, outputs = transforms(rows.kernel)
    n = len(data)
    cut = _Cut(len(x), rows, cols, max(FEWEST, BLOCK_BYTES // (n * n * max(depth, filters) * 4)))
    y = np.empty((len(x), rows.out, cols.out, filters), np.float32) if out is None else out

    def fill(share: slice) -> None:
        source, target = _Tiles(cut, depth, n, rows.before, cols.before), _Tiles(cut, filters, TILE)
        space = np.empty((2, n * n * cut.most * max(depth, filters)), np.float32)
        for block in cut.blocks[share]:
            seen = _entered(source.read(x, block), space[0])
            _both_ways(data, seen, space[1], space[0])
            products = _shaped(space[1], n * n, seen.shape[2] // depth, filters)
            np.matmul(seen.reshape(n * n, -1, depth), transformed, out=products)
            target.write(_both_ways(outputs, products.reshape(n, n, -1), space[0], space[1]), y, block)

    with blas_alone():
        transformed = _both_ways(weights, w.reshape(rows.kernel, rows.kernel, -1)).reshape(n * n, depth, filters)
        in_parallel([partial(fill, share) for share in ranges(len(cut.blocks), 4 * PARTS)])
    return y


def filter_gradient(x: Array, dy: Array, rows: Axis, cols: Axis) -> Array:
    """The gradient of `correlate` for its filter, given the images and the gradient of its result."""
    depth, filters = x.shape[3], dy.shape[3]
    data, weights, outputs = transforms(rows.kernel)
    spread = np.ascontiguousarray(outputs.T)
    n = len(data)
    cut = _Cut(len(x), rows, cols, SUMMED[rows.kernel])
    # each share adds up its own, and in the end they are added in order: always the same sum
    shares = ranges(len(cut.blocks), SHARES)
    sums = np.zeros((len(shares), n * n, depth, filters), np.float32)

    def add_up(share: int) -> None:
        source, given = _Tiles(cut, depth, n, rows.before, cols.before), _Tiles(cut, filters, TILE)
        space = np.empty((3, n * n * cut.most * max(depth, filters)), np.float32)
        part = np.empty_like(sums[0])
        for block in cut.blocks[shares[share]]:
            seen = _entered(source.read(x, block), space[0])
            _both_ways(data, seen, space[1], space[0])
            grads = _both_ways(spread, _entered(given.read(dy, block), space[1]), space[2], space[1])
            each = seen.reshape(n * n, -1, depth).transpose(0, 2, 1)
            np.matmul(each, grads.reshape(n * n, -1, filters), out=part)
            sums[share] += part

    with blas_alone():
        in_parallel([partial(add_up, share) for share in range(len(shares))])
        total = sums[0] if len(shares) == 1 else sums.sum(axis=0)
        found = _both_ways(np.ascontiguousarray(weights.T), total.reshape(n, n, depth * filters))
    return found.reshape(rows.kernel, rows.kernel, depth, filters)


def _entered(tiles: Array, space: Array) -> Array:
    """Copy tiles [size, size, ...] to the beginning of a flat array, as [size, size, any]."""
    entered = _shaped(space, *tiles.shape)
    entered[...] = tiles
    return entered.reshape(*tiles.shape[:2], -1)


def _both_ways(matrix: Array, values: Array, between: Array | None = None, to: Array | None = None) -> Array:
    """The product matrix · values · matrixᵀ, for values [i, j, any]: [i', j', any].

    `between` and `to`, flat arrays that are large enough, are where the product along the first axis and the result go.
    """
    i, j, rest = values.shape
    count = len(matrix)
    half = None if between is None else _shaped(between, count, j * rest)
    half = np.matmul(matrix, values.reshape(i, j * rest), half)
    return np.matmul(matrix, half.reshape(count, j, rest), None if to is None else _shaped(to, count, count, rest))


def _shaped(space: Array, *sizes: int) -> Array:
    """The beginning of a flat array, seen in another shape."""
    return space[: prod(sizes)].reshape(sizes)


# ------------------------------------------------------------------------------------------------------------ the tiles


class Block(NamedTuple):
    """Tiles that are worked on together: those of some images, or some of one large image."""

    images: slice
    rows: slice
    cols: slice


class _Cut:
    """How images are cut into blocks of some number of tiles, which depends on sizes alone."""

    def __init__(self, batch: int, rows: Axis, cols: Axis, count: int) -> None:
        tile_rows, tile_cols = _tiles(rows), _tiles(cols)
        self.images = max(1, min(batch, count // (tile_rows * tile_cols)))
        self.rows = min(tile_rows, max(1, count // tile_cols))
        self.cols = min(tile_cols, count)
        self.most = self.images * self.rows * self.cols
        self.blocks = [
            Block(*block)
            for block in product(_steps(batch, self.images), _steps(tile_rows, self.rows), _steps(tile_cols, self.cols))
        ]


def _steps(size: int, most: int) -> list[slice]:
    """As few slices as cover `range(size)` with no more than `most` in each, nearly equal in length."""
    return ranges(size, -(-size // most))


class _Tiles:
    """The tiles of a block as they lie in images: what they see (`size` is n), or what they are (4).

    Images need not be whole tiles wide, and tiles see what lies beyond their edges as zeros: a frame around a copy.
    """

    def __init__(self, cut: _Cut, depth: int, size: int, top: int = 0, left: int = 0) -> None:
        self.size, self.top, self.left = size, top, left
        more = size - TILE
        self.frame = np.empty((cut.images, cut.rows * TILE + more, cut.cols * TILE + more, depth), np.float32)

    def read(self, x: Array, block: Block) -> Array:
        """The tiles of a block, [size, size, images, tile rows, tile columns, depth]."""
        images, frame = x[block.images], self._frame(block)
        rows, down = _inside(block.rows.start * TILE - self.top, frame.shape[1], x.shape[1])
        cols, right = _inside(block.cols.start * TILE - self.left, frame.shape[2], x.shape[2])
        frame[:, : rows.start] = frame[:, rows.stop :] = 0
        frame[:, :, : cols.start] = frame[:, :, cols.stop :] = 0
        frame[:, rows, cols] = images[:, down, right]
        return _as_tiles(frame, self.size)

    def write(self, tiles: Array, y: Array, block: Block) -> None:
        """Put tiles [4, 4, any] where they belong."""
        frame = self._frame(block)
        rows, cols = (slice(part.start * TILE, part.stop * TILE) for part in block[1:])
        target = y[block.images, rows, cols]
        whole = target.shape == frame.shape and target.strides[3] == target.itemsize
        view = _as_tiles(target if whole else frame, TILE)
        view[...] = tiles.reshape(view.shape)
        if not whole:
            target[...] = frame[:, : target.shape[1], : target.shape[2]]

    def _frame(self, block: Block) -> Array:
        images, rows, cols = (part.stop - part.start for part in block)
        more = self.size - TILE
        return self.frame[:images, : rows * TILE + more, : cols * TILE + more]


def _inside(start: int, count: int, size: int) -> tuple[slice, slice]:
    """Of `count` cells from `start` on those on an axis of `size` cells: their places among them, and on the axis."""
    first = min(max(0, start), size)
    last = max(first, min(size, start + count))
    return slice(first - start, last - start), slice(first, last)


def _as_tiles(frame: Array, size: int) -> Array:
    """A view of images as tiles of some size, 4 cells from each other: [size, size, batch, rows, columns, depth]."""
    batch, down, right, deep = frame.strides
    rows, cols = ((extent - size) // TILE + 1 for extent in frame.shape[1:3])
    return as_strided(
        frame,
        (size, size, len(frame), rows, cols, frame.shape[3]),
        (down, right, batch, down * TILE, right * TILE, deep),
    )
