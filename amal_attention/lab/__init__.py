"""A lab: what its manifest says, and the limits of grading it."""

from amal_attention.lab.lab import Lab, lab_names, labs_folder
from amal_attention.lab.manifest import Sweep

__all__ = ["Lab", "Sweep", "lab_names", "labs_folder"]
