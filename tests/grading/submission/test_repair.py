from __future__ import annotations

import copy
import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from amal_attention.errors import Unreadable, WrongLab
from amal_attention.grading.submission.repair import AnswerCell, Answers, read_answers
from tests.grading.submissions.damaged import DAMAGED
from tests.grading.submissions.shop import ANSWERS, named, own, reference, skeleton, solved

IMPORTS = "import math\n\nrate = 10"
CENTS = "def in_cents(price: float) -> int:\n    return math.floor(price * 100)"
EURO = 'currency = "euro"'


def read(notebook: Any) -> Answers:
    return read_answers(json.dumps(notebook).encode(), reference())


def runs(notebook: Any) -> list[str]:
    return [cell.source for cell in read(notebook).cells]


HONEST = [IMPORTS, CENTS, ANSWERS["q1-basket"], ANSWERS["q2-price"], EURO, ANSWERS["q3-sale"]]


@pytest.mark.parametrize("language", ["en", "fr"])
def test_a_solved_notebook_is_its_answers_among_the_code_that_was_given(language):
    answers = read(solved(language))
    assert (answers.language, answers.repairs) == (language, ())
    numbers = {name: [cell["id"] for cell in solved(language)["cells"]].index(name) + 1 for name in ANSWERS}
    assert answers.cells == (
        AnswerCell(0, "", IMPORTS),
        AnswerCell(0, "", CENTS),
        AnswerCell(numbers["q1-basket"], "q1-basket", ANSWERS["q1-basket"]),
        AnswerCell(numbers["q2-price"], "q2-price", ANSWERS["q2-price"]),
        AnswerCell(0, "", EURO),
        AnswerCell(numbers["q3-sale"], "q3-sale", ANSWERS["q3-sale"]),
    )


def test_the_skeleton_runs_too():
    answers = read(skeleton())
    assert [cell.question for cell in answers.cells if cell.question] == list(ANSWERS)
    assert answers.repairs == ()


def test_what_a_student_added_runs_where_it_stands():
    notebook = solved()
    notebook["cells"].insert(0, own("first"))
    notebook["cells"].insert(6, own("behind q1"))
    notebook["cells"].insert(11, own("before q2"))
    notebook["cells"].append(own("last"))
    notebook["cells"].append(own("  \n"))
    notebook["cells"].append(own("text", kind="markdown"))
    assert runs(notebook) == [
        "first", *HONEST[:3], "behind q1", "before q2", *HONEST[3:], "last",
    ]  # fmt: skip


def test_cells_that_train_draw_or_test_do_not_run_even_if_their_metadata_are_gone():
    notebook = solved()
    for name in ("en-1", "en-8", "test-q1-basket", "test-q3-sale"):
        named(notebook, name).update(metadata={}, id="")
    assert runs(notebook) == HONEST


@pytest.mark.parametrize("place", ["test-q1-basket", "the one that prints Training"])
def test_what_a_cell_imports_that_tests_or_trains_is_there_for_the_answers(place):
    source = "import decimal\nprint(decimal.Decimal(1))"
    digest, cells = reference().releases["en"]
    chosen = [cell for cell in cells if place in (cell.grade_id, "the one that prints " + cell.source[7:15])]
    changed = tuple(replace(cell, source=source) if cell in chosen else cell for cell in cells)
    answers = read_answers(json.dumps(solved()).encode(), replace(reference(), releases={"en": (digest, changed)}))
    assert AnswerCell(0, "", source, definitions_only=True) in answers.cells


@pytest.mark.parametrize("tagged", [True, False])
def test_of_an_edited_cell_that_trains_or_draws_the_definitions_run(tagged):
    notebook = solved()
    named(notebook, "en-8")["source"] = "def helper(): ...\ntrain()"
    if not tagged:
        named(notebook, "en-8")["metadata"] = {}
    assert read(notebook).cells[3] == AnswerCell(9, "", "def helper(): ...\ntrain()", definitions_only=True)
    assert read(notebook).repairs == ()


