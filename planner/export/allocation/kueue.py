"""The quotas of one month as objects of Kueue, the job queue of Kubernetes, in YAML.

A ResourceFlavor for each type at each place with anything online, its nodes chosen by the labels `accelerator` and
`site`; a Cohort that owns what is left over, and in it one for each group of teams, as the tree has them; for each
team that asks a Namespace, a ClusterQueue in the Cohort of its group, and a LocalQueue. Every team has every flavor,
those it has accelerators of first, so that it can borrow what is left over. In a ClusterQueue

- nominalQuota is what the team has in that month (the table `quotas`);
- lendingLimit is what of it is for streams: their rates are averages and can be caught up, a gang needs all of its own;
- borrowingLimit is what is left over and what the other teams may lend; lent accelerators can be reclaimed.

Field names, patterns and limits are those of the CRDs of `kueue.x-k8s.io/v1beta2`, in Kueue v0.19.2 the version stored.
Ids of the plan become DNS labels (RFC 1123) with - for _; where two would become the same, none is written.
"""

from __future__ import annotations

import io
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.scalarstring import DoubleQuotedScalarString

from planner.core.errors import InputError, Problem
from planner.core.months import months_between
from planner.data.teams import read_tree
from planner.export.facts.allotments import LEAST_UNITS, NO_TEAM, Place, Quota
from planner.export.tables import PlanTables

API = "kueue.x-k8s.io/v1beta2"
RESOURCE = "nvidia.com/gpu"  # what nodes call an accelerator, unless told otherwise
LABEL = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?")
LONGEST_LABEL = 63
MOST_FLAVORS, MOST_GROUPS, MOST_IN_ALL = 64, 16, 256  # of a group, of a queue, of a queue's groups together
Document = dict[str, Any]


def month_at(tables: PlanTables, at: str) -> int:
    """The month of the horizon, tail included, that a date YYYY-MM names.

    Raises
    ------
    InputError
        The date lies outside of it.
    """
    calendar = tables.reading.case.calendar
    month = months_between(calendar.label(0), at)
    if not 0 <= month < calendar.end:
        inside = f"the plan is from {calendar.label(0)} to {calendar.label(calendar.end - 1)}"
        raise InputError([Problem("date_outside_plan", inside, path="--at", got=at)])
    return month


class Names:
    """Ids of a plan as DNS labels: - for _."""

    def __init__(self) -> None:
        self._of: dict[tuple[str, str], str] = {}
        self.problems: list[Problem] = []

    def of(self, kind: str, name: str) -> str:
        """The label of an id among others of its kind; what has none is kept as a problem."""
        label = re.sub("[_ ]", "-", name)
        if not LABEL.fullmatch(label) or len(label) > LONGEST_LABEL:
            message = (
                f"{kind} {name} makes no DNS label (at most {LONGEST_LABEL} letters, digits and -, none at an end)"
            )
            self.problems.append(Problem("no_dns_label", message, got=label))
        other = self._of.setdefault((kind, label), name)
        if other != name:
            self.problems.append(Problem("same_dns_label", f"{kind} {name} and {other} get the same name", got=label))
        return label


