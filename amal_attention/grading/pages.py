"""What the pages of a course have in common: one look, no script, no network, and text that is nothing but text."""

from __future__ import annotations

from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from amal_attention.grading.verdict import Status
from amal_attention.printable import printable

__all__ = ["POLICY", "STATUS_WORDS", "page", "points_text"]

POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
"""What a browser lets a page do, and the frames in it."""

STATUS_WORDS = {
    Status.GRADED: "graded",
    Status.PARTIAL: "graded in part",
    Status.TIMEOUT: "stopped: it took too long",
    Status.OUT_OF_MEMORY: "stopped: it took too much memory",
    Status.CRASHED: "crashed",
    Status.UNREADABLE: "could not be read",
    Status.WRONG_LAB: "notebook of another lab",
    Status.MISSING: "nothing was handed in",
}
"""What a status is called in a page."""

_LONGEST = 20_000


def page(template: str, **values: Any) -> str:
    """A self-contained page, from a template of this folder; each text in ``values`` is escaped and made printable."""
    return _ENVIRONMENT.get_template(f"{template}.html.j2").render(policy=POLICY, **values)


def _shown(value: Any) -> Any:
    return printable(value, _LONGEST) if isinstance(value, str) and not isinstance(value, Markup) else value


def points_text(value: float) -> str:
    """Points, to two digits, without those that say nothing."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"


_ENVIRONMENT = Environment(
    loader=PackageLoader("amal_attention.grading", package_path=""),
    autoescape=True,
    undefined=StrictUndefined,
    finalize=_shown,
    trim_blocks=True,
    lstrip_blocks=True,
)
_ENVIRONMENT.filters.update(points=points_text, percent=_percent)
