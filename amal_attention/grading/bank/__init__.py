"""Submissions of known worth, graded: does the lab catch what is wrong, and pay for nothing that is trivial?"""
