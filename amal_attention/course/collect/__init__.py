"""From what a platform packs to one folder a student."""
