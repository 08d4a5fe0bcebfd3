"""Hidden tests of exercise 4.2: on linear readers the direction is known exactly, by the Hessian of D."""

import math

import pytest
import torch

from amal_attention.checks import (
    close_to,
    equal_to,
    gives_constants,
    keeps_padding,
    leaves_alone,
    moves_within,
)

TEXTS = 8  # one iteration finds the top direction of some texts, never of so many
SENT = "texts of several lengths, and a linear model whose gradient is known"


class Linear:
    """Texts and a linear reader with logits within ±3: beyond, a gradient of D is rounding noise.

    With three classes each text has two directions that D changes along, the second by ``share`` of the first.
    """

    def __init__(self, draws, classes, share=(0.3, 0.75), texts=TEXTS):
        self.draws, self.classes, self.share = draws, classes, share
        x, mask = self._drawn()
        while len(x) < texts or not mask[0].all() or mask[1].all():
            x, mask = self._drawn()
        self.x, self.mask = x[:texts], mask[:texts]

    def _drawn(self):
        """A reader, and those of some drawn texts whose top direction stands out, but is not all there is."""
        generator, (dim, units) = self.draws.generator(), self.draws.sizes(2, 4, 6)
        self.hidden = torch.randn(dim, units, generator=generator) / 3
        self.output = torch.randn(units, self.classes, generator=generator) / 2
        x = torch.randn(12 * TEXTS, 6, dim, generator=generator)
        mask = torch.arange(6) < torch.randint(2, 7, (len(x), 1), generator=generator)
        logits = self.logits(x, mask)
        kept = (logits.abs().amax(dim=1) < 3) & self._stands_out(logits)
        return x[kept], mask[kept]

    def _stands_out(self, logits):
        if self.classes == 2:
            return torch.ones(len(logits), dtype=torch.bool)
        *_, second, top = torch.linalg.eigvalsh(self.hessian(logits)).unbind(dim=1)
        least, most = self.share
        return (least < second / top) & (second / top < most) & (top > 1e-2)

    @property
    def maps(self):
        """What a word adds to each logit, float64 ``(D, C)``."""
        return self.hidden.double() @ self.output.double()

    def logits(self, x, mask):
        """The logits of texts, or of one: ``(…, L, D)``, ``(…, L)`` -> ``(…, C)``."""
        return (x.double() * mask.unsqueeze(-1)).sum(dim=-2) @ self.maps

    def hessian(self, logits):
        """That of D at r = 0, for a move that all words share: ``(…, D, D)``."""
        p = logits.softmax(dim=-1)
        return (
            self.maps @ (torch.diag_embed(p) - p.unsqueeze(-1) * p.unsqueeze(-2)) @ self.maps.T
        )

    def top(self):
        """The top direction of each text, of norm 1 and of either sign; all its words have the same."""
        moves = torch.zeros_like(self.x).double()
        for row, (x, words) in enumerate(zip(self.x, self.mask, strict=True)):
            _, vectors = torch.linalg.eigh(self.hessian(self.logits(x, words)))
            moves[row, words] = vectors[:, -1] / words.sum().double().sqrt()
        return moves

    def many(self, row, count):
        """One of the texts, so many times."""
        return (
            each[row].expand(count, *each[row].shape).clone() for each in (self.x, self.mask)
        )

    def both(self, row):
        """Of one text, what is left of its directions in one iteration, the second beside the first, and both of them."""
        words = self.mask[row]
        values, vectors = torch.linalg.eigh(self.hessian(self.logits(self.x[row], words)))
        return float(values[-2] / values[-1]), vectors[:, -2:].flip(1)

    def reader(self, student, **options):
        """The reader, where the student's code runs."""
        return student.KnownReader(self.hidden, self.output, bend=False, **options)


def cosines(moves, others):
    """How far each text's move has the direction of another, whatever the sign; 0 for a move of 0."""
    one, other = (each.detach().double().flatten(1) for each in (moves, others))
    norms = (one.norm(dim=1) * other.norm(dim=1)).clamp(min=1e-30)
    return ((one * other).sum(dim=1) / norms).abs()


