"""Entry point of ``python -m realtime_nst`` and of the command ``realtime-nst``."""

import sys

INTERRUPTED = 130
"""Exit code after Ctrl-C: 128 + SIGINT, by convention of the shells."""


def main() -> None:
    """Run the command line; Ctrl-C ends it without a traceback, even during imports."""
    try:
        from realtime_nst.cli.app import main as run

        run()
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)


if __name__ == "__main__":
    main()
