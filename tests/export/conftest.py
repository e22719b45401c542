from __future__ import annotations

import pytest

import planner
from planner import Plan
from tests.export.campuses import campus, early
from tests.export.documents import bare, idle, rich


@pytest.fixture(scope="session")
def plans() -> dict[str, Plan]:
    """Solved plans by name; nobody may change them."""
    studies = {"rich": rich(), "bare": bare(), "idle": idle(), "tiny": "tiny", "campus": campus(), "early": early()}
    return {name: planner.load(source).solve() for name, source in studies.items()}
