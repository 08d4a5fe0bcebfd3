"""The manifest of a lab, ``lab.toml``: read, and refused where it says what nobody reads."""

from __future__ import annotations

import math
import re
import tomllib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, TypeVar

from amal_attention.cell_names import TEST_PREFIX
from amal_attention.errors import LabError, explain
from amal_attention.lab.limits import GradingLimits
from amal_attention.language import LANGUAGES

__all__ = ["Sweep", "read_manifest"]

T = TypeVar("T")

_REQUIREMENT = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_KEYS = (
    *("title", "languages", "task", "uses", "sweep", "links", "sizes", "demo"),
    *("titles", "points", "requirements", "limits", "questions", "wheel", "colab", "after", "needs", "shows"),
)
_QUESTION_KEYS = ("title", "optional", "task", "uses", "links", "sizes", "mixes", "tuned")


@dataclass(frozen=True)
class Sweep:
    """One option of a question's recipe, and the values it is tried with.

    Attributes:
        question: whose recipe it is.
        option: its place in the recipe, for instance ``model.init_args.strength``.
        values: the values that are tried.
        label: what the axis of the picture says; the option's name by default.
        title: the title of its part of the report; "What <name> does" by default.
        told: what to see there, a paragraph.
    """

    question: str
    option: str
    values: list[float]
    label: str = ""
    title: str = ""
    told: str = ""

    @property
    def name(self) -> str:
        """The last part of the option."""
        return self.option.rpartition(".")[2]


def read_manifest(path: Path) -> dict[str, Any]:
    """What a manifest says, as the attributes of a :class:`~amal_attention.lab.lab.Lab` by name.

    Raises:
        LabError: it cannot be read, lacks something, or holds what is not known.
    """
    try:
        return _read(tomllib.loads(path.read_text("utf-8")))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise LabError(
            explain(
                expected=f"a title and questions in {path}",
                got=f"{type(error).__name__}: {error}",
                do="compare it with the manifest of another lab",
            )
        ) from error


def _read(values: dict[str, Any]) -> dict[str, Any]:
    _known("the manifest", values, _KEYS)
    for key, question in values["questions"].items():
        _known(f"questions.{key}", question, _QUESTION_KEYS)
    points = _numbers("points", values.get("points", {}))
    languages = _languages(values.get("languages", ["en"]))
    return {
        "title": str(values["title"]),
        "questions": {key: str(question["title"]) for key, question in values["questions"].items()},
        "tasks": _tasks(values),
        "uses": _uses(values),
        "sweep": _sweep(values),
        "links": _of_each(values, "links", dict),
        "sizes": _of_each(values, "sizes", _sizes),
        "languages": languages,
        "titles": _titles(values.get("titles", {}), languages),
        "mixes": _mixes(values["questions"]),
        "tuned_alone": _marked(values["questions"], "tuned"),
        "optional": _marked(values["questions"], "optional"),
        "shown": _shown(values.get("demo"), values["questions"]),
        "points": points,
        "own_points": points,
        "requirements": _requirements(values.get("requirements", {}), points),
        "limits": _limits(values.get("limits", {})),
        "wheel": _text("wheel", values.get("wheel")),
        "colab": _text("colab", values.get("colab")),
        "after": _labs("after", values.get("after", [])),
        "needs": _labs("needs", values.get("needs", [])),
        "shows": _shows(values.get("shows", {}), values.get("needs", [])),
    }


def _sweep(given: dict[str, Any]) -> Sweep | None:
    sweep = Sweep(**given["sweep"]) if "sweep" in given else None
    if sweep is not None and sweep.question not in given["questions"]:
        raise ValueError(f"the sweep is of {sweep.question}, which is not a question")
    return sweep


def _languages(given: Any) -> tuple[str, ...]:
    known = f"(known: {', '.join(LANGUAGES)})"
    if not isinstance(given, list) or not given:
        raise ValueError(f"languages must be a list of codes {known}")
    for code in given:
        if code not in LANGUAGES:
            raise ValueError(f"{code!r} is no language {known}")
    if len(set(given)) < len(given):
        raise ValueError("a language stands twice in languages")
    return tuple(given)


def _marked(given: dict[str, dict[str, Any]], mark: str) -> tuple[str, ...]:
    """The questions of which this is true."""
    for key, question in given.items():
        if not isinstance(question.get(mark, False), bool):
            raise ValueError(f"questions.{key}.{mark} is {question[mark]!r}, not true or false")
    return tuple(key for key, question in given.items() if question.get(mark))


