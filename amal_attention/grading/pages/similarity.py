"""Answers that are alike, whatever their names, comments and blanks: a place to look, not a verdict.

Each answer becomes a row of tokens. Names that a student chooses are all one token, and so are all numbers and all
texts; keywords, operators, and names that belong to a library (behind a dot that follows something else than ``self``,
or given to a call by keyword) stay. Of each run of 12 tokens a hash is taken, and of each 4 hashes in a row the
smallest is kept, so that what two answers share over 15 tokens is found in both (winnowing; Schleimer, Wilkerson and
Aiken, SIGMOD 2003). What the skeleton gave, and what more than a tenth of all have, says nothing and is left out.

Hashes that too many have are not compared, so the time is linear in the number of submissions; the price is that a
text which more than 50 of them handed in is taken for common ground.
"""

from __future__ import annotations

import keyword
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, zip_longest
from zlib import crc32

__all__ = ["Place", "SimilarPair", "similar_pairs"]

_RUN = 12  # tokens
_WINDOW = 4  # hashes
_LEAST = 12  # hashes that two answers must share: some 40 tokens
_FEW, _MANY, _COMMON = 5, 50, 0.1  # how many may have what is compared
_LONGEST = 50_000  # characters of an answer

# No possessive repetition, which Python before 3.11.5 gets wrong: branches exclude one another, little is tried twice.
_TOKEN = re.compile(
    r"""
    (?P<skip> [ \t\f\r\\]+ | \#[^\n]* )
  | (?P<line> \n )
  | (?P<text> [bBfFrRuU]{0,2} (?: '''(?:[^\\']|\\.|'(?!''))*(?:'''|\Z) | \"\"\"(?:[^\\"]|\\.|"(?!""))*(?:\"\"\"|\Z)
                              | '(?:[^\\'\n]|\\.)*'? | "(?:[^\\"\n]|\\.)*"? ) )
  | (?P<number> \.?\d[\w.]* )
  | (?P<name> [^\W\d]\w* )
  | (?P<sign> \*\*=|//=|>>=|<<=|->|:=|[-+*/%@&|^=<>!]=|\*\*|//|<<|>>|. )
    """,
    re.VERBOSE | re.DOTALL,
)


@dataclass(frozen=True)
class Place:
    """Where two submissions are alike.

    Attributes:
        question: whose answers.
        score: how much of the shorter one, of what is neither given nor common, stands in the other one; 0 to 1.
        first: lines of the answer of the first, from 1, between which it stands.
        second: the same of the second.
    """

    question: str
    score: float
    first: tuple[int, int]
    second: tuple[int, int]


@dataclass(frozen=True)
class SimilarPair:
    """Two submissions with answers that are alike.

    Attributes:
        first: name of the one.
        second: name of the other.
        shared: how much they share on the whole, in hashes of some 3 tokens each: the longer, the less it is chance.
        places: where they are alike, the most alike first.
    """

    first: str
    second: str
    shared: int
    places: tuple[Place, ...]

    @property
    def score(self) -> float:
        """The score of the two answers that are most alike."""
        return self.places[0].score


def similar_pairs(
    sources: Mapping[str, Mapping[str, str]], skeleton: Mapping[str, str] | None = None, *, threshold: float = 0.7
) -> list[SimilarPair]:
    """The pairs of submissions that have answers to the same question that are alike; those that share most first.

    Args:
        sources: the answers by question, by submission.
        skeleton: what was given, by question.
        threshold: the least score.
    """
    given = skeleton or {}
    found: dict[tuple[str, str], list[tuple[int, Place]]] = defaultdict(list)
    for question in dict.fromkeys(question for answers in sources.values() for question in answers):
        answers = {name: _Prints.of(each[question]) for name, each in sources.items() if question in each}
        common = _common(answers, given.get(question, ""), len(sources))
        for pair, shared, place in _alike(question, answers, common, threshold):
            found[pair].append((shared, place))
    pairs = [
        SimilarPair(*pair, sum(shared for shared, _ in places), tuple(place for _, place in _by_score(places)))
        for pair, places in found.items()
    ]
    return sorted(pairs, key=lambda pair: (-pair.shared, pair.first, pair.second))


