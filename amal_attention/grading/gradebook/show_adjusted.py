"""How an adjustment is shown in a terminal: what counts now, and before and after for each student whose marks move."""

from __future__ import annotations

from collections.abc import Iterator

from amal_attention.grading.gradebook.adjust import Adjusted

__all__ = ["adjusted_text"]


def adjusted_text(adjusted: Adjusted) -> str:
    """Lines for what counts now, for each student whose points move, and for those whose do not though tests do."""
    return "\n".join([*_weights(adjusted), *_moves(adjusted), *_left(adjusted)])


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
