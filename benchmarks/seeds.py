"""Grade the bank of mistakes with many seeds: does a mistake lose the same marks, and a right answer none, with each?

    python benchmarks/seeds.py                      (seeds 1 to 20, the whole bank: an hour)
    python benchmarks/seeds.py --seeds 5 learned    (seeds 1 to 5, the submissions with "learned" in their names)

The hidden tests run in this process, as in tests/solutions/tp9_attention/test_hidden_tests.py. The exit status is 1 if
a submission loses marks where it must not, keeps them where it must, or fails other tests with another seed.
"""

from __future__ import annotations

import argparse
import sys
from collections import defaultdict
from pathlib import Path

import torch

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.solutions.tp9_attention.test_hidden_tests import MUTANTS, lost_with

Failed = frozenset[tuple[str, str]]
"""The hidden tests that a submission fails, each with its question."""


def main() -> int:
    """Grade them, and print those that are not graded as they should be."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--seeds", type=int, default=20)
    options.add_argument("names", nargs="*", help="parts of the names of submissions")
    chosen = options.parse_args()
    names = [name for name in MUTANTS if not chosen.names or any(part in name for part in chosen.names)]
    torch.set_num_threads(1)
    found: dict[str, dict[Failed, list[int]]] = {name: defaultdict(list) for name in names}
    for seed in range(1, chosen.seeds + 1):
        for name in names:
            found[name][failed(name, seed)].append(seed)
        print(f"seed {seed} of {chosen.seeds}", file=sys.stderr)
    wrong = [name for name in names if any(questions(each) != set(MUTANTS[name].loses) for each in found[name])]
    unstable = [name for name in names if len(found[name]) > 1]
    for name in {*wrong, *unstable}:
        print(f"{name} must lose {MUTANTS[name].loses}")
        for tests, seeds in found[name].items():
            print(f"    fails {sorted(tests)} with seeds {seeds}")
    print(f"{len(names)} submissions, {chosen.seeds} seeds: {len(wrong)} with wrong marks, {len(unstable)} unstable")
    return bool(wrong or unstable)


def failed(name: str, seed: int) -> Failed:
    """The tests that a submission fails."""
    return frozenset((each.test.question, each.test.name) for each in lost_with(name, seed))


def questions(tests: Failed) -> set[str]:
    """The questions that these tests belong to."""
    return {question for question, _ in tests}


if __name__ == "__main__":
    sys.exit(main())