def _mixes(given: dict[str, dict[str, Any]]) -> dict[str, tuple[str, ...]]:
    """The questions that mix the models of others, which have models of their own."""
    mixes = {key: question["mixes"] for key, question in given.items() if "mixes" in question}
    own = [key for key in given if key not in mixes]
    for key, parts in mixes.items():
        if not isinstance(parts, list) or len(parts) < 2 or not all(part in own for part in parts):
            raise ValueError(f"questions.{key}.mixes is {parts!r}, not a list of two or more of {', '.join(own)}")
    return {key: tuple(parts) for key, parts in mixes.items()}


def _shown(given: Any, questions: dict[str, Any]) -> tuple[str, ...]:
    if given is None:
        return tuple(questions)
    if not isinstance(given, list) or not given:
        raise ValueError(f"demo is {given!r}, not a list of questions")
    for name in given:
        if name not in questions:
            raise ValueError(f"demo has {name!r}, which is not a question")
    return tuple(given)


def _tasks(given: dict[str, Any]) -> dict[str, str]:
    """The task of each question: its own, else the manifest's."""
    tasks = {key: question.get("task", given.get("task")) for key, question in given["questions"].items()}
    return {key: text for key, task in tasks.items() if (text := _text(f"task of {key}", task)) is not None}


def _of_each(
    given: dict[str, Any], name: str, read: Callable[[dict[str, Any]], dict[str, T]]
) -> dict[str, dict[str, T]]:
    """What a table says for each question: the question's own, else the manifest's."""
    return {key: read(question.get(name, given.get(name, {}))) for key, question in given["questions"].items()}


def _uses(given: dict[str, Any]) -> dict[str, dict[str, str]]:
    """What the task of each question works with: what the manifest says, and then the question."""
    uses = {key: {**given.get("uses", {}), **question.get("uses", {})} for key, question in given["questions"].items()}
    for key, functions in uses.items():
        for name, function in functions.items():
            _text(f"uses.{name} of {key}", function)
    return uses


def _sizes(given: dict[str, Any]) -> dict[str, tuple[str, ...]]:
    """The places that each number of the data goes to: one, or a list of them."""
    places = {name: place if isinstance(place, list) else [place] for name, place in given.items()}
    for name, each in places.items():
        if not each or not all(isinstance(place, str) for place in each):
            raise ValueError(f"sizes.{name} is {given[name]!r}, not a place in a recipe or a list of them")
    return {name: tuple(each) for name, each in places.items()}


def _titles(given: dict[str, Any], languages: tuple[str, ...]) -> dict[str, str]:
    for code, title in given.items():
        if code not in languages:
            raise ValueError(f"the title in {code!r} is in none of the languages ({', '.join(languages)})")
        if not isinstance(title, str):
            raise ValueError(f"the title in {code!r} is no text")
    return dict(given)


def _labs(key: str, given: Any) -> tuple[str, ...]:
    """Names of other labs."""
    if not isinstance(given, list) or not all(isinstance(name, str) for name in given):
        raise ValueError(f"{key} is {given!r}, not a list of labs")
    return tuple(given)


def _shows(given: Any, needs: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """The graded cells of labs that this one needs, by lab, whose answers its given code may show."""
    shows = {name: _labs(f"shows.{name}", cells) for name, cells in given.items()}
    if not set(shows) <= set(needs):
        raise ValueError(f"shows names {', '.join(shows)}, and needs is {list(needs)!r}")
    return shows


def _text(key: str, given: Any) -> str | None:
    if given is not None and not isinstance(given, str):
        raise ValueError(f"{key} is {given!r}, not a text")
    return given


def _limits(given: dict[str, Any]) -> GradingLimits:
    _known("limits", given, [each.name for each in fields(GradingLimits)])
    limits = _numbers("limits", given)
    for name, value in limits.items():
        if value == 0:
            raise ValueError(f"limits.{name} is 0: nothing could run")
    return GradingLimits(**limits)


def _requirements(given: dict[str, dict[str, str]], points: dict[str, float]) -> dict[str, dict[str, str]]:
    _known("requirements", given, [name.removeprefix(TEST_PREFIX) for name in points if name.startswith(TEST_PREFIX)])
    for question, stated in given.items():
        for name, sentence in stated.items():
            if not _REQUIREMENT.fullmatch(name):
                raise ValueError(f"requirements.{question} has {name!r}, which is no id such as words-alone")
            if not isinstance(sentence, str) or not sentence.strip():
                raise ValueError(f"requirements.{question}.{name} is {sentence!r}, not a sentence")
    return {question: dict(stated) for question, stated in given.items()}


def _known(table: str, given: dict[str, Any], known: Sequence[str]) -> None:
    for name in given:
        if name not in known:
            raise ValueError(f"{table} has no {name!r} (known: {', '.join(known) or 'none'})")


def _numbers(table: str, given: dict[str, Any]) -> dict[str, float]:
    for key, value in given.items():
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if not number or not math.isfinite(value) or value < 0:
            raise ValueError(f"{table}.{key} is {value!r}, not a number from 0 on")
    return dict(given)
