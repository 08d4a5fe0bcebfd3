"""What people read of verdicts: a student's feedback, an assistant's summary, a dossier. No torch."""
