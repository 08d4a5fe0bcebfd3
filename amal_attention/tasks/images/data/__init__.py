"""Pictures of digits, and how they become batches."""
