"""From the bytes of a notebook to its cells and what they show: no torch, and no lab."""
