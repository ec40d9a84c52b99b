"""
Identity of commands (place and modify an order).

Gateways from 1.4.38 answer a second command with the same ``Idempotency-Key``, or without one the same ``packet_id``, within
90 s from memory and do not execute it: a reused pair makes an order vanish although it looks placed.
"""

import uuid
from random import Random, SystemRandom
from threading import Lock
from typing import NamedTuple

MAX_SERIAL: int = 2**32 - 1         # serial_no is a uint32


class Command(NamedTuple):
    """One command. Sending it again with the same values is safe for 90 s on gateways from 1.4.38, and on no older one."""

    conn_id: int
    serial_no: int
    idempotency_key: str

    @property
    def packet_id(self) -> dict[str, int]:
        return {"conn_id": self.conn_id, "serial_no": self.serial_no}


class Commands:
    """Fresh commands of one client: a random 31-bit ``conn_id``, ``serial_no`` from 1, a random UUID each. Thread-safe."""

    def __init__(self, random: Random | None = None) -> None:
        self._random: Random = random or SystemRandom()
        self._lock: Lock = Lock()
        self._conn_id: int = 0
        self._serial_no: int = MAX_SERIAL

    def fresh(self) -> Command:
        with self._lock:
            if self._serial_no >= MAX_SERIAL:
                self._conn_id = self._random.randrange(1, 2**31)
                self._serial_no = 0
            self._serial_no += 1
            return Command(self._conn_id, self._serial_no, str(uuid.UUID(int=self._random.getrandbits(128), version=4)))
