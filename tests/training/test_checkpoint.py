from __future__ import annotations

import errno
import pickle
from pathlib import Path

import pytest
import torch
from lightning.pytorch.plugins import TorchCheckpointIO

from amal_attention.data import Vocabulary
from amal_attention.errors import CheckpointError, LabError
from amal_attention.tasks.classification.examination import read_batch
from amal_attention.training.checkpoint import WholeCheckpoints, load_trained, read_label
from amal_attention.training.run import Run, train
from tests.training.conftest import write_lab


@pytest.fixture(scope="module")
def checkpoint(toy_lab, tmp_path_factory) -> Path:
    """A trained model; the cache of the sample is shared, see conftest.py."""
    from amal_attention.training.recipe import Recipe

    recipe = Recipe(toy_lab, "sharp", source="sample", options=["--trainer.max_epochs=1"])
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AMAL_CACHE", str(tmp_path_factory.getbasetemp().parent / "shared-cache"))
        run = Run(recipe, tmp_path_factory.mktemp("run"))
        train(run, progress=False)
    return run.best


@pytest.fixture
def labs(toy_lab) -> Path:
    return toy_lab.folder.parent


def rewritten(checkpoint: Path, path: Path, **label) -> Path:
    content = torch.load(checkpoint, weights_only=True)
    content["amal_attention"] |= label
    torch.save(content, path)
    return path


def test_a_model_is_built_again_with_its_parameters(checkpoint, labs):
    trained = load_trained(checkpoint, labs)
    stored = torch.load(checkpoint, weights_only=True)["state_dict"]
    assert type(trained.model).__name__ == "Toy"
    assert all(torch.equal(value, stored[name]) for name, value in trained.model.state_dict().items())


def test_a_checkpoint_brings_the_words_of_its_vocabulary(checkpoint, labs, toy_recipe):
    trained = load_trained(checkpoint, labs)
    data = toy_recipe.data()
    batch = data.reviews.whole(data.rows("test")[:1])
    words = [data.vocabulary.words[number] for number in batch.tokens[0]]
    known = Vocabulary(trained.label.kept["words"])
    assert known.encode(words).tolist() == batch.tokens[0].tolist()


def test_a_model_built_again_is_in_evaluation_mode(checkpoint, labs, toy_recipe):
    trained = load_trained(checkpoint, labs)
    assert not trained.model.training
    data = toy_recipe.data()
    read_batch(trained.model, data.reviews.whole(data.rows("test")[:3]))


def test_a_file_that_is_no_checkpoint_is_told(tmp_path):
    (tmp_path / "a.ckpt").write_text("not a checkpoint")
    with pytest.raises(CheckpointError, match="damaged, or of another kind; train the model again"):
        read_label(tmp_path / "a.ckpt")


def test_a_missing_file_is_told(tmp_path):
    with pytest.raises(CheckpointError, match="got no such file"):
        read_label(tmp_path / "none.ckpt")


@pytest.mark.parametrize("share", [0.1, 0.5, 0.99])
def test_a_truncated_checkpoint_is_told(checkpoint, tmp_path, share):
    content = checkpoint.read_bytes()
    (tmp_path / "short.ckpt").write_bytes(content[: int(len(content) * share)])
    with pytest.raises(CheckpointError, match="damaged"):
        read_label(tmp_path / "short.ckpt")


def test_a_checkpoint_of_another_program_is_told(tmp_path):
    torch.save({"state_dict": {}}, tmp_path / "other.ckpt")
    with pytest.raises(CheckpointError, match="written by amal train"):
        read_label(tmp_path / "other.ckpt")


class _Payload:
    def __init__(self, target: Path) -> None:
        self.target = target

    def __reduce__(self):
        return (Path.touch, (self.target,))


