"""How fast the lab's models train: beside what people would use instead, and as reviews and their length grow.

    python benchmarks/training.py --data DATA_DIR              (DATA_DIR holds IMDB and GloVe)
    python benchmarks/training.py --data DATA_DIR --only "q1 frozen" fasttext --reviews 5000 --json FILE
    python benchmarks/training.py --data DATA_DIR --growth --only "q2 frozen"
    python benchmarks/training.py --data sample --repeats 1    (no data needed)

Each run is a new process with its own peak memory (what it imports included); runs take turns, and the figures are
medians. The contenders:

- ``ours``: the recipe, its data module and Lightning's trainer, without logs and checkpoints;
- ``padded``: the same reviews kept as tokens in memory, random batches padded to the longest, the lab's plain modules
  in a plain loop, the recipe's crop and dropouts (of vectors, not of words), Adam; batches and step size that suit it;
- ``course``: the same, but one file read and split again for each review of each epoch, as the course's code does it
  (with our vocabulary, which for tuned embeddings spares it most of Adam's work);
- ``fasttext``, ``tf-idf``, ``nb-lr``: from ``pip install '.[peers]'``; left out, with a word, where they are missing.

On a machine that others use, ``--clock cpu --threads 1`` counts the seconds of CPU of each process in place of those of
the clock on the wall.

Where there is a CUDA device, what runs on torch runs there.

An epoch is training alone. The seconds to an accuracy count the epochs, and what ``fit`` does before the first; a fit
of scikit-learn counts as one epoch, the making of its features included. Ratios tell how many times ours is faster, or
smaller: more than 1 is in our favour.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import logging
import multiprocessing
import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import redirect_stderr
from dataclasses import asdict, dataclass
from importlib.metadata import version
from io import StringIO
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from amal_attention.lasting import lasting_imports

HERE = Path(__file__).parent
QUESTIONS = ("q1", "q2", "q3", "q4", "q5")
PEERS = {"fasttext": "fasttext", "tf-idf": "sklearn", "nb-lr": "sklearn"}
GRU = "--model.init_args.pooling.init_args.cell=gru"
FACTORS = (1, 2, 4)
CROP = 100
_DEVICE = "import torch; print(torch.cuda.get_device_name() if torch.cuda.is_available() else 'cpu')"


@dataclass(frozen=True)
class Job:
    """One contender at one question; ``against`` is the name of ours that it is compared with."""

    name: str
    kind: str
    against: str
    question: str = "q1"
    tuned: bool = False
    options: Sequence[str] = ()


@dataclass(frozen=True)
class Figures:
    """What the runs of a job come to: medians. ``reached`` is ``None`` where most of them never got there."""

    reviews_a_second: float
    epoch: float
    reached: float | None
    memory: float
    test: float


def main() -> None:
    """Measure and print."""
    chosen = options().parse_args()
    if chosen.data != "sample" and not Path(chosen.data).is_dir():
        sys.exit(f"expected sample, or a folder with IMDB and GloVe; got {chosen.data}")
    prepare_children(chosen.threads, chosen.clock)
    print(f"{chosen.threads} threads on {os.cpu_count()} cores, load {os.getloadavg()[0]:.2f}", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        measured = growth(chosen, Path(folder)) if chosen.growth else comparison(chosen, Path(folder))
    print(f"load at the end {os.getloadavg()[0]:.2f}")
    if chosen.json:
        about = {"options": vars(chosen) | {"json": None}, "machine": machine()}
        chosen.json.write_text(json.dumps({**about, "measured": measured}, indent=1), "utf-8")


def options() -> argparse.ArgumentParser:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", default=os.environ.get("AMAL_DATA", "sample"), metavar="sample|DIR")
    parser.add_argument("--only", nargs="+", default=[""], metavar="NAME", help="runs whose name has all words of one")
    parser.add_argument("--reviews", type=int, help="so many reviews of each split, drawn at random")
    parser.add_argument("--epochs", type=int, help="in place of the recipe's")
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--clock", choices=["wall", "cpu"], default="wall", help="cpu: of the process, all its threads")
    parser.add_argument("--accuracy", type=float, default=0.8, help="of validation, to be reached")
    parser.add_argument("--growth", action="store_true", help="1, 2, 4 times the reviews, then the length; ours alone")
    parser.add_argument("--json", type=Path, metavar="FILE", help="keep the figures of every run there")
    return parser


def all_jobs() -> list[Job]:
    """Every contender at every question."""
    jobs = []
    for tuned, embeddings in ((False, "frozen"), (True, "tuned")):
        for question in QUESTIONS:
            ours = f"ours {question} {embeddings}"
            kinds = [*(["course"] if question == "q1" else []), *(["padded"] if question != "q5" else []), "ours"]
            jobs += [Job(f"{kind} {question} {embeddings}", kind, ours, question, tuned) for kind in kinds]
        jobs.append(Job(f"ours q4 {embeddings} gru", "ours", f"ours q4 {embeddings}", "q4", tuned, [GRU]))
    return jobs + [Job(peer, peer, "ours q1 tuned") for peer in PEERS]


def selected(jobs: Iterable[Job], names: Sequence[str]) -> list[Job]:
    """The jobs that were asked for and can run here."""
    kept = []
    for job in jobs:
        if any(set(name.split()) <= set(job.name.split()) for name in names):
            if importlib.util.find_spec(PEERS.get(job.kind, "json")):
                kept.append(job)
            else:
                print(f"{job.name}: left out, {PEERS[job.kind]} is missing (pip install '.[peers]')")
    return kept


def comparison(chosen: argparse.Namespace, folder: Path) -> dict[str, Any]:
    """All contenders on the same texts."""
    jobs = selected(all_jobs(), chosen.only)
    write_texts(chosen, folder / "texts", 1)
    runs = take_turns({job.name: (job, folder / "texts") for job in jobs}, chosen)
    figures = {name: medians(each, chosen.accuracy) for name, each in runs.items()}
    table = Table("", "reviews/s", "ours ×", "epoch s", f"s to {chosen.accuracy:g}", "ours ×", "MB", "ours ×", "test")
    for job in jobs:
        table.add_row(job.name, *cells(figures[job.name], figures.get(job.against)))
    Console(width=120).print(table)
    return {"runs": runs, "medians": {name: asdict(each) for name, each in figures.items()}}


def growth(chosen: argparse.Namespace, folder: Path) -> dict[str, Any]:
    """Ours, with more reviews, and on longer windows of them, read as texts."""
    jobs = [job for job in selected(all_jobs(), chosen.only) if job.kind == "ours"]
    planned = {}
    for factor in FACTORS:
        write_texts(chosen, folder / str(factor), factor)
        for job in jobs:
            windows = ["--data.train_as=texts", f"--data.crop={factor * CROP}"]
            cropped = Job(job.name, "ours", "", job.question, job.tuned, [*job.options, *windows])
            planned[f"{job.name}, {factor} × the reviews"] = (job, folder / str(factor))
            planned[f"{job.name}, {factor * CROP} tokens at most"] = (cropped, folder / "1")
    runs = take_turns(planned, chosen)
    figures = {name: medians(each, chosen.accuracy) for name, each in runs.items()}
    table = Table("", "epoch s", "MB")
    for name in sorted(figures):
        table.add_row(name, f"{figures[name].epoch:.2f}", f"{figures[name].memory:.0f}")
    Console(width=120).print(table)
    return {"runs": runs, "medians": {name: asdict(each) for name, each in figures.items()}}


def write_texts(chosen: argparse.Namespace, folder: Path, times: int) -> None:
    """Write the reviews in a process of its own."""
    given = {"folder": str(folder), "data": chosen.data, "reviews": chosen.reviews, "times": times}
    child("training_texts", given)


def take_turns(planned: dict[str, tuple[Job, Path]], chosen: argparse.Namespace) -> dict[str, list[dict[str, Any]]]:
    """Each job once, then each again."""
    runs: dict[str, list[dict[str, Any]]] = {name: [] for name in planned}
    for seed in range(chosen.repeats):
        for name, (job, folder) in planned.items():
            given = {"folder": str(folder), "seed": seed}
            given |= {name: getattr(chosen, name) for name in ("epochs", "threads")}
            module = "training_peers" if job.kind in PEERS else "training_runs"
            runs[name].append(child(module, {**given, **asdict(job)}))
            epochs = " ".join(f"{seconds:.2f}" for seconds in runs[name][-1]["epochs"])
            print(f"{name}: epochs of {epochs} s", file=sys.stderr, flush=True)
    return runs


def child(module: str, given: dict[str, Any]) -> dict[str, Any]:
    """What a new process measured; those that need torch are forked from a server that imported it, and ran nothing."""
    context = multiprocessing.get_context("spawn" if module == "training_peers" else "forkserver")
    with ProcessPoolExecutor(1, mp_context=context) as process:
        return process.submit(run, module, given).result()


def run(module: str, given: dict[str, Any]) -> dict[str, Any]:
    """In the child: do what was given, and add the most memory that it took, in MB."""
    for chatty in ("lightning.pytorch", "lightning.fabric"):
        logging.getLogger(chatty).setLevel(logging.ERROR)
    os.environ["AMAL_CACHE"] = str(Path(given["folder"]) / "cache")
    with lasting_imports():  # as `amal train` imports; in the first epoch a collection took 0.25 s of each contender
        imported = importlib.import_module(module)
    with redirect_stderr(StringIO()):  # progress bars, and warnings; an error reaches the parent by itself
        measured = imported.main(given)
    return {**measured, "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}


def prepare_children(threads: int, clock: str) -> None:
    """What all of them find: modules, a number of threads, a clock, and torch in the server."""
    libraries = dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"), str(threads))
    paths = os.pathsep.join(filter(None, [str(HERE), os.environ.get("PYTHONPATH")]))
    os.environ.update(libraries, PYTHONPATH=paths, BENCHMARK_CLOCK=clock)
    multiprocessing.set_forkserver_preload(["training_runs"])


def medians(runs: list[dict[str, Any]], accuracy: float) -> Figures:
    """The medians of what was measured."""
    epoch = statistics.median(statistics.mean(run["epochs"]) for run in runs)
    reached = statistics.median(seconds_to(run, accuracy) for run in runs)
    return Figures(
        reviews_a_second=runs[0]["reviews"] / epoch,
        epoch=epoch,
        reached=reached if reached < float("inf") else None,
        memory=statistics.median(run["memory"] for run in runs),
        test=statistics.median(run["test"] for run in runs),
    )


def seconds_to(run: dict[str, Any], accuracy: float) -> float:
    """Seconds of training until the validation accuracy is reached, infinite if it never is."""
    spent = run["start"]
    for seconds, reached in zip(run["epochs"], run["validation"], strict=True):
        spent += seconds
        if reached is not None and reached >= accuracy:
            return float(spent)
    return float("inf")


def cells(figures: Figures, ours: Figures | None) -> list[str]:
    """One line of the table."""
    faster = f"{figures.epoch / ours.epoch:.2f}" if ours else ""
    sooner = f"{figures.reached / ours.reached:.2f}" if ours and ours.reached and figures.reached else ""
    smaller = f"{figures.memory / ours.memory:.2f}" if ours else ""
    reached = f"{figures.reached:.2f}" if figures.reached else "never"
    speed = [f"{figures.reviews_a_second:.0f}", faster, f"{figures.epoch:.2f}", reached, sooner]
    return [*speed, f"{figures.memory:.0f}", smaller, f"{figures.test:.3f}"]


def device() -> str:
    """The name of the CUDA device, or cpu; asked for in a process of its own, which keeps none of its memory."""
    said = subprocess.run([sys.executable, "-c", _DEVICE], capture_output=True, text=True, check=True)
    return said.stdout.strip()


def machine() -> dict[str, Any]:
    """What the figures depend on."""
    present = ["torch", "lightning", *(["fasttext-wheel"] if importlib.util.find_spec("fasttext") else [])]
    present += ["scikit-learn"] if importlib.util.find_spec("sklearn") else []
    versions = {name: version(name) for name in present}
    return {
        "cores": os.cpu_count(),
        "architecture": platform.machine(),
        "device": device(),
        "python": platform.python_version(),
        **versions,
    }


if __name__ == "__main__":
    main()