@pytest.mark.question(
    "q4-virtual-steepest",
    points=0,
    alive=True,
    hint="the move follows a gradient: it is not the direction that was drawn",
)
def test_it_moves_words_along_what_the_model_reads(student, draws, by_divergence):
    """A linear reader sees the sum of the words: a gradient of whatever it says moves all words of a text alike."""
    texts = Linear(draws, 2)
    words = texts.mask.unsqueeze(2)

    def look(_):
        moves = student.virtual_steepest(texts.reader(student), texts.x, texts.mask, 0.5)
        if not isinstance(moves, torch.Tensor) or moves.shape != texts.x.shape:
            close_to(moves, torch.zeros_like(texts.x), what="a move for each word", sent=SENT)
        of_words = moves.double() * words
        even = of_words.sum(dim=1, keepdim=True) / words.sum(dim=1, keepdim=True) * words
        across = texts.maps[:, 1] - texts.maps[:, 0]
        seen = even @ across
        equal_to(
            bool((cosines(even, of_words).mean() > 0.7) and (seen.abs().sum() > 1e-6)),
            True,
            what="the move follows a gradient of what the model says",
            sent=SENT,
            hint="the gradient of D for r, at r = ξ d, and not d itself: that is noise",
        )

    by_divergence(look)


@pytest.mark.question(
    "q4-virtual-steepest",
    points=0.5,
    essential=True,
    requires=("two-classes-exact", "iterations"),
    hint="d ← unit(gradient of D at r = ξ d), `iterations` times, from a random d",
)
def test_it_is_the_top_direction(student, draws, known_texts, by_divergence):
    two, three, bent = Linear(draws, 2), Linear(draws, 3), known_texts(classes=2)
    predicted = three.x.new_zeros(three.x.shape).double()
    for row, (x, words) in enumerate(zip(three.x, three.mask, strict=True)):
        p = three.logits(x, words).softmax(dim=0)
        blamed = torch.eye(3).double()[p.argmax()]
        predicted[row, words] = three.maps @ (p - blamed)

    def look(_):
        reader = two.reader(student)
        first = student.virtual_steepest(reader, two.x.flip(0), two.mask.flip(0), 0.5)
        close_to(
            cosines(first * two.mask.flip(0).unsqueeze(2), two.top().flip(0)).min(),
            1.0,
            what="with two classes and a linear model the direction is that of the gradient, up to its sign: the least cosine of a text",
            tolerance=1e-2,
            sent=f"{SENT}, two classes, one iteration",
            hint="the gradient of D at ξ d, d random; at r = 0 there is only rounding noise",
        )
        for options, times in (({}, "one iteration"), ({"iterations": 3}, "3 iterations")):
            found = student.virtual_steepest(
                reader, two.x, two.mask, 0.5, **options
            ) * two.mask.unsqueeze(2)
            norms = found.flatten(1).norm(dim=1)
            equal_to(
                bool(norms.isfinite().all() and (norms > 0).all()),
                True,
                what="every text moves",
                sent=f"{SENT}, two classes, {times}",
                hint="at r = 0 the gradient of D is 0: start from a random d, and take it at ξ d",
            )
            close_to(
                cosines(found, two.top()).min(),
                1.0,
                what="with two classes and a linear model the direction is that of the gradient, up to its sign: the least cosine of a text",
                tolerance=1e-2,
                sent=f"{SENT}, two classes, {times}",
                hint="the gradient of D at ξ d, d random; at r = 0 there is only rounding noise",
            )
        found = student.virtual_steepest(
            three.reader(student), three.x, three.mask, 0.5, xi=0.01, iterations=30
        ) * three.mask.unsqueeze(2)
        least = cosines(found, three.top()).min()
        hint = "no label, and no predicted class: D compares the model with itself"
        known = {hint: least} if cosines(found, predicted).min() > 0.99 else {}
        close_to(
            least,
            1.0,
            what="with three classes 30 iterations find the top direction: the least cosine of a text",
            mistakes=known,
            tolerance=1e-2,
            sent=f"{SENT}, three classes, ξ = 0.01, 30 iterations",
            hint="`iterations` times: each takes the gradient at ξ d, d of norm 1 being what the one before found",
        )
        for epsilon, hint in (
            (
                0.5,
                "nothing is taken over the batch: a text's move depends on its own words alone",
            ),
            (1000.0, "gradients are taken at ξ d: ε comes in at the end, and there alone"),
        ):
            found = student.virtual_steepest(
                bent.reader(student), bent.x, bent.mask, epsilon, xi=0.01
            )
            close_to(
                cosines(found * bent.mask.unsqueeze(2), bent.gradient()).min(),
                1.0,
                what="each text moves along its own gradient, up to its sign: the least cosine of a text",
                tolerance=2e-3,
                sent=f"texts of several lengths, ξ = 0.01, ε = {epsilon:g}, and a model of two classes that bends",
                hint=hint,
            )

    by_divergence(look)


