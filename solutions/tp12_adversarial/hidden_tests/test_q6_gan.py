"""Hidden tests of exercise 6.2: a point that ignores its noise and a linear discriminator, followed step by step."""

import contextlib

import pytest
import torch

from amal_attention.checks import close_to, differ, equal_to, follows_trajectory

PLAYERS = {
    "w": "discriminator.weight",
    "b": "discriminator.bias",
    "point": "generator.point",
}
OF_DISCRIMINATOR = ("w", "b")
SAFE = 0.02
ADD_UP = (
    "gradients of both steps add up: detach the made points, and zero_grad before each backward"
)


class Adam:
    """Steps of Adam as its paper writes them, for values by name.

    ``smallest`` is the smallest size of any gradient: where one is nearly 0, Adam steps by rounding alone. ``largest`` is
    the largest.
    """

    def __init__(self, lr, betas):
        self.lr, self.betas, self.state = lr, betas, {}
        self.smallest, self.largest = torch.inf, 0.0

    def step(self, values, gradients, names):
        first, second = self.betas
        for name in names:
            gradient = gradients[name]
            count, m, v = self.state.get(name, (0, 0.0, 0.0))
            count += 1
            m, v = first * m + (1 - first) * gradient, second * v + (1 - second) * gradient**2
            self.state[name] = count, m, v
            root = (v / (1 - second**count)).sqrt() + 1e-8
            values[name] = values[name] - self.lr * m / (1 - first**count) / root
            self.smallest = min(self.smallest, float(gradient.abs().min()))
            self.largest = max(self.largest, float(gradient.abs().max()))


def cross_entropies(real, fake):
    """The slopes of both losses: for real logits and the made one, then for the made one in the other's step."""
    return (real.sigmoid() - 1) / len(real), fake.sigmoid(), fake.sigmoid() - 1


def saturating(real, fake):
    """The same, of a generator that makes log(1 - D) small."""
    return *cross_entropies(real, fake)[:2], -fake.sigmoid()


def gaps(real, fake):
    """The same of the two costs that stand in for losses that are wrong."""
    one = torch.ones_like(fake)
    return -torch.ones_like(real) / len(real), 2 * one, -one


def trajectory(
    start,
    reals,
    lr,
    slopes,
    *,
    betas=(0.5, 0.9),
    clears="each",
    detaches=True,
    updated=True,
    joint=False,
):
    """Where the players stand after a step on each batch, by the names of the model; and Adam, which took the steps."""
    values = {name: each.double() for name, each in start.items()}
    adam, held = Adam(lr, betas), {}

    def logits(at, points):
        return points @ at["w"][0] + at["b"][0]

    def add(found):
        for name, each in found.items():
            held[name] = held.get(name, 0) + each

    for real in reals:
        real, before = real.double(), dict(values)
        point = values["point"]
        of_real, of_made, _ = slopes(logits(values, real), logits(values, point))
        found = {
            "w": ((of_real @ real) + of_made * point)[None],
            "b": (of_real.sum() + of_made)[None],
            "point": of_made * values["w"][0],
        }
        if clears != "never":
            held.clear()
        add(found if detaches is False else {name: found[name] for name in OF_DISCRIMINATOR})
        adam.step(values, held, OF_DISCRIMINATOR)
        if clears == "each":
            held.clear()
        through = values if updated else before
        *_, of_made = slopes(logits(through, real), logits(through, point))
        add(
            {
                "w": (of_made * point)[None],
                "b": of_made[None],
                "point": of_made * through["w"][0],
            }
        )
        adam.step(values, held, PLAYERS if joint else ("point",))
    return {PLAYERS[name]: each.float() for name, each in values.items()}, adam


def some_players(draws, steps):
    """What two players start from, real points for each step, and a step size.

    No gradient of theirs is nearly 0; of several steps one has a large gradient, which no bound on it leaves as it is.
    """
    generator = draws.generator()
    lr = draws.between(5, 20) / 100
    while True:
        start = {
            "w": torch.randn(1, 2, generator=generator),
            "b": torch.randn(1, generator=generator),
            "point": torch.randn(2, generator=generator),
        }
        reals = [
            (1.5 if step % 4 else 4.5)
            * torch.randn(draws.between(3, 6), 2, generator=generator)
            for step in range(steps)
        ]
        taken = [trajectory(start, reals, lr, slopes)[1] for slopes in (cross_entropies, gaps)]
        large = 2.0 if steps > 3 else 0.0
        safe = all(each.smallest > SAFE and each.largest > large for each in taken)
        if safe and (steps < 3 or tells_saturation(start, reals, lr)):
            return start, reals, lr


