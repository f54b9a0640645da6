"""The same speech through Pipecat and through the assistant, with the same models, side by side.

    script/bench pipecat [--count 30] [--pauses 36] [--interruptions 10] [--json]

Real time, on the virtual sound card, measured from outside. docs/benchmarks.md tells what each figure contains.
"""

import argparse
import json
import sys
from dataclasses import asdict

from benchmarks.pipecat.bench import COUNT, INTERRUPTIONS, PAUSES, report, run, unavailable


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="script/bench pipecat", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--count", type=int, default=COUNT, help="commands in one breath, at most 55")
    parser.add_argument("--pauses", type=int, default=PAUSES, help="commands with a pause inside, at most 55")
    parser.add_argument(
        "--interruptions", type=int, default=INTERRUPTIONS, help="answers that are spoken over"
    )
    parser.add_argument("--json", action="store_true", help="every turn, for programs")
    arguments = parser.parse_args()
    reason = unavailable()
    if reason:
        print(f"bench: Pipecat not compared: {reason}", file=sys.stderr)
        return 1
    results = run(arguments.count, arguments.pauses, arguments.interruptions)
    if arguments.json:
        print(json.dumps([asdict(result) for result in results], indent=2, ensure_ascii=False))
    else:
        print(report(results))
    return 0


if __name__ == "__main__":
    sys.exit(main())
