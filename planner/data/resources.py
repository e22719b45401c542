"""Where the files that come with the package are found."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parents[1]
_NAMES = ("data", "scenarios")


def resource_dir(name: str) -> Path:
    """The folder `data` (catalogues) or `scenarios` (bundled studies).

    A wheel carries them inside the package; in a checkout they lie beside it.

    Raises
    ------
    ValueError
        If `name` is neither.
    FileNotFoundError
        If the installation lacks the folder.
    """
    if name not in _NAMES:
        raise ValueError(f"a resource folder is one of {', '.join(_NAMES)}, got {name!r}")
    places = (_PACKAGE / "_resources" / name, _PACKAGE.parent / name)
    for folder in places:
        if folder.is_dir():
            return folder
    raise FileNotFoundError(f"the installation lacks its folder {name!r}: looked at {', '.join(map(str, places))}")
