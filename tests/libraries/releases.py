"""releases.py - packages of other Debian releases, unpacked into build/releases and never installed.

The mirror is the one that this machine's apt uses for its own release; what is downloaded is
checked against Debian's keyring, as apt does."""
import os, subprocess, sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "live"))
import tt

KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"
HOME = os.path.join(tt.ROOT, "build", "releases")
roots = {}  # release: its unpacked tree, where one was asked for


def mirror():
    """The address of Debian's main archive as configured here; None without one."""
    out = subprocess.run(["apt-get", "indextargets", "--format", "$(REPO_URI)|$(ORIGIN)|$(LABEL)", "Created-By: Packages"],
                         text=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout
    for line in out.splitlines():
        address, origin, label = line.split("|")
        if origin == label == "Debian":
            return address
    return None


def configuration(release, address):
    """An apt of its own: nothing of it touches the machine's lists or packages."""
    home = f"{HOME}/{release}"
    for folder in ("state/lists/partial", "cache/archives/partial", "packages", "root"):
        os.makedirs(f"{home}/{folder}", exist_ok=True)
    with open(f"{home}/sources.list", "w") as f:
        f.write(f"deb [signed-by={KEYRING}] {address} {release} main\n")
    with open(f"{home}/apt.conf", "w") as f:
        f.write(f'Dir::State "{home}/state";\nDir::State::status "/dev/null";\nDir::Cache "{home}/cache";\n'
                f'Dir::Etc::SourceList "{home}/sources.list";\nDir::Etc::SourceParts "/nonexistent";\n'
                'APT::Sandbox::User "root";\n')
    return home, {**os.environ, "APT_CONFIG": f"{home}/apt.conf"}


def apt(environment, folder, *argv):
    p = subprocess.run(["apt-get", "-qq", *argv], env=environment, cwd=folder, text=True, timeout=300,
                       stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return None if not p.returncode else (p.stdout.strip().splitlines() or ["apt-get failed"])[-1]


def unpack(release, *packages):
    """The root of a tree with these packages of that release in it, and None; or None and why not."""
    address = mirror()
    if not address:
        return None, "apt has no Debian archive configured"
    home, environment = configuration(release, address)
    done = f"{home}/root/.{'+'.join(packages)}"
    if os.path.exists(done):
        return f"{home}/root", None
    why = apt(environment, home, "update") or apt(environment, f"{home}/packages", "download", *packages)
    if why:
        return None, f"{release}: {why}"
    for package in packages:
        for deb in sorted(os.listdir(f"{home}/packages")):
            if deb.startswith(package + "_"):
                tt.run("dpkg-deb", "-x", f"{home}/packages/{deb}", f"{home}/root")
    open(done, "w").close()
    return f"{home}/root", None
