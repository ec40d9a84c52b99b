"""No two commands share an identity, unless the caller wants it."""

import threading

import pytest
from futu_payloads import PLACED
from futu_server import Answer, FutuServer, as_json, success

from vnpy_futuopend import FutuOpenDClient
from vnpy_futuopend.arguments import TrdHeader
from vnpy_futuopend.errors import FutuError, FutuServerError
from vnpy_futuopend.idempotency import MAX_SERIAL, Command, Commands

SIM = TrdHeader(0, 1000001, 1)


def place(client: FutuOpenDClient, command: Command | None = None) -> None:
    client.order(header=SIM, trd_side=1, order_type=1, code="00700", qty=100, price=300.0, command=command)


def identities(server: FutuServer) -> list[tuple[int, int, str]]:
    return [(*request.json["packet_id"].values(), request.headers["idempotency-key"]) for request in server.seen]


def test_no_two_commands_share_a_pair_or_a_key(server: FutuServer, client: FutuOpenDClient) -> None:
    server.answer(success(PLACED))
    for _ in range(5):
        place(client)
        client.modify_order(header=SIM, order_id=1, modify_order_op=2)
    found = identities(server)
    assert [serial for _, serial, _ in found] == list(range(1, 11))
    assert len({conn for conn, _, _ in found}) == 1 and 1 <= found[0][0] < 2**31
    assert len({key for _, _, key in found}) == 10


def test_clients_differ(server: FutuServer) -> None:
    server.answer(success(PLACED))
    for _ in range(5):
        with FutuOpenDClient(server.url) as client:
            place(client)
    assert len({conn for conn, _, _ in identities(server)}) == 5


def test_reads_have_no_identity(server: FutuServer, client: FutuOpenDClient) -> None:
    server.answer(success({"order_list": []}))
    client.orders(header=SIM)
    assert "idempotency-key" not in server.seen[0].headers and "packet_id" not in server.seen[0].json


def test_an_order_in_doubt_can_be_sent_again_as_it_was(server: FutuServer, client: FutuOpenDClient) -> None:
    server.answer(as_json({"error": "disconnected"}, 500), success(PLACED))
    with pytest.raises(FutuServerError) as caught:
        place(client)
    assert caught.value.in_doubt and caught.value.command is not None
    place(client, caught.value.command)
    first, second = server.seen
    assert first.body == second.body
    assert first.headers["idempotency-key"] == second.headers["idempotency-key"]
    place(client)
    assert identities(server)[2][1] == 2


def test_a_command_written_down_first(server: FutuServer, client: FutuOpenDClient) -> None:
    server.answer(success(PLACED))
    command = client.new_command()
    place(client, command)
    assert identities(server) == [tuple(command)]


def test_arguments_that_are_refused_send_nothing(server: FutuServer, client: FutuOpenDClient) -> None:
    with pytest.raises(ValueError):
        client.order(header=SIM, trd_side=1, order_type=1, code="00700", qty=float("nan"))
    assert not server.seen


def test_errors_of_reads_have_no_command(server: FutuServer, client: FutuOpenDClient) -> None:
    server.answer(Answer(500))
    with pytest.raises(FutuError) as caught:
        client.orders(header=SIM)
    assert caught.value.command is None


def test_serial_numbers_stay_within_32_bits() -> None:
    commands = Commands()
    first = commands.fresh()
    commands._serial_no = MAX_SERIAL - 1
    last, after = commands.fresh(), commands.fresh()
    assert (first.serial_no, last.serial_no, after.serial_no) == (1, 2**32 - 1, 1)
    assert first.conn_id == last.conn_id != after.conn_id


def test_threads_share_no_serial_number() -> None:
    commands = Commands()
    found: list[Command] = []
    threads = [threading.Thread(target=lambda: found.extend(commands.fresh() for _ in range(200))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(command.serial_no for command in found) == list(range(1, 1601))
