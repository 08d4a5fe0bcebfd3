"""The layers of the package, drawn from the contracts of `lint-imports`; `python -m tests.layers` draws them anew."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "architecture.md"
BEGINS, ENDS = "```text\n", "```\n"
WIDTH = 96  # of a drawing, in signs; more where a layer needs it


def contracts() -> list[dict[str, object]]:
    """The contracts on layers, as `pyproject.toml` has them."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]
    return [each for each in settings["contracts"] if each["type"] == "layers"]


def drawing(contract: dict[str, object]) -> str:
    """One contract: a box a layer, the highest first; what stands in one box is apart from its neighbours."""
    layers = [[name.split(".")[-1].strip() for name in layer.split("|")] for layer in contract["layers"]]
    width = max(WIDTH, *(sum(len(name) + 3 for name in layer) - 1 for layer in layers))
    rule = "─" * width
    rows = f"\n├{rule}┤\n".join("│" + "│".join(_cells(layer, width)) + "│" for layer in layers)
    return f"{contract['name']}\n┌{rule}┐\n{rows}\n└{rule}┘\n"


def drawings() -> str:
    """All of them, as the page has them."""
    return BEGINS + "\n".join(map(drawing, contracts())) + ENDS


def _cells(names: Sequence[str], width: int) -> Iterator[str]:
    """The names in cells that fill a row between them, each with room for its name."""
    spare = width - (len(names) - 1) - sum(len(name) + 2 for name in names)
    for place, name in enumerate(names):
        more = spare // len(names) + (place < spare % len(names))
        yield name.center(len(name) + 2 + more)


def redrawn(page: str) -> str:
    """The page with its drawing made anew."""
    before, _, rest = page.partition(BEGINS)
    return before + drawings() + rest.partition(ENDS)[2]


if __name__ == "__main__":
    PAGE.write_text(redrawn(PAGE.read_text("utf-8")), "utf-8")
