"""Texts as a stream of words, cut in windows."""
