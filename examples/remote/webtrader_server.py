"""
A WebTrader server: a VeighNa that trades through one gateway of this project, and its web process, which lets others trade through it.

    pip install ".[mock]" vnpy_webtrader
    python examples/remote/webtrader_server.py

The gateway is MOCKBINANCE on the embedded mock exchange: no key and no network. Another one, and its settings:

    WEBTRADER_USERNAME=me WEBTRADER_PASSWORD=secret python examples/remote/webtrader_server.py --gateway QMTREST \
        --setting Server=QMT --setting "Host=http://10.0.0.5:9091" --setting "Client ID=ENV:QMT_ID" --setting "Secret Key=ENV:QMT_KEY"

The web process is started by vnpy_webgateway/server/web_process.py, which repairs what can be repaired from outside of vnpy_webtrader.
Ctrl-C ends both processes. Both listen on this machine only: docs/remote.md tells how to reach them from another one.
"""

import argparse
import os
import secrets
import signal
import sys
from pathlib import Path
from threading import Event

from vnpy_webgateway.server.processes import WebTraderServer, missing

GATEWAYS = {
    "MOCKBINANCE": "vnpy_mockbinance:MockBinanceGateway", "HASHEX": "vnpy_hashex:HashExGateway",
    "QMTREST": "vnpy_qmtrest:QmtRestGateway", "FUTUOPEND": "vnpy_futuopend:FutuOpenDGateway",
}


def read_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="A WebTrader server with one gateway of this project.")
    parser.add_argument("--gateway", default="MOCKBINANCE", choices=GATEWAYS)
    parser.add_argument("--setting", action="append", default=[], metavar="NAME=VALUE", help="of its connect dialog; may be given more than once")
    parser.add_argument("--user", default=os.environ.get("WEBTRADER_USERNAME", "trader"), help="default: WEBTRADER_USERNAME, else trader")
    parser.add_argument("--password", default=os.environ.get("WEBTRADER_PASSWORD", ""), help="default: WEBTRADER_PASSWORD, else one is made and printed")
    parser.add_argument("--host", default="127.0.0.1", help="where the web process listens (default 127.0.0.1)")
    parser.add_argument("--port", type=int, default=8000, help="0: any free port (default 8000)")
    parser.add_argument("--language", default="", choices=["", "en", "zh_CN"], help="of both processes (default: as this one)")
    parser.add_argument("--seconds", type=float, default=0, help="0: until Ctrl-C")
    options = parser.parse_args()
    for text in options.setting:
        if "=" not in text:
            parser.error(f"--setting must be NAME=VALUE, got {text!r}")
    return options


def main() -> int:
    options = read_arguments()
    lacking = missing()
    if lacking:
        print(f"This needs {', '.join(lacking)}: pip install vnpy_webtrader", file=sys.stderr)
        return 2
    password = options.password or secrets.token_urlsafe(12)
    server = WebTraderServer(
        # VeighNa's files of both processes: the market may be made up, nothing of it may get among your own bars
        Path(__file__).resolve().parent, GATEWAYS[options.gateway], dict(text.split("=", 1) for text in options.setting), options.user, password,
        host=options.host, port=options.port, language=options.language, on_line=lambda line: print(line, flush=True),
    )
    signal.signal(signal.SIGTERM, signal.default_int_handler)       # as Ctrl-C
    try:
        server.start()
        made = "" if options.password else f", password {password} (made for this run)"
        print(f"WebTrader at {server.url}, user {options.user}{made}, {server.gateway_name} behind it. Ctrl-C ends it.", flush=True)
        ended = Event()
        left = options.seconds or float("inf")
        while left > 0 and not server.trouble():
            ended.wait(min(left, 0.5))
            left -= 0.5
        if server.trouble():
            print(server.trouble(), file=sys.stderr)
            return 1
    except KeyboardInterrupt:
        pass
    except RuntimeError as error:
        print(error, file=sys.stderr)
        return 1
    finally:
        for number in (signal.SIGINT, signal.SIGTERM):      # a second Ctrl-C must not leave a process behind
            signal.signal(number, signal.SIG_IGN)
        server.stop()
    print("Both processes have ended.", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
