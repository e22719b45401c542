"""Rules over several cells that many tables share; each factory returns a declared `Rule`."""

from __future__ import annotations

import difflib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from planner.core.declare import Finding, Row, Rule

if TYPE_CHECKING:
    from planner.core.inputs import Inputs


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name most like `name`, if any is like it; else the shortest that begins with it."""
    names = list(known)
    found = difflib.get_close_matches(name, names, n=1, cutoff=0.6)
    longer = [other for other in names if len(name) >= 3 and other.startswith(name)]
    return found[0] if found else min(longer, key=len, default=None)


def needed_when(column: str, flag: str) -> Rule:
    """`column` must be filled in rows where `flag` is true or above zero."""

    def check(rows: Sequence[Row], inputs: Inputs) -> Iterator[Finding]:
        for i, row in enumerate(rows):
            if row[flag] and row[column] is None:
                value = "yes" if row[flag] is True else row[flag]
                yield Finding(i, column, f"needed where {flag} is {value}; unknown is not zero")

    return Rule(f"{column}_needed_when_{flag}", f"{column} is given where {flag} says it is used", check)


def not_later(first: str, last: str) -> Rule:
    """Date `first` must not lie after date `last` (unknown dates pass)."""

    def check(rows: Sequence[Row], inputs: Inputs) -> Iterator[Finding]:
        for i, row in enumerate(rows):
            if row[first] is not None and row[last] is not None and row[first] > row[last]:
                yield Finding(i, last, f"must not be before {first} {row[first]}", row[last])

    return Rule(f"{first}_not_after_{last}", f"{first} is not after {last}", check)


def not_above(low: str, high: str) -> Rule:
    """Number `low` must not exceed number `high` (unknown numbers pass)."""

    def check(rows: Sequence[Row], inputs: Inputs) -> Iterator[Finding]:
        for i, row in enumerate(rows):
            if row[low] is not None and row[high] is not None and row[low] > row[high]:
                yield Finding(i, high, f"must be at least {low} {row[low]}", row[high])

    return Rule(f"{low}_not_above_{high}", f"{low} is at most {high}", check)


def differ(first: str, second: str) -> Rule:
    """Two columns of a row must not hold the same."""

    def check(rows: Sequence[Row], inputs: Inputs) -> Iterator[Finding]:
        for i, row in enumerate(rows):
            if row[first] == row[second]:
                yield Finding(i, second, f"must differ from {first}", row[second])

    return Rule(f"{second}_differs_from_{first}", f"{second} is not {first}", check)


def given_one_way(*ways: tuple[str, ...]) -> Rule:
    """Exactly one of the ways (sets of columns) of stating a value must be used."""
    names = " or ".join(" and ".join(way) for way in ways)

    def check(rows: Sequence[Row], inputs: Inputs) -> Iterator[Finding]:
        for i, row in enumerate(rows):
            full = [way for way in ways if all(row[c] is not None for c in way)]
            touched = [way for way in ways if any(row[c] is not None for c in way)]
            if len(full) != 1 or len(touched) != 1:
                said = "; ".join(f"{c}={row[c]}" for way in touched for c in way)
                yield Finding(i, ways[0][0], f"give either {names}", said or "none of them")

    return Rule(f"{ways[0][0]}_given_one_way", f"exactly one of: {names}", check)


def concave(key: str, along: str, worth: str) -> Rule:
    """Within a `key`, `worth` must not rise as `along` grows."""

    def check(rows: Sequence[Row], inputs: Inputs) -> Iterator[Finding]:
        groups: dict[object, list[int]] = defaultdict(list)
        for i, row in enumerate(rows):
            groups[row[key]].append(i)
        for members in groups.values():
            members.sort(key=lambda i: rows[i][along])
            for before, after in pairwise(members):
                if rows[after][worth] > rows[before][worth]:
                    limit = rows[before][worth]
                    yield Finding(after, worth, f"must not rise with {along}: at most {limit}", rows[after][worth])

    return Rule(f"{worth}_falls_with_{along}", f"{worth} does not rise with {along}", check)


def ids_apart(column: str, others: tuple[tuple[str, str], ...]) -> Rule:
    """Ids of `column` must differ from those of the other (table, column) pairs."""
    names = " and ".join(table for table, _ in others)

    def check(rows: Sequence[Row], inputs: Inputs) -> Iterator[Finding]:
        taken = {row[key]: table for table, key in others for row in inputs.rows(table)}
        for i, row in enumerate(rows):
            if row[column] in taken:
                yield Finding(i, column, f"is also an id in {taken[row[column]]}", row[column])

    return Rule(f"{column}_differs_from_{'_'.join(t for t, _ in others)}", f"{column} is no id in {names}", check)


def item_rule(keys: Sequence[tuple[str, tuple[str, ...]]], without: Sequence[str] = ()) -> Rule:
    """`item` must name exactly one row of the given (table, key columns): by last key or by all, dotted.

    What is in the tables `without` is known, but of no use here.
    """
    able = [table for table, _ in keys if table not in without]

    def check(rows: Sequence[Row], inputs: Inputs) -> Iterator[Finding]:
        dotted: dict[str, set[str]] = defaultdict(set)
        for table, columns in keys:
            for given in inputs.rows(table):
                ids = [str(given[c]) for c in columns]
                dotted[".".join(ids)].add(table)
                dotted[ids[-1]].add(table)
        for i, row in enumerate(rows):
            item, found = row["item"], sorted(dotted.get(row["item"], set()).intersection(able))
            if item not in dotted:
                yield Finding(i, "item", "names nothing in this scenario", item, nearest(item, dotted))
            elif not found:
                stands = ", ".join(sorted(dotted[item]))
                yield Finding(i, "item", f"is in {stands}, which has no use here: only {', '.join(able)} have", item)
            elif len(found) > 1:
                yield Finding(i, "item", f"is ambiguous between {', '.join(found)}; write site.name", item)

    return Rule("item_names_one_thing", "item names one thing of a kind that the table is for", check)
