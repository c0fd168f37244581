"""table.py - the grid as tables in Markdown: the short one is README's, the long one docs/libraries.md's.

table.py --check: both are what is made when all cells are right."""
import os, sys

import cells, players

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SHORT, LONG = ROOT + "/README.md", ROOT + "/docs/libraries.md"
BEGIN, END = "<!-- grid -->", "<!-- end -->"
ROLES = ("server", "client")


class Cell:
    """A cell that was not played: right, as long as nobody says otherwise."""

    def __init__(self, peer, role, case, version):
        self.peer, self.role, self.case, self.version, self.wrong = peer, role, case, version, []


def every(kind=Cell, peer=None, cases=cells.CASES):
    """All cells, or all of one peer."""
    return [kind(p, role, case, version) for p in ([peer] if peer else players.PEERS) for role in ROLES
            if players.PEERS[p][role == "client"] for case in cases for version in cells.VERSIONS]


def right(some):
    """"26/26": how many of those that can be played are right."""
    played = [c for c in some if cells.said(c) != "n/a"]
    return f"{sum(not c.wrong for c in played)}/{len(played)}" if played else "-"


def mark(marks, text):
    """The number of a remark, the same for the same words."""
    if text not in marks:
        marks.append(text)
    return marks.index(text) + 1


def long(played):
    marks = []
    yield "| peer | all | " + " | ".join(cells.CASES) + " |"
    yield "|---" * (len(cells.CASES) + 2) + "|"
    for peer in players.PEERS:
        for role in ROLES:
            mine = [c for c in played if (c.peer, c.role) == (peer, role)]
            columns = []
            for case in cells.CASES if mine else ():
                two = [c for c in mine if c.case == case]
                notes = sorted({mark(marks, cells.why(c)) for c in two if cells.why(c)})
                columns.append(right(two) + "".join(f" [{n}]" for n in notes))
            if mine:
                yield f"| {peer}, {role} | {right(mine)} | " + " | ".join(columns) + " |"
    yield ""
    yield from (f"{i}. The peer {m}." for i, m in enumerate(marks, 1))


def short(played):
    yield "| right of what was played | as server | as client |"
    yield "|---|---|---|"
    for peer in players.PEERS:
        mine = [[c for c in played if (c.peer, c.role) == (peer, role)] for role in ROLES]
        if any(mine):
            yield f"| {peer} | {right(mine[0])} | {right(mine[1])} |"


def pages(played):
    """[(file, what it is, what it is to be)]"""
    for path, make in ((SHORT, short), (LONG, long)):
        text = open(path).read()
        head, rest = text.split(BEGIN, 1)
        _, tail = rest.split(END, 1)
        yield path, text, f"{head}{BEGIN}\n" + "\n".join(make(played)) + f"\n{END}{tail}"


def write(played):
    for path, _, text in pages(played):
        with open(path, "w") as f:
            f.write(text)


if __name__ == "__main__":
    for path, is_, to_be in pages(every()):
        print(f"{'ok' if is_ == to_be else 'not ok'} - {os.path.basename(path)} has the table that its generator makes")
