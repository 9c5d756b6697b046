"""`python -m main.demo`."""

import sys


def main() -> int:
    # Imported here: the workers that draw documents import this module again, and have no use for the rest.
    from main.demo.running import run

    return run()


if __name__ == "__main__":
    sys.exit(main())
