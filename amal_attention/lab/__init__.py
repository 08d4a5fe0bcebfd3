"""A lab: what its manifest says, and the limits of grading it."""

from amal_attention.lab.lab import Lab, labs_folder
from amal_attention.lab.manifest import Sweep

__all__ = ["Lab", "Sweep", "labs_folder"]
