"""Batches hold the reviews they should, as numbers that an independent reading of the texts gives too."""

from __future__ import annotations

import math
import re
import zipfile
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import torch
from lightning import LightningModule, Trainer

from amal_attention.data import Tokenizer
from amal_attention.data.buckets import cut_batches, padding_efficiency
from amal_attention.data.tokenizer import TOKENIZERS
from amal_attention.data.vectors import AlignedVectors, find_vectors, load_vectors
from amal_attention.errors import DataError
from amal_attention.tasks.classification import ReviewData, TextBatch
from amal_attention.tasks.classification.data.module import SOURCES
from amal_attention.tasks.classification.data.sample import SampleReviews

TRAIN, TEST = 83, 47
pytestmark = pytest.mark.long

GLOVE = "glove.6B.50d"
QUIET: dict[str, Any] = {
    "accelerator": "cpu",
    "devices": 1,
    "logger": False,
    "enable_checkpointing": False,
    "enable_progress_bar": False,
    "enable_model_summary": False,
}

Review = tuple[tuple[int, ...], int]
Make = Callable[..., ReviewData]


class CountingSample(SampleReviews):
    """The sample, smaller, which counts what is asked of it."""

    def __init__(self) -> None:
        super().__init__(seed=3, train=TRAIN, test=TEST)
        self.asked: Counter[str] = Counter()

    def read(self) -> Any:
        self.asked["read"] += 1
        return super().read()

    def write_vectors(self, folder: Path) -> Path:
        self.asked["write_vectors"] += 1
        return super().write_vectors(folder)


