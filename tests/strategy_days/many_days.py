"""Plays several command lines of ``python -m vnpy_rehearsal strategy`` in one process without other threads. ``argv[1]``: their arguments, as JSON."""

import json
import sys

from vnpy_rehearsal.strategy_days.command import start

print(json.dumps([start("strategy", arguments) for arguments in json.loads(sys.argv[1])]), file=sys.stderr)
