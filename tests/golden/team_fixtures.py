"""The golden fixture of teams: entitlements, trade and guarantees."""

from __future__ import annotations

from tests.golden.rows import ALPHA, fleet, run, scenario, standing, stream

# labs (with search and vision) are entitled to half, product to a fifth, nobody to the rest; vision counts three times
# search. A fifth of vision's share may be pulled back; product owes 50 at most, and others owe it 10 at the start.
# Runs of search may start in two slots; a run in progress of vision lasts into the second period. The second period is
# the last that is reported. x2 has 2 PFLOP/s, nine tenths of it are healthy.
TEAMS = scenario(
    "teams",
    {
        "sites": [ALPHA],
        "accelerators": [standing(), standing("x2", bf16_dense_tflops=2000, availability=0.9)],
        "fleet": [fleet(1000), fleet(500, "x2")],
        "teams": [
            {"team": "labs", "share": 0.5},
            {"team": "search", "parent": "labs", "weight": 1, "credit_limit_pflops_months": 100},
            {"team": "vision", "parent": "labs", "weight": 3, "pull_back_share": 0.2},
            {"team": "product", "share": 0.2, "credit_pflops_months": 10, "credit_limit_pflops_months": 50},
        ],
        "guarantees": [
            {"team": "product", "from": "2026-03", "pflops": 30},
            {"team": "labs", "from": "2026-07", "pflops": 20},
            {"team": "labs", "from": "2027-01", "pflops": 0},
        ],
        "running": [
            {"running": "old", "team": "vision", "site": "alpha", "accelerator": "x2", "n": 40, "until": "2026-10"},
        ],
        "runs": [
            run("a", 300, team="search", latest="2026-10", durations_months="3", flop_zflop=300 * 0.4 * 3 * 2.6298),
            run("b", 200, team="vision"),
        ],
        "streams": [stream(eligible="x1;x2", team="product")],
    },
    calendar={"periods": [6, 6], "slot_months": 3, "tail_months": 6},
    sharing={"policy": "entitlement"},
)
