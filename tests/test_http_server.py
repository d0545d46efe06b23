"""Hosts, and connections that are ended when the server closes."""

import socket
from http.server import BaseHTTPRequestHandler
from threading import Event, Thread

import pytest

from realtime_nst import http_server
from realtime_nst.http_server import ClosableServer, RequestHandler, host_of, in_url, is_loopback


@pytest.mark.parametrize(
    ("authority", "host"),
    [("127.0.0.1:80", "127.0.0.1"), ("[::1]:80", "::1"), ("[::1", ""), ("", ""), ("a", "a")],
)
def test_host_of(authority: str, host: str) -> None:
    assert host_of(authority) == host


def test_is_loopback() -> None:
    assert all(map(is_loopback, ("127.0.0.1", "127.8.0.1", "::1", "localhost")))
    assert not any(map(is_loopback, ("0.0.0.0", "192.168.0.2", "evil.example", "")))


def test_in_url() -> None:
    assert (in_url("::1"), in_url("localhost")) == ("[::1]", "localhost")


def test_closing_ends_idle_connections() -> None:
    server = ClosableServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    thread = Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    with socket.create_connection(("127.0.0.1", server.server_port)) as client:
        client.sendall(b"GET /unfinished")
        while not server._connections:
            pass
        server.shutdown()
        thread.join()
        server.disconnect_all()
        server.server_close()
        client.settimeout(5)
        assert client.recv(1) == b""


def test_server_disconnects_clients_that_never_finish_their_request(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(http_server, "REQUEST_SECONDS", -1)
    server = ClosableServer(("127.0.0.1", 0), RequestHandler)
    thread = Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    with socket.create_connection(("127.0.0.1", server.server_port), timeout=10) as client:
        client.sendall(b"GET / HTTP/1.0\r\nOne: 1\r\n")
        assert client.recv(100) == b""
    server.shutdown()
    thread.join()
    server.server_close()


def test_server_keeps_clients_whose_request_is_complete(monkeypatch: pytest.MonkeyPatch) -> None:
    checked = Event()

    class Server(ClosableServer):
        def service_actions(self) -> None:
            super().service_actions()
            checked.set()

    class Slow(RequestHandler):
        def do_GET(self) -> None:
            monkeypatch.setattr(http_server, "REQUEST_SECONDS", -1)
            checked.clear()
            checked.wait(10)
            self.wfile.write(b"answer")

    server = Server(("127.0.0.1", 0), Slow)
    thread = Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    with socket.create_connection(("127.0.0.1", server.server_port), timeout=10) as client:
        client.sendall(b"GET / HTTP/1.0\r\n\r\n")
        assert client.recv(100) == b"answer"
    server.shutdown()
    thread.join()
    server.server_close()
