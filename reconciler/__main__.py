"""`python -m reconciler` is the same as the command `webex-licenses`."""

from reconciler.cli import main

if __name__ == "__main__":
    main()
