"""What may help a script that ended with an error: an option of `flowgraph run`."""

from __future__ import annotations

import re

from flowgraph.absent import AbsentAttributeError, AbsentImportError
from flowgraph.commands.check import lacks

__all__ = ["hint"]

_OLD_SYNTAX = re.compile(
    r"^\s*print\s+[^\s(=]|^\s*print\s*$|^\s*except .*\w\s*,\s*\w+\s*:|^\s*raise \w+\s*,|\b0\d+\b|<>|`"
)
_OLD_NAMES = r"name '(basestring|cmp|execfile|long|raw_input|reduce|reload|unichr|unicode|xrange)' is not defined"
_OLD_METHODS = r"'dict' object has no attribute '(has_key|iteritems|iterkeys|itervalues)'"
_OLD_MODULES = r"No module named '(cPickle|cStringIO|ConfigParser|Queue|StringIO|urllib2|urlparse)'"
_OLD_ORDERS = ("Only call `", "Expected int32, got list containing Tensors")


def hint(error: BaseException, path: str, py2: bool, tf0: bool) -> str | None:
    """One line about an option that was not given and may help, or None.

    >>> hint(NameError("name 'xrange' is not defined"), "old.py", py2=False, tf0=False)
    'this looks like Python 2: try flowgraph run --py2 old.py'
    """
    if not py2 and _is_of_python2(error):
        return f"this looks like Python 2: try flowgraph run --py2 {path}"
    if not tf0 and _is_of_before_1_0(error):
        return f"this looks like TensorFlow of before 1.0: try flowgraph run --tf0 {path}"
    return None


def _is_of_python2(error: BaseException) -> bool:
    if isinstance(error, SyntaxError):
        return isinstance(error, TabError) or _OLD_SYNTAX.search(error.text or "") is not None
    patterns = {NameError: _OLD_NAMES, AttributeError: _OLD_METHODS, ModuleNotFoundError: _OLD_MODULES}
    pattern = patterns.get(type(error))
    return pattern is not None and re.match(pattern, str(error)) is not None


def _is_of_before_1_0(error: BaseException) -> bool:
    if isinstance(error, AbsentAttributeError | AbsentImportError):
        module, name = error.asked
        return not lacks(f"{module}.{name}".removeprefix("flowgraph."), tf0=True)
    return isinstance(error, TypeError | ValueError) and str(error).startswith(_OLD_ORDERS)
