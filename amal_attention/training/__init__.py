"""Training any LightningModule of a lab for its task, and telling what came of it."""
