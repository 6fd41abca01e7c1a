"""The nouns: frozen, typed values without I/O, shared by every other room."""
