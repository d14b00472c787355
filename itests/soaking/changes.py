"""What is done to the servers while the load goes on."""
import os
import random
import shutil
import signal
import socket
import ssl
import struct
import threading
import time

from soaking.clients import PATIENCE, STARTTLS, Client, Gone, PskClient, TlsClient
from soaking.keys import USER
from soaking.load import await_true


class Changes:
    """All kinds of changes in turn, so that a number of them always is the same number of each."""

    def __init__(self, soak):
        self.soak, self.server, self.source, self.keys = soak, soak.server, soak.source, soak.keys
        self.count = soak.counts.add
        self.random = random.Random(soak.options.seed)
        self.step = 0
        self.steps = [self.insert_and_remove, self.change_parameter, self.upgrade, self.update_in_place, self.inject, self.reconfigure,
                      self.edit_layers, self.strangers, self.stop_and_start, self.strangers_with_tls, self.change_script,
                      self.change_source, self.restart_source]

    def next(self):
        self.steps[self.step % len(self.steps)]()
        self.step += 1
        self.count("changes")

    def command(self, *words, server=None):
        status, out = (server or self.server).shell.run(*words)
        self.count("commands")
        if status:
            self.soak.wrong("%s: %s" % (" ".join(words), out.strip()))
        return out

    def await_true(self, what, condition):
        await_true(what, condition, PATIENCE)

    # code and chains

    def delay(self, export, server=None):
        """A filter comes and goes."""
        self.command("nbd:insert", export, "delay", "rdelay=1ms", server=server)
        self.command("nbd:remove", export, "delay", server=server)
        self.count("swaps", 2)

    def insert_and_remove(self):
        self.delay(self.random.choice(("memory", "chain", "cow")))
        self.delay(self.random.choice(("secret", "near", "remote")))

    def change_parameter(self):
        self.command("nbd:set", "chain", "log", "logfile=/dev/null", "logappend=" + ("true" if self.step % 2 else "false"))
        self.count("swaps")

    def upgrade(self):
        for name in ("filter.nofilter", "plugin.nbd", "filter.retry", "plugin.sh"):
            self.command("nbd:upgrade", self.server.jar("dev.sluice." + name))
            self.count("swaps")

    def update_in_place(self):
        for name in ("filter.log", "plugin.memory", "plugin.sh", "filter.retry", "plugin.nbd"):
            self.server.deploy("dev.sluice." + name)
        self.count("swaps")

    def reconfigure(self):
        name = "extra%d" % self.step
        self.server.configure(name, ["cow", "memory 1M"])
        self.await_true("export " + name, lambda: self.server.metric('sluice_export_state{export="%s",state="active"}' % name) == 1)
        client = Client(self.server.socket, name)
        client.ask(1, 0, 512, b"x" * 512)
        if client.answer()[0]:
            self.soak.wrong("write to " + name)
        self.server.unconfigure(name)
        self.await_true("no export " + name, lambda: self.server.metric('sluice_export_connections{export="%s"}' % name) is None)
        client.close()

    def edit_layers(self):
        layers = self.soak.exports["memory"].layers
        self.server.configure("memory", ["stats statsfile=/dev/null"] + layers)
        layer = 'sluice_layer_requests_total{export="memory",position="%d",layer="%s"}'
        self.await_true("stats in front", lambda: self.server.metric(layer % (0, "stats")) is not None)
        self.server.configure("memory", layers)
        self.await_true("stats gone", lambda: self.server.metric(layer % (0, "stats")) is None)
        self.count("swaps", 2)

    def stop_and_start(self):
        name = "brief"
        self.command("nbd:export", name, "memory", "1M", "--filter", "nofilter")
        client = Client(self.server.socket, name)
        self.command("nbd:stop", name, "--mode", "hard")
        self.command("nbd:start", name)
        self.command("nbd:delete", name)
        client.close()

    # faults

    def inject(self):
        self.command("nbd:set", "faulty", "error", "error-rate=2%", "--changes-data")
        time.sleep(0.2)
        self.command("nbd:set", "faulty", "error", "error-rate=0", "--changes-data")
        self.count("swaps", 2)
        self.count("faults")

    def strangers(self):
        """Clients that babble, say half a word, or nothing."""
        kept = []
        for i in range(20):
            s = socket.socket(socket.AF_UNIX)
            s.connect(self.server.socket)
            kept.append(s)
            if i % 3 == 0:
                s.sendall(self.random.randbytes(self.random.randrange(1, 200)))
            elif i % 3 == 1:
                s.sendall(struct.pack(">I", 3) + b"IHAVEOPT"[:i % 8])
        for s in kept:
            s.close()
        self.count("faults", 20)

    def strangers_with_tls(self):
        """Clients that must not get in, while the certificate is replaced by another one."""
        self.keys.rotate()
        kept = []
        for i in range(6):
            s = socket.socket(socket.AF_UNIX)
            s.connect(self.soak.tls_socket)
            kept.append(s)
            s.sendall(struct.pack(">I", 3) + b"IHAVEOPT" + struct.pack(">II", STARTTLS, 0))
            # babble, and the beginning of a record that is a greeting
            s.sendall(self.random.randbytes(self.random.randrange(1, 200)) if i % 2 else b"\x16\x03\x01\x02\x00\x01\x00"[:i + 1])
        self.refused("a client without TLS", lambda: Client(self.server.socket, "secret"))
        self.refused("a client without a certificate",
                     lambda: TlsClient(self.soak.tls_socket, "secret", self.keys, self.version(), certificate=False))
        self.refused("a client with a wrong key", lambda: PskClient(self.soak.psk_socket, "secret", USER, "00" * 32))
        for s in kept:
            s.close()
        self.count("faults", 9)

    def version(self):
        return (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3)[self.step % 2]

    def refused(self, what, connect):
        try:
            connect().close()
        except (Gone, OSError):
            return
        self.soak.wrong(what + " was let in")

    # a script

    def change_script(self):
        """Filters in front of it, other words, another text, and calls that fail."""
        self.delay("script")
        self.command("nbd:set", "script", "sh", "note=%d" % self.step, "--changes-data")
        script, fail = self.soak.script
        shutil.copy(script, script + ".new")
        with open(script + ".new", "a") as f:
            f.write("# edited %d\n" % self.step)
        os.replace(script + ".new", script)
        with open(fail, "w"):
            time.sleep(0.2)
        os.remove(fail)
        self.count("swaps")
        self.count("faults")

    # a source

    def change_source(self):
        """Filters before what others have as their source, in this server and in another one."""
        self.delay("source")
        self.delay("disk", self.source)

    def restart_source(self):
        """Killed, ended, or its export stopped, by turns; with a change of the chain that waits for it."""
        turn = self.step // len(self.steps) % 3
        change = threading.Thread(target=self.delay, args=("remote",), daemon=True)
        if turn == 2:
            self.command("nbd:stop", "disk", "--mode", "hard", server=self.source)
            change.start()
            self.command("nbd:start", "disk", server=self.source)
        else:
            self.source.end(signal.SIGTERM if turn else signal.SIGKILL)
            change.start()
            self.soak.start_source()
            self.source.wait()
        change.join(PATIENCE)
        if change.is_alive():
            self.soak.wrong("the change of a chain without its source has not ended")
        self.count("restarts of a source")
        self.count("faults")
