from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from amal_attention.errors import DataError, StorageError
from amal_attention.tasks.classification.data import sample
from amal_attention.tasks.classification.data.corpus import Source, Split
from amal_attention.tasks.classification.data.sample import SampleReviews, ppmi_vectors
from amal_attention.tasks.classification.data.sample_grammar import GENRES

SPLIT = re.compile(r"[^\W_]+?(?=n't(?![^\W_]))|n't(?![^\W_])|'(?:s|re|ve|ll|d|m)(?![^\W_])|[^\W_]+|\.\.\.|\S")
GROUP_OF = {
    word: (genre.name, praises)
    for genre in GENRES
    for praises, words in ((True, genre.praise), (False, genre.blame))
    for word in words
}


def tokens_of(split: Split) -> list[list[str]]:
    texts = split.texts.to_pylist()
    return [[token for chunk in text.lower().split() for token in SPLIT.findall(chunk)] for text in texts]


def vectors_in(path: Path) -> dict[str, list[float]]:
    lines = (line.split(" ") for line in path.read_text("utf-8").splitlines())
    return {word: [float(number) for number in numbers] for word, *numbers in lines}


@pytest.fixture(scope="module")
def splits() -> dict[str, Split]:
    return SampleReviews().read()


@pytest.fixture(scope="module")
def vector_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return SampleReviews().write_vectors(tmp_path_factory.mktemp("vectors"))


def test_it_is_a_source():
    source: Source = SampleReviews()
    assert source.name == "sample"
    assert source.label_names == ("neg", "pos")


def test_the_splits_have_the_sizes_asked_for_and_as_many_positive_as_negative_reviews(splits):
    assert {name: len(split.texts) for name, split in splits.items()} == {"train": 4000, "test": 2000}
    assert {name: split.labels.sum() for name, split in splits.items()} == {"train": 2000, "test": 1000}
    assert all(split.labels.dtype == np.int8 for split in splits.values())


def test_an_odd_split_has_one_negative_review_more():
    odd = SampleReviews(train=5, test=3).read()
    assert sorted(odd["train"].labels) == [0, 0, 0, 1, 1]
    assert sorted(odd["test"].labels) == [0, 0, 1]


def test_the_labels_come_in_no_order(splits):
    labels = splits["train"].labels
    assert 0.45 < np.mean(labels[:-1] == labels[1:]) < 0.55
    assert 900 < labels[:2000].sum() < 1100


def test_the_evidence_has_one_flag_a_token_and_is_true_on_opinions_and_not(splits):
    for split in splits.values():
        tokens = [token for text in tokens_of(split) for token in text]
        assert split.evidence is not None
        assert split.evidence.dtype == np.bool_
        assert len(split.evidence) == len(tokens)
        flagged = {token for token, flag in zip(tokens, split.evidence, strict=True) if flag}
        assert flagged == {"not", *GROUP_OF}


def test_a_seed_writes_the_same_reviews_each_time_and_another_seed_writes_others():
    one, same, other = (SampleReviews(seed, train=20, test=10).read() for seed in (1, 1, 2))
    for name in ("train", "test"):
        assert one[name].texts == same[name].texts
        np.testing.assert_array_equal(one[name].labels, same[name].labels)
        np.testing.assert_array_equal(one[name].evidence, same[name].evidence)
        assert one[name].texts != other[name].texts


def test_the_test_split_is_fresh_and_does_not_depend_on_the_size_of_the_training_split(splits):
    assert set(splits["train"].texts.to_pylist()).isdisjoint(splits["test"].texts.to_pylist())
    assert SampleReviews(train=3, test=2000).read()["test"].texts == splits["test"].texts


def test_the_fingerprint_tells_seeds_and_sizes_apart_and_writes_no_review(monkeypatch):
    monkeypatch.setattr(sample, "write_review", None)
    sources = [SampleReviews(), SampleReviews(1), SampleReviews(train=2000, test=4000), SampleReviews(test=1999)]
    assert len({source.fingerprint() for source in sources}) == len(sources)
    assert SampleReviews().fingerprint() == SampleReviews(seed=0, train=4000, test=2000).fingerprint()


def test_the_fingerprint_changes_with_the_grammar(monkeypatch):
    before = SampleReviews().fingerprint()
    monkeypatch.setattr(sample, "grammar_digest", lambda: "another grammar")
    assert SampleReviews().fingerprint() != before


@pytest.mark.parametrize("arguments", [{"train": 0}, {"test": 0}, {"seed": -1}])
def test_an_empty_split_or_a_negative_seed_is_refused(arguments):
    with pytest.raises(DataError, match="at least one review"):
        SampleReviews(**arguments)


