"""The worked example of planner/model/README.md is run as it stands: one new file and one more room."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import planner
from planner.core.declare import Room
from planner.model.assemble import assemble
from planner.model.mathbook import mathbook
from planner.model.rooms import ROOMS
from tests.golden.writer import equation_text

README = Path(planner.__file__).parent / "model" / "README.md"
YEAR_MWH = 1.0 * 1.25 * 0.8 * 8766  # 1,000 accelerators of 1 kW at PUE 1.25 and an average draw of 0.8
GAS, GRID = (40.0, 500.0), (80.0, 100.0)  # USD/MWh, kg/MWh
EARNED = 1000 * 0.5 * 0.01 * 12  # M$ a year, at the year's start


@pytest.fixture(scope="module")
def rooms() -> Iterator[tuple[Room, ...]]:
    """The rooms with the example's before the last one."""
    (code,) = re.findall(r"^```python\n(.*?)^```$", README.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    module = ModuleType("carbon")
    sys.modules["carbon"] = module  # dataclasses and docstrings are looked up by the module's name
    exec(compile(code, str(README), "exec"), vars(module))
    yield (*ROOMS[:-1], module.ROOM, ROOMS[-1])
    del sys.modules["carbon"]


def _scenario(caps: list[dict[str, Any]]) -> dict[str, Any]:
    source = {"site": "alpha", "existing_mw": 2, "max_mw": 2}
    return {
        "name": "carbon",
        "calendar": {"start": "2026-01", "periods": [12, 6, 6], "tail_months": 0},
        "finance": {"discount_rate": 0, "average_draw": 0.8, "terminal_value": "none"},
        "power": {"fabric_draw_share": 0},
        "solve": {"gap": 0},
        "tables": {
            "sites": [{"site": "alpha", "pue": 1.25}],
            "accelerators": [
                {"accelerator": "x1", "bf16_dense_tflops": 1000, "provisioned_kw": 1, "orderable": False},
            ],
            "fleet": [
                {
                    "site": "alpha", "accelerator": "x1", "count": 1000, "status": "existing",
                    "in_service_from": "2025-01",
                },
            ],
            "power_sources": [
                {**source, "power_source": "gas", "energy_usd_per_mwh": GAS[0]},
                {**source, "power_source": "grid", "energy_usd_per_mwh": GRID[0]},
            ],
            "carbon_intensity": [
                {"site": "alpha", "power_source": "gas", "kg_per_mwh": GAS[1]},
                {"site": "alpha", "power_source": "grid", "kg_per_mwh": GRID[1]},
            ],
            "carbon_caps": caps,
            "streams": [{"stream": "work", "mfu": 0.5, "eligible": ["x1"]}],
            "stream_segments": [{"stream": "work", "up_to_pflops": 1000, "musd_per_pflops_month": 0.01}],
        },
    }  # fmt: skip


def _cost(gas_mwh: float) -> float:
    """M$ of a year's energy if so much of it is gas."""
    return (GAS[0] * gas_mwh + GRID[0] * (YEAR_MWH - gas_mwh)) / 1e6


def _emitted(gas_mwh: float) -> float:
    return (GAS[1] * gas_mwh + GRID[1] * (YEAR_MWH - gas_mwh)) / 1e3


def test_the_cap_binds_in_its_year_and_only_there(rooms: tuple[Room, ...]) -> None:
    """2,000 t in 2026: 0.5 g + 0.1 (8766 - g) = 2000; 2027 has no cap and burns gas alone."""
    gas = (2000 - 0.1 * YEAR_MWH) / 0.4
    study = planner.load(_scenario([{"fiscal_year": 2026, "cap_tco2": 2000}]), rooms=rooms)
    plan = study.solve()
    assert plan.objective_musd == pytest.approx(2 * EARNED - _cost(gas) - _cost(YEAR_MWH), rel=1e-9)
    emissions = plan.data["emissions_tco2"]
    assert emissions.dims == ("fiscal_year",)
    assert emissions.attrs == {"units": "t", "long_name": "CO2 of the energy bought"}
    assert emissions.sel(fiscal_year=2026) == pytest.approx(2000)
    assert emissions.sel(fiscal_year=2027) == pytest.approx(_emitted(YEAR_MWH))
    assert "carbon_excess_tco2" not in plan.data
    looser = study.with_({"carbon_caps.2026.cap_tco2": "*2"}).solve()
    assert looser.objective_musd == pytest.approx(2 * EARNED - _cost((4000 - 0.1 * YEAR_MWH) / 0.4) - _cost(YEAR_MWH))


def test_a_priced_cap_is_broken_where_that_is_cheaper(rooms: tuple[Room, ...]) -> None:
    """A MWh of grid instead of gas costs 40 USD and saves 0.4 t: 100 USD a t. At 90 gas is burnt, at 110 not."""
    caps = [{"fiscal_year": year, "cap_tco2": 2000, "price_usd_per_tco2": 90} for year in (2026, 2027)]
    cheap = planner.load(_scenario(caps), rooms=rooms).solve()
    excess = _emitted(YEAR_MWH) - 2000
    assert cheap.data["carbon_excess_tco2"].values == pytest.approx([excess, excess])
    assert cheap.objective_musd == pytest.approx(2 * (EARNED - _cost(YEAR_MWH) - 90e-6 * excess), rel=1e-9)
    fine = pytest.approx(90e-6 * excess)
    assert _lines(cheap, "carbon") == [("penalty", "2026", "2026-01", fine), ("penalty", "2027", "2027-01", fine)]
    dear = planner.load(_scenario([row | {"price_usd_per_tco2": 110} for row in caps]), rooms=rooms).solve()
    assert dear.data["carbon_excess_tco2"].values == pytest.approx([0, 0], abs=1e-6)


def _lines(plan: planner.Plan, part: str) -> list[tuple[str, str, str, float]]:
    data = plan.data.where(plan.data["line_part"] == part, drop=True)
    columns = (data[name].values.tolist() for name in ("line_kind", "line_where", "line_date", "ledger_musd"))
    return list(zip(*columns, strict=True))


def test_the_independent_check_says_what_it_did_not_derive(rooms: tuple[Room, ...], tmp_path: Path) -> None:
    caps = [{"fiscal_year": 2026, "cap_tco2": 2000, "price_usd_per_tco2": 90}]
    plan = planner.load(_scenario(caps), rooms=rooms).solve()
    assert plan.checked
    assert json.loads(plan.data.attrs["check_notices"]) == [
        "not re-checked: C1", "ledger lines taken as the plan states them: penalty carbon",
    ]  # fmt: skip
    again = planner.open_plan(plan.to_netcdf(tmp_path / "plan.nc"))
    assert again.data["emissions_tco2"].identical(plan.data["emissions_tco2"])


def test_an_impossible_cap_is_named(rooms: tuple[Room, ...]) -> None:
    """Even the grid alone emits 876.6 t a year, and the stream's floor needs it all."""
    scenario = _scenario([{"fiscal_year": 2026, "cap_tco2": 800}])
    scenario["tables"]["streams"][0] |= {"floor_pflops": 500}
    with pytest.raises(planner.InfeasibleError, match=r"carbon cap of 2026 \(C1\): short by 76\.6 t"):
        planner.load(scenario, rooms=rooms).solve()


def _problems(rooms: tuple[Room, ...], scenario: dict[str, Any]) -> list[str]:
    with pytest.raises(planner.InputError) as raised:
        planner.load(scenario, rooms=rooms)
    return [str(problem) for problem in raised.value.problems]


def test_its_inputs_are_held_to_their_declarations(rooms: tuple[Room, ...]) -> None:
    scenario = _scenario([{"fiscal_year": 2026, "cap_tco2": "a lot"}, {"fiscal_year": 2031, "cap_tco2": 1}])
    intensity = scenario["tables"]["carbon_intensity"]
    intensity[0]["power_source"] = "gaz"
    intensity[1]["kg_per_mwh"] = -1
    intensity[1]["kg_per_mhw"] = 1
    found = "\n".join(_problems(rooms, scenario))
    for expected in (
        "carbon_caps.2026.cap_tco2: must be a number, got a lot [not_a_number]",
        "carbon_caps.2031.fiscal_year: must lie in 2026 to 2027, the horizon's years, got 2031 [cap_inside_horizon]",
        "names no row of power_sources, got gaz (did you mean gas?) [unknown_reference]",
        "carbon_intensity.alpha.grid.kg_per_mwh: must be at least 0 kg/MWh, got -1",
        "(did you mean kg_per_mwh?)",
    ):
        assert expected in found


def test_an_unknown_intensity_is_not_zero(rooms: tuple[Room, ...]) -> None:
    scenario = _scenario([{"fiscal_year": 2026, "cap_tco2": 1}])
    del scenario["tables"]["carbon_intensity"][1]
    (problem,) = _problems(rooms, scenario)
    assert problem == (
        "carbon_caps.2026.cap_tco2: needs the carbon intensity of alpha.grid: unknown is not zero [intensity_known]"
    )


def test_rules_are_left_out_while_what_they_read_is_not_sound(rooms: tuple[Room, ...]) -> None:
    scenario = _scenario([{"fiscal_year": 2031, "cap_tco2": 1}])
    scenario["calendar"]["start"] = "soon"
    (problem,) = _problems(rooms, scenario)
    assert problem.startswith("calendar.start: ")


def test_its_equation_is_written_like_any_other(rooms: tuple[Room, ...]) -> None:
    study = planner.load(_scenario([{"fiscal_year": 2027, "cap_tco2": 2000}]), rooms=rooms)
    room = rooms[-2]
    text = equation_text(assemble(study.case, rooms), study.case, room, room.equations[0])
    assert text == (
        "C1[2027]: 0.5 energy[alpha.gas,1] + 0.5 energy[alpha.gas,2]"
        " + 0.1 energy[alpha.grid,1] + 0.1 energy[alpha.grid,2] <= 2000\n"
    )


def test_it_stands_in_the_page_of_mathematics(rooms: tuple[Room, ...]) -> None:
    book = mathbook(rooms)
    assert "## Carbon: what the energy of a fiscal year emits stays below a cap" in book
    assert "(C1) emitted[y] <= cap_tco2[y] + excess_carbon[y]" in book
    assert "| C1 | emissions fit the cap | fiscal_year | t | `carbon.emissions_fit_cap` |" in book
    assert "| `kg_per_mwh` | number | kg/MWh | required | >= 0 | CO2 of a MWh at the meter |" in book
    assert "| `emissions_tco2` | fiscal_year | t | CO2 of the energy bought | `emitted` |" in book


def test_a_scenario_without_its_tables_is_planned_as_before(rooms: tuple[Room, ...]) -> None:
    scenario = _scenario([])
    del scenario["tables"]["carbon_caps"], scenario["tables"]["carbon_intensity"]
    plain, more = planner.load(scenario).solve(), planner.load(scenario, rooms=rooms).solve()
    assert more.objective_musd == plain.objective_musd
    assert set(more.data) == set(plain.data)
