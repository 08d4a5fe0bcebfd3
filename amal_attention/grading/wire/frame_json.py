"""The JSON of a frame: one way to write each value, so that what is written in another is refused."""

from __future__ import annotations

import json
from typing import Any, NoReturn

from amal_attention.grading.wire.frame_bounds import quoted, refuse

__all__ = ["INT64", "parsed", "written"]

INT64 = range(-(2**63), 2**63)
_LONGEST_NUMERAL = len(str(-(2**63)))
_ENCODER = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def written(tree: Any) -> bytes:
    """The one way in which a tree is written."""
    return _ENCODER.encode(tree).encode()


def _int64(numeral: str) -> int:
    if len(numeral) > _LONGEST_NUMERAL or int(numeral) not in INT64:
        refuse("a whole number of 64 bits", quoted(numeral))
    return int(numeral)


def _no_such_number(numeral: str) -> NoReturn:
    refuse("whole numbers, and floats by their bits", quoted(numeral))


_DECODER = json.JSONDecoder(parse_int=_int64, parse_float=_no_such_number)  # NaN the encoder does not write


def parsed(header: bytes) -> Any:
    """The tree, if the JSON is as we write it: no key twice, no spaces, no escapes where none is needed, no ``-0``."""
    try:
        tree = _DECODER.decode(header.decode())
        is_ours = written(tree) == header
    except ValueError:  # no UTF-8, no JSON, or half a surrogate pair
        is_ours = False
    if not is_ours:
        refuse("JSON as we write it", "something else")
    return tree
