"""Run the solved notebook from its first cell to its last, as Run All does, and tell how long each cell takes.

    python benchmarks/notebook.py                     (on the sample: two minutes are the most that it may take)
    python benchmarks/notebook.py --data ../shared/data    (on IMDB: eight minutes)

It runs with one thread. The exit status is 1 if a cell ends in an error, or, on the sample, after more than 120 s.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from nbclient import NotebookClient

from amal_attention.course.script.script import notebook_of, read_script
from amal_attention.lab import Lab

MOST_SECONDS = 120


class Timed(NotebookClient):
    """Runs a notebook, and notes the seconds that each cell took."""

    def __init__(self, notebook: Any) -> None:
        super().__init__(notebook, timeout=None, kernel_name="python3", allow_errors=True)
        self.seconds: list[tuple[float, str]] = []

    async def async_execute_cell(self, cell: Any, *inputs: Any, **options: Any) -> Any:
        """Run one cell."""
        began = time.monotonic()
        done = await super().async_execute_cell(cell, *inputs, **options)
        self.seconds.append((time.monotonic() - began, cell.source.partition("\n")[0]))
        return done


def main() -> int:
    """Run it, and print the ten cells that took longest, the errors, and the time of all."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--data", type=Path, help="the folder that holds IMDB and GloVe; without it, the sample")
    chosen = options.parse_args()
    os.environ["OMP_NUM_THREADS"] = "1"
    os.environ.pop("AMAL_DATA", None)
    if chosen.data:
        os.environ["AMAL_DATA"] = str(chosen.data.resolve())
    notebook = notebook_of(read_script(Lab.find("tp9_attention", Path(__file__).parents[1] / "solutions")), "fr")
    client = Timed(notebook)
    with tempfile.TemporaryDirectory() as folder:
        client.resources["metadata"] = {"path": folder}
        client.execute()
    errors = [out.evalue for cell in notebook.cells for out in cell.get("outputs", []) if out.output_type == "error"]
    for seconds, line in sorted(client.seconds, reverse=True)[:10]:
        print(f"{seconds:7.1f} s  {line}")
    total = sum(seconds for seconds, _ in client.seconds)
    print(f"{total:7.1f} s  in all; errors: {errors or 'none'}")
    return bool(errors) or (chosen.data is None and total > MOST_SECONDS)


if __name__ == "__main__":
    sys.exit(main())