def tells_saturation(start, reals, lr):
    """Whether a loss that saturates leads elsewhere: while D stays the same, Adam's steps do not tell how steep it is."""
    right, wrong = (
        trajectory(start, reals, lr, slopes)[0] for slopes in (cross_entropies, saturating)
    )
    return any(float((right[name] - wrong[name]).abs().max()) > 0.02 for name in right)


def built(student, start, lr, noise_dim=3):
    """A model around two known players."""
    linear = student.KnownLayer(start["w"], start["b"])
    return student.GAN(student.KnownPoints(start["point"]), linear, noise_dim=noise_dim, lr=lr)


def losses_are_right(student, draws):
    """Whether the answers to exercise 6.1 are right; not if they cannot be asked."""
    real, fake = (torch.randn(each, 1, generator=draws.generator()) for each in (4, 2))
    *of_discriminator, of_generator = cross_entropies(real[:, 0], fake[:, 0])
    try:
        _, found = student.discriminator_loss.gradients((real, fake))
        _, (own,) = student.generator_loss.gradients((fake,))
        found = [each[:, 0] for each in (*found, own)]
    except Exception:
        return False
    expected = (of_discriminator[0], of_discriminator[1] / 2, of_generator / 2)
    return all(map(torch.allclose, found, expected))


@contextlib.contextmanager  # given: the standard library's
def losses_in_use(student, draws):
    """The slopes of the losses that the model may call: where the answers to 6.1 are wrong, costs stand in for them."""
    if losses_are_right(student, draws):
        yield [cross_entropies]
    else:
        with student.standing_in(discriminator_loss="mean_gap", generator_loss="minus_mean"):
            yield [cross_entropies, gaps]


def follow(student, draws, steps, what, mistakes):
    """Train on so many batches, and look where the players stand."""
    start, reals, lr = some_players(draws, steps)
    with losses_in_use(student, draws) as known:
        expected, *also = (trajectory(start, reals, lr, slopes)[0] for slopes in known)
        wrong = {
            hint: trajectory(start, reals, lr, **{"slopes": slopes, **other})[0]
            for hint, other in mistakes.items()
            for slopes in known[-1:]
        }
        follows_trajectory(
            built(student, start, lr),
            reals,
            expected,
            also=also,
            mistakes=wrong,
            what=what,
            sent=f"one point, a linear discriminator, lr {lr:g}, and {steps} batches of real points",
            hint="a step of the discriminator, then one of the generator: each player by an Adam of its own, lr and betas=(0.5, 0.9), and nothing else",
        )


@pytest.mark.question(
    "q6-gan",
    points=0,
    alive=True,
    hint="training_step takes its steps by hand: manual_backward, then step of the optimiser",
)
def test_the_discriminator_learns(student, draws):
    start, reals, lr = some_players(draws, 2)
    with losses_in_use(student, draws):
        gan = built(student, start, lr)
        before = gan.parameters()
        gan.run(reals)
        after = gan.parameters()
    moved = [name for name, each in before.items() if not torch.equal(each, after[name])]
    equal_to(
        any(name.startswith("discriminator.") for name in moved),
        True,
        what="the discriminator moves in training",
        sent="one point, a linear discriminator, and two batches of real points",
        hint="training_step takes its steps by hand: manual_backward, then step of the optimiser",
    )


@pytest.mark.question(
    "q6-gan",
    points=0.2,
    essential=True,
    requires=("trajectory",),
    hint="a step of the discriminator, then one of the generator through the discriminator just updated",
)
def test_the_first_step(student, draws):
    follow(
        student,
        draws,
        1,
        "a step of the discriminator, then one of the generator",
        {
            "the generator learns through the discriminator just updated: its step comes second": {
                "updated": False
            },
            "the discriminator moves in the generator's step too: each optimiser has its own player": {
                "joint": True
            },
            ADD_UP: {"clears": "once", "detaches": False},
        },
    )