@pytest.mark.parametrize("name", ["en-0", "en-7", "q1-observe"])
def test_text_does_not_run_even_if_it_was_edited(name):
    notebook = solved()
    named(notebook, name)["source"] = "raise SystemExit"
    assert runs(notebook) == HONEST


def test_of_an_added_cell_with_the_tag_the_definitions_run():
    notebook = solved()
    notebook["cells"].append(own("x = 1", "active-ipynb"))
    assert read(notebook).cells[-1] == AnswerCell(15, "", "x = 1", definitions_only=True)


def test_an_answer_with_the_tag_runs():
    notebook = solved()
    named(notebook, "q1-basket")["metadata"]["tags"] = ["active-ipynb"]
    assert read(notebook).cells == read(solved()).cells


@pytest.mark.parametrize("source", ["", "assert True", "Basket = None"])
def test_an_edited_test_does_not_run(source):
    notebook = solved()
    named(notebook, "test-q1-basket")["source"] = source
    assert runs(notebook) == HONEST


def test_a_test_that_the_release_does_not_have_does_not_run():
    notebook = solved()
    notebook["cells"].append(own("x") | {"metadata": {"nbgrader": {"grade_id": "test-q9", "grade": True}}})
    assert runs(notebook) == HONEST


@pytest.mark.parametrize(("name", "at"), [("en-2", 0), ("currency", 1), ("en-11", 4)])
def test_what_was_given_runs_as_it_was_given_and_then_as_it_was_edited(name, at):
    notebook = solved()
    named(notebook, name)["source"] = "edited = True"
    answers = read(notebook)
    number = [cell["id"] for cell in notebook["cells"]].index(name) + 1
    assert [cell.source for cell in answers.cells] == [*HONEST[: at + 1], "edited = True", *HONEST[at + 1 :]]
    assert answers.cells[at + 1] == AnswerCell(number, "", "edited = True")


def test_what_was_given_runs_before_what_was_edited_even_if_no_one_knows_what_it_was():
    notebook = solved()
    named(notebook, "en-11").update(source="currency = 'yen'", id="")
    assert runs(notebook) == [*HONEST[:5], "currency = 'yen'", HONEST[5]]


@pytest.mark.parametrize("name", ["en-2", "currency", "en-11"])
@pytest.mark.parametrize("kind", [None, "markdown", "raw"])
def test_what_was_given_and_is_gone_runs_in_its_place(name, kind):
    notebook = solved()
    if kind is None:
        notebook["cells"].remove(named(notebook, name))
    else:
        named(notebook, name)["cell_type"] = kind
    assert runs(notebook) == HONEST


@pytest.mark.parametrize("name", list(ANSWERS))
def test_an_answer_that_is_gone_leaves_the_others(name):
    notebook = solved()
    notebook["cells"].remove(named(notebook, name))
    assert runs(notebook) == [source for source in HONEST if source != ANSWERS[name]]


@pytest.mark.parametrize(("at", "runs_at"), [(0, 0), (4, 2), (5, 3), (14, 6)])
def test_copies_of_an_answer_run_in_their_order_where_they_stand(at, runs_at):
    notebook = solved()
    notebook["cells"].insert(at, named(solved(), "q1-basket") | {"source": "class Basket: copy = True"})
    assert runs(notebook) == [*HONEST[:runs_at], "class Basket: copy = True", *HONEST[runs_at:]]
    assert read(notebook).cells[runs_at].question == "q1-basket"


@pytest.mark.parametrize("at", [0, 14])
def test_a_copy_that_is_still_as_given_does_not_undo_the_answer(at):
    notebook = solved()
    notebook["cells"].insert(at, named(skeleton(), "q1-basket"))
    assert sorted(runs(notebook)) == sorted(HONEST)


def test_an_answer_written_in_a_copy_at_the_end_runs_there():
    notebook = solved()
    answer = named(notebook, "q1-basket")["source"]
    named(notebook, "q1-basket")["source"] = named(skeleton(), "q1-basket")["source"]
    notebook["cells"] += [own("helper = 1"), named(solved(), "q1-basket")]
    assert runs(notebook) == [*HONEST[:2], *HONEST[3:], "helper = 1", answer]
    assert "order" not in " ".join(read(notebook).repairs)


