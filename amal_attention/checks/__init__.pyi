# Where each name of this package lives; `__init__.py` reads it, and so do type checkers.

__all__ = [
    "AttentionProbe",
    "DecoderLayerProbe",
    "DecoderProbe",
    "DistanceScore",
    "EncoderProbe",
    "FixedAttention",
    "FixedEncoder",
    "FixedScore",
    "FixedSpeech",
    "FixedSpeller",
    "ImageProbe",
    "KnownLayer",
    "KnownPoints",
    "KnownReader",
    "LanguageProbe",
    "LayerProbe",
    "LeakyDecoder",
    "LeakyEncoder",
    "MemoryProbe",
    "OwnEntropy",
    "PoolingProbe",
    "Probe",
    "ScoreProbe",
    "ScriptedDecoder",
    "ScriptedTranslator",
    "TranslatorProbe",
    "VectorProbe",
    "WindowProbe",
    "adds_to_its_input",
    "agrees_with",
    "answers_afresh",
    "are_pairs",
    "asks_in_evaluation",
    "asks_memory",
    "asks_with",
    "attends_states",
    "begins_alike",
    "bends",
    "bends_between_units",
    "carries_gradient",
    "carries_memory",
    "chains_its_parts",
    "chains_layers",
    "charges_entropy",
    "check",
    "close_to",
    "combines_by_tanh",
    "compares_by_text",
    "compares_each_pair",
    "compares_query_and_keys",
    "compares_states_before",
    "continues",
    "costs_cross_entropy",
    "costs_tokens",
    "counts_labels",
    "decides_by_pooling",
    "decides_linearly",
    "decodes_alike",
    "decodes_as_scripted",
    "decodes_by_script",
    "depends_on_first_word_alone",
    "depends_on_mean_alone",
    "depends_on_text",
    "differ",
    "differentiates",
    "draws_by_temperature",
    "draws_while_training",
    "drops_each_part",
    "drops_in_training",
    "drops_nothing",
    "drops_what_it_adds",
    "ends_with_norm",
    "equal_to",
    "exchanged",
    "extends_its_prompt",
    "fills_the_mask",
    "final_is_last_state",
    "follows_attention",
    "follows_its_loss",
    "follows_its_parameters",
    "follows_large_scores",
    "follows_memory",
    "follows_trajectory",
    "gives_constants",
    "gives_logits",
    "gives_tokens",
    "gives_zeros_without_words",
    "gradient_flows",
    "gradient_reaches",
    "grows_by_layers",
    "grows_by_units",
    "hands_on",
    "hands_over",
    "hands_over_in_training",
    "hangs_on",
    "hangs_on_depth",
    "hangs_on_memory",
    "hangs_on_order",
    "has_layers",
    "heads_differ",
    "hears_other_places",
    "hides_from_softmax",
    "ignores_padding",
    "is_bilinear",
    "is_perceptron",
    "keeps_embeddings",
    "keeps_one_vector",
    "keeps_padding",
    "keeps_rows_apart",
    "keeps_state_small",
    "keeps_types",
    "keeps_weights_of_words",
    "learns_through_time",
    "learns_to_find",
    "learns_values",
    "learns_weights",
    "leaves_alone",
    "leaves_arguments_alone",
    "leaves_inputs_alone",
    "leaves_its_start",
    "leaves_parameters_alone",
    "levels_off",
    "log_weights_affine",
    "logs_accuracy",
    "looks_at_no_memory",
    "looks_by_its_norm",
    "looks_from_one_vector",
    "looks_past_gaps",
    "minds_every_place",
    "minds_the_order",
    "moves_from_its_start",
    "moves_with_words",
    "moves_within",
    "normalises",
    "one_query_for_all",
    "optimises_everything",
    "passes_through",
    "permutes_with",
    "pulls_by_entropy",
    "reaches_far_back",
    "reads_both_ways",
    "reads_by_its_weights",
    "reads_by_weights",
    "reads_each_alone",
    "reads_leftward",
    "reads_order",
    "registers_everything",
    "same_in_training",
    "scales_and_shifts",
    "scores_by_perceptron",
    "scores_keys_by_perceptron",
    "scores_places",
    "sees_attention_vector_alone",
    "sees_its_past",
    "sees_no_future",
    "shapes",
    "shows_last_layer",
    "simplex",
    "some_lines",
    "some_texts",
    "starts_from_state",
    "state_sees_memory",
    "stays_finite",
    "steady_in_evaluation",
    "steps_by_lr",
    "stops_at_end",
    "summary",
    "sums_by_weights",
    "sums_states",
    "sums_values",
    "survives_large_scores",
    "takes_its_parts_in_turn",
    "trains_as",
    "tunes_embeddings",
    "uses_last_layer",
    "uses_no",
    "validates_over_tokens",
    "validates_plainly",
    "weighs_by_score",
    "weighs_words_apart",
    "weights_carry_gradient",
    "with_one_model",
    "writes_by_what_it_reads",
    "writes_logits",
]

