"""The command line: each command reads its options, calls one function and prints what it returns.

Nothing heavy is imported here: ``amal --help`` must answer at once, so torch and lightning stay inside the commands.
"""

from __future__ import annotations

import contextlib
import io
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from datetime import tzinfo
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from amal_attention.errors import AmalError, LabError, explain

if TYPE_CHECKING:
    from amal_attention.grading.demo import Demonstration
    from amal_attention.grading.verdict import Verdict
    from amal_attention.lab import Lab
    from amal_attention.training.recipe import Recipe

app = typer.Typer(
    name="amal",
    help="Train, compare and look at attention models; the labs of the course lie in solutions/ (or AMAL_LABS).",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


class ShutIn(StrEnum):
    """Where the code of a submission may run."""

    SANDBOX = "sandbox"
    PROCESS = "process"


_WITH_OPTIONS = {"allow_extra_args": True, "ignore_unknown_options": True}
_OPTIONS_HELP = (
    "Any option of the recipe can be given too, as Lightning's own command line takes it: --model.lr 0.01, "
    "--data.crop 200, --trainer.max_epochs 3, --early_stopping.patience 2 ..."
)

LabName = Annotated[str, typer.Argument(help="Name of a lab, for instance the folder solutions/<lab>.")]
Source = Annotated[str, typer.Option("--data", help="Where reviews come from: imdb or sample.")]
DataDir = Annotated[
    Path | None, typer.Option(help="Folder with IMDB (parquet, aclImdb or csv) and GloVe; AMAL_DATA by default.")
]
Tuned = Annotated[bool, typer.Option("--tuned/--frozen", help="Learn the embeddings too, or keep them as they are.")]
Seed = Annotated[int, typer.Option(help="Of initial weights, validation set and order.", min=0)]
Configs = Annotated[list[Path] | None, typer.Option("--config", help="YAML file of options; may be repeated.")]
Out = Annotated[Path | None, typer.Option(help="Folder to write to; a new one below runs/ by default.")]
Resume = Annotated[bool, typer.Option("--resume", help="Go on with the interrupted run in --out.")]
Labs = Annotated[Path | None, typer.Option(help="Folder of the labs; AMAL_LABS or solutions/ by default.")]
HiddenSeed = Annotated[
    int | None, typer.Option("--seed", help="Of what hidden tests draw; drawn itself by default.", min=0)
]
Where = Annotated[
    ShutIn, typer.Option("--isolation", help="Where students' code runs; process protects from less than sandbox.")
]
InCourse = Annotated[Path, typer.Option("--course", help="The folder of the course.", show_default="here")]
AsJson = Annotated[bool, typer.Option("--json", help="Print the result as JSON, and nothing else, on standard output.")]


@app.command(context_settings=_WITH_OPTIONS, epilog=_OPTIONS_HELP)
def train(
    context: typer.Context,
    lab: LabName,
    question: Annotated[str, typer.Argument(help="Name of a question of the lab, for instance q2.")],
    data: Source = "imdb",
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
    with _progress_on_stderr():
        from amal_attention.training.run import Run
        from amal_attention.training.run import train as train_run

        recipe = _recipe(lab, question, data, data_dir, tuned, seed, config, labs, context.args)
        folder = out or _fresh_folder(f"{lab}-{question}-{data}-{recipe.embeddings}")
        record = train_run(Run(recipe, folder), resume=resume)
    if as_json:
        _print_json(record.to_dict())
    else:
        from amal_attention.training.table import print_table

        print_table([record])
        typer.echo(f"best checkpoint: {record.checkpoint}")


@app.command(context_settings=_WITH_OPTIONS, epilog=_OPTIONS_HELP)
def compare(
    context: typer.Context,
    lab: LabName,
    data: Source = "imdb",
    data_dir: DataDir = None,
    tuned: Tuned = False,
    seed: Seed = 0,
    question: Annotated[
        list[str] | None, typer.Option(help="A question to compare; may be repeated; all by default.")
    ] = None,
    sweep: Annotated[bool, typer.Option("--sweep/--no-sweep", help="Also vary the option that the lab varies.")] = True,
    faithfulness: Annotated[
        bool, typer.Option("--faithfulness", help="Also correlate attention with leave-one-out on 200 test reviews.")
    ] = False,
    config: Configs = None,
    out: Out = None,
    resume: Resume = False,
    labs: Labs = None,
    as_json: AsJson = False,
) -> None:
    """Train all questions of a lab on the same data, print the table and write an HTML report."""
    with _progress_on_stderr():
        base = _recipe(lab, None, data, data_dir, tuned, seed, config, labs, context.args)
        folder = out or _fresh_folder(f"{lab}-{data}-{base.embeddings}")
        result = _compare(base, question, folder, sweep=sweep, resume=resume, measure_faithfulness=faithfulness)
    _show_comparison(result, folder, as_json)


@app.command()
def demo(
    out: Out = None,
    labs: Labs = None,
    as_json: AsJson = False,
) -> None:
    """Train every question of the first lab found on the embedded sample, then grade samples of what students hand in.

    No network; a minute or two.
    """
    with _progress_on_stderr():
        lab = _first_lab(labs)
        base = _recipe(lab, None, "sample", None, False, 0, None, labs, [])
        folder = out or _fresh_folder(f"demo-{lab}")
        result = _compare(base, None, folder, sweep=True, resume=False, measure_faithfulness=True)
    if as_json:
        graded = _graded_samples(base.lab, folder)
        _show_comparison(result, folder, as_json, {"grading": None if isinstance(graded, str) else graded.to_dict()})
        return
    report = _show_comparison(result, folder, as_json)
    _show_demonstration(_graded_samples(base.lab, folder), report)
    best = max(result.records, key=lambda record: record.accuracy)
    typer.echo(f'now try: {sys.argv[0]} attend {best.checkpoint} "The corridor was not chilling, it was dull."')


@app.command()
def attend(
    checkpoint: Annotated[Path, typer.Argument(help="A checkpoint written by amal train or amal compare.")],
    text: Annotated[str | None, typer.Argument(help="The text to read; - or nothing reads standard input.")] = None,
    file: Annotated[Path | None, typer.Option(help="Read the text from this file.")] = None,
    html: Annotated[Path | None, typer.Option(help="Also write the coloured text to this HTML file.")] = None,
    labs: Labs = None,
    as_json: AsJson = False,
) -> None:
    """Show what a trained model says of a text, and on which words its attention falls."""
    given = _given_text(text, file)
    with _progress_on_stderr():
        from amal_attention.training.attend import attend_text, attended_page
        from amal_attention.training.checkpoint import load_trained

        reading = attend_text(load_trained(checkpoint, labs), given)
        if html is not None:
            from amal_attention.files import write_atomically

            write_atomically(html, attended_page(reading))
    if as_json:
        _print_json(reading.to_dict())
        return
    from rich.console import Console

    from amal_attention.visualise.words import attended_text

    console = Console(highlight=False)
    console.print(f"{reading.prediction} with probability {reading.probability:.3f}")
    console.print(attended_text(reading.tokens, reading.weights))


@app.command()
def check(
    notebook: Annotated[Path, typer.Argument(help="Your notebook, labs/<language>/<lab>/<lab>.ipynb.")],
    question: Annotated[
        list[str] | None,
        typer.Option(help="A question to show, as the summary names it; may be repeated; all by default."),
    ] = None,
    timeout: Annotated[int, typer.Option(help="Seconds that a cell may last.", min=1)] = 60,
    as_json: AsJson = False,
) -> None:
    """Run the checks of a notebook from the top, without the cells that train or draw; its file is not changed.

    The exit status is 0 if every check is met, and 1 if not.
    """
    with _counted("cells") as progress:
        from amal_attention.checks.notebook import check_notebook

        result = check_notebook(notebook, timeout, progress, question or ())
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # what a console cannot show is one "?", and no error
    if as_json:
        _print_json(result.to_dict())
    else:
        from amal_attention.checks.show_notebook import print_notebook_check

        print_notebook_check(result)
    raise typer.Exit(0 if result.met else 1)


@app.command()
def release(
    lab: Annotated[list[str], typer.Argument(help="Name of a lab; several may be given.")],
    lang: Annotated[
        list[str] | None, typer.Option(help="A language to release; may be repeated; all of the lab by default.")
    ] = None,
    check: Annotated[bool, typer.Option("--check", help="Write nothing; name what is out of date, and fail.")] = False,
    labs: Labs = None,
    out: Annotated[Path, typer.Option(help="Folder of the releases, <out>/<language>/<lab>.")] = Path("labs"),
) -> None:
    """Make the notebooks that students get from the script of a lab, and check that no answer is in them."""
    from amal_attention.course.release import stale_releases, write_release
    from amal_attention.lab import Lab

    found = [Lab.find(name, labs) for name in lab]
    chosen = [(each, [each.check_language(code) for code in lang or each.languages]) for each in found]
    stale = [path for each, codes in chosen for path in stale_releases(each, codes, out)]  # all are made before any
    if check and stale:
        _refuse_stale(stale, lab, out)
    written = [path for each, codes in chosen for path in write_release(each, codes, out)]
    typer.echo("\n".join(map(str, written)) or "up to date")


@app.command()
def course(
    folder: Annotated[Path, typer.Argument(help="Of the course; it is made where it is missing.")],
    lab: Annotated[str, typer.Argument(help="Name of a lab, an assignment of the course then.")],
    lang: Annotated[str | None, typer.Option(help="Language of the notebook that nbgrader shows.")] = None,
    roster: Annotated[Path | None, typer.Option(help="A csv of students: id, first_name, last_name, email.")] = None,
    stock: Annotated[bool, typer.Option("--stock", help="Leave nbgrader's own autograde, without a sandbox.")] = False,
    labs: Labs = None,
) -> None:
    """Make an nbgrader course, or add a lab to one: configuration, source, release, gradebook."""
    from amal_attention.course.new_course import add_lab
    from amal_attention.course.roster import read_roster
    from amal_attention.lab import Lab

    found = Lab.find(lab, labs)
    students = read_roster(roster) if roster is not None else {}
    made = add_lab(folder, found, lang or found.languages[0], students.values(), stock=stock)
    typer.echo(f"{made.folder}: {lab}, {len(students)} students; nbgrader's commands work in it")


@app.command()
def grade(
    lab: Annotated[str, typer.Argument(help="Name of a lab.")],
    submissions: Annotated[
        list[Path] | None,
        typer.Argument(help="Notebooks, or folders with a notebook or a folder for each student; else the course."),
    ] = None,
    course: InCourse = Path(),
    student: Annotated[list[str] | None, typer.Option(help="One of the course; may be given again.")] = None,
    out: Annotated[
        Path | None, typer.Option(help="Keep a verdict for each submission there; what is there is not graded again.")
    ] = None,
    details: Annotated[bool, typer.Option("--details", help="Say what every point was lost for.")] = False,
    seed: HiddenSeed = None,
    isolation: Where = ShutIn.SANDBOX,
    jobs: Annotated[int, typer.Option("--jobs", "-j", min=1, help="Processes that grade, side by side.")] = 1,
    scheduler: Annotated[
        str | None, typer.Option(help="Address of a Dask scheduler, such as tcp://host:8786: its workers grade.")
    ] = None,
    labs: Labs = None,
    as_json: AsJson = False,
) -> None:
    """Grade notebooks by the lab's hidden tests; their code runs in a sandbox, and never meets a test.

    Without notebooks, what was handed in to the course is graded, and written into its gradebook.
    """
    from amal_attention.course.course_folder import Course
    from amal_attention.grading.course_run import grade_course
    from amal_attention.grading.run import grade_all
    from amal_attention.grading.sandbox import MISSING_LAYERS, Isolation
    from amal_attention.grading.show_progress import Progress
    from amal_attention.grading.submissions import find_submissions
    from amal_attention.grading.workers import Crew
    from amal_attention.lab import Lab

    chosen, crew = Isolation(isolation), Crew(jobs, scheduler)
    if chosen in MISSING_LAYERS:
        typer.echo(f"amal: no sandbox: {MISSING_LAYERS[chosen]}", err=True)
    with _status() as show:
        line, found = Progress(show), Lab.find(lab, labs)
        told = (line.beginning, line.graded, crew)
        if submissions:
            verdicts = grade_all(found, find_submissions(submissions), out, seed, chosen, *told)
        else:
            verdicts = grade_course(Course.at(course), found, student or [], seed, chosen, *told)
    if as_json:
        _print_json({"verdicts": [verdict.to_dict() for verdict in verdicts]})
        return
    _print_verdicts(verdicts, details=details)


@app.command()
def collect(
    archive: Annotated[Path, typer.Argument(help="Moodle's zip, nbgrader's exchange, or a folder of students.")],
    lab: Annotated[str, typer.Argument(help="Name of a lab.")],
    course: InCourse = Path(),
    roster: Annotated[Path | None, typer.Option(help="A csv of students; by default those in the gradebook.")] = None,
    timezone: Annotated[str, typer.Option(help="Of the times in a zip, such as Europe/Paris.")] = "UTC",
    labs: Labs = None,
) -> None:
    """Put what students handed in into the course; say who is missing, and what could not be matched or read."""
    from amal_attention.course.collect import collect, collection_text
    from amal_attention.course.course_folder import Course
    from amal_attention.course.gradebook import course_book
    from amal_attention.course.roster import read_roster
    from amal_attention.grading.identity import is_notebook_of
    from amal_attention.grading.reference import Reference
    from amal_attention.lab import Lab

    found, zone = Course.at(course), _zone(timezone)
    with course_book(found) as book:
        if roster is not None:
            book.enrol(read_roster(roster).values())
        students = book.students()
    reference = Reference.of(Lab.find(lab, labs))
    collection = collect(archive, found, lab, students or None, lambda raw: is_notebook_of(raw, reference), zone=zone)
    with course_book(found) as book:
        book.enrol(each.student for each in collection.arrived if each.student.id not in students)
    typer.echo(collection_text(collection))


def _zone(name: str) -> tzinfo:
    from zoneinfo import ZoneInfo

    from amal_attention.errors import CourseError, explain

    try:
        return ZoneInfo(name)
    except (ValueError, OSError, KeyError) as error:
        raise CourseError(
            explain(expected="the name of a time zone", got=repr(name), do="write it as in Europe/Paris")
        ) from error


class Platform(StrEnum):
    """Who reads the grades."""

    CSV = "csv"
    JSON = "json"
    GRADESCOPE = "gradescope"
    MOODLE = "moodle"


@app.command()
def export(
    lab: Annotated[str, typer.Argument(help="Name of a lab.")],
    out: Annotated[Path, typer.Option(help="The file to be written.")],
    to: Annotated[Platform, typer.Option(help="Who reads it.")] = Platform.CSV,
    course: InCourse = Path(),
    worksheet: Annotated[Path | None, typer.Option(help="Moodle's grading worksheet, as downloaded.")] = None,
    feedback: Annotated[
        Path | None, typer.Option(help="With a worksheet: a zip of the pages of feedback, for Moodle.")
    ] = None,
    labs: Labs = None,
) -> None:
    """Write the grades of the course, those of people and late penalties included, for another program."""
    from amal_attention.course.course_folder import Course
    from amal_attention.course.export import export, feedback_zip
    from amal_attention.errors import CourseError, explain
    from amal_attention.files import write_atomically
    from amal_attention.grading.course_rows import course_rows
    from amal_attention.lab import Lab

    if feedback is not None and worksheet is None:
        raise CourseError(explain(expected="a worksheet for the feedback", got="none", do="give it with --worksheet"))
    found = Course.at(course)
    rows = course_rows(found, Lab.find(lab, labs))
    made = {out: export(rows, to, worksheet=worksheet)}
    if feedback is not None and worksheet is not None:
        made[feedback] = feedback_zip(rows, worksheet, found, lab)
    for path, exported in made.items():
        write_atomically(path, exported.content)
        typer.echo("\n".join([f"{path}: {len(rows)} students", *exported.remarks]))


@app.command()
def feedback(
    lab: Annotated[str, typer.Argument(help="Name of a lab.")],
    course: InCourse = Path(),
    student: Annotated[list[str] | None, typer.Option(help="One of the course; may be given again.")] = None,
    labs: Labs = None,
) -> None:
    """Write a page for each student of the course: marks, why, their code and its outputs; nothing of the tests."""
    from amal_attention.course.course_folder import Course
    from amal_attention.grading.course_pages import write_feedback
    from amal_attention.lab import Lab

    with _counted("pages") as progress:
        pages = write_feedback(Course.at(course), Lab.find(lab, labs), student or [], progress)
    typer.echo(f"{len(pages)} page{'s' * (len(pages) != 1)}: {pages[0].parents[2] if pages else 'nobody handed in'}")


@app.command()
def summary(
    lab: Annotated[str, typer.Argument(help="Name of a lab.")],
    course: InCourse = Path(),
    labs: Labs = None,
) -> None:
    """Write a page on the lab: scores, questions and tests most failed, mistakes most made, similar answers."""
    from amal_attention.course.course_folder import Course
    from amal_attention.grading.course_pages import write_summary
    from amal_attention.lab import Lab

    typer.echo(str(write_summary(Course.at(course), Lab.find(lab, labs))))


@app.command()
def mutants(
    lab: Annotated[str, typer.Argument(help="Name of a lab.")],
    seed: HiddenSeed = None,
    isolation: Where = ShutIn.SANDBOX,
    labs: Labs = None,
) -> None:
    """Grade the lab's bank of mistakes: is every wrong answer caught, no right one punished, each mistake named?

    The exit status is 1 if one of them is not graded as it should be.
    """
    import random

    from amal_attention.grading.bank import bank_text, grade_bank
    from amal_attention.grading.sandbox import Isolation
    from amal_attention.lab import Lab

    chosen = random.SystemRandom().randrange(10**9) if seed is None else seed
    with _counted("submissions") as progress:
        graded = grade_bank(Lab.find(lab, labs), chosen, Isolation(isolation), progress)
    typer.echo(f"seed {chosen}\n{bank_text(graded)}")
    raise typer.Exit(0 if all(each.as_it_should for each in graded) else 1)


@app.command()
def doctor() -> None:
    """Look whether students' code can be shut in on this machine, and what it could still do.

    The exit status is 1 if something is not as it should be.
    """
    from amal_attention.grading.doctor import examine_sandbox

    findings = examine_sandbox()
    for each in findings:
        typer.echo(f"{'✓' if each.well else '✗'} {each.what}: {each.told}")
    raise typer.Exit(0 if all(each.well for each in findings) else 1)


@app.command("new-lab")
def new_lab(
    name: Annotated[str, typer.Argument(help="Name of the new lab, for instance tp10_seq2seq.")],
    labs: Labs = None,
) -> None:
    """Write the folder of a new lab, with one question that works, to be made one's own."""
    from amal_attention.course.new_lab import new_lab as write_lab
    from amal_attention.lab import labs_folder

    for path in write_lab(name, labs or labs_folder()):
        typer.echo(path)
    typer.echo(f"now edit it, then: amal release {name}")


def main() -> None:
    """Run the command line; what a user can put right is one line on standard error, and exit status 1."""
    try:
        app(prog_name="amal")
    except AmalError as error:
        typer.echo(f"amal: {error}", err=True)
        raise SystemExit(1) from None


def _recipe(
    lab: str,
    question: str | None,
    source: str,
    data_dir: Path | None,
    tuned: bool,
    seed: int,
    configs: list[Path] | None,
    labs: Path | None,
    options: list[str],
) -> Recipe:
    from amal_attention.lab import Lab

    found = Lab.find(lab, labs)
    chosen = found.check_question(question if question is not None else next(iter(found.questions)))
    for path in configs or []:
        if not path.is_file():
            raise LabError(explain(expected="a YAML file after --config", got=f"{path}, which is none", do="check it"))

    from amal_attention.training.recipe import Recipe

    folder = str(data_dir) if data_dir is not None else None
    return Recipe(found, chosen, source, tuned, seed, folder, tuple(configs or ()), tuple(options))


def _compare(base: Recipe, questions: list[str] | None, folder: Path, **choices: Any) -> Any:
    from amal_attention.training.compare import compare as compare_runs

    chosen = [base.lab.check_question(name) for name in questions or base.lab.questions]
    return compare_runs(base, chosen, folder, **choices)


def _show_comparison(result: Any, folder: Path, as_json: bool, more: dict[str, Any] | None = None) -> Path:
    from amal_attention.training.compare import write_comparison

    report = write_comparison(result, folder)
    if as_json:
        _print_json(result.to_dict() | {"report": str(report)} | (more or {}))
        return report
    from amal_attention.training.table import print_sweep, print_table

    print_table(result.records)
    print_sweep(result.sweep)
    typer.echo(f"report: {report}")
    return report


def _graded_samples(lab: Lab, folder: Path) -> Demonstration | str:
    """What came of the samples, or why there is no grading here."""
    from amal_attention.errors import SandboxError
    from amal_attention.grading.demo import grade_samples, why_no_grading
    from amal_attention.grading.show_progress import Progress

    if why := why_no_grading(lab):
        return why
    with _status() as show:
        show("making a course")
        line = Progress(show)
        try:
            return grade_samples(lab, folder, line.beginning, line.graded)
        except SandboxError as error:
            return str(error)


def _show_demonstration(graded: Demonstration | str, report: Path) -> None:
    if isinstance(graded, str):
        typer.echo(f"grading is left out: {graded}")
        return
    typer.echo("\nwhat eight students handed in, graded in the sandbox:")
    _print_verdicts(graded.verdicts)
    typer.echo(f"\ntraining report:   {report}")
    typer.echo(f"students get:      {graded.releases[0]}")
    typer.echo(f"instructor's page: {graded.summary}")
    typer.echo(f"a student's page:  {graded.feedback}")
    typer.echo(f"gradebook:         {graded.gradebook}")


def _print_verdicts(verdicts: Sequence[Verdict], *, details: bool = False) -> None:
    from amal_attention.grading.show_verdict import summary_text, verdict_details, verdict_line

    width = max((len(verdict.submission) for verdict in verdicts), default=0)
    for verdict in verdicts:
        typer.echo(verdict_line(verdict, width))
        if details and (text := verdict_details(verdict)):
            typer.echo(text)
    typer.echo(summary_text(verdicts))


def _given_text(text: str | None, file: Path | None) -> str:
    if text is not None and file is not None:
        raise AmalError(explain(expected="a text or --file", got="both", do="give one of them"))
    try:
        if file is not None:
            return file.read_text("utf-8")
        return sys.stdin.read() if text in (None, "-") else str(text)
    except (OSError, UnicodeDecodeError) as error:
        raise AmalError(explain(expected="a text in UTF-8", got=str(error), do="check the file")) from error


def _first_lab(labs: Path | None) -> str:
    from amal_attention.lab import labs_folder

    names = sorted(path.parent.name for path in (labs or labs_folder()).glob("*/lab.toml"))
    if not names:
        raise LabError(
            explain(
                expected=f"a lab in {labs or labs_folder()}",
                got="none",
                do="run this in the repository, or give --labs",
            )
        )
    return names[0]


def _refuse_stale(stale: list[Path], labs: list[str], out: Path) -> None:
    raise LabError(
        explain(
            expected=f"in {out} what amal release writes",
            got=f"out of date, missing or of no release: {', '.join(map(str, stale))}",
            do=f"run amal release {' '.join(labs)} (with the same options), and remove what it does not write",
        )
    )


def _fresh_folder(name: str) -> Path:
    import time

    return Path("runs") / f"{name}-{time.strftime('%Y%m%d-%H%M%S')}"


def _print_json(value: dict[str, Any]) -> None:
    typer.echo(json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False))


@contextlib.contextmanager
def _status() -> Iterator[Callable[[str], None]]:
    """Show a line that changes, on standard error where that is a terminal, and take it away at the end."""
    from rich.console import Console
    from rich.text import Text

    try:
        with Console(stderr=True).status("starting") as line:
            yield lambda text: line.update(Text(text))
    except KeyboardInterrupt:
        typer.echo("amal: interrupted", err=True)
        raise typer.Exit(130) from None


@contextlib.contextmanager
def _counted(things: str) -> Iterator[Callable[[int, int, str], None]]:
    """Show how many things are done; see :func:`_status`."""
    with _status() as show:
        yield lambda done, total, name: show(f"{done}/{total} {things}  {name}")


@contextlib.contextmanager
def _progress_on_stderr() -> Iterator[None]:
    """Keep standard output for results, and silence remarks of libraries that no user can act on."""
    import logging
    import warnings

    import lightning.pytorch  # it sets the level of its loggers when imported  # noqa: F401

    for name in ("lightning.pytorch", "lightning.fabric", "lightning"):
        logging.getLogger(name).setLevel(logging.ERROR)
    with warnings.catch_warnings(), contextlib.redirect_stdout(sys.stderr):
        warnings.simplefilter("ignore")
        try:
            yield
        except KeyboardInterrupt:
            typer.echo("\namal: interrupted; add --resume (and --out) to go on from the last finished epoch", err=True)
            raise typer.Exit(130) from None
