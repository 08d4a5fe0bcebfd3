"""A lab: a folder with a module, its questions, and the recipe that trains each of them."""

from __future__ import annotations

import importlib.util
import math
import os
import re
import sys
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from types import ModuleType
from typing import Any

from amal_attention.cell_names import TEST_PREFIX
from amal_attention.errors import LabError, explain
from amal_attention.lab.limits import GradingLimits
from amal_attention.language import LANGUAGES

__all__ = ["Lab", "Sweep", "labs_folder"]

_NAME = re.compile(r"[a-z][a-z0-9_]*")
_REQUIREMENT = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_KEYS = (
    *("title", "languages", "task", "uses", "sweep", "links", "sizes"),
    *("titles", "points", "requirements", "limits", "questions", "wheel", "colab"),
)


@dataclass(frozen=True)
class Sweep:
    """One option of a question's recipe, and the values it is tried with.

    Attributes:
        question: whose recipe it is.
        option: its place in the recipe, for instance ``model.init_args.strength``.
        values: those that are tried.
        label: what the axis of the picture says; the option's name by default.
        title: at the head of its part of the report; "What <name> does" by default.
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


@dataclass(frozen=True)
class Lab:
    """What ``lab.toml`` says of the lab in ``folder``.

    Attributes:
        name: the folder's name, and that of its module.
        folder: where it lies.
        title: for people.
        questions: title of each question, in order.
        tasks: what each question asks of a model, by question: the name of a task; those that train nothing have none.
        uses: functions of the lab's module that a question's task works with, by question: ``{"entropy": "spread"}``.
        sweep: the option to vary in a comparison, if there is one.
        links: what the data hands to the model, as ``{"data.embeddings": "model.init_args.embeddings"}``.
        sizes: the same for numbers, which become options, each in one place of the recipe or several:
            ``{"dim": ("model.init_args.dim",)}``.
        languages: those that its notebook is released in, in order.
        titles: title of the notebook by language, where it is not ``title``.
        optional: the questions that a course may leave out.
        points: what each graded cell is worth, by ``grade_id``, in the order of the notebook.
        own_points: the same in the manifest; a course may teach the lab with other points.
        without: the questions that are left out of it.
        requirements: what the statement asks of each graded answer, by ``grade_id`` of its cell: sentences by id.
        limits: of grading: seconds for a cell, megabytes of memory ... by name; those left out have defaults.
        wheel: the address from which its notebook installs this package where it is missing, if there is one.
        colab: the public address at which Colab opens its notebook, ``{language}`` in it, if there is one.
    """

    name: str
    folder: Path
    title: str
    questions: dict[str, str]
    tasks: dict[str, str] = field(default_factory=dict)
    uses: dict[str, dict[str, str]] = field(default_factory=dict)
    sweep: Sweep | None = None
    links: dict[str, str] = field(default_factory=dict)
    sizes: dict[str, tuple[str, ...]] = field(default_factory=dict)
    languages: tuple[str, ...] = ("en",)
    titles: dict[str, str] = field(default_factory=dict)
    optional: tuple[str, ...] = ()
    points: dict[str, float] = field(default_factory=dict)
    own_points: dict[str, float] = field(default_factory=dict)
    without: tuple[str, ...] = ()
    requirements: dict[str, dict[str, str]] = field(default_factory=dict)
    limits: dict[str, float] = field(default_factory=dict)
    wheel: str | None = None
    colab: str | None = None

    @classmethod
    def find(cls, name: str, folder: Path | None = None) -> Lab:
        """The lab called ``name`` among those in ``folder`` (default: :func:`labs_folder`).

        Raises:
            LabError: there is none, or its manifest is wrong.
        """
        folder = folder or labs_folder()
        present = sorted(path.parent.name for path in folder.glob("*/lab.toml"))
        if not _NAME.fullmatch(name) or name not in present:
            raise LabError(
                explain(
                    expected=f"a lab in {folder} ({', '.join(present) or 'there is none'})",
                    got=repr(name),
                    do="name one of these, or say where labs are with --labs or AMAL_LABS",
                )
            )
        return cls._read(folder / name)

    @classmethod
    def _read(cls, folder: Path) -> Lab:
        manifest = folder / "lab.toml"
        try:
            values: dict[str, Any] = tomllib.loads(manifest.read_text("utf-8"))
            _known("the manifest", values, _KEYS)
            points = _numbers("points", values.get("points", {}))
            sweep = Sweep(**values["sweep"]) if "sweep" in values else None
            if sweep is not None and sweep.question not in values["questions"]:
                raise ValueError(f"the sweep is of {sweep.question}, which is not a question")
            questions = {key: str(question["title"]) for key, question in values["questions"].items()}
            languages = _languages(values.get("languages", ["en"]))
            return cls(
                folder.name,
                folder,
                str(values["title"]),
                questions,
                tasks=_tasks(values),
                uses=_uses(values),
                sweep=sweep,
                links=dict(values.get("links", {})),
                sizes=_sizes(values.get("sizes", {})),
                languages=languages,
                titles=_titles(values.get("titles", {}), languages),
                optional=_optional(values["questions"]),
                points=points,
                own_points=points,
                requirements=_requirements(values.get("requirements", {}), points),
                limits=_limits(values.get("limits", {})),
                wheel=_text("wheel", values.get("wheel")),
                colab=_text("colab", values.get("colab")),
            )
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise LabError(
                explain(
                    expected=f"a title and questions in {manifest}",
                    got=f"{type(error).__name__}: {error}",
                    do="compare it with the manifest of another lab",
                )
            ) from error

    @property
    def script(self) -> Path:
        """Its notebook as a Python module."""
        return self.folder / f"{self.name}.py"

    @property
    def read_by_grading(self) -> list[Path]:
        """The files of its folder that grading reads, and no other: manifest, script and hidden tests."""
        return [self.folder / "lab.toml", self.script, *sorted(self.folder.glob("hidden_tests/*.py"))]

    @property
    def language_folder(self) -> Path:
        """Where the catalogues lie, ``<code>.po``, of what the lab's own tests and checks say."""
        return self.folder / "language"

    def check_question(self, question: str) -> str:
        """Return ``question`` if the lab has it.

        Raises:
            LabError: it has not.
        """
        if question not in self.questions:
            raise LabError(
                explain(
                    expected=f"a question of {self.name} ({', '.join(self.questions)})",
                    got=repr(question),
                    do="name one of these",
                )
            )
        return question

    def check_language(self, language: str) -> str:
        """Return ``language`` if the lab is released in it.

        Raises:
            LabError: it is not.
        """
        if language not in self.languages:
            raise LabError(
                explain(
                    expected=f"a language of {self.name} ({', '.join(self.languages)})",
                    got=repr(language),
                    do=f"name one of these, or add it to the languages of {self.folder / 'lab.toml'}",
                )
            )
        return language

    def recipes(self, question: str, *variants: str) -> list[Path]:
        """The recipe files of a question: ``q1.yaml``, then each ``q1.<variant>.yaml`` that there is."""
        names = [question, *(f"{question}.{variant}" for variant in variants)]
        files = [self.folder / "recipes" / f"{name}.yaml" for name in names]
        if not files[0].is_file():
            raise LabError(explain(expected=f"a recipe in {files[0]}", got="no such file", do="write it"))
        return [path for path in files if path.is_file()]

    def module(self) -> ModuleType:
        """The lab's module, imported under the lab's name.

        Raises:
            LabError: importing it fails.
        """
        path = self.script
        loaded = sys.modules.get(self.name)
        if loaded is not None and getattr(loaded, "__file__", None) == str(path):
            return loaded
        spec = importlib.util.spec_from_file_location(self.name, path)
        if spec is None or spec.loader is None or not path.is_file():
            raise LabError(explain(expected=f"the module {path}", got="no such file", do="write it"))
        module = importlib.util.module_from_spec(spec)
        sys.modules[self.name] = module
        try:
            spec.loader.exec_module(module)
        except Exception as error:
            del sys.modules[self.name]
            raise LabError(
                explain(expected=f"to import {path}", got=f"{type(error).__name__}: {error}", do="mend it")
            ) from error
        return module


