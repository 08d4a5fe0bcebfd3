"""Word vectors in GloVe's format, kept to the words of a corpus. The only file that knows ``torchtext``."""

from __future__ import annotations

import hashlib
import logging
import os
import re
import ssl
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import numpy as np
import numpy.typing as npt

from amal_attention.data.cache import built_once, reading_cache
from amal_attention.errors import VectorsError, explain

__all__ = ["DEFAULT_VECTORS", "AlignedVectors", "VectorFile", "find_vectors", "load_vectors"]

_log = logging.getLogger(__name__)

DEFAULT_VECTORS = "glove.6B.50d"

_DIGESTS = {"glove.6B.50d": "d8f717f8dd4b545cb7f418ef9f3d0c3e6e68a6f48b97d32f8b7aae40cb31f96f"}
"""SHA-256 of published files. torchtext downloads over plain http, where anybody on the way can change a file."""

_NAMED = re.compile(r"glove\.(6B|42B|840B|twitter\.27B)\.(\d+)d")
_ADVICE = "give a file in GloVe's text format, or a zip of one, with --data.vectors, or connect to download GloVe"


@dataclass(frozen=True)
class AlignedVectors:
    """One vector a word: ``matrix`` float32 ``(words, D)``; ``known`` bool ``(words,)``, False where there was none.

    The rule for a word without a vector: it gets the mean of the vectors of the words that have one.
    """

    matrix: npt.NDArray[np.float32]
    known: npt.NDArray[np.bool_]


@dataclass(frozen=True)
class VectorFile:
    """A text file of vectors, by itself or as the member of a zip."""

    path: Path
    member: str | None = None

    def fingerprint(self) -> str:
        """A digest of the content; for a zip, the checksum that it keeps of the member."""
        if self.member is not None:
            with _opened_zip(self.path) as archive:
                info = archive.getinfo(self.member)
            return f"{self.member}:{info.CRC:08x}:{info.file_size}"
        with self.path.open("rb") as file:
            return hashlib.file_digest(file, "blake2b").hexdigest()[:32]


def find_vectors(name: str, data_dir: str | Path | None, cache: Path) -> VectorFile:
    """The file of the vectors called ``name``: a path to a text file or zip, or a published name (``glove.6B.50d``).

    A published name is looked for in the data folder (and its folder ``glove``), then in the cache, as a text file
    or inside the published zip; then it is downloaded into the cache, once, over https. Where the digest of a
    download is known, it is compared; where it is not, a line says so.

    Raises:
        VectorsError: there is no such file and no such name, the download failed, or it is not the published file.
    """
    published = _NAMED.fullmatch(name)
    if published is None:
        return _users_file(Path(name).expanduser())
    given = data_dir or os.environ.get("AMAL_DATA")
    places = [Path(given), Path(given) / "glove"] if given else []
    for place in [*places, cache / "glove"]:
        text, archive = place / f"{name}.txt", place / f"glove.{published[1]}.zip"
        if text.is_file():
            return VectorFile(text)
        if archive.is_file() and text.name in _members(archive):
            return VectorFile(archive, text.name)
    return _downloaded(published[1], int(published[2]), cache / "glove")


def load_vectors(file: VectorFile, words: list[str], corpus: str, cache: Path) -> AlignedVectors:
    """Keep the vectors of ``words``; the result is cached under the digests of the corpus and of the vectors.

    Raises:
        VectorsError: the file is damaged, its vectors differ in width, or it knows none of the words.
        StorageError: the cache cannot be written.
    """
    digest = hashlib.blake2b(f"{corpus}\n{file.fingerprint()}".encode(), digest_size=16).hexdigest()
    folder = built_once(cache / "vectors" / digest, lambda target: _write_aligned(file, words, target))
    with reading_cache(folder, "prepared vectors", VectorsError):
        return AlignedVectors(np.load(folder / "matrix.npy", mmap_mode="r"), np.load(folder / "known.npy"))


def _write_aligned(file: VectorFile, words: list[str], folder: Path) -> None:
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        vectors = _read(_extracted(file, Path(scratch)), Path(scratch))
        index = vectors.stoi
        rows = np.array([index.get(word, -1) for word in words])
        known = rows >= 0
        if not known.any():
            raise VectorsError(
                explain(expected=f"vectors of the corpus's words in {file.path}", got="none of them", do=_ADVICE)
            )
        matrix = np.empty((len(words), vectors.dim), dtype=np.float32)
        matrix[known] = vectors.vectors.numpy()[rows[known]]
        matrix[~known] = matrix[known].mean(axis=0)
    np.save(folder / "matrix.npy", matrix)
    np.save(folder / "known.npy", known)