@dataclass(frozen=True)
class _Prints:
    """The fingerprints of an answer: hashes of runs of tokens, each with the lines where the run begins and ends."""

    lines: Mapping[int, tuple[int, int]]

    @classmethod
    def of(cls, source: str) -> _Prints:
        return cls(dict(_winnowed(_runs(source))))


def _by_score(places: Sequence[tuple[int, Place]]) -> list[tuple[int, Place]]:
    return sorted(places, key=lambda each: (-each[1].score, -each[0]))


def _common(answers: Mapping[str, _Prints], given: str, submissions: int) -> frozenset[int]:
    """The hashes that say nothing: given, or had by too many."""
    most = min(max(_FEW, int(_COMMON * submissions)), _MANY)
    counts = Counter(print_ for answer in answers.values() for print_ in answer.lines)
    return frozenset({hash_ for hash_, _ in _runs(given)} | {each for each, count in counts.items() if count > most})


def _alike(
    question: str, answers: Mapping[str, _Prints], common: frozenset[int], threshold: float
) -> Iterator[tuple[tuple[str, str], int, Place]]:
    """The pairs of submissions whose answers to a question are alike: how much they share, and where."""
    own = {name: answer.lines.keys() - common for name, answer in answers.items()}
    having: dict[int, list[str]] = defaultdict(list)
    for name, prints in own.items():
        for each in prints:
            having[each].append(name)
    shared = Counter(pair for names in having.values() for pair in combinations(names, 2))
    for (first, second), count in shared.items():
        score = count / min(len(own[first]), len(own[second]))
        if count >= _LEAST and score >= threshold:
            both = own[first] & own[second]
            spans = [_span([answers[name].lines[each] for each in both]) for name in (first, second)]
            yield (first, second), count, Place(question, score, *spans)


def _span(lines: Sequence[tuple[int, int]]) -> tuple[int, int]:
    return min(first for first, _ in lines), max(last for _, last in lines)


def _runs(source: str) -> list[tuple[int, tuple[int, int]]]:
    """The hash of every run of tokens of a source, with the lines of its first and its last token."""
    tokens = list(_tokens(source))
    return [
        (crc32(" ".join(token for token, _ in run).encode(errors="replace")), (run[0][1], run[-1][1]))
        for run in (tokens[start : start + _RUN] for start in range(len(tokens) - _RUN + 1))
    ]


def _winnowed(runs: Sequence[tuple[int, tuple[int, int]]]) -> Iterator[tuple[int, tuple[int, int]]]:
    """Of each window of runs the one with the smallest hash, of equal ones the last."""
    for start in range(max(len(runs) - _WINDOW + 1, min(len(runs), 1))):
        window = runs[start : start + _WINDOW]
        yield min(reversed(window), key=lambda run: run[0])


def _tokens(source: str) -> Iterator[tuple[str, int]]:
    """The tokens of Python, right or wrong, that say how an answer works, each with its line."""
    line, before, depth, statement = 1, ["", ""], 0, True
    found = [match for match in _TOKEN.finditer(source[:_LONGEST]) if match.lastgroup != "skip"]
    for match, after in zip_longest(found, found[1:]):
        kind, word = match.lastgroup, match[0]
        if kind == "line":
            line, statement = line + 1, statement or depth == 0
            continue
        depth += (word in "([{") - (word in ")]}") if kind == "sign" else 0
        token = _normal(kind or "", word, before, "" if after is None else after[0], inside=depth > 0)
        if not (kind == "text" and statement):  # a text that is a statement is a comment
            yield token, line
        line, statement = line + word.count("\n"), kind == "sign" and word in ":;" and depth == 0
        before = [before[1], word]


def _normal(kind: str, word: str, before: Sequence[str], after: str, *, inside: bool) -> str:
    """What a token is compared as."""
    if kind == "text":
        return "'"
    if kind == "number":
        return "0"
    if kind != "name" or keyword.iskeyword(word):
        return word
    of_library = (before[1] == "." and before[0] != "self") or (inside and after == "=" and before[1] in ("(", ","))
    return word if of_library else "v"
