"""What a comparison shows: a page, and a table."""
