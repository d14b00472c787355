"""What the benchmarks share: a server under observation, and the facts that belong beside every figure."""
import os
import platform
import re
import signal
import socket
import struct
import subprocess
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
SLUICE = os.path.join(HERE, "..", "sluice")
TICKS = os.sysconf("SC_CLK_TCK")
READ = struct.Struct(">IHHQQI")
BLOCK = 4096


class Failure(Exception):
    """A server or a client did not do what it should; the text says which and what."""


class Server:
    """One running server; its CPU and memory are read from /proc. The command must not fork (sluice -f execs the JVM)."""

    def __init__(self, kind, command, environment=None):
        self.kind, self.command = kind, " ".join(command)
        self.complaints = tempfile.TemporaryFile()
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=self.complaints,
                                        env=environment)

    def failure(self, what):
        self.complaints.seek(0)
        said = self.complaints.read()[-2000:].decode(errors="replace").strip()
        return Failure(f"{self.command}: {what}" + (f": {said}" if said else ""))

    def check(self):
        """Fails if the server has ended."""
        if self.process.poll() is not None:
            raise self.failure(f"ended with {self.process.returncode}")

    def wait_ready(self, uri, environment=None):
        """Waits until nbdinfo gets an answer."""
        deadline = time.time() + 60
        while time.time() < deadline:
            self.check()
            if subprocess.run(["nbdinfo", "--size", uri], capture_output=True, env=environment).returncode == 0:
                return
            time.sleep(0.05)
        raise self.failure("does not answer within 60 s")

    def wait_served(self, path):
        """Waits until a first read through this Unix socket is answered."""
        deadline = time.time() + 60
        while time.time() < deadline:
            try:
                read_once(path)
                return
            except (FileNotFoundError, ConnectionError):
                self.check()
                time.sleep(0.001)
        raise self.failure("serves nothing within 60 s")

    def cpu(self):
        """Seconds of processor time until now."""
        with open(f"/proc/{self.process.pid}/stat") as f:
            fields = f.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def rss(self):
        """MiB resident."""
        with open(f"/proc/{self.process.pid}/status") as f:
            return int(re.search(r"VmRSS:\s+(\d+)", f.read()).group(1)) / 1024

    def program(self):
        """The file that runs: which java it is."""
        return os.readlink(f"/proc/{self.process.pid}/exe")

    def stop(self):
        """Ends it as a user does; fails if it is not gone after 20 s or ends with another status than 0."""
        try:
            self.check()
            self.process.send_signal(signal.SIGTERM)
            try:
                status = self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
                raise self.failure("does not stop within 20 s") from None
            if status != 0:
                raise self.failure(f"stopped with status {status}")
        finally:
            self.complaints.close()


class Keys:
    """For TLS: certificates and a shared key, made when they are first asked for."""

    def __init__(self, directory):
        # where libnbd looks for certificates by itself; fio can't be told a place
        self.home = os.path.join(directory, "home")
        self.certificates = os.path.join(self.home, ".pki", "libnbd")
        self.shared = os.path.join(directory, "keys.psk")

    def make(self):
        if os.path.exists(self.shared):
            return
        os.makedirs(self.certificates)

        def openssl(*words):
            subprocess.run(["openssl", *words], cwd=self.certificates, check=True, capture_output=True)

        openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=bench", "-keyout", "ca-key.pem",
                "-out", "ca-cert.pem")
        openssl("req", "-new", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost", "-keyout", "server-key.pem", "-out", "csr")
        openssl("x509", "-req", "-in", "csr", "-CA", "ca-cert.pem", "-CAkey", "ca-key.pem", "-CAcreateserial", "-days", "2", "-out",
                "server-cert.pem")
        with open(os.open(self.shared, os.O_CREAT | os.O_WRONLY, 0o600), "w") as f:
            f.write("bench:" + os.urandom(32).hex() + "\n")

    def options(self, kind):
        """For nbdkit's and Sluice's command line."""
        self.make()
        return ["--tls=require", f"--tls-psk={self.shared}" if kind == "psk" else f"--tls-certificates={self.certificates}"]

    def uri(self, kind, path):
        if kind == "psk":
            return f"nbds+unix://bench@localhost/?socket={path}&tls-psk-file={self.shared}"
        return f"nbds+unix://localhost/?socket={path}"

    def environment(self):
        """Of clients."""
        return {**os.environ, "HOME": self.home} if os.path.exists(self.home) else None


def receive(s, n):
    data = b""
    while len(data) < n:
        part = s.recv(n - len(data))
        if not part:
            raise ConnectionError("the server has closed the connection")
        data += part
    return data


def read_once(path):
    """The shortest client there is: connects, reads one block of the default export, goes."""
    with socket.socket(socket.AF_UNIX) as s:
        s.settimeout(20)
        s.connect(path)
        receive(s, 18)
        # fixed newstyle, no zeroes; NBD_OPT_EXPORT_NAME of the default export
        s.sendall(struct.pack(">I", 3) + b"IHAVEOPT" + struct.pack(">II", 1, 0))
        receive(s, 10)
        s.sendall(READ.pack(0x25609513, 0, 0, 1, 0, BLOCK))
        receive(s, 16 + BLOCK)
        s.sendall(READ.pack(0x25609513, 0, 2, 2, 0, 0))


def version(command, environment=None):
    """The first line that a program says of itself."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, env=environment)
        return (done.stdout + done.stderr).splitlines()[0]
    except (OSError, IndexError):
        return "not there"


def machine():
    return (f"{platform.machine()}, {os.cpu_count()} cores, Linux {platform.release()}, load "
            + " ".join(f"{v:.1f}" for v in os.getloadavg()))


def parse_size(text):
    """64M, 8G, plain bytes."""
    found = re.fullmatch(r"(\d+)([KMGT]?)", text, re.IGNORECASE)
    if not found:
        raise ValueError(f"a size is a number and perhaps K, M, G or T, not {text}")
    return int(found.group(1)) << (10 * " KMGT".index(found.group(2).upper() or " "))
