"""Checks of recipe files before Lightning reads them: it imports slowly, and its errors name no file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from amal_attention.errors import LabError, explain

__all__ = ["check_recipe_file"]


def check_recipe_file(path: Path) -> Path:
    """Return ``path`` if options can be read from it: YAML in UTF-8, of names and values.

    Raises:
        LabError: they cannot; the message names the file.
    """
    if not path.is_file():
        raise LabError(explain(expected="a YAML file after --config", got=f"{path}, which is none", do="check it"))
    try:
        content: Any = yaml.safe_load(path.read_text("utf-8"))
    except yaml.MarkedYAMLError as error:
        line = f", line {error.problem_mark.line + 1}" if error.problem_mark else ""
        raise _unread(path, f"{error.problem}{line}") from error
    except (OSError, ValueError, RecursionError, yaml.YAMLError) as error:
        raise _unread(path, str(error)) from error
    if not isinstance(content, dict):
        raise _unread(path, "nothing" if content is None else f"a {type(content).__name__}")
    return path


def _unread(path: Path, got: str) -> LabError:
    expected = f"options as YAML in UTF-8, such as 'trainer: {{max_epochs: 3}}', in {path}"
    return LabError(explain(expected=expected, got=got[:300], do="mend the file"))
