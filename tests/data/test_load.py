"""Reading scenarios: folders, bundled names, mappings, and chains of `extends`."""

from __future__ import annotations

import pickle
import shutil
from pathlib import Path

import pytest

from planner.core.errors import InputError
from planner.data.load import bundled_names, read_scenario
from planner.data.resources import resource_dir
from planner.data.validate import resolve
from planner.model.rooms import TABLES
from tests.data.sound_scenario import FILES, spoiled, write

VARIANT = "format: 1\nname: variant\nextends: ../sound\n"


def said(error: InputError, folder: Path) -> list[str]:
    return [str(problem).replace(f"{folder.as_posix()}/", "") for problem in error.problems]


def test_bundled_scenarios_are_found_by_name_and_are_valid() -> None:
    names = bundled_names()
    assert "tiny" in names and "llama-2023" in names
    for name in names:
        assert resolve(read_scenario(name), TABLES).name == name


def test_a_folder_its_file_and_its_bundled_path_are_one_scenario() -> None:
    folder = resource_dir("scenarios") / "tiny"
    by_name = resolve(read_scenario("tiny"), TABLES)
    for source in (folder, str(folder), folder / "scenario.yaml", "scenarios/tiny"):
        assert resolve(read_scenario(source), TABLES).hash == by_name.hash


def test_tiny_is_below_twenty_rows() -> None:
    inputs = resolve(read_scenario("tiny"), TABLES)
    assert sum(len(rows) for rows in inputs.document["tables"].values()) < 20


def test_raw_scenario_survives_pickling_and_serves_many_resolutions() -> None:
    raw = read_scenario("tiny")
    again = pickle.loads(pickle.dumps(raw))
    assert again == raw
    assert resolve(raw, TABLES).hash == resolve(again, TABLES).hash == resolve(raw, TABLES).hash


def test_a_mapping_is_the_same_document() -> None:
    inputs = resolve(
        read_scenario(
            {
                "name": "inline",
                "calendar": {"start": "2026-01", "periods": [6, 6], "slot_months": 3},
                "tables": {
                    "teams": [{"team": "fair", "source": "org chart"}],
                    "sites": [{"site": "alpha", "pue": 1.2}],
                    "accelerators": [
                        {"accelerator": "x1", "bf16_dense_tflops": 1000, "orderable": False, "lot_size": 8}
                    ],
                    "runs": [
                        {
                            "run": "a", "team": "fair", "flop_zflop": 100, "mfu": 0.4, "durations_months": [3, 6],
                            "eligible": ["x1"], "earliest": "2026-01", "due": "2026-07", "latest": "2026-07",
                            "value_musd": 5, "must_run": True,
                        }
                    ],
                },
            }
        ),
        TABLES,
    )  # fmt: skip
    run = inputs.rows("runs")[0]
    assert (run["durations_months"], run["must_run"], run["flop_zflop"]) == ([3, 6], True, 100.0)
    assert inputs.title == "inline"
    assert inputs.setting("solve", "gap") == 0.01
    assert not inputs.has("halls")


def test_a_mapping_may_extend_a_bundled_scenario() -> None:
    changes = [{"path": "budgets.2026.all.budget_musd", "multiply": 0.5, "why": "less money"}]
    inputs = resolve(read_scenario({"name": "poor", "extends": "tiny", "changes": changes}), TABLES)
    assert [row["budget_musd"] for row in inputs.rows("budgets")] == [42.0, 84.0]
    assert inputs.document["changes"] == [
        {"path": "budgets.2026.all.budget_musd", "op": "multiply", "value": 0.5, "why": "less money"}
    ]


def test_python_values_of_the_wrong_kind_are_reported_without_a_place() -> None:
    with pytest.raises(InputError) as caught:
        resolve(read_scenario({"title": 3, "calendar": {"start": "2026-01", "periods": [6.5, True]}}), TABLES)
    assert said(caught.value, Path()) == [
        "title: must be text, got 3 [not_text]",
        "calendar.periods: must be a whole number, got 6.5 [not_an_integer]",
    ]


def test_the_long_form_of_periods_and_a_byte_order_mark(tmp_path: Path) -> None:
    files = spoiled({"scenario.yaml": ("periods: [6, 6, 12]", 'periods: "2x6, 1x12"')})
    files["sites.csv"] = b"\xef\xbb\xbf" + files["sites.csv"].replace(b"\n", b"\r\n")
    inputs = resolve(read_scenario(write(tmp_path, files)), TABLES)
    assert inputs.setting("calendar", "periods") == [6, 6, 12]
    assert [row["site"] for row in inputs.rows("sites")] == ["alpha", "beta"]


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("lama-2023", "no such scenario folder, and no bundled scenario of that name, got lama-2023"),
        ("no/such/place", "no such scenario folder, and no bundled scenario of that name, got no/such/place"),
        ("a" * 5000, "no such scenario folder"),
        ("\0", "no such scenario folder"),
    ],
)
def test_a_scenario_that_is_not_there(source: str, message: str) -> None:
    with pytest.raises(InputError, match="scenario_not_found") as caught:
        read_scenario(source)
    assert message in str(caught.value)
    assert ("(did you mean llama-2023?)" in str(caught.value)) == (source == "lama-2023")


def test_a_folder_without_scenario_yaml(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"the folder has no scenario\.yaml"):
        read_scenario(tmp_path)


