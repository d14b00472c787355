"""activate.py SOCKET PROGRAM ARGUMENTS...: becomes the program, with a listening Unix socket as descriptor 3, as systemd does."""
import os
import socket
import sys

listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
listener.bind(sys.argv[1])
listener.listen(16)
if listener.fileno() == 3:
    os.set_inheritable(3, True)
else:
    os.dup2(listener.fileno(), 3, inheritable=True)
os.environ["LISTEN_PID"] = str(os.getpid())
os.environ["LISTEN_FDS"] = os.environ.get("COUNT", "1")
os.execv(sys.argv[2], sys.argv[2:])
