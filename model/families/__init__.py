"""Checkpoint families: how each says its shape and names its tensors."""
