"""Quotas of a month as objects of Kueue, against the published fields of its CRDs."""

from __future__ import annotations

from typing import Any

import jsonschema
import pytest
from ruamel.yaml import YAML

import planner
from planner import InputError, Plan
from planner.export.allocation.kueue import kueue_text
from planner.export.tables import PlanTables
from tests.export.kueue_fields import limits_broken, schema_of
from tests.export.shared import shared

KINDS = ["ResourceFlavor", "Cohort", "Namespace", "ClusterQueue", "LocalQueue"]


@pytest.fixture(scope="module")
def plan() -> Plan:
    return planner.load(shared()).solve()


def documents(plan: Plan, at: str, **resources: str) -> list[dict[str, Any]]:
    """The objects, as a reader of YAML 1.1 takes them, which Kubernetes has."""
    _, *parts = kueue_text(PlanTables(plan.data), at, resources).split("\n---\n")
    return [YAML(typ="safe").load(f"%YAML 1.1\n---\n{part}") for part in parts]


def of_kind(found: list[dict[str, Any]], kind: str) -> dict[str, dict[str, Any]]:
    return {x["metadata"]["name"]: x.get("spec", {}) for x in found if x["kind"] == kind}


@pytest.mark.parametrize(
    ("name", "at"), [("tiny", "2026-01"), ("tiny", "2026-08"), ("rich", "2026-05"), ("campus", "2026-11"),
                     ("campus", "2026-02"), ("early", "2027-03"), ("bare", "2026-01")],
)  # fmt: skip
def test_every_object_is_one_that_kueue_takes(plans: dict[str, Plan], name: str, at: str) -> None:
    found = documents(plans[name], at)
    assert list(dict.fromkeys(x["kind"] for x in found)) == [kind for kind in KINDS if of_kind(found, kind)]
    for document in found:
        jsonschema.validate(document, schema_of(document["kind"]))
        assert list(limits_broken(document.get("spec", {}) | _in_cohort(document))) == []
    queues, flavors = of_kind(found, "ClusterQueue"), of_kind(found, "ResourceFlavor")
    for queue, spec in queues.items():
        named = [flavor["name"] for group in spec.get("resourceGroups", ()) for flavor in group["flavors"]]
        assert sorted(named) == sorted(flavors)
        assert spec["cohortName"] in of_kind(found, "Cohort")
        assert spec["namespaceSelector"]["matchLabels"]["kubernetes.io/metadata.name"] in of_kind(found, "Namespace")
        assert of_kind(found, "LocalQueue")[queue] == {"clusterQueue": queue}


def _in_cohort(document: dict[str, Any]) -> dict[str, Any]:
    """A root Cohort states no limits; it is not asked for a cohort."""
    return {"cohortName": "root"} if document["kind"] == "Cohort" else {}


def test_the_quotas_by_hand(plan: Plan) -> None:
    """Month 2: six for the gang, two on average for the stream; month 8: six for the stream, two left over."""
    beside, alone = documents(plan, "2026-03"), documents(plan, "2026-09")
    assert _limits(beside, "fair-us") == {"nominalQuota": 6, "borrowingLimit": 2, "lendingLimit": 0}
    assert _limits(beside, "infra") == {"nominalQuota": 2, "borrowingLimit": 0, "lendingLimit": 2}
    assert _limits(beside, "shared", "Cohort") == {"nominalQuota": 0}
    assert _limits(alone, "fair-us") == {"nominalQuota": 0, "borrowingLimit": 8, "lendingLimit": 0}
    assert _limits(alone, "infra") == {"nominalQuota": 6, "borrowingLimit": 2, "lendingLimit": 6}
    assert _limits(alone, "shared", "Cohort") == {"nominalQuota": 2}


def test_groups_of_teams_are_cohorts() -> None:
    """`lab` has `fair_us` and `deep`, which has `infra`: a Cohort each; only those that ask have queues."""
    tree = [("lab", None), ("deep", "lab"), ("fair_us", "lab"), ("infra", "deep")]
    teams = [{"team": team, "parent": parent} for team, parent in tree]
    found = documents(planner.load(shared(teams=teams)).solve(), "2026-03")
    for document in found:
        jsonschema.validate(document, schema_of(document["kind"]))
    cohorts, queues = of_kind(found, "Cohort"), of_kind(found, "ClusterQueue")
    above = {name: spec.get("parentName") for name, spec in cohorts.items()}
    assert list(above.items()) == [("shared", None), ("shared-lab", "shared"), ("shared-deep", "shared-lab")]
    assert {name: spec["cohortName"] for name, spec in queues.items()} == {
        "fair-us": "shared-lab", "infra": "shared-deep",
    }  # fmt: skip
    assert _limits(found, "fair-us") == {"nominalQuota": 6, "borrowingLimit": 2, "lendingLimit": 0}


