#!/usr/bin/env python3
"""A web server for the tests of the downloader: http_server.py FOLDER

Prints its port on the first line and serves the folder's files until its standard input ends. Range requests are
answered, except for /whole/NAME (the whole file every time); /broken/NAME ends after half of what was asked for;
/moved/NAME leads to /NAME. Every request is logged to FOLDER/requests.log: "path range".
"""

import http.server
import pathlib
import re
import sys
import threading

FOLDER = pathlib.Path(sys.argv[1])


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        with open(FOLDER / "requests.log", "a", encoding="utf-8") as log:
            log.write(f"{self.path} {self.headers.get('Range', '-')}\n")
        kind, name = re.fullmatch(r"/(whole/|broken/|moved/)?(.*)", self.path).groups()
        path = FOLDER / name
        if kind == "moved/":
            self.send_response(302)
            self.send_header("Location", "/" + name)
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        if not path.is_file():
            self.send_error(404)
            return
        content = path.read_bytes()
        size = len(content)
        asked = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
        if asked and kind != "whole/":
            first = int(asked.group(1))
            if first >= size:
                self.send_error(416)
                return
            content = content[first:]
            self.send_response(206)
            self.send_header("Content-Range", f"bytes {first}-{size - 1}/{size}")
        else:
            self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content[: len(content) // 2] if kind == "broken/" else content)

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
threading.Thread(target=server.serve_forever, daemon=True).start()
print(server.server_address[1], flush=True)
sys.stdin.read()
