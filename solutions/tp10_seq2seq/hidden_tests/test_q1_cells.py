"""Hidden tests of exercises 1.1 to 1.3: one step of three recurrent cells, held to their equations in float64."""

import pytest
import torch
from torch import Tensor, nn

from amal_attention.checks import (
    agrees_with,
    close_to,
    differentiates,
    hangs_on,
    keeps_rows_apart,
    leaves_arguments_alone,
    stays_finite,
)
from amal_attention.checks.values import same

OF_RNN = ("x", "h", "w_h", "w_x")
OF_LSTM = ("x", "state", "w")
OF_GRU = ("x", "h", "w")
TENSORS_OF_LSTM = ("x", "h", "c", *(f'w["{gate}"]' for gate in "fioc"))
TENSORS_OF_GRU = ("x", "h", *(f'w["{gate}"]' for gate in "zrh"))


def some_sizes(draws):
    """B, D and H, which all differ."""
    return draws.sizes(3, 2, 6)


def some_numbers(draws, *shape, times=1.0):
    return times * torch.randn(shape, generator=draws.generator())


def for_rnn(draws, sizes, times=0.5):
    """What an RNN cell is called with: B, D and H are the sizes, and ``times`` is how large the matrices are."""
    rows, dim, hidden = sizes
    x, h = some_numbers(draws, rows, dim), some_numbers(draws, rows, hidden)
    w_h = some_numbers(draws, hidden, hidden, times=times)
    return x, h, w_h, some_numbers(draws, dim, hidden, times=times)


def for_gru(draws, sizes, times=0.5, gates="zrh"):
    """What a GRU cell is called with."""
    rows, dim, hidden = sizes
    x, h = some_numbers(draws, rows, dim), some_numbers(draws, rows, hidden)
    w = {gate: some_numbers(draws, hidden + dim, hidden, times=times) for gate in gates}
    return x, h, w


def for_lstm(draws, sizes, times=0.5):
    """What an LSTM cell is called with."""
    x, h, w = for_gru(draws, sizes, times, gates="fioc")
    return x, (h, some_numbers(draws, *h.shape, times=1.5)), w


def with_other_matrices(inputs):
    """The same inputs with the rows of each matrix in another order."""
    *read, w = inputs
    return *read, {gate: each.flip(0) for gate, each in w.items()}


def in_double(nest):
    """The same numbers in float64."""
    if isinstance(nest, dict):
        return {name: in_double(each) for name, each in nest.items()}
    return tuple(map(in_double, nest)) if isinstance(nest, tuple) else nest.double()


def rnn(x, h, w_h, w_x):
    return torch.tanh(h @ w_h + x @ w_x)


RNN_MISTAKES = {
    "one tanh over the sum of the two products, not the sum of two": lambda x, h, w_h, w_x: (
        (h @ w_h).tanh() + (x @ w_x).tanh()
    ),
    "a sigmoid stands in the place of the tanh": lambda *inputs: arctanh_of(inputs).sigmoid(),
    "a ReLU stands in the place of the tanh": lambda *inputs: arctanh_of(inputs).relu(),
    "the tanh is missing": lambda *inputs: arctanh_of(inputs),
    "row vectors: h @ w_h, the matrix as it is and not transposed": lambda x, h, w_h, w_x: rnn(
        x, h, w_h.T, w_x
    ),
    "the state before is left out: h @ w_h": lambda x, h, w_h, w_x: rnn(x, 0 * h, w_h, w_x),
    "the input is left out: x @ w_x": lambda x, h, w_h, w_x: rnn(0 * x, h, w_h, w_x),
    "the state before is added once more": lambda x, h, w_h, w_x: h + rnn(x, h, w_h, w_x),
}


def arctanh_of(inputs):
    """The sum that the tanh of an RNN cell is taken of."""
    x, h, w_h, w_x = inputs
    return h @ w_h + x @ w_x


@pytest.mark.question(
    "q1-rnn-cell",
    points=0,
    alive=True,
    hint="the state after is made with both matrices, and nothing is kept from one call to the next",
)
def test_an_rnn_cell_uses_its_matrices(student, draws):
    x, h, w_h, w_x = for_rnn(draws, some_sizes(draws))
    others = (x, h, w_h.flip(0), w_x.flip(0))
    hangs_on(student.rnn_cell, (x, h, w_h, w_x), others, name="w_h and w_x")