def _limits(found: list[dict[str, Any]], name: str, kind: str = "ClusterQueue") -> dict[str, int]:
    ((flavor,),) = [group["flavors"] for group in of_kind(found, kind)[name]["resourceGroups"]]
    assert flavor["name"] == "x1-at-alpha"
    (quota,) = flavor["resources"]
    return {key: value for key, value in quota.items() if key != "name"}


def test_quotas_and_what_is_left_are_what_works(plans: dict[str, Plan]) -> None:
    tables = PlanTables(plans["rich"].data)
    a, found = tables.facts.allotments, documents(plans["rich"], "2026-05")
    nominal: dict[str, int] = {}
    for spec in [*of_kind(found, "ClusterQueue").values(), *of_kind(found, "Cohort").values()]:
        for flavor in spec["resourceGroups"][0]["flavors"]:
            nominal[flavor["name"]] = nominal.get(flavor["name"], 0) + flavor["resources"][0]["nominalQuota"]
    works = {f"{g}-at-{site}".replace("_", "-"): units[4] for (site, g), units in a.healthy.items() if units[4] > 0}
    assert nominal == {name: int(units + 1e-6) for name, units in works.items()}


def test_nodes_are_chosen_by_the_plans_ids_and_names_say_whose(plan: Plan) -> None:
    text = kueue_text(PlanTables(plan.data), "2026-03")
    assert "fair_us -> fair-us" in text
    assert of_kind(documents(plan, "2026-03"), "ResourceFlavor") == {
        "x1-at-alpha": {"nodeLabels": {"accelerator": "x1", "site": "alpha"}}
    }
    notes = [x["metadata"]["annotations"] for x in documents(plan, "2026-03") if x["kind"] == "ClusterQueue"]
    assert [note["planner/team"] for note in notes] == ["fair_us", "infra"]


def test_types_are_what_nodes_call_them(plans: dict[str, Plan]) -> None:
    found = documents(plans["campus"], "2026-11", old="amd.com/gpu")
    groups = of_kind(found, "Cohort")["campus"]["resourceGroups"]
    assert [group["coveredResources"] for group in groups] == [["nvidia.com/gpu"]]  # old is sold by then
    groups = of_kind(documents(plans["campus"], "2026-02", old="amd.com/gpu"), "Cohort")["campus"]["resourceGroups"]
    assert [group["coveredResources"] for group in groups] == [["amd.com/gpu"]]
    every = documents(plans["campus"], "2026-11", **{"": "example.com/chip"})
    groups = of_kind(every, "Cohort")["campus"]["resourceGroups"]
    assert [group["coveredResources"] for group in groups] == [["example.com/chip"]]


@pytest.mark.parametrize(
    ("teams", "problem"),
    [(("a_b", "a__b"), None), (("a_", "infra"), "no_dns_label"), (("x" * 64, "infra"), "no_dns_label")],
)
def test_names_that_kueue_would_not_take_are_refused(teams: tuple[str, str], problem: str | None) -> None:
    changed = shared(teams=[{"team": team} for team in teams], runs=[])
    changed["tables"]["streams"][0]["team"] = teams[0]
    changed["tables"]["streams"].append(changed["tables"]["streams"][0] | {"stream": "more", "team": teams[1]})
    tables = PlanTables(planner.load(changed).solve().data)
    if problem is None:
        assert "a--b" in kueue_text(tables, "2026-03")
        return
    with pytest.raises(InputError) as refused:
        kueue_text(tables, "2026-03")
    assert [found.rule for found in refused.value.problems] == [problem]


def test_two_teams_of_one_name_are_refused(plan: Plan) -> None:
    """`no_team` would share its queue with what names no team."""
    changed = shared(teams=[{"team": "no_team"}])
    for row in changed["tables"]["runs"]:
        del row["team"]
    changed["tables"]["streams"][0]["team"] = "no_team"
    tables = PlanTables(planner.load(changed).solve().data)
    with pytest.raises(InputError, match="team no_team and no team get the same name, got no-team"):
        kueue_text(tables, "2026-03")


def test_words_that_yaml_takes_for_no_text_stay_text() -> None:
    """A team `no` is a team, also to YAML 1.1, in which it is false."""
    changed = shared(teams=[{"team": "no"}, {"team": "fair_us"}])
    changed["tables"]["streams"][0]["team"] = "no"
    found = documents(planner.load(changed).solve(), "2026-03")
    assert list(of_kind(found, "ClusterQueue")) == ["fair-us", "no"]
