"""Whatever is planted in a notebook that was right is found, and told with the line that it comes from."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import nbformat
import pytest

from amal_attention.course.release.leaks import leak_problems, leaks_in, secrets_of, secrets_of_needed
from amal_attention.course.release.release import release
from amal_attention.course.script.script import read_script
from amal_attention.errors import LabError
from amal_attention.lab import Lab
from tests.course.conftest import write_toy


@pytest.fixture
def leaks(toy):
    """The problems of a notebook that a function may change first, as texts with their lines."""

    def told(plant=lambda notebook: None, language="en"):
        notebook = nbformat.reads(release(toy.lab, language).decode(), as_version=4)
        plant(notebook)
        found = leak_problems(toy.lab, read_script(toy.lab), language, notebook)
        return [(problem.line, problem.text) for problem in found]

    return told


def secret_texts(toy):
    return {secret.text for secret in secrets_of(toy.lab, read_script(toy.lab))}


def test_what_was_released_holds_no_leak(leaks):
    assert leaks() == [] and leaks(language="fr") == []


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("total = sum(self.step * base for item in items)  # every item weighs the same", "solution"),
        ("total = sum(self.step * base for item in items)", "solution"),
        ("every item weighs the same", "solution"),
        ("return total // base", "solution"),
        ("assert Counter(step=7).count([1, 2, 3]) == 21", "hidden test"),
        ("One point for naming the overflow of small steps.", "mark scheme"),
        ("Un point pour qui nomme le débordement des petits pas.", "mark scheme"),
        ("reference = Counter(step=3).count([9, 9, 9])", "cell for instructors"),
    ],
)
@pytest.mark.parametrize("disguise", [str, lambda line: f"#    {line}", lambda line: line.replace(" ", "  \n ")])
def test_a_line_that_was_removed_is_found(toy, leaks, line, what, disguise):
    def plant(notebook):
        notebook.cells[1].source += "\n" + disguise(line)

    told = leaks(plant)
    assert told
    script_line = toy.line(line)
    for place, text in told:
        assert place == toy.line("import math") - 1
        assert "in cell 2 (en-1) of 'en'" in text and f"a line of a {what}" in text
        assert f"(toy.py:{script_line})" in text


def test_a_line_of_the_hidden_tests_is_found(leaks):
    def plant(notebook):
        notebook.cells[0].source += "\n`assert lab.Counter(step=5).count([]) == 0`"

    ((_, text),) = leaks(plant)
    assert "a line of a hidden test (test_q1.py:13)" in text and "in cell 1 (en-0)" in text


@pytest.mark.parametrize("place", ["output", "metadata", "notebook metadata", "tag", "grade_id", "markdown", "another"])
def test_a_line_is_found_wherever_it_stands(leaks, place):
    line = "assert Counter(step=7).count([1, 2, 3]) == 21"

    def plant(notebook):
        code = notebook.cells[1]
        if place == "output":
            code.outputs = [nbformat.v4.new_output("stream", text=f"{line}\n")]
        elif place == "metadata":
            code.metadata["a"] = {"b": [{"c": line}]}
        elif place == "notebook metadata":
            notebook.metadata["title"] = line
        elif place == "tag":
            code.metadata["tags"] = [line]
        elif place == "grade_id":
            notebook.cells[2].metadata.nbgrader["grade_id"] = line
        elif place == "markdown":
            notebook.cells[0].source = f"```\n{line}\n```"
        else:
            notebook.cells.append(nbformat.v4.new_code_cell(line))

    assert any("a line of a hidden test" in text for _, text in leaks(plant))


def test_a_key_counts_as_text_too(leaks):
    def plant(notebook):
        notebook.cells[1].metadata["return total // base"] = 1

    assert len(leaks(plant)) == 1


@pytest.mark.parametrize(
    "line",
    [
        "return loss",
        ")",
        "total = 0",
        "return total",
        "x = y",
        "total += 1",
        "for i in range(n):",
        "for batch in loader:",
        "self.step = step",
    ],
)
def test_a_line_that_says_nothing_is_no_secret(toy, leaks, line):
    toy.change("        return total // base", f"        {line}\n        return total // base")
    if line.startswith("for"):
        toy.change(f"        {line}\n", f"        {line}\n            pass\n")
    if line == ")":
        toy.change("        )\n        return", "        print(\n        )\n        return")
    assert line not in secret_texts(toy)


@pytest.mark.parametrize(
    "line", ["return weighted_sum(weights, x), weights", "return x.mean(1)", "return x  # its mean"]
)
def test_a_whole_statement_is_a_secret(toy, line):
    toy.change("        return total // base", f"        {line}")
    assert line in secret_texts(toy)


def test_imports_are_no_secret(toy):
    toy.change("        return total // base", "        from torch.nn import functional as F\n        return F")
    assert "from torch.nn import functional as F" not in secret_texts(toy)


@pytest.mark.parametrize(
    ("beside", "draft"),
    [
        ("base = 10", "base = 10\ndef count(total):\n    return total // base"),
        ("# # Counting", "# # Counting\n#\n# Write `return total // base`."),
        ("    ### END SOLUTION", "    ### END SOLUTION\n        # return total // base"),
        ("assert Counter().count([4, 5]) == 2", "def by_hand(total):\n    return total // base"),
    ],
    ids=["given code", "statement", "answer", "check"],
)
def test_a_draft_of_an_answer_in_a_cell_that_students_get_is_a_leak(toy, problems, beside, draft):
    toy.change(beside, draft)
    answer = toy.script.read_text("utf-8").split("\n").index("        return total // base") + 1
    (told, *_) = problems(lambda: release(toy.lab, "en"))
    assert f"'return total // base', a line of a solution (toy.py:{answer})" in told


def test_a_line_of_a_mark_scheme_in_a_statement_is_a_leak(toy, problems):
    toy.change("# What do you see?", "# What do you see? One point for naming the overflow of small steps.")
    assert any("a line of a mark scheme" in told for told in problems(lambda: release(toy.lab, "en")))


def test_a_line_of_a_hidden_test_in_given_code_is_a_leak(toy, problems):
    toy.change("base = 10", "base = 10\nassert lab.Counter(step=5).count([]) == 0")
    (told,) = problems(lambda: release(toy.lab, "en"))
    assert "a line of a hidden test (test_q1.py:13)" in told


def test_a_line_that_the_script_names_as_given_may_stand_anywhere(toy, leaks):
    toy.change("        return total // base", "        return total // base  # given: the statement says it")
    toy.change("# # Counting", "# # Counting\n#\n# Write `return total // base`.")
    assert leaks() == []


def test_a_line_that_a_hidden_test_names_as_given_may_stand_anywhere(toy, leaks):
    line = "assert lab.Counter(step=5).count([]) == 0"
    toy.change(line, f"{line}  # given: the statement says that nothing counts 0", toy.hidden)
    toy.change("base = 10", f"base = 10\n{line}")
    assert leaks() == []


@pytest.mark.parametrize("comment", ["# given", "# given:", "# given elsewhere", "# Given: here"])
def test_a_line_is_given_for_a_reason_alone(toy, problems, comment):
    toy.change("        return total // base", f"        return total // base  {comment}")
    toy.change("# # Counting", "# # Counting\n#\n# Write `return total // base`.")
    assert problems(lambda: release(toy.lab, "en"))


def test_the_signature_of_an_answer_may_be_written_again_for_instructors_and_in_hidden_tests(toy, leaks):
    signature = "def count(self, items: list[int]) -> int:"
    toy.change("reference = ", f"class Other:\n    {signature}\n        return 0\n\n\nreference = ")
    toy.change("import pytest\n", f"import pytest\n\n\nclass Other:\n    {signature}\n        return 0\n", toy.hidden)
    assert leaks() == []


def test_what_only_instructors_get_elsewhere_stays_a_secret(toy):
    toy.change("reference = ", "def quotient(total):\n    return total // base\n\n\nreference = ")
    assert "return total // base" in secret_texts(toy)


def test_what_is_removed_elsewhere_too_stays_a_secret(toy):
    toy.change("### BEGIN HIDDEN TESTS\n", "### BEGIN HIDDEN TESTS\ndef q(total):\n    return total // base\n")
    assert [secret.line for secret in secrets_of(toy.lab, read_script(toy.lab)) if "return total" in secret.text] == [
        toy.line("        return total // base"),
        toy.line("def q(total)") + 1,
    ]


@pytest.mark.parametrize("kind", ["SOLUTION", "HIDDEN TESTS", "MARK SCHEME"])
@pytest.mark.parametrize("verb", ["BEGIN", "END"])
def test_the_words_of_a_marker_are_found(leaks, verb, kind):
    def plant(notebook):
        notebook.cells[2].source += f"\n### {verb} {kind}"

    ((_, text),) = leaks(plant)
    assert f"'{verb} {kind}', the words of a marker" in text


def test_outputs_and_counts_are_found(toy, leaks):
    def output(notebook):
        notebook.cells[1].outputs = [nbformat.v4.new_output("stream", text="1")]

    def count(notebook):
        notebook.cells[3].execution_count = 0

    assert leaks(output) == [
        (toy.line("import math") - 1, "in cell 2 (en-1) of 'en': the output or the count of a run")
    ]
    ((line, text),) = leaks(count)
    assert line == toy.line('"test-q1-count"') and text.endswith("the output or the count of a run")


def test_attached_files_are_found(leaks):
    def attach(notebook):
        notebook.cells[0].attachments = {"a.png": {"image/png": "AAAA"}}

    def show(notebook):
        notebook.cells[0].source += "![a](attachment:a.png)"

    for plant in (attach, show):
        ((_, text),) = leaks(plant)
        assert text.endswith("an attached file")


def test_folders_of_this_machine_are_found(toy, leaks, monkeypatch):
    monkeypatch.setenv("HOME", "/srv/people/me")
    for place in (Path("/srv/people/me"), toy.folder, toy.folder.parent, toy.folder.parent.parent):

        def plant(notebook, place=place):
            notebook.cells[0].source += f"\nSee {place}/data.txt."

        assert any(f"{str(place)!r}, a folder of this machine" in text for _, text in leaks(plant))


def test_a_folder_given_by_a_link_from_here_is_found_in_full(toy, monkeypatch):
    root = toy.folder.parent.parent
    (root / "link").symlink_to(toy.folder.parent)
    monkeypatch.chdir(root)
    lab = Lab.find("toy", Path("link"))
    for place in (toy.folder, root / "link" / "toy"):
        notebook = nbformat.reads(release(lab, "en").decode(), as_version=4)
        notebook.cells[0].source += f"\n{place}"
        told = [problem.text for problem in leak_problems(lab, read_script(lab), "en", notebook)]
        assert any(f"{str(place)!r}, a folder of this machine" in text for text in told)


def test_a_folder_in_the_title_is_found(leaks):
    ((line, text),) = leaks(lambda notebook: notebook.metadata.update(title="of solutions/toy"))
    assert line == 1 and "in the notebook's metadata" in text


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("/home/ada/labs", "'/home/ada', a folder of someone's machine"),
        ("/Users/ada", "'/Users/ada', a folder of someone's machine"),
        (r"C:\Users\ada", "a folder of someone's machine"),
        ("solutions/toy/toy.py", "'solutions/', a folder that students do not have"),
        (r"..\solutions\toy", "a folder that students do not have"),
        ("see hidden_tests", "'hidden_tests', a folder that students do not have"),
    ],
)
def test_folders_of_the_course_and_of_anyone_are_found(leaks, text, told):
    def plant(notebook):
        notebook.cells[1].source += f"\n# {text}"

    assert any(told in found for _, found in leaks(plant))


@pytest.mark.parametrize(
    "text",
    ["https://a.org/home/index", "his solutions\ndiffer", "resolutions/second", "a/homework", "all_hidden_tests_pass"],
)
def test_what_looks_like_a_folder_and_is_none_passes(leaks, text):
    def plant(notebook):
        notebook.cells[0].source += f"\n{text}"

    assert leaks(plant) == []


def test_a_division_is_no_folder_where_the_home_is_the_root(toy, leaks, monkeypatch):
    monkeypatch.setenv("HOME", "/")
    toy.change("base = 10", "base = 20 / 2")
    assert leaks() == []


def test_a_cell_that_was_lost_is_told(leaks):
    assert leaks(lambda notebook: notebook.cells.pop()) == [(1, "6 cells came of 7")]


@pytest.fixture
def later(toy):
    """A lab that needs the other one."""
    found = write_toy(toy.folder.parent / "later")
    for old, new in (
        (
            "total = sum(self.step * base for item in items)  # every item weighs the same",
            "many = self.step * len(items)",
        ),
        ("return total // base", "return many + 0 * base"),
        ("One point for naming the overflow of small steps.", "One point for naming what is later."),
        ("Un point pour qui nomme le débordement des petits pas.", "Un point pour qui nomme ce qui suit."),
        ("reference = Counter(step=3).count([9, 9, 9])", "from toy import Counter as Earlier"),
    ):
        found.change(old, new)
    found.manifest('languages = ["en", "fr"]', 'languages = ["en", "fr"]\nneeds = ["toy"]')
    return found


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("return total // base", "solution"),
        ("One point for naming the overflow of small steps.", "mark scheme"),
        ("from toy import Counter", "an import of 'toy', a module that students do not have"),
        ("import toy", "an import of 'toy', a module that students do not have"),
    ],
)
def test_answers_of_a_lab_that_is_needed_are_looked_for_too(later, line, what):
    notebook = nbformat.reads(release(later.lab, "en").decode(), as_version=4)
    assert leak_problems(later.lab, read_script(later.lab), "en", notebook) == []
    notebook.cells[1].source += f"\n{line}"
    told = [problem.text for problem in leak_problems(later.lab, read_script(later.lab), "en", notebook)]
    assert told and all(what in text for text in told)


def test_answers_that_a_lab_says_it_shows_are_no_leak(later):
    later.manifest('needs = ["toy"]', 'needs = ["toy"]\nshows = { toy = ["q1-count"] }')
    notebook = nbformat.reads(release(later.lab, "en").decode(), as_version=4)
    notebook.cells[1].source += "\nreturn total // base"
    assert leak_problems(later.lab, read_script(later.lab), "en", notebook) == []
    notebook.cells[1].source += "\nOne point for naming the overflow of small steps."
    assert leak_problems(later.lab, read_script(later.lab), "en", notebook)


def test_hidden_tests_and_cells_for_instructors_of_a_lab_that_is_needed_are_none_of_its_answers(later):
    kinds = {secret.what for secret in secrets_of_needed(later.lab)}
    assert kinds == {"solution", "mark scheme"}
    assert secrets_of_needed(later.lab, shown=("solution", "mark scheme")) == []


def test_an_answer_that_is_shown_is_one_of_a_lab_that_is_needed(later, refusal):
    later.manifest('needs = ["toy"]', 'needs = ["toy"]\nshows = { toy = ["q7-count"] }')
    assert "got q7-count" in refusal(LabError, lambda: release(later.lab, "en"))


def test_any_file_can_be_searched(toy):
    secrets = secrets_of(toy.lab, read_script(toy.lab))
    source = "def f():\n    total = sum(self.step\n      * base for item in items)\n"
    as_json = '{"text": "Un point pour qui nomme le d\\u00e9bordement des petits pas."}'
    assert leaks_in("nothing of interest; return total", secrets) == []
    assert len(leaks_in(source, secrets)) == 1
    assert len(leaks_in(as_json.encode(), secrets)) == 1
    assert len(leaks_in(b"\xff\xfe return total // base", secrets)) == 1
    assert leaks_in("END " + "SOLUTION", []) == ["'END SOLUTION', the words of a marker"]


@pytest.mark.parametrize("form", ["NFC", "NFD", "NFKC"])
def test_letters_composed_otherwise_do_not_hide_a_line(toy, form):
    line = unicodedata.normalize(form, "Un point pour qui nomme le débordement des petits pas.")
    assert leaks_in(line, secrets_of(toy.lab, read_script(toy.lab)))


def test_other_quotes_do_not_hide_a_line(toy):
    toy.change("        return total // base", "        return table[\"total\"].get('base', step)")
    secrets = secrets_of(toy.lab, read_script(toy.lab))
    assert leaks_in("return table['total'].get(\"base\", step)", secrets)
    assert leaks_in(r'"return table[\"total\"].get(\"base\", step)\n"', secrets)


def test_the_package_itself_holds_nothing_of_the_lab(toy):
    import amal_attention

    secrets = secrets_of(toy.lab, read_script(toy.lab))
    files = sorted(Path(amal_attention.__file__).parent.rglob("*.py"))
    assert len(files) > 20
    assert {str(path): leaks_in(path.read_bytes(), secrets) for path in files} == {str(path): [] for path in files}
