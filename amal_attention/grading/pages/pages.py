"""What the pages of a course have in common: one look, no script, no network, and text that is nothing but text."""

from __future__ import annotations

from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from amal_attention.language import Language
from amal_attention.printable import printable

__all__ = ["POLICY", "page"]

POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
"""What a browser lets a page do, and the frames in it."""


_LONGEST = 20_000
_ENGLISH = Language()


def page(template: str, language: Language = _ENGLISH, **values: Any) -> str:
    """A self-contained page, from a template of this folder; each text in ``values`` is escaped and made printable.

    Args:
        template: its name.
        language: what the page says is said in it.
        **values: the values of the template.
    """
    said = {
        "say": language.say,
        "say_count": language.say_count,
        "number": language.number,
        "percent": language.percent,
    }
    shown = _ENVIRONMENT.get_template(f"{template}.html.j2")
    return shown.render(policy=POLICY, language=language.code, **said, **values)


def _shown(value: Any) -> Any:
    return printable(value, _LONGEST) if isinstance(value, str) and not isinstance(value, Markup) else value


_ENVIRONMENT = Environment(
    loader=PackageLoader("amal_attention.grading.pages", package_path="templates"),
    autoescape=True,
    undefined=StrictUndefined,
    finalize=_shown,
    trim_blocks=True,
    lstrip_blocks=True,
)
