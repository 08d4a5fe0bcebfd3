"""Pairs that hang together are one cluster; a search through the graph of pairs says the same."""

from __future__ import annotations

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from amal_attention.grading.pages.clusters import clusters
from amal_attention.grading.pages.similarity import Place, SimilarPair

NAMES = "abcdefgh"


def pair(first: str, second: str, question: str = "q1", score: float = 0.9, shared: int = 20) -> SimilarPair:
    return SimilarPair(first, second, shared, (Place(question, score, (1, 2), (3, 4)),))


def reached(start: str, edges: set[frozenset[str]]) -> frozenset[str]:
    found, waiting = {start}, [start]
    while waiting:
        here = waiting.pop()
        for there in {name for edge in edges if here in edge for name in edge} - found:
            found.add(there)
            waiting.append(there)
    return frozenset(found)


@given(st.lists(st.sampled_from(list(combinations(NAMES, 2))), unique=True))
def test_clusters_are_what_a_search_reaches_and_hold_each_pair_once(edges):
    made = clusters([pair(*each) for each in edges])
    graph = {frozenset(each) for each in edges}
    assert {frozenset(each.names) for each in made} == {reached(name, graph) for edge in graph for name in edge}
    assert sorted((each.first, each.second) for one in made for each in one.pairs) == sorted(edges)


def test_the_greatest_score_of_each_question_is_told_and_large_clusters_come_first():
    pairs = [
        pair("x", "y", shared=500),
        pair("a", "b", "q2", 0.8),
        pair("b", "c", "q2", 1.0),
        pair("a", "c", "q1", 0.9),
    ]
    first, second = clusters(pairs)
    assert (first.names, first.questions) == (("a", "b", "c"), (("q2", 1.0), ("q1", 0.9)))
    assert second.names == ("x", "y")


def test_without_pairs_there_is_no_cluster():
    assert clusters([]) == []