def test_a_checkpoint_that_carries_code_runs_none_of_it(tmp_path):
    torch.save({"amal_attention": _Payload(tmp_path / "ran")}, tmp_path / "hostile.ckpt")
    (tmp_path / "plain.ckpt").write_bytes(pickle.dumps(_Payload(tmp_path / "ran")))
    for name in ("hostile.ckpt", "plain.ckpt"):
        with pytest.raises(CheckpointError):
            read_label(tmp_path / name)
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize(
    "class_path", ["subprocess.Popen", "toy.torch.hub.load", "torch.hub.load", "toy.torch", "toy.__loader__", "exec"]
)
def test_a_checkpoint_cannot_name_anything_but_a_model_of_its_lab(checkpoint, labs, tmp_path, class_path):
    inner = {"class_path": class_path, "init_args": {"args": "x"}}
    for model in (inner, {"class_path": "toy.Toy", "init_args": {"pooling": inner}}):
        path = rewritten(checkpoint, tmp_path / "a.ckpt", model=model)
        with pytest.raises(CheckpointError, match="is not a class of toy"):
            load_trained(path, labs)


def test_a_checkpoint_of_a_lab_that_is_not_here_is_told(checkpoint, labs, tmp_path):
    path = rewritten(checkpoint, tmp_path / "a.ckpt", lab="elsewhere")
    with pytest.raises(LabError, match="got 'elsewhere'"):
        load_trained(path, labs)


def test_a_checkpoint_names_its_lab_by_a_name_and_never_a_path(checkpoint, labs, tmp_path):
    path = rewritten(checkpoint, tmp_path / "a.ckpt", lab="../toy")
    with pytest.raises(LabError, match=r"got '\.\./toy'"):
        load_trained(path, labs)


@pytest.mark.parametrize("known", [None, 1, 3])
def test_a_checkpoint_of_another_version_of_this_package_is_told(checkpoint, tmp_path, known):
    path = rewritten(checkpoint, tmp_path / "a.ckpt", format=known)
    with pytest.raises(CheckpointError, match="one that another version of this package wrote; train the model again"):
        read_label(path)


def test_a_checkpoint_of_an_older_version_of_the_lab_is_told(checkpoint, labs, tmp_path):
    path = rewritten(checkpoint, tmp_path / "a.ckpt", model={"class_path": "toy.Gone", "init_args": {}})
    with pytest.raises(CheckpointError, match=r"fits toy, question sharp; got .*Gone.*; train the model again"):
        load_trained(path, labs)


def test_parameters_of_another_shape_are_told_on_one_line(checkpoint, labs, tmp_path):
    handed = {"model.init_args.embeddings": {"shape": [7, 50]}}
    path = rewritten(checkpoint, tmp_path / "a.ckpt", handed=handed)
    with pytest.raises(CheckpointError) as caught:
        load_trained(path, labs)
    assert "\n" not in str(caught.value)


class FullDisk(TorchCheckpointIO):
    def save_checkpoint(self, checkpoint, path, storage_options=None):
        Path(path).write_bytes(b"the first half")
        raise OSError(errno.ENOSPC, "No space left on device")


def test_a_checkpoint_that_cannot_be_written_leaves_the_one_before(tmp_path, monkeypatch):
    path = tmp_path / "last.ckpt"
    WholeCheckpoints().save_checkpoint({"epoch": 1}, path)
    monkeypatch.setattr(TorchCheckpointIO, "save_checkpoint", FullDisk.save_checkpoint)
    with pytest.raises(OSError, match="No space left"):
        WholeCheckpoints().save_checkpoint({"epoch": 2}, path)
    assert torch.load(path, weights_only=True) == {"epoch": 1}
    assert list(tmp_path.iterdir()) == [path]


def test_the_functions_of_the_lab_are_there_by_name(checkpoint, labs):
    functions = load_trained(checkpoint, labs).functions
    assert "spread" in functions and "Toy" not in functions and "torch" not in functions


def test_a_model_may_hold_a_module_of_a_lab_that_its_lab_needs(checkpoint, labs, tmp_path):
    folder = tmp_path / "labs"
    for name in ("earlier", "toy"):
        write_lab(folder, name)
    label, _ = read_label(checkpoint)
    own = label.model["init_args"]
    arguments = own | {"pooling": own["pooling"] | {"class_path": "earlier.Sharp"}}
    path = rewritten(checkpoint, tmp_path / "a.ckpt", model=label.model | {"init_args": arguments})
    with pytest.raises(CheckpointError, match=r"earlier\.Sharp is not a class of toy"):
        load_trained(path, folder)
    manifest = folder / "toy" / "lab.toml"
    manifest.write_text(f'needs = ["earlier"]\n{manifest.read_text()}')
    assert type(load_trained(path, folder).model.pooling).__module__ == "earlier"
