"""Files and functions stay small enough to be read whole, and the model keeps to a few plain rules."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FILES = sorted((ROOT / "planner").rglob("*.py"))
MOST_LINES = 300
MOST_LINES_OF_A_FUNCTION = 60


def _id(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("path", FILES, ids=_id)
def test_file_and_functions_are_short(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count("\n") <= MOST_LINES
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert _lines(node) < MOST_LINES_OF_A_FUNCTION, f"{node.name} in line {node.lineno}"


def _lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines of a function without its docstring, which may have much to say."""
    docstring = ast.get_docstring(function, clean=False) or ""
    return (function.end_lineno or 0) - function.lineno + 1 - (docstring.count("\n") + 1 if docstring else 0)


@pytest.mark.parametrize("path", FILES, ids=_id)
def test_module_says_what_it_is(path: Path) -> None:
    assert ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))


@pytest.mark.parametrize("path", sorted((ROOT / "planner" / "model").rglob("*.py")), ids=_id)
def test_the_model_asks_no_object_what_it_has(path: Path) -> None:
    """Rows that hang on `hasattr` are silently never built; structure is in the index, not in skipped rows."""
    found = re.findall(
        r"\b(?:getattr|hasattr|setattr)\(|Constraint\.(?:Skip|Feasible)", path.read_text(encoding="utf-8")
    )
    assert not found
