"""Hidden tests of exercise 4.3: what training costs, with the teacher and without, what validation logs, what learns."""

import contextlib

import pytest
import torch
from torch.func import functional_call
from torch.nn import functional as F

from amal_attention.checks import (
    agrees_with,
    differ,
    equal_to,
    optimises_everything,
    steps_by_lr,
    trains_as,
    validates_over_tokens,
)
from amal_attention.checks.subjects.stand_ins.leaky import (
    LeakyDecoder,
    LeakyEncoder,
    plain_cost,
)
from amal_attention.tasks.translation import END, PAD, START, PairBatch

V, H = 9, 4
LEARNING = {
    "decoder.embedding.weight",
    "decoder.output.bias",
    "decoder.output.weight",
    "encoder.embedding.weight",
}


def some_batch(draws, sources, targets, noise=False):
    """Lines of these lengths, whose teacher tells nothing of the target; with noise, tokens stand on the padding."""
    generator = draws.generator()

    def side(lengths):
        mask = torch.arange(max(lengths)) < torch.tensor(lengths).unsqueeze(1)  # given: a mask
        tokens = torch.randint(1, V, (2, *mask.shape), generator=generator)
        return mask, *(tokens if noise else tokens * mask)

    source_mask, source, _ = side(sources)
    target_mask, teacher, target = side(targets)
    teacher[:, 0] = START
    return PairBatch(source, source_mask, teacher, target, target_mask)


def some_model(student, **options):
    """A model around an encoder and a decoder that are known, and these two."""
    encoder, decoder = student.LeakyEncoder(V, H), student.LeakyDecoder(V, H)
    model = student.Seq2Seq(encoder, decoder, **options)
    equal_to(
        set(model.state()) >= LEARNING,
        True,
        what="encoder and decoder stand in the attributes of these names",
        hint="self.encoder, self.decoder = encoder, decoder, as __init__ has them",
    )
    return model, encoder


def parts(values):
    """The encoder and the decoder with these parameters of a model, as functions."""

    def part(name, module):
        own = {
            key.removeprefix(f"{name}."): each
            for key, each in values.items()
            if key.startswith(f"{name}.")
        }
        known = dict(module.named_parameters())
        return lambda *inputs: functional_call(module, {key: own[key] for key in known}, inputs)

    return part("encoder", LeakyEncoder(V, H)), part("decoder", LeakyDecoder(V, H))


def taught(values, source, source_mask, teacher):
    encode, decode = parts(values)
    memory, final = encode(source, source_mask)
    return decode(teacher, final, memory, source_mask)[0]


def on_its_own(values, batch, first=START):
    """The logits of a model that reads what it wrote itself."""
    encode, decode = parts(values)
    memory, state = encode(batch.source, batch.source_mask)
    read, written = torch.full((len(batch.source), 1), first), []
    for _ in range(batch.target.shape[1]):
        logits, state, _ = decode(read, state, memory, batch.source_mask)
        written.append(logits)
        read = logits.argmax(dim=2)
    return torch.cat(written, dim=1)


def cross_entropy(logits, target, mask):
    each = F.cross_entropy(logits.flatten(0, 1), target.flatten(), reduction="none")
    return (each * mask.flatten()).sum() / mask.sum()


class OwnLoss:
    """What the answer to exercise 4.2 costs, in a way that autograd can follow here."""

    def __init__(self, function):
        self.function = function

    def __call__(self, logits, target, mask):
        given = logits.detach()
        _, (gradient, _, _) = self.function.gradients((given, target, mask))
        return self.function(given, target, mask).detach() + ((logits - given) * gradient).sum()

    def is_right(self, draws):
        """Whether it is right, as far as the tests of exercise 4.2 can tell; not if it cannot be asked."""
        batch = some_batch(draws, [2, 1, 3], [4, 1, 6], noise=True)
        batch.target[0, 0] = 0
        logits = torch.randn(
            *batch.target.shape, V, generator=draws.generator()
        ).requires_grad_()
        asked = batch.target, batch.target_mask
        try:
            costs = [loss(logits, *asked) for loss in (self, cross_entropy)]
            slopes = [torch.autograd.grad(cost, logits)[0] for cost in costs]
            left = self.function.inputs_after(logits.detach(), *asked)
        except Exception:
            return False
        untouched = torch.equal(left[1], asked[0]) and torch.equal(left[2], asked[1])
        pairs = ((own.double(), right.double()) for own, right in (costs, slopes))
        return untouched and all(torch.allclose(*pair, rtol=1e-5, atol=1e-6) for pair in pairs)


