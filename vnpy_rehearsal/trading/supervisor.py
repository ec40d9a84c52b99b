"""systemd's side of a service: what sd_notify(3) sends. Elsewhere nothing is sent."""

import os
import socket


class Supervisor:
    """Tells systemd how the service is, where it was started by it (``NOTIFY_SOCKET``)."""

    def __init__(self, environment: dict[str, str] | None = None) -> None:
        place: str = (os.environ if environment is None else environment).get("NOTIFY_SOCKET", "")
        self.address: str = "\0" + place[1:] if place.startswith("@") else place        # @: an abstract one
        self.last: str = ""

    def tell(self, *words: str) -> None:
        """``READY=1``, ``WATCHDOG=1``, ``STATUS=...``. What cannot be sent is left out: systemd will miss it."""
        family: int | None = getattr(socket, "AF_UNIX", None)
        if not self.address or family is None:
            return
        self.last = "\n".join(words)
        try:
            with socket.socket(family, socket.SOCK_DGRAM) as out:
                out.sendto(self.last.encode(), self.address)
        except OSError:
            pass
