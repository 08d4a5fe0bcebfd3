"""What every worker of a machine imports, imported once: they are forked from a process that has done it."""

import gc

gc.disable()  # what is imported stays: to look through it again and again takes a third of the time

import distributed.worker  # noqa: E402, F401

import amal_attention.grading.engine  # noqa: E402
import amal_attention.grading.workers  # noqa: E402, F401

gc.freeze()
gc.enable()