def losses_in_use(student, draws):
    """The losses that are right here: where the answer to exercise 4.2 is wrong, something known stands in for it."""
    own = OwnLoss(student.sequence_loss)
    if own.is_right(draws):
        yield [cross_entropy]
    else:
        with student.standing_in(sequence_loss="plain_cost"):
            yield [cross_entropy, plain_cost]


right_losses = contextlib.contextmanager(losses_in_use)


@pytest.mark.question(
    "q4-seq2seq",
    points=0,
    alive=True,
    hint="forward: the encoder reads the source, the decoder goes on from its final state and reads the teacher",
)
def test_logits_hang_on_source_and_teacher(student, draws):
    batch = some_batch(draws, [3, 3, 3, 3], [5, 5, 5, 5])
    model, _ = some_model(student)
    model.eval().randomise(draws.seed())
    inputs = batch.source, batch.source_mask, batch.teacher
    others = ((V - batch.source, *inputs[1:]), (*inputs[:2], V - batch.teacher))
    first = model(*inputs)
    for name, other in zip(("source", "teacher"), others, strict=True):
        sent = f"lines, then the same with another {name}"
        differ(first, model(*other), what="the logits hang on source and teacher", sent=sent)


@pytest.mark.question(
    "q4-seq2seq",
    points=0.5,
    essential=True,
    requires=("teacher-and-loss", "encoder-learns", "calls"),
    hint="the decoder reads the teacher from the encoder's final state; the loss is sequence_loss of its logits",
)
def test_with_the_teacher(student, draws):
    batch = some_batch(draws, draws.lengths(3, 6), [7, 2, 4])
    with right_losses(student, draws) as losses:
        model, _ = some_model(student)
        equal_to(
            set(model.parameters()) >= LEARNING,
            True,
            what="the encoder and the decoder learn",
            hint="no requires_grad_(False): encoder and decoder are trained together",
        )
        for each in (batch[:3], turned_over(batch)[:3]):  # nothing is kept
            agrees_with(
                model,
                taught,
                each,
                mistakes={
                    "forward returns the logits as they are: no softmax": lambda values, *inputs: (
                        taught(values, *inputs).softmax(dim=2)
                    )
                },
                what="forward gives the logits of the decoder, which goes on from the final state and reads the teacher",
                seed=draws.seed(),
                hint="the decoder is handed teacher, state, memory and mask; hand the masks on as they are",
            )
        equal_to(
            str(model(*batch[:3]).dtype),
            "torch.float32",
            what="forward gives the logits of the decoder as they are, in float32",
        )
        for each in (batch, turned_over(batch)):  # the masks of no other batch are kept
            trains_with_the_teacher(model, each, losses, draws.seed())


def turned_over(batch):
    """The lines of a batch in the other order."""
    return PairBatch(*(each.flip(0) for each in batch))


def trains_with_the_teacher(model, batch, losses, seed):
    trains_as(
        model,
        batch,
        [lambda values, loss=loss: cost(taught, values, batch, loss) for loss in losses],
        mistakes={
            "the decoder reads the teacher, not the target": lambda values: cost(
                taught, values, batch._replace(teacher=batch.target), losses[-1]
            ),
            "teacher_forcing is True if nothing else is said: it reads the teacher": lambda values: (
                losses[-1](on_its_own(values, batch), batch.target, batch.target_mask)
            ),
            "logits and targets are compared place by place: the teacher is one place late already": lambda values: (
                losses[-1](
                    taught(values, *batch[:3])[:, :-1],
                    batch.target[:, 1:],
                    batch.target_mask[:, 1:],
                )
            ),
            "no softmax before the loss: it takes the logits": lambda values: losses[-1](
                taught(values, *batch[:3]).softmax(dim=2), batch.target, batch.target_mask
            ),
        },
        what="training with the teacher: the loss, and its gradient",
        seed=seed,
    )


def cost(logits, values, batch, loss):
    return loss(logits(values, *batch[:3]), batch.target, batch.target_mask)


