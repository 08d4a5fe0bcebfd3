"""Word vectors are found where they lie, kept to the words of the corpus, and refused in one line where damaged."""

from __future__ import annotations

import hashlib
import ssl
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from amal_attention.data.vectors import AlignedVectors, VectorFile, find_vectors, load_vectors
from amal_attention.errors import VectorsError

VECTORS = {"film": [1.0, 2.0, 4.0], "the": [0.5, -1.0, 0.25], "n't": [-3.0, 5.0, 7.0], "spare": [100.0, 100.0, 100.0]}
WORDS = ["the", "unheard", "film", "n't", "xyzzy"]
NAME = "glove.6B.50d"


def lines(vectors: dict[str, list[float]]) -> str:
    return "".join(f"{word} {' '.join(map(str, numbers))}\n" for word, numbers in vectors.items())


def text_file(path: Path, content: str | None = None) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(lines(VECTORS) if content is None else content, "utf-8")
    return path


def zip_file(path: Path, **members: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in (members or {"vectors": lines(VECTORS)}).items():
            archive.writestr(f"{name}.txt", content)
    return path


def published_zip(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("glove.6B.100d.txt", lines({"film": [0.0, 0.0]}))
        archive.writestr("glove.6B.50d.txt", lines(VECTORS))
    return path


def loaded(path: Path, cache: Path, words: list[str] = WORDS, corpus: str = "corpus") -> AlignedVectors:
    return load_vectors(find_vectors(str(path), None, cache), words, corpus, cache)


def without_network(*args: object, **options: object) -> None:
    raise OSError("<urlopen error [Errno -3] Temporary failure in name resolution>")


def never(*args: object, **options: object) -> None:
    raise AssertionError("nobody should ask for this")


def damage_member(path: Path) -> None:
    """Change the compressed bytes of the only member of a zip, and leave its name, its sizes and its checksum."""
    content = bytearray(path.read_bytes())
    start = content.index(b"vectors.txt") + len(b"vectors.txt")
    end = content.index(b"PK\x01\x02")
    content[start:end] = bytes(byte ^ 0xFF for byte in content[start:end])
    path.write_bytes(bytes(content))


def test_a_known_word_has_the_numbers_of_its_line(tmp_path: Path, cache: Path) -> None:
    vectors = loaded(text_file(tmp_path / "v.txt"), cache)
    rows = {word: vectors.matrix[WORDS.index(word)].tolist() for word in ("film", "the", "n't")}
    assert rows == {word: VECTORS[word] for word in rows}


def test_an_unknown_word_has_the_mean_of_the_known(tmp_path: Path, cache: Path) -> None:
    vectors = loaded(text_file(tmp_path / "v.txt"), cache)
    mean = [sum(VECTORS[word][axis] for word in ("the", "film", "n't")) / 3 for axis in range(3)]
    np.testing.assert_allclose(vectors.matrix[[1, 4]], [mean, mean], rtol=1e-6)


def test_known_tells_which_words_have_a_line(tmp_path: Path, cache: Path) -> None:
    assert loaded(text_file(tmp_path / "v.txt"), cache).known.tolist() == [True, False, True, True, False]


def test_the_matrix_is_float32_and_stays_on_the_disk(tmp_path: Path, cache: Path) -> None:
    matrix = loaded(text_file(tmp_path / "v.txt"), cache).matrix
    assert isinstance(matrix, np.memmap) and matrix.dtype == np.float32


def test_a_zip_of_one_text_gives_what_the_text_gives(tmp_path: Path, cache: Path) -> None:
    zipped, plain = loaded(zip_file(tmp_path / "v.zip"), cache), loaded(text_file(tmp_path / "v.txt"), cache)
    np.testing.assert_array_equal(zipped.matrix, plain.matrix)


def test_a_zip_of_two_texts_is_refused_with_their_number(
    tmp_path: Path, cache: Path, refusal: Callable[..., str]
) -> None:
    path = zip_file(tmp_path / "v.zip", a=lines(VECTORS), b=lines(VECTORS))
    assert "got 2;" in refusal(VectorsError, lambda: find_vectors(str(path), None, cache))


def test_a_word_may_hold_any_letter(tmp_path: Path, cache: Path) -> None:
    path = text_file(tmp_path / "v.txt", lines({"é": [1, 2, 3], "映画": [4, 5, 6], "\u200b": [7, 8, 9]}))
    assert loaded(path, cache, words=["映画", "\u200b", "é"]).matrix.tolist() == [[4, 5, 6], [7, 8, 9], [1, 2, 3]]


def test_a_header_as_word2vec_writes_it_is_passed_over(tmp_path: Path, cache: Path) -> None:
    path = text_file(tmp_path / "v.txt", "4 3\n" + lines(VECTORS))
    assert loaded(path, cache, words=["film", "spare"]).matrix.tolist() == [VECTORS["film"], VECTORS["spare"]]


def test_the_folder_of_the_file_is_left_as_it_was(tmp_path: Path, cache: Path) -> None:
    loaded(text_file(tmp_path / "v.txt"), cache)
    loaded(zip_file(tmp_path / "v.zip"), cache)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["v.txt", "v.zip"]


def test_the_cache_keeps_the_words_of_the_corpus_alone(tmp_path: Path, cache: Path) -> None:
    loaded(text_file(tmp_path / "v.txt"), cache)
    assert sorted(path.name for path in cache.rglob("*.*") if path.suffix != ".lock") == ["known.npy", "matrix.npy"]


def test_vectors_are_read_once(tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = text_file(tmp_path / "v.txt")
    first = loaded(path, cache)
    monkeypatch.setattr("torchtext.vocab.Vectors", never)
    np.testing.assert_array_equal(loaded(path, cache).matrix, first.matrix)


def test_a_zip_is_unpacked_once(tmp_path: Path, cache: Path) -> None:
    path = zip_file(tmp_path / "v.zip")
    first = loaded(path, cache)
    damage_member(path)
    np.testing.assert_array_equal(loaded(path, cache).matrix, first.matrix)


@pytest.mark.parametrize("write", [text_file, lambda path, content: zip_file(path, v=content)], ids=["text", "zip"])
def test_changed_vectors_are_read_anew(tmp_path: Path, cache: Path, write: Callable[[Path, str], Path]) -> None:
    path = tmp_path / ("v.txt" if write is text_file else "v.zip")
    loaded(write(path, lines(VECTORS)), cache)
    other = loaded(write(path, lines({**VECTORS, "film": [0.0, 0.0, 9.0]})), cache)
    assert other.matrix[WORDS.index("film")].tolist() == [0.0, 0.0, 9.0]


def test_each_corpus_has_its_own_rows(tmp_path: Path, cache: Path) -> None:
    path = text_file(tmp_path / "v.txt")
    loaded(path, cache)
    assert loaded(path, cache, ["film"], corpus="another").matrix.tolist() == [VECTORS["film"]]


@pytest.mark.parametrize("place", [".", "glove"])
def test_a_published_name_is_found_in_the_data_folder_as_a_text(tmp_path: Path, cache: Path, place: str) -> None:
    path = text_file(tmp_path / place / f"{NAME}.txt")
    assert find_vectors(NAME, tmp_path, cache) == VectorFile(path)


@pytest.mark.parametrize("place", [".", "glove"])
def test_a_published_name_is_found_in_the_data_folder_inside_the_published_zip(
    tmp_path: Path, cache: Path, place: str
) -> None:
    path = published_zip(tmp_path / place / "glove.6B.zip")
    assert find_vectors(NAME, tmp_path, cache) == VectorFile(path, f"{NAME}.txt")


def test_a_published_name_gives_the_vectors_of_its_own_width(tmp_path: Path, cache: Path) -> None:
    published_zip(tmp_path / "glove.6B.zip")
    assert load_vectors(find_vectors(NAME, tmp_path, cache), WORDS, "corpus", cache).matrix.shape == (5, 3)


def test_a_published_name_is_found_in_the_folder_of_the_environment(
    tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AMAL_DATA", str(tmp_path))
    path = text_file(tmp_path / f"{NAME}.txt")
    assert find_vectors(NAME, None, cache) == VectorFile(path)


def test_a_published_name_is_found_in_the_cache_without_a_network(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("torchtext.vocab.GloVe", never)
    path = published_zip(cache / "glove" / "glove.6B.zip")
    assert find_vectors(NAME, None, cache) == VectorFile(path, f"{NAME}.txt")


@pytest.fixture
def published(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The small file of these tests is what was published."""
    digest = hashlib.sha256(text_file(tmp_path / "published.txt").read_bytes()).hexdigest()
    monkeypatch.setattr("amal_attention.data.vectors._DIGESTS", {NAME: digest})


def test_a_download_that_is_not_the_published_file_is_refused_and_not_kept(
    cache: Path, monkeypatch: pytest.MonkeyPatch, refusal: Callable[..., str]
) -> None:
    def download(name: str, dim: int, cache: str) -> None:
        text_file(Path(cache) / f"glove.{name}.{dim}d.txt")

    monkeypatch.setattr("torchtext.vocab.GloVe", download)
    message = refusal(VectorsError, lambda: find_vectors(NAME, None, cache))
    assert "as published" in message and "sha256" in message
    assert not [path for path in cache.rglob("*") if path.is_file()]


def test_of_a_download_without_a_known_digest_a_line_says_that_it_was_not_checked(
    cache: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def download(name: str, dim: int, cache: str) -> None:
        text_file(Path(cache) / f"glove.{name}.{dim}d.txt")

    monkeypatch.setattr("torchtext.vocab.GloVe", download)
    assert find_vectors("glove.6B.300d", None, cache).path.is_file()
    assert "not checked" in caplog.text


@pytest.mark.usefixtures("published")
def test_torchtext_downloads_over_https(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def ask(vectors: object, name: str, cache: str, url: str, **_: object) -> None:
        asked.append(url)
        text_file(Path(cache) / name)

    monkeypatch.setattr("torchtext.vocab.Vectors.__init__", ask)
    find_vectors(NAME, None, cache)
    assert asked[0].startswith("https://")


@pytest.mark.usefixtures("published")
def test_a_published_name_that_lies_nowhere_is_downloaded_into_the_cache(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def download(name: str, dim: int, cache: str) -> None:
        text_file(Path(cache) / f"glove.{name}.{dim}d.txt")

    monkeypatch.setattr("torchtext.vocab.GloVe", download)
    vectors = load_vectors(find_vectors(NAME, None, cache), ["film"], "corpus", cache)
    assert vectors.matrix.tolist() == [VECTORS["film"]]


@pytest.mark.usefixtures("published")
def test_a_published_name_is_downloaded_once(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    downloads: list[str] = []

    def download(name: str, dim: int, cache: str) -> None:
        downloads.append(name)
        text_file(Path(cache) / f"glove.{name}.{dim}d.txt")

    monkeypatch.setattr("torchtext.vocab.GloVe", download)
    find_vectors(NAME, None, cache)
    find_vectors(NAME, None, cache)
    assert downloads == ["6B"]


def test_a_download_that_fails_is_told_with_what_to_do(
    cache: Path, monkeypatch: pytest.MonkeyPatch, refusal: Callable[..., str]
) -> None:
    monkeypatch.setattr("torchtext.vocab.GloVe", without_network)
    message = refusal(VectorsError, lambda: find_vectors(NAME, None, cache))
    assert "name resolution" in message and "--data.vectors" in message


@pytest.mark.usefixtures("published")
@pytest.mark.parametrize("left", ["glove.6B.zip", f"{NAME}.txt"], ids=["in mid-download", "in mid-extraction"])
def test_a_download_works_after_one_that_was_cut_off(cache: Path, monkeypatch: pytest.MonkeyPatch, left: str) -> None:
    def cut_off(name: str, dim: int, cache: str) -> None:
        text_file(Path(cache) / left, "film 1.0 2.0 4.0\n")  # what torchtext leaves behind: no whole zip, half a text
        raise OSError("no more of it")

    def download(name: str, dim: int, cache: str) -> None:
        text_file(Path(cache) / f"glove.{name}.{dim}d.txt")

    monkeypatch.setattr("torchtext.vocab.GloVe", cut_off)
    with pytest.raises(VectorsError):
        find_vectors(NAME, None, cache)
    monkeypatch.setattr("torchtext.vocab.GloVe", download)
    found = find_vectors(NAME, None, cache)
    assert load_vectors(found, ["the"], "corpus", cache).matrix.tolist() == [VECTORS["the"]]


@pytest.mark.parametrize("name", ["no/such/file.txt", "glove.7B.50d", "glove.6B.50d.txt", ""])
def test_a_name_that_is_neither_a_file_nor_published_is_refused(
    cache: Path, name: str, refusal: Callable[..., str]
) -> None:
    assert NAME in refusal(VectorsError, lambda: find_vectors(name, None, cache))


@pytest.mark.parametrize("kept", [0, 30, -10], ids=["emptied", "cut off", "ten bytes short"])
def test_a_zip_that_is_cut_off_is_told_by_name(
    tmp_path: Path, cache: Path, kept: int, refusal: Callable[..., str]
) -> None:
    path = zip_file(tmp_path / "v.zip")
    path.write_bytes(path.read_bytes()[:kept])
    assert str(path) in refusal(VectorsError, lambda: find_vectors(str(path), None, cache))


def test_a_zip_damaged_inside_is_told_by_name(tmp_path: Path, cache: Path, refusal: Callable[..., str]) -> None:
    path = zip_file(tmp_path / "v.zip")
    damage_member(path)
    assert str(path) in refusal(VectorsError, lambda: loaded(path, cache))


def test_a_zip_whose_text_was_changed_is_told_by_name(tmp_path: Path, cache: Path, refusal: Callable[..., str]) -> None:
    path = tmp_path / "v.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("v.txt", lines(VECTORS))
    path.write_bytes(path.read_bytes().replace(b"film 1.0", b"film 2.0"))
    assert str(path) in refusal(VectorsError, lambda: loaded(path, cache))


@pytest.mark.parametrize(
    "content",
    ["film 1.0 2.0 3.0\nthe 1.0 2.0\n", "film 1.0 2.0\nthe 1.0 2.0 3.0\n", "film 1.0 two 3.0\n", "film 1 2 3\n\n"],
    ids=["narrower", "wider", "no number", "blank line"],
)
def test_lines_that_do_not_agree_are_told_by_the_name_of_their_file(
    tmp_path: Path, cache: Path, content: str, refusal: Callable[..., str]
) -> None:
    assert "v.txt" in refusal(VectorsError, lambda: loaded(text_file(tmp_path / "v.txt", content), cache))


@pytest.mark.parametrize("content", ["", "\n", "4 3\n"], ids=["empty", "blank", "a header alone"])
def test_a_file_without_vectors_is_said_to_be_empty(
    tmp_path: Path, cache: Path, content: str, refusal: Callable[..., str]
) -> None:
    assert "empty" in refusal(VectorsError, lambda: loaded(text_file(tmp_path / "v.txt", content), cache))


def test_vectors_of_other_words_are_refused(tmp_path: Path, cache: Path, refusal: Callable[..., str]) -> None:
    path = text_file(tmp_path / "v.txt")
    assert "none of them" in refusal(VectorsError, lambda: loaded(path, cache, words=["le", "film noir"]))


def test_refused_vectors_leave_nothing_in_the_cache(tmp_path: Path, cache: Path) -> None:
    with pytest.raises(VectorsError):
        loaded(text_file(tmp_path / "v.txt", "film 1.0 2.0 3.0\nthe 1.0 2.0\n"), cache)
    assert [path.suffix for path in (cache / "vectors").iterdir()] == [".lock"]


@pytest.mark.parametrize("damage", ["emptied", "halved", "gone"])
@pytest.mark.parametrize("name", ["matrix.npy", "known.npy"])
def test_a_damaged_file_of_the_cache_is_told_with_what_to_do(
    tmp_path: Path, cache: Path, name: str, damage: str, refusal: Callable[..., str]
) -> None:
    path = text_file(tmp_path / "v.txt")
    loaded(path, cache)
    (kept,) = cache.rglob(name)
    content = kept.read_bytes()
    kept.unlink() if damage == "gone" else kept.write_bytes(content[: 0 if damage == "emptied" else len(content) // 2])
    assert "delete" in refusal(VectorsError, lambda: loaded(path, cache))


def test_reading_vectors_leaves_certificates_checked(
    tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ssl, "_create_default_https_context", ssl.create_default_context)
    loaded(text_file(tmp_path / "v.txt"), cache)
    assert ssl._create_default_https_context is ssl.create_default_context


@pytest.mark.usefixtures("published")
def test_a_download_checks_certificates(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []

    def download(name: str, dim: int, cache: str) -> None:
        ssl._create_default_https_context = ssl._create_unverified_context  # as torchtext's Vectors do
        seen.append(ssl._create_default_https_context().verify_mode)
        text_file(Path(cache) / f"glove.{name}.{dim}d.txt")

    monkeypatch.setattr("torchtext.vocab.GloVe", download)
    find_vectors(NAME, None, cache)
    assert seen == [ssl.CERT_REQUIRED]
