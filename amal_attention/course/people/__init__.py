"""Who takes a course, by the names and numbers that platforms give them."""
