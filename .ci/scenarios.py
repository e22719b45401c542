"""Plan every bundled scenario with a 60 s limit, two at a time: exit 0 or 5, `checked` true."""

from __future__ import annotations

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

SECONDS = "60"
SHOWN = ("status", "objective_musd", "gap", "wall_seconds", "checked")


def plan(out: Path, folder: Path) -> bool:
    """Plan one scenario folder on one thread, print what came of it; return whether that is good."""
    command = ["planner", "plan", str(folder), "--time-limit", SECONDS, "--threads", "1", "--json", "-q"]
    done = subprocess.run([*command, "--out", str(out / folder.name)], capture_output=True, text=True, check=False)
    try:
        result = json.loads(done.stdout)
    except json.JSONDecodeError:
        result = {}
    good = done.returncode in (0, 5) and result.get("checked") is True
    shown = {key: result.get(key) for key in SHOWN}
    text = f"{'ok  ' if good else 'FAIL'} {folder.name}: exit {done.returncode} {shown}"
    print(text if good else f"{text}\n{done.stdout}{done.stderr}", flush=True)
    return good


def main(out: Path) -> int:
    """Plan every scenario folder; return how many failed."""
    folders = sorted(p.parent for p in Path("scenarios").glob("*/scenario.yaml"))
    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(partial(plan, out), folders)).count(False)


if __name__ == "__main__":
    sys.exit(1 if main(Path(sys.argv[1])) else 0)