@pytest.mark.question(
    "q4-seq2seq",
    points=0.25,
    essential=True,
    requires=("own-tokens",),
    hint="START first, then the most likely token of the step before, for each step of the target",
)
def test_without_teacher(student, draws):
    batch = some_batch(draws, draws.lengths(3, 4), [4, 2, 5])  # the source is narrower
    with right_losses(student, draws) as losses:
        model, _ = some_model(student, teacher_forcing=False)
        for each in (batch, turned_over(batch)):
            trains_without_teacher(model, each, losses, draws)


def trains_without_teacher(model, batch, losses, draws):
    mistakes = {
        "teacher_forcing=False: it reads what it wrote itself": lambda values: cost(
            taught, values, batch, losses[-1]
        ),
    }
    for name, token in (("PAD", PAD), ("END", END)):
        hint = f"the first token that is read is START, not {name}"
        mistakes[hint] = lambda values, token=token: losses[-1](
            on_its_own(values, batch, first=token), batch.target, batch.target_mask
        )
    trains_as(
        model,
        batch,
        [
            lambda values, loss=loss: loss(
                on_its_own(values, batch), batch.target, batch.target_mask
            )
            for loss in losses
        ],
        mistakes=mistakes,
        what="training without teacher: the loss, and its gradient",
        seed=decisive(model, batch, draws),
    )


def decisive(model, batch, draws):
    """A seed of parameters with which the most likely token is clearly so, at each step of two looks."""
    while True:
        seed = draws.seed()
        gaps = []
        for look in (seed, seed + 1):
            values = model.randomise(look).parameters()
            best, second = on_its_own(values, batch).topk(2, dim=2).values.unbind(dim=2)
            gaps.append(float((best - second).min()))
        if min(gaps) > 1e-3:
            return seed


@pytest.mark.question(
    "q4-seq2seq",
    points=0.25,
    requires=("validation", "padding", "calls"),
    hint="val_loss is over all tokens of the split, with the teacher, whatever stands on padding",
)
def test_validation(student, draws):
    lengths = ([5, 6, 1, 4, 5], [1, 1], [3, 2], [2, 1, 2], [4])
    batches = [
        some_batch(draws, draws.lengths(len(each), 6), each, noise=True) for each in lengths
    ]
    with right_losses(student, draws) as losses:
        for teacher_forcing in (True, False):
            model, encoder = some_model(student, teacher_forcing=teacher_forcing)
            validates_over_tokens(model, batches, losses, seed=draws.seed())
            equal_to(
                bool(encoder.state().get("in_training", False)),
                False,
                what="validation is in evaluation mode",
                hint="no self.train() there: the Trainer sees to the mode, and dropout is off in validation",
            )
            equal_to(
                all(map(torch.equal, model.batch_after(batches[0]), batches[0])),
                True,
                what="training and validation leave the batch as it is",
                hint="tokens are written into a tensor of their own: torch.full_like, clone(), torch.cat",
            )
        model, _ = some_model(student)
        noisy = batches[0]
        clean = PairBatch(
            noisy.source * noisy.source_mask,
            noisy.source_mask,
            noisy.teacher * noisy.target_mask,
            noisy.target * noisy.target_mask,
            noisy.target_mask,
        )
        start = model.randomise(draws.seed()).parameters()
        came = [float(loss) for loss, _ in model.steps([clean, noisy] * 4, [start] * 8)]
        steady = (
            max(came[::2]) - min(came[::2]) < 1e-5
        )  # a loss that is drawn is told elsewhere
        equal_to(
            not steady or max(abs(each - came[0]) for each in came) < 1e-4 * (1 + abs(came[0])),
            True,
            what="what stands on the padding costs nothing in training",
            sent="a batch with PAD on its padding, then the same with other tokens there",
            hint="hand the masks on as they are: the number of a token does not tell what is padding",
        )


@pytest.mark.question(
    "q4-seq2seq",
    points=0.25,
    requires=("optimiser",),
    hint="torch.optim.Adam on self.parameters(), with step size lr",
)
def test_steps(student, draws):
    lr = 0.01 * draws.between(2, 6)
    batches = [some_batch(draws, draws.lengths(3, 6), [4, 2, 5]) for _ in range(3)]
    with right_losses(student, draws):
        model, _ = some_model(student, lr=lr)
        optimises_everything(model)
        steps_by_lr(model, batches, lr=lr, reads=3)
