"""What can go wrong in the runtime, each as one line that a user can act on.

ModelError
├── CheckpointError   a model folder that is missing, damaged or of an unknown kind
├── TokenizerError    a tokenizer that is missing, damaged, or lacks a word
└── TrainingError     a training run that cannot start or continue
"""

from __future__ import annotations


class ModelError(Exception):
    """The base of every error of this package."""


class CheckpointError(ModelError):
    """A checkpoint cannot be used."""


class TokenizerError(ModelError):
    """A tokenizer cannot be used."""


class TrainingError(ModelError):
    """A training run cannot start or continue."""
