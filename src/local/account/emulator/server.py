"""The emulator's HTTP server: Werkzeug's, with connections that stay open.

Werkzeug's handler closes each connection after its answer, waits for it, and begins a thread for the next: more work
than most answers are. Here the application has read the whole body, so that the next request is where it is expected.
"""

from werkzeug.serving import WSGIRequestHandler, make_server
from faults import HangUp

# They go with the connection, and are this handler's to say.
HOP_BY_HOP = ("connection", "content-length", "transfer-encoding")


class Handler(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"
    # An answer goes out as soon as it is written; else its end would wait for its beginning to be acknowledged.
    wbufsize = -1
    disable_nagle_algorithm = True

    def run_wsgi(self):
        head = []
        try:
            chunks = self.server.app(self.make_environ(), lambda *given: head.extend(given))
        except HangUp:
            self.close_connection = True
            return
        status, headers = head[:2]
        body = b"".join(chunks)
        code, _, reason = status.partition(" ")
        self.send_response(int(code), reason)
        for name, value in headers:
            if name.lower() not in HOP_BY_HOP:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log(self, type, message, *args):
        pass


def serve_on_a_free_port(application):
    return make_server("127.0.0.1", 0, application, threaded=True, request_handler=Handler)
