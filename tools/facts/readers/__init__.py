"""One reader per domain: raw rows in, entities, aliases and facts of the draft out."""
