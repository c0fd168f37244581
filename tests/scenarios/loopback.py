"""loopback.py - a capture of the loopback while scenarios run, and what tlstrace reads in it."""
import json, os, socket, subprocess

import tt


class Loopback:
    """dumpcap; datagrams mark where it began and where it may end."""

    def __init__(self, ports):
        self.file, self.port = tt.T + "/all.pcapng", ports[0]
        self.process = tt.spawn(["dumpcap", "-q", "-B", "64", "-i", "lo", "-f",
                                 f"portrange {min(ports)}-{max(ports)}", "-w", self.file])
        self.mark(b"the-run-begins")

    def mark(self, text):
        def there():
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
                s.sendto(text, ("127.0.0.1", self.port))
            try:
                with open(self.file, "rb") as f:
                    f.seek(max(0, os.path.getsize(self.file) - 65536))
                    return text in f.read()
            except FileNotFoundError:
                return False
        tt.wait_for(there, "dumpcap captures", 60)

    def read(self):
        """End it; the events."""
        self.mark(b"the-run-ends")
        self.process.terminate()
        self.process.wait()
        return [json.loads(line) for line in
                tt.run(f"{tt.B}/tlstrace", "read", "--json", self.file, stderr=subprocess.DEVNULL).splitlines()]
