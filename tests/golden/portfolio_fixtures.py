"""The golden fixture of programmes and what fulfils them."""

from __future__ import annotations

from tests.golden.rows import ALPHA, fleet, run, scenario, standing

# Slots of 3 months. `chat` by a run of its own or by one with `code`; `code` must be fulfilled, by the merged run,
# by what runs on or by a licence. `own` climbs a ladder of two levels, the second sooner to be had than the first; it
# waits 3 months for `base`, which may start in two slots, and for what runs on. `old` may be cancelled from 2026-02 on:
# at the start of the second period.
PORTFOLIO = scenario(
    "portfolio",
    {
        "sites": [ALPHA],
        "accelerators": [standing()],
        "fleet": [fleet(1000)],
        "running": [{"running": "old", "site": "alpha", "accelerator": "x1", "n": 400, "until": "2026-10"}],
        "runs": [
            run("base", 300, earliest="2026-01", latest="2026-04", durations_months="3"),
            run("own", 600, earliest="2026-07", latest="2027-01", value_musd=0, durations_months="6"),
            run("both", 800, value_musd=0),
        ],
        "programmes": [
            {"programme": "chat", "value_musd": 100, "due": "2027-01", "value_loss_per_month": 0.1},
            {"programme": "code", "value_musd": 50, "due": "2026-12", "must_fulfil": "yes"},
        ],
        "programme_options": [
            {"programme": "chat", "option": "own", "run": "own"},
            {"programme": "chat", "option": "both", "run": "both", "share": 0.8},
            {"programme": "code", "option": "both", "run": "both"},
            {"programme": "code", "option": "old", "run": "old", "share": 0.5},
            {"programme": "code", "option": "bought", "fee_musd": 30, "from": "2026-06"},
        ],
        "efficiency": [
            {"programme": "chat", "level": 1, "flop_factor": 0.75, "cost_musd": 4, "lead_months": 7},
            {"programme": "chat", "level": 2, "flop_factor": 0.5, "cost_musd": 9, "lead_months": 3},
        ],
        "precedence": [{"run": "own", "after": "base", "lag_months": 3}, {"run": "own", "after": "old"}],
        "cancellable": [{"running": "old", "from": "2026-02", "fee_musd": 6, "value_musd": 0, "started": "2025-07"}],
    },
    calendar={"periods": [6, 6, 12], "slot_months": 3},
)
