"""The 64-bit hashes of strings that decide about buckets: FarmHash's fingerprint, SipHash, and TF's older hash.

Published algorithms, in Python's integers: FarmHash by Geoff Pike, SipHash-2-4 by Aumasson and Bernstein, and the
64-bit MurmurHash 2 by Austin Appleby.
"""

from __future__ import annotations

_MASK = 2**64 - 1

_K0, _K1, _K2 = 0xC3A5C85C97CB3127, 0xB492B66FBE98F273, 0x9AE16A3B2F90404F


def _word(data: bytes, at: int) -> int:
    return int.from_bytes(data[at : at + 8], "little")


def _rotated(value: int, right: int) -> int:
    value &= _MASK
    return (value >> right) | (value << (64 - right)) & _MASK


def _mixed(value: int) -> int:
    value &= _MASK
    return value ^ (value >> 47)


def _paired(u: int, v: int, mul: int) -> int:
    a = _mixed(((u ^ v) & _MASK) * mul)
    return _mixed(((v ^ a) & _MASK) * mul) * mul & _MASK


# -- FarmHash ----------------------------------------------------------------------------------------------


def fingerprint64(data: bytes) -> int:
    """FarmHash's Fingerprint64: the same number on all machines and for ever.

    >>> fingerprint64(b"Hello"), fingerprint64(b"")
    (15404698994557526151, 11160318154034397263)
    """
    size = len(data)
    if size <= 16:
        return _of_16(data, size)
    if size <= 32:
        mul = _K2 + 2 * size
        return _paired(*_quarter(data, size, mul), mul)
    if size <= 64:
        return _of_64(data, size)
    return _of_more(data, size)


def _of_16(data: bytes, size: int) -> int:
    mul = _K2 + 2 * size
    if size >= 8:
        a, b = _word(data, 0) + _K2, _word(data, size - 8)
        return _paired(_rotated(b, 37) * mul + a, (_rotated(a, 25) + b) * mul, mul)
    if size >= 4:
        a, b = (int.from_bytes(part, "little") for part in (data[:4], data[-4:]))
        return _paired(size + (a << 3), b, mul)
    if size == 0:
        return _K2
    y, z = data[0] + (data[size >> 1] << 8), size + (data[-1] << 2)
    return _mixed((y * _K2 ^ z * _K0) & _MASK) * _K2 & _MASK


def _quarter(data: bytes, size: int, mul: int) -> tuple[int, int]:
    """What 17 bytes or more have in common: two words out of the first and the last 16 bytes."""
    a, b = _word(data, 0) * (_K1 if size <= 32 else _K2), _word(data, 8)
    c, d = _word(data, size - 8) * mul, _word(data, size - 16) * _K2
    return (_rotated(a + b, 43) + _rotated(c, 30) + d) & _MASK, (a + _rotated(b + _K2, 18) + c) & _MASK


def _of_64(data: bytes, size: int) -> int:
    mul = _K2 + 2 * size
    a = _word(data, 0) * _K2
    y, other = _quarter(data, size, mul)
    z = _paired(y, other, mul)
    e, f = _word(data, 16) * mul, _word(data, 24)
    g, h = (y + _word(data, size - 32)) * mul, (z + _word(data, size - 24)) * mul
    return _paired(_rotated(e + f, 43) + _rotated(g, 30) + h, e + _rotated(f + a, 18) + g, mul)


def _weak(data: bytes, at: int, a: int, b: int) -> tuple[int, int]:
    """Two words out of 32 bytes and two seeds."""
    w, x, y, z = (_word(data, at + 8 * i) for i in range(4))
    a += w
    b = _rotated(b + a + z, 21)
    c = a
    a += x + y
    b += _rotated(a, 44)
    return (a + z) & _MASK, (b + c) & _MASK


def _of_more(data: bytes, size: int) -> int:
    seed = 81
    y = (seed * _K1 + 113) & _MASK
    z = _mixed(y * _K2 + 113) * _K2 & _MASK
    x = (seed * _K2 + _word(data, 0)) & _MASK
    v, w = (0, 0), (0, 0)
    end = (size - 1) // 64 * 64
    for at in range(0, end, 64):
        x, y, z, v, w = _round(data, at, x, y, z, v, w, _K1, 1)
    mul = (_K1 + ((z & 0xFF) << 1)) & _MASK
    w0 = w[0] + (size - 1 & 63)
    v0 = v[0] + w0
    v, w = (v0 & _MASK, v[1]), (w0 + v0 & _MASK, w[1])
    x, y, z, v, w = _round(data, size - 64, x, y, z, v, w, mul, 9)
    return _paired(_paired(v[0], w[0], mul) + _mixed(y) * _K0 + z & _MASK, _paired(v[1], w[1], mul) + x & _MASK, mul)


