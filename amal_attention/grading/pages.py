"""What the pages of a course have in common: one look, no script, no network, and text that is nothing but text."""

from __future__ import annotations

from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from amal_attention.grading.verdict import Status, Verdict
from amal_attention.language import Language, message
from amal_attention.printable import printable

__all__ = ["NO_SANDBOX", "POLICY", "STATUS_WORDS", "page", "status_words"]

POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
"""What a browser lets a page do, and the frames in it."""

STATUS_WORDS = {
    Status.GRADED: message("graded"),
    Status.PARTIAL: message("graded in part"),
    Status.TIMEOUT: message("stopped: it took too long"),
    Status.OUT_OF_MEMORY: message("stopped: it took too much memory"),
    Status.CRASHED: message("crashed"),
    Status.UNREADABLE: message("could not be read"),
    Status.WRONG_LAB: message("notebook of another lab"),
    Status.MISSING: message("nothing was handed in"),
}
"""What a status is called in a page, in English."""

NO_SANDBOX = message("graded without a sandbox")
"""What a page says of a submission whose code could have done more than answer."""

_LONGEST = 20_000
_ENGLISH = Language()


def page(template: str, language: Language = _ENGLISH, **values: Any) -> str:
    """A self-contained page, from a template of this folder; each text in ``values`` is escaped and made printable.

    Args:
        template: its name.
        language: what the page says is said in it.
        **values: of the template.
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


def status_words(verdict: Verdict, language: Language = _ENGLISH) -> str:
    """What became of a submission, and whether its code ran outside of the sandbox."""
    words = language.say(STATUS_WORDS[verdict.status])
    return f"{words}; {language.say(NO_SANDBOX)}" if verdict.exposed else words


_ENVIRONMENT = Environment(
    loader=PackageLoader("amal_attention.grading", package_path=""),
    autoescape=True,
    undefined=StrictUndefined,
    finalize=_shown,
    trim_blocks=True,
    lstrip_blocks=True,
)
