"""The guard in tests/conftest.py does what it says."""

import asyncio
import socket

import pytest
from pytest_socket import SocketConnectBlockedError

# It warns besides raising, and warnings are errors here.
pytestmark = pytest.mark.filterwarnings("ignore:A test tried to use socket")

PUBLIC_ADDRESS = "192.0.2.1"  # RFC 5737: for documentation, nobody's


def test_a_connection_to_a_public_address_is_refused() -> None:
    with socket.socket() as outgoing, pytest.raises(SocketConnectBlockedError):
        outgoing.connect((PUBLIC_ADDRESS, 443))


def test_an_asynchronous_connection_is_refused_too() -> None:
    with pytest.raises(SocketConnectBlockedError):
        asyncio.run(asyncio.open_connection(PUBLIC_ADDRESS, 443))


def test_the_name_of_another_computer_is_not_looked_up() -> None:
    with pytest.raises(socket.gaierror, match=r"must not look up example\.com"):
        socket.create_connection(("example.com", 443))


def test_loopback_is_open() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        socket.create_connection(server.getsockname()) as outgoing,
    ):
        accepted, _ = server.accept()
        with accepted:
            outgoing.sendall(b"hello")
            assert accepted.recv(5) == b"hello"
