"""Servers in directories, and what they hold."""
import glob
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import urllib.request

from soaking.clients import PATIENCE, Shell
from soaking.load import await_true


class Server:
    """One process of `sluice server`, which may be ended and started again."""

    def __init__(self, home, name, script):
        self.home, self.script = home, script
        self.directory = os.path.join(home, name)
        self.socket = os.path.join(self.directory, "nbd.sock")
        self.shell = Shell(os.path.join(self.directory, "shell.sock"))
        self.pid_file = os.path.join(home, name + ".pid")
        self.pid = 0
        self.killed = []
        os.makedirs(os.path.join(self.directory, "etc"), mode=0o700)
        os.chmod(self.directory, 0o700)

    def start(self, options):
        """In the background; `wait` waits for it."""
        environment = dict(os.environ, TMPDIR=self.home, JVM_OPTIONS=options)
        self.starter = subprocess.Popen([self.script, "server", "--dir", self.directory, "-P", self.pid_file], env=environment)

    def wait(self):
        if self.starter.wait(PATIENCE):
            raise AssertionError("%s has not started: status %d" % (self.directory, self.starter.returncode))
        with open(self.pid_file) as f:
            self.pid = int(f.read())

    def write(self, name, properties):
        fresh = os.path.join(self.directory, "etc", ".fresh")
        with open(fresh, "w") as f:
            json.dump(properties, f)
        os.replace(fresh, os.path.join(self.directory, "etc", name + ".json"))

    def configure(self, name, layers, more=None):
        self.write("dev.sluice.export~" + name, dict(more or {}, layers=layers))

    def unconfigure(self, name):
        os.remove(os.path.join(self.directory, "etc", "dev.sluice.export~%s.json" % name))

    def is_running(self):
        try:
            with open("/proc/%d/stat" % self.pid) as f:
                return f.read().rsplit(")", 1)[1].split()[0] != "Z"
        except OSError:
            return False

    def end(self, how):
        """Raises ProcessLookupError if it has ended by itself."""
        os.kill(self.pid, how)
        if how == signal.SIGKILL:
            self.killed.append(self.pid)
        await_true("the server in %s has ended" % self.directory, lambda: not self.is_running(), PATIENCE)

    def log(self):
        with open(os.path.join(self.directory, "log", "server.log")) as f:
            return f.read()

    def complaints(self):
        """Lines of the log that no client and no operator can cause."""
        return [line for line in self.log().splitlines() if re.search(r"internal error|stranded|\bat [a-z.]+\(", line)]

    def jar(self, name):
        root = os.path.dirname(os.path.abspath(self.script))
        base = glob.glob(os.path.join(root, "runtime/distribution/target/sluice-*/")) + [os.path.join(root, "..", "")]
        return [j for b in base for j in glob.glob(os.path.join(b, "*", name + "-[0-9]*.jar"))][0]

    def deploy(self, name):
        copy = os.path.join(self.directory, "deploy", name + ".jar")
        shutil.copyfile(self.jar(name), copy + ".part")
        # the first time it is a second bundle of that name, then an update of it
        os.replace(copy + ".part", copy)


class Watched(Server):
    """The server that is looked at."""

    def start(self, options):
        self.port = free_port()
        self.write("dev.sluice.observability", {"http": str(self.port), "jfr": False})
        super().start(options)

    def wait(self):
        super().wait()
        await_true("the metrics are there", lambda: self.metric("sluice_connections") is not None, PATIENCE)

    def metric(self, name):
        try:
            with urllib.request.urlopen("http://127.0.0.1:%d/metrics" % self.port, timeout=PATIENCE) as r:
                text = r.read().decode()
        except OSError:
            return None
        found = re.search("^" + re.escape(name) + r" (\S+)$", text, re.M)
        return float(found.group(1)) if found else None

    def jcmd(self, *words):
        jdk = os.path.dirname(os.path.realpath("/proc/%d/exe" % self.pid))
        return subprocess.run([os.path.join(jdk, "jcmd"), str(self.pid), *words], capture_output=True, text=True, timeout=PATIENCE).stdout

    def children(self):
        """Processes that it has started and that have not been waited for."""
        found = []
        for path in glob.glob("/proc/%d/task/*/children" % self.pid):
            try:
                with open(path) as f:
                    found += f.read().split()
            except OSError:
                pass  # that thread has ended; its children are another one's now
        return found

    def look(self):
        """What it holds after the garbage has been collected."""
        for _ in range(2):
            self.jcmd("GC.run")
        heap = self.metric("sluice_jvm_heap_kept_bytes")
        loaders = self.jcmd("VM.classloader_stats")
        with open("/proc/%d/status" % self.pid) as f:
            rss = int(re.search(r"VmRSS:\s+(\d+)", f.read()).group(1))
        return {"heap_mb": round(heap / 2**20, 2),
                "direct_mb": round(self.metric("sluice_jvm_direct_bytes") / 2**20, 2), "threads": int(self.metric("sluice_jvm_threads")),
                "descriptors": len(os.listdir("/proc/%d/fd" % self.pid)), "loaders": len(re.findall(r"^0x", loaders, re.M)),
                "classes": int(self.metric("sluice_jvm_classes")), "children": len(self.children()),
                "rss_mb": rss // 1024, "connections": int(self.metric("sluice_connections"))}


def free_port():
    import socket
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def of_the_servers(home):
    """Processes, in any depth, that the servers have started: they have the servers' directory for temporary files."""
    mark = b"TMPDIR=" + home.encode() + b"\0"
    found = []
    for path in glob.glob("/proc/[0-9]*/environ"):
        try:
            with open(path, "rb") as f:
                if mark in f.read():
                    found.append(path.split("/")[2])
        except OSError:
            pass  # it has ended, or belongs to somebody else
    return found
