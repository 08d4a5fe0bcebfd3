"""Expectations on classifiers of texts, which decide by what a pooling gives."""
