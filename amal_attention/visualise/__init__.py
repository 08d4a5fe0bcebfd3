"""Pictures of attention: words coloured by their weights, and figures of training."""
