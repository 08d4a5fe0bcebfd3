"""Students' markdown made harmless, so that a person can open it in any program that renders markdown.

nbgrader's exporter passes the HTML in markdown through, and its ``sanitize_html`` does not reach the template of
formgrader. Cleaning HTML after rendering would come too late there, and each renderer (nbconvert's mistune,
JupyterLab's marked, MathJax) reads markdown in its own way. The text is therefore changed *before* it is rendered,
wherever a dangerous sign stands, in code as well as outside it. A look-alike takes its place, and it reads the same:

- ``<`` before a tag becomes ``‹``, except in simple tags without attributes such as ``<br>`` and ``</b>``;
- entities are replaced by their characters first, since they may spell any of the rest;
- the colon after ``javascript``, ``vbscript``, ``file`` and ``data`` becomes ``：``;
- the backslash of TeX commands that make links, styles or macros becomes ``＼``;
- a picture is shown only if it is one of the cell's own attachments: another would tell its server who opened the page;
- a mermaid diagram is shown as text.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from html import unescape

__all__ = ["clean_markdown"]

_PLAIN_TAGS = (
    "b|blockquote|br|center|code|dd|del|details|dl|dt|em|h[1-6]|hr|i|ins|kbd|li|mark|ol|p|pre|s|small|strike|strong|"
    "sub|summary|sup|table|tbody|td|tfoot|th|thead|tr|u|ul"
)
_TAG = re.compile(rf"<(?=[A-Za-z/!?])(?!/?(?:{_PLAIN_TAGS})[ \t]{{0,3}}/?>)", re.IGNORECASE)
_ENTITY = re.compile(
    r"&(?:#[0-9]+;?|#[xX][0-9A-Fa-f]+;?|[A-Za-z][A-Za-z0-9]*;|(?:lt|gt|amp|quot)(?![A-Za-z0-9]))", re.I
)
_MOST_ROUNDS = 8  # of entities that spell entities
_SPACED = r"[\s\\]*"
_SCHEME = re.compile(
    rf"((?:{'|'.join(_SPACED.join(name) for name in ('javascript', 'vbscript', 'file'))}){_SPACED}|data(?=:\S)):",
    re.IGNORECASE,
)
_TEX = re.compile(
    r"\\(?=(?:href|url|style|class|cssId|require|mmlToken|includegraphics|html[A-Za-z]*|bbox|data|unicode|"
    r"def|let|(?:re)?new(?:command|environment)|DeclareMathOperator)(?![A-Za-z]))"
)
_PICTURE = re.compile(r"!(?=\[)(?:(?=\[[^\[\]\n\"<>\\]{0,200}\]\(attachment:([^()\s\"'<>\\]{1,200})\)))?")
_MERMAID = re.compile(r"(?<=```|~~~)([^\S\n]*)mermaid", re.IGNORECASE)


def clean_markdown(text: str, pictures: Collection[str] = ()) -> str:
    """The text with harmless look-alikes in place of what a renderer would act on.

    Args:
        text: markdown of anybody's.
        pictures: names of the attachments of its cell, which may be shown. nbconvert refuses a whole notebook where one
            is named that is not there.

    >>> clean_markdown("<b>so</b> <img src=x onerror=alert(1)>")
    '<b>so</b> ‹img src=x onerror=alert(1)>'
    """
    text = _MERMAID.sub(r"\1text", _without_entities(text))
    text = _PICTURE.sub(lambda found: "!" if found[1] in pictures else "! ", text)
    text = _SCHEME.sub(r"\1：", text)
    return _TEX.sub("＼", _TAG.sub("‹", text))


def _without_entities(text: str) -> str:
    """The text with characters in place of the entities, also of those that entities spell."""
    for _ in range(_MOST_ROUNDS):
        text, found = _ENTITY.subn(lambda entity: unescape(entity[0]), text)
        if not found:
            return text
    return _ENTITY.sub(lambda entity: "＆" + entity[0][1:], text)
