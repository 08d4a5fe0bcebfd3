"""The grammar that writes the reviews of the embedded sample, one at a time, with the words that carry the label.

A review is about a film of one genre and holds seven opinions, each a clause such as "the corridor scenes were not
chilling". Every opinion word belongs to one genre and praises or blames whatever the film, but it counts only in a
review of its own genre: a horror film is judged by its fear words, its tender words are chatter.

- ``OWN_OPINIONS`` opinions use words of the film's genre, and all of them say what the label says.
- ``CHATTER_OPINIONS`` use words of other genres and say this or that by the toss of a coin.
- Any opinion is negated with probability ``NEGATION_RATE``: "not" stands before a word of the opposite sign.
- The rest, names and places and what happens in the film, says nothing of the label. Nouns of the genre occur all over
  the review, and always in its first sentence, so that the genre can be told from the text.

Clauses are built before anyone knows whether their opinion counts, so only the genre tells the two kinds apart.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np

__all__ = [
    "CHATTER_OPINIONS",
    "GENRES",
    "LONGEST",
    "NEGATION_RATE",
    "OWN_OPINIONS",
    "SHORTEST",
    "Genre",
    "Review",
    "grammar_digest",
    "write_review",
]

T = TypeVar("T")

OWN_OPINIONS = 3
CHATTER_OPINIONS = (3, 4)
NEGATION_RATE = 0.2
DOUBLE_RATE = 0.25
ADVERB_RATE = 0.3
OPINIONS_A_SENTENCE = (1, 3)
FILLER_SENTENCES = (1, 2)
# How many different words of a kind one review names; of the kinds that are not listed, any number.
NAMED = {
    "aspect": 2,
    "aspects": 2,
    "thing": 3,
    "person": 2,
    "city": 1,
    "job": 1,
    "place": 2,
    "object": 2,
    "relative": 1,
}
SHORTEST, LONGEST = 50, 75


@dataclass(frozen=True)
class Genre:
    """A genre of films: what such films are called, what is met in them, and the opinion words that judge them."""

    name: str
    films: tuple[str, ...]
    things: tuple[str, ...]
    praise: tuple[str, ...]
    blame: tuple[str, ...]

    def opinion_words(self, positive: bool) -> tuple[str, ...]:
        """The words that praise, or those that blame."""
        return self.praise if positive else self.blame


@dataclass(frozen=True)
class Review:
    """One review.

    ``tokens``: n words and signs, as they are written (the first word of a sentence and names have a capital).
    ``evidence``: n flags, true on the opinion words that carry the label and on the "not" before them.
    """

    tokens: tuple[str, ...]
    evidence: tuple[bool, ...]
    genre: str
    positive: bool

    @property
    def text(self) -> str:
        """The review as it is read, each sign glued to the word before it."""
        return "".join(token if token in SIGNS else f" {token}" for token in self.tokens).lstrip()


@dataclass(frozen=True)
class _Opinion:
    """An opinion word, whether "not" stands before it, and whether it carries the label."""

    words: tuple[str, ...]
    negated: bool
    counts: bool


GENRES = (
    Genre(
        name="horror",
        films=("horror film", "ghost story", "vampire film", "zombie film"),
        things=tuple(
            "corridor cellar crypt graveyard mansion attic monster vampire ghost zombie demon ghoul coffin curse skeleton "
            "werewolf".split()
        ),
        praise=tuple("chilling eerie creepy frightening menacing terrifying spooky macabre".split()),
        blame=tuple("tame toothless harmless bloodless unscary cosy mild laughable".split()),
    ),
    Genre(
        name="romance",
        films=("romance", "love story", "wedding film", "romantic film"),
        things=tuple(
            "wedding kiss bride sweetheart bouquet proposal honeymoon ballroom waltz groom courtship serenade valentine "
            "engagement trousseau suitor".split()
        ),
        praise=tuple("tender passionate heartfelt intimate affectionate touching dreamy sincere".split()),
        blame=tuple("loveless frigid mawkish sappy soppy icy aloof passionless".split()),
    ),
    Genre(
        name="comedy",
        films=("comedy", "farce", "slapstick film", "spoof"),
        things=tuple(
            "prank sketch clown gag punchline banana pie sidekick joke heckler mime pratfall jester wig trampoline "
            "parrot".split()
        ),
        praise=tuple("hilarious witty funny amusing playful droll uproarious zany".split()),
        blame=tuple("unfunny humourless corny witless lame dour laboured joyless".split()),
    ),
    Genre(
        name="thriller",
        films=("thriller", "spy film", "heist film", "crime story"),
        things=tuple(
            "agent informer chase hostage sniper embassy detonator alibi ransom assassin getaway vault interrogation "
            "briefcase wiretap suspect".split()
        ),
        praise=tuple("gripping tense taut suspenseful riveting breathless nervy pulsating".split()),
        blame=tuple("slack sluggish plodding guessable limp drowsy meandering inert".split()),
    ),
)

# What fills the slots of a sentence whatever the genre; `{film}` and `{thing}` come from the genre.
NEUTRAL: dict[str, tuple[str, ...]] = {
    "aspect": tuple(
        "plot ending dialogue music acting pacing opening finale script camerawork lighting editing staging narration "
        "casting premise tone climax epilogue prologue soundtrack direction".split()
    ),
    "aspects": tuple("performances flashbacks characters songs subplots visuals speeches stunts".split()),
    "adverb": tuple("really truly simply plainly honestly clearly certainly frankly".split()),
    "person": tuple(
        "Anna Boris Carla Dmitri Elena Felix Greta Hassan Ingrid Jonas Katya Lorenzo Maya Nadia Oscar Paula Quentin Rosa "
        "Samir Tilda Ursula Victor Wanda Yusuf Zoe Bruno Celia Diego Esther Farid Gloria Hugo Irene Jamal Klara Leon Mina "
        "Nils Olga Pedro Amina Bela Chloe Darko Emil Fatima Goran Hilda Ivan Judith Kofi Laila Marco Nora Otto Petra Raul "
        "Selma Tomas Vera".split()
    ),
    "city": tuple(
        "Lisbon Prague Oslo Cairo Lima Kyoto Dublin Naples Vienna Quebec Havana Tunis Geneva Bergen Krakow Sofia Athens "
        "Boston Dakar Delhi Helsinki Jakarta Madrid Nairobi Odessa Porto Riga Seoul Tallinn Toronto Venice Warsaw Zurich "
        "Bogota Cork Lyon Basel Ghent Malmo Turin".split()
    ),
    "job": tuple(
        "baker teacher nurse painter farmer carpenter librarian plumber tailor pilot surgeon gardener postman barber "
        "cook lawyer miner fisherman chemist driver waiter shepherd printer beekeeper mason potter weaver sailor "
        "translator janitor banker cobbler".split()
    ),
    "place": tuple(
        "harbour station market bridge library river bakery school museum airport garden lighthouse stadium hospital "
        "square tunnel windmill quarry lake forest hotel factory tower canal orchard barn ferry gallery pier meadow "
        "laundry courthouse".split()
    ),
    "object": tuple(
        "lantern suitcase map radio parasol ladder bicycle ticket notebook mirror teapot blanket compass basket camera "
        "telephone carpet hammer violin bottle newspaper kettle candle wallet piano scarf barrel typewriter painting "
        "chessboard ring key clock drum shovel kite helmet letter saddle bucket".split()
    ),
    "colour": tuple(
        "green blue yellow grey brown purple pink white black red wooden brass silver leather paper copper woollen "
        "marble plastic striped".split()
    ),
    "handles": tuple(
        "finds hides loses sells carries repairs buys borrows drops paints burns buries polishes steals delivers "
        "inherits".split()
    ),
    "visits": tuple("leaves reaches crosses visits passes enters watches guards circles sketches owns cleans".split()),
    "relative": tuple(
        "cousin brother sister uncle aunt neighbour nephew niece father mother roommate colleague".split()
    ),
    "day": tuple("Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()),
    "month": tuple("January February March April May June July August September October November December".split()),
}

OPENINGS = (
    "we watched this {film} in {city} on a {day} with my {relative} .",
    "my {relative} saw this {film} about the {thing} in {city} .",
    "this {film} follows a {job} from the {thing} to the {place} .",
    "set in {city} , this {film} begins with the {thing} .",
    "in this {film} a {job} meets the {thing} near {city} .",
)

SUBJECTS = (
    ("the {aspect}", "was"),
    ("the {aspects}", "were"),
    ("the {thing}", "was"),
    ("the {thing} scenes", "were"),
    ("{person}", "was"),
)

FILLERS = (
    "{person} , a {job} from {city} , {handles} the {colour} {object} .",
    "{person} {handles} one {object} and {visits} the {place} .",
    "{person} plays the {job} who {visits} the {place} in {month} .",
    "in {month} the {job} {visits} the {place} and {handles} the {object} .",
    "{person} films the {colour} {place} and the {object} in {city} .",
    "the {thing} appears near the {colour} {place} .",
    "a {colour} {object} stands between the {thing} and the {place} .",
    "my {relative} had not read the book .",
    "we did not know {city} before {month} .",
)

SIGNS = frozenset(".,;")


def grammar_digest() -> str:
    """A digest of this file: it changes with a word, a template or a line of the code that uses them."""
    return hashlib.sha256(Path(__file__).read_bytes()).hexdigest()


def write_review(positive: bool, rng: np.random.Generator) -> Review:
    """Write one review of between ``SHORTEST`` and ``LONGEST`` tokens that praises (or blames) its film.

    Args:
        positive: the label.
        rng: where every choice is drawn from; the same state writes the same review.
    """
    while True:
        review = _draft(positive, rng)
        if SHORTEST <= len(review.tokens) <= LONGEST:
            return review


# A token and whether it carries the label; and a sentence of such tokens, its final stop included.
Marked = tuple[str, bool]
Sentence = list[Marked]
# What may fill each slot of the templates.
Slots = dict[str, list[str]]


def _draft(positive: bool, rng: np.random.Generator) -> Review:
    """A review of any length: an opening, then opinions and fillers in any order."""
    genre = _pick(GENRES, rng)
    slots = _scenery(genre, rng)
    body = _opinion_sentences(_opinions(genre, positive, rng), slots, rng)
    body += [_words(filler, slots, rng) for filler in _shuffled(FILLERS, rng)[: _between(FILLER_SENTENCES, rng)]]
    sentences = [_words(_pick(OPENINGS, rng), slots, rng), *_shuffled(body, rng)]
    tokens, evidence = zip(*(marked for sentence in sentences for marked in _capitalised(sentence)), strict=True)
    return Review(tokens, evidence, genre.name, positive)


def _opinions(genre: Genre, positive: bool, rng: np.random.Generator) -> list[_Opinion]:
    """The opinions of a review in the order they stand in it, no word twice."""
    others = [other for other in GENRES if other is not genre]
    opinions: list[_Opinion] = []
    for place in range(OWN_OPINIONS + _between(CHATTER_OPINIONS, rng)):
        counts = place < OWN_OPINIONS
        negated = bool(rng.random() < NEGATION_RATE)
        says = positive if counts else bool(rng.random() < 0.5)
        words = (genre if counts else _pick(others, rng)).opinion_words(says is not negated)
        said = {word for opinion in opinions for word in opinion.words}
        unsaid = _shuffled([word for word in words if word not in said], rng)
        size = 2 if rng.random() < DOUBLE_RATE else 1
        opinions.append(_Opinion(tuple(unsaid[:size]), negated, counts))
    return _shuffled(opinions, rng)


def _scenery(genre: Genre, rng: np.random.Generator) -> Slots:
    """What this review speaks of: a few people, places and things out of all there are, named again and again."""
    words = {**NEUTRAL, "film": genre.films, "thing": genre.things}
    return {slot: _shuffled(choices, rng)[: NAMED.get(slot)] for slot, choices in words.items()}


def _opinion_sentences(opinions: Sequence[_Opinion], slots: Slots, rng: np.random.Generator) -> list[Sentence]:
    """Sentences of one to three opinions; only the first of a sentence has its verb ("was tame, and the music dour")."""
    subjects = _subjects(slots, rng)
    sentences: list[Sentence] = []
    rest = list(opinions)
    while rest:
        size = _between(OPINIONS_A_SENTENCE, rng)
        together, rest = rest[:size], rest[size:]
        sentence: Sentence = []
        for place, opinion in enumerate(together):
            subject, verb = subjects.pop()
            join = "" if place == 0 else ", and" if opinion is together[-1] else ","
            sentence += _unmarked(f"{join} {subject} {'' if join else verb}") + _judgement(opinion, rng)
        sentences.append([*sentence, (".", False)])
    return sentences


def _subjects(slots: Slots, rng: np.random.Generator) -> list[tuple[str, str]]:
    """All that this review may judge, each with its verb, in an order drawn at random."""
    subjects = [
        (template.replace(f"{{{slot}}}", word), verb)
        for template, verb in SUBJECTS
        for slot, words in slots.items()
        if f"{{{slot}}}" in template
        for word in words
    ]
    return _shuffled(subjects, rng)


def _judgement(opinion: _Opinion, rng: np.random.Generator) -> Sentence:
    """What follows the verb: maybe an adverb, maybe "not", and the opinion word."""
    adverb = [(_pick(NEUTRAL["adverb"], rng), False)] if rng.random() < ADVERB_RATE else []
    negation = [("not", opinion.counts)] if opinion.negated else []
    first, *second = [(word, opinion.counts) for word in opinion.words]
    join = [("or" if opinion.negated else "and", False)] if second else []
    return [*adverb, *negation, first, *join, *second]


def _words(template: str, slots: Slots, rng: np.random.Generator) -> Sentence:
    """The words of a template, each ``{slot}`` filled with one of its choices; none of them carries the label."""
    filled = [_pick(slots[part[1:-1]], rng) if part.startswith("{") else part for part in template.split()]
    return _unmarked(" ".join(filled))


def _unmarked(words: str) -> Sentence:
    """Words that do not carry the label."""
    return [(word, False) for word in words.split()]


def _capitalised(sentence: Sentence) -> Sentence:
    """The sentence with a capital at its start."""
    (first, flag), *rest = sentence
    return [(first[0].upper() + first[1:], flag), *rest]


def _pick(items: Sequence[T], rng: np.random.Generator) -> T:
    """One of the items, each as likely as the others."""
    return items[int(rng.integers(len(items)))]


def _between(bounds: tuple[int, int], rng: np.random.Generator) -> int:
    """A whole number between two bounds, both included."""
    return int(rng.integers(bounds[0], bounds[1] + 1))


def _shuffled(items: Sequence[T], rng: np.random.Generator) -> list[T]:
    """The items in an order drawn at random."""
    return [items[int(place)] for place in rng.permutation(len(items))]
