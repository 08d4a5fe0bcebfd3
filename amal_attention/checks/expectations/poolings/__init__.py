"""Expectations on poolings: modules that make one vector of a text, by weighing its words."""
