"""Run solved notebooks from their first cell to their last, as Run All does, and tell how long each cell takes.

    python benchmarks/notebook.py                          (of every lab, on data that come with it)
    python benchmarks/notebook.py tp10_seq2seq --out seen  (one lab; what its cells showed is kept in seen/)
    python benchmarks/notebook.py tp9_attention --data ../shared/data    (on IMDB: eight minutes)

They run with one thread. What counts is CPU seconds, which do not depend on what else the machine does; the time that
passed stands beside them. The exit status is 1 if a cell ends in an error, or, without --data, if a notebook takes more
CPU seconds than its lab allows: MOST_SECONDS.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import nbformat
import psutil
from nbclient import NotebookClient

from amal_attention.course.release.release import solved
from amal_attention.lab import Lab

MOST_SECONDS = {"tp9_attention": 120, "tp10_seq2seq": 240, "tp11_transformer": 300, "tp12_adversarial": 180}
LABS = Path(__file__).parents[1] / "solutions"


class Timed(NotebookClient):
    """Runs a notebook, and notes of each cell the CPU seconds, the seconds that passed, and its first line."""

    def __init__(self, notebook: Any) -> None:
        super().__init__(notebook, timeout=None, kernel_name="python3", allow_errors=True)
        self.seconds: list[tuple[float, float, str]] = []

    async def async_execute_cell(self, cell: Any, *inputs: Any, **options: Any) -> Any:
        """Run one cell."""
        cpu, began = self._cpu_seconds(), time.monotonic()
        done = await super().async_execute_cell(cell, *inputs, **options)
        passed = time.monotonic() - began
        self.seconds.append((self._cpu_seconds() - cpu, passed, cell.source.partition("\n")[0]))
        return done

    def _cpu_seconds(self) -> float:
        """Those of the kernel and of all that it started, until now."""
        return sum(psutil.Process(self.km.provisioner.pid).cpu_times()[:4])


def run(name: str, language: str, out: Path | None) -> tuple[float, list[str]]:
    """Run a lab's notebook, and print the cells that took longest, the errors, and the time of all.

    Returns:
        its CPU seconds, and the errors of its cells.
    """
    notebook = nbformat.reads(solved(Lab.find(name, LABS), language).decode(), as_version=4)
    client = Timed(notebook)
    with tempfile.TemporaryDirectory() as folder:
        client.resources["metadata"] = {"path": folder}
        client.execute()
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
        nbformat.write(notebook, out / f"{name}.{language}.ipynb")
    errors = [out.evalue for cell in notebook.cells for out in cell.get("outputs", []) if out.output_type == "error"]
    print(f"{name}\n    CPU    passed")
    for cpu, passed, line in sorted(client.seconds, reverse=True)[:16]:
        print(f"{cpu:7.1f} s {passed:7.1f} s  {line}")
    cpu, passed = (sum(times) for times in list(zip(*client.seconds, strict=True))[:2])
    print(f"{cpu:7.1f} s {passed:7.1f} s  in all; errors: {errors or 'none'}")
    return cpu, errors


def main() -> int:
    """Run the labs that are named, or all."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("labs", nargs="*", default=list(MOST_SECONDS), help="names of labs; all, where there is none")
    options.add_argument("--data", type=Path, help="the folder that holds IMDB and GloVe; without it, the sample")
    options.add_argument("--language", default="fr", help="of the notebook (fr)")
    options.add_argument("--out", type=Path, help="a folder in which the notebooks are kept as they ran")
    chosen = options.parse_args()
    os.environ["OMP_NUM_THREADS"] = "1"
    os.environ.pop("AMAL_DATA", None)
    if chosen.data:
        os.environ["AMAL_DATA"] = str(chosen.data.resolve())
    failed = False
    for name in chosen.labs:
        cpu, errors = run(name, chosen.language, chosen.out)
        failed |= bool(errors) or (chosen.data is None and cpu > MOST_SECONDS[name])
    return failed


if __name__ == "__main__":
    sys.exit(main())
