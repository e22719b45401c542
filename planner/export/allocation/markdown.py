"""Tables and free text in Markdown."""

from __future__ import annotations

import re
from collections.abc import Sequence

from planner.export.words import printable


def table(head: Sequence[str], body: Sequence[Sequence[str]], right: tuple[int, ...]) -> list[str]:
    """Rows under headings; `right`: columns of numbers."""
    rules = ("---:" if i in right else "---" for i in range(len(head)))
    return [f"| {' | '.join(row)} |" for row in (head, tuple(rules), *body)]


def plain(text: str) -> str:
    """Free text on one line, without what Markdown or a terminal would act on."""
    return re.sub(r"([\\`*_\[\]<>|#])", r"\\\1", " ".join(printable(str(text)).split()))
