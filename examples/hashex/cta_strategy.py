"""
The CTA strategy of examples/cta_strategy on HASHEX: another gateway, setting and symbol, nothing else.

    pip install ".[mock]"
    python examples/hashex/cta_strategy.py --seconds 60
"""

# ruff: noqa: E402
import os
import sys
from pathlib import Path

# VeighNa keeps its files in .vntrader of the working directory, where there is one, else of your home. This market is made
# up under real names: nothing of it may get among your own bars.
os.chdir(Path(__file__).resolve().parent)
Path(".vntrader").mkdir(exist_ok=True)

from vnpy_hashex import HashExGateway

sys.path.insert(0, str(Path(__file__).parents[1] / "cta_strategy"))
import run as example


def main() -> None:
    example.GATEWAY = HashExGateway
    example.SETTING = {}                # the embedded exchange; {"Server": "HASHEX", "Access Key": ..., "Secret Key": ...} is the venue
    example.VT_SYMBOL = "BTCUSDT_SPOT_HASHEX.GLOBAL"
    example.main()


if __name__ == "__main__":
    main()
