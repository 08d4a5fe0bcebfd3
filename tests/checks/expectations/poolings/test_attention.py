"""Expectations on poolings: right ones meet them, and each mistake is missed where it shows, and named."""

from __future__ import annotations

import math
import time
from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

from amal_attention.checks import (
    check,
    depends_on_mean_alone,
    depends_on_text,
    follows_its_parameters,
    follows_large_scores,
    gives_zeros_without_words,
    gradient_reaches,
    ignores_padding,
    keeps_weights_of_words,
    log_weights_affine,
    one_query_for_all,
    reads_each_alone,
    reads_leftward,
    reads_order,
    registers_everything,
    shapes,
    simplex,
    sums_by_weights,
    survives_large_scores,
)
from amal_attention.checks.expectation import ExpectationMissed
from amal_attention.outcome import Outcome
from tests.checks.poolings import (
    DIM,
    RIGHT_MEANS,
    RIGHT_QUERIES,
    RIGHT_RECURRENTS,
    RIGHT_TEXT_QUERIES,
    WRONG_MEANS,
    WRONG_QUERIES,
    WRONG_RECURRENTS,
    WRONG_TEXT_QUERIES,
    Build,
    KeyedTextQuery,
    LinearScores,
    Mean,
    Query,
    Recurrent,
    SameTextQuery,
    TextQuery,
    VectorScores,
    filled,
    masked_mean,
    perceptron,
    relu_first,
    sigmoid_first,
    tanh_first,
)

Look = Callable[[Build], None]

LOOKS: dict[str, Look] = {
    "shapes": lambda build: shapes(build(), DIM, build().out_features),
    "simplex": lambda build: simplex(build(), DIM),
    "padding": lambda build: ignores_padding(build(), DIM),
    "alone": lambda build: reads_each_alone(build(), DIM),
    "sums": lambda build: sums_by_weights(build(), DIM),
    "large": lambda build: survives_large_scores(build(), DIM),
    "affine": lambda build: log_weights_affine(build(), DIM),
    "one query": lambda build: one_query_for_all(build(), DIM),
    "gradient": lambda build: gradient_reaches(build(), DIM),
    "registers": lambda build: registers_everything(build, DIM),
    "text": lambda build: depends_on_text(build(), DIM),
    "order": lambda build: reads_order(build(), DIM),
}

ALWAYS = ["shapes", "simplex", "padding", "alone", "large"]
OF_MEANS = [*ALWAYS, "sums", "one query"]
OF_QUERIES = [*OF_MEANS, "affine", "gradient", "registers"]
OF_TEXT_QUERIES = [*ALWAYS, "sums", "affine", "gradient", "registers", "text"]
OF_RECURRENTS = [*ALWAYS, "gradient", "registers", "text", "order"]


def missed(name: str, build: Build) -> Outcome | None:
    """What an expectation says of a pooling, if it is not met."""
    torch.manual_seed(5)
    try:
        LOOKS[name](build)
    except ExpectationMissed as caught:
        return caught.outcome
    return None


def all_missed(names: list[str], build: Build) -> dict[str, Outcome]:
    return {name: outcome for name in names if (outcome := missed(name, build))}


RIGHT = [
    pytest.param(names, build, id=f"{question}: {variant}")
    for question, names, variants in (
        ("mean", OF_MEANS, RIGHT_MEANS),
        ("query", OF_QUERIES, RIGHT_QUERIES),
        ("text", OF_TEXT_QUERIES, RIGHT_TEXT_QUERIES),
        ("recurrent", OF_RECURRENTS, RIGHT_RECURRENTS),
    )
    for variant, build in variants.items()
]


@pytest.mark.parametrize(("names", "build"), RIGHT)
def test_a_right_pooling_meets_every_expectation(names: list[str], build: Build) -> None:
    assert all_missed(names, build) == {}


NO_MASK = "rows sum to 1 only with padding counted"
LEFT_AXIS = "an axis of length 1 is left over"
BATCH_GONE = "squeeze() also squeezes a batch of one"
BENT = "no sigmoid, no ReLU, no tanh"
NOT_REGISTERED = "is not registered"
COUNTED = "divide by the number of words"
MIXED = "batch_first=True"
UNUSED = "is not used in the pooled vector"
EMBEDDINGS = "it has the width of the embeddings"

