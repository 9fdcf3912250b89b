"""`tf.sysconfig`: how to compile ops in C++ against TensorFlow; there is nothing to compile against here."""

from __future__ import annotations

from typing import NoReturn

from flowgraph import absent as _absent

__all__ = ["CXX11_ABI_FLAG", "MONOLITHIC_BUILD", "get_compile_flags", "get_include", "get_lib", "get_link_flags"]

CXX11_ABI_FLAG = 0
MONOLITHIC_BUILD = 0


def _no_library(asked: str) -> NoReturn:
    raise NotImplementedError(
        f"tf.sysconfig.{asked}: flowgraph has no C++ headers and libraries. An op of your own is a Python function: "
        "tf.py_func, with tf.RegisterGradient for its gradient."
    )


def get_include() -> str:
    """TF's C++ headers; raises NotImplementedError: there are none."""
    _no_library("get_include")


def get_lib() -> str:
    """TF's C++ library; raises NotImplementedError: there is none."""
    _no_library("get_lib")


def get_compile_flags() -> list[str]:
    """What to give a C++ compiler; raises NotImplementedError."""
    _no_library("get_compile_flags")


def get_link_flags() -> list[str]:
    """What to give a linker; raises NotImplementedError."""
    _no_library("get_link_flags")


_absent.watch(__name__)
