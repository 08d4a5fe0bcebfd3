"""Hidden tests of exercise 3: torch's attention with the answer's weights mapped into it; a wrong exercise 1 costs there."""

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from amal_attention.checks import (
    MemoryProbe,
    agrees_with,
    answers_afresh,
    close_to,
    differentiates,
    drops_nothing,
    gradient_reaches,
    hangs_on,
    has_layers,
    heads_differ,
    hides_from_softmax,
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
from amal_attention.checks.wording import tensors_sent

MAPS = ("query", "key", "value")
A_SET = (
    "a memory in another order is the same memory: its mask goes along, and words are not mixed"
)
HALF = torch.tensor([False, True, True, False, False])  # inverted, it shows several too
ASKS = "queries come from x: x asks, the memory is looked at"
NOT_SUMMED = (
    "what stands under the padding is not summed: the weights that come back are those that sum"
)
FROM_MEMORY = (
    "keys and values come from what is looked at, the memory: x asks, and nothing more"
)


def some_heads(student, draws, heads=None):
    """Builds attentions of several heads, and their kind; all sizes differ."""
    heads = heads or draws.between(2, 3)
    dim = heads * draws.between(4, 5)

    def build():
        return student.MultiHeadAttention(dim=dim, heads=heads)

    return build, MemoryProbe(dim, heads, asking=draws.between(9, 11))


def torchs(heads):
    """The answer's own maps in ``nn.MultiheadAttention``."""

    def attend(values, x, memory, mask=None):
        theirs = nn.MultiheadAttention(x.shape[2], heads, batch_first=True)
        biases = [
            values.get(f"{name}.bias", torch.zeros(x.shape[2])) for name in (*MAPS, "output")
        ]
        theirs.load_state_dict(
            {
                "in_proj_weight": torch.cat([values[f"{name}.weight"] for name in MAPS]),
                "in_proj_bias": torch.cat(biases[:3]),
                "out_proj.weight": values["output.weight"],
                "out_proj.bias": biases[3],
            }
        )
        if mask is not None:
            mask = ~mask.expand(-1, x.shape[1], -1).repeat_interleave(heads, dim=0)
        with torch.no_grad():
            return theirs(x, memory, memory, attn_mask=mask, average_attn_weights=False)

    return attend


def cut(each, heads):
    """``(B, L, D)`` -> ``(B, h, L, K)``."""
    rows, length, width = each.shape
    return each.view(rows, length, heads, width // heads).permute(0, 2, 1, 3)


def viewed(each, heads):
    """The same shape by a view alone: words are mixed with heads."""
    rows, length, width = each.shape
    return each.reshape(rows, heads, length, width // heads)


def joined(each):
    rows, heads, length, width = each.shape
    return each.permute(0, 2, 1, 3).reshape(rows, length, heads * width)


def wrongly_joined(each):
    rows, heads, length, width = each.shape
    return each.reshape(rows, length, heads * width)


def mistaken(
    heads,
    split=cut,
    join=joined,
    width=None,
    output=True,
    maps=MAPS,
):
    """A mistake: attention of several heads, with something in it that is wrong."""

    def attend(values, x, memory, mask=None):
        query, key, value = (
            split(
                F.linear(source, values[f"{name}.weight"], values.get(f"{name}.bias")),
                heads,
            )
            for name, source in zip(maps, (x, memory, memory), strict=True)
        )
        scores = query @ key.mT * (width or query.shape[-1]) ** -0.5
        weights = scores.softmax(dim=-1)
        states = join(weights @ value)
        last = [values["output.weight"], values.get("output.bias")]
        return F.linear(states, *last) if output else states, weights

    return attend


def averaged(each):
    """The mean of the heads, repeated to the width that is asked for."""
    return each.mean(dim=1).repeat(1, 1, each.shape[1])


def summed(each):
    return averaged(each) * each.shape[1]


def mistakes(heads, dim):
    return {
        "view (B, h, L, K) mixes words with heads: view (B, L, h, K), then transpose(1, 2)": mistaken(
            heads, split=viewed
        ),
        "view mixes words with heads, in the split and in the merge: view (B, L, h, K), then transpose(1, 2)": mistaken(
            heads, split=viewed, join=wrongly_joined
        ),
        "merged without transposing back: (B, L, h, K) before the view": mistaken(
            heads, join=wrongly_joined
        ),
        "the output map is missing: concatenate, then self.output": mistaken(
            heads, output=False
        ),
        "the heads are averaged: concatenate them": mistaken(heads, join=averaged),
        "the heads are summed: concatenate them": mistaken(heads, join=summed),
        "divide by √K, the width of a head, D/h, not of a word": mistaken(heads, width=dim),
        "divide by √K: the variance of q · k is K": mistaken(heads, width=1),
        "key = query: three linear maps, one for each role": mistaken(
            heads, maps=("query", "query", "value")
        ),
        "value = key: three linear maps, one for each role": mistaken(
            heads, maps=("query", "key", "key")
        ),
    }


@pytest.mark.question(
    "q3-multi-head",
    points=0,
    alive=True,
    hint="each place of x gets a sum of what is looked at, by weights that hang on it",
)
def test_places_look_at_others(by_products, fairly, student, draws):
    by_products(
        "MultiHeadAttention",
        hint="write it with your attention, or with products and a softmax: no attention of torch's",
    )
    build, probe = some_heads(student, draws)
    probe.asking = 5  # as long as the memory: to take one for the other is an attempt
    x, memory, _ = probe.inputs((5,) * probe.heads, draws.seed())
    given = x, memory, HALF.expand(probe.heads, 5, -1)
    changed = torch.tensor([False, True, False, False, True]).unsqueeze(1)
    others = [torch.where(changed, each.flip(2), each) for each in (x, memory)]
    fewer = [
        each[:1] for each in (*others, given[2])
    ]  # what is kept for a shape is no matter here

    def look():
        attention = build().eval()
        attention.materialise(*given)
        attention.randomise(draws.seed())
        for part, name in enumerate(("states", "weights")):
            hangs_on(
                lambda *inputs, part=part: attention(*inputs)[part].transpose(1, -2)[
                    :2, [0, 2, 3]
                ],
                given,
                fewer,
                name="x and memory at places 2 and 5",
                what=f"the {name} of a place hang on other places",
            )

    fairly(look, "attention")


@pytest.mark.question(
    "q3-multi-head",
    points=0.75,
    essential=True,
    requires=("split-and-merge",),
    hint="D columns are cut into h heads, each attends, they are put side by side, then output maps them",
)
def test_states_are_those_of_torch(fairly, student, draws):
    def look():
        for heads in (3, 1, 4):
            build, probe = some_heads(student, draws, heads)
            x, _, _ = probe.inputs((1, 1), draws.seed())
            layers = dict.fromkeys((*MAPS, "output"), (probe.dim, probe.dim))
            has_layers(build(), layers, inputs=(x, x))
            agrees_with(
                build(),
                torchs(heads),
                (x, x),
                part=0,
                mistakes=mistakes(heads, probe.dim),
                what="the states are those of nn.MultiheadAttention with your weights",
                seed=draws.seed(),
                times=1,
                hint="cut into heads, attend in each, put them side by side, then self.output",
            )

    fairly(look, "attention")


@pytest.mark.question(
    "q3-multi-head",
    points=0.25,
    essential=True,
    requires=("weights-of-each-head",),
    hint="weights (B, h, L, S), those of each head",
)
def test_weights_are_those_of_each_head(fairly, student, draws):
    def look():
        for heads in (1, 4):
            build, probe = some_heads(student, draws, heads)
            x, _, _ = probe.inputs((1, 1), draws.seed())
            agrees_with(
                build(),
                torchs(heads),
                (x, x),
                part=1,
                mistakes=mistakes(heads, probe.dim)
                | {"one matrix a head: the weights are not averaged": averaged_weights(heads)},
                what="the weights (B, h, L, S) are those of nn.MultiheadAttention with your weights",
                seed=draws.seed(),
                times=1,
                hint="the weights (B, h, L, S) of the heads, as attention gives them",
            )
        probe.asking = 4  # as many as heads_differ has words
        heads_differ(build(), probe, probe.heads, seed=draws.seed())

    fairly(look, "attention")


def averaged_weights(heads):
    """A mistake: one matrix for all heads."""

    def attend(*given):
        states, weights = torchs(heads)(*given)
        return states, weights.mean(dim=1)

    return attend


@pytest.mark.question(
    "q3-multi-head",
    points=0.25,
    essential=True,
    requires=("reads-memory",),
    hint=FROM_MEMORY,
)
def test_x_asks_and_the_memory_answers(fairly, student, draws):
    build, probe = some_heads(student, draws)
    probe.asking = 5

    def look():
        x, memory, _ = probe.inputs((5,) * probe.heads, draws.seed())
        attention = build().eval()
        attention.materialise(x, memory)
        attention.randomise(draws.seed())
        states, weights = (
            lambda *inputs, part=part: attention(*inputs)[part] for part in (0, 1)
        )
        mask = HALF.expand(probe.heads, 1, -1)
        given = x, memory, mask
        other_x, other_memory = (x.flip(2), memory, mask), (x, memory.flip(2), mask)
        what = "the weights hang on x, which asks"
        hangs_on(weights, given, other_x, name="x", what=what, hint=ASKS)
        what = "the weights hang on the memory, which is looked at"
        hangs_on(weights, given, other_memory, name="memory", what=what, hint=FROM_MEMORY)
        state = attention.state()
        queries = {name: each for name, each in state.items() if name.startswith("query.")}
        attention.load({name: torch.zeros_like(each) for name, each in queries.items()})
        close_to(
            states(*other_x),
            states(*given),
            what="without a query the states do not hang on x",
            sent=f"{tensors_sent(given)}; then another x; the weight and the bias of query are 0",
            hint=FROM_MEMORY,
        )
        what = "the states hang on the memory"
        hangs_on(states, given, other_memory, name="memory", what=what, hint=FROM_MEMORY)

    fairly(look, "attention")


@pytest.mark.question(
    "q3-multi-head",
    points=0.25,
    requires=("mask",),
    hint="the mask gets an axis for the heads, unsqueeze(1), and hides the same places from each of them",
)
def test_masks(fairly, student, draws):
    heads = draws.between(2, 3)
    build, probe = some_heads(student, draws, heads)

    def look():
        for rows, longest in ((heads, 6), (heads + 1, 6), (3, 14), (2, probe.asking)):
            x, memory, _ = probe.inputs((longest,) * rows, draws.seed())
            for mask in some_masks(draws, rows, probe.asking, longest):
                hides_from_softmax(
                    build(),
                    (x, memory),
                    mask,
                    places=mask.unsqueeze(1),
                    seed=draws.seed(),
                    hint="the mask gets an axis for the heads: mask.unsqueeze(1) is (B, 1, L, S)",
                )
        nowhere = mask.clone()
        nowhere[:, 1] = False  # the second place alone
        weights = build().eval()(x, memory, nowhere)[1][:, :, 1]
        close_to(
            weights,
            torch.zeros_like(weights),
            what="a query that may look nowhere gets zeros",
            sent=f"{tensors_sent([x, memory, nowhere])}; the mask is False for place 2",
            hint="nothing to see: zeros for states and weights, never nan",
        )

    fairly(look, "attention")


def is_the_same_at_itself(student, attention, x):
    """A text that looks at itself gets what it gets where the memory is a copy of it, and the gradient of both."""
    itself, sent = (
        student.LooksAtItself(attention).eval(),
        f"{tensors_sent([x])}, as x and memory",
    )
    what, hint = "a text that looks at itself is a memory like any other", FROM_MEMORY
    upstream = torch.linspace(-1, 2, x.numel()).reshape(x.shape)
    for came, apart in zip(itself(x), attention(x, x.clone()), strict=True):
        close_to(came, apart, what=what, sent=sent, hint=hint)
    _, (came, *_) = itself.gradients((x,), upstream)
    _, (first, second, *_) = attention.gradients((x, x.clone()), upstream)
    close_to(came, first + second, what=what, sent=f"{sent}, and a gradient", hint=hint)


def some_masks(draws, rows, asking, longest):
    """Masks of keys, of each place, and of what comes later; the first text sees what the others do not."""
    places, texts = torch.arange(longest), torch.arange(rows).view(-1, 1, 1)
    seen = (places == 0) | ((places == 1) & (texts == 0))
    hidden = (places == longest - 1) | ((places == 1) & (texts > 0))
    later = torch.ones(asking, longest, dtype=torch.bool).tril().expand(rows, -1, -1)
    shares = [
        torch.rand(rows, each, longest, generator=draws.generator()) for each in (1, asking)
    ]
    return [*(((each > 0.5) | seen) & ~hidden for each in shares), later]


@pytest.mark.question(
    "q3-multi-head",
    points=0.25,
    requires=("mask", "alone"),
    hint="the mask hides padding from each head, and each text is read by itself",
)
def test_padding_and_other_texts(fairly, student, draws):
    build, probe = some_heads(student, draws)
    build_one, of_one = some_heads(student, draws, 1)

    def look():
        padded = {"lengths": draws.lengths(3, 6), "longest": 8, "under": 10.0}
        ignores_padding(build(), probe, **padded, seed=draws.seed(), times=1, hint=NOT_SUMMED)
        simplex(build(), probe, lengths=(*draws.lengths(2, 5), 0), seed=draws.seed(), times=1)
        asking = (probe.asking,) * 2
        permutes_with(build(), probe, lengths=asking, seed=draws.seed(), times=1)
        permutes_with(
            build(), probe, of="memory", lengths=(6, 4), seed=draws.seed(), times=1, hint=A_SET
        )
        for each, its in ((build, probe), (build_one, of_one)):
            reads_each_alone(each(), its, seed=draws.seed(), times=1)

    fairly(look, "attention")


@pytest.mark.question(
    "q3-multi-head",
    points=0.25,
    requires=("mask", "learned", "calls"),
    hint="four linear maps that are made in __init__ and learn, and new tensors at each call",
)
def test_it_learns_and_keeps_nothing(fairly, student, draws):
    build, probe = some_heads(student, draws)
    what = "states (B, L, D) and weights (B, h, L, S), for any B, L and S"

    def look():
        shapes(build(), probe, lengths=draws.lengths(3), seed=draws.seed(), what=what)
        answers_afresh(build(), probe, seed=draws.seed())
        registers_everything(build, probe, seed=draws.seed(), times=1)
        gradient_reaches(build(), probe, seed=draws.seed())
        moves_from_its_start(build(), probe, seed=draws.seed())
        x, memory, _ = probe.inputs((4, 4), draws.seed())
        differentiates(build(), (x, memory), names=["x", "memory"], seed=draws.seed())
        attention, mask = build().eval(), torch.ones(2, 1, 4, dtype=torch.bool)
        for under, without in zip(
            attention(x, memory, mask), attention(x, memory), strict=True
        ):
            close_to(
                under,
                without,
                what="a mask that hides nothing changes nothing",
                sent=f"{tensors_sent([x, memory, mask])}, all True; then without a mask",
                hint="with a mask or without: the same scores, the same softmax, the same sum",
            )
        is_the_same_at_itself(student, attention, x)
        leaves_inputs_alone(build(), probe, seed=draws.seed())
        same_in_training(build(), probe, seed=draws.seed())
        drops_nothing(build(), probe, seed=draws.seed())
        keeps_types(build(), probe, seed=draws.seed(), what="states and weights are of float32")

    fairly(look, "attention")