MISTAKES_OF_MEANS = {
    "counts padding": {"padding": COUNTED},
    "divides by the length": {"padding": COUNTED},
    "adds padding": {"padding": "what stands under the padding is added in"},
    "uniform over padding": {"simplex": "each place weighs 1 / the length", "padding": "each place weighs"},
    "weights of 1": {"simplex": "softmax over the words", "large": "softmax over the words", "sums": "are the weights"},
    "weights (B, L, 1)": {"shapes": LEFT_AXIS},
    "weights (L, B)": dict.fromkeys([name for name in OF_MEANS if name != "one query"], "its axes are swapped"),
    "weights (B, L, D)": dict.fromkeys(OF_MEANS, "one weight for each number of a word"),
    "weights (B,)": dict.fromkeys(OF_MEANS, "one weight a word"),
    "squeezed": {"shapes": BATCH_GONE},
    "over the batch": dict.fromkeys(OF_MEANS, "another number of reviews"),
    "all in one": dict.fromkeys(OF_MEANS, "the batch axis is gone"),
    "pooled (B, 1, D)": {"shapes": "an axis is left over"},
    "one batch size": dict.fromkeys(["shapes", "padding", "alone", "sums", "one query"], "is a batch size written"),
}

NAN = "there is a nan"
MISTAKES_OF_QUERIES = {
    "no mask": {"simplex": NO_MASK, "padding": NO_MASK},
    "scores times mask": {"simplex": NO_MASK, "padding": NO_MASK},
    "inverted": {
        **dict.fromkeys(["simplex", "padding", "gradient", "registers"], "the mask is inverted"),
        **dict.fromkeys(["alone", "sums", "large", "affine", "one query"], NAN),
    },
    "inverted, with a large number": {
        "simplex": "the mask is inverted",
        "padding": "the mask is inverted",
        "affine": "",
    },
    "over the batch": {
        **dict.fromkeys(["simplex", "alone", "large"], "the softmax goes over the batch"),
        "padding": "the softmax goes over the batch",
        "affine": "",
    },
    "cut after the softmax": {"simplex": "mask the scores before it", "padding": COUNTED},
    "sigmoid first": {"affine": "between 0 and 1 before the softmax: a sigmoid"},
    "relu first": {"affine": "no ReLU before the softmax"},
    "tanh first": {"affine": "between -1 and 1 before the softmax: a tanh"},
    "multilayer": {"affine": "no hidden layer"},
    "overflows": {"large": "subtract the largest score of the review first"},
    "no softmax": {
        "simplex": "a weight is negative",
        "large": "a weight is negative",
        "affine": BENT,
    },
    "sigmoids": {
        "simplex": "softmax over the words",
        "large": "softmax over the words",
        "sums": "are the weights that you return",
        "affine": "in place of a sigmoid",
    },
    "plain zeros": {"affine": "nn.Parameter", "gradient": NOT_REGISTERED},
    "plain random": {"gradient": NOT_REGISTERED, "registers": NOT_REGISTERED},
    "made in forward": {
        "padding": "another answer at the next call",
        "alone": "another answer at the next call",
        "one query": "another answer at the next call",
        "gradient": "make nothing anew in forward",
        "registers": "something random is made in forward",
    },
    "detached": {"gradient": "detach"},
    "no_grad": {"gradient": "no_grad"},
    "over the numbers of a word": dict.fromkeys(OF_QUERIES, "first reduce each word to one score"),
    "over an axis of 1": {
        "simplex": "softmax over the words, dim=1",
        "large": "softmax over the words, dim=1",
        "affine": "",
        "gradient": "changes nothing",
    },
    "other weights": {"sums": "this is the plain mean of the words", "gradient": UNUSED},
    "pooled only": dict.fromkeys(OF_QUERIES, "return both"),
    "a tuple of one": dict.fromkeys(OF_QUERIES, "return both"),
    "squeezed": {"shapes": BATCH_GONE},
    "a written batch size": dict.fromkeys(["shapes", "padding", "alone", "sums", "affine", "one query"], ""),
}

