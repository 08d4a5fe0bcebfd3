"""What became of a submission, in the words of a page."""

from __future__ import annotations

from amal_attention.grading.verdict.verdict import Status, Verdict
from amal_attention.language import Language, message

__all__ = ["NO_SANDBOX", "STATUS_WORDS", "status_words"]

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


_ENGLISH = Language()


def status_words(verdict: Verdict, language: Language = _ENGLISH) -> str:
    """What became of a submission, and whether its code ran outside of the sandbox."""
    words = language.say(STATUS_WORDS[verdict.status])
    return f"{words}; {language.say(NO_SANDBOX)}" if verdict.exposed else words
