"""Clients for the soak, written from the NBD specification. They share no code with the server."""
import os
import select
import socket
import ssl
import struct
import subprocess
import tempfile
import threading

PATIENCE = float(os.environ.get("SOAK_PATIENCE", "120"))  # seconds for anything that has to happen
MOST = 1 << 20
STARTTLS, GO = 5, 7


class Gone(Exception):
    """The server has closed the connection, or refuses."""


class Client:
    """One connection: structured replies are not asked for, so that every reply has one shape."""

    def __init__(self, path, export):
        self.socket = socket.socket(socket.AF_UNIX)
        try:
            self.socket.settimeout(PATIENCE)
            self.socket.connect(path)
            self.cookie = 0
            self.early = bytearray()
            if self.read(16) != b"NBDMAGICIHAVEOPT":
                raise Gone("no greeting")
            self.read(2)
            self.socket.sendall(struct.pack(">I", 3))
            self.secure()
            self.choose(export)
        except BaseException:
            self.close()
            raise

    def secure(self):
        """Before the export is chosen."""

    def choose(self, export):
        name = export.encode()
        self.option(GO, struct.pack(">I", len(name)) + name + struct.pack(">H", 0))
        for data in self.option_replies():
            if struct.unpack(">H", data[:2])[0] == 0:
                self.size = struct.unpack(">Q", data[2:10])[0]

    def option(self, kind, payload=b""):
        self.socket.sendall(b"IHAVEOPT" + struct.pack(">II", kind, len(payload)) + payload)

    def option_replies(self):
        """What comes before the acknowledgement."""
        said = []
        while True:
            _, _, kind, length = struct.unpack(">QIII", self.read(20))
            data = self.read(length)
            if kind == 1:
                return said
            if kind & 0x80000000:
                raise Gone("refused: %x %s" % (kind, data.decode(errors="replace")))
            said.append(data)

    def receive(self, most):
        return self.socket.recv(most)

    def read(self, n):
        parts = [bytes(self.early[:n])]
        n -= len(parts[0])
        del self.early[:len(parts[0])]
        while n:
            part = self.receive(min(n, MOST))
            if not part:
                raise Gone("closed")
            parts.append(part)
            n -= len(part)
        return b"".join(parts)

    def ask(self, kind, offset, length, data=b"", flags=0):
        """Sends a request; its cookie. Reads meanwhile what the server has to say, as the protocol wants it of clients."""
        self.cookie += 1
        self.pump(memoryview(struct.pack(">IHHQQI", 0x25609513, flags, kind, self.cookie, offset, length) + data))
        return self.cookie

    def pump(self, rest):
        while rest:
            readable, writable, _ = select.select([self.socket], [self.socket], [], PATIENCE)
            if readable:
                self.take(self.socket.recv(MOST))
            if writable:
                rest = rest[self.socket.send(rest, socket.MSG_DONTWAIT):]
            elif not readable:
                raise Gone("timed out")

    def take(self, part):
        if not part:
            raise Gone("closed")
        self.early += part

    def answer(self):
        magic, error, cookie = struct.unpack(">IIQ", self.read(16))
        if magic != 0x67446698:
            raise AssertionError("not a reply: %x" % magic)
        return error, cookie

    def farewell(self):
        """In good order."""
        self.ask(2, 0, 0)
        self.close()

    def close(self):
        self.socket.close()


class TlsClient(Client):
    """A client that encrypts, believes only the soak's authority, and has a certificate itself unless that is left out."""

    def __init__(self, path, export, keys, version=None, certificate=True, session=None, context=None):
        self.context = context or keys.context(version, certificate)
        self.session = session
        super().__init__(path, export)

    def secure(self):
        self.option(STARTTLS)
        self.option_replies()
        # a session is of use only to the context that has it
        self.socket = self.context.wrap_socket(self.socket, server_hostname="localhost", session=self.session)
        self.resumed = self.socket.session_reused
        self.socket.settimeout(0)

    def option(self, kind, payload=b""):
        if not isinstance(self.socket, ssl.SSLSocket):
            return super().option(kind, payload)
        return self.pump(memoryview(b"IHAVEOPT" + struct.pack(">II", kind, len(payload)) + payload))

    def receive(self, most):
        if not isinstance(self.socket, ssl.SSLSocket):
            return super().receive(most)
        while True:
            try:
                return self.socket.recv(most)
            except ssl.SSLWantReadError:
                self.wait(False)
            except ssl.SSLWantWriteError:
                self.wait(True)

    def wait(self, writing):
        readable, writable, _ = select.select([self.socket], [self.socket] if writing else [], [], PATIENCE)
        if not readable and not writable:
            raise Gone("timed out")

    def pump(self, rest):
        while rest:
            try:
                # what has come already may lie in the library, where select does not see it
                while True:
                    self.take(self.socket.recv(MOST))
            except (ssl.SSLWantReadError, ssl.SSLWantWriteError):
                pass
            try:
                rest = rest[self.socket.send(rest):]
            except ssl.SSLWantReadError:
                self.wait(False)
            except ssl.SSLWantWriteError:
                self.wait(True)

    def farewell(self):
        """With the farewell of TLS as well."""
        self.ask(2, 0, 0)
        try:
            self.socket.settimeout(PATIENCE)
            self.socket.unwrap()
        except OSError:
            pass  # the server need not say it, and may have closed already
        self.close()

    def close(self):
        if isinstance(self.socket, ssl.SSLSocket):
            self.session = self.socket.session or self.session
        super().close()


