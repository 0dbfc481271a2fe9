"""An OpenAI-compatible endpoint on this machine that does what a test tells it to."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

SECRET = "sk-this-must-appear-nowhere"  # noqa: S105


class Endpoint:
    """Answers every request for a completion in the way it is told to.

    Attributes:
        url: Its address.
        status: Of its replies.
        pieces: What it streams where the status is 200.
        breaks_off: Whether it closes the connection before the reply is whole.
        hold: While this is not set, it keeps the connection open.
        asked: The key and the body of each request.
    """

    def __init__(self) -> None:
        self.status = 200
        self.hold = threading.Event()
        self.hold.set()
        self.pieces: list[str] = []
        self.breaks_off = True
        self.asked: list[tuple[str, str]] = []
        server = self

        class Requests(BaseHTTPRequestHandler):
            def log_message(self, *_: object) -> None:
                pass

            def do_GET(self) -> None:
                self._reply(200, "application/json", '{"data": [{"id": "the-one-it-has"}]}')

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                server.asked.append((str(self.headers["Authorization"]), body))
                if server.status != 200:
                    self._reply(server.status, "application/json", f'{{"error": {{"message": "{SECRET}"}}}}')
                    return
                chunks = "".join(
                    'data: {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "m", '
                    f'"choices": [{{"index": 0, "delta": {{"content": "{piece}"}}}}]}}\n\n'
                    for piece in server.pieces
                )
                missing = 1_000 if server.breaks_off else 0
                chunks += "" if server.breaks_off else "data: [DONE]\n\n"
                self.send_response(200)
                self.send_header("Content-Type", "text/event-stream")
                self.send_header("Content-Length", str(len(chunks.encode()) + missing))
                self.end_headers()
                self.wfile.write(chunks.encode())
                server.hold.wait(20)

            def _reply(self, status: int, kind: str, body: str) -> None:
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body.encode())

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Requests)
        self.url = f"http://127.0.0.1:{self._http.server_port}"
        threading.Thread(target=self._http.serve_forever, daemon=True).start()

    def close(self) -> None:
        """Turn it off; whoever is being answered is cut off."""
        self.hold.set()
        self._http.shutdown()
        self._http.server_close()
