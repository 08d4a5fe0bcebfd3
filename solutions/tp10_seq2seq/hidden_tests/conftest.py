"""What the hidden tests of attention in exercises 7.4, 8.1 and 8.2 share: a wrong ``attend`` costs in 7.3 alone."""

import pytest
import torch

from amal_attention.checks import (
    DecoderProbe,
    agrees_with,
    answers_afresh,
    asks_with,
    decodes_alike,
    differentiates,
    equal_to,
    gradient_reaches,
    ignores_padding,
    keeps_types,
    leaves_inputs_alone,
    reads_each_alone,
    registers_everything,
    same_in_training,
    sees_its_past,
    sees_no_future,
    shapes,
    simplex,
    starts_from_state,
    weighs_by_score,
)

LINES_AFRESH = (
    "each call answers for itself: the same lines in another order give the same answers"
)
LINE_IN_TRAINING = (
    "in training a line is read by itself too: no normalisation over the batch, no other branch"
)
BY_ATTEND = "attend(scores, memory, mask) makes the weights: the mask is handed on as it is"
BY_WEIGHTS = "the context is the sum of the memory by the weights of attend"


def softmax(scores, mask):
    """What attention makes of scores."""
    return scores.masked_fill(~mask.unsqueeze(1), -torch.inf).softmax(dim=2)


def best(scores, mask):
    """What the stand-in for an attention makes of them: all of the weight on the largest."""
    hidden = scores.masked_fill(~mask.unsqueeze(1), -torch.inf)
    return torch.nn.functional.one_hot(hidden.argmax(dim=2), scores.shape[2]).float()


def attended(scores, values, mask):
    """What exercise 7.3 asks for."""
    weights = softmax(scores, mask)
    return weights @ values, weights


class Attending:
    """Looks at answers that call ``attend``, with the student's own or with a stand-in in its place."""

    def __init__(self, student, draws):
        self.student, self.draws = student, draws

    def look(self, look):
        """Look at an answer; where it is missed and attend is wrong, once more with a stand-in in the place of attend.

        Args:
            look: a function of what attention makes of scores and mask, and of whether that is smooth.
        """
        try:
            look(softmax, True)
        except Exception:
            if not self._attend_is_wrong():
                raise
            with self.student.standing_in(attend="best_place"):
                look(best, False)

    def decoder(self, name, score, steps=4):
        """A decoder of sizes that all differ, and its probe."""
        num_tokens, dim, hidden_size = (
            self.draws.between(9, 12),
            self.draws.between(3, 4),
            self.draws.between(5, 6),
        )
        built = getattr(self.student, name)(
            num_tokens=num_tokens, dim=dim, hidden_size=hidden_size, score=score
        )
        return built, DecoderProbe(num_tokens, hidden_size, attends=True, steps=steps)

    def fixed_score(self):
        """Scores that are told in advance, for as many places as any source of these tests has."""
        return self.student.FixedScore(torch.randn(40, generator=self.draws.generator()))

    def asks(self, name, which):
        """Look at when a decoder asks its score, and where it keeps it."""
        score = self.fixed_score()
        decoder, probe = self.decoder(name, score)
        asks_with(decoder, score, probe, which=which, seed=self.draws.seed())
        equal_to(
            "score.scores" in decoder.state(),
            True,
            what="the score is kept in the attribute score",
            hint="self.score = score: not in a list, and under this name",
        )

    def weighs(self, name, weigh):
        """Look at the weights of a decoder whose scores are known; the decoder and its probe."""
        score = self.fixed_score()
        decoder, probe = self.decoder(name, score)
        weighs_by_score(decoder, score, probe, weigh, hint=BY_ATTEND, seed=self.draws.seed())
        return decoder, probe

    def replies(self, name):
        """Look at shapes, weights and padding of a decoder; the decoder and its probe."""
        draws = self.draws
        decoder, probe = self.decoder(name, self.student.DistanceScore())
        what = "logits (B, T, V), state (B, H) and weights (B, T, S) come back"
        shapes(decoder, probe, lengths=draws.lengths(3), seed=draws.seed(), what=what)
        reads_each_alone(decoder, probe, seed=draws.seed(), times=1)
        simplex(
            decoder,
            probe,
            lengths=draws.lengths(4),
            seed=draws.seed(),
            times=1,
            hint=BY_ATTEND,
        )
        padded = {
            "lengths": draws.lengths(3),
            "longest": draws.between(9, 12),
            "under": 10.0,
            "hint": BY_WEIGHTS,
        }
        ignores_padding(decoder, probe, **padded, seed=draws.seed(), times=1)
        return decoder, probe

    def goes_on_and_learns(self, name, smooth):
        """Look at what a decoder knows of what was written, and at what it learns."""
        draws, sizes = self.draws, {"num_tokens": 9, "dim": 4, "hidden_size": 5}
        probe = DecoderProbe(9, 5, attends=True, steps=3)
        build = lambda: getattr(self.student, name)(**sizes, score=self.student.DistanceScore())  # noqa: E731
        registers_everything(build, probe, seed=draws.seed(), times=1)
        decoder, other = self.decoder(name, self.student.DistanceScore())
        starts_from_state(decoder, other, seed=draws.seed())
        sees_no_future(decoder, other, seed=draws.seed(), times=1)
        sees_its_past(decoder, other, seed=draws.seed())
        decodes_alike(decoder, other, seed=draws.seed())
        gradient_reaches(build(), probe, seed=draws.seed())
        self.answers_each_call(decoder, other, "logits, state and weights are of float32")
        if smooth:
            differentiates(build(), probe.inputs((4, 2, 3), draws.seed()), seed=draws.seed())

    def answers_each_call(self, module, probe, what):
        """Look at what a call keeps and changes, at the type of its answer, and at the same call in training."""
        seed = self.draws.seed
        answers_afresh(module, probe, seed=seed(), what=LINES_AFRESH)
        leaves_inputs_alone(module, probe, seed=seed())
        same_in_training(module, probe, seed=seed(), hint=LINE_IN_TRAINING)
        keeps_types(module, probe, seed=seed(), what=what)

    def _attend_is_wrong(self):
        """Whether the answer to exercise 7.3 is wrong; that has cost there."""
        attend, draws = self.student.attend, self.draws
        generator, sizes = draws.generator(), ((3, 2, 4), (1, 1, 4))
        try:
            for rows, steps, longest in sizes:
                scores = torch.randn(rows, steps, longest, generator=generator)
                values = torch.randn(rows, longest, 5, generator=generator)
                mask = torch.arange(longest) < torch.tensor([[4], [2], [3]])[-rows:]
                inputs = (scores, values, mask)
                agrees_with(attend, attended, inputs, tolerance=3e-6)
                differentiates(attend, inputs, seed=draws.seed())
                if not all(map(torch.equal, attend.inputs_after(*inputs), inputs)):
                    return True
                if any(each.dtype != torch.float32 for each in attend(*inputs)):
                    return True
        except Exception:
            return True
        return False


@pytest.fixture  # given: pytest's own
def attending(student, draws):
    """Looks at answers that call ``attend``."""
    return Attending(student, draws)
