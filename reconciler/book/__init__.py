"""The files of one organization bound to what it owns and to everybody in it: what rules, diff and guards look things up in.

It decides nothing about people; that is `resolve/`. It exists so that the three rooms above it need not know each other.
"""
