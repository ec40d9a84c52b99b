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

from mockexchange import MockExchange
from vnpy_hashex import HashExGateway

sys.path.insert(0, str(Path(__file__).parents[1] / "cta_strategy"))
import run as example


def main() -> None:
    with MockExchange("hashex", seed=7) as venue:
        example.GATEWAY = HashExGateway
        example.SETTING = {
            "REST Host": venue.rest, "Stream Host": venue.stream, "Access Key": venue.key, "Secret Key": venue.secret,
        }
        example.VT_SYMBOL = "BTCUSDT_SPOT_HASHEX.GLOBAL"
        example.main()


if __name__ == "__main__":
    main()
