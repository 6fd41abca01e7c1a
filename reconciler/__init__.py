"""webex-licenses keeps the licenses of a Webex organization equal to what YAML files in a git repository declare."""

__version__ = "0.1.0"
