"""The rule that makes the programmes of `four-groups`: each year's flagship trained, trained together or licensed.

`python -m tests.scenarios.group_options` writes scenarios/four-groups/{runs,programmes,programme_options}.csv from the
flagships of `meta-compute`; a test holds the committed files to it. README.md of the scenario states the rule in words.
"""

from __future__ import annotations

from pathlib import Path

from tests.scenarios.meta_runs import LOSS_PER_MONTH, YEARS, Run, draw, run_row, text

FOLDER = Path(__file__).parents[2] / "scenarios" / "four-groups"
FRONTIER, ASSISTANT = "superintelligence", "product"  # who needs which
MORE_FOR_BOTH = 1.1  # compute of a joint run, of the frontier's
SHARE_OF_ANOTHERS = 0.8  # of an assistant's worth if its model is the frontier group's or a third party's
LICENCE_MUSD = 1000.0
LICENCE_SOURCE = "Bloomberg 2025-11-05 via trendytechtribe.com: Apple is to pay Google about 1 B$ a year for Gemini"
TALKS_SOURCE = "The Information 2025-08 via newsbytesapp.com: talks on models of Google or OpenAI in its apps"


def flagships() -> dict[tuple[str, int], dict[str, object]]:
    """The flagships of both groups as meta-compute has them, by group and year."""
    of_both = (run for run in draw() if not run.number and run.team in (FRONTIER, ASSISTANT))
    return {(run.team, run.year): run_row(run) for run in of_both}


def run_rows() -> list[dict[str, object]]:
    """A joint run a year: the frontier group's flagship, with a tenth more compute for product's data."""
    return [_joint(run) for run in draw() if not run.number and run.team == FRONTIER]


def _joint(run: Run) -> dict[str, object]:
    why = f"{MORE_FOR_BOTH:g} times the compute of {run.team}_{run.year}, whose window, types and sites it has"
    return run_row(run) | {
        "run": f"joint_{run.year}",
        "title": f"One model for superintelligence and product, {run.year}",
        "flop_zflop": f"{MORE_FOR_BOTH * run.zflop:.0f}",
        "value_musd": 0,
        "assumption": why,
    }


def programme_rows() -> list[dict[str, object]]:
    """What both groups need each year: worth and due date are those of the flagship."""
    named = {FRONTIER: ("frontier", "Frontier model"), ASSISTANT: ("assistant", "Model behind the assistant")}
    return [
        {
            "programme": f"{named[team][0]}_{year}",
            "title": f"{named[team][1]}, {year}",
            "team": team,
            "value_musd": row["value_musd"],
            "due": row["due"],
            "value_loss_per_month": LOSS_PER_MONTH,
            "source": "",
            "assumption": f"worth and due date of {team}_{year} of meta-compute, which is one way to it",
        }
        for (team, year), row in flagships().items()
    ]


def option_rows() -> list[dict[str, object]]:
    """Train alone, train together, or - for the assistant - license."""
    return [option for year in YEARS for option in _options(year)]


def _options(year: int) -> list[dict[str, object]]:
    earliest = flagships()[ASSISTANT, year]["earliest"]
    less = f"a model that is not one's own is worth {SHARE_OF_ANOTHERS:g}: other data, other dates"
    flat = f"{less}; as much each year, for the year's best, from the month in which a run could start"
    options = [
        ("frontier", "train", f"{FRONTIER}_{year}", 1, 0, "", "", "the flagship of meta-compute"),
        ("frontier", "joint", f"joint_{year}", 1, 0, "", "", "one run for both: worth as much as one's own"),
        ("assistant", "train", f"{ASSISTANT}_{year}", 1, 0, "", "", "the flagship of meta-compute"),
        ("assistant", "joint", f"joint_{year}", SHARE_OF_ANOTHERS, 0, "", "", less),
        ("assistant", "license", "", SHARE_OF_ANOTHERS, LICENCE_MUSD, earliest,
         f"{LICENCE_SOURCE}; {TALKS_SOURCE}", flat),
    ]  # fmt: skip
    keys = ("option", "run", "share", "fee_musd", "from", "source", "assumption")
    return [{"programme": f"{need}_{year}"} | dict(zip(keys, option, strict=True)) for need, *option in options]


def files() -> dict[str, str]:
    """The files the rule makes, by name."""
    rows = {"runs": run_rows(), "programmes": programme_rows(), "programme_options": option_rows()}
    return {f"{name}.csv": text(found) for name, found in rows.items()}


if __name__ == "__main__":
    for name, content in files().items():
        (FOLDER / name).write_text(content, encoding="utf-8")
