"""A lab's script: its cells, markers and points."""
