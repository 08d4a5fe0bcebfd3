"""Lines that were meant as a marker and would not be taken for one: misspelt, in the wrong letters or signs, glued.

A line may look like a marker in three degrees. Letters in capitals, or signs before the words (``###``, ``===``),
are loud: such a line hardly means anything else, so much is forgiven in its spelling. Any other line must consist of
the words of a marker and nothing else, nearly rightly spelt. Prose about a beginning and a solution is none.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import lru_cache

__all__ = ["KINDS", "looks_like_a_marker", "marker"]

KINDS = ("SOLUTION", "HIDDEN TESTS", "MARK SCHEME")
_VERBS = ("BEGIN", "END")

# What people write for these words where the line is loud.
_OTHER_VERBS = {"START": "BEGIN", "BEGINNING": "BEGIN", "DEBUT": "BEGIN", "STOP": "END", "FINISH": "END", "FIN": "END"}
_OTHER_KINDS = {"TEST": "HIDDEN TESTS", "TESTS": "HIDDEN TESTS", "MARKINGSCHEME": "MARK SCHEME"}
# Words that are a letter or two away from those of a marker.
_OTHER_WORDS = set(
    "AND SEND BEND LEND MEND TEND REND VEND WEND FEND EN ED BEING BEGAN BEGUN BEGINNER "
    "EVOLUTION RESOLUTION POLLUTION REVOLUTION".split()
)
_FILLERS = {"THE", "OF", "A", "MY", "YOUR", "DE", "DU", "LA", "LE"}
_LONGEST = 5  # words of a marker, fillers left out, and one to spare for a word that fell apart


def marker(verb: str, kind: str) -> str:
    """The words of a marker, as nbgrader looks for them."""
    return f"{verb} {kind}"


@lru_cache(maxsize=1 << 14)  # a release of each language reads the same lines
def looks_like_a_marker(line: str) -> str | None:
    """The words of the marker that ``line`` was meant to be, whether or not it is well written; None if it is none.

    >>> looks_like_a_marker("we end the solution where it begins")
    """
    plain = _plain(line)
    for verb in _VERBS:
        for kind in KINDS:
            if marker(verb, kind) in plain:
                return marker(verb, kind)
    loud = _loud_words(plain)
    for words in loud:
        if found := _meant(words, loud=True):
            return found
    found = _meant([word.upper() for word in _only_words(plain)], loud=False)
    return found or _kind_alone(plain)


def _plain(line: str) -> str:
    """The line in letters without accents, and of one width."""
    parts = unicodedata.normalize("NFKD", line)
    return "".join(letter for letter in parts if not unicodedata.combining(letter))


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W\d_]+", text)


def _loud_words(plain: str) -> Iterator[Sequence[str]]:
    """The runs of words in which a marker may stand that is written loudly."""
    for run in re.findall(r"(?:\b[^\W\d_a-z]{2,}\b\W*)+", plain.replace("_", " ")):
        words = [word for word in _words(run) if word not in _FILLERS]
        for start in range(len(words)):
            for end in range(start + 1, min(start + _LONGEST, len(words)) + 1):
                yield words[start:end]
    if re.match(r"\W*(##|==|--|\*\*)", plain):
        words = [word for word in map(str.upper, _words(plain)) if word not in _FILLERS]
        for end in range(1, min(_LONGEST, len(words)) + 1):
            yield words[:end]


def _only_words(plain: str) -> list[str]:
    """The words of a comment or of a line of prose that holds nothing but words."""
    text = plain.strip()
    between = r"[\s_-]+" if text.startswith("#") else r"\s+"
    if re.fullmatch(rf"[^\w(]*[^\W\d_]+(?:{between}[^\W\d_]+)*[^\w(]*", text):
        return _words(text)
    return []


def _meant(words: Sequence[str], *, loud: bool) -> str | None:
    """The marker that these words together are nearly."""
    if len(words) > _LONGEST:
        return None
    for verb in _VERBS:
        for kind in KINDS:
            whole = verb + kind.replace(" ", "")
            if "".join(words) == whole or (len(words) == 1 and _distance(words[0], whole) <= 2):
                return marker(verb, kind)
    for cut in range(1, len(words)):
        first, rest = "".join(words[:cut]), "".join(words[cut:])
        near_verb = _near(first, _VERBS, 1) or (_OTHER_VERBS.get(first) if loud else None)
        near_kind = _near(rest, KINDS, 1 + loud) or (_OTHER_KINDS.get(rest) if loud else None)
        if near_verb and near_kind:
            return marker(near_verb, near_kind)
    return None


def _near(word: str, targets: Sequence[str], most: int) -> str | None:
    near = [target for target in targets if _distance(word, target.replace(" ", "")) <= most]
    return near[0] if near and word not in _OTHER_WORDS else None


def _kind_alone(plain: str) -> str | None:
    """The kind of region, where a line names it, loudly, and nothing else."""
    words = _words(plain)
    signs = re.match(r"\s*(###+|==+)\s*\w", plain)
    shouted = plain.lstrip().startswith("#") and plain.isupper()
    if not words or not (signs or shouted):
        return None
    return _near("".join(words).upper(), KINDS, 1)


def _distance(one: str, other: str) -> int:
    """How many letters to add, drop, replace or swap with the next to make one word of the other; 3 for 3 and more."""
    if abs(len(one) - len(other)) > 2:
        return 3
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        earlier, before, row = before, row, [i]
        for j, target in enumerate(other, 1):
            cost = min(row[-1] + 1, before[j] + 1, before[j - 1] + (letter != target))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == target:
                cost = min(cost, earlier[j - 2] + 1)
            row.append(cost)
    return min(row[-1], 3)