def _round(
    data: bytes, at: int, x: int, y: int, z: int, v: tuple[int, int], w: tuple[int, int], mul: int, factor: int
) -> tuple[int, int, int, tuple[int, int], tuple[int, int]]:
    """Take in 64 bytes."""
    x = _rotated(x + y + v[0] + _word(data, at + 8), 37) * mul
    y = _rotated(y + v[1] + _word(data, at + 48), 42) * mul
    x = (x ^ w[1] * factor) & _MASK
    y += v[0] * factor + _word(data, at + 40)
    z = _rotated(z + w[0], 33) * mul
    v = _weak(data, at, v[1] * mul, x + w[0])
    w = _weak(data, at + 32, z + w[1], y + _word(data, at + 16))
    return z & _MASK, y & _MASK, x, v, w


# -- SipHash -----------------------------------------------------------------------------------------------


def siphash(data: bytes, key: tuple[int, int]) -> int:
    """SipHash-2-4 under a key of two 64-bit numbers.

    >>> siphash(bytes(range(15)), (0x0706050403020100, 0x0F0E0D0C0B0A0908)) == 0xA129CA6149BE45E5
    True
    """
    k0, k1 = key[0] & _MASK, key[1] & _MASK
    state = (k0 ^ 0x736F6D6570736575, k1 ^ 0x646F72616E646F6D, k0 ^ 0x6C7967656E657261, k1 ^ 0x7465646279746573)
    whole = len(data) // 8 * 8
    last = data[whole:].ljust(7, b"\0") + bytes([len(data) & 0xFF])
    for at in range(0, whole, 8):
        state = _sip_word(state, _word(data, at))
    v0, v1, v2, v3 = _sip_word(state, _word(last, 0))
    state = v0, v1, v2 ^ 0xFF, v3
    for _ in range(4):
        state = _sip_round(*state)
    return state[0] ^ state[1] ^ state[2] ^ state[3]


def _sip_word(state: tuple[int, int, int, int], word: int) -> tuple[int, int, int, int]:
    v0, v1, v2, v3 = _sip_round(*_sip_round(*state[:3], state[3] ^ word))
    return v0 ^ word, v1, v2, v3


def _left(value: int, by: int) -> int:
    return (value << by | value >> (64 - by)) & _MASK


def _sip_round(v0: int, v1: int, v2: int, v3: int) -> tuple[int, int, int, int]:
    v0, v2 = v0 + v1 & _MASK, v2 + v3 & _MASK
    v1, v3 = _left(v1, 13) ^ v0, _left(v3, 16) ^ v2
    v0 = _left(v0, 32)
    v2, v0 = v2 + v1 & _MASK, v0 + v3 & _MASK
    v1, v3 = _left(v1, 17) ^ v2, _left(v3, 21) ^ v0
    return v0, v1, _left(v2, 32), v3


# -- TF's older hash ---------------------------------------------------------------------------------------

_SEED = 0xDECAFCAFFE
_M = 0xC6A4A7935BD1E995


def hash64(data: bytes) -> int:
    """MurmurHash 64A with TF's seed.

    >>> hash64(b"a") % 10
    8
    """
    h = (_SEED ^ len(data) * _M) & _MASK
    whole = len(data) // 8 * 8
    for at in range(0, whole, 8):
        k = _mixed(_word(data, at) * _M) * _M & _MASK
        h = (h ^ k) * _M & _MASK
    if len(data) > whole:
        h = (h ^ int.from_bytes(data[whole:], "little")) * _M & _MASK
    return _mixed(_mixed(h) * _M)


def concatenated(first: int, second: int) -> int:
    """TF's fingerprint of two fingerprints, one after the other.

    >>> concatenated(1, 2) == concatenated(2, 1)
    False
    """
    result = (first ^ _M) ^ (_mixed(second * _M) * _M & _MASK)
    return _mixed(_mixed(result * _M) * _M)
