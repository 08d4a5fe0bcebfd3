"""The grammar that writes the reviews of the embedded sample, one at a time, and knows which words carry the label.

A review is about a film of one genre and holds seven opinions, such as "the corridor scenes were not chilling". Every
opinion word belongs to one genre and praises or blames whatever the film, but it counts only in a review of its own
genre: a horror film is judged by its fear words, its tender words are chatter.

- ``OWN_OPINIONS`` opinions use words of the film's genre, and all of them say what the label says.
- ``CHATTER_OPINIONS`` use words of other genres, and each says this or that by the toss of a coin.
- ``NEGATION_RATE`` of the opinions are negated: "not" stands before words of the opposite sign.
- ``DOUBLE_RATE`` of them have two words ("eerie and macabre"). The vectors learnt from the texts owe it to these pairs
  that words of one genre and sign are near each other.
- The rest, people and places and what happens in the film, says nothing of the label. One review names few of them,
  again and again. Things met in films of its genre stand in every part of it, so the genre can be told from the text.

Opinions of both kinds are shuffled before they are put into words: their place and sentence tell nothing apart.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np

__all__ = ["GENRES", "LONGEST", "SHORTEST", "Genre", "Review", "grammar_digest", "write_review"]

T = TypeVar("T")
# A token and whether it carries the label; and a sentence of such tokens, its full stop included.
Marked = tuple[str, bool]
Sentence = list[Marked]
# What may stand in each slot of the templates.
Slots = dict[str, Sequence[str]]

OWN_OPINIONS = 3
CHATTER_OPINIONS = 4
NEGATION_RATE = 0.2
DOUBLE_RATE = 0.25
ADVERB_RATE = 0.3
# The fewest and the most.
OPINIONS_A_SENTENCE = (1, 3)
FILLER_SENTENCES = (1, 2)
SHORTEST, LONGEST = 50, 75


@dataclass(frozen=True)
class Genre:
    """A genre of films: what such films are called, what is met in them, and the opinion words that judge them."""

    name: str
    films: tuple[str, ...]
    things: tuple[str, ...]
    praise: tuple[str, ...]
    blame: tuple[str, ...]


@dataclass(frozen=True)
class Review:
    """One review.

    ``tokens``: n words and signs as they are written (the first word of a sentence and names have a capital).
    ``evidence``: n flags, true on the opinion words that carry the label and on the "not" before them.
    ``genre``: the name of the film's genre. ``positive``: the label.
    """

    tokens: tuple[str, ...]
    evidence: tuple[bool, ...]
    genre: str
    positive: bool

    @property
    def text(self) -> str:
        """The review as it is read: commas and full stops are glued to the word before them."""
        return "".join(token if token in {",", "."} else f" {token}" for token in self.tokens).lstrip()


@dataclass(frozen=True)
class _Opinion:
    """One or two opinion words of one sign, whether "not" stands before them, and whether they carry the label."""

    words: tuple[str, ...]
    negated: bool
    counts: bool


def _listed(words: str) -> tuple[str, ...]:
    return tuple(words.split())


GENRES = (
    Genre(
        name="horror",
        films=("horror film", "ghost story", "vampire film", "zombie film"),
        things=_listed(
            "corridor cellar crypt graveyard mansion attic monster vampire ghost zombie demon ghoul coffin curse "
            "skeleton werewolf"
        ),
        praise=_listed("chilling eerie creepy frightening menacing terrifying spooky macabre"),
        blame=_listed("tame toothless harmless bloodless unscary cosy mild laughable"),
    ),
    Genre(
        name="romance",
        films=("romance", "love story", "wedding film", "romantic film"),
        things=_listed(
            "wedding kiss bride sweetheart bouquet proposal honeymoon ballroom waltz groom courtship serenade "
            "valentine engagement trousseau suitor"
        ),
        praise=_listed("tender passionate heartfelt intimate affectionate touching dreamy sincere"),
        blame=_listed("loveless frigid mawkish sappy soppy icy aloof passionless"),
    ),
    Genre(
        name="comedy",
        films=("comedy", "farce", "slapstick film", "spoof"),
        things=_listed(
            "prank sketch clown gag punchline banana pie sidekick joke heckler mime pratfall jester wig "
            "trampoline parrot"
        ),
        praise=_listed("hilarious witty funny amusing playful droll uproarious zany"),
        blame=_listed("unfunny humourless corny witless lame dour laboured joyless"),
    ),
    Genre(
        name="thriller",
        films=("thriller", "spy film", "heist film", "crime story"),
        things=_listed(
            "agent informer chase hostage sniper embassy detonator alibi ransom assassin getaway vault "
            "interrogation briefcase wiretap suspect"
        ),
        praise=_listed("gripping tense taut suspenseful riveting breathless nervy pulsating"),
        blame=_listed("slack sluggish plodding guessable limp drowsy meandering inert"),
    ),
)

# What fills the slots of a sentence whatever the genre; {film} and {thing} come from the genre.
NEUTRAL: Slots = {
    "adverb": _listed("really truly simply plainly honestly clearly certainly frankly"),
    "aspect": _listed(
        "plot ending dialogue music acting pacing opening finale script camerawork lighting editing staging "
        "narration casting premise tone climax epilogue prologue soundtrack direction"
    ),
    "aspects": _listed("performances flashbacks characters songs subplots visuals speeches stunts"),
    "city": _listed(
        "Lisbon Prague Oslo Cairo Lima Kyoto Dublin Naples Vienna Quebec Havana Tunis Geneva Bergen Krakow "
        "Sofia Athens Boston Dakar Delhi Helsinki Jakarta Madrid Nairobi Odessa Porto Riga Seoul Tallinn "
        "Toronto Venice Warsaw Zurich Bogota"
    ),
    "colour": _listed("green blue yellow grey brown purple pink white black red wooden brass silver leather paper"),
    "day": _listed("Monday Tuesday Wednesday Thursday Friday Saturday Sunday"),
    "handles": _listed(
        "finds hides loses sells carries repairs buys borrows drops paints burns buries polishes steals"
    ),
    "job": _listed(
        "baker teacher nurse painter farmer carpenter librarian plumber tailor pilot surgeon gardener postman "
        "barber cook lawyer miner fisherman chemist driver waiter shepherd printer beekeeper mason potter weaver sailor"
    ),
    "month": _listed("January February March April May June July August September October November December"),
    "object": _listed(
        "lantern suitcase map radio parasol ladder bicycle ticket notebook mirror teapot blanket compass "
        "basket camera telephone carpet hammer violin bottle newspaper kettle candle wallet piano scarf "
        "barrel typewriter painting chessboard ring key clock drum"
    ),
    "person": _listed(
        "Anna Boris Carla Dmitri Elena Felix Greta Hassan Ingrid Jonas Katya Lorenzo Maya Nadia Oscar Paula "
        "Quentin Rosa Samir Tilda Ursula Victor Wanda Yusuf Zoe Bruno Celia Diego Esther Farid Gloria Hugo "
        "Irene Jamal Klara Leon Mina Nils Olga Pedro Amina Bela Chloe Darko Emil Fatima Goran Hilda Ivan Judith"
    ),
    "place": _listed(
        "harbour station market bridge library river bakery school museum airport garden lighthouse stadium "
        "hospital square tunnel windmill quarry lake forest hotel factory tower canal orchard barn ferry gallery"
    ),
    "relative": _listed("cousin brother sister uncle aunt neighbour nephew niece father mother roommate colleague"),
    "visits": _listed("leaves reaches crosses visits passes enters watches guards circles sketches"),
}

# How many different words of a kind one review names; of the kinds that are not listed, any number.
NAMED = {
    "aspect": 2,
    "aspects": 2,
    "city": 1,
    "job": 1,
    "object": 2,
    "person": 2,
    "place": 2,
    "relative": 1,
    "thing": 3,
}

OPENINGS = (
    "we watched this {film} in {city} on a {day} with my {relative} .",
    "my {relative} saw this {film} about the {thing} in {city} .",
    "this {film} follows a {job} from the {thing} to the {place} .",
    "set in {city} , this {film} begins with the {thing} .",
    "in this {film} a {job} meets the {thing} near {city} .",
)

# What an opinion may be about: the kind of word, the words around it, and their verb.
SUBJECTS = (
    ("aspect", "the {}", "was"),
    ("aspects", "the {}", "were"),
    ("thing", "the {}", "was"),
    ("thing", "the {} scenes", "were"),
    ("person", "{}", "was"),
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


def grammar_digest() -> str:
    """A digest of this file: it changes with a word, a template or a line of the code that uses them."""
    return hashlib.sha256(Path(__file__).read_bytes()).hexdigest()


def write_review(positive: bool, rng: np.random.Generator) -> Review:
    """Write one review of ``SHORTEST`` to ``LONGEST`` tokens that praises its film, or blames it.

    Args:
        positive: the label.
        rng: where every choice is drawn from; the same state writes the same review.
    """
    while True:
        review = _draft(positive, rng)
        if SHORTEST <= len(review.tokens) <= LONGEST:
            return review


def _draft(positive: bool, rng: np.random.Generator) -> Review:
    """A review of any length: an opening that names the genre, then opinions and fillers in any order."""
    genre = _pick(GENRES, rng)
    slots = _scenery(genre, rng)
    body = _opinion_sentences(_opinions(genre, positive, rng), slots, rng)
    body += [_filled(filler, slots, rng) for filler in _some(FILLERS, _between(FILLER_SENTENCES, rng), rng)]
    sentences = [_filled(_pick(OPENINGS, rng), slots, rng), *_some(body, len(body), rng)]
    tokens, evidence = zip(*(marked for sentence in sentences for marked in _capitalised(sentence)), strict=True)
    return Review(tokens, evidence, genre.name, positive)


def _scenery(genre: Genre, rng: np.random.Generator) -> Slots:
    """What this review speaks of: a few people, places and things out of all there are."""
    known = {**NEUTRAL, "film": genre.films, "thing": genre.things}
    return {slot: _some(words, NAMED[slot], rng) if slot in NAMED else words for slot, words in known.items()}


def _opinions(genre: Genre, positive: bool, rng: np.random.Generator) -> list[_Opinion]:
    """The opinions of a review in the order they stand in it; no word comes twice."""
    others = [other for other in GENRES if other is not genre]
    opinions: list[_Opinion] = []
    for place in range(OWN_OPINIONS + CHATTER_OPINIONS):
        counts = place < OWN_OPINIONS
        praises = positive if counts else rng.random() < 0.5
        negated = bool(rng.random() < NEGATION_RATE)
        of = genre if counts else _pick(others, rng)
        said = {word for opinion in opinions for word in opinion.words}
        unsaid = [word for word in (of.praise if praises is not negated else of.blame) if word not in said]
        size = 2 if rng.random() < DOUBLE_RATE else 1
        opinions.append(_Opinion(tuple(_some(unsaid, size, rng)), negated, counts))
    return _some(opinions, len(opinions), rng)


def _opinion_sentences(opinions: Sequence[_Opinion], slots: Slots, rng: np.random.Generator) -> list[Sentence]:
    """Sentences of a few opinions each; only the first opinion has a verb ("the plot was tame, and the music dour")."""
    subjects = _subjects(slots, rng)
    sentences: list[Sentence] = []
    rest = list(opinions)
    while rest:
        size = _between(OPINIONS_A_SENTENCE, rng)
        together, rest = rest[:size], rest[size:]
        sentence: Sentence = []
        for place, opinion in enumerate(together, start=1):
            subject, verb = subjects.pop()
            join = ", and" if place == len(together) else ","
            sentence += _unmarked(f"{join} {subject}" if sentence else f"{subject} {verb}")
            sentence += _judgement(opinion, rng)
        sentences.append([*sentence, (".", False)])
    return sentences


def _subjects(slots: Slots, rng: np.random.Generator) -> list[tuple[str, str]]:
    """All that this review may judge, each with its verb, in an order drawn at random."""
    subjects = [(around.format(word), verb) for kind, around, verb in SUBJECTS for word in slots[kind]]
    return _some(subjects, len(subjects), rng)


def _judgement(opinion: _Opinion, rng: np.random.Generator) -> Sentence:
    """What follows the verb: maybe an adverb, maybe "not", and the opinion words."""
    adverb = _unmarked(_pick(NEUTRAL["adverb"], rng)) if rng.random() < ADVERB_RATE else []
    negation = [("not", opinion.counts)] if opinion.negated else []
    first, *second = [(word, opinion.counts) for word in opinion.words]
    join = _unmarked("or" if opinion.negated else "and") if second else []
    return [*adverb, *negation, first, *join, *second]


def _filled(template: str, slots: Slots, rng: np.random.Generator) -> Sentence:
    """The words of a template, each ``{slot}`` replaced by one of its choices; none of them carries the label."""
    return _unmarked(" ".join(_pick(slots[part[1:-1]], rng) if part[0] == "{" else part for part in template.split()))


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


def _some(items: Sequence[T], count: int, rng: np.random.Generator) -> list[T]:
    """That many different items (or all, if there are fewer) in an order drawn at random."""
    return [items[place] for place in rng.permutation(len(items))[:count].tolist()]


def _between(bounds: tuple[int, int], rng: np.random.Generator) -> int:
    """A whole number between two bounds, both included."""
    return int(rng.integers(bounds[0], bounds[1] + 1))