def _read(path: Path, cache: Path):  # type: ignore[no-untyped-def]  # torchtext has no types
    try:
        with _torchtext_vocab() as vocab:
            vectors = vocab.Vectors(str(path), cache=str(cache))
    except TypeError as error:  # what it makes of a file that holds no vector
        raise VectorsError(explain(expected=f"word vectors in {path.name}", got="an empty file", do=_ADVICE)) from error
    except (RuntimeError, ValueError, EOFError) as error:
        message = str(error).split("\n")[0]
        raise VectorsError(
            explain(expected=f"one word and as many numbers on each line of {path.name}", got=message, do=_ADVICE)
        ) from error
    if not vectors.itos or vectors.vectors.ndim != 2:
        raise VectorsError(explain(expected=f"word vectors in {path.name}", got="an empty file", do=_ADVICE))
    return vectors


def _extracted(file: VectorFile, scratch: Path) -> Path:
    if file.member is None:
        return file.path.resolve()
    with _opened_zip(file.path) as archive:
        try:
            return Path(archive.extract(file.member, scratch))
        except (zipfile.BadZipFile, zlib.error, EOFError) as error:
            raise VectorsError(
                explain(
                    expected=f"{file.member} in {file.path}", got=f"a damaged archive ({error})", do="fetch it again"
                )
            ) from error


def _users_file(path: Path) -> VectorFile:
    if not path.is_file():
        raise VectorsError(
            explain(
                expected="a file of word vectors, or a name such as glove.6B.50d",
                got=f"{path}, which is none",
                do=_ADVICE,
            )
        )
    if path.suffix != ".zip":
        return VectorFile(path)
    texts = [name for name in _members(path) if name.endswith(".txt")]
    if len(texts) != 1:
        raise VectorsError(
            explain(expected=f"one .txt in {path}", got=f"{len(texts)}", do="unpack it and give one text file")
        )
    return VectorFile(path, texts[0])


def _downloaded(corpus: str, dim: int, folder: Path) -> VectorFile:
    text = folder / f"glove.{corpus}.{dim}d.txt"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder, prefix="partial-") as partial, _torchtext_vocab() as vocab:
            vocab.GloVe(name=corpus, dim=dim, cache=partial)
            _check_digest(Path(partial) / text.name)
            (Path(partial) / text.name).replace(text)
    except (OSError, KeyError, RuntimeError, zipfile.BadZipFile) as error:
        raise VectorsError(
            explain(expected=f"glove.{corpus}.{dim}d, locally or from the network", got=str(error), do=_ADVICE)
        ) from error
    return VectorFile(text)


def _check_digest(text: Path) -> None:
    """Refuse a download that is not the published file, and say where nothing is known of it."""
    published = _DIGESTS.get(text.stem)
    if published is None:
        _log.warning("%s was downloaded; no digest of it is known here, so its content was not checked", text.name)
        return
    with text.open("rb") as file:
        came = hashlib.file_digest(file, "sha256").hexdigest()
    if came != published:
        raise VectorsError(
            explain(expected=f"{text.name} as published, sha256 {published}", got=f"sha256 {came}", do=_ADVICE)
        )


@contextmanager
def _torchtext_vocab() -> Iterator[ModuleType]:
    """The module ``torchtext.vocab``, which verifies certificates here, and downloads over https."""
    from torchtext import vocab  # imports requests and more: only where vectors are read for the first time

    addresses: dict[str, str] = getattr(vocab.GloVe, "url", {})
    addresses.update({name: re.sub("^http:", "https:", address) for name, address in addresses.items()})
    verifying, unverifying = ssl._create_default_https_context, ssl._create_unverified_context
    # Its Vectors make the unverified context the default one.
    ssl._create_unverified_context = ssl.create_default_context  # type: ignore[assignment]
    try:
        yield vocab
    finally:
        ssl._create_default_https_context, ssl._create_unverified_context = verifying, unverifying


def _members(path: Path) -> list[str]:
    with _opened_zip(path) as archive:
        return archive.namelist()


def _opened_zip(path: Path) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(path)
    except (zipfile.BadZipFile, OSError) as error:
        raise VectorsError(
            explain(expected=f"a zip archive, {path}", got=f"a damaged one ({error})", do="fetch it again")
        ) from error
