from __future__ import annotations

import importlib.util
import re
import sys
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from amal_attention.tasks.classification.data import sample_grammar
from amal_attention.tasks.classification.data.sample_grammar import (
    GENRES,
    LONGEST,
    NEUTRAL,
    SHORTEST,
    Review,
    grammar_digest,
    write_review,
)

# The rule by which the corpus of GloVe was split, written here afresh: no import from the tokeniser.
SPLIT = re.compile(r"[^\W_]+?(?=n't(?![^\W_]))|n't(?![^\W_])|'(?:s|re|ve|ll|d|m)(?![^\W_])|[^\W_]+|\.\.\.|\S")
SIGN = {word: sign for genre in GENRES for sign, words in ((1, genre.praise), (-1, genre.blame)) for word in words}
GENRE_OF = {word: genre.name for genre in GENRES for word in genre.praise + genre.blame}


@pytest.fixture(scope="module")
def reviews() -> list[Review]:
    rng = np.random.default_rng(7)
    return [write_review(bool(row % 2), rng) for row in range(2000)]


def lower(review: Review) -> list[str]:
    return [token.lower() for token in review.tokens]


def opinions(review: Review) -> list[tuple[str, int, bool, bool]]:
    """Each opinion word as a reader meets it: the word, what it says, whether it is negated, whether it is flagged."""
    tokens, found = lower(review), []
    for place, token in enumerate(tokens):
        if token in SIGN:
            negated = tokens[place - 1] == "not" or (tokens[place - 1] == "or" and tokens[place - 3] == "not")
            found.append((token, -SIGN[token] if negated else SIGN[token], negated, review.evidence[place]))
    return found


def test_splitting_the_text_gives_back_the_tokens_that_the_flags_stand_for(reviews):
    for review in reviews:
        assert [token for chunk in review.text.split() for token in SPLIT.findall(chunk)] == list(review.tokens)
        assert len(review.evidence) == len(review.tokens)


def test_a_review_has_50_to_75_tokens(reviews):
    lengths = [len(review.tokens) for review in reviews]
    assert (SHORTEST, LONGEST) == (50, 75)
    assert min(lengths) >= 50
    assert max(lengths) <= 75


def test_sentences_begin_with_a_capital_and_end_with_a_full_stop(reviews):
    for review in reviews:
        assert re.fullmatch(r"([A-Z][^.]*\.)( [A-Z][^.]*\.)*", review.text)


def test_no_article_stands_before_a_vowel(reviews):
    assert [review.text for review in reviews if re.search(r"\ba [aeiou]|\ban\b", review.text.lower())] == []


def test_the_flagged_opinions_say_the_label_once_not_is_read(reviews):
    for review in reviews:
        flagged = [says for _, says, _, flag in opinions(review) if flag]
        assert 3 <= len(flagged) <= 6
        assert set(flagged) == {1 if review.positive else -1}


def test_the_flagged_opinion_words_are_those_of_the_genre_of_the_film(reviews):
    for review in reviews:
        for word, _, _, flag in opinions(review):
            assert flag == (GENRE_OF[word] == review.genre)


def test_no_other_token_is_flagged_than_opinions_and_the_not_before_them(reviews):
    for review in reviews:
        tokens = lower(review)
        for place, (token, flag) in enumerate(zip(tokens, review.evidence, strict=True)):
            if token == "not":
                assert flag == (tokens[place + 1] in SIGN and review.evidence[place + 1])
            elif token not in SIGN:
                assert not flag


def test_no_opinion_word_comes_twice_in_a_review(reviews):
    for review in reviews:
        assert max(Counter(word for word, *_ in opinions(review)).values()) == 1


def test_chatter_says_one_thing_as_often_as_the_other_whatever_the_label(reviews):
    for label in (True, False):
        said = [says for r in reviews if r.positive is label for _, says, _, flag in opinions(r) if not flag]
        assert abs(np.mean(said)) < 5 / np.sqrt(len(said))


