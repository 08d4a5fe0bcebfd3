"""Where a student's code runs: one process a submission, shut in by layers."""
