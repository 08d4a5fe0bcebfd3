"""What a comparison does: models trained side by side, tested on the same texts, and mixed."""