MISTAKES_OF_TEXT_QUERIES = {
    "padded mean": {"padding": COUNTED},
    "the same for all": {"text": "the query is the same for all texts"},
    "value unused": {"shapes": EMBEDDINGS, "gradient": UNUSED},
    "weights unused": {"sums": "this is the plain mean", "gradient": UNUSED},
    "layers in a list": {"registers": "nn.ModuleList"},
    "value of the sum": {"sums": "are the weights"},
    "relu first": {"affine": "no ReLU before the softmax"},
    "overflows": {"large": "exp overflows"},
    "no mask": {"simplex": NO_MASK, "padding": NO_MASK},
}

MISTAKES_OF_RECURRENTS = {
    "reads padding from the right": {"padding": "a recurrent layer that reads from the right meets the padding"},
    "reads padding from the right, 2 layers": {"padding": "a recurrent layer that reads from the right"},
    "batch_first left out": {"alone": MIXED, "text": ""},
    "scores of the embeddings": {"text": "the same for all texts"},
    "sums the embeddings": {"shapes": ""},
    "no recurrence": {"text": "the same for all texts", "order": "not at the states"},
}

WRONG = [
    pytest.param(names, variants[variant], hints, id=f"{question}: {variant}")
    for question, names, variants, mistakes in (
        ("mean", OF_MEANS, WRONG_MEANS, MISTAKES_OF_MEANS),
        ("query", OF_QUERIES, WRONG_QUERIES, MISTAKES_OF_QUERIES),
        ("text", OF_TEXT_QUERIES, WRONG_TEXT_QUERIES, MISTAKES_OF_TEXT_QUERIES),
        ("recurrent", OF_RECURRENTS, WRONG_RECURRENTS, MISTAKES_OF_RECURRENTS),
    )
    for variant, hints in mistakes.items()
]


@pytest.mark.parametrize(("names", "build", "hints"), WRONG)
def test_a_mistake_is_missed_by_the_expectations_concerned_and_named(
    names: list[str], build: Build, hints: dict[str, str]
) -> None:
    found = all_missed(names, build)
    assert set(found) == set(hints)
    assert {name: hints[name] in outcome.hint for name, outcome in found.items()} == dict.fromkeys(hints, True)


def test_every_mistake_is_tried() -> None:
    assert set(MISTAKES_OF_MEANS) == set(WRONG_MEANS)
    assert set(MISTAKES_OF_QUERIES) == set(WRONG_QUERIES)
    assert set(MISTAKES_OF_TEXT_QUERIES) == set(WRONG_TEXT_QUERIES)
    assert set(MISTAKES_OF_RECURRENTS) == set(WRONG_RECURRENTS)


# What a miss tells


def told(name: str, build: Build) -> Outcome:
    outcome = missed(name, build)
    assert outcome is not None
    return outcome


def test_weights_that_are_no_distribution_are_told_by_their_sums() -> None:
    outcome = told("simplex", WRONG_MEANS["uniform over padding"])
    assert outcome.sent == "3 reviews of 4, 2 and 1 words, padded to 4, in dimension 5"
    assert outcome.came == "sums of [1, 0.5, 0.25] over the words, and [0, 0.5, 0.75] on padding"
    assert outcome.expected == "sums of 1 over the words, and 0 on padding"


