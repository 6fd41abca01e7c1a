"""YAML files -> `Desired`, or findings that say file, line and column and what to write instead."""

from reconciler.load.loader import Loaded, load_desired

__all__ = ["Loaded", "load_desired"]
