"""The files that come with the package are found in a checkout and in a wheel."""

from __future__ import annotations

from pathlib import Path

import pytest

from planner.data import resources
from planner.data.resources import resource_dir


def test_a_checkout_holds_them_beside_the_package() -> None:
    assert (resource_dir("data") / "accelerators.csv").is_file()
    assert (resource_dir("scenarios") / "tiny" / "scenario.yaml").is_file()


def test_a_wheel_holds_them_inside_the_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "site-packages" / "planner"
    (package / "_resources" / "data").mkdir(parents=True)
    (package.parent / "data").mkdir()  # what another distribution may have left there
    monkeypatch.setattr(resources, "_PACKAGE", package)
    assert resource_dir("data") == package / "_resources" / "data"
    with pytest.raises(FileNotFoundError, match="lacks its folder 'scenarios'"):
        resource_dir("scenarios")


def test_other_names_are_refused() -> None:
    with pytest.raises(ValueError, match="one of data, scenarios, got 'tests'"):
        resource_dir("tests")