@pytest.mark.question(
    "q1-rnn-cell",
    points=0.375,
    essential=True,
    requires=("equation",),
    hint="the sum of h W_h and x W_x, then one tanh",
)
def test_rnn_equation(student, draws):
    sizes = some_sizes(draws)
    for _ in range(3):
        inputs = in_double(for_rnn(draws, sizes))
        close_to(
            student.rnn_cell(*(each.float() for each in inputs)),
            rnn(*inputs),
            what="one step on random numbers",
            mistakes={hint: wrong(*inputs) for hint, wrong in RNN_MISTAKES.items()},
            sent=told(inputs[0], inputs[1]),
        )
    x, h, _, _ = for_rnn(draws, some_sizes(draws))
    cell = nn.RNNCell(x.shape[1], h.shape[1], bias=False)
    agrees_with(
        student.rnn_cell,
        lambda x, h, *_: cell(x, h),
        (x, h, cell.weight_hh.T.detach(), cell.weight_ih.T.detach()),
        what="one step as torch's nn.RNNCell takes it, without bias",
    )


def told(x, h):
    """B, D and H in words."""
    return f"B = {len(x)}, D = {x.shape[1]}, H = {h.shape[1]}"


@pytest.mark.question(
    "q1-rnn-cell",
    points=0.125,
    requires=("rows", "calls"),
    hint="each row by itself, in a batch of one too; nothing changed in place or cut off",
)
def test_rnn_rows_and_calls(student, draws):
    inputs = for_rnn(draws, some_sizes(draws))
    keeps_rows_apart(student.rnn_cell, inputs, shared=(2, 3))
    for each in (inputs, in_double(inputs)):
        leaves_arguments_alone(student.rnn_cell, each, names=OF_RNN)
    stays_finite(student.rnn_cell, for_rnn(draws, some_sizes(draws), times=1000))
    differentiates(student.rnn_cell, inputs, names=OF_RNN, seed=draws.seed())


def lstm(x, state, w, order="fioc", candidate=torch.tanh, turned=False):
    """The equations; what is given by name says otherwise.

    Args:
        x: the input.
        state: h and c before.
        w: the matrices.
        order: the matrices of the forget gate, of the input gate, of the output gate and of the candidate.
        candidate: in the place of its tanh.
        turned: whether the input stands before the state.
    """
    h, c = state
    both = torch.cat([x, h] if turned else [h, x], dim=1)
    forget, let_in, let_out, new = (both @ w[gate] for gate in order)
    c = forget.sigmoid() * c + let_in.sigmoid() * candidate(new)
    return let_out.sigmoid() * c.tanh(), c


WRONG_CELLS = {
    "f multiplies the old cell, i the candidate: the two gates are exchanged": {
        "order": "ifoc"
    },
    "each matrix has the name of its gate: here they are taken in another order": {
        "order": "ifco"
    },
    "c̃ and h̃ = tanh(…): a candidate is no gate, and takes no sigmoid": {
        "candidate": torch.sigmoid
    },
    "the tanh of the candidate is missing": {"candidate": lambda new: new},
    "the state comes first: [h, x], not [x, h]": {"turned": True},
}


def state_after(student, inputs, mend=False):
    """h and c as they come back; with ``mend`` the other way round where that is how they are, since one test says so."""
    h, c = student.lstm_cell(*inputs)
    return (c, h) if mend and same(h, lstm(*in_double(inputs))[1]) else (h, c)


@pytest.mark.question(
    "q1-lstm-cell",
    points=0,
    alive=True,
    hint="h and c after are made with the matrices of the gates",
)
def test_an_lstm_cell_uses_its_matrices(student, draws):
    inputs = for_lstm(draws, some_sizes(draws))
    hangs_on(student.lstm_cell, inputs, with_other_matrices(inputs), name="w")


