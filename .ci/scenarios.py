"""Plan every bundled scenario with a 60 s limit: exit 0 or 5, `checked` true."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

SECONDS = "60"


def main(out: Path) -> int:
    """Plan each scenario folder; return how many failed."""
    failed = 0
    for folder in sorted(p.parent for p in Path("scenarios").glob("*/scenario.yaml")):
        command = [
            "planner",
            "plan",
            str(folder),
            "--time-limit",
            SECONDS,
            "--json",
            "-q",
            "--out",
            str(out / folder.name),
        ]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        try:
            result = json.loads(done.stdout)
        except json.JSONDecodeError:
            result = {}
        good = done.returncode in (0, 5) and result.get("checked") is True
        failed += not good
        shown = {key: result.get(key) for key in ("status", "objective_musd", "gap", "wall_seconds", "checked")}
        print(f"{'ok  ' if good else 'FAIL'} {folder.name}: exit {done.returncode} {shown}", flush=True)
        if not good:
            print(done.stdout + done.stderr)
    return failed


if __name__ == "__main__":
    sys.exit(1 if main(Path(sys.argv[1])) else 0)
