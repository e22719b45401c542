"""`planner check`, `export`, `list`, `new`, `reference`."""

from __future__ import annotations

from pathlib import Path

import pytest

import planner
from planner import Plan
from tests.cli.conftest import Planner


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A saved plan of `tiny`."""
    return planner.load("tiny").solve().to_netcdf(tmp_path_factory.mktemp("saved") / "plan.nc")


def test_check_passes_a_sound_plan(command: Planner, saved: Path) -> None:
    said = command("check", saved)
    assert (said.code, said.err) == (0, "")
    assert said.out.startswith("check passed")
    found = command("check", saved, "--json").json
    assert (found["checked"], found["findings"], found["study"]) == (True, [], "tiny")


def test_check_finds_a_doctored_plan(command: Planner, saved: Path, tmp_path: Path) -> None:
    data = planner.open_plan(saved).data
    data["order"][:] = data["order"] * 2
    said = command("check", Plan(data).to_netcdf(tmp_path / "doctored.nc"), "--json")
    assert said.code == 1
    assert said.json["checked"] is False
    assert {"equation", "where", "excess", "unit", "message"} == set(said.json["findings"][0])
    assert "check failed" in command("check", tmp_path / "doctored.nc").out


def test_check_refuses_half_a_plan(command: Planner, saved: Path, tmp_path: Path) -> None:
    data = planner.open_plan(saved).data
    (tmp_path / "text.nc").write_text("no netCDF")
    Plan(data.assign_attrs(inputs="{}")).to_netcdf(tmp_path / "half.nc")
    for name in ("none.nc", "text.nc", "half.nc"):
        said = command("check", tmp_path / name)
        assert (said.code, said.out) == (3, ""), name
        assert name in said.err


def test_export_writes_a_workbook_or_tables(command: Planner, saved: Path, tmp_path: Path) -> None:
    said = command("export", saved, "--to", tmp_path / "book.xlsx")
    assert (said.code, said.out) == (0, f"{tmp_path / 'book.xlsx'}\n")
    assert (tmp_path / "book.xlsx").read_bytes()[:2] == b"PK"
    found = command("export", saved, "--to", f"{tmp_path}/tables/", "--json").json
    assert len(found["files"]) == 23
    assert all(Path(file).is_file() for file in found["files"])
    (tmp_path / "with.dot").mkdir()
    assert command("export", saved, "--to", tmp_path / "with.dot").code == 0
    assert (tmp_path / "with.dot" / "orders.csv").is_file()


def test_export_hands_out_the_plan(command: Planner, saved: Path, tmp_path: Path) -> None:
    found = command("export", saved, "--to", tmp_path / "shares", "--allocation", "--json").json
    assert [Path(file).name for file in found["files"]] == ["months.csv", "quotas.csv", "memo-research.md"]
    said = command("export", saved, "--to", f"{tmp_path}/shares/", "--allocation", "--at", "2026-08",
                   "--resource", "x1=example.com/chip")  # fmt: skip
    assert (said.code, said.out.splitlines()[-1]) == (0, str(tmp_path / "shares" / "kueue-2026-08.yaml"))
    assert 'name: "example.com/chip"' in (tmp_path / "shares" / "kueue-2026-08.yaml").read_text()
    assert not (tmp_path / "shares" / "orders.csv").exists()


@pytest.mark.parametrize(
    ("options", "code", "says"),
    [
        (("--to", "a.xlsx", "--allocation"), 2, "--allocation takes a folder"),
        (("--to", "a/", "--at", "2026-08"), 2, "--at goes with --allocation"),
        (("--to", "a/", "--allocation", "--resource", "nvidia.com/gpu"), 2, "--resource goes with --at"),
        (("--to", "a/", "--allocation", "--at", "August"), 2, "a month is written YYYY-MM"),
        (("--to", "a/", "--allocation", "--at", "2031-01"), 3, "the plan is from 2026-01 to 2027-12"),
        (("--to", "a/", "--allocation", "--at", "2026-08", "--resource", "gpu"), 2, "neither NAME/RESOURCE"),
        (("--to", "a/", "--allocation", "--at", "2026-08", "--resource", "x2=a.b/c"), 2, "the plan has no type x2"),
    ],
)
def test_export_says_what_does_not_go_together(
    command: Planner, saved: Path, tmp_path: Path, options: tuple[str, ...], code: int, says: str
) -> None:
    said = command("export", saved, *options)
    assert said.code == code
    assert says in " ".join(said.err.split())
    assert not (tmp_path / "a").exists()


def test_export_of_something_else_is_usage(command: Planner, saved: Path) -> None:
    assert command("export", saved, "--to", "plan.pdf").code == 2
    said = command("export", saved, "--to", "")
    assert said.code == 2 and "an empty name" in said.err
    assert command("export", saved).code == 2
    assert command("export", "none.nc", "--to", "x.xlsx").code == 3


@pytest.mark.parametrize("options", [("--to", "file/"), ("--to", "file/a.xlsx"), ("--to", "file/", "--allocation")])
def test_export_to_what_cannot_be_written(
    command: Planner, saved: Path, tmp_path: Path, options: tuple[str, ...]
) -> None:
    (tmp_path / "file").touch()
    said = command("export", saved, *options)
    assert said.code == 2
    assert "cannot be written" in said.err
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_a_plan_that_failed_its_check_is_not_exported(command: Planner, saved: Path, tmp_path: Path) -> None:
    data = planner.open_plan(saved).data.assign_attrs(checked=0)
    said = command("export", Plan(data).to_netcdf(tmp_path / "bad.nc"), "--to", "x.xlsx")
    assert said.code == 1
    assert "did not pass its check" in said.err
    assert not (tmp_path / "x.xlsx").exists()


def test_list_names_the_bundled_scenarios(command: Planner) -> None:
    said = command("list")
    assert said.code == 0
    assert any(line.startswith("llama-2023 ") and "October 2021" in line for line in said.out.splitlines())
    found = command("list", "--json").json["scenarios"]
    assert {"name": "tiny", "title": "One site, one accelerator type, two runs, three periods"} in found


def test_new_copies_a_scenario_that_plans(command: Planner, tmp_path: Path) -> None:
    said = command("new", "my-lab", "--from", "tiny")
    assert said.code == 0
    text = (tmp_path / "my-lab" / "scenario.yaml").read_text()
    assert "\nname: my-lab\n" in text
    assert "name: tiny" not in text
    assert command("plan", "my-lab", "-q").out.startswith("my-lab: ")
    assert (tmp_path / "out" / "my-lab" / "plan.nc").is_file()


def test_new_takes_llama_unless_told_otherwise(command: Planner) -> None:
    assert command("new", "copy").code == 0
    assert command("validate", "copy").out.startswith("copy: valid. Research clusters of Meta AI")


def test_new_makes_a_variant_find_what_it_extends(command: Planner, tmp_path: Path) -> None:
    (tmp_path / "base").mkdir()
    (tmp_path / "base" / "scenario.yaml").write_text("format: 1\nname: base\nextends: tiny\n")
    (tmp_path / "variant").mkdir()
    (tmp_path / "variant" / "scenario.yaml").write_text("format: 1\nname: variant\nextends: ../base  # near by\n")
    assert command("new", "deep/er/mine", "--from", "llama-2023-values-half").code == 2  # no such folder to put it in
    assert command("new", "half", "--from", "llama-2023-values-half").code == 0
    assert "extends: llama-2023\n" in (tmp_path / "half" / "scenario.yaml").read_text()
    assert command("validate", "half").code == 0
    assert command("new", "mine", "--from", "variant").code == 0
    assert f"extends: {tmp_path / 'base'} # near by" in (tmp_path / "mine" / "scenario.yaml").read_text()
    assert command("validate", "mine").code == 0


def test_new_follows_a_plan(command: Planner, saved: Path, tmp_path: Path) -> None:
    said = command("new", "next", "--from", "tiny", "--previous", saved, "--replanned", "2026-03")
    assert said.code == 0
    names = {"previous_plan.csv", "previous_orders.csv", "previous_runs.csv"}
    assert names <= {path.name for path in (tmp_path / "next").iterdir()}
    inputs = planner.load(tmp_path / "next").inputs
    assert [row["run"] for row in inputs.rows("previous_runs")] == ["a", "b"]
    assert all(row["source"].startswith("plan tiny") for row in inputs.rows("previous_orders"))
    assert command("plan", "next", "--out", "out", "--json").json["status"] == "optimal"
    found = command("compare", saved, "out/plan.nc", "--json").json
    assert (found["order_moves"], found["run_moves"], found["inputs"]) == ([], [], [])


def test_new_takes_terms_of_cancelling_and_prices_of_moving(command: Planner, saved: Path, tmp_path: Path) -> None:
    """The tables hold them, and the plan of the copy is made under them."""
    said = command("new", "next", "--from", "tiny", "--previous", saved, "--replanned", "2026-03",
                   "--cancel", "accelerator=2026-06:0.5", "--cancel", "hall.alpha.hall_a.2027-01=2026-12:.25",
                   "--moving", "run=2", "--moving", "accelerator=0.125")  # fmt: skip
    assert said.code == 0, said.err
    inputs = planner.load(tmp_path / "next").inputs
    terms = {
        f"{row['what']} {row['arrives']}": (row["cancellable_until"], row["cancel_fee_musd"])
        for row in inputs.rows("previous_orders") if row["cancellable_until"] is not None
    }  # fmt: skip
    assert terms == {"accelerator 2026-07": ("2026-06", 0.5), "accelerator 2027-01": ("2026-06", 0.5),
                     "hall 2027-01": ("2026-12", 0.25)}  # fmt: skip
    assert {row["what"]: row["musd"] for row in inputs.rows("moving_prices")} == {"run": 2.0, "accelerator": 0.125}


@pytest.mark.parametrize(
    "given", [("--cancel", "hall=2026-06"), ("--cancel", "hall:2"), ("--moving", "run=-1"), ("--moving", "run")]
)
def test_new_refuses_terms_that_are_none(command: Planner, saved: Path, given: tuple[str, str]) -> None:
    said = command("new", "next", "--from", "tiny", "--previous", saved, "--replanned", "2026-03", *given)
    assert said.code == 2 and "such as" in said.err
    assert command("new", "next", "--from", "tiny", *given[:1], "hall=2026-06:1").code == 2


def test_new_leaves_nothing_behind_where_terms_name_no_order(command: Planner, saved: Path, tmp_path: Path) -> None:
    said = command(
        "new", "wrong", "--from", "tiny", "--previous", saved, "--replanned", "2026-04", "--cancel", "hall=2026-03:1"
    )
    assert said.code == 2
    assert "hall=2026-03 is over by 2026-04" in said.err
    for name, given in (("--cancel", "lease=2026-06:1"), ("--cancel", "hall=soon:1"), ("--moving", "ship=1")):
        said = command("new", "next", "--from", "tiny", "--previous", saved, "--replanned", "2026-03", name, given)
        assert said.code == 3, said.err
        assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("given", "code", "says"),
    [
        (("--replanned", "2026-3"), 2, "a month is written YYYY-MM, got 2026-3"),
        (("--replanned", "2040-01"), 3, "previous_plan.tiny.replanned: must lie inside the horizon, got 2040-01"),
        (("--replanned", "2026-07", "--frozen-until", "2026-01"), 3, "must not be before replanned 2026-07"),
        (("--replanned", "2026-07", "--moving", "run=1", "--moving", "run=2"), 2, "run is given more than once"),
        (("--from", "newcomer", "--replanned", "2023-07"), 3, "is of another scenario"),
    ],
)
def test_new_makes_no_copy_that_would_be_refused(
    command: Planner, saved: Path, tmp_path: Path, given: tuple[str, ...], code: int, says: str
) -> None:
    source = () if "--from" in given else ("--from", "tiny")
    said = command("new", "next", *source, "--previous", saved, *given)
    assert said.code == code
    assert says in " ".join(said.err.split())
    assert ".next.part" not in said.err
    assert list(tmp_path.iterdir()) == []


def test_new_says_what_it_cannot_take_over(command: Planner, saved: Path, tmp_path: Path) -> None:
    assert command("new", "late", "--from", "tiny").code == 0
    file = tmp_path / "late" / "scenario.yaml"
    later = file.read_text().replace("start: 2026-01", "start: 2026-07").replace("[6, 6, 12]", "[6, 12]")
    file.write_text(later)
    said = command("new", "next", "--from", "late", "--previous", saved, "--replanned", "2026-07", "--json")
    assert said.json["left"] == [
        "fleet: alpha, x1, 1000, committed, 2026-07, 2031-07",
        "1 of hall.alpha.hall_a.2026-07, ordered 2026-01",
        "1 of fabric.alpha.clos2.2026-07, ordered 2026-01",
    ]


def test_new_asks_for_plan_and_date_together(command: Planner, saved: Path) -> None:
    assert command("new", "next", "--from", "tiny", "--previous", saved).code == 2
    assert command("new", "next", "--from", "tiny", "--frozen-until", "2026-07").code == 2


def test_new_overwrites_nothing(command: Planner, tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    said = command("new", "there", "--from", "tiny")
    assert said.code == 2
    assert "nothing is overwritten" in said.err
    assert list((tmp_path / "there").iterdir()) == []
    assert command("new", "Not A Name").code == 2
    assert command("new", "fine", "--from", "tinny").code == 3
    assert [path.name for path in tmp_path.iterdir()] == ["there"]


def test_reference_prints_the_mathematics_and_the_inputs(command: Planner) -> None:
    mathematics, inputs = command("reference", "math"), command("reference", "inputs")
    assert mathematics.code == inputs.code == 0
    assert "(B1) spend[k,y]" in mathematics.out
    assert "lead_time_months" in inputs.out


def test_compare_says_what_moved(command: Planner, saved: Path, tmp_path: Path) -> None:
    less = planner.load("tiny").with_({"budgets.*.all.budget_musd": "*0.5"}).solve().to_netcdf(tmp_path / "less.nc")
    said = command("compare", saved, less)
    assert said.code == 0
    assert "Best net value, this less base: -" in said.out
    assert "  with budgets.*.all.budget_musd=*0.5" in said.out
    found = command("compare", saved, less, "--json").json
    assert found["value"]["resolved"] is True
    assert found["value"]["high_musd"] < 0
    assert found["cash"] and found["orders"]
    assert set(found["runs"][0]) == {"run", "base", "this"}


def test_size_gives_formula_and_source(command: Planner) -> None:
    said = command("size", "--accelerator", "h100", "--flop", "1e24", "--days", "30")
    assert said.code == 0
    assert "accelerator-hours" in said.out and "source:" in said.out
    lines = said.out.splitlines()
    assert sum("Epoch AI" in line for line in lines) == 1 and "          source: that of peak" in lines
    assert max(len(line) for line in lines if "source:" in line) <= 110
    assert command("size", "--accelerator", "h10", "--flop", "1e24", "--days", "30").code == 3
    for wrong in (("--flop", "nan"), ("--flop", "-1"), ("--flop", "inf"), ("--flop", "1e24", "--pue", "nan")):
        assert command("size", "--accelerator", "h100", *wrong, "--days", "30").code == 2
