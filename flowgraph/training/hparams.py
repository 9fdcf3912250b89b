"""Hyperparameters: named values with types that stay, read from flags and files (tf.contrib.training.HParams)."""

from __future__ import annotations

import json
import numbers
import re
from collections.abc import Callable, Mapping
from typing import Any, NoReturn

_NAME = r"(?P<name>[a-zA-Z][\w.]*)(?:\[\s*(?P<index>\d+)\s*\])?"
_VALUE = r"(?:\[(?P<entries>[^\]]*)\]|(?P<value>[^,\[]*))"
_ASSIGNMENT = re.compile(rf"{_NAME}\s*=\s*{_VALUE}(?:,\s*|$)")


def parse_values(values: str, type_map: Mapping[str, Any], ignore_unknown: bool = False) -> dict[str, Any]:
    """The values that a text like "rate=0.1,sizes=[32,64],name=net" assigns.

    Args:
      values: assignments with commas between; `sizes[1]=5` assigns to one entry of a list.
      type_map: the type of each name, that of its entries for a list.
      ignore_unknown: whether to pass over names without a type.

    Returns:
      By name the values, lists, or dicts from index to value.

    Raises:
      ValueError: the text is none of these, a name is unknown or assigned twice, or a value has another type.

    >>> parse_values("rate=0.1,sizes=[32,64],deep=true", {"rate": float, "sizes": int, "deep": bool})
    {'rate': 0.1, 'sizes': [32, 64], 'deep': True}
    """
    found: dict[str, Any] = {}
    start = 0
    while start < len(values):
        match = _ASSIGNMENT.match(values, start)
        if match is None:
            raise ValueError(f"Malformed hyperparameter value: {values[start:]}")
        start = match.end()
        name = match["name"]
        if name in type_map:
            _assign(found, match, type_map[name], values)
        elif not ignore_unknown:
            raise ValueError(f"Unknown hyperparameter type for {name}")
    return found


def _assign(found: dict[str, Any], match: re.Match[str], kind: Any, values: str) -> None:
    """Take one assignment over."""
    name, index = match["name"], match["index"]
    parse = _bool if kind is bool else kind
    if match["entries"] is not None:
        if index is not None:
            raise ValueError("Assignment of a list to a list index.")
        _refuse_second(name in found, name, values)
        entries = filter(None, re.split("[ ,]", match["entries"]))
        found[name] = _parsed(lambda: [parse(entry) for entry in entries], name, kind, match["entries"], values)
        return
    value = _parsed(lambda: parse(match["value"]), name, kind, match["value"], values)
    if index is None:
        _refuse_second(name in found, name, values)
        found[name] = value
        return
    entries_by_index = found.setdefault(name, {})
    _refuse_second(not isinstance(entries_by_index, dict), name, values)
    _refuse_second(int(index) in entries_by_index, f"{name}[{int(index)}]", values)
    entries_by_index[int(index)] = value


def _parsed(parse: Callable[[], Any], name: str, kind: Any, text: str, values: str) -> Any:
    try:
        return parse()
    except ValueError:
        line = f"Could not parse hparam '{name}' of type '{kind.__name__}' with value '{text}' in {values}"
        raise ValueError(line) from None


def _bool(text: str) -> bool:
    words = {"true": True, "True": True, "false": False, "False": False}
    return words[text] if text in words else bool(int(text))


def _refuse_second(is_second: bool, name: str, values: str) -> None:
    if is_second:
        raise ValueError(f"Multiple assignments to variable '{name}' in {values}")