@pytest.mark.question(
    "q1-lstm-cell",
    points=0.375,
    essential=True,
    requires=("equation",),
    hint="c after is f · c + i · c̃, each gate by its own matrix",
)
def test_lstm_cell_state(student, draws):
    sizes = some_sizes(draws)
    for _ in range(3):
        given = for_lstm(draws, sizes)
        x, (h, c), w = inputs = in_double(given)
        (right_h, right_c) = lstm(*inputs)
        mistakes = {
            "the pair is (h, c): the state first": right_h,
            "the old cell is left out: f · c": right_c
            - (torch.cat([h, x], dim=1) @ w["f"]).sigmoid() * c,
        }
        mistakes |= {hint: lstm(*inputs, **wrong)[1] for hint, wrong in WRONG_CELLS.items()}
        _, came = state_after(student, given)
        close_to(came, right_c, what="c after one step", mistakes=mistakes, sent=told(x, h))


@pytest.mark.question(
    "q1-lstm-cell",
    points=0.25,
    essential=True,
    requires=("equation",),
    hint="h after is o · tanh(c), of the new c",
)
def test_lstm_state_that_is_shown(student, draws):
    sizes = some_sizes(draws)
    for _ in range(3):
        given = for_lstm(draws, sizes)
        x, (h, c), w = inputs = in_double(given)
        came, new = state_after(student, given, mend=True)
        new = new.double()
        cells = [lstm(*inputs, **wrong) for wrong in WRONG_CELLS.values()]
        charged = next((right_h for right_h, wrong_c in cells if same(wrong_c, new)), None)
        gates = {gate: (torch.cat([h, x], dim=1) @ w[gate]).sigmoid() for gate in w}
        mistakes = {
            "the tanh around the cell is missing: h = o · tanh(c)": gates["o"] * new,
            "h is made of the new cell, not of the old one": gates["o"] * c.tanh(),
            "the output gate is missing: h = o · tanh(c)": new.tanh(),
            "the state comes first: [h, x], not [x, h]": lstm(x, (h, c), w, turned=True)[0],
            "each matrix has the name of its gate: here they are taken in another order": gates[
                "c"
            ]
            * new.tanh(),
        }
        close_to(
            came,
            gates["o"] * new.tanh() if charged is None else charged,
            what="h after one step, with the c that comes back",
            mistakes=mistakes,
            sent=told(x, h),
        )


@pytest.mark.question(
    "q1-lstm-cell",
    points=0.125,
    requires=("rows", "calls"),
    hint="each row by itself, in a batch of one too; nothing changed in place or cut off",
)
def test_lstm_rows_and_calls(student, draws):
    inputs = for_lstm(draws, some_sizes(draws))
    keeps_rows_apart(student.lstm_cell, inputs, shared=(2,))
    for each in (inputs, in_double(inputs)):
        leaves_arguments_alone(student.lstm_cell, each, names=OF_LSTM)
    stays_finite(student.lstm_cell, for_lstm(draws, some_sizes(draws), times=1000))
    differentiates(student.lstm_cell, inputs, names=TENSORS_OF_LSTM, seed=draws.seed())


def gru(
    x,
    h,
    w,
    candidate=torch.tanh,
    turned=False,
    reset=None,
    step=lambda z, h, new: (1 - z) * h + z * new,
):
    """The equations; what is given by name says otherwise.

    Args:
        x: the input.
        h: the state before.
        w: the matrices.
        candidate: in the place of its tanh.
        turned: whether the input stands before the state.
        reset: gives what the candidate is the tanh of, of r, h, x and the two blocks of its matrix.
        step: gives the state after, of z, the state before and the candidate.
    """
    both = torch.cat([x, h] if turned else [h, x], dim=1)
    z, r = (torch.sigmoid(both @ w[gate]) for gate in "zr")
    if reset is None:
        read = torch.cat([x, r * h] if turned else [r * h, x], dim=1) @ w["h"]
    else:
        read = reset(r, h, x, *w["h"].split([h.shape[1], x.shape[1]]))
    return step(z, h, candidate(read))


WRONG_STEPS = {
    "here z is what is renewed, (1 - z) · h + z · h̃; torch writes it the other way": {
        "step": lambda z, h, new: z * h + (1 - z) * new
    },
    "what is renewed is not kept: (1 - z) · h, not h": {"step": lambda z, h, new: h + z * new},
    "c̃ and h̃ = tanh(…): a candidate is no gate, and takes no sigmoid": {
        "candidate": torch.sigmoid
    },
    "the tanh of the candidate is missing": {"candidate": lambda new: new},
    "the state comes first: [h, x], not [x, h]": {"turned": True},
}


