from __future__ import annotations

import json
import logging
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from planner.cli.app import run


@dataclass(frozen=True)
class Said:
    """What a call of the command said, and its exit code."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, Any]:
        """Stdout, which must be one JSON object and nothing else."""
        assert self.out.count("\n") == 1
        found = json.loads(self.out)
        assert isinstance(found, dict)
        return found


Planner = Callable[..., Said]


@pytest.fixture(autouse=True)
def _leave_no_trace() -> Iterator[None]:
    """The command sets up logging and warnings for its process; other tests want theirs back."""
    log = logging.getLogger("planner")
    before = (log.handlers[:], log.level, log.propagate)
    with warnings.catch_warnings():
        yield
    log.handlers[:], log.level, log.propagate = before


@pytest.fixture
def command(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Planner:
    """Calls the command in this process, in an empty folder."""
    monkeypatch.chdir(tmp_path)

    def call(*args: object) -> Said:
        capsys.readouterr()
        code = run([str(arg) for arg in args])
        found = capsys.readouterr()
        return Said(code, found.out, found.err)

    return call
