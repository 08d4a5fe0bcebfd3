"""What a submission earned, and why: plain data, its files and its words. No torch."""
