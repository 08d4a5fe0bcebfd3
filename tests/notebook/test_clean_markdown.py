"""What a renderer makes of cleaned markdown, seen by a parser of HTML that knows nothing of the cleaning."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from amal_attention.notebook.clean_markdown import clean_markdown

mistune = pytest.importorskip("nbconvert.filters.markdown_mistune", reason="needs nbconvert (pip install '.[grade]')")

MADE_BY_MARKDOWN = {"class", "id", "href", "title", "start", "style", "src", "alt"}
ALIGNED = re.compile(r"text-align:\w+")
SAFE_ADDRESS = re.compile(r"(?i)(?:https?:|mailto:|attachment:|#|[^:]*$)")
PIXEL = "iVBORw0KGgo="

ATTACKS = [
    "<img src=x onerror=alert(1)>",
    "<IMG SRC=x ONERROR=alert(1)//",
    "<svg><use href=#a></svg>",
    "<script>alert(1)</script>",
    "</script><script>alert(1)",
    "<!--><img src=x onerror=alert(1)>-->",
    "<?php x ?>",
    "<b onclick=alert(1)>b</b>",
    "<br/onclick=alert(1)>",
    "<iframe srcdoc='&lt;script>'>",
    "&lt;img src=x onerror=alert(1)&gt;",
    "&amp;lt;img src=x onerror=alert(1)&amp;gt;",
    "$<img src=x onerror=alert(1)>$",
    "$$\n<img src=x onerror=alert(1)>\n$$",
    "\\begin{a}<img src=x onerror=alert(1)>\\end{a}",
    "`` ` <img src=x onerror=alert(1)> ``",
    "```\n<img src=x onerror=alert(1)>\n```",
    '```python"><img src=x onerror=alert(1)>\n1\n```',
    "```mermaid\nclick a call alert(1)\n```",
    "~~~  MERMAID\na\n~~~",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](javascript\\:alert(1))",
    "[x](< javascript:alert(1)>)",
    "[x](<java\tscript:alert(1)>)",
    "[x](&#106;avascript:alert(1))",
    "[x](&#x6a;avascript&colon;alert(1))",
    "[x](&amp;#106avascript:alert(1))",
    "[x](vbscript:x)",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "[x]: javascript:alert(1)\n\n[x]",
    "<javascript:alert(1)>",
    "![x](http://example.org/seen.png)",
    "![x][r]\n\n[r]: http://example.org/seen.png",
    "![x](attachment:missing.png)",
    '![" onerror="alert(1)](attachment:a.png)',
    '![a](attachment:a.png" onerror="alert(1))',
    "$\\href{javascript:alert(1)}{x}$",
    "$\\style{position:fixed}{x}$",
    "$\\def\\a{\\a\\a}\\a$",
]


class Seen(HTMLParser):
    """The tags, attributes and addresses of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str]] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += [(name, value or "") for name, value in attrs]


def rendered(text: str) -> str:
    return mistune.MarkdownWithMath(
        renderer=mistune.IPythonRenderer(escape=False, attachments={"a.png": {"image/png": PIXEL}})
    ).render(clean_markdown(text, {"a.png"}))


def harmful(html: str) -> list[object]:
    seen = Seen(html)
    tags = seen.tags & {"script", "svg", "iframe", "object", "embed", "form", "style", "link", "meta", "base", "math"}
    names = [name for name, _ in seen.attributes if name not in MADE_BY_MARKDOWN]
    addresses = [value for name, value in seen.attributes if name == "href" and not SAFE_ADDRESS.match(value.strip())]
    pictures = [value for name, value in seen.attributes if name == "src" and value != f"data:image/png;base64,{PIXEL}"]
    styles = [value for name, value in seen.attributes if name == "style" and not ALIGNED.fullmatch(value)]
    classes = [value for name, value in seen.attributes if name == "class" and "mermaid" in value.lower()]
    tex = re.findall(r"\\(?:href|style|def)\b", html)
    return [*tags, *names, *addresses, *pictures, *styles, *classes, *tex]


@pytest.mark.parametrize("attack", ATTACKS)
def test_nothing_of_an_attack_is_left_in_the_page(attack):
    assert harmful(rendered(attack)) == []


def test_the_oracle_sees_the_attacks():
    plain = mistune.MarkdownWithMath(renderer=mistune.IPythonRenderer(escape=False))
    unseen = [attack for attack in ATTACKS if "attachment:" not in attack and not harmful(plain.render(attack))]
    assert len(unseen) < len(ATTACKS) / 3


SIGNS = [
    "<",
    ">",
    "!",
    "[x]",
    "(",
    ")",
    "`",
    "```\n",
    "\n",
    "\n\n",
    "|",
    "$",
    "\\",
    "&",
    "#106;",
    "lt;",
    "java",
    "script:",
]
WORDS = ["data", ":", "attachment:a.png", '"', "'", " ", "\t", "* ", "> ", "<br>", "</b>", "é", "img src=x "]
PIECES = st.sampled_from([*ATTACKS, *SIGNS, *WORDS])


@given(st.lists(PIECES, max_size=12).map("".join))
def test_nothing_of_pieces_of_attacks_in_any_order_is_left_either(text):
    assert harmful(rendered(text)) == []


@pytest.mark.parametrize(
    "text",
    [
        "Un texte avec *emphase*, `code < 3`, une liste :\n\n- a\n- b\n",
        "H<sub>2</sub>O<br>et <b>gras</b>",
        r"$\frac{1}{n} \sum_i x_i$ et $a < b$",
        "![courbe](attachment:a.png)",
        "[le cours](https://example.org/a?b=1&c=2)",
        "Les données : voir plus haut. Data: see above.",
    ],
)
def test_what_students_write_stays_as_it_is(text):
    assert clean_markdown(text, {"a.png"}) == text


def test_text_of_a_million_signs_takes_no_more_than_linear_time():
    for sign in ("&", "<", "![", "j ", "`", "&amp;amp;", "\\", "data"):
        clean_markdown(sign * (1_000_000 // len(sign)))
