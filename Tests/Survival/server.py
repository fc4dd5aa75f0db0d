"""The server under attack, as a child process: its start, its use of memory and descriptors, and its end."""
import ctypes
import os
import re
import resource
import shutil
import signal
import subprocess
import tempfile
import time

TICKS = os.sysconf("SC_CLK_TCK")


class Server:
    """`tandem serve` on a free port, with a room file in a temporary folder that goes when the server is ended."""

    def __init__(self, path, files=None, arguments=()):
        self.folder = tempfile.mkdtemp(prefix="tandem-survival-")
        self.errors = os.path.join(self.folder, "stderr")
        output = os.path.join(self.folder, "stdout")

        def limit():
            # Ends with the suite, even if that is killed.
            ctypes.CDLL(None).prctl(1, signal.SIGKILL)
            if files:
                resource.setrlimit(resource.RLIMIT_NOFILE, (files, files))

        with open(output, "wb") as out, open(self.errors, "wb") as errors:
            self.process = subprocess.Popen(
                [path, "serve", "--port", "0", "--store", "sqlite:" + os.path.join(self.folder, "rooms.sqlite"),
                 "--websocket-compression", "on", "--log-level", "error", *arguments],
                stdin=subprocess.DEVNULL, stdout=out, stderr=errors, preexec_fn=limit)
        self.pid = self.process.pid
        self.port = None
        deadline = time.monotonic() + 20
        while self.port is None:
            with open(output) as text:
                match = re.search(r"listening on http://\S+:(\d+)", text.read())
            if match:
                self.port = int(match.group(1))
            elif self.process.poll() is not None or time.monotonic() > deadline:
                crash = self.last_words()
                self.end()
                raise RuntimeError("the server did not start: " + crash)
            else:
                time.sleep(0.05)

    @property
    def is_alive(self):
        return self.process.poll() is None

    def memory(self):
        """Resident KiB; 0 of a process that is gone."""
        try:
            with open("/proc/%d/status" % self.pid) as file:
                match = re.search(r"VmRSS:\s+(\d+)", file.read())
            return int(match.group(1)) if match else 0
        except OSError:
            return 0

    def descriptors(self):
        try:
            return len(os.listdir("/proc/%d/fd" % self.pid))
        except OSError:
            return 0

    def cpu(self):
        """Seconds of CPU so far."""
        try:
            with open("/proc/%d/stat" % self.pid) as file:
                fields = file.read().rsplit(")", 1)[1].split()
            return (int(fields[11]) + int(fields[12])) / TICKS
        except (OSError, IndexError):
            return 0

    def written(self):
        """Bytes written so far: by system calls, and to disks. The latter are none in a memory file system."""
        with open("/proc/%d/io" % self.pid) as file:
            counts = dict(line.split(": ") for line in file.read().splitlines())
        return int(counts["wchar"]), int(counts["write_bytes"])

    def last_words(self):
        """The signal or status that ended the process, and what a crash printed."""
        code = self.process.poll()
        said = "still runs" if code is None else "status %d" % code if code >= 0 else signal.Signals(-code).name
        try:
            with open(self.errors, errors="replace") as file:
                lines = [line.strip() for line in file.read()[-200_000:].splitlines() if line.strip()]
        except OSError:
            lines = []
        telling = [line for line in lines if re.match(r"Simultaneous|Fatal|.*[Ff]atal error|.*[Pp]recondition", line)]
        # Where in the server's own code, nearest first.
        places = re.findall(r"in tandem at \S*/(Sources/[Tt]andem\S+)", "\n".join(lines))
        text = "; ".join([said] + (telling[:2] or lines[-3:]) + ["at " + place for place in places[:3]])
        return text[:600]

    def stop(self, number=signal.SIGTERM, patience=15):
        """Asks the process to end: seconds until it did, and its exit status; None if it had to be killed."""
        begin = time.monotonic()
        if self.is_alive:
            self.process.send_signal(number)
        try:
            status = self.process.wait(patience)
        except subprocess.TimeoutExpired:
            status = None
        return time.monotonic() - begin, status

    def end(self):
        """Ends the process if it still runs, and removes its folder."""
        if self.is_alive:
            self.process.kill()
        self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)
