"""Record what TensorFlow 1.15.5 computes for the calls of `value_cases*.py`.

    python3.7 tests/golden/make_values.py

writes tests/golden/values.json, one call a line: `[api, args, kwargs, outcome]`, where the outcome is
`{"value": ...}` in the notation of `value_record`, or `{"error": [class, first line]}`. Arrays were fed
through placeholders, so that nothing was folded into constants; each call ran alone in a graph of its own.

TensorFlow's vector code and its scalar code for the rest of an array do not always agree (`sqrt(inf)` is NaN
in one and inf in the other). Calls that work entry by entry are made a second time with each entry alone;
where the two answers differ, the flat positions are listed as `"unsettled"` and not compared.
"""

from __future__ import annotations

import json
import os
import sys
import warnings
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
warnings.simplefilter("ignore")
HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent.parent))

import numpy as np  # noqa: E402
import tensorflow as tf  # noqa: E402

from tests.golden import value_cases_arrays, value_cases_math, value_cases_neural  # noqa: E402
from tests.golden.notation import SAMPLED, array_of, build_call, call_and_run, error_record, value_record  # noqa: E402
from tests.golden.value_cases import Dtype  # noqa: E402

tf.compat.v1.logging.set_verbosity(tf.compat.v1.logging.FATAL)

ALL = 100000
"""More entries than any array here has: all are written out."""

ENTRYWISE = ["unary", "binary", "casts", "gradients_of_entries"]


def all_cases():
    """Every case with whether it works entry by entry."""
    for module in (value_cases_math, value_cases_arrays, value_cases_neural):
        for name, group in vars(module).items():
            if callable(group) and getattr(group, "__module__", "") == module.__name__:
                for case in group():
                    yield case, name in ENTRYWISE


def argument_record(value):
    """An argument as JSON: arrays as `array_of` reads them, dtypes as `{"type": name}`, the rest as it is."""
    if isinstance(value, (np.ndarray, np.generic)):
        record = value_record(value, ALL)
        if value.size > SAMPLED and (value == value.flat[0]).all():
            record["data"] = record["data"][:1]
        return record
    if isinstance(value, Dtype):
        return {"type": value.name}
    if isinstance(value, list):
        return [argument_record(entry) for entry in value]
    return value


def outcome(api, args, kwargs):
    results = []
    error = error_record(lambda tf: results.append(call_and_run(tf, api, args, kwargs)), tf)
    return {"error": error} if error else {"value": value_record(results[0], ALL)}


def note_unsettled(api, args, kwargs, result):
    """Add to a result's records the positions at which the same call with one entry gives something else."""
    records = result["value"].get("list", [result["value"]])
    if not all(record["data"] and record["dtype"][:5] in ("float", "compl") for record in records):
        return
    if any(isinstance(arg, list) for arg in args):
        return
    arrays = [array_of(arg) for arg in args if isinstance(arg, dict) and "dtype" in arg]
    alone = one_by_one(api, args, kwargs, [np.broadcast_to(a, records[0]["shape"]).ravel() for a in arrays])
    for record, values in zip(records, alone):
        together = array_of(record).ravel()
        differ = [i for i, (a, b) in enumerate(zip(together, values)) if not alike(a, b)]
        if differ:
            record["unsettled"] = differ


def alike(a, b):
    """The same number but for rounding, with the same sign of zero."""
    close = np.isclose(a, b, rtol=float(4 * np.finfo(a.dtype).eps), atol=0, equal_nan=True)
    return close and (a != 0 or bool(np.signbit(a.real)) == bool(np.signbit(b.real)))


def one_by_one(api, args, kwargs, columns):
    """The results of a call made with arrays of one entry, for each of its results an array."""
    singles = [dict(arg, shape=[1], data=arg["data"][:1]) if "dtype" in str(arg) else arg for arg in args]
    with tf.Graph().as_default(), tf.Session() as session:
        result, places = build_call(tf, api, singles, kwargs)
        result = result if isinstance(result, list) else [result]
        rows = [session.run(result, dict(zip(places, zip(row)))) for row in zip(*columns)]
    return [np.concatenate(column) for column in zip(*rows)]


def main():
    rows, unsettled = [], 0
    for (api, args, kwargs), entrywise in all_cases():
        record = [argument_record(args), {key: argument_record(kwargs[key]) for key in sorted(kwargs)}]
        # what is compared must have gone through the file
        args, kwargs = json.loads(json.dumps(record))
        result = outcome(api, args, kwargs)
        if "No OpKernel" in str(result) or "not in list of allowed values" in str(result):
            print("skipped", api, [arg.get("dtype") for arg in args if isinstance(arg, dict)])
            continue
        if entrywise and "value" in result:
            note_unsettled(api, args, kwargs, result)
        unsettled += "unsettled" in str(result)
        rows.append(json.dumps([api, args, kwargs, result], separators=(",", ":")))
    (HERE / "values.json").write_text("[\n%s\n]\n" % ",\n".join(rows))
    print("%d calls (%d with unsettled entries), %d bytes" % (len(rows), unsettled, sum(map(len, rows))))


if __name__ == "__main__":
    main()