def test_the_order_of_the_release_is_restored_with_what_follows_each_cell():
    notebook = solved()
    cells = notebook["cells"]
    cells.insert(10, own("behind q2"))
    moved = cells[9:11]
    del cells[9:11]
    cells[4:4] = moved
    assert runs(notebook) == [*HONEST[:4], "behind q2", *HONEST[4:]]


def test_an_answer_in_markdown_cells_given_by_the_release_runs_once_it_is_code():
    notebook = solved()
    named(notebook, "en-7").update(cell_type="code", source="mine = 1")
    assert runs(notebook) == [*HONEST[:3], "mine = 1", *HONEST[3:]]


@pytest.mark.parametrize("name", DAMAGED)
def test_a_damaged_notebook_keeps_the_answers_that_stand(name):
    damage, notebook = DAMAGED[name], solved()
    raw = damage(notebook)
    assert notebook == solved()
    if damage.refused:
        with pytest.raises(damage.refused) as caught:
            read_answers(raw, reference())
        assert type(caught.value) is damage.refused
        return
    answers = read_answers(raw, reference())
    kept = {cell.question: cell.source for cell in answers.cells if cell.question}
    expected = {question: ANSWERS[question] for question in damage.surviving(notebook)}
    if name == "Latin-1":
        expected["q1-basket"] += "\n# été"
    assert {question: source.rstrip() for question, source in kept.items()} == expected
    assert list(kept) == sorted(expected) or name == "duplicate grade_id"
    given = [cell.source for cell in answers.cells if cell.number == 0]
    assert given == [IMPORTS, CENTS, EURO]
    assert any(damage.told in each for each in answers.repairs) if damage.told else answers.repairs == ()


def test_the_same_notebook_gives_the_same_answers():
    notebook = solved()
    notebook["cells"] = notebook["cells"][::-1] * 2
    assert read(notebook) == read(notebook)


LONGEST_REPAIR = 200

resaved = st.fixed_dictionaries(
    {"indent": st.sampled_from([None, 1, 4]), "ensure_ascii": st.booleans(), "sort_keys": st.booleans()}
)


@given(
    how=resaved,
    bom=st.booleans(),
    ids=st.booleans(),
    minor=st.sampled_from([0, 4, 5]),
    lines=st.booleans(),
    ends=st.sampled_from(["\n", "\r\n"]),
    language=st.sampled_from(["en", "fr"]),
    sources=st.lists(st.text(st.characters(codec="utf-8"), min_size=1), min_size=3, max_size=3),
)
def test_a_notebook_that_was_saved_again_holds_every_answer_and_needs_no_repair(
    how, bom, ids, minor, lines, ends, language, sources
):
    notebook = solved(language)
    notebook["nbformat_minor"] = minor
    written = dict(zip(ANSWERS, sources, strict=True))
    for cell in notebook["cells"]:
        cell["source"] = written.get(cell["id"], "".join(cell["source"]).replace("\n", ends))
        if lines:
            cell["source"] = cell["source"].splitlines(keepends=True)
    for cell in [] if ids else notebook["cells"]:
        del cell["id"]
    raw = (b"\xef\xbb\xbf" if bom else b"") + json.dumps(notebook, **how).encode()
    answers = read_answers(raw, reference())
    assert (answers.language, answers.repairs) == (language, ())
    read_back = {cell.question: cell.source for cell in answers.cells if cell.question}
    assert read_back == {question: source for question, source in written.items() if source.strip()}


