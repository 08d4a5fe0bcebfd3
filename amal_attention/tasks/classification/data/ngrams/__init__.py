"""Reviews through the n-grams that stand in them, counted in the training reviews."""