from .checking import check, summary
from .expectations.adversaries.models import gives_constants, leaves_alone
from .expectations.adversaries.moves import keeps_padding, moves_within
from .expectations.adversaries.trajectory import follows_trajectory
from .expectations.any_module import agrees_with
from .expectations.classifiers.attention import decides_by_pooling, follows_attention, hands_over_in_training
from .expectations.classifiers.embeddings import keeps_embeddings, tunes_embeddings
from .expectations.classifiers.logits import decides_linearly, gives_logits, hands_over, steady_in_evaluation
from .expectations.classifiers.losses import costs_cross_entropy, counts_labels, follows_its_loss
from .expectations.classifiers.penalty import OwnEntropy, charges_entropy, pulls_by_entropy
from .expectations.classifiers.steps import optimises_everything, steps_by_lr
from .expectations.classifiers.validation import logs_accuracy, validates_plainly
from .expectations.functions import differentiates, hangs_on, keeps_rows_apart, leaves_arguments_alone, stays_finite
from .expectations.layers.by_hand import uses_no
from .expectations.layers.decoder import drops_each_part, takes_its_parts_in_turn
from .expectations.layers.dropout import draws_while_training, drops_in_training, drops_nothing, drops_what_it_adds
from .expectations.layers.heads import has_layers, heads_differ
from .expectations.layers.masks import hides_from_softmax
from .expectations.layers.memory import asks_memory, hangs_on_memory
from .expectations.layers.network import bends, bends_between_units, grows_by_units
from .expectations.layers.norms import scales_and_shifts
from .expectations.layers.residual import adds_to_its_input, chains_its_parts, normalises, passes_through
from .expectations.layers.sets import permutes_with
from .expectations.layers.stacks import chains_layers, ends_with_norm, grows_by_layers, hands_on, hangs_on_depth
from .expectations.layers.weights import looks_by_its_norm, reads_by_its_weights
from .expectations.poolings.alive import compares_by_text, moves_with_words, weighs_words_apart
from .expectations.poolings.attention import (
    depends_on_first_word_alone,
    depends_on_mean_alone,
    depends_on_text,
    follows_its_parameters,
    follows_large_scores,
    gives_zeros_without_words,
    keeps_weights_of_words,
    log_weights_affine,
    one_query_for_all,
    sums_by_weights,
    survives_large_scores,
)
from .expectations.poolings.by_width import (
    answers_afresh,
    gradient_reaches,
    ignores_padding,
    keeps_types,
    leaves_inputs_alone,
    leaves_parameters_alone,
    reads_each_alone,
    registers_everything,
    same_in_training,
    shapes,
    simplex,
)
from .expectations.poolings.learning import (
    carries_gradient,
    gradient_flows,
    learns_to_find,
    learns_values,
    learns_weights,
    leaves_its_start,
    weights_carry_gradient,
)
from .expectations.poolings.probe import PoolingProbe
from .expectations.poolings.readout import keeps_one_vector, looks_from_one_vector, sums_states
from .expectations.poolings.states import attends_states, carries_memory, reads_leftward, reads_order, uses_last_layer
from .expectations.sequences.attention import (
    asks_with,
    combines_by_tanh,
    follows_memory,
    levels_off,
    reads_by_weights,
    sees_attention_vector_alone,
    state_sees_memory,
    weighs_by_score,
)
from .expectations.sequences.continuing import asks_in_evaluation, continues, draws_by_temperature, extends_its_prompt
from .expectations.sequences.decoding import (
    decodes_alike,
    keeps_state_small,
    looks_at_no_memory,
    starts_from_state,
    writes_by_what_it_reads,
    writes_logits,
)
from .expectations.sequences.encoder import (
    fills_the_mask,
    final_is_last_state,
    hangs_on_order,
    learns_through_time,
    reads_both_ways,
    shows_last_layer,
)
from .expectations.sequences.greedy import (
    decodes_as_scripted,
    decodes_by_script,
    gives_tokens,
    stops_at_end,
    with_one_model,
)
from .expectations.sequences.order import minds_every_place, minds_the_order
from .expectations.sequences.past_and_future import (
    begins_alike,
    hears_other_places,
    looks_past_gaps,
    reaches_far_back,
    sees_its_past,
    sees_no_future,
)
from .expectations.sequences.scores import (
    compares_each_pair,
    compares_query_and_keys,
    is_bilinear,
    is_perceptron,
    scores_places,
)
from .expectations.sequences.translating import costs_tokens, trains_as, validates_over_tokens
from .expectations.sequences.window import (
    compares_states_before,
    scores_by_perceptron,
    scores_keys_by_perceptron,
    sums_values,
)
from .expectations.start import moves_from_its_start
from .probes.decoding import DecoderProbe
from .probes.heads import AttentionProbe, MemoryProbe
from .probes.images import ImageProbe
from .probes.language import LanguageProbe, TranslatorProbe
from .probes.memory import DecoderLayerProbe
from .probes.probe import Probe
from .probes.scores import ScoreProbe
from .probes.sequences import EncoderProbe, some_lines
from .probes.texts import LayerProbe, VectorProbe, exchanged, some_texts
from .probes.window import WindowProbe
from .subjects.stand_ins.attention import DistanceScore, FixedScore
from .subjects.stand_ins.known import KnownLayer, KnownPoints, KnownReader
from .subjects.stand_ins.leaky import LeakyDecoder, LeakyEncoder
from .subjects.stand_ins.sequences import FixedEncoder, ScriptedDecoder
from .subjects.stand_ins.speech import FixedSpeech, FixedSpeller, ScriptedTranslator
from .subjects.stand_ins.texts import FixedAttention
from .values import are_pairs, close_to, differ, equal_to