@pytest.fixture
def sample(monkeypatch: pytest.MonkeyPatch) -> CountingSample:
    """The source that ``sample`` names in a test."""
    source = CountingSample()
    monkeypatch.setitem(SOURCES, "sample", lambda data_dir: source)
    return source


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache that tests share: the sample is prepared in it once."""
    return tmp_path_factory.mktemp("prepared")


@pytest.fixture
def make(sample: CountingSample, prepared: Path) -> Make:
    """A data module on the sample."""
    return lambda **options: ReviewData("sample", **{"batch_size": 7, "cache_dir": str(prepared), **options})


def expected_reviews(split: str, min_count: int = 2) -> list[Review]:
    """Numbers and label of each review of a split, by a reading of our own."""
    splits = {
        name: [re.findall(TOKENIZERS["glove"], text.lower()) for text in part.texts.to_pylist()]
        for name, part in CountingSample().read().items()
    }
    numbers = {word: place for place, word in enumerate(expected_vocabulary(min_count))}
    labels = CountingSample().read()[split].labels.tolist()
    return [
        (tuple(numbers.get(word, 1) for word in words), label)
        for words, label in zip(splits[split], labels, strict=True)
    ]


def expected_vocabulary(min_count: int) -> list[str]:
    texts = CountingSample().read()["train"].texts.to_pylist()
    counts = Counter(word for text in texts for word in re.findall(TOKENIZERS["glove"], text.lower()))
    kept = sorted((word for word in counts if counts[word] >= min_count), key=lambda word: (-counts[word], word))
    return ["<pad>", "<unk>", *kept]


def reviews_in(batches: Iterable[TextBatch]) -> list[Review]:
    """The reviews of batches, padding taken off by the mask."""
    return [
        (tuple(tokens[mask].tolist()), int(label))
        for batch in batches
        for tokens, mask, label in zip(*batch, strict=True)
    ]


def write_imdb(folder: Path, texts: list[str]) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for split in ("train", "test"):
        labels = [number % 2 for number in range(len(texts))]
        pq.write_table(pa.table({"text": texts, "label": labels}), folder / f"{split}.parquet")
    return folder


def test_training_and_validation_batches_hold_each_training_review_once(make: Make) -> None:
    data = make()
    seen = reviews_in([*data.train_dataloader(), *data.val_dataloader()])
    assert sorted(seen) == sorted(expected_reviews("train"))


def test_test_batches_hold_each_test_review_once(make: Make) -> None:
    assert sorted(reviews_in(make().test_dataloader())) == sorted(expected_reviews("test"))


def test_validation_and_training_share_no_review(make: Make) -> None:
    data = make()
    assert not set(data.rows("validation")) & set(data.rows("train"))


@pytest.mark.parametrize("share", [0.1, 0.25, 0.5])
def test_the_share_that_is_held_out_is_the_one_asked_for(make: Make, share: float) -> None:
    assert len(make(validation=share).rows("validation")) == round(share * TRAIN)


def test_at_least_one_review_is_held_out(make: Make) -> None:
    assert len(make(validation=0.001).rows("validation")) == 1


def test_reviews_of_a_block_are_held_out_together_in_every_so_many_blocks(make: Make) -> None:
    data = make(block=7, validation=0.25, seed=2)
    held, rest = ({int(row) // 7 for row in data.rows(split)} for split in ("validation", "train"))
    assert sorted([*data.rows("validation"), *data.rows("train")]) == list(range(TRAIN))
    assert held == set(range(min(held), 12, 4)) and not held & rest


def test_one_block_of_reviews_is_refused(make: Make, refusal: Callable[..., str]) -> None:
    assert "data.block" in refusal(DataError, lambda: make(block=TRAIN).rows("train"))


@pytest.mark.parametrize("share", [0.001, 0.999])
def test_no_split_is_left_without_a_block(make: Make, share: float) -> None:
    data = make(block=30, validation=share)
    assert min(len(data.rows("validation")), len(data.rows("train"))) >= TRAIN - 60


def test_the_same_seed_holds_out_the_same_reviews(make: Make) -> None:
    assert make(seed=4).rows("validation").tolist() == make(seed=4).rows("validation").tolist()


def test_another_seed_holds_out_other_reviews(make: Make) -> None:
    assert make(seed=4).rows("validation").tolist() != make(seed=5).rows("validation").tolist()


def test_no_seed_touches_the_test_split(make: Make) -> None:
    assert {tuple(make(seed=seed).rows("test")) for seed in range(3)} == {tuple(range(TRAIN, TRAIN + TEST))}


def test_the_mask_is_true_on_tokens_and_padding_follows_them(make: Make) -> None:
    for batch in make().train_dataloader():
        lengths = batch.mask.sum(dim=1)
        expected = [[place < length for place in range(int(lengths.max()))] for length in lengths.tolist()]
        assert batch.mask.tolist() == expected


def test_tokens_are_0_where_and_only_where_the_mask_is_false(make: Make) -> None:
    assert all(torch.equal(batch.tokens != 0, batch.mask) for batch in make().train_dataloader())


def test_a_batch_has_the_types_it_is_said_to_have(make: Make) -> None:
    kinds = {tuple(part.dtype for part in batch) for batch in make().train_dataloader()}
    assert kinds == {(torch.int64, torch.bool, torch.int64)}


def test_training_batches_keep_to_the_batch_size(make: Make) -> None:
    assert max(len(batch.labels) for batch in make(batch_size=5).train_dataloader()) == 5


def test_training_batches_keep_to_the_token_budget(make: Make) -> None:
    assert max(batch.mask.numel() for batch in make(token_budget=200).train_dataloader()) <= 200


def test_cropped_reviews_are_windows_of_training_reviews(make: Make) -> None:
    whole = [tokens for tokens, _ in expected_reviews("train")]
    windows = {tokens[start : start + 9] for tokens in whole for start in range(len(tokens) - 8)}
    assert {tokens for tokens, _ in reviews_in(make(crop=9).train_dataloader())} <= windows


def test_validation_reads_whole_reviews_even_where_training_crops(make: Make) -> None:
    cropped, whole = make(crop=9), make()
    assert sorted(reviews_in(cropped.val_dataloader())) == sorted(reviews_in(whole.val_dataloader()))


def test_the_test_reads_whole_reviews_even_where_training_crops(make: Make) -> None:
    assert sorted(reviews_in(make(crop=9).test_dataloader())) == sorted(expected_reviews("test"))


@pytest.mark.parametrize("min_count", [1, 2, 6])
def test_the_vocabulary_is_what_the_training_split_repeats(make: Make, min_count: int) -> None:
    assert make(min_count=min_count).vocabulary.words == expected_vocabulary(min_count)


def test_rarer_words_are_unknown_in_the_batches(make: Make) -> None:
    seen = reviews_in(make(min_count=6).test_dataloader())
    assert sorted(seen) == sorted(expected_reviews("test", min_count=6))


def test_the_sample_may_be_split_at_white_space(make: Make) -> None:
    texts = CountingSample().read()["test"].texts.to_pylist()
    data = make(tokenizer="whitespace", min_count=1)
    assert data.reviews.store.offsets[-1] - data.reviews.store.offsets[TRAIN] == sum(
        len(text.split()) for text in texts
    )


def test_reviews_asked_for_come_whole_and_in_their_order(make: Make) -> None:
    expected = expected_reviews("train")
    assert reviews_in([make().reviews.whole(np.array([5, 0, 11]))]) == [expected[5], expected[0], expected[11]]


def test_a_review_without_words_is_a_row_of_padding(tmp_path: Path) -> None:
    data = ReviewData(data_dir=str(write_imdb(tmp_path, ["a film", "", "a plot"])), min_count=1)
    batch = data.reviews.whole(np.array([1, 0]))
    assert (batch.tokens[0].tolist(), batch.mask[0].tolist()) == ([0, 0], [False, False])


def test_a_batch_of_reviews_without_words_has_no_column(tmp_path: Path) -> None:
    data = ReviewData(data_dir=str(write_imdb(tmp_path, ["a film", "", ""])))
    assert data.reviews.whole(np.array([1, 2])).tokens.shape == (2, 0)


def test_the_embedding_of_padding_is_0(make: Make) -> None:
    assert not make().embeddings[0].any()


def test_the_embedding_of_unknown_words_is_the_mean_of_the_others(make: Make) -> None:
    table = make().embeddings
    torch.testing.assert_close(table[1], table[2:].double().mean(dim=0).float())


def test_a_word_has_the_embedding_that_the_source_wrote(make: Make, tmp_path: Path) -> None:
    data = make()
    written = dict(
        line.split(" ", 1) for line in CountingSample().write_vectors(tmp_path).read_text("utf-8").splitlines()
    )
    expected = [[float(number) for number in written[word].split()] for word in data.vocabulary.known]
    torch.testing.assert_close(data.embeddings[2:], torch.tensor(expected))


def test_there_is_one_embedding_for_each_word(make: Make) -> None:
    data = make(min_count=4)
    assert data.embeddings.shape == (len(data.vocabulary), data.dim)


def test_vectors_of_ones_own_take_the_place_of_the_sources(make: Make, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("the 1 2 3 5\nnot -1 0 0 7\n")
    data = make(vectors=str(tmp_path / "mine.txt"))
    assert data.embeddings[data.vocabulary.encode(["not"])].tolist() == [[-1, 0, 0, 7]]


def test_the_width_is_that_of_the_vectors(make: Make, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("the 1 2 3 5\nnot -1 0 0 7\n")
    assert make(vectors=str(tmp_path / "mine.txt")).dim == 4


def test_imdb_takes_glove_from_the_data_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_imdb(tmp_path / "imdb", ["a film", "a plot", "a film", "a plot"])
    (tmp_path / f"{GLOVE}.txt").write_text("film 1 2 3\nplot 3 5 7\n")
    monkeypatch.setenv("AMAL_DATA", str(tmp_path))
    assert ReviewData().embeddings.tolist() == [[0, 0, 0], [2, 3.5, 5], [2, 3.5, 5], [1, 2, 3], [3, 5, 7]]


def test_labels_have_the_names_of_the_source(make: Make) -> None:
    assert make().label_names == ("neg", "pos")


def test_a_source_that_was_prepared_is_not_read_again(make: Make, sample: CountingSample) -> None:
    make().prepare_data()
    sample.asked.clear()
    for _ in range(2):
        data = make(seed=8)
        data.setup("fit")
        list(data.train_dataloader())
    assert sample.asked["read"] == 0


def test_vectors_of_the_source_are_written_once(sample: CountingSample, cache: Path) -> None:
    for _ in range(2):
        data = ReviewData("sample", cache_dir=str(cache))
        assert data.embeddings.shape[1] == data.dim
    assert sample.asked["write_vectors"] == 1


@pytest.mark.parametrize("rank", [0, 1, 2])
def test_each_of_three_processes_makes_as_many_steps(make: Make, rank: int) -> None:
    shared, alone = make(), make()
    shared.trainer = SimpleNamespace(global_rank=rank, world_size=3)
    alone.trainer = SimpleNamespace(global_rank=0, world_size=3)
    assert len(list(shared.train_dataloader())) == len(list(alone.train_dataloader()))


@pytest.mark.parametrize("split", ["train", "val", "test"])
def test_three_processes_share_the_reviews_out(make: Make, split: str) -> None:
    shares = []
    for rank in range(3):
        data = make()
        data.trainer = SimpleNamespace(global_rank=rank, world_size=3)
        shares += reviews_in(getattr(data, f"{split}_dataloader")())
    assert sorted(shares) == sorted(reviews_in(getattr(make(), f"{split}_dataloader")()))


class Averaging(LightningModule):
    """The smallest model that reads a batch; it keeps the training batches of each epoch."""

    def __init__(self, embeddings: torch.Tensor) -> None:
        super().__init__()
        self.embed = torch.nn.Embedding.from_pretrained(embeddings)
        self.decide = torch.nn.Linear(embeddings.shape[1], 2)
        self.epochs: dict[int, list[TextBatch]] = {}

    def loss(self, batch: TextBatch) -> torch.Tensor:
        summed = (self.embed(batch.tokens) * batch.mask[..., None]).sum(dim=1)
        return torch.nn.functional.cross_entropy(
            self.decide(summed / batch.mask.sum(dim=1, keepdim=True)), batch.labels
        )

    def training_step(self, batch: TextBatch, number: int) -> torch.Tensor:
        self.epochs.setdefault(self.current_epoch, []).append(batch)
        return self.loss(batch)

    def validation_step(self, batch: TextBatch, number: int) -> None:
        self.log("validation", self.loss(batch), batch_size=len(batch.labels))

    def test_step(self, batch: TextBatch, number: int) -> None:
        self.log("test", self.loss(batch), batch_size=len(batch.labels))

    def configure_optimizers(self) -> torch.optim.Optimizer:
        return torch.optim.SGD(self.decide.parameters(), lr=0.1)


def test_a_trainer_trains_and_tests_on_the_sample(prepared: Path) -> None:
    data = ReviewData("sample", cache_dir=str(prepared))
    trainer = Trainer(fast_dev_run=True, **QUIET)
    model = Averaging(data.embeddings)
    trainer.fit(model, data)
    (scores,) = trainer.test(model, data, verbose=False)
    assert math.isfinite(scores["test"])


@pytest.fixture
def two_epochs(make: Make, tmp_path: Path) -> dict[int, list[TextBatch]]:
    """The training batches that a trainer gave to its model in two epochs."""
    data = make()
    model = Averaging(data.embeddings)
    Trainer(max_epochs=2, default_root_dir=tmp_path, **QUIET).fit(model, data)
    return model.epochs


def test_a_trainer_gives_each_training_review_once_an_epoch(make: Make, two_epochs: dict[int, list[TextBatch]]) -> None:
    held_out = reviews_in(make().val_dataloader())
    once = sorted((Counter(expected_reviews("train")) - Counter(held_out)).elements())
    assert [sorted(reviews_in(batches)) for batches in two_epochs.values()] == [once, once]


def test_a_trainer_tells_the_batches_that_an_epoch_is_new(two_epochs: dict[int, list[TextBatch]]) -> None:
    assert reviews_in(two_epochs[0]) != reviews_in(two_epochs[1])


def test_no_path_of_this_machine_is_among_the_hyperparameters(make: Make) -> None:
    assert not {"data_dir", "cache_dir"} & set(make().hparams)


def test_an_unknown_source_is_answered_with_those_there_are(refusal: Callable[..., str]) -> None:
    assert "imdb, sample" in refusal(DataError, lambda: ReviewData("reviews"))


@pytest.mark.parametrize("share", [0.0, 1.0, -0.1, 1.5, math.nan])
def test_a_share_that_is_none_is_refused(share: float, refusal: Callable[..., str]) -> None:
    assert "data.validation" in refusal(DataError, lambda: ReviewData("sample", validation=share))


def test_no_network_is_told_before_anything_is_trained(
    monkeypatch: pytest.MonkeyPatch, refusal: Callable[..., str]
) -> None:
    def unreachable(name: str, split: str) -> None:
        raise ConnectionError("Couldn't reach the Hub")

    monkeypatch.setattr("datasets.load_dataset", unreachable)
    assert "AMAL_DATA" in refusal(DataError, ReviewData().prepare_data)


@dataclass(frozen=True)
class RealData:
    """The real IMDB and GloVe as we prepare them, and the words of GloVe by a reading of our own."""

    folder: Path
    cache: Path
    vectors: AlignedVectors
    glove_words: set[str]
    before: list[tuple[str, int, float]]
    after: list[tuple[str, int, float]]

    def module(self, **options: Any) -> ReviewData:
        """The data with other options; all is prepared."""
        return ReviewData("imdb", data_dir=str(self.folder), cache_dir=str(self.cache), **options)


@pytest.fixture(scope="module")
def real(imdb_data: Path, tmp_path_factory: pytest.TempPathFactory) -> RealData:
    cache = tmp_path_factory.mktemp("real")
    before = listing(imdb_data)
    store = ReviewData("imdb", data_dir=str(imdb_data), cache_dir=str(cache)).reviews.store
    vectors = load_vectors(find_vectors(GLOVE, imdb_data, cache), store.words, store.folder.name, cache)
    with zipfile.ZipFile(imdb_data / "glove" / "glove.6B.zip") as archive, archive.open(f"{GLOVE}.txt") as lines:
        glove_words = {line[: line.index(b" ")].decode() for line in lines}
    return RealData(imdb_data, cache, vectors, glove_words, before, listing(imdb_data))


def listing(folder: Path) -> list[tuple[str, int, float]]:
    return sorted((str(path), path.stat().st_size, path.stat().st_mtime) for path in folder.rglob("*"))


@pytest.mark.imdb
def test_imdb_has_25000_reviews_in_each_split_and_as_many_of_each_label(real: RealData) -> None:
    store = real.module().reviews.store
    counts = {split: np.bincount(store.labels[store.rows(split)]).tolist() for split in ("train", "test")}
    assert counts == {"train": [12_500, 12_500], "test": [12_500, 12_500]}


@pytest.mark.imdb
def test_glove_knows_99_of_100_running_words_of_imdb(real: RealData) -> None:
    assert real.vectors.known[real.module().reviews.store.tokens].mean() >= 0.99


@pytest.mark.imdb
def test_white_space_leaves_one_running_word_in_seven_without_a_vector(real: RealData) -> None:
    texts = pq.read_table(real.folder / "imdb" / "train.parquet")["text"].cast(pa.large_string()).combine_chunks()
    tokenized = Tokenizer("whitespace").tokenize([texts])
    known = np.array([word in real.glove_words for word in tokenized.words])
    assert known[tokenized.tokens].mean() < 0.86


@pytest.mark.imdb
def test_the_words_that_have_a_vector_are_those_of_the_published_file(real: RealData) -> None:
    words = real.module().reviews.store.words
    assert real.vectors.known.tolist() == [word in real.glove_words for word in words]


@pytest.mark.imdb
@pytest.mark.parametrize("options", [{}, {"batch_size": 32}, {"token_budget": 16_384}, {"crop": 200}], ids=str)
def test_little_of_a_training_batch_is_padding(real: RealData, options: dict[str, int]) -> None:
    assert padding_efficiency(list(real.module(**options).train_dataloader().sampler)) >= 0.85


@pytest.mark.imdb
@pytest.mark.parametrize("loader", ["val_dataloader", "test_dataloader"])
def test_little_of_an_evaluation_batch_is_padding(real: RealData, loader: str) -> None:
    assert padding_efficiency(list(getattr(real.module(), loader)().sampler)) >= 0.85


@pytest.mark.imdb
@pytest.mark.parametrize("split", ["train", "test"])
def test_reviews_from_first_to_last_are_word_for_word_those_of_the_files(real: RealData, split: str) -> None:
    texts = pq.read_table(real.folder / "imdb" / f"{split}.parquet")["text"].to_pylist()
    store = real.module().reviews.store
    chosen = [*range(0, 25_000, 97), 24_999]
    rows = store.rows(split)[chosen]
    stored = [
        [store.words[token] for token in store.tokens[store.offsets[row] : store.offsets[row + 1]]] for row in rows
    ]
    expected = [re.findall(TOKENIZERS["glove"], texts[row].replace("<br />", " ").lower()) for row in chosen]
    assert stored == expected


@pytest.mark.imdb
def test_the_folder_of_the_real_data_is_left_as_it_was(real: RealData) -> None:
    assert real.after == real.before


@pytest.mark.parametrize("name", ["batch_size", "token_budget", "crop", "min_count"])
@pytest.mark.parametrize("count", [0, -1])
def test_a_count_below_one_is_told(name: str, count: int, refusal: Callable[..., str]) -> None:
    told = refusal(DataError, lambda: ReviewData("sample", **{name: count}))
    assert f"data.{name} from 1 to 4294967295; got {count}" in told


@pytest.mark.parametrize(("name", "number"), [("crop", 2**70), ("batch_size", 2**32), ("seed", -1), ("seed", 2**32)])
def test_a_number_that_no_array_holds_is_told(name: str, number: int, refusal: Callable[..., str]) -> None:
    assert f"4294967295; got {number}" in refusal(DataError, lambda: ReviewData("sample", **{name: number}))


def test_standardised_vectors_have_mean_0_and_variance_1_over_the_running_words(prepared: Path) -> None:
    data = ReviewData("sample", standardise=True, min_count=30, cache_dir=str(prepared))
    rows = data.reviews.store.rows("train")
    running = torch.cat([data.embeddings[data.reviews.whole(rows[i : i + 1]).tokens[0]] for i in range(len(rows))])
    torch.testing.assert_close(running.mean(dim=0), torch.zeros(data.dim), atol=1e-4, rtol=0)
    torch.testing.assert_close(running.var(dim=0), torch.ones(data.dim), atol=1e-3, rtol=0)


def test_standardised_padding_stays_zero(prepared: Path) -> None:
    assert ReviewData("sample", standardise=True, cache_dir=str(prepared)).embeddings[0].abs().sum() == 0


def test_evaluation_of_long_reviews_bounds_the_pairs_of_their_words() -> None:
    cuts = cut_batches(np.full(32, 2000), 256, ReviewData.evaluation_places, ReviewData.evaluation_pairs)
    four_heads = [16 * (cut.stop - cut.start) * 2000**2 for cut in cuts]
    assert sum(cut.stop - cut.start for cut in cuts) == 32 and max(four_heads) < 0.2e9


def test_only_so_many_training_reviews_keep_their_labels(make: Make) -> None:
    whole, few, others = make(), make(labels=20), make(labels=20, seed=1)
    assert len(few.rows("train")) == 20 == len(set(few.rows("train")))
    assert set(few.rows("train")) < set(whole.rows("train"))
    assert few.rows("train").tolist() == make(labels=20).rows("train").tolist() != others.rows("train").tolist()
    for split in ("validation", "test"):
        assert few.rows(split).tolist() == whole.rows(split).tolist()
    seen = reviews_in(few.train_dataloader())
    assert len(seen) == 20 and not Counter(seen) - Counter(expected_reviews("train"))


def test_more_labels_than_training_reviews_are_refused(make: Make) -> None:
    with pytest.raises(DataError, match=r"data\.labels up to 75"):
        make(labels=76).rows("train")
    with pytest.raises(DataError, match=r"data\.labels from 1"):
        make(labels=0)


def test_labelled_batches_stand_beside_all_reviews_without_labels(make: Make) -> None:
    data = make(labels=20, train_as="unlabelled")
    model = ReadsBoth()
    Trainer(**QUIET, max_epochs=1).fit(model, datamodule=data)
    unlabelled = [words for words, label in reviews_in(model.unlabelled) if label == -1]
    assert sorted(unlabelled) == sorted(words for words, _ in reviews_in(make().train_dataloader()))
    labelled = reviews_in(model.labelled)
    assert set(labelled) == set(reviews_in(make(labels=20).train_dataloader()))
    assert len(model.labelled) == len(model.unlabelled) and len(labelled) > 20


def test_counts_are_those_of_running_words(make: Make) -> None:
    data = make()
    read = [word for words, _ in expected_reviews("train") for word in words]
    assert data.counts.tolist() == [Counter(read)[word] for word in range(len(data.vocabulary))]
    assert data.counts.dtype == torch.int64 and len(data.counts) == len(data.embeddings)


class ReadsBoth(LightningModule):
    """Keeps the batches that it is given."""

    def __init__(self) -> None:
        super().__init__()
        self.labelled: list[TextBatch] = []
        self.unlabelled: list[TextBatch] = []
        self.number = torch.nn.Parameter(torch.zeros(()))

    def training_step(self, batch: dict[str, TextBatch], batch_idx: int) -> torch.Tensor:
        self.labelled.append(batch["labelled"])
        self.unlabelled.append(batch["unlabelled"])
        return self.number * 0

    def configure_optimizers(self) -> torch.optim.Optimizer:
        return torch.optim.SGD(self.parameters(), lr=0.1)
