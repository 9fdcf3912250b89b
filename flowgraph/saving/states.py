"""Which checkpoints a folder has: the file `checkpoint` beside them, and what is asked of it."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from flowgraph import errors, protos
from flowgraph.formats.old_checkpoint import files_of
from flowgraph.formats.whole import write_whole
from flowgraph.platform import logs

STATE_FILE = "checkpoint"


def generate_checkpoint_state_proto(
    save_dir: Any,
    model_checkpoint_path: Any,
    all_model_checkpoint_paths: Sequence[Any] | None = None,
    all_model_checkpoint_timestamps: Sequence[float] | None = None,
    last_preserved_timestamp: float | None = None,
) -> Any:
    """A CheckpointState message; paths in relative folders are written relative to it.

    Args:
      save_dir: the folder in which the state will be.
      model_checkpoint_path: the newest checkpoint.
      all_model_checkpoint_paths: all that are kept, the oldest first; the newest is added if it is missing.
      all_model_checkpoint_timestamps: when they were made, in seconds since 1970.
      last_preserved_timestamp: when the last checkpoint was made that is kept for ever.

    Raises:
      ValueError: there are not as many timestamps as checkpoints.
    """
    paths = [os.fspath(path) for path in all_model_checkpoint_paths or []]
    newest = os.fspath(model_checkpoint_path)
    if not paths or paths[-1] != newest:
        logs.info("%s is not in all_model_checkpoint_paths. Manually adding it.", newest)
        paths.append(newest)
    times = list(all_model_checkpoint_timestamps or [])
    if times and len(times) != len(paths):
        raise ValueError(
            "Checkpoint timestamps, if provided, must match checkpoint paths (got paths "
            f"{paths} and timestamps {times})"
        )
    if not os.path.isabs(save_dir):  # paths below a relative folder are relative to that, not to the process's
        newest, *paths = (os.path.relpath(p, save_dir) if not os.path.isabs(p) else p for p in (newest, *paths))
    return protos.message("CheckpointState")(
        model_checkpoint_path=newest,
        all_model_checkpoint_paths=paths,
        all_model_checkpoint_timestamps=times,
        last_preserved_timestamp=last_preserved_timestamp,
    )


def update_checkpoint_state(
    save_dir: Any,
    model_checkpoint_path: Any,
    all_model_checkpoint_paths: Sequence[Any] | None = None,
    latest_filename: str | None = None,
    all_model_checkpoint_timestamps: Sequence[float] | None = None,
    last_preserved_timestamp: float | None = None,
) -> None:
    """Write which checkpoint is the newest into the file `checkpoint` of a folder, whole or not at all.

    Args:
      latest_filename: another name for that file.
      save_dir, model_checkpoint_path, all_model_checkpoint_paths, all_model_checkpoint_timestamps,
        last_preserved_timestamp: see `tf.train.generate_checkpoint_state_proto`.

    Raises:
      RuntimeError: the path of the newest checkpoint is that of the file.
    """
    write_state(
        save_dir, model_checkpoint_path, all_model_checkpoint_paths, latest_filename, all_model_checkpoint_timestamps,
        last_preserved_timestamp,
    )  # fmt: skip


def write_state(
    save_dir: Any,
    newest: Any,
    paths: Sequence[Any] | None = None,
    latest_filename: str | None = None,
    times: Sequence[float] | None = None,
    last_preserved: float | None = None,
    relative: bool = False,
) -> None:
    """As `update_checkpoint_state`; with `relative` the file may be moved together with the checkpoints."""
    from google.protobuf import text_format

    file = os.path.join(save_dir, latest_filename or STATE_FILE)
    newest = os.fspath(newest)
    if relative:
        newest = os.path.relpath(newest, save_dir) if os.path.isabs(newest) else newest
        paths = [os.path.relpath(p, save_dir) if os.path.isabs(p) else p for p in paths or []]
    state = generate_checkpoint_state_proto(save_dir, newest, paths, times, last_preserved)
    if file == state.model_checkpoint_path:
        raise RuntimeError(
            f"Save path '{newest}' conflicts with path used for checkpoint state.  Please use a different save path."
        )
    write_whole(file, text_format.MessageToString(state).encode())


def get_checkpoint_state(checkpoint_dir: Any, latest_filename: str | None = None) -> Any:
    """What the file `checkpoint` of a folder says, as a CheckpointState; None if there is none, or it cannot be read.

    Paths in it that are relative are made relative to the folder's own.

    Raises:
      ValueError: it does not say which checkpoint is the newest.
    """
    from google.protobuf import text_format

    file = os.path.join(checkpoint_dir, latest_filename or STATE_FILE)
    state = protos.message("CheckpointState")()
    try:
        with open(file, encoding="utf-8") as stream:
            text_format.Parse(stream.read(), state)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, UnicodeDecodeError) as error:
        logs.warning("%s: %s", type(error).__name__, error)
        logs.warning("%s: Checkpoint ignored", file)
        return None
    except text_format.ParseError as error:
        logs.warning("%s: %s", type(error).__name__, error)
        logs.warning("%s: Checkpoint ignored", file)
        return None
    if not state.model_checkpoint_path:
        raise ValueError(f"Invalid checkpoint state loaded from {checkpoint_dir}")
    state.model_checkpoint_path = os.path.join(checkpoint_dir, state.model_checkpoint_path)
    for i, path in enumerate(state.all_model_checkpoint_paths):
        state.all_model_checkpoint_paths[i] = os.path.join(checkpoint_dir, path)
    return state


def latest_checkpoint(checkpoint_dir: Any, latest_filename: str | None = None) -> str | None:
    """The path of the newest checkpoint in a folder; None if it has none.

    Args:
      checkpoint_dir: the folder.
      latest_filename: another name for the file `checkpoint`.
    """
    state = get_checkpoint_state(checkpoint_dir, latest_filename)
    if state is None:
        return None
    path: str = state.model_checkpoint_path
    if checkpoint_exists(path):
        return path
    logs.error("Couldn't match files for checkpoint %s", path)
    return None


def checkpoint_exists(checkpoint_prefix: Any) -> bool:
    """Whether there is a checkpoint of either version with this path.

    Raises:
      NotFoundError: there is not even its folder.
      FailedPreconditionError: what should be its folder is a file.
    """
    prefix = os.fspath(checkpoint_prefix)
    _demand_folder(prefix)
    return os.path.isfile(f"{prefix}.index") or bool(files_of(prefix))


def get_checkpoint_mtimes(checkpoint_prefixes: Iterable[Any]) -> list[float]:
    """When checkpoints were written, in whole seconds since 1970; those that are not there are left out.

    Raises:
      NotFoundError: there is not even the folder of one.
    """
    found = []
    for prefix in map(os.fspath, checkpoint_prefixes):
        _demand_folder(prefix)
        file = f"{prefix}.index"
        files = [file] if os.path.isfile(file) else files_of(prefix)
        found += [float(int(os.path.getmtime(name))) for name in files[:1]]
    return found


def _demand_folder(prefix: str) -> None:
    folder = os.path.dirname(prefix)
    if folder and os.path.isfile(folder):
        raise errors.FailedPreconditionError(None, None, f"{folder}; Not a directory")
    if folder and not os.path.isdir(folder):
        raise errors.NotFoundError(None, None, f"{folder}; No such file or directory")


def remove_checkpoint(
    checkpoint_prefix: Any, checkpoint_format_version: int = 2, meta_graph_suffix: str = "meta"
) -> None:
    """Delete the files of a checkpoint, its meta graph too.

    Args:
      checkpoint_prefix: its path.
      checkpoint_format_version: 1 or 2, as in SaverDef.
      meta_graph_suffix: how the name of its meta graph ends.
    """
    prefix = os.fspath(checkpoint_prefix)
    _remove([meta_graph_filename(prefix, meta_graph_suffix)])
    if checkpoint_format_version == 2:
        remove_values(prefix)
    else:
        _remove(name for name in files_of(prefix) if os.path.isfile(name))


def remove_values(prefix: str) -> None:
    """Delete a checkpoint of version 2, and leave its meta graph."""
    _remove([f"{prefix}.index"])  # first: without it there is no checkpoint, never half of one
    _remove(_data_files(prefix))


def _remove(names: Iterable[str]) -> None:
    for name in names:
        try:
            os.unlink(name)
        except (FileNotFoundError, NotADirectoryError):
            continue


def _data_files(prefix: str) -> list[str]:
    import glob

    return sorted(glob.glob(f"{glob.escape(prefix)}.data-?????-of-?????"))


def meta_graph_filename(checkpoint_filename: str, meta_graph_suffix: str = "meta") -> str:
    """The name of the meta graph beside a checkpoint.

    >>> meta_graph_filename("model-3"), meta_graph_filename("model-?????-of-00002")
    ('model-3.meta', 'model.meta')
    """
    import re

    return re.sub(r"-[\d\?]+-of-\d+$", "", checkpoint_filename) + f".{meta_graph_suffix}"


def checkpoints_iterator(
    checkpoint_dir: Any,
    min_interval_secs: float = 0,
    timeout: float | None = None,
    timeout_fn: Callable[[], bool] | None = None,
) -> Iterator[str]:
    """The newest checkpoint of a folder, again and again as new ones come; it waits for them.

    Args:
      checkpoint_dir: the folder.
      min_interval_secs: how many seconds at least lie between two.
      timeout: for how many seconds to wait for a new one; None: for ever.
      timeout_fn: called when that time is over; whether to stop then. By default it stops.
    """
    path = None
    while True:
        found = wait_for_new_checkpoint(checkpoint_dir, path, timeout=timeout)
        if found is None:
            if not timeout_fn:
                logs.info("Timed-out waiting for a checkpoint.")
                return
            if timeout_fn():
                return
            continue
        start, path = time.time(), found
        yield path
        time.sleep(max(0.0, start + min_interval_secs - time.time()))


def wait_for_new_checkpoint(
    checkpoint_dir: Any, last_checkpoint: str | None = None, seconds_to_sleep: float = 1, timeout: float | None = None
) -> str | None:
    """Wait until a folder has a checkpoint other than `last_checkpoint`; None when `timeout` seconds are over."""
    logs.info("Waiting for new checkpoint at %s", checkpoint_dir)
    end = None if timeout is None else time.time() + timeout
    while True:
        path = latest_checkpoint(checkpoint_dir)
        if path is not None and path != last_checkpoint:
            logs.info("Found new checkpoint at %s", path)
            return path
        if end is not None and time.time() + seconds_to_sleep > end:
            return None
        time.sleep(seconds_to_sleep)