def test_the_vector_file_holds_each_word_of_the_training_texts_commonest_first(splits, vector_file):
    counts = Counter(token for text in tokens_of(splits["train"]) for token in text)
    assert vector_file.name == "sample.50d.txt"
    assert list(vectors_in(vector_file)) == sorted(counts, key=lambda word: (-counts[word], word))


def test_a_line_of_the_vector_file_is_a_word_and_fifty_numbers(vector_file):
    line = re.compile(r"\S+( -?\d+\.\d{5}){50}\n")
    with vector_file.open(encoding="utf-8", newline="") as file:
        for row in file:
            assert line.fullmatch(row)


def test_the_vectors_are_the_same_to_the_byte_each_time_and_come_from_the_training_texts_alone(tmp_path):
    files = [
        SampleReviews(4, train=30, test=test).write_vectors(tmp_path / "new" / folder)
        for folder, test in (("a", 1), ("b", 9))
    ]
    assert files[0].read_bytes() == files[1].read_bytes()
    assert files[0].read_bytes() != SampleReviews(5, train=30, test=1).write_vectors(tmp_path).read_bytes()


def test_writing_again_replaces_the_file_and_leaves_nothing_else(tmp_path):
    (tmp_path / "sample.50d.txt").write_text("what an older version wrote")
    path = SampleReviews(train=4).write_vectors(tmp_path)
    assert list(tmp_path.iterdir()) == [path]
    assert "older" not in path.read_text("utf-8")


def test_a_folder_that_cannot_be_written_is_a_storage_error(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match=r"sample\.50d\.txt"):
        SampleReviews(train=4).write_vectors(tmp_path / "file")


def test_the_products_of_the_vectors_are_those_of_the_information_counted_by_plain_loops():
    """For vectors U·√S of a matrix M = U·S·Vᵀ, the square of their Gram matrix is M·Mᵀ, up to the common scale."""
    rng = np.random.default_rng(0)
    words = [f"w{number}" for number in range(17)]
    texts = [[words[int(rng.integers(17) * rng.random())] for _ in range(length)] for length in (3, 40, 1, 25, 9)]
    near = np.zeros((17, 17))
    for text in texts:
        for place, word in enumerate(text):
            for other in range(len(text)):
                if 1 <= abs(place - other) <= 5:
                    near[words.index(word), words.index(text[other])] += 1
    information = np.zeros((17, 17))
    for row in range(17):
        for column in range(17):
            if near[row, column] > 0:
                chance = near[row].sum() * near[:, column].sum() / near.sum()
                information[row, column] = max(0.0, np.log(near[row, column] / chance))
    vectors = ppmi_vectors(texts, words)
    gram = vectors @ vectors.T
    products, expected = gram @ gram, information @ information.T
    assert vectors.shape == (17, 50)
    np.testing.assert_allclose(products / np.trace(products), expected / np.trace(expected), atol=1e-12)


def test_the_vectors_have_the_spread_of_gloves_and_each_dimension_has_its_largest_number_positive(vector_file):
    matrix = np.array(list(vectors_in(vector_file).values()))
    largest = matrix[np.abs(matrix).argmax(axis=0), np.arange(50)]
    assert np.sqrt(np.mean(matrix**2)) == pytest.approx(0.5, abs=1e-4)
    assert (largest > 0).all()


def test_one_text_of_one_word_has_vectors_of_zeros():
    np.testing.assert_array_equal(ppmi_vectors([["alone"]], ["alone"]), np.zeros((1, 50)))


def test_the_nearest_opinion_word_is_of_the_same_genre_and_sign(vector_file):
    vectors = vectors_in(vector_file)
    words = list(GROUP_OF)
    matrix = np.array([vectors[word] for word in words])
    matrix /= np.linalg.norm(matrix, axis=1, keepdims=True)
    nearest = (matrix @ matrix.T - 2 * np.eye(len(words))).argmax(axis=1)
    agree = [GROUP_OF[word] == GROUP_OF[words[other]] for word, other in zip(words, nearest, strict=True)]
    assert np.mean(agree) > 0.9


def test_a_linear_classifier_of_the_mean_vector_is_right_on_fresh_texts_some_six_times_in_ten(splits, vector_file):
    """Question 1 must stay well under 0.75, what a learned query reaches: the closed form is what training tends to."""
    vectors = vectors_in(vector_file)
    means = {
        name: np.array([np.mean([vectors[t] for t in text], axis=0) for text in tokens_of(split)])
        for name, split in splits.items()
    }
    design = {name: np.hstack([mean, np.ones((len(mean), 1))]) for name, mean in means.items()}
    weights = np.linalg.lstsq(design["train"], 2.0 * splits["train"].labels - 1, rcond=None)[0]
    accuracy = np.mean((design["test"] @ weights > 0) == (splits["test"].labels == 1))
    assert 0.56 < accuracy < 0.68
