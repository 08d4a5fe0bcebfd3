"""What every worker of a machine imports, imported once: they are forked from a process that has done it."""

from amal_attention.lasting import lasting_imports

with lasting_imports():
    import amal_attention.grading.run.grader
    import amal_attention.grading.run.workers  # noqa: F401
