"""Pictures of what Transformers are made of: the softmax and its scale, layers, depth, positions."""
