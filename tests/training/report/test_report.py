"""The report, judged on what a browser would make of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import pytest

from amal_attention.lab import Lab, Sweep
from amal_attention.record import EpochPoint, Grid, Histogram, Reading, RunRecord, Series, Texts
from amal_attention.tasks.classification.task import TASK
from amal_attention.training.report.report import render_report

VOID = {"meta", "br", "img", "link", "hr", "input"}
LINKS = {"src", "href", "xlink:href", "action", "data", "poster", "srcset", "background"}


class Element:
    """A tag, its attributes, what stands in it, and its text."""

    def __init__(self, tag: str, attributes: dict[str, str | None]) -> None:
        self.tag, self.attributes = tag, attributes
        self.inside: list[Element | str] = []

    def walk(self) -> Iterator[Element]:
        """The element and all elements in it, in the order of the page."""
        yield self
        for child in self.inside:
            if isinstance(child, Element):
                yield from child.walk()

    def find(self, tag: str, **attributes: str) -> list[Element]:
        """The elements with this tag (any if ``*``) and attributes, ``class_`` for ``class``."""
        wanted = {name.rstrip("_"): value for name, value in attributes.items()}
        return [
            element
            for element in self.walk()
            if tag in ("*", element.tag) and wanted.items() <= element.attributes.items()
        ]

    @property
    def text(self) -> str:
        """Its text with single spaces."""
        parts = (child if isinstance(child, str) else child.text for child in self.inside)
        return " ".join("".join(f"{part} " if self.tag != "p" else part for part in parts).split())


class Tree(HTMLParser):
    """The page as a tree; an element that is closed out of turn, or never, fails."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.root = Element("page", {})
        self.open = [self.root]
        self.feed(html)
        self.close()
        assert self.open == [self.root], f"never closed: {[element.tag for element in self.open[1:]]}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, dict(attrs))
        self.open[-1].inside.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open[-1].inside.append(Element(tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop().tag == tag

    def handle_data(self, data: str) -> None:
        self.open[-1].inside.append(data)


def lab(title: str = "A comparison") -> Lab:
    """A lab of this title, which varies a strength."""
    return Lab("a_lab", Path("a_lab"), title, {}, sweep=Sweep("q", "model.init_args.strength", [], told="Look here."))


def page(*records: RunRecord, title: str = "A comparison", **more: object) -> Element:
    """The report of these records as a tree."""
    return Tree(render_report(lab(title), TASK, records, **more)).root


def measured(accuracy: float = 0.8125, low: float = 0.7811, high: float = 0.8422, **others: float | None) -> dict:
    """Metrics with a few numbers that no other number of the page equals."""
    more = {"entropy": 3.217, "normalised_entropy": 0.634, "effective_words": 24.95, **others}
    return {"accuracy": (accuracy, low, high), **{name: (value, None, None) for name, value in more.items()}}


def run(title: str, **changes: object) -> RunRecord:
    """A bare record."""
    record = RunRecord(
        lab="a_lab",
        question="a-question",
        task="classification",
        title=title,
        source="sample",
        embeddings="sample.32d",
        seed=13,
        metrics=measured(),
        tested=4321,
        parameters=1234567,
        seconds=98.76,
        epochs=2,
        checkpoint="a.ckpt",
    )
    return replace(record, **changes)


def reading(row: int, *rest: object) -> Reading:
    """A review of this number."""
    return Reading(row, f"review {row}", *rest)


def trained(title: str, **changes: object) -> RunRecord:
    """A record with curves, histograms and two reviews, 17 (right) and 4 (wrong)."""
    parts = {
        "curves": [
            EpochPoint(1, {"train_loss": 0.69, "val_loss": 0.68, "val_accuracy": 0.55}),
            EpochPoint(2, {"train_loss": 0.5, "val_loss": 0.52, "val_accuracy": 0.8}),
        ],
        "histograms": {"normalised_entropy": [Histogram(e, [0.0, 0.5, 1.0], [e, 4]) for e in (1, 2)]},
        "exhibits": [
            reading(17, ["a", "superb", "film", "."], [0.1, 0.7, 0.1, 0.1], "positive", "positive", 0.912),
            reading(4, ["so", "dull"], [0.4, 0.6], "negative", "positive", 0.587),
        ],
    }
    return run(title, **{**parts, **changes})


def rows(table: Element) -> list[list[str]]:
    """The text of every cell."""
    return [[cell.text for cell in row.find("th") + row.find("td")] for row in table.find("tr")]


def table_of(root: Element, name: str) -> list[list[str]]:
    """The cells of the table with this id."""
    (table,) = root.find("table", id=name)
    return rows(table)


@pytest.fixture(scope="module")
def whole() -> str:
    """A page with every part."""
    records = [
        trained("Mean"),
        trained(
            "Query",
            metrics=measured(
                evidence=0.4321,
                evidence_by_chance=0.0612,
                faithfulness=0.314,
                faithfulness_deviation=0.159,
                faithfulness_reviews=77,
            ),
        ),
    ]
    sweep = [trained("Penalty", swept=strength) for strength in (1.0, 0.0)]
    return render_report(lab(), TASK, records, sweep, {"Command": "amal compare"})


def test_the_table_holds_the_numbers_of_the_records() -> None:
    other = run("Query", metrics=measured(0.9, 0.85, 0.95), parameters=42, seconds=1.04)
    header, first, second = table_of(page(run("Mean"), other), "comparison")
    assert [name.split()[0] for name in header] == [
        "model", "accuracy", "entropy", "H", "effective", "parameters", "training", "epochs",
    ]  # fmt: skip
    assert first == ["Mean", "81.2 78.1 – 84.2", "3.22", "0.63", "24.9", "1,234,567", "98.8", "2"]
    assert second == ["Query", "90.0 85.0 – 95.0", "3.22", "0.63", "24.9", "42", "1.0", "2"]


def test_evidence_and_faithfulness_have_columns_only_when_some_record_has_them(whole: str) -> None:
    bare_header = " ".join(table_of(page(run("Mean")), "comparison")[0])
    assert "evidence" not in bare_header and "faithfulness" not in bare_header
    header, without, having = table_of(Tree(whole).root, "comparison")
    evidence, faithfulness = (next(i for i, name in enumerate(header) if word in name) for word in ("evid", "faith"))
    assert (without[evidence], without[faithfulness]) == ("–", "–")
    assert having[evidence] == "43.2 chance 6.1"
    assert having[faithfulness] == "0.31 ± 0.16, n = 77"


def test_a_number_that_is_none_is_shown_as_a_dash() -> None:
    row = table_of(page(run("Broken", metrics=measured(None, None, None, entropy=None))), "comparison")[1]
    assert row[1:3] == ["–", "–"]


def test_every_record_has_its_hills_and_the_pictures_are_told_in_words(whole: str) -> None:
    pictures = Tree(whole).root.find("div", role="img")
    told = [picture.attributes["aria-label"] for picture in pictures]
    assert [len(picture.find("svg")) for picture in pictures] == [1] * 5
    assert told[0] == "Bar chart of the test accuracy: Mean 81.2 %; Query 81.2 %."
    assert "Mean from 55.0 % to 80.0 %" in told[1]
    assert ["Mean" in told[2], "Query" in told[3]] == [True, True]
    assert "strength 0: accuracy 81.2 %, H / log n 0.63; strength 1:" in told[4].replace("\xa0", " ")


def test_a_run_with_a_value_of_the_sweep_is_called_by_it_too() -> None:
    assert [row[0] for row in table_of(page(run("One"), run("Two", swept=0.1)), "comparison")[1:]] == [
        "One",
        "Two (strength 0.1)",
    ]


def test_runs_of_the_same_title_are_all_drawn_and_told_apart() -> None:
    root = page(trained("Same"), trained("Same"), trained("Same"))
    names = ["Same", "Same [2]", "Same [3]"]
    assert [row[0] for row in table_of(root, "comparison")[1:]] == names
    assert [model.text for model in root.find("div", class_="side-by-side")[0].find("strong")] == names
    told = [picture.attributes["aria-label"] for picture in root.find("div", role="img")]
    assert told[0] == "Bar chart of the test accuracy: Same 81.2 %; Same [2] 81.2 %; Same [3] 81.2 %."
    drawn = [text.text for text in root.find("div", role="img")[0].find("text")]
    assert set(names) <= set(drawn)


def test_reviews_stand_side_by_side_in_the_order_of_the_models(whole: str) -> None:
    groups = Tree(whole).root.find("div", class_="side-by-side")
    assert [[model.text for model in group.find("strong")] for group in groups] == [["Mean", "Query"]] * 2
    assert [group.attributes["aria-labelledby"] for group in groups] == ["text-17", "text-4"]
    assert [group.find("p")[0].text for group in groups] == ["a superb film.", "so dull"]
    headings = [heading.text for heading in Tree(whole).root.find("h3")]
    assert headings == ["Review 17 · 4 tokens · true label: positive", "Review 4 · 2 tokens · true label: negative"]


def test_a_review_that_one_model_did_not_read_has_a_column_less() -> None:
    root = page(trained("Mean"), trained("Query", exhibits=trained("Query").exhibits[1:]))
    groups = root.find("div", class_="side-by-side")
    assert [[model.text for model in group.find("strong")] for group in groups] == [["Mean"], ["Mean", "Query"]]


def test_right_and_wrong_are_told_by_sign_word_and_colour(whole: str) -> None:
    right, wrong = Tree(whole).root.find("div", class_="side-by-side")
    assert [mark.text for mark in right.find("span", class_="right")] == ["✓ right: positive"] * 2
    assert [mark.text for mark in wrong.find("span", class_="wrong")] == ["✗ wrong: positive"] * 2
    assert not right.find("span", class_="wrong") and not wrong.find("span", class_="right")
    assert "probability 91.2 %" in right.text and "probability 58.7 %" in wrong.text
    colours = dict(re.findall(r"--(right|wrong): (#\w+);", whole))
    assert len(set(colours.values())) == 2


def test_words_are_coloured_by_their_weights(whole: str) -> None:
    words = Tree(whole).root.find("div", class_="side-by-side")[0].find("p")[0].find("span")
    opacity = [float(re.search(r",([\d.]+)\)", word.attributes["style"]).group(1)) for word in words]
    assert [word.attributes["title"] for word in words] == ["0.1000", "0.7000", "0.1000", "0.1000"]
    assert opacity[1] > 4 * opacity[0] > 0


def test_the_sweep_is_sorted_by_strength_and_keeps_only_runs_that_have_one() -> None:
    sweep = [run("P", swept=s, metrics=measured(a)) for s, a in ((1.0, 0.6), (0.0, 0.9), (None, 0.1), (0.05, 0.8))]
    cells = table_of(page(sweep=sweep), "sweep")
    assert [row[0] for row in cells[1:]] == ["0", "0.05", "1"]
    assert [row[1].split()[0] for row in cells[1:]] == ["90.0", "80.0", "60.0"]


@pytest.mark.parametrize(
    ("records", "sweep", "sections"),
    [
        ([run("Bare")], [], ["models", "learning"]),
        ([trained("Full")], [], ["models", "learning", "normalised_entropy", "texts"]),
        ([], [run("P", swept=0.0)], ["swept"]),
        ([], [], []),
    ],
)
def test_a_part_that_no_record_feeds_is_left_out(
    records: list[RunRecord], sweep: list[RunRecord], sections: list[str]
) -> None:
    root = page(*records, sweep=sweep)
    assert [section.attributes["aria-labelledby"] for section in root.find("section")] == sections
    assert root.find("footer") == []


def test_details_close_the_page_in_their_order() -> None:
    (footer,) = page(run("Mean"), details={"Seed": "13", "Machine": "2 cores"}).find("footer")
    assert [entry.text for entry in footer.find("dt")] == ["Seed", "Machine"]
    assert [entry.text for entry in footer.find("dd")] == ["13", "2 cores"]


def test_the_setting_names_each_value_once() -> None:
    (setting,) = page(run("Mean"), run("Query"), run("Other", seed=14)).find("dl", class_="setting")
    told = dict(zip((e.text for e in setting.find("dt")), (e.text for e in setting.find("dd")), strict=True))
    assert told["Seed"] == "13, 14"
    assert told["Reviews"] == "sample"
    assert told["Test reviews"] == "4,321"


def test_hostile_text_stays_text() -> None:
    attack = '"><script>alert(1)</script><img src=x onerror=alert(1)>'
    exhibits = [
        Reading(1, attack, [attack, "film"], [0.5, 0.5], attack, attack, 0.5),
        Texts(2, attack, {attack: attack}, Grid(2, attack, [attack], [attack], [[1.0]])),
    ]
    series = {attack: Series([1.0, 2.0], [0.5, 0.6], attack, attack)}
    record = trained(attack, lab=attack, source=attack, embeddings=attack, exhibits=exhibits, series=series)
    root = page(record, title=attack, sweep=[replace(record, swept=0.5)], details={attack: attack})
    tags = {element.tag for element in root.walk()}
    assert not tags & {"script", "img", "iframe", "object"}
    assert not any(name.startswith("on") for element in root.walk() for name in element.attributes)
    assert root.find("title")[0].text == root.find("h1")[0].text == attack
    assert root.find("p", class_="words")[0].find("span")[0].text == attack
    assert root.find("article")[0].find("strong")[0].text == attack
    assert [root.find("footer")[0].find(tag)[0].text for tag in ("dt", "dd")] == [attack, attack]
    assert [root.find("dl", class_="texts")[0].find(tag)[0].text for tag in ("dt", "dd")] == [attack, attack]


def test_a_series_of_several_runs_is_one_picture_told_in_words() -> None:
    series = {"by length": Series([5.0, 9.0], [0.9, 0.4], "length", "exact match")}
    root = page(run("Plain", series=series), run("Attentive", series=series), run("Neither"))
    told = [picture.attributes["aria-label"] for picture in root.find("div", role="img")]
    assert told[1:] == ["Line chart of exact match against length: Plain, Attentive."]


def test_a_series_of_named_groups_is_a_picture_of_dots() -> None:
    series = {"by kind": Series([0, 1], [90.0, 40.0], "kind", "exact match", ["short", "long"])}
    root = page(run("Plain", series=series), run("Attentive", series=series))
    picture = root.find("div", role="img")[-1]
    assert picture.attributes["aria-label"] == "Dot plot of exact match against kind: Plain, Attentive."
    assert {"short", "long"} <= {text.text for text in picture.find("text")}


def test_runs_on_other_data_have_a_part_of_their_own() -> None:
    exhibit = reading(3, ["un", "film"], [0.5, 0.5], "pos", "pos", 0.9)
    one, other, third = (run(title, data=data, exhibits=[exhibit]) for title, data in zip("ABC", "xyx", strict=True))
    root = page(one, other, third)
    assert [table_of(root, name)[1:][0][0] for name in ("comparison", "comparison-2")] == ["A", "B"]
    assert [row[0] for row in table_of(root, "comparison")[1:]] == ["A", "C"]
    assert [heading.text for heading in root.find("h2") if "models" in heading.text] == [
        "The models: x",
        "The models: y",
    ]
    assert len(root.find("dl", class_="meanings")) == 1
    ids = [e.attributes["id"] for e in root.walk() if "id" in e.attributes]
    assert len(ids) == len(set(ids))


def test_a_line_that_is_written_is_right_or_wrong() -> None:
    texts = [Texts(3, "line 3", {"source": "12"}, None, said, 0.75, "34") for said in ("34", "43")]
    root = page(*(run(each.prediction, exhibits=[each]) for each in texts))
    assert [each.find("span")[0].text for each in root.find("article")] == ["✓ right: 34", "✗ wrong: 43"]
    assert [each.find("span")[1].text for each in root.find("article")] == ["probability 75.0 %"] * 2
    assert [[e.text for e in each.find("dd")] for each in root.find("article")] == [["12", "34"], ["12", "43"]]


def test_texts_and_their_matrix_stand_beside_those_of_other_models() -> None:
    texts = Texts(3, "date 3", {"source": "12 mars", "written": "03-12"}, Grid(3, "", ["0"], ["1", "2"], [[0.2, 0.8]]))
    root = page(run("Plain", exhibits=[replace(texts, grid=None)]), run("Attentive", exhibits=[texts]))
    assert [heading.text for heading in root.find("h3")] == ["Date 3"]
    plain, attentive = root.find("article")
    assert [[e.text for e in each.find("dd")] for each in (plain, attentive)] == [["12 mars", "03-12"]] * 2
    assert [len(each.find("svg")) for each in (plain, attentive)] == [0, 1]


def test_the_page_needs_nothing_beside_itself(whole: str) -> None:
    root = Tree(whole).root
    links = [value for e in root.walk() for name, value in e.attributes.items() if name in LINKS]
    assert all(link.startswith("#") for link in links)
    assert not {element.tag for element in root.walk()} & {"script", "link", "iframe", "base"}
    assert all(target.startswith("#") for target in re.findall(r"url\(['\"]?([^)]*)", whole))
    assert "@import" not in whole
    namespaces = {"http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"}
    assert set(re.findall(r"https?://[^\"'\s<]*", whole)) == namespaces


def test_the_page_is_one_that_a_reader_aloud_can_follow(whole: str) -> None:
    root = Tree(whole).root
    assert whole.startswith("<!DOCTYPE html>")
    assert root.find("html")[0].attributes["lang"] == "en"
    assert root.find("meta", name="viewport")
    ids = [e.attributes["id"] for e in root.walk() if "id" in e.attributes]
    assert len(ids) == len(set(ids))
    assert {e.attributes["aria-labelledby"] for e in root.walk() if "aria-labelledby" in e.attributes} <= set(ids)
    assert all(e.attributes.get("aria-label") for e in root.find("*", role="img"))
    assert all(cell.attributes.get("scope") in ("col", "row") for cell in root.find("th"))
    levels = [int(e.tag[1]) for e in root.walk() if re.fullmatch("h[1-6]", e.tag)]
    assert levels[0] == 1 and all(after - before <= 1 for before, after in pairwise(levels))


def test_equal_records_give_an_equal_page_of_reasonable_size(whole: str) -> None:
    one, other = (render_report(lab(), TASK, [trained("Mean")], (), {"a": "b"}) for _ in range(2))
    assert one == other
    assert len(whole) < 300_000
