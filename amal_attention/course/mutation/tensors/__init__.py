"""Mistakes with tensors: axes, masks, gradients."""
