"""tools/environment.py: when it makes an environment, when it installs, and when it leaves things alone."""

from __future__ import annotations

import pytest

from tools import environment


@pytest.fixture
def venv(tmp_path, monkeypatch):
    """A place for an environment, and the log of what would have been done there."""
    done = []
    monkeypatch.setattr(environment, "make", lambda venv: done.append("make"))
    monkeypatch.setattr(environment, "install", lambda venv, extras: done.append(extras))
    monkeypatch.setattr(environment, "ROOT", tmp_path)
    (tmp_path / "pyproject.toml").write_text("one", encoding="utf-8")
    return tmp_path / ".venv", done


def test_first_time_then_nothing(venv):
    place, done = venv
    environment.main(place, ["demo"])
    environment.main(place, ["demo"])
    assert done == ["make", ["demo"]]


def test_another_extra_is_added(venv):
    place, done = venv
    for extra in ("test", "demo", "test"):
        environment.main(place, [extra])
    assert done == ["make", ["test"], ["demo", "test"]]


def test_changed_project_is_installed_anew(venv):
    place, done = venv
    environment.main(place, ["demo"])
    (environment.ROOT / "pyproject.toml").write_text("two", encoding="utf-8")
    environment.main(place, ["test"])
    assert done == ["make", ["demo"], ["demo", "test"]]


def test_another_interpreter_starts_over(venv, monkeypatch):
    place, done = venv
    environment.main(place, ["demo"])
    (place / "left over").touch()
    monkeypatch.setattr(environment.sys, "base_prefix", "/another/python")
    environment.main(place, ["test"])
    assert done == ["make", ["demo"], "make", ["test"]]
    assert not (place / "left over").exists()


def test_interrupted_install_starts_over(venv, monkeypatch):
    place, done = venv

    def interrupt(venv, extras):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(environment, "install", interrupt)
        with pytest.raises(KeyboardInterrupt):
            environment.main(place, ["demo"])
    environment.main(place, ["demo"])
    assert done == ["make", "make", ["demo"]]


def test_anothers_environment_is_left_alone(venv):
    place, done = venv
    place.mkdir()
    with pytest.raises(SystemExit, match="did not make it, so it is left alone"):
        environment.main(place, ["demo"])
    assert done == []


def test_without_ensurepip_and_pip_it_says_what_to_install(monkeypatch, tmp_path):
    monkeypatch.setattr(environment, "can_import", lambda *modules: False)
    with pytest.raises(SystemExit, match=r"sudo apt install python3\.\d+-venv"):
        environment.make(tmp_path / ".venv")
