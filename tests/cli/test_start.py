"""The command starts quickly: nothing heavy is imported before a command runs."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from pathlib import Path

import planner

ROOT = Path(planner.__file__).parents[1]
HEAVY = ("pandas", "xarray", "pyomo", "highspy", "numpy", "h5netcdf", "xlsxwriter", "rich", "scipy", "ruamel")


def _python(*args: str) -> subprocess.CompletedProcess[str]:
    env = os.environ | {"PYTHONPATH": str(ROOT)}
    return subprocess.run([sys.executable, *args], capture_output=True, text=True, env=env, check=False)


def _cpu_of_help() -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert _python("-m", "planner", "--help").returncode == 0
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def test_help_imports_nothing_heavy() -> None:
    program = (
        "import sys\nfrom planner.cli.app import run\n"
        "for args in (['--help'], ['plan', '--help'], ['--version'], ['new', '--help']): run(args)\n"
        f"print('heavy:', sorted(set({HEAVY!r}) & set(sys.modules)))"
    )
    assert _python("-c", program).stdout.splitlines()[-1] == "heavy: []"


def test_import_planner_imports_nothing_heavy() -> None:
    program = f"import sys, planner\nprint(sorted(set({HEAVY!r}) & set(sys.modules)))"
    assert _python("-c", program).stdout == "[]\n"


def test_help_takes_less_than_a_third_of_a_second() -> None:
    assert min(_cpu_of_help() for _ in range(3)) < 0.3


def test_help_names_every_command_and_exit_code() -> None:
    said = _python("-m", "planner", "--help").stdout
    for name in ("validate", "plan", "check", "export", "list", "new"):
        assert f"\n  {name} " in said
    for code in ("0 plan found", "2 usage", "3 invalid input", "4", "130 interrupted"):
        assert code in " ".join(said.split())


def test_help_names_each_command_in_full() -> None:
    commands = _python("-m", "planner", "--help").stdout.partition("Commands:\n")[2]
    assert "  compare " in commands and "..." not in commands