def labs_folder() -> Path:
    """Where labs are looked for: ``AMAL_LABS``, else ``solutions`` below the working folder."""
    return Path(os.environ.get("AMAL_LABS", "solutions")).expanduser().absolute()


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


def _optional(given: dict[str, dict[str, Any]]) -> tuple[str, ...]:
    for key, question in given.items():
        _known(f"questions.{key}", question, ("title", "optional", "task", "uses"))
        if not isinstance(question.get("optional", False), bool):
            raise ValueError(f"questions.{key}.optional is {question['optional']!r}, not true or false")
    return tuple(key for key, question in given.items() if question.get("optional"))


def _tasks(given: dict[str, Any]) -> dict[str, str]:
    """The task of each question: its own, else the manifest's."""
    tasks = {key: question.get("task", given.get("task")) for key, question in given["questions"].items()}
    return {key: text for key, task in tasks.items() if (text := _text(f"task of {key}", task)) is not None}


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


def _text(key: str, given: Any) -> str | None:
    if given is not None and not isinstance(given, str):
        raise ValueError(f"{key} is {given!r}, not a text")
    return given


def _limits(given: dict[str, Any]) -> dict[str, float]:
    _known("limits", given, [each.name for each in fields(GradingLimits)])
    limits = _numbers("limits", given)
    for name, value in limits.items():
        if value == 0:
            raise ValueError(f"limits.{name} is 0: nothing could run")
    return limits


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
