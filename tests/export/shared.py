"""A study of who has what when, by hand: ten x1 of which eight work, two runs, one stream, one run refused.

`big` holds six in months 1 to 4, `all` eight in month 6; the stream pays for five. In the first six months it has
what there is, (6 * 8 - 4 * 6) / 6 = 4 on average: eight where there is no gang, two beside it. In the second six
months it has its five, 30 of the 40 that `all` leaves in five months: six in each, and two are unused. `dear` needs
one for the first month: it would take from the stream what is worth more than it is.
"""

from __future__ import annotations

from typing import Any

from tests.closed_forms.builder import accelerator, fleet, run, scenario, work


def shared(**changed: Any) -> dict[str, Any]:
    """The study, with other tables if given."""
    tables: dict[str, Any] = {
        "fleet": [fleet(10)],
        "accelerators": [accelerator(orderable=False, availability=0.8)],
        "teams": [{"team": "fair_us", "title": "FAIR <US> | two"}, {"team": "infra"}],
        "runs": [
            run("big", 6, 4, 1, 50, team="fair_us"),
            run("all", 8, 1, 6, 50, team="fair_us"),
            run("dear", 1, 1, 0, 0.001, team="fair_us"),
        ],
        "placement": [{"load": "work", "site": "alpha", "usd_per_accelerator_month": 1}],  # no more than it can use
        **work(0.01, 5, team="infra"),
    }
    return {"name": "shared", **scenario([6, 6], **(tables | changed))}
