"""
The CTA strategy of examples/cta_strategy on HASHEX: another gateway, setting and symbol, nothing else.

    pip install ".[mock]"
    python examples/hashex/cta_strategy.py --seconds 60
"""

import sys
from pathlib import Path

from mockexchange import MockExchange
from vnpy_hashex import HashExGateway

sys.path.insert(0, str(Path(__file__).parents[1] / "cta_strategy"))
import run as example  # noqa: E402


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
