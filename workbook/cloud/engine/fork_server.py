"""`python -P fork_server.py FD`: imports what functions import, once, and is copied for each execution environment.

It is asked through the socket FD, and ends when the cloud at its other end does. It starts no thread: what is copied
has one thread only.
"""

import gc
import json
import os
import runpy
import signal
import socket
import sys
import time
from importlib import import_module
from pathlib import Path

MODULES = (  # what the shop's functions import, and what boto3 imports when it makes a client
    "aws_lambda_powertools.event_handler",
    "aws_lambda_powertools.metrics",
    "aws_lambda_powertools.utilities.batch",
    "aws_lambda_powertools.utilities.data_classes",
    "boto3.dynamodb.conditions",
    "boto3.dynamodb.table",
    "boto3.dynamodb.transform",
    "botocore.handlers",
    "botocore.retryhandler",
    "botocore.signers",
    "encodings.idna",
)
MOST_BYTES = 1 << 18  # of a request; Lambda allows 4 KB of variables
FILES = 3  # that come with it: standard input, output and error


def serve(cloud: socket.socket) -> Path | None:
    """Answer each request with the process id of a copy; None if there will be none any more.

    In the copy, it gives the program that the copy is to run.
    """
    while True:
        message, files, *_ = socket.recv_fds(cloud, MOST_BYTES, FILES)
        if not message:
            return None
        if (process := os.fork()) == 0:
            cloud.close()
            return become(files, **json.loads(message))
        for file in files:
            os.close(file)
        cloud.send(str(process).encode())


def become(files: list[int], program: str, folder: str, variables: dict[str, str]) -> Path:
    """Make this copy what a new Python would be that is started so, and give the program that it is to run."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    for standard, file in enumerate(files):
        os.dup2(file, standard)
        os.close(file)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(variables)
    time.tzset()
    sys.argv[:] = [program]
    sys.path.insert(0, str(Path(program).parent))
    return Path(program)


if __name__ == "__main__":
    asks = socket.socket(fileno=int(sys.argv[1]))
    for module in MODULES:
        import_module(module)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody need ask how a copy ended
    gc.collect()
    gc.freeze()  # so that the copies go on sharing this memory
    asks.send(json.dumps(sorted({name.partition(".")[0] for name in sys.modules})).encode())
    if worker := serve(asks):
        runpy.run_path(str(worker), run_name="__main__")
