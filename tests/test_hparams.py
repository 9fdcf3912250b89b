"""tf.contrib.training.HParams; what is expected is what TensorFlow 1.15.5 says."""

from __future__ import annotations

import pytest

import flowgraph as tf

PARSED = {
    "a=3": {"a": 3},
    "a=3,b=4": {"a": 3, "b": 4.0},
    "a = 5": {"a": 5},
    "b=1e-3,a=-4": {"a": -4, "b": 0.001},
    "d=false": {"d": False},
    "d=2": {"d": True},
    "e=[3 4,5]": {"e": [3, 4, 5]},
    "e=[]": {"e": []},
    "a=1,e=[1],": {"a": 1, "e": [1]},
    "c=hello world,a=2": {"c": "hello world", "a": 2},
    "c=a=b": {"c": "a=b"},
    "c=": {"c": ""},
}

MISTAKES = {
    "a=x": "Could not parse hparam 'a' of type 'int' with value 'x' in a=x",
    "a=2.5": "Could not parse hparam 'a' of type 'int' with value '2.5' in a=2.5",
    "a=": "Could not parse hparam 'a' of type 'int' with value '' in a=",
    "d=maybe": "Could not parse hparam 'd' of type 'bool' with value 'maybe' in d=maybe",
    "e=3": "Must pass a list for multi-valued parameter: e.",
    "a=[1]": "Must not pass a list for single-valued parameter: a",
    "a=1,a=2": "Multiple assignments to variable 'a' in a=1,a=2",
    "q=1": "Unknown hyperparameter type for q",
    "a": "Malformed hyperparameter value: a",
    " a=1": "Malformed hyperparameter value:  a=1",
    "e[0]=1,e[0]=2": "Multiple assignments to variable 'e[0]' in e[0]=1,e[0]=2",
    "e=[1],e[0]=2": "Multiple assignments to variable 'e' in e=[1],e[0]=2",
    "e[1]=[1]": "Assignment of a list to a list index.",
}


@pytest.fixture
def hparams():
    return tf.contrib.training.HParams(a=1, b=2.5, c="x", d=True, e=[1, 2], f=("u",), g=None)


@pytest.mark.parametrize("text", PARSED)
def test_texts_assign(hparams, text):
    before = hparams.values()
    assert hparams.parse(text) is hparams
    assert hparams.values() == {**before, **PARSED[text]}
    assert [type(value) for value in hparams.values().values()] == [
        type({**before, **PARSED[text]}[name]) for name in before
    ]


@pytest.mark.parametrize("text", MISTAKES)
def test_texts_that_assign_nothing(hparams, text):
    with pytest.raises(ValueError) as caught:
        hparams.parse(text)
    assert str(caught.value) == MISTAKES[text]


def test_assignments_to_entries_are_kept_by_index():
    parse = tf.contrib.training.parse_values
    assert parse("e[0]=1,e[3]=2", {"e": int}) == {"e": {0: 1, 3: 2}}
    assert parse("a=1,z=3", {"a": int}, ignore_unknown=True) == {"a": 1}


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("a", 2.5, "Could not cast hparam 'a' of type '<class 'int'>' from value 2.5"),
        ("a", True, "Could not cast hparam 'a' of type '<class 'int'>' from value True"),
        ("d", 1, "Could not cast hparam 'd' of type '<class 'bool'>' from value 1"),
        ("c", 3, "Could not cast hparam 'c' of type '<class 'str'>' from value 3"),
        ("e", 3, "Must pass a list for multi-valued parameter: e."),
        ("a", [3], "Must not pass a list for single-valued parameter: a"),
    ],
)
def test_types_stay(hparams, name, value, message):
    with pytest.raises(ValueError) as caught:
        hparams.set_hparam(name, value)
    assert str(caught.value) == message


def test_ints_become_floats_and_nothing_becomes_anything(hparams):
    hparams.set_hparam("b", 3)
    hparams.set_hparam("g", "some")
    assert (hparams.b, type(hparams.b), hparams.g) == (3.0, float, "some")


def test_names_come_and_go(hparams):
    for name, value, message in (
        ("a", 3, "Hyperparameter name is reserved: a"),
        ("parse", 3, "Hyperparameter name is reserved: parse"),
        ("new", [], "Multi-valued hyperparameters cannot be empty: new"),
    ):
        with pytest.raises(ValueError) as caught:
            hparams.add_hparam(name, value)
        assert str(caught.value) == message
    hparams.add_hparam("new", (1,))
    hparams.del_hparam("a")
    assert "new" in hparams
    assert "a" not in hparams


def test_defaults_have_the_type_of_the_value(hparams):
    assert (hparams.get("a"), hparams.get("a", 7), hparams.get("z", 7)) == (1, 1, 7)
    for name, default in (("a", "x"), ("a", [1]), ("e", [1.5])):
        with pytest.raises(ValueError, match=f"^Hparam '{name}' of type '.*' is incompatible with default="):
            hparams.get(name, default)


def test_json_and_text():
    hparams = tf.contrib.training.HParams(model_structure="net", b=[1, 2], a=0.5)
    assert hparams.to_json(sort_keys=True) == '{"a": 0.5, "b": [1, 2]}'
    assert hparams.parse_json('{"a": 2, "b": [7]}').values() == {"b": [7], "a": 2.0}
    assert str(hparams) == "b=[7],a=2.0"
    assert repr(hparams) == "HParams([('a', 2.0), ('b', [7])])"
    assert hparams.get_model_structure() == "net"
    with pytest.raises(NotImplementedError, match="use to_json"):
        hparams.to_proto()