STRANGE = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9) | st.sampled_from([*ANSWERS, "code"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["nbgrader", "tags", "grade_id", "grade", "points", "lab"]), inner, max_size=3
        )
    ),
    max_leaves=8,
)
KEYS = st.sampled_from(["cell_type", "id", "metadata", "outputs", "source"])
INDEX = st.integers(0, 30)
MUTATION = st.one_of(
    st.tuples(st.just("delete"), INDEX),
    st.tuples(st.just("copy"), INDEX, INDEX),
    st.tuples(st.just("move"), INDEX, INDEX),
    st.tuples(st.just("drop"), INDEX, KEYS),
    st.tuples(st.just("set"), INDEX, KEYS, STRANGE),
    st.tuples(st.just("nbgrader"), INDEX, st.sampled_from(["grade", "grade_id", "points", "solution"]), STRANGE),
    st.tuples(st.just("replace"), INDEX, STRANGE),
    st.tuples(st.just("notebook"), st.sampled_from(["metadata", "nbformat", "worksheets"]), STRANGE),
    st.tuples(st.just("amal"), st.sampled_from(["lab", "language", "digest"]), STRANGE),
)


def mutate(notebook: dict[str, Any], mutation: tuple[Any, ...]) -> None:
    what, *rest = mutation
    cells = notebook["cells"]
    if what == "notebook":
        notebook[rest[0]] = rest[1]
    elif what == "amal":
        notebook["metadata"] = {"amal": {"lab": "shop", "language": "en", rest[0]: rest[1]}}
    elif cells:
        mutate_cell(cells, what, rest[0] % len(cells), *rest[1:])


def mutate_cell(cells: list[Any], what: str, at: int, *rest: Any) -> None:
    cell = cells[at]
    if what == "delete":
        del cells[at]
    elif what in ("copy", "move"):
        cells.insert(rest[0], copy.deepcopy(cell) if what == "copy" else cells.pop(at))
    elif what == "replace":
        cells[at] = rest[0]
    elif isinstance(cell, dict) and what == "drop":
        cell.pop(rest[0], None)
    elif isinstance(cell, dict) and what == "set":
        cell[rest[0]] = rest[1]
    elif isinstance(cell, dict) and what == "nbgrader":
        cell["metadata"] = {"nbgrader": {"grade_id": "q1-basket", rest[0]: rest[1]}}


def check(raw: bytes) -> None:
    """Answers that keep their promises, or a refusal; nothing else."""
    try:
        answers = read_answers(raw, reference())
    except (Unreadable, WrongLab) as error:
        assert str(error).isprintable() and len(str(error)) < 300
        return
    assert answers.language in reference().releases
    assert [cell.source for cell in answers.cells if cell.number == 0] == [IMPORTS, CENTS, EURO]
    assert all(cell.source.strip() and cell.question in ("", *ANSWERS) for cell in answers.cells)
    numbers = [cell.number for cell in answers.cells if cell.number]
    assert len(set(numbers)) == len(numbers)
    assert all(each.isascii() and each.isprintable() and len(each) < LONGEST_REPAIR for each in answers.repairs)


@given(raw=st.binary())
def test_any_bytes_are_read_or_refused(raw):
    check(raw)


@given(cut=st.integers(0, 20_000), indent=st.sampled_from([None, 1]), encoding=st.sampled_from(["utf-8", "utf-16"]))
def test_a_notebook_cut_at_any_byte_is_read_or_refused(cut, indent, encoding):
    check(json.dumps(solved(), indent=indent, ensure_ascii=False).encode(encoding)[:cut])


@settings(max_examples=300)
@given(mutations=st.lists(MUTATION, max_size=8))
def test_a_notebook_damaged_in_any_way_is_read_or_refused(mutations):
    notebook = solved()
    for mutation in mutations:
        mutate(notebook, mutation)
    check(json.dumps(notebook).encode())


@given(places=st.lists(st.tuples(st.integers(0, 20_000), st.binary(max_size=4)), max_size=5))
def test_a_notebook_with_other_bytes_in_it_is_read_or_refused(places):
    raw = bytearray(json.dumps(solved(), indent=1).encode())
    for at, other in places:
        raw[at % len(raw) : at % len(raw) + 2] = other
    check(bytes(raw))


@given(order=st.permutations(range(14)))
def test_in_whatever_order_the_cells_stand_they_run_in_that_of_the_release(order):
    notebook = solved()
    notebook["cells"] = [notebook["cells"][at] for at in order]
    assert runs(notebook) == HONEST
