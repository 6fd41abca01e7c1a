"""Revisions of the tables, run by Alembic; `schema.REVISIONS` lists them in order."""
