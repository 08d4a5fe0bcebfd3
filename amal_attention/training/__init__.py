"""Training any LightningModule of a lab on reviews, and telling what came of it."""