@pytest.mark.question(
    "q4-virtual-steepest",
    points=0.25,
    requires=("iterations", "leaves-alone"),
    hint="d is drawn at random, numbers of both signs alike, and brought on `iterations` times: neither more nor less often",
)
def test_so_many_iterations_from_any_start(student, draws, by_divergence):
    """From starts drawn alike in all directions, half are left with either sign, and so much of the second direction."""
    slow, fast = (Linear(draws, 3, share, texts=2) for share in ((0.6, 0.66), (0.3, 0.45)))

    def look(_):
        for texts, count, iterations in ((fast, 400, 1), (fast, 400, 2), (slow, 300, 12)):
            share, directions = texts.both(0)
            x, mask = texts.many(0, count)
            moves = student.virtual_steepest(
                texts.reader(student), x, mask, 0.5, xi=0.001, iterations=iterations
            )
            along = (moves.detach() * mask.unsqueeze(2)).sum(dim=1).double() @ directions
            sent = (
                f"a text {count} times in a batch, {SENT}, ξ = 0.001, {iterations} iterations"
            )
            if iterations == 1:
                shares = (along > 0).double().mean(dim=0)
                equal_to(
                    bool(((shares - 0.5).abs() < 0.12).all()),
                    True,
                    what="along each direction as many moves go one way as the other",
                    sent=sent,
                    hint="d is drawn for each text, numbers of either sign alike: torch.randn, not torch.rand",
                )
            left = float((along[:, 1] / along[:, 0]).abs().log().median()) / math.log(share)
            near = abs(left - iterations) < (0.5 if iterations < 3 else 1.3)
            equal_to(
                iterations if near else round(left),
                iterations,
                what="the number of iterations, as is seen from what is left of the second direction",
                sent=sent,
                hint="`iterations` gradients are taken, neither more nor fewer, each at ξ d, d of norm 1",
            )

    by_divergence(look)


@pytest.mark.question(
    "q4-virtual-steepest",
    points=0.25,
    requires=("padding-and-norm", "leaves-alone"),
    hint="mask first, then the norm, and ε in the end; nothing has a graph, and nothing stays behind",
)
def test_padding_norm_and_what_stays(student, draws, by_divergence):
    texts = Linear(draws, 2)
    epsilon = draws.between(12, 19) / 10
    sent = f"texts with padding, ε = {epsilon:g}"

    def look(_):
        for iterations, leaky in ((1, False), (1, True), (3, True)):
            moves = student.virtual_steepest(
                texts.reader(student, reads_padding=leaky),
                texts.x,
                texts.mask,
                epsilon,
                iterations=iterations,
            )
            keeps_padding(
                moves,
                texts.mask,
                sent=sent,
                hint="multiply by the mask: what is no word is not attacked",
            )
            moves_within(
                moves,
                texts.mask,
                epsilon,
                sent=sent,
                hint="after each gradient d has norm 1, text by text, padding apart; in the end ε d",
            )
        signs = [
            student.virtual_steepest(texts.reader(student), texts.x, texts.mask, epsilon)
            .flatten(1)
            .amax(dim=1)  # given: the largest of each row
            for _ in range(4)
        ]
        equal_to(
            all(torch.allclose(each, signs[0]) for each in signs[1:]),
            False,
            what="each call starts from another direction: some moves have the other sign",
            sent=f"{sent}, four times",
            hint="d is drawn at random in each call, text by text; torch's generator is the caller's, no manual_seed here",
        )
        inputs = (texts.x, texts.mask, epsilon)
        gives_constants(student.virtual_steepest, texts.reader(student), *inputs)
        leaves_alone(student.virtual_steepest, texts.reader(student, marked=True), *inputs)

    by_divergence(look)
