"""lossy.py NAMESPACE-A NAMESPACE-B - a wire between two network namespaces, a TUN device
`wire` in each, that drops 2 % of the packets and lets 5 % arrive after ones sent later.
Prints "ready"; at its end, on SIGTERM, "forwarded dropped reordered"."""
import ctypes, fcntl, os, random, select, signal, struct, sys

TUNSETIFF, IFF_TUN, IFF_NO_PI, CLONE_NEWNET = 0x400454CA, 1, 0x1000, 0x40000000
HELD_S = 0.004  # at most; a later packet sets a held one free before


def tun(namespace):
    libc = ctypes.CDLL(None, use_errno=True)
    with open(f"/run/netns/{namespace}") as f:
        if libc.setns(f.fileno(), CLONE_NEWNET):
            raise OSError(ctypes.get_errno(), "setns")
    fd = os.open("/dev/net/tun", os.O_RDWR)
    fcntl.ioctl(fd, TUNSETIFF, struct.pack("16sH22x", b"wire", IFF_TUN | IFF_NO_PI))
    return fd


class Wire:
    def __init__(self, to, luck):
        self.to, self.luck, self.held = to, luck, []
        self.forwarded = self.dropped = self.reordered = 0

    def packet(self, data):
        if data[0] >> 4 != 4:
            return  # what IPv6 says of its own accord while the devices come up
        chance = self.luck.random()
        if chance < 0.02:
            self.dropped += 1
        elif chance < 0.07:
            self.reordered += 1
            self.held.append([self.luck.randint(1, 3), data])
        else:
            self.send(data)

    def send(self, data):
        self.forwarded += 1
        os.write(self.to, data)
        for one in self.held:
            one[0] -= 1
        due = [d for left, d in self.held if left <= 0]
        self.held = [one for one in self.held if one[0] > 0]
        for late in due:
            self.forwarded += 1
            os.write(self.to, late)

    def release(self):
        for _, data in self.held:
            self.forwarded += 1
            os.write(self.to, data)
        self.held = []


def finish(*_):
    print(*[sum(getattr(w, n) for w in wires.values()) for n in ("forwarded", "dropped", "reordered")],
          flush=True)
    os._exit(0)


a, b = tun(sys.argv[1]), tun(sys.argv[2])
luck = random.Random(1)
wires = {a: Wire(b, luck), b: Wire(a, luck)}
signal.signal(signal.SIGTERM, finish)
print("ready", flush=True)
while True:
    ready, _, _ = select.select([a, b], [], [], HELD_S)
    for fd in ready:
        wires[fd].packet(os.read(fd, 65536))
    if not ready:
        for wire in wires.values():
            wire.release()
