"""``python -m realtime_nst`` and the command ``realtime-nst``."""

import sys

INTERRUPTED = 130
"""The exit code of a program that was ended by Ctrl-C."""


def main() -> None:
    """Run the command line; Ctrl-C ends it quietly, also while it is still being imported."""
    try:
        from realtime_nst.cli.app import main as run

        run()
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)


if __name__ == "__main__":
    main()