CANDIDATE_TURNED = {
    "the state comes first for the candidate too: [r · h, x]": {
        "reset": lambda r, h, x, of_h, of_x: (
            torch.cat([x, r * h], dim=1) @ torch.cat([of_h, of_x])
        )
    }
}


@pytest.mark.question(
    "q1-gru-cell",
    points=0,
    alive=True,
    hint="the state after is made with the matrices of the gates",
)
def test_a_gru_cell_uses_its_matrices(student, draws):
    inputs = for_gru(draws, some_sizes(draws))
    hangs_on(student.gru_cell, inputs, with_other_matrices(inputs), name="w")


@pytest.mark.question(
    "q1-gru-cell",
    points=0.375,
    essential=True,
    requires=("equation",),
    hint="(1 - z) · h + z · h̃, with h̃ = tanh(…)",
)
def test_gru_equation_where_nothing_is_reset(student, draws):
    sizes = some_sizes(draws)
    for _ in range(3):
        x, h, w = for_gru(draws, sizes)
        w["r"] = torch.full_like(
            w["r"], 40
        )  # with what is positive, r is 1, wherever it multiplies
        given = (x.abs() + 0.5, h.abs() + 0.5, w)
        inputs = in_double(given)
        close_to(
            student.gru_cell(*given),
            gru(*inputs),
            what="one step on random numbers, where r is 1",
            mistakes={
                hint: gru(*inputs, **wrong)
                for hint, wrong in (WRONG_STEPS | CANDIDATE_TURNED).items()
            },
            sent=told(x, h),
        )


WRONG_RESETS = {
    "r multiplies h before the product: [r · h, x] W; torch's GRU does it after": lambda r, h, x, of_h, of_x: (
        r * (h @ of_h) + x @ of_x
    ),
    "r multiplies h alone, and not the input": lambda r, h, x, of_h, of_x: (
        (r * h) @ of_h + (r * x) @ of_x
    ),
    "r multiplies h, not the whole sum": lambda r, h, x, of_h, of_x: r * (h @ of_h + x @ of_x),
    "nothing is reset: the candidate reads r · h": lambda r, h, x, of_h, of_x: (
        h @ of_h + x @ of_x
    ),
    "r is what is kept of h: r · h, not (1 - r) · h": lambda r, h, x, of_h, of_x: (
        ((1 - r) * h) @ of_h + x @ of_x
    ),
}


@pytest.mark.question(
    "q1-gru-cell",
    points=0.25,
    essential=True,
    requires=("reset",),
    hint="the candidate is tanh([r · h, x] W): r multiplies h before the product",
)
def test_gru_reset_where_half_is_renewed(student, draws):
    rows, hidden = draws.sizes(2, 2, 6)
    for _ in range(3):
        x, h = some_numbers(draws, rows, hidden), some_numbers(draws, rows, hidden)
        half = {gate: some_numbers(draws, hidden, hidden) for gate in "rh"}
        # With both halves of a matrix the same, it does not count which of h and x comes first.
        w = {gate: torch.cat([each, each]) for gate, each in half.items()}
        w["z"] = torch.zeros_like(w["r"])
        inputs = in_double((x, h, w))
        came, steps = (
            student.gru_cell(x, h, w),
            [gru(*inputs, **wrong) for wrong in WRONG_STEPS.values()],
        )
        charged = next(
            (step for step in steps if isinstance(came, Tensor) and same(came, step)), None
        )
        close_to(
            came,
            gru(*inputs) if charged is None else charged,
            what="one step on random numbers, where z is 1/2",
            mistakes={hint: gru(*inputs, reset=wrong) for hint, wrong in WRONG_RESETS.items()},
            sent=told(x, h),
        )


@pytest.mark.question(
    "q1-gru-cell",
    points=0.125,
    requires=("rows", "calls"),
    hint="each row by itself, in a batch of one too; nothing changed in place or cut off",
)
def test_gru_rows_and_calls(student, draws):
    inputs = for_gru(draws, some_sizes(draws))
    keeps_rows_apart(student.gru_cell, inputs, shared=(2,))
    for each in (inputs, in_double(inputs)):
        leaves_arguments_alone(student.gru_cell, each, names=OF_GRU)
    stays_finite(student.gru_cell, for_gru(draws, some_sizes(draws), times=1000))
    differentiates(student.gru_cell, inputs, names=TENSORS_OF_GRU, seed=draws.seed())
