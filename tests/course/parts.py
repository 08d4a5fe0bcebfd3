"""A bilingual lab of three parts, of which the second and the third are optional; its texts tell the points."""

from __future__ import annotations

import json
from pathlib import Path

from amal_attention.lab import Lab
from tests.course.conftest import expanded

MANIFEST = """
title = "Parts"
languages = ["en", "fr"]

[questions]
q1.title = "One"
q2.title = "Two"
q2.optional = true
q3.title = "Three"
q3.optional = true

[points]
"test-q1-one" = 2
"q1-see" = 1
"test-q2-two" = 3
"test-q3-three" = 4
"""

SCRIPT = """\
# %% [markdown] lang="en"
# # Parts
#
# | question | what | points |
# |---|---|---|
# | 1 | one | 3 |
# | 2 (optional) | 2 is two | 3 |
# | 3 | three | 4 |
#
# | size | of | x |
# |---|---|---|
# | 1 | 2 | 3 |

# %% [markdown] lang="fr"
# # Parties
#
# | question | quoi | points |
# |---|---|---|
# | 1 | un | 3 |
# | 2 (optionnelle) | 2 font deux | 3 |
# | 3 | trois | 4 |

# %%
import math

# %% [markdown]
# ## 1
#
# **1** (2 points)

# %% <solution q1-one>
def one():
    ### BEGIN SOLUTION
    return int(math.sqrt(1))
    ### END SOLUTION

# %% <test test-q1-one 2>
assert one() == 1

# %% [markdown] <task q1-see 1>
# ### See (1 point)
# === BEGIN MARK SCHEME ===
# 0.5: for sight. 0,25 : for sound, at 3 pm.
# === END MARK SCHEME ===
# Look: 3 times

# %% [markdown]
# ## 2
#
# **2** (3 points)

# %% <solution q2-two>
def two():
    ### BEGIN SOLUTION
    return 1 + one()
    ### END SOLUTION

# %% <test test-q2-two 3>
assert two() == 2

# %%
print(two())

# %% [markdown]
# ## 3
#
# **3** (4 points)

# %% <solution q3-three>
def three():
    ### BEGIN SOLUTION
    return 3
    ### END SOLUTION

# %% <test test-q3-three 4>
assert three() == 3

# %% [markdown]
# ## The end
"""


def write_parts(folder: Path, script: str = SCRIPT) -> Lab:
    """Write the lab below ``folder``."""
    lab = folder / "parts"
    lab.mkdir(parents=True)
    (lab / "lab.toml").write_text(MANIFEST, "utf-8")
    (lab / "parts.py").write_text(expanded(script), "utf-8")
    return Lab.find("parts", folder)


def texts(notebook: bytes) -> list[str]:
    """The texts of the cells of a notebook."""
    return ["".join(cell["source"]) for cell in json.loads(notebook)["cells"]]


def points(notebook: bytes) -> dict[str, float]:
    """What each graded cell of a notebook is worth."""
    said = [cell["metadata"].get("nbgrader", {}) for cell in json.loads(notebook)["cells"]]
    return {each["grade_id"]: each["points"] for each in said if "points" in each}
