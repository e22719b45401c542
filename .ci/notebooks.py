"""Execute every notebook and hold each .ipynb to its jupytext source."""

from __future__ import annotations

import sys
from pathlib import Path

import jupytext
import nbclient


def main() -> int:
    """Run each notebook from its source; return how many differ from their .ipynb."""
    stale = 0
    for source in sorted(Path("notebooks").glob("*.py")):
        notebook = jupytext.read(source)
        nbclient.NotebookClient(notebook, timeout=600, resources={"metadata": {"path": "notebooks"}}).execute()
        kept = jupytext.read(source.with_suffix(".ipynb"))
        same = [c.source for c in kept.cells] == [c.source for c in notebook.cells]
        stale += not same
        print(f"{'ok   ' if same else 'STALE'} {source.name}: {len(notebook.cells)} cells run", flush=True)
    return stale


if __name__ == "__main__":
    sys.exit(1 if main() else 0)
