"""Hidden tests of exercise 2.2: logits of the final state alone, on an encoder whose replies are known."""

import pytest
import torch

from amal_attention.checks import close_to, differ, equal_to, some_lines

OF_THE_ENCODER = ("memory", "final", "calls", "tokens", "mask")
KEPT = "self.encoder is the encoder that is given, and forward calls it"


class Around:
    """A classifier around an encoder that says what it is told to say, and what both are given."""

    def __init__(self, student, draws):
        self.student, self.rows, self.width = student, 6, draws.between(7, 9)
        self.classes = draws.between(4, 6)
        lengths = [5, *(draws.between(1, 4) for _ in range(self.rows - 1))]
        self.tokens, self.mask = some_lines(6000, lengths, draws.seed())
        self.memory = torch.randn(self.rows, 5, self.width, generator=draws.generator())
        self.final = torch.randn(self.rows, self.width, generator=draws.generator())
        self.model = self.built(self.memory, self.final).randomise(draws.seed())
        self.model.load(self.of_the_encoder(self.memory, self.final))

    def built(self, memory, final):
        encoder = self.student.FixedEncoder(memory, final)
        model = self.student.StateClassifier(encoder, num_classes=self.classes).eval()
        model.materialise(self.tokens, self.mask)
        return model

    def of_the_encoder(self, memory, final):
        """The parameters of the encoder among those of the model, with these values."""
        values = {"memory": memory, "final": final}
        return {
            name: values[name.rpartition(".")[2]]
            for name in self.model.state()
            if name.rpartition(".")[2] in values
        }

    def with_others(self, memory=None, final=None):
        """The same classifier around an encoder that says something else."""
        memory, final = (
            self.memory if memory is None else memory,
            self.final if final is None else final,
        )
        other = self.built(memory, final)
        own = self.model.state()
        return other.load(
            {name: own[name] for name in own if name.rpartition(".")[2] not in OF_THE_ENCODER}
        )

    def is_handed_on(self, tokens, mask):
        """Look at what the encoder is handed by a call."""
        self.model(tokens, mask)
        after = self.model.state()
        mistakes = {
            "the mask is handed on as it is: this one is True everywhere": torch.ones_like(
                mask
            ),
            "the mask is handed on as it is: this one is turned around": ~mask,
            "the mask is handed on as it is: this one is made of the tokens": tokens != 0,
        }
        equal_to(
            (after["encoder.tokens"].tolist(), after["encoder.mask"].tolist()),
            (tokens.tolist(), mask.tolist()),
            what="the encoder is handed tokens and mask as they are",
            mistakes={
                hint: (tokens.tolist(), other.tolist()) for hint, other in mistakes.items()
            },
            hint="self.encoder(tokens, mask)",
        )

    def logits(self, model=None):
        return (model or self.model)(self.tokens, self.mask).detach()


@pytest.mark.question(
    "q2-classifier",
    points=0,
    alive=True,
    hint="a linear layer of what the encoder has read",
)
def test_logits_hang_on_what_the_encoder_says(student, draws):
    around = Around(student, draws)
    other = around.with_others(-around.memory, -around.final)
    differ(
        around.logits(),
        around.logits(other),
        what="the logits hang on what the encoder says",
        sent="an encoder, then one that says the opposite",
    )


@pytest.mark.question(
    "q2-classifier",
    points=0.25,
    essential=True,
    requires=("final-alone",),
    hint="a linear layer of final, and of nothing else",
)
def test_logits_come_from_the_final_state(student, draws):
    around = Around(student, draws)
    told = around.logits()
    close_to(
        around.logits(around.with_others(memory=-around.memory)),
        told,
        what="another memory leaves the logits as they are",
        hint="the logits come from final: memory has no part in them",
    )
    final = around.final.clone()
    final[2:] = -final[2:]
    differ(
        told[2:],
        around.logits(around.with_others(final=final))[2:],
        what="another final state gives other logits",
        hint="the logits come from final",
    )


