"""A checkpoint's files: what they hold, where each tensor goes, how it is read."""
