"""An authority, two certificates of the server and one of a client, made by openssl; and shared keys."""
import os
import shutil
import ssl
import subprocess

USER, KEY = "soak", "5eaf00d5" * 8


class Keys:
    """In a directory of its own; `server` is what the server is told to use."""

    def __init__(self, home):
        self.home = home
        self.server = os.path.join(home, "server")
        self.psk = os.path.join(home, "keys.psk")
        self.turn = 0
        os.makedirs(self.server, mode=0o700)
        self.openssl("-subj", "/CN=Soak authority", "-keyout", "ca-key.pem", "-out", "ca-cert.pem",
                     "-addext", "keyUsage=critical,keyCertSign,cRLSign")
        for name in ("server0", "server1"):
            self.signed(name, "/CN=localhost", "subjectAltName=DNS:localhost")
        self.signed("client", "/O=Soak/CN=client", "subjectAltName=DNS:client.example")
        shutil.copy(os.path.join(home, "ca-cert.pem"), self.server)
        self.rotate()
        with open(self.psk, "w", opener=lambda p, f: os.open(p, f, 0o600)) as f:
            f.write("%s:%s\n" % (USER, KEY))

    def signed(self, name, subject, extension):
        self.openssl("-CA", "ca-cert.pem", "-CAkey", "ca-key.pem", "-subj", subject, "-addext", extension,
                     "-addext", "basicConstraints=critical,CA:false", "-keyout", name + "-key.pem", "-out", name + "-cert.pem")

    def openssl(self, *words):
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "30",
                        *words], cwd=self.home, check=True, capture_output=True, timeout=60)

    def rotate(self):
        """The other certificate and its key, each by a renaming: for a moment they do not belong together."""
        for part in ("key.pem", "cert.pem"):
            target = os.path.join(self.server, "server-" + part)
            shutil.copy(os.path.join(self.home, "server%d-%s" % (self.turn % 2, part)), target + ".new")
            os.replace(target + ".new", target)
        self.turn += 1

    def context(self, version=None, certificate=True):
        context = ssl.create_default_context(cafile=os.path.join(self.home, "ca-cert.pem"))
        if version:
            context.minimum_version = context.maximum_version = version
        if certificate:
            context.load_cert_chain(os.path.join(self.home, "client-cert.pem"), os.path.join(self.home, "client-key.pem"))
        return context