@pytest.mark.question(
    "q2-classifier",
    points=0.125,
    requires=("logits", "alone"),
    hint="(B, C) numbers of any sign, a row for each line",
)
def test_logits_are_no_probabilities(student, draws):
    around = Around(student, draws)
    told, shape = around.logits(), (around.rows, around.classes)
    equal_to(tuple(told.shape), shape, what="the logits are (B, C)", hint="C is num_classes")
    one = around.model(around.tokens[:1], around.mask[:1])
    close_to(
        one,
        told[:1],
        what="a line gives alone what it gives beside others",
        hint="each line is read by itself, in a batch of one too",
    )
    final = around.final.clone()
    final[2:] = -final[2:]
    close_to(
        around.logits(around.with_others(final=final))[:2],
        told[:2],
        what="other lines change nothing",
        hint="nothing is taken over the batch, dim=0",
    )
    trained = around.model.train(dropout=False)(around.tokens, around.mask)
    close_to(
        trained,
        told,
        what="in training it computes the same, dropout apart",
        hint="nothing is taken over the batch, in training either",
    )
    ones = torch.ones(around.rows)
    sums = {
        "no softmax: the cross-entropy takes logits, and has one inside": told.sum(dim=1),
        "no log_softmax: the cross-entropy takes logits, and has one inside": told.exp().sum(
            dim=1
        ),
    }
    likely = [hint for hint, total in sums.items() if torch.allclose(total, ones, atol=1e-4)]
    equal_to(
        bool((told < 0).any()) and bool((told > 0).any()),
        True,
        what="some logits are below 0, some above",
        mistakes=dict.fromkeys(likely, False),
        hint="nothing stands between the last linear layer and the logits: no sigmoid, no ReLU",
    )
    own = around.model.parameters()
    around.model.load(
        {name: 50 * each for name, each in own.items() if not name.endswith(OF_THE_ENCODER)}
    )
    equal_to(
        bool(around.logits().abs().max() > 1),
        True,
        what="logits grow with the parameters of the last layer",
        hint="nothing stands between the last linear layer and the logits: no tanh",
    )


@pytest.mark.question(
    "q2-classifier",
    points=0.125,
    requires=("handed",),
    hint="self.encoder(tokens, mask), once, and the gradient goes on into it",
)
def test_what_the_encoder_is_handed(student, draws):
    around = Around(student, draws)
    before = around.model.state()
    equal_to(
        "encoder.final" in before,
        True,
        what="the encoder is kept in the attribute encoder",
        hint=KEPT,
    )
    called = (before["encoder.calls"], around.logits(), around.model.state()["encoder.calls"])
    calls = int(called[2]) - int(called[0])
    equal_to(
        calls,
        1,
        what="the encoder is called once a batch",
        hint="one call gives memory and final",
    )
    around.is_handed_on(around.tokens, around.mask)
    around.is_handed_on(around.tokens.flip(0), around.mask.flip(0))
    around.model.train(dropout=False)
    around.is_handed_on(around.tokens, around.mask)
    around.model.eval().load(around.of_the_encoder(-around.memory, -around.final))
    differ(
        called[1],
        around.logits(),
        what="nothing is kept from one call to the next",
        sent="an encoder, then the same with other parameters",
    )
    around.model.train()
    upstream = torch.randn(around.rows, around.classes, generator=draws.generator())
    learned, _ = around.model.gradients((around.tokens, around.mask), upstream)
    silent = [
        name
        for name, gradient in learned.items()
        if name != "encoder.memory" and (gradient is None or not gradient.abs().sum() > 0)
    ]
    equal_to(
        [*around.model.frozen(), *silent],
        [],
        what="all parameters, those of the encoder too, get a gradient",
        hint="the encoder learns too: no detach, no no_grad, no requires_grad_(False)",
    )
    for name, given, left in zip(
        ("tokens", "mask"),
        (around.tokens, around.mask),
        around.model.inputs_after(around.tokens, around.mask),
        strict=True,
    ):
        equal_to(
            left.tolist(),
            given.tolist(),
            what=f"{name} stays as it is",
            hint="change no input in place",
        )
