"""Files written whole or not at all."""

from __future__ import annotations

import glob
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def replacing(path: str | Path) -> Iterator[Path]:
    """A path beside `path` to write to; it takes the place of `path` only if the block ends well.

    Whatever was at `path` stays as it was until then, and what takes its place is on the disk before it does: whenever
    the process or the machine stops, one of the two is there. Missing folders are made. The file gets the permissions
    of any new file, so that colleagues can read it.
    """
    target = Path(os.path.realpath(path))
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f".{target.name}.{secrets.token_hex(4)}.part")
    try:
        yield part
        with part.open("rb+") as written:
            os.fsync(written.fileno())
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)


def remove_parts(path: str | Path) -> None:
    """Remove what processes that were killed while they wrote `path` left beside it."""
    target = Path(os.path.realpath(path))
    for part in target.parent.glob(f".{glob.escape(target.name)}.*.part"):
        part.unlink(missing_ok=True)


def write_bytes(path: str | Path, content: bytes) -> Path:
    """Write a file whole or not at all, and return its path."""
    with replacing(path) as part:
        part.write_bytes(content)
    return Path(path)
