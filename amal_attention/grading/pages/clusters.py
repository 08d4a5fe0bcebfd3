"""Submissions with answers that are alike, put together: three who share one are one cluster, not three pairs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from amal_attention.grading.pages.similarity import SimilarPair

__all__ = ["Cluster", "clusters"]


@dataclass(frozen=True)
class Cluster:
    """Submissions of which each is like another one of them.

    Attributes:
        names: the names of the submissions, in order.
        questions: the questions whose answers are alike, and the greatest score of each; the most alike first.
        pairs: the pairs that it is made of, those that share most first.
    """

    names: tuple[str, ...]
    questions: tuple[tuple[str, float], ...]
    pairs: tuple[SimilarPair, ...]

    @property
    def shared(self) -> int:
        """How much its pairs share in all."""
        return sum(pair.shared for pair in self.pairs)


def clusters(pairs: Sequence[SimilarPair]) -> list[Cluster]:
    """The clusters that these pairs make, those of most submissions first, then those that share most."""
    of: dict[str, list[SimilarPair]] = {}
    for pair in pairs:
        first, second = of.setdefault(pair.first, []), of.setdefault(pair.second, [])
        first.append(pair)
        if first is not second:
            first += second
            names = {name for each in second for name in (each.first, each.second)} | {pair.second}
            of |= dict.fromkeys(names, first)
    together = {id(group): group for group in of.values()}
    made = [_cluster(group) for group in together.values()]
    return sorted(made, key=lambda each: (-len(each.names), -each.shared, each.names))


def _cluster(pairs: Sequence[SimilarPair]) -> Cluster:
    scores: dict[str, float] = {}
    for place in (place for pair in pairs for place in pair.places):
        scores[place.question] = max(place.score, scores.get(place.question, 0.0))
    return Cluster(
        tuple(sorted({name for pair in pairs for name in (pair.first, pair.second)})),
        tuple(sorted(scores.items(), key=lambda each: -each[1])),
        tuple(sorted(pairs, key=lambda pair: (-pair.shared, pair.first, pair.second))),
    )
