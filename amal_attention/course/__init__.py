"""The course's side of a lab: what students get is made from the lab's script, and nothing else of it gets out.

::

    script.py ──▶ markers.py, graded.py, points.py ──▶ nbgrader_glue.py ──▶ leaks.py ──▶ release.py
    read          all that could go wrong              clear                check        write
"""
