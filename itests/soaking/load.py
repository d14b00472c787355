"""The load: clients that know what is in their part of a disk."""
import random
import threading
import time

from soaking.clients import Gone

REGION = 2 << 20          # bytes of a disk that belong to one client
SIZES = (512, 4096, 4096, 16384, 65536)
READ, WRITE, FLUSH, ZERO = 0, 1, 3, 6
EIO, ENOSPC = 5, 28
OVERTIME = 0.05           # seconds between the batches of a client whose number is done


class Export:
    """An export under load, and how much of it. `connect` makes its clients, by their index."""

    def __init__(self, layers, connect, clients=4, requests=16, sizes=SIZES, share=1.0, rest=0.0, injected=False, counted=None,
                 more=None):
        self.layers, self.more = layers, more or {}
        self.connect, self.clients = connect, clients
        self.requests, self.sizes = requests, sizes
        self.share = share        # of the batches of other clients
        self.rest = rest          # seconds between two batches
        self.injected = injected  # whether clients may see errors
        self.counted = counted    # as what its requests are counted besides


class Load(threading.Thread):
    """A client that owns a region and knows what is in it. In a batch no two requests overlap, so that any order is right."""

    def __init__(self, soak, name, export, index, batches):
        super().__init__(daemon=True, name="load %s %d" % (name, index))
        self.soak, self.export, self.index = soak, export, index
        self.batches = None if batches is None else max(2, round(batches * export.share))
        self.random = random.Random("%s/%s/%d" % (soak.options.seed, name, index))
        self.model = bytearray(REGION)
        self.ready = threading.Event()
        self.begun = False
        self.old = None

    def run(self):
        client = None
        done = 0
        try:
            while not self.soak.stopping.is_set() and not self.is_enough(done):
                try:
                    if client is None:
                        client = self.export.connect(self.index, self.old)
                        if not self.ready.is_set():
                            self.wipe(client)
                            self.begun = True
                            self.ready.set()
                    self.batch(client)
                    done += 1
                    if self.random.random() < (0.001 if self.batches is None else 0.02):
                        self.leave(client)
                        client = None
                    self.soak.pause(self.export.rest or self.is_over(done) and OVERTIME)
                except (Gone, OSError) as e:
                    # nobody disconnects these clients: that is an error of the server, and what was under way is unknown
                    if not self.soak.stopping.is_set():
                        self.soak.wrong("%s: %r%s" % (self.name, e, self.soak.evidence()))
                    return
        except Exception as e:  # whatever it is, it stands in the report
            self.soak.wrong("%s: %r" % (self.name, e))
        finally:
            self.ready.set()
            if client is not None:
                client.close()

    def is_over(self, done):
        return self.batches is not None and done >= self.batches

    def is_enough(self, done):
        """Who has done its number goes on slowly until all changes are over."""
        return self.is_over(done) and self.soak.changed.is_set()

    def leave(self, client):
        """In good order, or in the middle of a reply."""
        self.old = client
        if self.random.random() < 0.5:
            client.farewell()
        else:
            client.ask(READ, self.index * REGION, 65536)
            client.close()
        self.soak.counts.add("disconnects")

    def wipe(self, client):
        base = self.index * REGION
        for at in range(0, REGION, 1 << 20):
            client.ask(WRITE, base + at, 1 << 20, bytes(1 << 20))
            self.settle(client.answer()[0], at, bytes(1 << 20), must=True)

    def batch(self, client):
        base = self.index * REGION
        pieces = self.random.randrange(1, self.export.requests + 1)
        width = REGION // pieces
        pending = {}
        for i in range(pieces):
            length = self.random.choice(self.export.sizes)
            at = i * width + self.random.randrange(0, width - length + 1)
            kind = self.random.choice((READ, READ, READ, READ, WRITE, WRITE, WRITE, ZERO, FLUSH))
            if kind == WRITE:
                data = self.random.randbytes(length)
                pending[client.ask(WRITE, base + at, length, data, self.random.choice((0, 0, 0, 1)))] = (WRITE, at, data)
            elif kind == ZERO:
                pending[client.ask(ZERO, base + at, length)] = (ZERO, at, bytes(length))
            elif kind == FLUSH:
                pending[client.ask(FLUSH, 0, 0)] = (FLUSH, 0, b"")
            else:
                pending[client.ask(READ, base + at, length)] = (READ, at, bytes(length))
        for _ in range(pieces):
            error, cookie = client.answer()
            kind, at, data = pending.pop(cookie)
            if kind == READ and error == 0:
                got = client.read(len(data))
                if got != self.model[at:at + len(data)]:
                    self.soak.counts.add("verify errors")
                    self.soak.wrong("%s: %d bytes at %d are wrong" % (self.name, len(data), at))
            elif kind in (WRITE, ZERO):
                self.settle(error, at, data)
            elif error:
                self.settle(error, at, b"")
        self.soak.counts.add("requests", pieces)
        if self.export.counted:
            self.soak.counts.add("requests " + self.export.counted, pieces)

    def settle(self, error, at, data, must=False):
        if error == 0:
            self.model[at:at + len(data)] = data
        elif must or not self.export.injected or error not in (EIO, ENOSPC):
            self.soak.wrong("%s: error %d at %d" % (self.name, error, at))
        else:
            # it did not reach the disk: the error filter, or the line of the script, stands in front
            self.soak.counts.add("injected errors seen")


class Counts:
    """What happened so far; any thread."""

    def __init__(self, before):
        self.lock = threading.Lock()
        self.all = dict(before)

    def add(self, name, n=1):
        with self.lock:
            self.all[name] = self.all.get(name, 0) + n

    def get(self):
        with self.lock:
            return dict(sorted(self.all.items()))


def await_true(what, condition, patience):
    end = time.monotonic() + patience
    while not condition():
        if time.monotonic() > end:
            raise AssertionError("not within %d s: %s" % (patience, what))
        time.sleep(0.05)
