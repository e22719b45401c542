"""What Kueue takes: names, types, patterns and limits of the fields, as JSON Schema that allows no other field.

Facts read from kubernetes-sigs/kueue at v0.19.2: the CRDs in config/components/crd/bases (version v1beta2, served and
stored) and, for `limits_broken`, pkg/webhooks/clusterqueue_webhook.go. Fields of a spec that planner has no use for
are left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

Schema = dict[str, Any]
SUBDOMAIN = r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$"
LABEL = r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?$"  # RFC 1123, at most 63
LABEL_VALUE = r"^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$"  # Kubernetes, labels of nodes, at most 63


def _object(required: tuple[str, ...] = (), **fields: Schema) -> Schema:
    return {"type": "object", "properties": fields, "required": list(required), "additionalProperties": False}


def _list(items: Schema, most: int, least: int = 0) -> Schema:
    return {"type": "array", "items": items, "maxItems": most, "minItems": least}


TEXT: Schema = {"type": "string"}
NAME: Schema = {"type": "string", "pattern": SUBDOMAIN, "maxLength": 253}
DNS: Schema = {"type": "string", "pattern": LABEL, "maxLength": 63}
COUNT: Schema = {"type": "integer", "minimum": 0}  # a Quantity; of whole accelerators
QUOTA = _object(("name", "nominalQuota"), name=TEXT, nominalQuota=COUNT, borrowingLimit=COUNT, lendingLimit=COUNT)
FLAVOR = _object(("name", "resources"), name=NAME, resources=_list(QUOTA, 64, 1))
GROUP = _object(("coveredResources", "flavors"), coveredResources=_list(TEXT, 64, 1), flavors=_list(FLAVOR, 64, 1))
GROUPS = _list(GROUP, 16)
LABELS: Schema = {
    "type": "object", "maxProperties": 8,
    "additionalProperties": {"type": "string", "pattern": LABEL_VALUE, "maxLength": 63},
}  # fmt: skip
SPECS: dict[str, Schema] = {
    "ResourceFlavor": _object(nodeLabels=LABELS, topologyName=NAME),
    "Cohort": _object(parentName=NAME, resourceGroups=GROUPS),
    "ClusterQueue": _object(
        cohortName=NAME,
        namespaceSelector=_object(matchLabels={"type": "object", "additionalProperties": TEXT}),
        preemption=_object(
            reclaimWithinCohort={"enum": ["Never", "LowerPriority", "Any"]},
            withinClusterQueue={"enum": ["Never", "LowerPriority", "LowerOrNewerEqualPriority"]},
        ),
        resourceGroups=GROUPS,
    ),
    "LocalQueue": _object(clusterQueue=NAME, stopPolicy={"enum": ["None", "Hold", "HoldAndDrain"]}),
}


def schema_of(kind: str) -> Schema:
    """The schema of a whole object of a kind; Namespace is Kubernetes' own."""
    notes = {"type": "object", "additionalProperties": TEXT}
    metadata = _object(("name",), name=DNS, annotations=notes, **({"namespace": DNS} if kind == "LocalQueue" else {}))
    api = {"const": "v1" if kind == "Namespace" else "kueue.x-k8s.io/v1beta2"}
    spec = {"spec": SPECS[kind]} if kind in SPECS else {}
    return _object(("apiVersion", "kind", "metadata"), apiVersion=api, kind={"const": kind}, metadata=metadata, **spec)


def limits_broken(spec: dict[str, Any]) -> Iterator[str]:
    """What the webhook and the rules of the CRD would refuse in a spec with resource groups."""
    seen: set[str] = set()
    names: set[str] = set()
    for group in spec.get("resourceGroups", ()):
        covered = group["coveredResources"]
        if seen & set(covered):
            yield "a resource in two groups"
        seen |= set(covered)
        for flavor in group["flavors"]:
            if flavor["name"] in names:
                yield f"{flavor['name']} twice"
            names.add(flavor["name"])
            if [quota["name"] for quota in flavor["resources"]] != covered:
                yield f"{flavor['name']}: other resources than covered"
            for quota in flavor["resources"]:
                if quota.get("lendingLimit", 0) > quota["nominalQuota"]:
                    yield f"{flavor['name']}: lends more than it has"
                if "cohortName" not in spec and quota.keys() & {"borrowingLimit", "lendingLimit"}:
                    yield f"{flavor['name']}: limits without a cohort"
    if len(names) > 256:
        yield "more than 256 flavors"
