"""What stands in the way of `--out` is said before the search."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Planner


@pytest.mark.parametrize(("name", "folder"), [("plan.nc", True), ("plan.xlsx", True), ("tables", False)])
def test_something_of_the_wrong_kind_stands_in_the_way(
    command: Planner, tmp_path: Path, name: str, folder: bool
) -> None:
    if folder:
        (tmp_path / name).mkdir()
    else:
        (tmp_path / name).write_text("in the way")
    said = command("plan", "tiny", "--out", tmp_path)
    assert said.code == 2
    assert f"{name} stands in the way" in said.err
