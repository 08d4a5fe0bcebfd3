"""Hidden tests, and the answers that they are asked of."""
