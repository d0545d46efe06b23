"""``python -m realtime_nst``."""

from realtime_nst.cli.app import main

if __name__ == "__main__":
    main()