class Queues:
    """The objects of one month of a plan."""

    def __init__(self, tables: PlanTables, at: str, resources: Mapping[str, str]) -> None:
        self._tables, self._at, self._resources = tables, at, resources
        month = month_at(tables, at)
        a = tables.facts.allotments
        self._places = sorted(place for place, units in a.online.items() if units[month] > LEAST_UNITS)
        self._quotas = {(q.team, (q.site, q.accelerator)): q for q in a.quotas(month)}
        tree = read_tree(tables.reading.inputs)
        teams = {*tree.asking, *(load.team for load in a.loads)}
        self.names = Names()
        self._above = tree.parent
        study = str(tables.reading.data.attrs["study"])
        self._cohort = self.names.of("cohort", study)
        groups = [k for k in tree.members if k not in tree.asking]
        groups.sort(key=lambda k: (self._depth(k), k))
        self._groups_of = {k: self.names.of("cohort", f"{study}-{k}") for k in groups}
        self._teams = {team: self.names.of("team", team) for team in sorted(teams)}
        # a name is tried for every place: two that differ in _ only must not share one
        self._flavors = {(s, g): self.names.of("type at site", f"{g}-at-{s}") for s, g in self._places}

    def documents(self) -> list[Document]:
        """The objects in an order in which each names only those before it.

        Raises
        ------
        InputError
            Ids that make no DNS label or the same one; more flavors than Kueue takes.
        """
        groups = self._by_resource(self._places)
        if (
            len(groups) > MOST_GROUPS
            or any(len(g) > MOST_FLAVORS for g in groups.values())
            or (len(self._places) > MOST_IN_ALL)
        ):
            message = f"a queue takes {MOST_FLAVORS} flavors a resource, {MOST_GROUPS} resources, {MOST_IN_ALL} flavors"
            self.names.problems.append(Problem("too_many_flavors", message, got=str(len(self._places))))
        if self.names.problems:
            raise InputError(self.names.problems)
        return [*self._resource_flavors(), *self._cohorts(), *self._of_teams()]

    def _depth(self, team: str) -> int:
        above = self._above[team]
        return 0 if above is None else 1 + self._depth(above)

    def _cohort_of(self, team: str) -> str:
        """The Cohort that a team or group stands in."""
        return self._groups_of.get(self._above.get(team) or "", self._cohort)

    def _object(self, kind: str, name: str, spec: Document, api: str = API, **metadata: Any) -> Document:
        said = {"planner/study": str(self._tables.reading.data.attrs["study"]), "planner/at": self._at}
        notes = said | metadata.pop("annotations", {})
        made = {"apiVersion": api, "kind": kind, "metadata": {"name": name, **metadata, "annotations": notes}}
        return made | ({"spec": spec} if spec else {})

    def _resource_flavors(self) -> Iterator[Document]:
        for (site, g), name in self._flavors.items():
            yield self._object("ResourceFlavor", name, {"nodeLabels": {"accelerator": g, "site": site}})

    def _cohorts(self) -> Iterator[Document]:
        groups = self._groups(self._places, lambda place: {"nominalQuota": self._left(place)})
        yield self._object("Cohort", self._cohort, {"resourceGroups": groups} if groups else {})
        for group, name in self._groups_of.items():
            told = {"planner/team": group}
            yield self._object("Cohort", name, {"parentName": self._cohort_of(group)}, annotations=told)

    def _of_teams(self) -> Iterator[Document]:
        for name in self._teams.values():
            yield self._object("Namespace", name, {}, api="v1")
        for team, name in self._teams.items():
            told = {} if team == NO_TEAM else {"planner/team": team}
            places = sorted(self._places, key=lambda place: (self._quota(team, place).n == 0, place))
            groups = self._groups(places, lambda place, team=team: self._limits(team, place))
            spec = {
                "cohortName": self._cohort_of(team),
                "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": name}},
                "preemption": {"reclaimWithinCohort": "Any"},
                **({"resourceGroups": groups} if groups else {}),
            }
            yield self._object("ClusterQueue", name, spec, annotations=told)
        for name in self._teams.values():
            yield self._object("LocalQueue", name, {"clusterQueue": name}, namespace=name)

    def _groups(self, places: list[Place], limits: Any) -> list[Document]:
        return [
            {
                "coveredResources": [resource],
                "flavors": [
                    {"name": self._flavors[place], "resources": [{"name": resource, **limits(place)}]} for place in here
                ],
            }
            for resource, here in self._by_resource(places).items()
        ]

    def _by_resource(self, places: list[Place]) -> dict[str, list[Place]]:
        found: dict[str, list[Place]] = defaultdict(list)
        for site, g in places:
            found[self._resources.get(g, self._resources.get("", RESOURCE))].append((site, g))
        return dict(sorted(found.items()))

    def _limits(self, team: str, place: Place) -> Document:
        own = self._quota(team, place)
        lent = sum(self._quota(other, place).of_streams for other in self._teams if other != team)
        return {
            "nominalQuota": own.n, "borrowingLimit": self._left(place) + lent, "lendingLimit": own.of_streams,
        }  # fmt: skip

    def _quota(self, team: str, place: Place) -> Quota:
        return self._quotas.get((team, place), Quota(team, *place, 0, 0))

    def _left(self, place: Place) -> int:
        found = self._quotas.get((None, place))
        return found.n if found else 0

    def renamed(self) -> list[str]:
        """The teams whose names are not their ids."""
        return [f"{team} -> {name}" for team, name in self._teams.items() if team != name]


def kueue_text(tables: PlanTables, at: str, resources: Mapping[str, str] | None = None) -> str:
    """The quotas of a month as YAML documents of Kueue.

    Parameters
    ----------
    tables
        The plan's.
    at
        The month, YYYY-MM.
    resources
        What nodes call the accelerators of a type; under "" those of any other type.

    Raises
    ------
    InputError
        The month lies outside the plan, or its names or their number are none that Kueue takes.
    """
    queues = Queues(tables, at, resources or {})
    documents = queues.documents()
    out = io.StringIO()
    yaml = YAML()
    yaml.width = 4096
    yaml.indent(mapping=2, sequence=4, offset=2)
    for line in _head(tables, at, queues):
        out.write(f"# {line}\n")
    for document in documents:
        out.write("---\n")
        yaml.dump(_quoted(document), out)
    return out.getvalue()


def _head(tables: PlanTables, at: str, queues: Queues) -> Iterator[str]:
    study = tables.reading.data.attrs["study"]
    yield f"Accelerators of each team in {at}, from the plan of {study}, for Kueue ({API})."
    yield "kubectl apply --server-side -f this file; nodes are chosen by their labels `accelerator` and `site`."
    yield "nominalQuota: gangs and, rounded down, the average of streams. lendingLimit: of them for streams."
    yield "borrowingLimit: what is left over (it is the Cohort's) and what other teams may lend."
    yield "Only accelerators have quotas: let Kueue ignore what else pods ask for (its resources.quotaCheckStrategy or"
    yield "resources.excludeResourcePrefixes), or add groups for it."
    yield "Not in any quota: the share of accelerators online that is kept for what fails (availability)."
    if renamed := queues.renamed():
        yield f"Names are DNS labels, with - for _: {', '.join(renamed)}; types and sites likewise."


def _quoted(value: Any) -> Any:
    """Text in quotes, as some ids (no, on, y) are no text to YAML 1.1, which Kubernetes reads."""
    if isinstance(value, dict):
        return {key: _quoted(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_quoted(item) for item in value]
    return DoubleQuotedScalarString(value) if isinstance(value, str) else value
