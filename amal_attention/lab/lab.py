"""A lab: a folder with a module, its questions, and the recipe that trains each of them."""

from __future__ import annotations

import importlib.util
import os
import re
import sys
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType

from amal_attention.errors import LabError, explain
from amal_attention.lab.limits import GradingLimits
from amal_attention.lab.manifest import Sweep, read_manifest

__all__ = ["Lab", "lab_names", "labs_folder"]

_NAME = re.compile(r"[a-z][a-z0-9_]*")
_NUMBER = re.compile(r"([0-9]+)", re.ASCII)


@dataclass(frozen=True)
class Lab:
    """What ``lab.toml`` says of the lab in ``folder``.

    Attributes:
        name: the folder's name, and that of its module.
        folder: where it lies.
        title: what people call it.
        questions: title of each question, in order.
        tasks: what each question asks of a model, by question: the name of a task; those that train nothing have none.
        uses: functions of the lab's module that a question's task works with, by question: ``{"entropy": "spread"}``.
        sweep: the option to vary in a comparison, if there is one.
        links: what the data hands to the model, by question: ``{"data.embeddings": "model.init_args.embeddings"}``.
        sizes: the same for numbers, which become options, each in one place of the recipe or several, by question:
            ``{"dim": ("model.init_args.dim",)}``.
        mixes: the questions that train no model, each with those whose models it mixes.
        tuned_alone: the questions that a comparison leaves out where pretrained vectors do not learn, unless it is
            asked for them.
        languages: the languages in which its notebook is released, in order.
        titles: title of the notebook by language, where it is not ``title``.
        optional: the questions that a course may leave out.
        shown: the questions that ``amal demo`` trains, with ``recipes/demo.yaml`` if it is there; all by default.
        points: what each graded cell is worth, by ``grade_id``, in the order of the notebook.
        own_points: the same in the manifest; a course may teach the lab with other points.
        without: the questions that are left out of it.
        requirements: what the statement asks of each graded answer, by ``grade_id`` of its cell: sentences by id.
        limits: what one submission may take of the machine that grades it.
        wheel: the address from which its notebook installs this package where it is missing, if there is one.
        after: names of labs whose answers its given code shows: it is released after their deadlines.
        needs: names of labs whose modules its recipes and its cells for instructors import; no student gets them.
        shows: the answers of these labs that its given code may show all the same, by lab: ``grade_id`` of their cells.
        colab: the public address at which Colab opens its notebook, ``{language}`` in it, if there is one.
    """

    name: str
    folder: Path
    title: str
    questions: dict[str, str]
    tasks: dict[str, str] = field(default_factory=dict)
    uses: dict[str, dict[str, str]] = field(default_factory=dict)
    sweep: Sweep | None = None
    links: dict[str, dict[str, str]] = field(default_factory=dict)
    sizes: dict[str, dict[str, tuple[str, ...]]] = field(default_factory=dict)
    mixes: dict[str, tuple[str, ...]] = field(default_factory=dict)
    tuned_alone: tuple[str, ...] = ()
    languages: tuple[str, ...] = ("en",)
    titles: dict[str, str] = field(default_factory=dict)
    optional: tuple[str, ...] = ()
    shown: tuple[str, ...] = ()
    points: dict[str, float] = field(default_factory=dict)
    own_points: dict[str, float] = field(default_factory=dict)
    without: tuple[str, ...] = ()
    requirements: dict[str, dict[str, str]] = field(default_factory=dict)
    limits: GradingLimits = field(default_factory=GradingLimits)
    wheel: str | None = None
    colab: str | None = None
    after: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    shows: dict[str, tuple[str, ...]] = field(default_factory=dict)

    @classmethod
    def find(cls, name: str, folder: Path | None = None) -> Lab:
        """The lab called ``name`` among those in ``folder`` (default: :func:`labs_folder`).

        Raises:
            LabError: there is none, or its manifest is wrong.
        """
        folder = folder or labs_folder()
        present = lab_names(folder)
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
        return cls(folder.name, folder, **read_manifest(folder / "lab.toml"))

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

    def usual_questions(self, tuned: bool) -> list[str]:
        """Those that a comparison trains if it is asked for none; what trains nothing is not among them."""
        trained = (question for question in self.questions if question in self.tasks or question in self.mixes)
        return [question for question in trained if tuned or question not in self.tuned_alone]

    def recipes(self, question: str, *variants: str) -> list[Path]:
        """The recipe files of a question: ``q1.yaml``, then each ``q1.<variant>.yaml`` that there is.

        Raises:
            LabError: it has none.
        """
        if parts := self.mixes.get(question):
            raise LabError(
                explain(
                    expected="a question with a model of its own",
                    got=f"{question}, a mix of {' and '.join(parts)}",
                    do="compare it with these",
                )
            )
        names = [question, *(f"{question}.{variant}" for variant in variants)]
        files = [self.folder / "recipes" / f"{name}.yaml" for name in names]
        if not files[0].is_file():
            raise LabError(explain(expected=f"a recipe in {files[0]}", got="no such file", do="write it"))
        return [path for path in files if path.is_file()]

    def needed(self) -> list[Lab]:
        """The labs that it needs, which lie beside it.

        Raises:
            LabError: one is not there.
        """
        return [Lab.find(name, self.folder.parent) for name in self.needs]

    def module(self) -> ModuleType:
        """The lab's module, imported under the lab's name, and before it those of the labs that it needs.

        Raises:
            LabError: importing one fails.
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
            for lab in self.needed():
                lab.module()
            spec.loader.exec_module(module)
        except LabError:
            del sys.modules[self.name]
            raise
        except Exception as error:
            del sys.modules[self.name]
            raise LabError(
                explain(expected=f"to import {path}", got=f"{type(error).__name__}: {error}", do="mend it")
            ) from error
        return module


def lab_names(folder: Path) -> list[str]:
    """The names of the labs in a folder, in the order of the numbers in them: ``tp9``, then ``tp10``."""
    names = [path.parent.name for path in folder.glob("*/lab.toml")]
    return sorted(names, key=lambda name: [int(part) if part.isdigit() else part for part in _NUMBER.split(name)])


def labs_folder() -> Path:
    """Where labs are looked for: ``AMAL_LABS``, else ``solutions`` below the working folder."""
    return Path(os.environ.get("AMAL_LABS", "solutions")).expanduser().absolute()
