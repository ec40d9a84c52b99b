"""What waking costs on this machine: a thread handed to and back, and two processes that answer each other over a socket."""

import socket
import threading
from multiprocessing.connection import Connection
from time import perf_counter

from side_by_side import child

ROUNDS: int = 300


def hand_over() -> float:
    """Seconds from one thread to another and back, the least of three."""
    there, back = threading.Semaphore(0), threading.Semaphore(0)

    def answer() -> None:
        for __ in range(3 * ROUNDS):
            there.acquire()
            back.release()

    answering: threading.Thread = threading.Thread(target=answer, daemon=True)
    answering.start()
    taken: list[float] = []
    for __ in range(3):
        begin: float = perf_counter()
        for __ in range(ROUNDS):
            there.release()
            back.acquire()
        taken.append((perf_counter() - begin) / ROUNDS)
    return min(taken)


def echo(pipe: Connection) -> None:
    """The other process."""
    listening: socket.socket = socket.create_server(("127.0.0.1", 0))
    pipe.send(listening.getsockname()[1])
    connection, __ = listening.accept()
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    while data := connection.recv(64):
        connection.sendall(data)


def ping_pong() -> float:
    """Seconds for a few bytes to another process and back, the least of three."""
    with child(echo) as pipe, socket.create_connection(("127.0.0.1", pipe.recv())) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        taken: list[float] = []
        for __ in range(3):
            begin: float = perf_counter()
            for __ in range(ROUNDS):
                connection.sendall(b"x")
                connection.recv(64)
            taken.append((perf_counter() - begin) / ROUNDS)
        return min(taken)


def describe() -> str:
    """Both, for the head of the table."""
    return f"waking: a thread and back {hand_over() * 1e6:.0f} µs, another process over a socket and back {ping_pong() * 1e6:.0f} µs"


if __name__ == "__main__":
    print(describe())
