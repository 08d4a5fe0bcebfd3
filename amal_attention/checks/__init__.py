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
    logs_accuracy,
    optimises_everything,
    steady_in_evaluation,
    tunes_embeddings,
)
from amal_attention.checks.inputs import FixedAttention, some_reviews
from amal_attention.checks.learning import gradient_flows, gradient_reaches, registers_everything
from amal_attention.checks.pooling import (
    depends_on_mean_alone,
    depends_on_text,
    ignores_padding,
    log_weights_affine,
    one_query_for_all,
    reads_each_alone,
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
    "gives_logits",
    "gradient_flows",
    "gradient_reaches",
    "hands_over",
    "ignores_padding",
    "keeps_embeddings",
    "log_weights_affine",
    "logs_accuracy",
    "one_query_for_all",
    "optimises_everything",
    "reads_each_alone",
    "reads_order",
    "registers_everything",
    "shapes",
    "simplex",
    "some_reviews",
    "steady_in_evaluation",
    "summary",
    "sums_by_weights",
    "survives_large_scores",
    "tunes_embeddings",
]
