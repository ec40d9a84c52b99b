"""
A VeighNa with one gateway of this project, served to other processes by vnpy_rpcservice.

    pip install ".[mock]" vnpy_rpcservice
    python examples/remote/rpc_server.py

The gateway is MOCKBINANCE on the embedded mock exchange: no key and no network. --gateway and --setting NAME=VALUE name another.
Strategies connect from processes that need vnpy and vnpy_rpcservice only: rpc_strategy.py. Ctrl-C ends it.

The two ports ask for no password, and unpickle what they get: whoever reaches them can run any program here. They are on this
machine only: docs/remote.md tells how to reach them from another one.
"""

# ruff: noqa: E402
import argparse
import os
import signal
import sys
from importlib import import_module
from pathlib import Path
from threading import Event

# VeighNa keeps its files in .vntrader of the working directory, where there is one, else of your home. This market may be made
# up under real names: nothing of it may get among your own bars.
os.chdir(Path(__file__).resolve().parent)
Path(".vntrader").mkdir(exist_ok=True)

from trade_cta import wait_for
from vnpy.event import EventEngine
from vnpy.trader.engine import MainEngine
from vnpy_rpcservice import RpcServiceApp

GATEWAYS = {
    "MOCKBINANCE": "vnpy_mockbinance:MockBinanceGateway", "HASHEX": "vnpy_hashex:HashExGateway",
    "QMTREST": "vnpy_qmtrest:QmtRestGateway", "FUTUOPEND": "vnpy_futuopend:FutuOpenDGateway",
}


def serve(main_engine: MainEngine, options: argparse.Namespace, ended: Event) -> None:
    module, _, name = GATEWAYS[options.gateway].partition(":")
    main_engine.add_gateway(getattr(import_module(module), name))
    rpc = main_engine.add_app(RpcServiceApp)
    main_engine.connect(dict(text.split("=", 1) for text in options.setting), options.gateway)
    # RpcGateway asks for contracts once, when it connects: what comes later cannot be traded there
    wait_for(lambda: main_engine.get_all_contracts() and main_engine.get_all_accounts(), "contracts and account")
    if not rpc.start(f"tcp://127.0.0.1:{options.req_port}", f"tcp://127.0.0.1:{options.sub_port}"):
        raise RuntimeError(f"ports {options.req_port} and {options.sub_port} cannot be used")
    print(f"{options.gateway} is served on ports {options.req_port} (requests) and {options.sub_port} (pushes). Ctrl-C ends it.", flush=True)
    ended.wait(options.seconds or None)
    print(f"The gateway had {len(main_engine.get_all_orders())} orders, {len(main_engine.get_all_trades())} trades", flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(description="A VeighNa with one gateway, served by vnpy_rpcservice.")
    parser.add_argument("--gateway", default="MOCKBINANCE", choices=GATEWAYS)
    parser.add_argument("--setting", action="append", default=[], metavar="NAME=VALUE", help="of its connect dialog; may be given more than once")
    parser.add_argument("--req-port", type=int, default=2014)
    parser.add_argument("--sub-port", type=int, default=4102)
    parser.add_argument("--seconds", type=float, default=0, help="0: until Ctrl-C")
    options = parser.parse_args()

    ended = Event()
    for number in (signal.SIGINT, signal.SIGTERM):      # vnpy.rpc has set SIGINT to its default: Ctrl-C would end us uncleanly
        signal.signal(number, lambda *_: ended.set())
    main_engine = MainEngine(EventEngine())
    try:
        serve(main_engine, options, ended)
    except (RuntimeError, TimeoutError) as error:
        print(error, file=sys.stderr)
        return 1
    finally:
        main_engine.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
