"""The JSON schema and the input reference are made from the declarations and agree with them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jsonschema
import pytest

from planner.core.catalogue_tables import CATALOGUES
from planner.core.settings import SETTINGS
from planner.data.load import bundled_names, read_scenario
from planner.data.schema import input_reference, json_schema
from planner.data.validate import all_rules, resolve
from planner.model.rooms import TABLES

SCHEMA = json_schema(TABLES)
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)  # made once: `jsonschema.validate` would check the schema each time


def test_the_schema_is_one() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("name", bundled_names())
def test_bundled_scenarios_satisfy_the_schema(name: str) -> None:
    VALIDATOR.validate(resolve(read_scenario(name), TABLES).document)


def _set(table: str, column: str, value: Any) -> Callable[[dict[str, Any]], None]:
    def plant(document: dict[str, Any]) -> None:
        document["tables"][table][0][column] = value

    return plant


def _drop_setting(document: dict[str, Any]) -> None:
    del document["calendar"]["start"]


@pytest.mark.parametrize(
    "plant",
    [
        _set("runs", "value_musd", "200"),
        _set("runs", "value_musd", None),
        _set("runs", "value_musd", -1),
        _set("runs", "mfu", 0),
        _set("runs", "due", "2027-13"),
        _set("runs", "eligible", []),
        _set("runs", "must_run", "no"),
        _set("runs", "priority", 1),
        _set("accelerators", "cooling", "wet"),
        _set("accelerators", "accelerator", "X1"),
        _set("accelerators", "lot_size", 8.5),
        _drop_setting,
        lambda document: document["tables"].update(run=[]),
        lambda document: document.update(format=2),
    ],
)
def test_the_schema_refuses_a_planted_error(plant: Callable[[dict[str, Any]], None]) -> None:
    document = resolve(read_scenario("tiny"), TABLES).document
    VALIDATOR.validate(document)
    plant(document)
    with pytest.raises(jsonschema.ValidationError):
        VALIDATOR.validate(document)


def test_the_reference_names_every_column_with_its_meaning_and_every_rule() -> None:
    text = input_reference(TABLES)
    for table in (*SETTINGS, *TABLES, *CATALOGUES.values()):
        for column in table.columns:
            line = next(line for line in text.splitlines() if line.startswith(f"| `{column.name}`"))
            assert line.count("|") - line.count("\\|") == 7
            assert column.meaning.replace("|", "\\|") in text
    for rule in all_rules(TABLES):
        assert f"| `{rule.id}` |" in text
    assert "| `lot_size`* | integer | accelerators | unknown | >= 1 | accelerators in one lot |" in text
