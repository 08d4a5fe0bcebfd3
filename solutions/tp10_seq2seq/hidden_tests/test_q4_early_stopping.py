"""Hidden tests of exercise 4.4: ten runs of losses, by a rule that is written otherwise."""

import pytest

from amal_attention.checks import differ, equal_to


def by_rule(losses, patience):
    """The first epoch that closes a row of ``patience`` epochs none of which is below all before the row."""
    last = next(
        (
            end
            for end in range(patience + 1, len(losses) + 1)
            if min(losses[end - patience : end]) >= min(losses[: end - patience])
        ),
        len(losses),
    )
    return last, losses.index(min(losses[:last])) + 1


def some_losses(draws, count):
    """Losses that fall and rise, and are equal at times."""
    return [float(draws.between(1, 9)) for _ in range(count)]


def reply(student, losses, patience):
    came = student.early_stopping(list(losses), patience)
    return tuple(came) if isinstance(came, list) else came


@pytest.mark.question(
    "q4-early-stopping", points=0, alive=True, hint="when training stops hangs on the losses"
)
def test_it_hangs_on_the_losses(student, draws):
    first, second = (
        reply(student, losses, 2) for losses in ([5.0, 4, 3, 2, 1, 0], [0.0, 1, 2, 3, 4, 5])
    )
    sent = "six losses that fall, then six that rise, with a patience of 2"
    differ(first, second, what="when training stops hangs on the losses", sent=sent)


@pytest.mark.question(
    "q4-early-stopping",
    points=0.5,
    essential=True,
    requires=("counts-from-best", "best", "runs-out"),
    hint="count the epochs since the best one, and stop when they are as many as patience says",
)
def test_ten_runs(student, draws):
    runs = [(some_losses(draws, draws.between(6, 12)), draws.between(1, 4)) for _ in range(6)]
    runs += [
        (
            [4.0, 5.0, 3.0, 4.0, 2.0, 3.0, 1.0, 2.0],
            2,
        ),  # it rises at once, and again and again, and never twice
        ([4.0, 3.0, 3.0, 3.0, 2.0], 2),  # as good as the best is not below it
        ([6.0, 5.0, 4.0, 3.0], 3),  # it never stops
        ([float(draws.between(1, 9))], 1),
    ]
    for losses, patience in runs:
        came, expected = reply(student, losses, patience), by_rule(losses, patience)
        equal_to(
            came,
            expected,
            what="the epoch that training stops after, and the best one",
            mistakes=mistakes_of(losses, patience, expected),
            sent=f"losses {', '.join(f'{each:g}' for each in losses)}, patience {patience}",
        )


def mistakes_of(losses, patience, expected):
    """What likely mistakes give, by their hints; those that give what is right are left out."""
    rises = [
        epoch for epoch in range(2, len(losses) + 1) if losses[epoch - 1] >= losses[epoch - 2]
    ]
    not_reset = rises[patience - 1] if len(rises) >= patience else len(losses)
    late = by_rule(losses, patience + 1)
    ties = by_rule([each - epoch * 1e-9 for epoch, each in enumerate(losses)], patience)
    stopped, best = expected
    known = {
        "it stops at the first rise: wait for patience epochs in a row": (
            rises[0] if rises else len(losses),
            best,
        ),
        "the count starts again at each new best": (not_reset, best),
        "as good as the best is no progress: strictly below": ties,
        "one epoch late: stop when patience epochs have passed since the best": late,
        "the epoch to keep is the best one, not the last": (stopped, stopped),
        "epochs are counted from 1": (stopped - 1, best - 1),
        "the pair is (stopped after, best)": (best, stopped),
        "the best epoch is looked for among those that are run": (
            stopped,
            losses.index(min(losses)) + 1,
        ),
    }
    return {hint: wrong for hint, wrong in known.items() if wrong != expected}
