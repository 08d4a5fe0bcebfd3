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
    hint = (
        "return a pair, the last epoch that is run and the best, where training never stops too"
    )
    differ(first, second, what="when training stops hangs on the losses", sent=sent, hint=hint)


@pytest.mark.question(
    "q4-early-stopping",
    points=0.5,
    essential=True,
    requires=("counts-from-best", "best", "runs-out"),
    hint="count the epochs since the best one, and stop when they are as many as patience says",
)
def test_ten_runs(student, draws):
    runs = [
        ([4.0, 5.0, 3.0, 4.0, 2.0, 3.0, 1.0], 2),  # it rises now and then, and never twice
        ([5.0, 4.0, 3.0, 4.0, 5.0, 2.0], 2),
        ([5.0, 4.0, 3.0, 3.0, 3.0, 2.0, 6.0], 2),  # as good as the best is not below it
        ([5.0, 3.0, 6.0, 5.0, 4.0, 6.0], 3),  # it falls again, and not below the best
        ([3.0, 1.0, 2.0], 2),  # it never stops, and the last is not the best
        ([4.0, 3.0, 3.0], 4),  # it never stops, and the best comes twice
        ([1.0, 0.9999, 0.9998, 0.9997], 2),  # it falls, by little
        ([float(draws.between(1, 9))], 1),
        *((some_losses(draws, draws.between(6, 12)), draws.between(1, 4)) for _ in range(4)),
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
    epochs = range(2, len(losses) + 1)
    rises = [epoch for epoch in epochs if losses[epoch - 1] > losses[epoch - 2]]
    no_progress = [epoch for epoch in epochs if losses[epoch - 1] >= min(losses[: epoch - 1])]
    in_a_row = [
        epoch
        for epoch in epochs
        if epoch > patience
        and all(
            losses[at - 1] >= losses[at - 2] for at in range(epoch - patience + 1, epoch + 1)
        )
    ]
    stopped, best = expected

    def run_until(epoch):
        return epoch, losses.index(min(losses[:epoch])) + 1

    last_of_equals = max(
        epoch for epoch in range(1, stopped + 1) if losses[epoch - 1] == losses[best - 1]
    )
    known = {
        "of equal losses, the first one is the best: strictly below": (stopped, last_of_equals),
        "as good as the best is no progress: strictly below": by_rule(
            [each - epoch * 1e-9 for epoch, each in enumerate(losses)], patience
        ),
        "any loss below the best is progress, however little: no tolerance": (patience + 1, 1),
        "it stops at the first rise: wait for patience epochs in a row": run_until(
            next(iter(rises), len(losses))
        ),
        "the count starts again at each new best": run_until(
            no_progress[patience - 1] if len(no_progress) >= patience else len(losses)
        ),
        "compare with the best loss so far, not with that of the epoch before": run_until(
            next(iter(in_a_row), len(losses))
        ),
        "wait for as many epochs as patience says": by_rule(losses, 2),
        "one epoch late: stop when patience epochs have passed since the best": by_rule(
            losses, patience + 1
        ),
        "the epoch to keep is the best one, not the last": (stopped, stopped),
        "epochs are counted from 1": (stopped - 1, best - 1),
        "the pair is (stopped after, best)": (best, stopped),
        "the last epoch that is run is told first, not the best one": (best, best),
        "the best epoch is looked for among those that are run": (
            stopped,
            losses.index(min(losses)) + 1,
        ),
        "where it never stops, the last epoch is that of the last loss": (
            len(losses) - 1,
            best,
        ),
    }
    return {hint: wrong for hint, wrong in known.items() if wrong != expected}
