"""The policy on the command line: the same as the setting, and told in the summary."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from planner.cli.progress import search_told
from planner.cli.session import Session
from planner.policy_search import Search
from planner.results.plan import open_plan
from tests.cli.conftest import Planner
from tests.closed_forms.test_teams import POLICIES, shared, two, wants


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Ten x1 for two teams, one of which earns three times as much with them."""
    document = shared("utilitarian", 10, [wants("a", 10, 1), wants("b", 10, 3)], two())
    path = tmp_path / "two_teams"
    path.mkdir()
    head = {"format": 1, "name": "two_teams", "title": "two teams"}
    (path / "scenario.yaml").write_text(json.dumps(head | document), encoding="utf-8")
    return path


def test_policy_is_an_option(command: Planner, folder: Path) -> None:
    said = command("plan", folder, "--out", "fair", "--policy", "max_min", "-q")
    assert said.code == 0
    plan = open_plan("fair/plan.nc")
    assert plan.inputs.setting("sharing", "policy") == "max_min"
    assert plan.objective_musd == pytest.approx(120, abs=1e-3)
    for line in (
        "Teams, by policy max_min",
        "Price of fairness 33.3 % of gross value; Jain's index 1.000.",
        "  value: 180 M$, proven, gave up 0.0 M$, spends 0.0 M$",
        "  the smallest: 1.000, proven, gave up at most 60.0 M$",
        "  value, fairness kept: 120 M$, proven, gave up 60.0 M$, spends 0.0 M$",
    ):
        assert line in said.out


@pytest.mark.parametrize("policy", [*POLICIES, "utilitarian"])
def test_every_policy_is_an_option_and_a_setting(command: Planner, folder: Path, policy: str) -> None:
    """The same plan by `--policy` as by `sharing.policy`."""
    made = []
    for out, given in (("option", ("--policy", policy)), ("setting", ("--set", f"sharing.policy={policy}"))):
        assert command("plan", folder, "--out", out, *given, "-q").code == 0
        plan = open_plan(f"{out}/plan.nc")
        assert plan.inputs.setting("sharing", "policy") == policy
        made.append(plan.data["stream_use"].values.tolist())
    assert made[0] == made[1]


def test_without_a_policy_nothing_is_said_of_teams(command: Planner, folder: Path) -> None:
    said = command("plan", folder, "--out", "best", "-q")
    assert said.code == 0
    assert "Teams, by policy" not in said.out
    assert "sharing" not in open_plan("best/plan.nc").data.attrs


def test_an_unknown_policy_is_refused(command: Planner, folder: Path) -> None:
    said = command("plan", folder, "--policy", "whoever_shouts")
    assert said.code == 2
    assert "max_min" in said.err


def test_a_policy_without_teams_is_refused(command: Planner, tmp_path: Path) -> None:
    assert command("new", "alone", "--from", "tiny").code == 0
    head, _, _ = (tmp_path / "alone" / "scenario.yaml").read_text().partition("tables:")
    (tmp_path / "alone" / "scenario.yaml").write_text(head)
    runs = (tmp_path / "alone" / "runs.csv").read_text()
    (tmp_path / "alone" / "runs.csv").write_text(runs.replace(",research,", ",,"))
    assert command("validate", "alone").code == 0
    said = command("plan", "alone", "--policy", "max_min")
    assert (said.code, (tmp_path / "out").exists()) == (3, False)
    assert "there are none in `teams`: value alone would be sought, got max_min [sharing_without_teams]" in said.err


def test_policies_asks_before_it_solves(
    command: Planner, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What cannot be written, or re-planned, is said at once."""
    monkeypatch.setattr("planner.study.Study.solve", None)
    (tmp_path / "file").touch()
    said = command("policies", folder, "--out", "file/plans")
    assert said.code == 2 and "cannot be made" in said.err
    for date, says in (("2026-7", "is written YYYY-MM"), ("2040-01", "2040-01 lies outside two_teams")):
        said = command("policies", folder, "--then", folder, "--replanned", date, "--out", "plans")
        assert said.code == 2 and says in said.err
    assert not (tmp_path / "plans").exists()


def test_policies_broken_off_leave_their_plans(command: Planner, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(*args: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("planner.policy_search.Searches.plan_or_why", stop)
    assert command("policies", folder, "--policy", "max_min", "--out", "both", "-q").code == 130
    assert open_plan("both/utilitarian.nc").objective_musd == pytest.approx(180, abs=1e-3)


def test_policies_side_by_side(command: Planner, folder: Path) -> None:
    said = command("policies", folder, "--policy", "max_min", "--out", "both", "-q")
    assert said.code == 0
    row = next(line for line in said.out.splitlines() if line.startswith("  max_min"))
    assert row.split() == ["max_min", "120.0", "-60.0", "to", "-60.0", "33.3", "%", "to", "33.3", "%", "0", "0"]
    assert open_plan("both/max_min.nc").objective_musd == pytest.approx(120, abs=1e-3)
    found = command("policies", folder, "--policy", "max_min", "--out", "both", "-q", "--json").json
    assert [row["policy"] for row in found["policies"]] == ["max_min", "utilitarian"]
    assert command("policies", folder, "--then", folder).code == 2


def test_policies_tells_of_each_search(command: Planner, folder: Path) -> None:
    """A line as each begins and as it ends, also where there is none, on stderr alone; nothing if quiet."""
    said = command("policies", folder, "--policy", "max_min", "--out", "both")
    ends = [line for line in said.err.splitlines() if " of 3: " in line]
    assert [line.partition(" after ")[0] for line in ends] == [
        "utilitarian, 1 of 3: search begins", "utilitarian, 1 of 3: ended",
        "utilitarian, 2 of 3: search begins, with the money that it spends", "utilitarian, 2 of 3: ended",
        "max_min, 3 of 3: search begins", "max_min, 3 of 3: ended",
    ]  # fmt: skip
    assert ends[-1].endswith(" s, net value 120.00 M$, gap 0.00 % (optimal)")
    assert "search begins" not in said.out
    quiet = command("policies", folder, "--policy", "max_min", "--out", "both", "-q")
    assert (quiet.err, quiet.out) == ("", said.out)


def test_a_search_without_a_plan_is_told_of_too(capsys: pytest.CaptureFixture[str]) -> None:
    tell = search_told(Session(), None, " re-planned")
    for found in (None, "infeasible", None, "no_plan"):
        tell(Search("max_min", 1, 2, False, found))
    begins, first, _, second = capsys.readouterr().err.splitlines()
    assert begins == "max_min re-planned, 1 of 2: search begins"
    assert first.endswith("ended after 0 s, infeasible") and second.endswith("limit reached without a plan")