def test_one_opinion_in_five_is_negated_be_it_chatter_or_not(reviews):
    for kind in (True, False):
        negated = [negated for review in reviews for _, _, negated, flag in opinions(review) if flag is kind]
        assert abs(np.mean(negated) - 0.2) < 0.03


def test_the_words_before_an_opinion_do_not_tell_whether_it_counts(reviews):
    """Total variation between what stands before flagged opinions and before the others (two words, no genre words)."""
    things = {thing for genre in GENRES for thing in genre.things}
    before: dict[bool, Counter[tuple[str, ...]]] = {True: Counter(), False: Counter()}
    for review in reviews:
        tokens = ["thing" if token in things else token for token in lower(review)]
        for place, token in enumerate(tokens):
            if token in SIGN and tokens[place - 1] not in {"and", "or"}:
                before[review.evidence[place]][tuple(tokens[place - 2 : place])] += 1
    shares = {kind: {seen: count / counts.total() for seen, count in counts.items()} for kind, counts in before.items()}
    common = [seen for seen, count in (before[True] + before[False]).items() if count >= 100]
    assert len(common) >= 10
    assert sum(abs(shares[True].get(seen, 0) - shares[False].get(seen, 0)) for seen in common) / 2 < 0.05


def test_the_first_sentence_names_the_genre_and_no_review_names_another(reviews):
    for review in reviews:
        named = {genre.name for genre in GENRES if any(film in review.text.split(".")[0] for film in genre.films)}
        things = {genre.name for genre in GENRES if set(genre.things) & set(lower(review))}
        assert review.genre in named
        assert things <= {review.genre}


def test_counting_votes_climbs_with_what_is_read(reviews):
    """All opinions, then those of the genre, then those of the genre with "not" read: what each question can reach."""
    reached = np.zeros(3)
    for review in reviews:
        label = 1 if review.positive else -1
        found = opinions(review)
        votes = (
            sum(SIGN[word] for word, *_ in found),
            sum(SIGN[word] for word, *_ in found if GENRE_OF[word] == review.genre),
            sum(says for word, says, *_ in found if GENRE_OF[word] == review.genre),
        )
        reached += [0.5 if vote == 0 else float(vote * label > 0) for vote in votes]
    everything, own, own_with_not = reached / len(reviews)
    assert 0.72 < everything < 0.80
    assert 0.85 < own < 0.92
    assert own_with_not == 1.0


def test_the_same_state_of_the_generator_writes_the_same_review():
    one, same, other = (write_review(True, np.random.default_rng(seed)) for seed in (3, 3, 4))
    assert one == same
    assert one != other


def test_an_opinion_word_means_one_thing_and_a_thing_belongs_to_one_genre():
    opinion_words = [word for genre in GENRES for word in genre.praise + genre.blame]
    things = [thing for genre in GENRES for thing in genre.things]
    templates = " ".join(sample_grammar.OPENINGS + sample_grammar.FILLERS)
    neutral = {word.lower() for words in NEUTRAL.values() for word in words} | set(re.findall(r"\w+", templates))
    assert len(set(opinion_words)) == len(opinion_words) == 64
    assert len(set(things)) == len(things) == 64
    assert set(opinion_words).isdisjoint(things)
    assert neutral.isdisjoint(opinion_words)
    assert neutral.isdisjoint(things)


def test_the_digest_changes_with_a_word_of_a_list(tmp_path: Path):
    source = Path(sample_grammar.__file__).read_text("utf-8")
    digests = []
    for number, text in enumerate((source, source.replace("macabre", "ghastly"))):
        path = tmp_path / f"grammar{number}.py"
        path.write_text(text, "utf-8")
        spec = importlib.util.spec_from_file_location(path.stem, path)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        with pytest.MonkeyPatch.context() as patch:
            patch.setitem(sys.modules, path.stem, module)  # dataclasses look their module up there
            spec.loader.exec_module(module)
        digests.append(module.grammar_digest())
    assert digests[0] == grammar_digest()
    assert digests[1] != digests[0]
