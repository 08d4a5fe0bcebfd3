"""The badge below the title of a release that opens it in Colab, where the course has put it at a public address."""

from __future__ import annotations

import re

from amal_attention.errors import LabError, explain
from amal_attention.lab import Lab
from amal_attention.language import Language

__all__ = ["with_badge"]

_PICTURE = "https://colab.research.google.com/assets/colab-badge.svg"
_LANGUAGE = "{language}"
# What neither ends a link in Markdown nor hides where it goes.
_ADDRESS = re.compile(
    r"https://colab\.research\.google\.com/(?:(?:github|gist)/[A-Za-z0-9._~/%-]+\.ipynb|drive/[A-Za-z0-9_-]+)"
)


def with_badge(title: str, lab: Lab, language: str) -> str:
    """The cell of the title with the badge below its first line; as it is where ``lab`` knows no address.

    Args:
        title: source of the first cell of text.
        lab: whose manifest may say ``colab``: the address, with ``{language}`` where it differs from one to the other.
        language: the language of the notebook.

    Raises:
        LabError: the address cannot be one that Colab opens this notebook from.
    """
    if lab.colab is None:
        return title
    words, address = Language(language).say("Open in Colab"), _address(lab, language)
    first, *others = title.split("\n")
    return "\n".join([first, "", f"[![{words}]({_PICTURE})]({address})", *others])


def _address(lab: Lab, language: str) -> str:
    given = lab.colab or ""
    address = given.replace(_LANGUAGE, language)
    told = ""
    if not _ADDRESS.fullmatch(address):
        told = "Colab opens no notebook from there"
    elif len(lab.languages) > 1 and _LANGUAGE not in given:
        told = f"one address for {len(lab.languages)} languages"
    if told:
        raise LabError(
            explain(
                expected="colab as https://colab.research.google.com/github/<owner>/<repository>/blob/<branch>/"
                f"labs/{_LANGUAGE}/{lab.name}/{lab.name}.ipynb",
                got=f"{given[:200]!r}: {told}",
                do="mend colab in lab.toml, or take it out: then there is no badge",
            )
        )
    return address
