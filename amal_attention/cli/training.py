"""Commands that train models and look at them."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from amal_attention.cli.options import (
    AsJson,
    Configs,
    DataDir,
    LabName,
    Labs,
    Out,
    Resume,
    Seed,
    Source,
    Trainers,
    Tuned,
    file_to_write,
)
from amal_attention.cli.shown import print_json, progress_on_stderr
from amal_attention.errors import AmalError, explain
from amal_attention.forks import processors

if TYPE_CHECKING:
    from amal_attention.lab import Lab
    from amal_attention.training.recipe import Recipe

__all__ = [
    "attend",
    "check_resumed",
    "compare",
    "compare_by_task",
    "compare_questions",
    "fresh_folder",
    "lab_with",
    "print_comparison",
    "recipe_of",
    "train",
]


def train(
    context: typer.Context,
    lab: LabName,
    question: Annotated[str, typer.Argument(help="Name of a question of the lab, for instance q2.")],
    data: Source = None,
    data_dir: DataDir = None,
    tuned: Tuned = False,
    seed: Seed = 0,
    config: Configs = None,
    out: Out = None,
    resume: Resume = False,
    labs: Labs = None,
    as_json: AsJson = False,
) -> None:
    """Train one question by its recipe, choose the epoch on validation, and test it."""
    lab_with(lab, [question], config, labs)
    check_resumed(resume, out)
    with progress_on_stderr():
        from amal_attention.training.processes import is_first
        from amal_attention.training.run import Run
        from amal_attention.training.run import train as train_run

        recipe = recipe_of(lab, question, data, data_dir, tuned, seed, config, labs, context.args)
        folder = out or fresh_folder(lab, question, recipe.chosen_source, recipe.embeddings)
        record = train_run(Run(recipe, folder), resume=resume)
    if not is_first():
        return
    if as_json:
        print_json(record.to_dict())
    else:
        from amal_attention.training.report.table import print_table

        print_table(recipe.task, [record])
        typer.echo(f"best checkpoint: {record.checkpoint}")


def compare(
    context: typer.Context,
    lab: LabName,
    data: Source = None,
    data_dir: DataDir = None,
    tuned: Tuned = False,
    seed: Seed = 0,
    question: Annotated[
        list[str] | None, typer.Option(help="A question to compare; may be repeated; all by default.")
    ] = None,
    sweep: Annotated[bool, typer.Option("--sweep/--no-sweep", help="Also vary the option that the lab varies.")] = True,
    faithfulness: Annotated[
        bool,
        typer.Option(
            "--faithfulness",
            help="Also measure what takes longer, such as attention against leave-one-out on 200 test texts.",
        ),
    ] = False,
    config: Configs = None,
    out: Out = None,
    resume: Resume = False,
    jobs: Trainers = None,
    labs: Labs = None,
    as_json: AsJson = False,
) -> None:
    """Train all questions of a lab, print a table for each kind of data and write an HTML report for each task."""
    lab_with(lab, question or [], config, labs)
    check_resumed(resume, out)
    with progress_on_stderr():
        base = recipe_of(lab, None, data, data_dir, tuned, seed, config, labs, context.args)
        folder = out or fresh_folder(lab, base.chosen_source, base.embeddings)
        choices = {"sweep": sweep, "resume": resume, "thorough": faithfulness, "jobs": jobs or processors()}
        results = compare_by_task(base, question, folder, **choices)
    from amal_attention.training.processes import is_first

    if not is_first():
        return
    from amal_attention.training.comparison.compare import write_comparison

    reports = [write_comparison(result, place) for place, result in results.items()]
    told = zip(results.values(), reports, strict=True)
    if as_json:
        every = [result.to_dict() | {"report": str(report)} for result, report in told]
        print_json(every[0] if len(every) == 1 else {"title": base.lab.title, "comparisons": every})
        return
    for result, report in told:
        print_comparison(result, report)


def attend(
    checkpoint: Annotated[Path, typer.Argument(help="A checkpoint written by amal train or amal compare.")],
    text: Annotated[str | None, typer.Argument(help="The text to read; - or nothing reads standard input.")] = None,
    file: Annotated[Path | None, typer.Option(help="Read the text from this file.")] = None,
    html: Annotated[Path | None, typer.Option(help="Also write the coloured text to this HTML file.")] = None,
    heads: Annotated[bool, typer.Option("--heads", help="Add one matrix a layer and head.")] = False,
    against: Annotated[
        str | None,
        typer.Option(help="Colour the words by each of these: attention, and functions of the lab, as in a,b."),
    ] = None,
    steps: Annotated[int | None, typer.Option(help="How many words a model that goes on writing writes.")] = None,
    temperature: Annotated[
        float | None, typer.Option(help="How freely it writes: 0 takes the likeliest word each time.")
    ] = None,
    labs: Labs = None,
    as_json: AsJson = False,
) -> None:
    """Show what a trained model makes of a text, and where its attention falls."""
    given, page = _given_text(text, file), file_to_write(html)
    with progress_on_stderr():
        from amal_attention.record import Reading, exhibit_to_dict
        from amal_attention.training.attend import attend_against, attend_with_heads, attended_page, names_against
        from amal_attention.training.checkpoint import load_trained

        trained = load_trained(checkpoint, labs)
        names = names_against(trained, against) if against is not None else []
        options = {"steps": steps, "temperature": temperature}
        chosen = {name: value for name, value in options.items() if value is not None}
        exhibit, matrices = attend_with_heads(trained, given, **chosen)
        matrices = matrices if heads else []
        readings = attend_against(trained, given, exhibit, names) if names else {}
        if page is not None:
            from amal_attention.files import write_atomically

            write_atomically(page, attended_page(trained, exhibit, matrices, readings))
    if isinstance(exhibit, Reading) and set(exhibit.tokens) <= set(exhibit.unknown):
        typer.echo("amal: the model knows none of these words: what it says does not hang on them", err=True)
    if as_json:
        told = {"lab": trained.label.lab, "question": trained.label.question, **exhibit_to_dict(exhibit)}
        if readings:
            told["against"] = {name: reading.weights for name, reading in readings.items()}
        print_json(told | ({"heads": [exhibit_to_dict(matrix) for matrix in matrices]} if heads else {}))
        return
    from rich.console import Console

    from amal_attention.visualise.exhibits import exhibit_lines, lines_against

    console = Console(highlight=False)
    for line in lines_against(readings) if readings else exhibit_lines(exhibit):
        console.print(line)
    for matrix in matrices:
        console.print(f"\n{matrix.name}")
        for line in exhibit_lines(matrix):
            console.print(line)


def recipe_of(
    lab: str,
    question: str | None,
    source: str | None,
    data_dir: Path | None,
    tuned: bool,
    seed: int,
    configs: list[Path] | None,
    labs: Path | None,
    options: list[str],
) -> Recipe:
    """The recipe of a question, or of the first one, with what the command line changes of it.

    Raises:
        LabError: there is no such lab, question or file.
    """
    found = lab_with(lab, [] if question is None else [question], configs, labs)
    chosen = question if question is not None else next(iter(found.questions))

    from amal_attention.training.recipe import Recipe

    folder = str(data_dir) if data_dir is not None else None
    return Recipe(found, chosen, source, tuned, seed, folder, tuple(configs or ()), tuple(options))


def lab_with(lab: str, questions: list[str], configs: list[Path] | None, labs: Path | None) -> Lab:
    """The lab, if it has these questions and the files are there: told at once, for Lightning takes seconds to import.

    Raises:
        LabError: there is no such lab, question or file.
    """
    from amal_attention.lab import Lab
    from amal_attention.training.recipe_file import check_recipe_file

    found = Lab.find(lab, labs)
    for question in questions:
        found.check_question(question)
    for path in configs or []:
        check_recipe_file(path)
    return found


def check_resumed(resume: bool, folder: Path | None) -> None:
    """Refuse to go on with a run in a folder that nobody named."""
    if resume and folder is None:
        raise AmalError(explain(expected="--out, the folder of a run, with --resume", got="none", do="name the folder"))


def compare_by_task(base: Recipe, questions: list[str] | None, folder: Path, **choices: Any) -> dict[Path, Any]:
    """Train some questions, or all: what they come to, by folder, one for each task where there are several."""
    from amal_attention.training.comparison.compare import questions_by_task

    chosen = [base.lab.check_question(name) for name in questions or base.lab.usual_questions(base.tuned)]
    parts = questions_by_task(base.lab, chosen)
    if len(parts) == 1:
        return {folder: compare_questions(base, chosen, folder, **choices)}
    each = ((folder / name, part) for name, part in parts.items())
    return {place: compare_questions(_for(base, part), part, place, **choices) for place, part in each}


def _for(base: Recipe, questions: list[str]) -> Recipe:
    """The recipe of these questions: of a source or vectors that their task does not have, nothing is said."""
    recipe = replace(base, question=questions[0])
    task = recipe.task
    source = base.source if base.source in task.sources else None
    return replace(recipe, source=source, tuned=base.tuned and bool(task.tuned))


def compare_questions(base: Recipe, questions: list[str] | None, folder: Path, **choices: Any) -> Any:
    """Train some questions, or all; where no bar shows how far each training is, a line tells each that is done."""
    from amal_attention.training.comparison.compare import compare as compare_runs

    chosen = [base.lab.check_question(name) for name in questions or base.lab.usual_questions(base.tuned)]
    return compare_runs(base, chosen, folder, trained=_tell_trained if choices["jobs"] > 1 else None, **choices)


def _tell_trained(done: int, total: int, question: str) -> None:
    typer.echo(f"{done}/{total} trained: {question}", err=True)


def print_comparison(result: Any, report: Path) -> None:
    """Print the table of a comparison, and where its report is."""
    from amal_attention.training.report.table import print_sweep, print_table

    print_table(result.task, result.records)
    if result.lab.sweep is not None:
        print_sweep(result.task, result.lab.sweep.name, result.sweep)
    typer.echo(f"report: {report}")


def _given_text(text: str | None, file: Path | None) -> str:
    if text is not None and file is not None:
        raise AmalError(explain(expected="a text or --file", got="both", do="give one of them"))
    try:
        if file is not None:
            return file.read_text("utf-8")
        return sys.stdin.read() if text in (None, "-") else str(text)
    except (OSError, UnicodeDecodeError) as error:
        raise AmalError(explain(expected="a text in UTF-8", got=str(error), do="check the file")) from error


def fresh_folder(*names: str) -> Path:
    """A folder below runs/ that no other run has; empty names are left out."""
    import time

    return Path("runs") / "-".join([*filter(None, names), time.strftime("%Y%m%d-%H%M%S")])
