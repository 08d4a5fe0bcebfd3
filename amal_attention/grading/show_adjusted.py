"""How an adjustment is shown in a terminal: what counts now, and before and after for each student whose marks move."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from amal_attention.course.adjustments import Adjustments
from amal_attention.grading.adjust import Adjusted
from amal_attention.language import ENGLISH, Language

__all__ = ["adjusted_text", "adjustments_text"]


def adjusted_text(adjusted: Adjusted) -> str:
    """Lines for what counts now, for each student whose points move, and for those whose do not though tests do."""
    return "\n".join([*_weights(adjusted), *_moves(adjusted), *_left(adjusted)])


def adjustments_text(log: Adjustments, language: Language = ENGLISH) -> str:
    """A line for each adjustment that was ever made, the last one at the end."""
    lines = [f"{each.when}  {each.who}  {_told(each.points, language)}" for each in log.lines]
    return "\n".join(lines) or language.say("no adjustment")


def _told(points: Mapping[str, float], language: Language) -> str:
    return ", ".join(_weighs(test, weight, language) for test, weight in points.items()) or language.say(
        "takes the last one back"
    )


def _weighs(test: str, weight: float, language: Language) -> str:
    if weight == 0:
        return " ".join([test, language.say("dropped")])
    return " ".join([test, language.say("counts"), language.number(weight)])


def _weights(adjusted: Adjusted) -> Iterator[str]:
    yield from (
        f"{test}: {'dropped' if weight == 0 else f'counts {weight:g}'}" for test, weight in adjusted.weights.items()
    )
    if adjusted.weights:
        yield "each question is worth what it was: its tests are scaled"
    else:
        yield "every test counts as the lab says"


def _moves(adjusted: Adjusted) -> Iterator[str]:
    width = max((len(each.student) for each in adjusted.moves), default=0)
    for each in adjusted.moves:
        stays = f"  (a person marked {', '.join(each.by_hand)}: that stays)" if each.by_hand else ""
        yield f"{each.student:<{width}}  {each.before:g} → {each.after:g}{stays}"
    moving = sum(each.before != each.after for each in adjusted.moves)
    yield f"the marks of {moving} of {adjusted.total} students move"


def _left(adjusted: Adjusted) -> Iterator[str]:
    if adjusted.left:
        yield f"not in the gradebook as they were graded, amal grade brings them there: {', '.join(adjusted.left)}"