class HParams:
    """Hyperparameters, as attributes: numbers, texts, bools, or lists of one of these.

    Args:
      hparam_def: an HParamDef message, which is not there yet: NotImplementedError.
      model_structure: anything, which `get_model_structure` gives back.
      **kwargs: the names and values; a value's type, or that of a list's first entry, is what later ones must have.

    Raises:
      ValueError: a name is taken, or a list is empty.

    >>> hparams = HParams(learning_rate=0.1, sizes=[32, 64], activation="relu")
    >>> hparams.parse("learning_rate=0.5,sizes=[16]").learning_rate
    0.5
    >>> hparams
    HParams([('activation', 'relu'), ('learning_rate', 0.5), ('sizes', [16])])
    """

    def __init__(self, hparam_def: Any = None, model_structure: Any = None, **kwargs: Any) -> None:
        self._hparam_types: dict[str, tuple[Any, bool]] = {}
        self._model_structure = model_structure
        if hparam_def is not None:
            _no_message()
        for name, value in kwargs.items():
            self.add_hparam(name, value)

    def add_hparam(self, name: str, value: Any) -> None:
        """Add a hyperparameter.

        Raises:
          ValueError: the name is taken, or a list is empty.
        """
        if getattr(self, name, None) is not None:
            raise ValueError(f"Hyperparameter name is reserved: {name}")
        is_list = isinstance(value, list | tuple)
        if is_list and not value:
            raise ValueError(f"Multi-valued hyperparameters cannot be empty: {name}")
        self._hparam_types[name] = (type(value[0] if is_list else value), is_list)
        setattr(self, name, value)

    def set_hparam(self, name: str, value: Any) -> None:
        """Change a hyperparameter; its type stays.

        Raises:
          KeyError: there is none of that name.
          ValueError: the value has another type.
        """
        kind, is_list = self._hparam_types[name]
        if isinstance(value, list):
            if not is_list:
                raise ValueError(f"Must not pass a list for single-valued parameter: {name}")
            setattr(self, name, [_as_type(name, kind, entry) for entry in value])
        elif is_list:
            raise ValueError(f"Must pass a list for multi-valued parameter: {name}.")
        else:
            setattr(self, name, _as_type(name, kind, value))

    def del_hparam(self, name: str) -> None:
        """Remove a hyperparameter, if there is one of that name."""
        if hasattr(self, name):
            delattr(self, name)
            del self._hparam_types[name]

    def parse(self, values: str) -> HParams:
        """Change what a text assigns; see `parse_values`."""
        types = {name: kind for name, (kind, _) in self._hparam_types.items()}
        return self.override_from_dict(parse_values(values, types))

    def override_from_dict(self, values_dict: Mapping[str, Any]) -> HParams:
        """Change what a dict names; see `set_hparam`."""
        for name, value in values_dict.items():
            self.set_hparam(name, value)
        return self

    def set_from_map(self, values_map: Mapping[str, Any]) -> HParams:
        """The old name of `override_from_dict`."""
        return self.override_from_dict(values_map)

    def set_model_structure(self, model_structure: Any) -> None:
        """Set what `get_model_structure` gives."""
        self._model_structure = model_structure

    def get_model_structure(self) -> Any:
        """What the constructor or `set_model_structure` was given."""
        return self._model_structure

    def to_json(self, indent: Any = None, separators: Any = None, sort_keys: bool = False) -> str:
        """The names and values as JSON; the arguments are those of `json.dumps`.

        >>> HParams(depth=3).to_json()
        '{"depth": 3}'
        """
        return json.dumps(self.values(), indent=indent, separators=separators, sort_keys=sort_keys)

    def parse_json(self, values_json: str) -> HParams:
        """Change what a JSON object names; see `set_hparam`."""
        return self.override_from_dict(json.loads(values_json))

    def values(self) -> dict[str, Any]:
        """The values by name."""
        return {name: getattr(self, name) for name in self._hparam_types}

    def get(self, key: str, default: Any = None) -> Any:
        """The value of that name, or `default`.

        Raises:
          ValueError: there is a value, and the default does not have its type.
        """
        if key not in self._hparam_types:
            return default
        if default is not None:
            self._check_default(key, default)
        return getattr(self, key)

    def _check_default(self, key: str, default: Any) -> None:
        kind, is_list = self._hparam_types[key]
        shown = f"list<{kind}>" if is_list else str(kind)
        line = f"Hparam '{key}' of type '{shown}' is incompatible with default={default}"
        if is_list != isinstance(default, list):
            raise ValueError(line)
        try:
            for value in default if is_list else [default]:
                _as_type(key, kind, value)
        except ValueError as error:
            raise ValueError(f"{line}. {error}") from None

    def to_proto(self, export_scope: Any = None) -> NoReturn:  # noqa: ARG002
        """HParamDef messages are not there yet: this raises NotImplementedError; see `to_json`."""
        _no_message()

    @staticmethod
    def from_proto(hparam_def: Any, import_scope: Any = None) -> NoReturn:  # noqa: ARG004
        """HParamDef messages are not there yet: this raises NotImplementedError; see `parse_json`."""
        _no_message()

    def __contains__(self, key: str) -> bool:
        return key in self._hparam_types

    def __str__(self) -> str:
        return ",".join(f"{name}={value}" for name, value in self.values().items())

    def __repr__(self) -> str:
        return f"{type(self).__name__}({sorted(self.values().items())})"


def _as_type(name: str, kind: Any, value: Any) -> Any:
    """The value in the type of a hyperparameter: ints become floats, and nothing becomes anything else."""
    if type(value) is kind or issubclass(kind, type(None)):
        return value
    is_other = (
        (issubclass(kind, str | bytes) and not isinstance(value, str | bytes))
        or issubclass(kind, bool) != isinstance(value, bool)
        or (issubclass(kind, numbers.Integral) and not isinstance(value, numbers.Integral))
        or (issubclass(kind, numbers.Number) and not isinstance(value, numbers.Number))
    )
    if is_other:
        raise ValueError(f"Could not cast hparam '{name}' of type '{kind}' from value {value!r}")
    return kind(value)


def _no_message() -> NoReturn:
    raise NotImplementedError("HParamDef messages are not there yet: use to_json and parse_json")
