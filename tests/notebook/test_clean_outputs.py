"""Saved outputs in a notebook that markers open: what they show is kept, and nothing of them acts."""

from __future__ import annotations

import base64
import json
from io import BytesIO
from typing import Any

import nbformat
import pytest

from amal_attention.notebook.clean_outputs import clean_outputs, clean_pictures
from amal_attention.notebook.outputs import Room
from amal_attention.record import Reading
from amal_attention.visualise.readings import attention_map

image = pytest.importorskip("PIL.Image", reason="needs Pillow (pip install '.[dev]')")


def png() -> str:
    file = BytesIO()
    image.new("RGB", (3, 2), "red").save(file, "png")
    return base64.b64encode(file.getvalue()).decode()


def display(**data: Any) -> dict[str, Any]:
    return {
        "output_type": "display_data",
        "metadata": {"x": 1},
        "data": {k.replace("_", "/"): v for k, v in data.items()},
    }


def cleaned(*outputs: Any) -> list[dict[str, Any]]:
    made = clean_outputs(outputs, Room())
    cell = nbformat.v4.new_code_cell("1", outputs=[nbformat.from_dict(each) for each in made])
    nbformat.validate(nbformat.v4.new_notebook(cells=[cell]))
    return made


def test_a_saved_curve_is_kept():
    (output,) = cleaned(display(image_png=png(), text_plain="<Figure>"))
    assert image.open(BytesIO(base64.b64decode(output["data"]["image/png"]))).size == (3, 2)
    assert output["data"]["text/plain"] == "<Figure>" and output["metadata"] == {}


def test_a_map_of_attention_keeps_its_words_and_their_colours():
    reading = Reading(3, "review 3", ("a", "dull", "film"), (0.1, 0.7, 0.2), "neg", "neg", 0.9)
    html = attention_map([reading]).html
    (output,) = cleaned(display(text_html=html))
    kept = output["data"]["text/html"]
    assert all(word in kept for word in ("dull", "film", "neg", "90"))
    assert kept.count("background") == html.count("background")


def test_text_is_kept_without_its_control_signs():
    printed = {"output_type": "stream", "name": "stdout", "text": ["epoch 1\r", "epoch 2\x1b[31m red\n"]}
    assert cleaned(printed) == [{"output_type": "stream", "name": "stdout", "text": "epoch 2 red\n"}]
    raised = {"output_type": "error", "ename": "E", "evalue": "x", "traceback": ["\x1b[0mline", "E: x"]}
    assert cleaned(raised) == [{"output_type": "stream", "name": "stderr", "text": "line\nE: x\n"}]


@pytest.mark.parametrize(
    "html",
    [
        "<img src=x onerror=alert(1)>",
        "<script>alert(1)</script>",
        "<a href='javascript:alert(1)'>x</a>",
        "<b onclick=alert(1)>x</b>",
        "<form action=/api><button>x</button></form>",
        "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
        "<div style='position:fixed;margin:-99em;background:url(http://example.org)'>x</div>",
        "<div style='background:\\75rl(http://example.org)'>x</div>",
        "<style>body{display:none}</style>",
        "<svg><script>alert(1)</script></svg>",
        "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
    ],
)
def test_nothing_acts_in_html(html):
    text = json.dumps(cleaned(display(text_html=html)))
    assert not any(
        word in text for word in ("alert", "onerror", "onclick", "form", "iframe", "http", "fixed", "-99", "rl(")
    )


@pytest.mark.parametrize("mime", ["text/latex", "text/markdown", "application/javascript", "application/x-widget"])
def test_of_what_renders_in_other_ways_the_text_is_shown(mime):
    both = {"output_type": "execute_result", "data": {mime: "alert(1)", "text/plain": "Widget()"}}
    assert [each["data"] for each in cleaned(both)] == [{"text/plain": "Widget()"}]


def test_a_drawing_becomes_a_picture():
    drawing = '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script><path d="M0 0"/></svg>'
    (output,) = cleaned({"output_type": "display_data", "data": {"image/svg+xml": drawing}})
    kept = output["data"]["text/html"]
    encoded = kept.removeprefix('<img alt="" src="data:image/svg+xml;base64,').removesuffix('">')
    assert base64.b64decode(encoded) == b'<svg xmlns="http://www.w3.org/2000/svg"><path d="M0 0"></path></svg>'


@pytest.mark.parametrize("strange", [None, 7, "text", {}, {"output_type": "stream"}, display(), display(text_html=7)])
def test_what_is_no_output_is_left_out(strange):
    assert cleaned(strange) == []


def test_what_does_not_fit_is_left_out_and_told():
    made = clean_outputs([display(image_png=png()), display(text_plain="x" * 500)], Room(400))
    assert [each["output_type"] for each in made] == ["display_data", "stream"]
    assert "left out" in made[-1]["text"]
    assert len(cleaned(*[display(text_plain=str(n)) for n in range(99)])) == 31


def test_attached_pictures_are_kept_under_their_names():
    assert clean_pictures({"c 1.png": {"image/png": png()}}).keys() == set()
    assert clean_pictures({"c.png": {"image/png": png()}})["c.png"].keys() == {"image/png"}


@pytest.mark.parametrize(
    "attachments",
    [
        None,
        [1],
        {"c.png": 7},
        {"c.png": {"image/png": "no picture"}},
        {"c.svg": {"image/svg+xml": "<svg/>"}},
        {'"onerror="alert(1)': {"image/png": png()}},
        {"c.png": {'image/png" onerror="alert(1)': png()}},
    ],
)
def test_other_attachments_are_not(attachments):
    assert clean_pictures(attachments) == {}
