"""`planner validate`: all problems at once, or what the inputs rest on."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.conftest import Planner

BROKEN = """format: 1
name: broken
title: Three things wrong
calendar: {start: 2026-13, periods: [6, 6]}
finance: {discount_rat: 0.1}
tables:
  sites: [{site: alpha, pue: 0.5}]
"""


def test_counts_inputs_and_says_what_is_left_out(command: Planner) -> None:
    said = command("validate", "tiny")
    assert (said.code, said.err) == (0, "")
    lines = said.out.splitlines()
    assert lines[0].startswith("tiny: valid. One site")
    assert lines[1] == "10 inputs: 0 sourced, 10 assumed, 0 unstated"
    assert any(line.split() == ["runs", "2", "0", "2", "0"] for line in lines)
    assert any(line.startswith("  leases: Capacity rented") for line in lines)


def test_lists_every_problem_with_its_place(command: Planner, tmp_path: Path) -> None:
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "scenario.yaml").write_text(BROKEN)
    said = command("validate", "broken")
    assert said.code == 3
    assert said.out.startswith("3 problems in the input\n")
    assert "broken/scenario.yaml:4:19: calendar.start: " in said.out
    assert "(did you mean discount_rate?)" in said.out
    assert "broken/scenario.yaml:7:30: sites.alpha.pue: must be at least 1, got 0.5" in said.out
    found = command("validate", "broken", "--json")
    assert found.code == 3
    assert len(found.json["error"]["problems"]) == 3
    assert {"rule", "file", "line", "column", "path", "got", "near"} <= set(found.json["error"]["problems"][0])


def test_json_holds_the_counts(command: Planner) -> None:
    found = command("validate", "tiny", "--json", "--set", "runs.a.value_musd=*2").json
    assert (found["study"], found["status"]) == ("tiny", "valid")
    assert found["inputs"]["by_table"]["runs"] == {"sourced": 0, "assumed": 2, "unstated": 0}
    assert "leases" in found["not_modelled"]
    assert found["changes"] == [{"path": "runs.a.value_musd", "op": "multiply", "value": 2, "why": None}]


def test_shows_changes_and_catalogue_rows(command: Planner) -> None:
    said = command("validate", "llama-2023-values-half").out
    assert "changed: runs.*.value_musd multiply 0.5" in said
    assert "catalogue rows that fill empty cells: a100_sxm4_80" in " ".join(said.split())


def test_schema_is_json(command: Planner) -> None:
    said = command("validate", "--schema")
    assert said.code == 0
    assert json.loads(said.out)["$schema"].startswith("https://json-schema.org/")


def test_needs_a_scenario(command: Planner) -> None:
    assert command("validate").code == 2
