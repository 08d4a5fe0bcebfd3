"""The imports of every worker of a machine, done once: workers are forked from a process that has done them."""

from amal_attention.lasting import lasting_imports

with lasting_imports():
    import amal_attention.grading.exam.hidden
    import amal_attention.grading.run.workers  # noqa: F401
