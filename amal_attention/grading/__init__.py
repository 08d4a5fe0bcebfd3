"""Hidden tests: what they are given of a student's answers, and the pytest plugin that runs them."""
