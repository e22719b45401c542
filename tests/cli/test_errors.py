"""The boundary: whatever happens, one line, an exit code, and no traceback."""

from __future__ import annotations

import os
import subprocess
import sys
import warnings
from pathlib import Path

import pytest

import planner
from planner import CheckFailed, LimitReached, SolverError
from tests.cli.conftest import Planner


def _raising(error: BaseException, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*args: object) -> None:
        raise error

    monkeypatch.setattr("planner.cli.plan.read_study", fail)


def test_the_unexpected_is_one_line_and_1(command: Planner, monkeypatch: pytest.MonkeyPatch) -> None:
    _raising(ZeroDivisionError("divided\nby nothing"), monkeypatch)
    said = command("plan", "tiny")
    assert (said.code, said.out) == (1, "")
    assert said.err == (
        "planner: internal error: ZeroDivisionError: divided by nothing (a defect of planner; -vv shows where)\n"
    )
    found = command("plan", "tiny", "--json").json
    assert found["status"] == "internal_error"
    assert "ZeroDivisionError" in found["error"]["message"]


def test_vv_shows_where(command: Planner, monkeypatch: pytest.MonkeyPatch) -> None:
    _raising(ZeroDivisionError("by nothing"), monkeypatch)
    assert "Traceback" in command("plan", "tiny", "-vv").err
    assert "Traceback" not in command("plan", "tiny", "-v").err


@pytest.mark.parametrize(
    ("error", "code", "word"),
    [
        (KeyboardInterrupt(), 130, "interrupted"),
        (LimitReached("no plan was found before the search ended (interrupted)", "interrupted"), 130, "no plan"),
        (LimitReached("no plan was found before the search ended (time_limit)", "time_limit"), 6, "no plan"),
        (CheckFailed("the independent check disagrees"), 1, "disagrees"),
        (SolverError("HiGHS failed"), 1, "HiGHS failed"),
        (MemoryError(), 1, "out of memory"),
        (PermissionError(13, "Permission denied", "/x/plan.nc"), 1, "Permission denied: /x/plan.nc"),
        (RecursionError("too deep"), 1, "too deep"),
    ],
)
def test_each_error_has_its_code(
    command: Planner, monkeypatch: pytest.MonkeyPatch, error: BaseException, code: int, word: str
) -> None:
    _raising(error, monkeypatch)
    said = command("plan", "tiny")
    assert (said.code, said.out) == (code, "")
    assert word in said.err
    assert "Traceback" not in said.err
    assert command("plan", "tiny", "--json").json["error"]["message"]


def test_warnings_of_libraries_do_not_leak(command: Planner, monkeypatch: pytest.MonkeyPatch) -> None:
    from planner.cli import plan

    read = plan.read_study

    def warn(*args: object) -> object:
        warnings.warn("something is deprecated", DeprecationWarning, stacklevel=1)
        warnings.warn("something is odd", UserWarning, stacklevel=1)
        return read(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(plan, "read_study", warn)
    assert command("plan", "tiny", "-q").err == ""


def test_a_closed_pipe_is_no_traceback(tmp_path: Path) -> None:
    env = os.environ | {"PYTHONPATH": str(Path(planner.__file__).parents[1])}
    listing = subprocess.Popen(
        [sys.executable, "-m", "planner", "list"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=env, cwd=tmp_path
    )
    assert listing.stdout is not None
    assert listing.stderr is not None
    listing.stdout.close()
    assert b"Traceback" not in listing.stderr.read()
    listing.stderr.close()
    listing.wait(60)


def test_text_that_the_terminal_cannot_show_is_no_error(tmp_path: Path) -> None:
    env = os.environ | {"PYTHONPATH": str(Path(planner.__file__).parents[1]), "PYTHONIOENCODING": "ascii"}
    (tmp_path / "odd").mkdir()
    (tmp_path / "odd" / "scenario.yaml").write_text(
        "format: 1\nname: odd\ntitle: Žluťoučký\nextends: tiny\n", encoding="utf-8"
    )
    said = subprocess.run(
        [sys.executable, "-m", "planner", "validate", "odd"], capture_output=True, env=env, cwd=tmp_path, check=False
    )
    assert (said.returncode, said.stderr) == (0, b"")
    assert b"odd: valid" in said.stdout
