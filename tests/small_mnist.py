"""Full MNIST in miniature, and a server of it that does wrong when it is told to."""

import gzip
import hashlib
import http.server
import struct
import threading
from contextlib import contextmanager

import numpy as np


def idx(array):
    """The bytes of an IDX file that holds this array of bytes."""
    return (
        struct.pack(f">4B{array.ndim}I", 0, 0, 8, array.ndim, *array.shape) + array.astype(np.uint8).tobytes()
    )


# 12 training images, 1 of each digit held out, and 3 test images.
IMAGES = np.arange(3 * 784).reshape(3, 28, 28) % 251
LABELS = np.array([1, 0, 2, 1, 3, 4, 5, 9, 8, 7, 6, 0])
SMALL = {
    "train-images-idx3-ubyte": idx(np.repeat(np.arange(12), 784).reshape(12, 28, 28) * 20),
    "train-labels-idx1-ubyte": idx(LABELS),
    "t10k-images-idx3-ubyte": idx(IMAGES),
    "t10k-labels-idx1-ubyte": idx(np.array([7, 2, 1])),
}
NAMES = list(SMALL)
CHECKSUMS = {name: hashlib.sha256(content).hexdigest() for name, content in SMALL.items()}
MIRRORS = ("first", "second")


def is_whole(mnist):
    """Whether this is the miniature, split as it should be."""
    shades = (np.arange(12) * 20).astype(np.float32) / np.float32(255)
    return (
        mnist.train.labels.tolist() == [1, 0]
        and mnist.validation.labels.tolist() == list(range(10))
        and mnist.test.labels.tolist() == [7, 2, 1]
        and np.array_equal(mnist.train.images[:, 0], shades[[3, 11]])
        and np.array_equal(mnist.validation.images[:, 5], shades[[1, 0, 2, 4, 5, 6, 10, 9, 8, 7]])
        and np.array_equal(mnist.test.images, IMAGES.reshape(3, 784).astype(np.float32) / np.float32(255))
    )


class Mirror:
    """Two mirrors on one server, /first/ and /second/.

    Attributes
    ----------
    urls : tuple of str
    served : dict
        The bytes of each path; a path that is not in it is a 404.
    cut : dict of str to int
        How many of the promised bytes a path's answer lacks at its end.
    loops, silent, trickling, slow_headers, endless, odd_length : set of str
        The paths that redirect to themselves, that accept and say nothing, that send a byte now and then (of
        the file, or already of the headers), that never stop sending, and whose length is no number.
    asked : list of str
        The paths fetched so far.
    meanwhile : callable
        Called before each answer.
    """

    def __init__(self):
        self.asked = []
        self.heal()
        self.meanwhile = lambda: None
        self.done = threading.Event()

    def heal(self):
        """Do nothing wrong from now on."""
        self.served = {f"/{m}/{k}.gz": gzip.compress(v) for m in MIRRORS for k, v in SMALL.items()}
        self.cut, self.loops, self.silent, self.endless = {}, set(), set(), set()
        self.trickling, self.slow_headers, self.odd_length = set(), set(), set()

    def trickle(self, request, data):
        for byte in data:
            request.wfile.write(bytes([byte]))
            if self.done.wait(0.1):
                return

    def answer(self, request):
        path = request.path
        self.asked.append(path)
        self.meanwhile()
        if path in self.silent:
            self.done.wait(20)
            return
        content = self.served.get(path, b"")
        sent = content[: len(content) - self.cut.get(path, 0)]
        request.send_response(302 if path in self.loops else 200 if path in self.served else 404)
        if path in self.loops:
            request.send_header("Location", path)
        if path not in self.endless:
            request.send_header("Content-Length", "a few" if path in self.odd_length else str(len(content)))
        if path in self.slow_headers:
            request.flush_headers()
            self.trickle(request, b"X-Slow: " + bytes(200))
            return
        request.end_headers()
        if path in self.trickling:
            self.trickle(request, sent)
            return
        request.wfile.write(sent)
        while path in self.endless and not self.done.is_set():
            request.wfile.write(bytes(1 << 16))


@contextmanager
def mirrors():
    """A running `Mirror`."""
    mirror = Mirror()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            mirror.answer(self)

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.handle_error = lambda *_: None  # who asked may hang up before all was said
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    mirror.urls = tuple(f"http://127.0.0.1:{server.server_port}/{name}/" for name in MIRRORS)
    try:
        yield mirror
    finally:
        mirror.done.set()
        server.shutdown()
        thread.join()
        server.server_close()
