"""Values to text, JSON, Markdown and CSV. Everything here is a pure function: it prints nothing and asks nobody."""
