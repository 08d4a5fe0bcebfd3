"""Expectations on adversaries: functions of a model and of the vectors that it reads, which they move."""