def test_a_review_that_padding_changes_is_told() -> None:
    class FirstCountsPadding(nn.Module):
        def forward(self, x: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
            count = mask.sum(1, keepdim=True)
            pooled = masked_mean(x, mask, count)
            pooled[1] = x[1].mean(dim=0)
            return pooled, mask / count

    outcome = told("padding", FirstCountsPadding)
    assert outcome.came.endswith("for review 2")
    assert outcome.sent.endswith("then the same beside one more text, of 7 words")


def test_weights_alone_that_padding_changes_are_seen() -> None:
    class Shaky(nn.Module):
        def forward(self, x: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
            count = mask.sum(1, keepdim=True)
            return masked_mean(x, mask, count), mask / count + mask * (~mask * x[..., 0]).sum(1, keepdim=True)

    assert "under the padding" in told("padding", Shaky).sent


def test_numbers_on_padding_that_are_never_summed_are_not_the_affair_of_the_padding() -> None:
    class Littered(nn.Module):
        def forward(self, x: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
            count = mask.sum(1, keepdim=True)
            return masked_mean(x, mask, count), mask / count + ~mask * x[..., 0]

    assert missed("padding", Littered) is None
    assert missed("simplex", Littered) is not None


def test_weights_alone_that_the_batch_changes_are_seen() -> None:
    class Shared(nn.Module):
        def forward(self, x: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
            count = mask.sum(1, keepdim=True)
            return masked_mean(x, mask, count), mask / count / len(x)

    assert "divided by something of the whole batch" in told("alone", Shared).hint


def test_the_review_that_the_batch_changes_is_told() -> None:
    class LastReads(nn.Module):
        def forward(self, x: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
            count = mask.sum(1, keepdim=True)
            pooled = masked_mean(x, mask, count)
            return pooled.cumsum(0), mask / count

    assert told("alone", LastReads).came.endswith("for review 2 of the batch")


def test_a_width_that_is_not_declared_is_told() -> None:
    class Silent(nn.Module):
        def forward(self, x: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
            return x.sum(1), mask.float()

    with pytest.raises(ExpectationMissed, match=r"out_features = None\n.*expected: out_features = 5\n.*self.out_feat"):
        shapes(Silent(), DIM, DIM)


def test_another_width_than_declared_is_told() -> None:
    pooling = Query(VectorScores(DIM))
    pooling.out_features = 6
    with pytest.raises(ExpectationMissed, match=r"pooled of shape \(3, 5\)\n.*expected: pooled of shape \(3, 6\)"):
        shapes(pooling, DIM, 6)


def test_the_width_of_the_embeddings_is_no_hint_where_it_is_not_theirs() -> None:
    pooling = TextQuery()
    pooling.out_features = 7
    with pytest.raises(ExpectationMissed) as caught:
        shapes(pooling, DIM, 7)
    assert caught.value.outcome.hint == ""


@pytest.mark.parametrize("out_features", [6, 2 * DIM])
def test_the_width_of_the_embeddings_is_told_be_it_half_of_the_one_expected_or_not(out_features: int) -> None:
    pooling = Query(VectorScores(DIM))
    pooling.out_features = out_features
    with pytest.raises(ExpectationMissed, match=EMBEDDINGS):
        shapes(pooling, DIM, out_features)


def test_a_bend_is_told_by_the_rises() -> None:
    outcome = told("affine", WRONG_QUERIES["relu first"])
    assert outcome.came.startswith("rises [") and outcome.came.count(", ") == 5


def test_a_hint_of_the_question_stands_where_the_expectation_leaves_room() -> None:
    with pytest.raises(ExpectationMissed, match="likely: read the states"):
        reads_order(Query(LinearScores(True)), DIM, hint="read the states")
    with pytest.raises(ExpectationMissed, match="likely: see the mean"):
        depends_on_text(SameTextQuery(), DIM, hint="see the mean")
    with pytest.raises(ExpectationMissed, match="likely: mind the direction"):
        ignores_padding(WRONG_RECURRENTS["reads padding from the right"](), DIM, hint="mind the direction")


def test_a_mistake_that_shows_goes_before_a_hint_of_the_question() -> None:
    with pytest.raises(ExpectationMissed, match="likely: rows sum to 1 only with padding"):
        ignores_padding(WRONG_QUERIES["no mask"](), DIM, hint="mind the direction")


class Partial(Query):
    """It leaves some words out of the softmax."""

    def __init__(self, kept: Callable[[Tensor, Tensor, Tensor], Tensor]) -> None:
        super().__init__(VectorScores(DIM))
        self.kept = kept

    def forward(self, x: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        weights = filled(self.scores(x), mask & self.kept(x, mask, self.scores(x)))
        return torch.einsum("bl,bld->bd", weights, x), weights


@pytest.mark.parametrize(
    ("kept", "hint"),
    [
        (lambda x, mask, scores: x.any(dim=2), "is taken for padding"),
        (lambda x, mask, scores: torch.arange(x.shape[1]) < 9, "words after the first 9 have no weight"),
        (
            lambda x, mask, scores: scores >= scores.where(mask, -9e9).topk(3)[0][:, -1:],
            "only the best words have weight",
        ),
    ],
)
def test_words_without_weight_are_named(kept: Callable[[Tensor, Tensor, Tensor], Tensor], hint: str) -> None:
    with pytest.raises(ExpectationMissed, match=hint):
        simplex(Partial(kept), DIM, lengths=(12, 12))


class Mapped(Query):
    """It sums something of the words in their place."""

    def __init__(self, change: Callable[[Tensor], Tensor]) -> None:
        super().__init__(VectorScores(DIM))
        self.change = change

    def forward(self, x: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        weights = super().forward(x, mask)[1]
        return torch.einsum("bl,bld->bd", weights, self.change(x)), weights


@pytest.mark.parametrize(
    ("change", "hint"),
    [
        (lambda x: 2 * x, "2 times as long as they should be"),
        (lambda x: nn.functional.normalize(x, dim=2), "made of length 1"),
        (torch.tanh, "something else than the words is summed"),
    ],
)
def test_values_that_are_not_the_words_are_named_where_words_are_summed(
    change: Callable[[Tensor], Tensor], hint: str
) -> None:
    sums_by_weights(Mapped(change), DIM)
    with pytest.raises(ExpectationMissed, match=hint):
        sums_by_weights(Mapped(change), DIM, of_words=True)


# Where one look would punish what is right, or let pass what is wrong


@pytest.mark.parametrize("bend", [relu_first, sigmoid_first, tanh_first])
@pytest.mark.parametrize("dim", [2, 3, 7, 50])
def test_a_bend_is_seen_in_any_dimension(bend: Callable[[Tensor, Tensor], Tensor], dim: int) -> None:
    with pytest.raises(ExpectationMissed, match="nothing bends"):
        log_weights_affine(Query(LinearScores(True, dim), bend), dim)


@pytest.mark.parametrize("dim", [2, 3, 7, 50, 300])
def test_a_straight_score_is_right_in_any_dimension(dim: int) -> None:
    for build in (lambda: Query(LinearScores(True, dim)), lambda: Query(VectorScores(dim))):
        log_weights_affine(build(), dim)
        one_query_for_all(build(), dim)
        simplex(build(), dim)
        ignores_padding(build(), dim)


def test_scores_that_grow_with_the_text_are_no_bend() -> None:
    """Weights too small for float32 tell nothing of the scores."""
    log_weights_affine(TextQuery(scale=9.0), DIM)


def test_a_query_of_one_narrow_layer_of_relus_depends_on_the_text() -> None:
    depends_on_text(TextQuery(perceptron(1, DIM)), DIM)


def test_a_key_bias_rightly_gets_no_gradient() -> None:
    torch.manual_seed(0)
    gradient_reaches(KeyedTextQuery(), DIM)


def test_a_packed_network_may_give_no_more_places_than_the_longest_review_has() -> None:
    ignores_padding(Recurrent(nn.LSTM, both=True), DIM)


def test_the_largest_score_may_be_sought_on_padding_too() -> None:
    survives_large_scores(RIGHT_QUERIES["linear with bias"](), DIM)


def test_a_query_is_not_the_first_word_again() -> None:
    """Words and parameters that came from one seed would be the same numbers: scores of the first word all positive."""
    seen = []

    class Watched(Query):
        def forward(self, x: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
            seen.append(torch.cosine_similarity(self.scores.query, x[0, 0], dim=0).item())
            return super().forward(x, mask)

    simplex(Watched(VectorScores(DIM)), DIM)
    assert max(seen) < 0.95


def test_a_nan_is_no_dependence_on_the_text_or_its_order() -> None:
    class Nan(nn.Module):
        def forward(self, x: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
            return x.sum(1), mask.float() * float("nan")

    assert "there is a nan" in told("text", Nan).hint
    assert "there is a nan" in told("order", Nan).hint


def test_a_module_keeps_what_it_is_given_and_gives_it_as_it_likes() -> None:
    """Expectations survive a module that writes into its inputs."""
    given = []

    class Greedy(Query):
        def forward(self, x: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
            given.append((x, mask))
            reply = super().forward(x.clone(), mask.clone())
            x.zero_()
            mask.fill_(False)
            return reply

    assert all_missed(OF_QUERIES, lambda: Greedy(VectorScores(DIM))) == {}


def test_a_leak_that_is_not_worth_a_number_is_still_no_0() -> None:
    class Faint(Query):
        def forward(self, x: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
            pooled, weights = super().forward(x, mask)
            return pooled, weights + 1e-8 * ~mask

    assert "padding still weighs a little" in told("simplex", lambda: Faint(VectorScores(DIM))).hint


def test_one_negative_weight_is_seen_in_a_row_that_sums_to_1() -> None:
    class Balanced(nn.Module):
        def forward(self, x: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
            weights = (mask / mask.sum(1, keepdim=True)).clone()
            weights[0, :2] += torch.tensor([1.0, -1.0])
            return x.sum(1), weights

    assert "a weight is negative" in told("simplex", Balanced).hint


def hint_of(weights: list[list[float]]) -> str:
    """What these weights of reviews of 4, 2 and 1 words hint at."""

    class Fixed(nn.Module):
        def forward(self, x: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
            return x.sum(1), torch.tensor(weights)

    return told("simplex", Fixed).hint


FULL = [0.25, 0.25, 0.25, 0.25]


def test_weights_of_0_are_no_inverted_mask() -> None:
    assert "inverted" not in hint_of([FULL, [0.0] * 4, [0.0] * 4])
    assert "inverted" in hint_of([FULL, [0, 0, 0.5, 0.5], [0, 0.25, 0.5, 0.25]])


def test_rows_that_sum_to_more_than_1_were_not_cut_after_the_softmax() -> None:
    assert "after the softmax" not in hint_of([FULL, [1, 1, 0, 0], [2, 0, 0, 0]])
    assert "after the softmax" in hint_of([FULL, [0.2, 0.25, 0, 0], [0.25, 0, 0, 0]])


def test_a_query_at_right_angles_to_the_words_of_a_look_is_a_query() -> None:
    class SeenOnce(Query):
        calls = 0

        def forward(self, x: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
            self.calls += 1
            return super().forward(x if self.calls == 1 else 0 * x, mask)

    log_weights_affine(SeenOnce(VectorScores(DIM)), DIM)


def test_weights_as_good_as_0_tell_nothing_of_the_query() -> None:
    """Scores so far apart that float32 holds only the largest weight."""
    one_query_for_all(Query(VectorScores(DIM), scale=40), DIM)
    depends_on_mean_alone(TextQuery(scale=40), DIM)
    with pytest.raises(ExpectationMissed, match="text"):
        depends_on_text(Query(VectorScores(DIM), scale=40), DIM)
    with pytest.raises(ExpectationMissed, match="came: a weight of 0"):
        depends_on_text(Query(VectorScores(DIM), scale=1e6), DIM)


def test_padding_that_is_not_1_is_no_distribution_either() -> None:
    """Rows that sum to less than 1 over the words, with nothing on padding and none full."""

    class Short(nn.Module):
        def forward(self, x: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
            return x.sum(1), 0.9 * mask / mask.sum(1, keepdim=True)

    assert told("simplex", Short).hint.startswith("weights come out of a softmax over the words, dim=1")


class OfTheFirstWord(TextQuery):
    """The query comes from the first word."""

    def mean(self, x: Tensor, mask: Tensor) -> Tensor:
        return x[:, 0]


class OfTheSum(TextQuery):
    """The query comes from the sum."""

    def mean(self, x: Tensor, mask: Tensor) -> Tensor:
        return (x * mask[..., None]).sum(dim=1)


class OfTheMaximum(TextQuery):
    """The query comes from the largest numbers."""

    def mean(self, x: Tensor, mask: Tensor) -> Tensor:
        return x.masked_fill(~mask[..., None], -1e9).amax(dim=1)


@pytest.mark.parametrize("build", RIGHT_TEXT_QUERIES.values(), ids=RIGHT_TEXT_QUERIES)
def test_a_right_query_comes_from_the_mean_alone(build: Build) -> None:
    depends_on_mean_alone(build(), DIM)


@pytest.mark.parametrize("build", [OfTheFirstWord, OfTheSum, OfTheMaximum])
def test_a_query_from_something_else_than_the_mean_is_told(build: Build) -> None:
    with pytest.raises(ExpectationMissed, match="likely: the query is a function of the mean of the words"):
        depends_on_mean_alone(build(), DIM)
    with pytest.raises(ExpectationMissed, match="likely: take the mean"):
        depends_on_mean_alone(build(), DIM, hint="take the mean")


def test_ten_expectations_take_less_than_half_a_second() -> None:
    build = RIGHT_QUERIES["parameter (d,)"]
    before = time.process_time()
    with check("toy") as report:
        for name in OF_QUERIES:
            LOOKS[name](build)
    assert report.headline == "10 of 10 met"
    assert time.process_time() - before < 0.5


def test_filled_is_what_softmax_gives_on_the_words_alone() -> None:
    """The tests' own building block, against the softmax of each review cut to its words."""
    scores, mask = torch.randn(2, 4), torch.tensor([[1, 1, 1, 1], [1, 1, 0, 0]]).bool()
    torch.testing.assert_close(filled(scores, mask)[1, :2], scores[1, :2].softmax(0))


# What hidden tests look at beside these


class Placed(Query):
    """The place of a word is added to its score."""

    def forward(self, x: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        weights = filled(self.scores(x).reshape(mask.shape) + 0.1 * torch.arange(x.shape[1]), mask)
        return (weights[..., None] * x).sum(dim=1), weights


OF_WORDS = {**RIGHT_MEANS, **RIGHT_QUERIES, **RIGHT_TEXT_QUERIES}


@pytest.mark.parametrize("build", OF_WORDS.values(), ids=OF_WORDS)
def test_a_right_bag_of_words_keeps_the_weights_of_words(build: Build) -> None:
    keeps_weights_of_words(build(), DIM)
    keeps_weights_of_words(build(), DIM, lengths=(60,), seed=3)


@pytest.mark.parametrize("build", [lambda: Placed(VectorScores(DIM)), Recurrent, OfTheFirstWord])
def test_a_place_that_counts_is_told(build: Build) -> None:
    with pytest.raises(ExpectationMissed, match="likely: the place of a word must not count"):
        keeps_weights_of_words(build(), DIM)
    with pytest.raises(ExpectationMissed, match="likely: turn"):
        keeps_weights_of_words(build(), DIM, hint="turn")


def test_words_that_are_cut_off_are_seen_in_a_long_review() -> None:
    class Cut(Query):
        def forward(self, x: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
            return super().forward(x, mask & (torch.arange(x.shape[1]) < 50))

    keeps_weights_of_words(Cut(VectorScores(DIM)), DIM)
    with pytest.raises(ExpectationMissed, match="each word's own weight"):
        keeps_weights_of_words(Cut(VectorScores(DIM)), DIM, lengths=(60,))


@pytest.mark.parametrize("build", RIGHT_QUERIES.values(), ids=RIGHT_QUERIES)
def test_a_right_query_follows_large_scores(build: Build) -> None:
    follows_large_scores(build(), DIM)
    follows_large_scores(build(), DIM, length=7, seed=9)


def clamped(scores: Tensor, mask: Tensor) -> Tensor:
    return filled(scores.clamp(-10, 10), mask)


def test_scores_that_are_cut_off_are_told() -> None:
    with pytest.raises(ExpectationMissed, match="no clamp before it"):
        follows_large_scores(Query(VectorScores(DIM), softmax=clamped), DIM)


class Shifted(VectorScores):
    """Something small beside the scores, which turns words that are nearly even."""

    def forward(self, x: Tensor) -> Tensor:
        return super().forward(x) + 0.1 * torch.arange(x.shape[1])


class Bent(VectorScores):
    """Scores within [-4, 4], where nothing cuts them off."""

    def forward(self, x: Tensor) -> Tensor:
        return 4 * (super().forward(x) / 4).tanh()


def test_what_turns_nearly_even_words_alone_is_no_cut() -> None:
    for seed in range(40):
        follows_large_scores(Query(Shifted(DIM)), DIM, length=12, seed=seed)


def test_bent_scores_are_left_to_the_test_of_the_law() -> None:
    for seed in range(40):
        follows_large_scores(Query(Bent(DIM)), DIM, length=12, seed=seed)


BOTH_WAYS = {name: build for name, build in RIGHT_RECURRENTS.items() if "both ways" in name or "turned" in name}
ONE_WAY = {name: build for name, build in RIGHT_RECURRENTS.items() if name not in BOTH_WAYS}


@pytest.mark.parametrize("build", BOTH_WAYS.values(), ids=BOTH_WAYS)
def test_what_reads_both_ways_knows_the_words_after(build: Build) -> None:
    reads_leftward(build(), DIM)


@pytest.mark.parametrize("build", ONE_WAY.values(), ids=ONE_WAY)
def test_what_reads_rightward_alone_is_told(build: Build) -> None:
    with pytest.raises(ExpectationMissed, match="likely: is bidirectional used"):
        reads_leftward(build(), DIM)


class WeightsByPlace(Query):
    """Right vectors, beside weights that go by the place."""

    def forward(self, x: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        return super().forward(x, mask)[0], filled(torch.arange(x.shape[1]).expand(mask.shape) * 1.0, mask)


def test_weights_alone_that_are_wrong_are_seen() -> None:
    with pytest.raises(ExpectationMissed, match="each word's own weight"):
        keeps_weights_of_words(WeightsByPlace(VectorScores(DIM)), DIM)


# A text without words


def of_nothing(pooled: float, weights: float) -> Build:
    class OfNothing(Mean):
        """Right, but for texts without words."""

        def forward(self, x: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
            right, shares = super().forward(x, mask)
            empty = ~mask.any(dim=1, keepdim=True)
            return right.masked_fill(empty, pooled), shares.masked_fill(empty, weights)

    return lambda: OfNothing(masked_mean)


@pytest.mark.parametrize(
    ("pooled", "weights", "hint"),
    [
        (math.nan, math.nan, "0 / 0 is nan"),
        (math.nan, 0.0, "0 / 0 is nan"),
        (0.0, math.nan, "0 / 0 is nan"),
        (1.0, 0.25, "padding weighs something"),
        (0.0, 0.25, "padding weighs something"),
        (1.0, 0.0, "something else than the words"),
    ],
)
def test_what_a_text_without_words_gives_is_told_by_what_came(pooled: float, weights: float, hint: str) -> None:
    with pytest.raises(ExpectationMissed) as caught:
        gives_zeros_without_words(of_nothing(pooled, weights)(), DIM, hint="a text without words gives zeros")
    assert hint in caught.value.outcome.hint


def test_a_softmax_over_the_batch_is_told_by_the_law_of_weights_too() -> None:
    def over_batch(scores: Tensor, mask: Tensor) -> Tensor:
        return scores.masked_fill(~mask, -1e9).softmax(dim=0)

    outcome = missed("affine", lambda: Query(VectorScores(DIM), over_batch))
    assert outcome is not None and "the softmax goes over the batch" in outcome.hint


class UnitQuery(nn.Module):
    """Its query is brought to length 1."""

    def __init__(self) -> None:
        super().__init__()
        self.query = nn.Parameter(torch.randn(DIM))

    def forward(self, x: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        weights = (x @ (self.query / self.query.norm())).masked_fill(~mask, -1e9).softmax(dim=1)
        return (weights.unsqueeze(2) * x).sum(dim=1), weights


def test_the_length_of_the_query_counts() -> None:
    for build in RIGHT_QUERIES.values():
        follows_its_parameters(build(), DIM)
    with pytest.raises(ExpectationMissed, match="nothing brings it to length 1"):
        follows_its_parameters(UnitQuery(), DIM)
