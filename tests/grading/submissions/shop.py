"""A bilingual lab of three questions that no one but these tests knows, and honest work on it."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from amal_attention.course.release.release import release
from amal_attention.grading.submission.reference import Reference
from amal_attention.lab import Lab
from tests.course.conftest import expanded

MANIFEST = """
title = "The shop"
languages = ["en", "fr"]

[questions]
q1.title = "The basket"

[points]
"test-q1-basket" = 2
"q1-observe" = 1
"test-q2-price" = 3
"test-q3-sale" = 1
"""

SCRIPT = """\
# %% [markdown] lang="en"
# # The shop

# %% [markdown] lang="fr"
# # Le magasin

# %% tags=["active-ipynb", "raises-exception"]
# print("installing")

# %%
import math

rate = 10

# %% <locked currency>
def in_cents(price: float) -> int:
    return math.floor(price * 100)

# %% <solution q1-basket>
class Basket:
    def total(self) -> int:
        ### BEGIN SOLUTION
        return 7 * rate
        ### END SOLUTION

# %% <test test-q1-basket 2> tags=["active-ipynb"]
# assert Basket().total() == 70

# %% [markdown] lang="en" <task q1-observe 1>
# What do you see in the basket?

# %% [markdown] lang="fr" <task q1-observe 1>
# Que voyez-vous dans le panier ?

# %% [markdown]
# *Your answer · votre réponse*

# %% lang="en" tags=["active-ipynb", "raises-exception"]
# print("Training", Basket().total())

# %% <solution q2-price>
def price(item: str) -> float:
    ### BEGIN SOLUTION
    return float(len(item))
    ### END SOLUTION

def price_of_all(items: list[str]) -> float:
    ### BEGIN SOLUTION
    return sum(map(price, items))
    ### END SOLUTION

# %% <test test-q2-price 3> tags=["active-ipynb"]
# assert price("egg") == 3

# %%
currency = "euro"

# %% <solution q3-sale>
class Sale(Basket):
    def total(self) -> int:
        ### BEGIN SOLUTION
        return super().total() // 2
        ### END SOLUTION

# %% <test test-q3-sale 1> tags=["active-ipynb"]
# assert Sale().total() == 35
"""

ANSWERS = {
    "q1-basket": "class Basket:\n    def total(self) -> int:\n        return 42  # été",
    "q2-price": "def price(item):\n    return 2.0\n\ndef price_of_all(items):\n    return 2.0 * len(items)",
    "q3-sale": "class Sale(Basket):\n    def total(self) -> int:\n        return 21",
}


def write_shop(folder: Path) -> Lab:
    """Write the lab below ``folder``."""
    lab = folder / "shop"
    lab.mkdir(parents=True)
    (lab / "lab.toml").write_text(MANIFEST, "utf-8")
    (lab / "shop.py").write_text(expanded(SCRIPT), "utf-8")
    return Lab.find("shop", folder)


@cache
def reference() -> Reference:
    """The lab's releases."""
    with TemporaryDirectory() as folder:
        return Reference.of(write_shop(Path(folder)))


@cache
def _release(language: str) -> bytes:
    with TemporaryDirectory() as folder:
        return release(write_shop(Path(folder)), language)


def skeleton(language: str = "en") -> dict[str, Any]:
    """The release, as JSON holds it."""
    return json.loads(_release(language))


def solved(language: str = "en") -> dict[str, Any]:
    """The release with an answer in each solution cell, as a student hands it in."""
    notebook = skeleton(language)
    for cell in notebook["cells"]:
        name = cell["metadata"].get("nbgrader", {}).get("grade_id")
        if name in ANSWERS:
            cell["source"] = ANSWERS[name]
            cell["outputs"] = [{"name": "stdout", "output_type": "stream", "text": ["noise\n"]}]
    return notebook


def named(notebook: dict[str, Any], name: str) -> dict[str, Any]:
    """The first cell with this ``id``, which is its ``grade_id`` if it has one."""
    return next(cell for cell in notebook["cells"] if cell["id"] == name)


def own(source: str, *tags: str, kind: str = "code") -> dict[str, Any]:
    """A cell that a student added."""
    return {"cell_type": kind, "metadata": {"tags": list(tags)} if tags else {}, "source": source, "outputs": []}
