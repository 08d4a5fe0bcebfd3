"""From what a student handed in to the cells that run. Nothing is executed."""