def test_a_table_that_cannot_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = write(tmp_path, spoiled({}))
    whole = Path.read_bytes

    def denied(file: Path) -> bytes:
        if file.name == "opex.csv":
            raise PermissionError(13, "Permission denied")
        return whole(file)

    monkeypatch.setattr(Path, "read_bytes", denied)
    with pytest.raises(InputError) as caught:
        resolve(read_scenario(folder), TABLES)
    assert said(caught.value, folder) == ["opex.csv: cannot be read: Permission denied [file_unreadable]"]


def test_a_table_that_is_no_file_is_not_taken_as_absent(tmp_path: Path) -> None:
    folder = write(tmp_path, spoiled({}))
    for name in ("opex.csv", "budgets.csv"):
        (folder / name).unlink(missing_ok=True)
    (folder / "opex.csv").mkdir()
    (folder / "budgets.csv").symlink_to("nowhere.csv")
    with pytest.raises(InputError) as caught:
        resolve(read_scenario(folder), TABLES)
    assert {
        "budgets.csv: is no regular file [file_unreadable]",
        "opex.csv: is no regular file [file_unreadable]",
    } <= set(said(caught.value, folder))


def test_a_variant_adds_rows_and_changes_in_order(tmp_path: Path) -> None:
    write(tmp_path / "sound", spoiled({}))
    first = VARIANT + (
        "changes:\n"
        "  - {path: 'runs.*.value_musd', add: 10, why: all are worth more}\n"
        "  - {path: runs.a.value_musd, multiply: 2, why: this one twice}\n"
    )
    new_run = "run,team,flop_zflop,mfu,durations_months,eligible,earliest,due,latest,value_musd\n"
    new_run += "c,fair,100,0.4,3,x1,2026-01,2027-01,2026-07,7\n"
    write(tmp_path / "variant", {"scenario.yaml": first.encode(), "runs.csv": new_run.encode()})
    second = (
        "format: 1\nextends: ../variant\nchanges:\n  - {path: 'runs.*.value_musd', subtract: 1, why: all of them}\n"
    )
    write(tmp_path / "top", {"scenario.yaml": second.encode()})
    inputs = resolve(read_scenario(tmp_path / "top"), TABLES)
    # a change reaches the rows of its own layer and below it, in the order of the chain
    assert {row["run"]: row["value_musd"] for row in inputs.rows("runs")} == {"a": 419.0, "b": 159.0, "c": 16.0}
    assert [(change["op"], change["value"]) for change in inputs.document["changes"]] == [
        ("add", 10), ("multiply", 2), ("subtract", 1),
    ]  # fmt: skip
    assert (inputs.name, inputs.title) == ("top", "Every table once")


def test_a_variant_may_not_repeat_a_row_or_set_settings(tmp_path: Path) -> None:
    write(tmp_path / "sound", spoiled({}))
    text = VARIANT + "finance: {discount_rate: 0.2}\n"
    write(tmp_path / "variant", {"scenario.yaml": text.encode(), "opex.csv": b"item,usd_per_year\nx1,1\n"})
    with pytest.raises(InputError) as caught:
        resolve(read_scenario(tmp_path / "variant"), TABLES)
    assert said(caught.value, tmp_path) == [
        "variant/opex.csv:2:1: opex.x1.item: a row with this key stands already in line 2 of sound/opex.csv, got x1 "
        "[duplicate_row]",
        "variant/scenario.yaml:4:1: finance: a variant alters settings by `changes`, with the reason in `why` "
        "[variant_setting]",
    ]


def test_extending_what_is_not_there(tmp_path: Path) -> None:
    write(tmp_path / "variant", {"scenario.yaml": b"format: 1\nextends: ../soundd\n"})
    with pytest.raises(InputError) as caught:
        read_scenario(tmp_path / "variant")
    assert said(caught.value, tmp_path) == [
        "variant/scenario.yaml:2:10: extends: no such scenario, neither from this folder nor bundled, got ../soundd "
        "[extends_missing]"
    ]


def test_extending_in_a_circle(tmp_path: Path) -> None:
    write(tmp_path / "a", {"scenario.yaml": b"format: 1\nextends: ../b\n"})
    write(tmp_path / "b", {"scenario.yaml": b"format: 1\nextends: ../a\n"})
    with pytest.raises(InputError) as caught:
        read_scenario(tmp_path / "a")
    assert said(caught.value, tmp_path) == [
        "b/scenario.yaml:2:10: extends: must not lead back to itself, got a -> b -> a [extends_cycle]"
    ]


def test_a_copied_bundled_scenario_can_be_extended_from_elsewhere(tmp_path: Path) -> None:
    shutil.copytree(resource_dir("scenarios") / "tiny", tmp_path / "mine")
    write(tmp_path / "variant", {"scenario.yaml": b"format: 1\nname: v\nextends: tiny\n"})
    mine, variant = (resolve(read_scenario(tmp_path / name), TABLES) for name in ("mine", "variant"))
    assert mine.document["tables"] == variant.document["tables"]


def test_files_that_are_no_tables_are_left_alone(tmp_path: Path) -> None:
    more = {"README.md": b"notes", "plan.nc": b"\0", ".hidden.csv": b"x", "~$runs.csv": b"x", "old/runs.csv": b"x"}
    folder = write(tmp_path, spoiled({}) | more)
    assert resolve(read_scenario(folder), TABLES).has("runs")
    write(folder, {"runs.tsv": b"run\n"})
    with pytest.raises(InputError) as caught:
        resolve(read_scenario(folder), TABLES)
    assert said(caught.value, folder) == [
        "runs.tsv: is no file of a scenario: scenario.yaml and <table>.csv are [unknown_file]"
    ]
    assert len(FILES) > 15
