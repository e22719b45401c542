"""Progress: a line in place on a terminal, now and then a line elsewhere."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

import planner
from planner.cli.progress import PlainProgress, patient_interrupts, sentence
from planner.cli.session import Session
from planner.core.interrupts import undisturbed
from planner.solve.options import Progress


@pytest.fixture(autouse=True)
def _ctrl_c_interrupts() -> Iterator[None]:
    """A shell that starts the tests in the background has them ignore Ctrl-C; these tests send it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def test_says_time_plan_bound_gap_and_nodes() -> None:
    assert sentence(Progress(1.2, None, None, None, 0)) == "     1 s: no plan yet, no bound yet, 0 nodes"
    assert sentence(Progress(61, 828.5, 831.9, 0.0024, 1200)) == (
        "    61 s: incumbent 828.50 M$, bound 831.90 M$, gap 0.24 %, 1,200 nodes"
    )


def test_plain_lines_are_few_but_the_first_plan_is_told_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    say = PlainProgress()
    told = []
    for tenth in range(400):  # 40 s: a plan at 3.0 s, better ones at 3.1, 3.2 and 20 s
        seconds = tenth / 10
        best = None if seconds < 3 else 1 + (seconds >= 3.1) + (seconds >= 3.2) + (seconds >= 20)
        say(Progress(seconds, best, 10.0, None, 0))
        if capsys.readouterr().err:
            told.append(seconds)
    assert told == [3.0, 4.0, 14.0, 20.0, 30.0]


def test_each_search_tells_its_first_plan_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    say = PlainProgress()
    for _ in range(2):
        say.begin()
        say(Progress(0.5, 1.0, 10.0, None, 0))
        say(Progress(9.0, 1.0, 10.0, None, 0))
    assert capsys.readouterr().err.count("incumbent 1.00 M$") == 2


def _on_a_terminal(folder: Path, *args: str, **environment: str) -> str:
    """What the command writes to stderr when that is a terminal."""
    pty = pytest.importorskip("pty")
    main, end = pty.openpty()
    env = os.environ | {"PYTHONPATH": str(Path(planner.__file__).parents[1]), "TERM": "xterm"} | environment
    process = subprocess.Popen(
        [sys.executable, "-m", "planner", *args], cwd=folder, env=env, stdout=subprocess.DEVNULL, stderr=end
    )
    os.close(end)
    found = b""
    try:
        while chunk := os.read(main, 4096):
            found += chunk
    except OSError:  # how Linux says that the other end is closed
        pass
    os.close(main)
    assert process.wait(120) == 0
    return found.decode()


def test_a_terminal_gets_one_line_in_place_and_no_color_is_honoured(tmp_path: Path) -> None:
    told = _on_a_terminal(tmp_path, "plan", "tiny")
    assert "incumbent 177.60 M$" in told
    assert "\x1b[2K" in told
    plain = _on_a_terminal(tmp_path, "plan", "tiny", NO_COLOR="1")
    assert "\x1b[2K" in plain
    assert "\x1b[3" not in plain
    assert "\x1b" not in _on_a_terminal(tmp_path, "plan", "tiny", TERM="dumb")


def test_the_second_ctrl_c_warns_and_the_third_leaves(capsys: pytest.CaptureFixture[str]) -> None:
    with patient_interrupts(Session()):
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGINT)
        assert "saving the best plan found" in capsys.readouterr().err
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_what_is_brought_home_is_not_disturbed_but_by_who_insists() -> None:
    with undisturbed():
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGINT)
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_other_threads_are_left_alone() -> None:
    done = []

    def work() -> None:
        with undisturbed(), patient_interrupts(Session()):
            done.append(True)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert done == [True]
