"""A student's module as an expectation talks to it, in this process."""
