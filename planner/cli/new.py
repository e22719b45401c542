"""`planner new`: a scenario of one's own, copied from a bundled one."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import click

from planner.cli.session import OK, Session, common
from planner.core.errors import InputError, Problem

NAME = re.compile(r"[a-z][a-z0-9_-]*")


@click.command("new")
@click.argument("name")
@click.option("--from", "source", default="llama-2023", show_default=True, metavar="NAME", help="The scenario to copy.")
@common
@click.pass_obj
def new(session: Session, name: str, source: str) -> int:
    """Copy a bundled scenario to the folder ./NAME, to be edited."""
    target = Path(name)
    if not NAME.fullmatch(target.name):
        raise click.BadParameter(
            f"{target.name or name!r}: must start with a small letter and hold only small letters, digits, - and _",
            param_hint="NAME",
        )
    if target.exists() or target.is_symlink():
        raise click.BadParameter(f"{target} is there already; nothing is overwritten", param_hint="NAME")
    if not target.parent.is_dir():
        raise click.BadParameter(f"there is no folder {target.parent} to put it in", param_hint="NAME")
    folder = _find(source)
    part = target.with_name(f".{target.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    shutil.copytree(folder, part, ignore=shutil.ignore_patterns("__pycache__", ".*"))
    file = part / "scenario.yaml"
    file.write_text(renamed(file.read_text(encoding="utf-8"), target.name, folder), encoding="utf-8")
    part.rename(target)
    session.study = target.name
    files = sorted(path for path in target.rglob("*") if path.is_file())
    said = f"{target} is a copy of {source}; edit it, then: planner validate {target} && planner plan {target}"
    session.result(said, {"status": "created", "files": files})
    return OK


def renamed(text: str, name: str, folder: Path) -> str:
    """scenario.yaml under another name; what it extends is named so that it is found from anywhere."""
    text, found = re.subn(r"(?m)^name:.*$", f"name: {name}", text, count=1)
    if not found:
        text = re.sub(r"(?m)^(format:.*)$", rf"\1\nname: {name}", text, count=1)
    return re.sub(r"(?m)^extends:[ \t]*(.*?)[ \t]*$", lambda m: f"extends: {_bundled(m[1], folder)}", text, count=1)


def _bundled(extends: str, folder: Path) -> str:
    """The name of a bundled scenario, or the absolute path of another, that `extends` means in a folder."""
    from planner.data.load import locate
    from planner.data.resources import resource_dir

    said, mark, comment = extends.partition(" #")
    base = locate(Path(said.strip().strip("'\"")), folder)
    root = resource_dir("scenarios").resolve()
    if base is None:
        return extends
    found = base.resolve()
    where = found.relative_to(root).as_posix() if found.is_relative_to(root) else found.as_posix()
    return where + mark + comment


def _find(source: str) -> Path:
    from planner.core.rules import nearest
    from planner.data.load import bundled_names, locate

    folder = locate(Path(source))
    if folder is None:
        near = nearest(source, bundled_names())
        raise InputError([Problem("scenario_not_found", "no bundled scenario of that name", got=source, near=near)])
    return folder
