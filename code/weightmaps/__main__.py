"""The command line: ``python -m weightmaps``."""

from __future__ import annotations

import argparse
import io
import os
import sys

from weightmaps import __version__
from weightmaps.cli import data, explore, train


def main(arguments=None):
    """Run one command; returns the exit code: 0, 1 for what cannot be used, 2 for usage, 130 when stopped."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a code page that lacks "×" is no reason to stop
            stream.reconfigure(errors="replace")
    options = _parser().parse_args(arguments)
    try:
        code = options.run(options)
        sys.stdout.flush()
        return code
    except BrokenPipeError:  # whoever read our output has seen enough; nothing is left to flush into it
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
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

  python -m weightmaps explore nielsen

Each command tells more: python -m weightmaps explore --help
Exit codes: 0 done, 1 a file or a value that cannot be used, 2 wrong usage, 130 stopped.""",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"weightmaps {__version__}")
    parser.set_defaults(stopped="nothing was written")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for command in (explore, train, data):
        command.add_to(commands)
    return parser


if __name__ == "__main__":
    sys.exit(main())
