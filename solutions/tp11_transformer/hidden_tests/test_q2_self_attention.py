"""Hidden tests of exercise 2: the oracle reads the answer's own query, key and value; a wrong exercise 1 costs there."""

import pytest
import torch
from torch.nn import functional as F

from amal_attention.checks import (
    AttentionProbe,
    agrees_with,
    answers_afresh,
    differentiates,
    drops_nothing,
    gradient_reaches,
    hangs_on,
    has_layers,
    ignores_padding,
    keeps_types,
    leaves_inputs_alone,
    moves_from_its_start,
    permutes_with,
    reads_each_alone,
    registers_everything,
    same_in_training,
    shapes,
    simplex,
)

MAPS = ("query", "key", "value")


def some_attention(student, draws):
    """Builds attentions of sizes that differ, and their kind."""
    dim, head_dim = draws.sizes(2, 4, 8)

    def build():
        return student.SelfAttention(dim=dim, head_dim=head_dim)

    return build, AttentionProbe(dim, head_dim)


def read(query, key, value, mask, axis=-1, width=None):
    """What attention makes of them, under a mask of the scores."""
    scores = query @ key.mT * (width or query.shape[-1]) ** -0.5
    weights = scores.masked_fill(~mask, -1e30).softmax(dim=axis)
    return weights @ value, weights


def projected(values, x, names=MAPS):
    """The words through the answer's own maps."""
    return [F.linear(x, values[f"{name}.weight"], values.get(f"{name}.bias")) for name in names]


def own(names=MAPS, **options):
    """Self-attention by the answer's own maps."""

    def attend(values, x, mask):
        return read(*projected(values, x, names), mask.unsqueeze(1), **options)

    return attend


def with_more(add):
    """A mistake: something is added to the states."""

    def attend(values, x, mask):
        states, weights = own()(values, x, mask)
        return add(states, *projected(values, x)), weights

    return attend


MISTAKES = {
    "divide by √K, the width of a key, head_dim, not by that of a word": lambda values, x, mask: (
        own(width=x.shape[-1])(values, x, mask)
    ),
    "divide by √K: the variance of q · k is K": own(width=1),
    "key = query: three linear maps, one for each role": own(("query", "query", "value")),
    "value = key: three linear maps, one for each role": own(("query", "key", "key")),
    "value = query: three linear maps, one for each role": own(("query", "key", "query")),
    "query = key: three linear maps, one for each role": own(("key", "key", "value")),
    "query and key are exchanged: the query asks": own(("key", "query", "value")),
    "the softmax goes over the queries: rows sum to 1 over the keys, dim=-1": own(axis=-2),
    "the states are the sum of the values by the weights, and nothing more: no residual": with_more(
        lambda states, query, key, value: states + value
    ),
    "the states are the sum of the values by the weights: no softmax over their numbers": with_more(
        lambda states, query, key, value: states.softmax(dim=-1)
    ),
    "the pair is swapped: states first, then the weights": lambda *given: own()(*given)[::-1],
}


@pytest.mark.question(
    "q2-self-attention",
    points=0,
    alive=True,
    hint="a word's state hangs on the words that it looks at, by weights that hang on them too",
)
def test_words_ask_words(by_products, fairly, student, draws):
    by_products(
        "SelfAttention",
        hint="write it with your attention, or with products and a softmax: no attention of torch's",
    )
    build, probe = some_attention(student, draws)
    x, mask = probe.inputs((5, 3, 4), draws.seed())
    others = torch.cat([x[:, :1], x[:, 1:].flip(2)], dim=1)
    more = (
        torch.cat([others, others[:1]]),
        torch.cat([mask, mask[:1]]),
    )  # of another shape: what is kept is no matter

    def look():
        attention = build().eval()
        attention.materialise(x, mask)
        attention.randomise(draws.seed())
        for part, name in enumerate(("states", "weights")):
            hangs_on(
                lambda *inputs, part=part: attention(*inputs)[part][:3, 0],
                (x, mask),
                more,
                name="x behind the first word",
                what=f"the {name} of the first word hang on the others",
            )

    fairly(look, "attention")


@pytest.mark.question(
    "q2-self-attention",
    points=1,
    essential=True,
    requires=("own-projections",),
    hint="attention of query(x), key(x) and value(x), three nn.Linear of D to K numbers",
)
def test_it_attends_by_its_own_maps(fairly, student, draws):
    def look():
        for dim, head_dim in (draws.sizes(2, 4, 8), [draws.between(3, 6)] * 2):
            attention = student.SelfAttention(dim, head_dim)
            inputs = AttentionProbe(dim, head_dim).inputs((5, 5), draws.seed())
            has_layers(attention, dict.fromkeys(MAPS, (dim, head_dim)), inputs=inputs)
            agrees_with(
                attention,
                own(),
                inputs,
                mistakes=MISTAKES,
                what="states and weights are those of attention(query(x), key(x), value(x))",
                seed=draws.seed(),
                times=1,
                hint="states first, then the weights: attention of query(x), key(x) and value(x), and nothing more",
            )

    fairly(look, "attention")


FROM_ALL = "the mask hides padding from every query: it is True on words, and mask.unsqueeze(1) has their axis last"


@pytest.mark.question(
    "q2-self-attention",
    points=0.25,
    requires=("padding", "alone"),
    hint="the mask hides padding from every query, and each text is read by itself",
)
def test_padding_and_other_texts(fairly, student, draws):
    build, probe = some_attention(student, draws)

    def look():
        simplex(
            build(),
            probe,
            lengths=draws.lengths(4),
            seed=draws.seed(),
            times=1,
            hint=FROM_ALL,
        )
        padded = {
            "lengths": draws.lengths(3),
            "longest": draws.between(9, 12),
            "under": 10.0,
            "hint": FROM_ALL,
        }
        ignores_padding(build(), probe, **padded, seed=draws.seed(), times=1)
        reads_each_alone(build(), probe, seed=draws.seed(), times=1)
        permutes_with(build(), probe, lengths=(5, 3), seed=draws.seed(), times=1)

    fairly(look, "attention")


@pytest.mark.question(
    "q2-self-attention",
    points=0.25,
    requires=("learned", "calls"),
    hint="three linear maps that are made in __init__ and learn, and new tensors at each call",
)
def test_it_learns_and_keeps_nothing(fairly, student, draws):
    build, probe = some_attention(student, draws)

    def look():
        what = "states (B, L, K) and weights (B, L, L), for any B and L"
        shapes(build(), probe, lengths=draws.lengths(3), seed=draws.seed(), what=what)
        narrow = student.SelfAttention(dim=5, head_dim=1)
        shapes(narrow, AttentionProbe(5, 1), seed=draws.seed(), what=what)
        answers_afresh(build(), probe, seed=draws.seed())
        registers_everything(build, probe, seed=draws.seed(), times=1)
        gradient_reaches(build(), probe, seed=draws.seed())
        moves_from_its_start(build(), probe, seed=draws.seed())
        differentiates(
            build(), probe.inputs((4, 4), draws.seed()), names=["x"], seed=draws.seed()
        )
        leaves_inputs_alone(build(), probe, seed=draws.seed())
        same_in_training(build(), probe, seed=draws.seed())
        drops_nothing(build(), probe, seed=draws.seed())
        keeps_types(build(), probe, seed=draws.seed(), what="states and weights are of float32")

    fairly(look, "attention")
