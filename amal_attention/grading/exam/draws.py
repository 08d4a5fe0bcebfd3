"""Random sizes and seeds for hidden tests: others for each test and each run, and the same for the same seed."""

from __future__ import annotations

import hashlib
import random

import torch

__all__ = ["Draws", "seed_of"]


def seed_of(secret: int, digest: str) -> int:
    """The seed of one submission: it cannot be guessed without the secret, and other bytes give another seed.

    Args:
        secret: the seed of the run.
        digest: the digest of the submission's bytes.
    """
    return int.from_bytes(hashlib.sha256(f"{secret} {digest}".encode()).digest()[:8])


class Draws:
    """The draws of one hidden test.

    Args:
        seed: the seed of the run.
        test: the name of the test.
    """

    def __init__(self, seed: int, test: str) -> None:
        self._random = random.Random(f"{seed} {test}")

    def seed(self) -> int:
        """A seed, for an expectation."""
        return self._random.randrange(1, 2**31)

    def generator(self) -> torch.Generator:
        """A generator of tensors."""
        return torch.Generator().manual_seed(self.seed())

    def between(self, least: int, most: int) -> int:
        """A whole number between two others, both included."""
        return self._random.randint(least, most)

    def sizes(self, count: int, least: int, most: int) -> list[int]:
        """Whole numbers no two of which are equal, in any order."""
        return self._random.sample(range(least, most + 1), count)

    def lengths(self, count: int, longest: int = 8) -> list[int]:
        """Lengths of texts no two of which are equal; one of them is 1, and three or more are in no order."""
        lengths = [1, *self.sizes(count - 1, 2, longest)]
        self._random.shuffle(lengths)
        while count > 2 and lengths in (sorted(lengths), sorted(lengths, reverse=True)):
            self._random.shuffle(lengths)
        return lengths
