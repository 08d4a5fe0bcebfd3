"""How people speak of a lab's questions: "Exercise 1.1", as its notebook does, and never by the ids of cells."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from amal_attention.cell_names import TEST_PREFIX
from amal_attention.lab import Lab
from amal_attention.language import Language

__all__ = ["LabWords"]

_PART = re.compile(r"q(\d+)-")


@dataclass(frozen=True)
class LabWords:
    """The words for a lab in a language.

    Attributes:
        language: the language that is spoken.
        title: the title of the lab.
        names: the names of its questions, by their ids.
    """

    language: Language = field(default_factory=Language)
    title: str = ""
    names: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, lab: Lab, code: str) -> LabWords:
        """The words for a lab.

        Exercises are those that tests grade, open questions those that a person marks; several of one part are
        numbered in the order of the notebook, also where a course leaves some out.

        Args:
            lab: the lab.
            code: the code of the language.
        """
        language = Language(code, (lab.language_folder,))
        return cls(language, lab.titles.get(code, lab.title), dict(_names(lab, language)))

    def name(self, question: str) -> str:
        """What a question, or its test cell, is called; its id where it has no other name."""
        question = question.removeprefix(TEST_PREFIX)
        return self.names.get(question, question)

    def test(self, name: str) -> str:
        """What a hidden test is called, by the name of its function: "shapes" for ``test_shapes``."""
        return self.language.retold(name.removeprefix("test_").replace("_", " "))

    def text(self, text: str) -> str:
        """What was told in English, in the language: with the names of questions in the place of their ids."""
        told = self.language.retold(text)
        if told == text:
            told = "; ".join(self._with_place(each) for each in text.split("; "))
        return self._ids.sub(lambda found: self.names[found[1]], told) if self.names else told

    def _with_place(self, text: str) -> str:
        """What was told of a place: "q3-words: it died", "cell 4: it died"."""
        place, colon, told = text.partition(": ")
        said, told = self.language.retold(place), self.language.retold(told)
        if said != place or place in self.names:
            return " ".join([self.language.say("{name}:", name=said), told]) if colon else said
        return f"{place}{colon}{told}"

    @cached_property
    def _ids(self) -> re.Pattern[str]:
        ids = "|".join(re.escape(each) for each in sorted(self.names, key=len, reverse=True))
        return re.compile(rf"(?<![\w-])(?:{TEST_PREFIX})?({ids})(?![\w-])")


def _names(lab: Lab, language: Language) -> Iterator[tuple[str, str]]:
    parts: dict[tuple[bool, str], list[str]] = defaultdict(list)
    for cell in lab.own_points:
        if found := _PART.match(cell.removeprefix(TEST_PREFIX)):
            parts[cell.startswith(TEST_PREFIX), found[1]].append(cell.removeprefix(TEST_PREFIX))
    for (is_exercise, part), questions in parts.items():
        for place, question in enumerate(questions, 1):
            number = part if len(questions) == 1 else f"{part}.{place}"
            if is_exercise:
                yield question, language.say("Exercise {number}", number=number)
            else:
                yield question, language.say("Open question {number}", number=number)
