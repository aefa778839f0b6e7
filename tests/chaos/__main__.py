"""``python -m tests.chaos --platform NAME``: the chaos run, by hand; what it does stands in ``run``."""

import argparse
import sys
import tempfile
from pathlib import Path

from tests.chaos import run as chaos
from tests.chaos.platforms import PLATFORMS


def main() -> int:
    layout = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=chaos.__doc__, formatter_class=layout)
    parser.add_argument("--platform", choices=sorted(PLATFORMS), default="telegram")
    parser.add_argument("--turns", type=int, default=500)
    parser.add_argument("--kills", type=int, default=30)
    parser.add_argument("--mode", choices=("webhook", "polling"), default="webhook")
    parser.add_argument("--database", metavar="URL", help='an empty one; "postgresql": a new one on the tests\' server; else SQLite')
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="motcua-chaos-") as name, chaos.database(options.database, Path(name)) as url:
        result = chaos.run(
            url, Path(name), platform=options.platform, turns=options.turns, kills=options.kills, mode=options.mode, seed=options.seed
        )
        print(f"{options.platform}, {options.mode}, {url.partition(':')[0]}, seed {options.seed}: {result}")
        if result.wrong:
            print((Path(name) / "bot.log").read_text()[-4000:], file=sys.stderr)
    return 1 if result.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
