"""The rules that hold for every scenario, whatever its tables: ids and what they demand.

Rules over several cells are declared with their tables; rules over several tables in `scenario`
and its neighbours.
"""

from __future__ import annotations

READING = {
    "scenario_not_found": "the scenario is a folder with scenario.yaml, or the name of a bundled one",
    "file_unreadable": "files of the scenario can be read",
    "not_utf8": "files are UTF-8 text",
    "yaml_syntax": "scenario.yaml is valid YAML",
    "yaml_alias": "YAML anchors and aliases are not used",
    "yaml_tag": "YAML tags are not used",
    "duplicate_key": "a key stands once in its mapping",
    "not_a_mapping": "a mapping is written where one is expected",
    "not_a_list": "a list is written where one is expected",
    "not_one_value": "one value is written where one is expected",
    "csv_quote": "quotes in a CSV file are closed and stand around whole cells",
    "csv_header": "the first line of a CSV file names its columns",
    "row_length": "a CSV row has as many cells as its header",
    "row_empty": "a row has at least one filled cell",
    "duplicate_column": "a column stands once in a header",
    "format_version": "scenario.yaml states the format it is written in",
    "name_pattern": "the name of a scenario is lower-case letters, digits, `-` and `_`",
    "unknown_file": "every table file in the folder is a declared table",
    "unknown_key": "every key is a declared one",
    "unknown_table": "every table is a declared one",
    "unknown_column": "every column is a declared one",
    "table_given_twice": "a table is a CSV file or a list under `tables`, not both",
    "extends_missing": "the scenario that is extended exists",
    "extends_cycle": "no scenario extends itself",
    "variant_setting": "a variant alters settings by `changes`, each with its reason",
    "change_shape": "a change has a path, one of set, add, subtract, multiply, and why",
    "change_without_why": "a change says why",
}
CELLS = {
    "required_cell": "a required cell is filled",
    "required_column": "a required column stands in the table",
    "not_a_number": "a number is written as one",
    "not_finite": "a number is finite",
    "too_large": "a number is at most 1e15",
    "not_an_integer": "a whole number is written where one is expected",
    "not_a_date": "a date is written YYYY-MM, 1900 to 2199",
    "not_a_flag": "a flag is yes or no",
    "not_an_id": "an id matches [a-z][a-z0-9_]*",
    "not_a_choice": "a choice is one of those offered",
    "not_text": "text is text",
    "control_character": "text holds no control characters",
    "list_entry_empty": "a list has no empty entries",
    "list_entry_repeated": "an id stands once in a list",
    "list_too_long": "a list has at most 1200 entries",
    "below_low": "a number is not below its lower bound",
    "above_high": "a number is not above its upper bound",
    "duplicate_row": "a key stands once in its table",
    "unknown_reference": "an id names a row of the table it refers to",
    "unknown_catalogue_row": "`catalogue` names a row of the catalogue",
}
OVERRIDES = {
    "override_syntax": "an override is path=value, its path table.id[.id...].column or settings.key",
    "override_unknown_table": "the path starts with a table or settings block of the scenario",
    "override_unknown_column": "the path ends in a declared column",
    "override_unknown_id": "the path names a row of the table",
    "override_no_match": "the path matches at least one row",
    "override_path_length": "the path gives one id for each key column",
    "override_key_column": "a key column is not changed, unless it is a date",
    "override_not_numeric": "only numbers and dates can be added to, and only numbers multiplied",
    "override_unknown_value": "an unknown value cannot be added to or multiplied",
}
GENERIC: dict[str, str] = {**READING, **CELLS, **OVERRIDES}
