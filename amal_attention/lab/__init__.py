"""A lab: what its manifest says, and the limits of grading it."""

from amal_attention.lab.lab import Lab, Sweep, labs_folder

__all__ = ["Lab", "Sweep", "labs_folder"]
