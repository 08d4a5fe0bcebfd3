"""A lab says what its manifest says, and a manifest that does not fit is refused in one line."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from amal_attention.errors import LabError
from amal_attention.lab import Lab, Sweep
from amal_attention.lab.limits import GradingLimits
from tests.lab.conftest import COURSE, MANIFEST, lab_of, with_course


def test_a_lab_is_what_its_manifest_says(counting: Path) -> None:
    assert lab_of(counting) == Lab(
        name="counting",
        folder=counting,
        title="Two ways to count",
        questions={"q2": "By hand", "q1": "By machine", "q3": "Not at all"},
        tasks=dict.fromkeys(("q2", "q1", "q3"), "classification"),
        uses={key: {"entropy": "spread"} for key in ("q2", "q1", "q3")},
        sweep=Sweep("q2", "model.init_args.speed", [0.0, 0.5]),
        links={key: {"data.embeddings": "model.init_args.embeddings"} for key in ("q2", "q1", "q3")},
        sizes={key: {"dim": ("model.init_args.width",)} for key in ("q2", "q1", "q3")},
        shown=("q2", "q1", "q3"),
    )


def test_a_manifest_needs_no_more_than_a_title_and_questions(counting: Path) -> None:
    (counting / "lab.toml").write_text('title = "T"\n[questions]\nq1.title = "A"')
    bare = {"uses": {"q1": {}}, "links": {"q1": {}}, "sizes": {"q1": {}}}
    assert lab_of(counting) == Lab("counting", counting, "T", {"q1": "A"}, shown=("q1",), **bare)


def test_a_question_may_have_a_task_and_uses_of_its_own(counting: Path) -> None:
    own = 'q1.task = "translation"\nq1.uses.decode = "translate"\nq1.title'
    (counting / "lab.toml").write_text(MANIFEST.replace("q1.title", own))
    lab = lab_of(counting)
    assert lab.tasks == {"q2": "classification", "q1": "translation", "q3": "classification"}
    assert lab.uses["q1"] == {"entropy": "spread", "decode": "translate"}
    assert lab.uses["q2"] == {"entropy": "spread"}


def test_a_question_may_mix_others_and_be_left_out_where_vectors_do_not_learn(counting: Path) -> None:
    own = 'q3.mixes = ["q1", "q2"]\nq3.tuned = true\nq3.title'
    (counting / "lab.toml").write_text(MANIFEST.replace("q3.title", own))
    lab = lab_of(counting)
    assert lab.mixes == {"q3": ("q1", "q2")}
    assert (lab.usual_questions(tuned=False), lab.usual_questions(tuned=True)) == (["q2", "q1"], ["q2", "q1", "q3"])


def test_a_question_without_a_task_is_none_that_a_comparison_trains(counting: Path) -> None:
    manifest = MANIFEST.replace('task = "classification"\n', "").replace(
        "q1.title", 'q1.task = "classification"\nq1.title'
    )
    (counting / "lab.toml").write_text(manifest)
    assert lab_of(counting).usual_questions(tuned=True) == ["q1"]


@pytest.mark.parametrize("wrong", ['"q1"', '["q1"]', '["q1", "q3"]', '["q1", "q4"]'])
def test_a_mix_of_what_has_no_model_is_told(counting: Path, wrong: str, refusal: Callable[..., str]) -> None:
    (counting / "lab.toml").write_text(MANIFEST.replace("q3.title", f"q3.mixes = {wrong}\nq3.title"))
    assert "questions.q3.mixes" in refusal(LabError, lambda: lab_of(counting))


def test_a_lab_says_which_questions_the_demonstration_trains(counting: Path) -> None:
    (counting / "lab.toml").write_text(MANIFEST.replace("[questions]", 'demo = ["q3", "q1"]\n[questions]'))
    assert lab_of(counting).shown == ("q3", "q1")


@pytest.mark.parametrize("wrong", ['"q1"', "[]", '["q4"]', "[1]"])
def test_a_demonstration_of_what_is_no_question_is_told(
    counting: Path, wrong: str, refusal: Callable[..., str]
) -> None:
    (counting / "lab.toml").write_text(MANIFEST.replace("[questions]", f"demo = {wrong}\n[questions]"))
    assert "demo" in refusal(LabError, lambda: lab_of(counting))


@pytest.mark.parametrize("wrong", ["task = 3", 'q1.task = ["classification"]', "q1.uses.entropy = 1"])
def test_a_task_or_a_use_that_is_no_text_is_told(counting: Path, wrong: str, refusal: Callable[..., str]) -> None:
    key = "[questions]\n" + wrong if wrong.startswith("q1") else wrong + "\n[questions]"
    manifest = MANIFEST.replace('task = "classification"\n', "").replace("[questions]", key)
    (counting / "lab.toml").write_text(manifest)
    assert "not a text" in refusal(LabError, lambda: lab_of(counting))


def test_a_number_of_the_data_may_fill_several_places(counting: Path) -> None:
    places = '["model.init_args.encoder.init_args.num_tokens", "model.init_args.decoder.init_args.num_tokens"]'
    (counting / "lab.toml").write_text(MANIFEST.replace('dim = "model.init_args.width"', f"num_tokens = {places}"))
    assert lab_of(counting).sizes["q2"] == {"num_tokens": tuple(json.loads(places))}


def test_the_data_of_a_question_may_hand_on_something_else(counting: Path) -> None:
    own = 'q1.links = {}\nq1.sizes.num_tokens = "model.init_args.num_tokens"\nq1.title'
    (counting / "lab.toml").write_text(MANIFEST.replace("q1.title", own))
    lab = lab_of(counting)
    assert lab.links["q2"] == {"data.embeddings": "model.init_args.embeddings"} and lab.links["q1"] == {}
    assert lab.sizes["q1"] == {"num_tokens": ("model.init_args.num_tokens",)}
    assert lab.sizes["q2"] == {"dim": ("model.init_args.width",)}


@pytest.mark.parametrize("place", ["3", "[]", '["model.init_args.width", 3]'])
def test_a_size_that_goes_to_no_place_is_told(counting: Path, place: str, refusal: Callable[..., str]) -> None:
    (counting / "lab.toml").write_text(MANIFEST.replace('dim = "model.init_args.width"', f"dim = {place}"))
    assert "sizes.dim" in refusal(LabError, lambda: lab_of(counting))


def test_a_sweep_is_called_by_the_last_part_of_its_option() -> None:
    assert Sweep("q2", "model.init_args.speed", [0.0]).name == "speed"


def test_a_lab_says_what_the_course_makes_of_it(counting: Path) -> None:
    lab = with_course(counting, COURSE)
    assert lab.languages == ("fr", "en")
    assert lab.titles == {"en": "Two ways"}
    assert list(lab.points.items()) == [("test-q2", 3), ("q1", 0.5)]
    assert lab.limits == GradingLimits(cell_seconds=60, memory_mb=512.5)


def test_what_the_statement_asks_is_told_by_question(counting: Path) -> None:
    assert lab_of(counting).requirements == {}
    lab = with_course(counting, COURSE + '\n[requirements.q2]\nlaw = "one"\neach-alone = "two"\n')
    assert lab.requirements == {"q2": {"law": "one", "each-alone": "two"}}


def test_without_a_word_on_the_course_a_lab_is_in_english_and_worth_nothing(counting: Path) -> None:
    lab = lab_of(counting)
    assert (lab.languages, lab.titles, lab.points, lab.limits) == (("en",), {}, {}, GradingLimits())


@pytest.mark.parametrize("name", "cell_seconds submission_seconds memory_mb processes file_mb output_kb".split())
def test_every_limit_of_grading_can_be_set(counting: Path, name: str) -> None:
    assert with_course(counting, f"[limits]\n{name} = 1").limits == GradingLimits(**{name: 1})


@pytest.mark.parametrize(
    ("course", "told"),
    [
        ('languages = ["en", "de"]', "'de' is no language (known: en, fr)"),
        ('languages = ["EN"]', "'EN' is no language"),
        ('languages = ["en", "en"]', "twice"),
        ("languages = []", "must be a list of codes"),
        ('languages = "en"', "must be a list of codes"),
        ("languages = [1]", "1 is no language"),
        ('languages = [["en"]]', "['en'] is no language"),
        ('[titles]\nfr = "Deux"', "'fr' is in none of the languages (en)"),
        ("[titles]\nen = 3", "'en' is no text"),
        ('titles = "T"', "AttributeError"),
        ("[points]\nq1 = -1", "points.q1 is -1, not a number from 0 on"),
        ('[points]\nq1 = "1"', "points.q1 is '1'"),
        ("[points]\nq1 = true", "points.q1 is True"),
        ("[points]\nq1 = nan", "points.q1 is nan"),
        ("[points]\nq1 = inf", "points.q1 is inf"),
        ("[points]\ntest.q1 = 1", "points.test is {'q1': 1}"),
        ("points = 3", "AttributeError"),
        ("[limits]\nseconds = 3", "limits has no 'seconds' (known: cell_seconds,"),
        ("[limts]\ncell_seconds = 3", "the manifest has no 'limts' (known: title,"),
        ("[requirement]\nq2 = 3", "the manifest has no 'requirement' (known: title,"),
        ('[requirements.q2]\nlaw = "L"', "requirements has no 'q2' (known: none)"),
        ('[points]\ntest-q2 = 1\n[requirements.q1]\nlaw = "L"', "requirements has no 'q1' (known: q2)"),
        ('[points]\ntest-q2 = 1\n[requirements.q2]\n"the law" = "L"', "'the law', which is no id"),
        ("[points]\ntest-q2 = 1\n[requirements.q2]\nlaw = 3", "requirements.q2.law is 3, not a sentence"),
        ('[points]\ntest-q2 = 1\n[requirements.q2]\nlaw = " "', "requirements.q2.law is ' ', not a sentence"),
        ("requirements = 3", "TypeError"),
        ("[limits]\ncell_seconds = -3", "limits.cell_seconds is -3"),
        ("[limits]\ncell_seconds = 0", "limits.cell_seconds is 0"),
        ('[limits]\ncell_seconds = "3"', "limits.cell_seconds is '3'"),
    ],
)
def test_a_wrong_word_on_the_course_is_told_in_one_line(
    counting: Path, course: str, told: str, refusal: Callable[..., str]
) -> None:
    message = refusal(LabError, lambda: with_course(counting, course))
    assert told in message and str(counting / "lab.toml") in message


def test_questions_keep_the_order_of_the_manifest(counting: Path) -> None:
    assert list(lab_of(counting).questions) == ["q2", "q1", "q3"]


@pytest.mark.parametrize(
    "manifest",
    [
        "title = ",
        '[questions]\nq1.title = "A"',
        'title = "T"',
        'title = "T"\n[questions]\nq1.name = "A"',
        'title = "T"\n[questions]\nq1 = "A"',
        'title = "T"\nquestions = "A"',
        'title = "T"\n[questions]\nq1.title = "A"\n[sweep]\nquestion = "q1"',
        'title = "T"\n[questions]\nq1.title = "A"\n[sweep]\nquestion = "q1"\noption = "o"\nvalues = []\ncolour = "red"',
        'title = "T"\nlinks = "A"\n[questions]\nq1.title = "A"',
        'title = "\udcff"',
    ],
    ids=[
        "broken",
        "no title",
        "no questions",
        "a question without a title",
        "a question that is a word",
        "questions that are a word",
        "half a sweep",
        "more than a sweep",
        "links that are a word",
        "not UTF-8",
    ],
)
def test_a_wrong_manifest_is_told_in_one_line(counting: Path, manifest: str, refusal: Callable[..., str]) -> None:
    (counting / "lab.toml").write_bytes(manifest.encode("utf-8", "surrogateescape"))
    assert str(counting / "lab.toml") in refusal(LabError, lambda: lab_of(counting))


def test_a_lab_says_whose_answers_it_shows(counting: Path) -> None:
    (counting / "lab.toml").write_text(f'after = ["adding"]\n{MANIFEST}')
    assert lab_of(counting).after == ("adding",)


@pytest.mark.parametrize("key", ["after", "needs"])
@pytest.mark.parametrize("wrong", ['"adding"', "[1]", "true"])
def test_what_is_no_list_of_labs_is_told(counting: Path, key: str, wrong: str, refusal: Callable[..., str]) -> None:
    (counting / "lab.toml").write_text(f"{key} = {wrong}\n{MANIFEST}")
    assert key in refusal(LabError, lambda: lab_of(counting))


def test_a_lab_says_which_it_needs_and_which_of_their_answers_it_shows(counting: Path) -> None:
    assert lab_of(counting).needs == () and lab_of(counting).shows == {}
    (counting / "lab.toml").write_text(f'needs = ["adding"]\nshows = {{ adding = ["q1-sum"] }}\n{MANIFEST}')
    lab = lab_of(counting)
    assert lab.needs == ("adding",) and lab.shows == {"adding": ("q1-sum",)}


@pytest.mark.parametrize("wrong", ['{ adding = ["q1"], other = [] }', '{ adding = "q1" }', '["q1"]'])
def test_what_it_shows_is_of_labs_that_it_needs(counting: Path, wrong: str, refusal: Callable[..., str]) -> None:
    (counting / "lab.toml").write_text(f'needs = ["adding"]\nshows = {wrong}\n{MANIFEST}')
    refusal(LabError, lambda: lab_of(counting))