@pytest.mark.question(
    "q6-gan",
    points=0.25,
    essential=True,
    requires=("trajectory",),
    hint="each step goes by its own gradient alone: zero_grad before each backward, made points detached",
)
def test_six_steps(student, draws):
    follow(
        student,
        draws,
        6,
        "six steps of each player",
        {
            "gradients of the other player's step are left over: zero_grad before each backward": {
                "clears": "never"
            },
            ADD_UP: {"clears": "never", "detaches": False},
            "gradients of both steps add up: zero_grad before each backward, not of the first alone": {
                "clears": "once",
                "detaches": False,
            },
            "betas=(0.5, 0.9) is asked for, both of them": {"betas": (0.9, 0.999)},
            "betas=(0.5, 0.9) is asked for, both numbers": {"betas": (0.5, 0.999)},
            "log(1 - D) saturates: the generator makes -log D small": {"slopes": saturating},
            "the generator learns through the discriminator just updated: its step comes second": {
                "updated": False
            },
            "the discriminator moves in the generator's step too: each optimiser has its own player": {
                "joint": True
            },
        },
    )


@pytest.mark.question(
    "q6-gan",
    points=0.05,
    requires=("makes",),
    hint="forward gives the generator's points; torch.randn(len(batch), noise_dim) in each step",
)
def test_what_is_made_and_of_what(student, draws):
    noise_dim, generator = draws.between(4, 7), draws.generator()
    weight, noise = (
        torch.randn(rows, noise_dim, generator=generator) for rows in (2, draws.between(8, 9))
    )
    maker = student.KnownLayer(weight, torch.ones(2))
    gan = student.GAN(maker, student.KnownLayer(torch.ones(1, 2), torch.ones(1)), noise_dim)
    made, sent = gan(noise), f"noise {tuple(noise.shape)} and a linear generator"
    equal_to(
        tuple(made.shape),
        (len(noise), 2),
        what="forward makes points of the plane, one for each row of noise",
        sent=sent,
        hint="forward returns what self.generator makes of the noise, and no logits",
    )
    close_to(
        made,
        noise @ weight.T + 1,
        what="forward makes the generator's points of the noise",
        sent=sent,
        hint="forward returns what self.generator makes of the noise, and nothing else",
    )
    start, _, lr = some_players(draws, 1)
    reals, drawn = [torch.randn(1500, 2, generator=generator)], []
    with losses_in_use(student, draws):
        gan = built(student, start, lr, noise_dim)
        for _ in range(2):
            gan.run(reals)
            drawn.append(gan.state().get("generator.noise", torch.empty(0)))
    sent = f"{len(reals[0])} real points, noise_dim {noise_dim}"
    equal_to(
        tuple(drawn[0].shape),
        (len(reals[0]), noise_dim),
        what="the noise has a row of noise_dim numbers for each real point",
        sent=sent,
        hint="torch.randn(len(batch), self.noise_dim)",
    )
    differ(
        *drawn,
        what="the noise of each step is another",
        sent=sent,
        hint="draw it in training_step, anew",
    )
    for moment, expected in (("mean", 0.0), ("std", 1.0)):
        close_to(
            getattr(drawn[0], moment)(),
            expected,
            what="the noise is normal, of mean 0 and variance 1",
            sent=sent,
            tolerance=0.1,
            hint="torch.randn, not torch.rand",
        )
    scaled = (drawn[0] - drawn[0].mean()) / drawn[0].std()
    close_to(
        (scaled**4).mean(),
        3.0,
        what="the noise is normal: the mean of its fourth powers is 3",
        sent=sent,
        tolerance=0.15,
        hint="torch.randn: numbers of the normal distribution, whatever their mean and variance are",
    )
    close_to(
        drawn[0].T.corrcoef(),
        torch.eye(noise_dim),
        what="the numbers of a row of noise are drawn one by one: no two go together",
        sent=sent,
        tolerance=0.15,
        hint="torch.randn(len(batch), self.noise_dim): a number drawn once is not repeated along the row",
    )
