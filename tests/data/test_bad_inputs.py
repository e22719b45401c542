"""Bad inputs, text in and messages out: each breaks one rule of a sound scenario.

A case of `bad_inputs/*.txt` is the id of a rule, then what is spoiled, four blanks in::

    FILE: OLD => NEW     in this file, where OLD stands once
    FILE := TEXT         this file holds this text (`\\n` ends a line)
    FILE: gone           the file is missing

then, two blanks in, every problem that must be reported, in order, as it is printed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from planner.core.errors import InputError
from planner.data.load import read_scenario
from planner.data.validate import all_rules, resolve
from planner.model.rooms import TABLES
from tests.data.sound_scenario import EVERY_TABLE, Edit, spoiled, write

CASE_FILES = sorted((Path(__file__).parent / "bad_inputs").glob("*.txt"))


@dataclass(frozen=True)
class Case:
    rule: str
    edits: dict[str, Edit]
    says: list[str]


def _unescaped(text: str) -> str:
    return text.encode("latin-1").decode("unicode_escape")


def _edit(line: str) -> tuple[str, Edit]:
    file, mark, text = re.split(r"(:=|:)", line, maxsplit=1)
    if mark == ":=":
        return file.strip(), _unescaped(text.strip()).encode("latin-1")
    if text.strip() == "gone":
        return file, None
    old, new = text.removeprefix(" ").split(" =>")
    return file, (_unescaped(old), _unescaped(new.removeprefix(" ")))


def read_cases() -> list[Case]:
    cases = []
    for file in CASE_FILES:
        for block in file.read_text(encoding="utf-8").split("\n\n")[1:]:
            rule, *lines = block.rstrip("\n").split("\n")
            edits = dict(_edit(line[4:]) for line in lines if line.startswith("    "))
            cases.append(Case(rule, edits, [line[2:] for line in lines if not line.startswith("    ")]))
    return cases


CASES = read_cases()


def problems_of(folder: Path) -> list[str]:
    """What is reported of a scenario, with file names as seen from its folder."""
    with pytest.raises(InputError) as caught:
        resolve(read_scenario(folder), TABLES)
    return [str(problem).replace(f"{folder.as_posix()}/", "") for problem in caught.value.problems]


def test_the_scenario_that_is_spoiled_is_sound(tmp_path: Path) -> None:
    inputs = resolve(read_scenario(write(tmp_path, spoiled({}, EVERY_TABLE))), TABLES)
    assert {table.name for table in TABLES} == set(inputs.document["tables"])


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.rule)
def test_bad_input_is_reported_where_it_stands(case: Case, tmp_path: Path) -> None:
    said = problems_of(write(tmp_path / "sound", spoiled(case.edits, EVERY_TABLE)))
    assert said == case.says
    assert any(line.endswith(f"[{case.rule}]") for line in said)


def test_all_problems_are_reported_at_once(tmp_path: Path) -> None:
    edits: dict[str, Edit] = {
        "scenario.yaml": ("discount_rate: 0.10", "discount_rate: lots"),
        "sites.csv": ("1.25", "0.9"),
        "runs.csv": ("alpha;cloud", "alpha;clowd"),
        "supply.csv": ("1000,arrival", "1000,order"),
        "stray.csv": "a\n",
    }
    said = problems_of(write(tmp_path / "sound", spoiled(edits)))
    rules = [re.search(r"\[(\w+)\]$", line) for line in said]
    assert [match[1] for match in rules if match] == [
        "unknown_reference",
        "not_a_number",
        "below_low",
        "unknown_file",
        "supply_basis_mixed",
    ]


def test_rules_without_a_bad_input_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    rules = [rule.id for rule in all_rules(TABLES)]
    covered = {case.rule for case in CASES}
    assert len(rules) == len(set(rules))
    assert covered <= set(rules)
    assert len(covered) == len(CASES) >= 45
    with capsys.disabled():
        missing = [rule for rule in rules if rule not in covered]
        print(f"\n{len(rules)} rules, {len(covered)} with a bad input; without one here: {', '.join(missing)}")