class PskClient(Client):
    """A client with a shared key. Python's TLS has none of that here, so `openssl s_client` encrypts, over a relay."""

    def __init__(self, path, export, user, key):
        self.user, self.key = user, key
        self.process = None
        self.inner, self.outer, self.relays = None, None, []
        super().__init__(path, export)

    def secure(self):
        self.option(STARTTLS)
        self.option_replies()
        with tempfile.TemporaryDirectory() as directory, socket.socket(socket.AF_UNIX) as door:
            path = os.path.join(directory, "relay")
            door.bind(path)
            door.listen(1)
            door.settimeout(PATIENCE)
            self.process = subprocess.Popen(
                ["openssl", "s_client", "-quiet", "-nbio", "-tls1_3", "-psk_identity", self.user, "-psk", self.key, "-unix", path],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, bufsize=0)
            inner, _ = door.accept()
        inner.settimeout(None)
        self.outer, self.inner = self.socket, inner
        self.outer.settimeout(None)
        self.relays = [threading.Thread(target=relay, args=ends, daemon=True) for ends in ((self.outer, inner), (inner, self.outer))]
        for thread in self.relays:
            thread.start()
        self.input, self.output = self.process.stdin, self.process.stdout
        os.set_blocking(self.input.fileno(), False)

    def option(self, kind, payload=b""):
        if self.process is None:
            return super().option(kind, payload)
        return self.pump(memoryview(b"IHAVEOPT" + struct.pack(">II", kind, len(payload)) + payload))

    def receive(self, most):
        if self.process is None:
            return super().receive(most)
        if not select.select([self.output], [], [], PATIENCE)[0]:
            raise Gone("timed out")
        return self.output.read(most)

    def pump(self, rest):
        while rest:
            readable, writable, _ = select.select([self.output], [self.input], [], PATIENCE)
            if readable:
                self.take(self.output.read(MOST))
            if writable:
                # a pipe says how much it takes only by taking it
                rest = rest[self.input.write(rest[:65536]) or 0:]
            elif not readable:
                raise Gone("timed out")

    def close(self):
        if self.process is not None:
            self.process.kill()
            self.process.wait(PATIENCE)
            for end in (self.process.stdin, self.process.stdout):
                end.close()
            for end in filter(None, (self.outer, self.inner)):
                shut(end)
            for thread in self.relays:
                thread.join(PATIENCE)
            if self.inner is not None:
                self.inner.close()
        self.socket.close()


def relay(source, target):
    try:
        while True:
            part = source.recv(65536)
            if not part:
                break
            target.sendall(part)
    except OSError:
        pass  # closed by either side
    finally:
        shut(source)
        shut(target)


def shut(end):
    """Wakes whoever reads there; who closes it must be alone, or a new descriptor of this number could be meant."""
    try:
        end.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass  # the other side has gone


class Shell:
    """The server's shell, one command after the other."""

    def __init__(self, path):
        self.path = path

    def run(self, *words):
        with socket.socket(socket.AF_UNIX) as s:
            s.settimeout(PATIENCE)
            s.connect(self.path)
            payload = b"".join(w.encode() + b"\0" for w in words)
            s.sendall(b"W" + struct.pack(">I", len(payload)) + payload)
            out = b""
            while True:
                kind, length = struct.unpack(">cI", self.read(s, 5))
                data = self.read(s, length)
                if kind == b"S":
                    return data[0], out.decode(errors="replace")
                out += data

    @staticmethod
    def read(s, n):
        data = b""
        while len(data) < n:
            part = s.recv(n - len(data))
            if not part:
                raise Gone("the shell was closed")
            data += part
        return data
