"""``python -m vnpy_webgateway``: the main job on this gateway."""

import sys

from vnpy_rehearsal.job import start

if __name__ == "__main__":
    sys.exit(start("WEBTRADER", "python -m vnpy_webgateway"))
