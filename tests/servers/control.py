"""The side channel: one JSON request per wish, on a port of its own that nobody records."""

import json
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

Wishes = dict[str, Callable[..., Any]]


def start_control(wishes: Wishes) -> int:
    """Serve POST / with {"wish": name, …its arguments}; gives the port."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            try:
                answer, status = {"result": wishes[asked.pop("wish")](**asked)}, 200
            except Exception as error:  # noqa: BLE001 whoever asked is told
                answer, status = {"error": f"{type(error).__name__}: {error}"}, 500
            data = json.dumps(answer, default=str).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: Any) -> None:
            """Nothing: this channel leaves no trace."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    return server.server_port
