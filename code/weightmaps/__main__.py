"""The command line: ``python -m weightmaps``."""

from __future__ import annotations

import argparse
import sys

from weightmaps.cli import data, explore, train


def main(arguments=None):
    """Run one command; returns the exit code: 0, 1 for what cannot be used, 2 for usage, 130 when stopped."""
    options = _parser().parse_args(arguments)
    try:
        return options.run(options)
    except (ValueError, OSError) as error:
        print(f"weightmaps: {error}", file=sys.stderr)
    except MemoryError:
        print("weightmaps: there is not enough memory for this", file=sys.stderr)
    except KeyboardInterrupt:
        print(f"weightmaps: stopped; {options.stopped}", file=sys.stderr)
        return 130
    return 1


def _parser():
    parser = argparse.ArgumentParser(
        prog="weightmaps",
        description="See what the hidden layer of a small neural network does to its input.",
        epilog="""Begin with a network that ships, and open the page it writes:

  python -m weightmaps explore nielsen -o nielsen.html

Each command tells more: python -m weightmaps explore --help
Exit codes: 0 done, 1 a file or a value that cannot be used, 2 wrong usage, 130 stopped.""",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(stopped="nothing was written")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for command in (explore, train, data):
        command.add_to(commands)
    return parser


if __name__ == "__main__":
    sys.exit(main())
