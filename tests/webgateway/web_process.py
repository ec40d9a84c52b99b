"""
The real web process, started so that its pushes flow (spec 2.2). Arguments: the port; "hasty" for RPCs that time out after four seconds
instead of thirty; "repaired" for an RPC that survives a time-out, and a token secret of its own.
"""

import secrets
import sys
from typing import Any

import uvicorn


def main(port: int, hasty: bool, repaired: bool) -> None:
    if hasty:
        from vnpy.rpc import RpcClient

        call: Any = RpcClient.__getattr__

        def in_a_hurry(self: RpcClient, name: str) -> Any:
            return lambda *args, **kwargs: call(self, name)(*args, **{"timeout": 4_000, **kwargs})

        RpcClient.__getattr__ = in_a_hurry      # type: ignore[assignment, method-assign]
    if repaired:
        import zmq
        from vnpy.rpc import RpcClient

        begin = RpcClient.__init__

        def robust(self: RpcClient) -> None:
            begin(self)
            socket = self._socket_req
            socket.setsockopt(zmq.REQ_RELAXED, 1)
            socket.setsockopt(zmq.REQ_CORRELATE, 1)

        RpcClient.__init__ = robust     # type: ignore[method-assign]

    class Server(uvicorn.Server):
        async def serve(self, sockets: object = None) -> None:
            # imported here, inside the running loop, which is the one that the package keeps for its pushes
            import vnpy_webtrader.web

            if repaired:
                vnpy_webtrader.web.SECRET_KEY = secrets.token_hex(32)
            await super().serve()

    Server(uvicorn.Config("vnpy_webtrader.web:app", host="127.0.0.1", port=port, log_level="warning")).run()


if __name__ == "__main__":
    main(int(sys.argv[1]), "hasty" in sys.argv[2:], "repaired" in sys.argv[2:])
