"""Expectations on a student's code, and how a check is shown. It knows no lab, and no answer.

A notebook's test cell gathers expectations in a check::

    with check("q2-learned-query"):
        simplex(LearnedQueryPooling(dim=5), dim=5)

and a hidden test uses the same expectations, which then raise an ``AssertionError``.
"""

from amal_attention.checks.check import check, summary
from amal_attention.checks.classifier import (
    charges_entropy,
    costs_cross_entropy,
    counts_labels,
    gives_logits,
    hands_over,
    keeps_embeddings,
    learns_labels,
    logs_accuracy,
    lowers_loss,
    optimises_everything,
    pulls_by_entropy,
    steady_in_evaluation,
    steps_by_lr,
    tunes_embeddings,
)
from amal_attention.checks.inputs import FixedAttention, some_reviews
from amal_attention.checks.learning import (
    gradient_flows,
    gradient_reaches,
    learns_to_find,
    registers_everything,
)
from amal_attention.checks.pooling import (
    depends_on_mean_alone,
    depends_on_text,
    follows_large_scores,
    ignores_padding,
    keeps_weights_of_words,
    log_weights_affine,
    one_query_for_all,
    reads_each_alone,
    reads_leftward,
    reads_order,
    shapes,
    simplex,
    sums_by_weights,
    survives_large_scores,
)
from amal_attention.checks.values import close_to, equal_to

__all__ = [
    "FixedAttention",
    "charges_entropy",
    "check",
    "close_to",
    "costs_cross_entropy",
    "counts_labels",
    "depends_on_mean_alone",
    "depends_on_text",
    "equal_to",
    "follows_large_scores",
    "gives_logits",
    "gradient_flows",
    "gradient_reaches",
    "hands_over",
    "ignores_padding",
    "keeps_embeddings",
    "keeps_weights_of_words",
    "learns_labels",
    "learns_to_find",
    "log_weights_affine",
    "logs_accuracy",
    "lowers_loss",
    "one_query_for_all",
    "optimises_everything",
    "pulls_by_entropy",
    "reads_each_alone",
    "reads_leftward",
    "reads_order",
    "registers_everything",
    "shapes",
    "simplex",
    "some_reviews",
    "steady_in_evaluation",
    "steps_by_lr",
    "summary",
    "sums_by_weights",
    "survives_large_scores",
    "tunes_embeddings",
]
