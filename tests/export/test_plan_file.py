"""A plan's file: the same plan after reading, the same bytes twice, the old file if writing fails."""

from __future__ import annotations

import os
import random
from pathlib import Path
from typing import Any

import pytest
import xarray as xr

import planner
from planner import InputError, Plan

NAMES = ("rich", "bare", "idle", "tiny", "campus", "early")


@pytest.mark.parametrize("name", NAMES)
def test_a_plan_survives_its_file(plans: dict[str, Plan], name: str, tmp_path: Path) -> None:
    plan = plans[name]
    again = planner.open_plan(plan.to_netcdf(tmp_path / "plan.nc"))
    xr.testing.assert_identical(plan.data, again.data)
    assert {v: x.dtype for v, x in plan.data.variables.items()} == {v: x.dtype for v, x in again.data.variables.items()}
    assert {k: type(v) for k, v in plan.data.attrs.items()} == {k: type(v) for k, v in again.data.attrs.items()}
    assert again.inputs.hash == plan.inputs.hash == plan.data.attrs["inputs_hash"]


def test_the_same_plan_gives_the_same_bytes(plans: dict[str, Plan], tmp_path: Path) -> None:
    one, two = (plans["rich"].to_netcdf(tmp_path / name).read_bytes() for name in ("one.nc", "two.nc"))
    assert one == two


def test_long_text_of_any_attribute_survives(plans: dict[str, Plan], tmp_path: Path) -> None:
    data = plans["bare"].data.copy()
    data.attrs = data.attrs | {"check_notices": "é" * 100_000}
    again = planner.open_plan(Plan(data).to_netcdf(tmp_path / "plan.nc"))
    assert again.data.attrs["check_notices"] == "é" * 100_000


def test_writing_does_not_change_the_plan(plans: dict[str, Plan], tmp_path: Path) -> None:
    before = plans["tiny"].data.copy(deep=True)
    plans["tiny"].to_netcdf(tmp_path / "plan.nc")
    xr.testing.assert_identical(before, plans["tiny"].data)


def test_a_failing_write_leaves_the_old_file(
    plans: dict[str, Plan], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = plans["tiny"].to_netcdf(tmp_path / "plan.nc")
    before = target.read_bytes()

    def half(self: xr.Dataset, path: Path, **options: Any) -> None:
        Path(path).write_bytes(b"half a plan")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(xr.Dataset, "to_netcdf", half)
    with pytest.raises(OSError, match="No space"):
        plans["tiny"].to_netcdf(target)
    assert target.read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["plan.nc"]


def test_colleagues_can_read_the_file(plans: dict[str, Plan], tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        assert plans["tiny"].to_netcdf(tmp_path / "plan.nc").stat().st_mode & 0o777 == 0o644
    finally:
        os.umask(before)


def test_what_is_no_plan_is_refused(plans: dict[str, Plan], tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there is no such plan file"):
        planner.open_plan(tmp_path / "none.nc")
    (tmp_path / "text.nc").write_text("not netCDF")
    with pytest.raises(InputError, match="no readable netCDF"):
        planner.open_plan(tmp_path / "text.nc")
    xr.Dataset({"a": 1}).to_netcdf(tmp_path / "other.nc", engine="h5netcdf")
    with pytest.raises(InputError, match="holds no plan: inputs, status, objective_musd missing"):
        planner.open_plan(tmp_path / "other.nc")


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # h5netcdf's half-opened file
def test_a_damaged_plan_is_refused_in_words(plans: dict[str, Plan], tmp_path: Path) -> None:
    whole = plans["tiny"].to_netcdf(tmp_path / "plan.nc").read_bytes()
    refused = 0
    for seed in range(20):
        draw = random.Random(seed)
        damaged = bytearray(whole)
        for _ in range(100):
            damaged[draw.randrange(len(damaged))] ^= 0xFF
        (tmp_path / "damaged.nc").write_bytes(damaged)
        try:
            planner.open_plan(tmp_path / "damaged.nc")
        except InputError as error:
            assert "not_a_plan" in str(error)
            refused += 1
    assert refused > 10


def test_methods_are_bound_with_the_public_names(plans: dict[str, Plan], tmp_path: Path) -> None:
    assert plans["bare"].to_excel(tmp_path / "plan.xlsx").is_file()
    assert len(plans["bare"].to_csv(tmp_path / "tables")) == 23
