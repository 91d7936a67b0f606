"""`bin/tour`."""

import argparse
import sys
import urllib.error

from demo import tour as package
from demo.tour.evening import Tour
from demo.tour.owners import Surprise


def main(arguments: list[str] | None = None) -> int:
    """Run the tour against the address in the arguments, those of the command by default."""
    parser = argparse.ArgumentParser(prog="bin/tour", description=package.__doc__)
    parser.add_argument("address", nargs="?", default="http://127.0.0.1:8000")
    address = parser.parse_args(arguments).address.rstrip("/")
    tour = Tour(address)
    try:
        tour.run()
    except Surprise as surprise:
        print(f"\nThe tour ends here: {surprise}", file=sys.stderr)
        tour.tidy_up()
        return 1
    except urllib.error.URLError as error:
        print(
            f"No server answers at {address} ({error.reason}): bin/run starts one.", file=sys.stderr
        )
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
