"""The embedded facts: a table that ships with the package and the store that answers from it."""
