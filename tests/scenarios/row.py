"""row.py - one row of the battery."""


class Row:
    """
    name      what happens
    code      the fault that is found, at both ends and in the capture; None: none is; a list: one
              after the other; a tuple: one of them
    server    of peers.py; None where `play` does all
    clients   of peers.py, one after the other; "restart" begins the server anew
    alert     (sender, description) of the fatal alert that is told of; None: there is none
    through   the (by_client, by_server) changes of between.py, one pair a connection
    hidden    the alert cannot be read in a capture
    client, server_end, capture, capture_back: the code where it is another one there
    notes, never: remarks that must, that must not be there
    server_notes, client_notes, capture_notes, client_never ...  the same of one place
    said      what the library of an end says: {"server": (library, reason)}
    agree     False: the two ends may know of different alerts
    client_gone  True: the server's alert comes when the client has gone, and only the server's end knows of it
    seconds   long ones begin first
    """

    def __init__(self, name, code=None, server=None, clients=(), alert=None, through=(), hidden=False,
                 resumed=False, notes=(), never=(), seconds=0, play=None, **other):
        self.name, self.code, self.server, self.alert = name, code, server, alert
        self.clients = clients if isinstance(clients, (list, tuple)) else [clients]
        self.through, self.hidden, self.resumed, self.play = through, hidden, resumed, play
        self.notes, self.never, self.seconds, self.other = set(notes), set(never), seconds, other
        self.expected = code

    def wanted(self, where):
        """The codes of the faults that are told of there, as a list."""
        key = "server_end" if where == "server" else where
        if where == "capture_back" and key not in self.other:
            key = "capture"
        code = self.other.get(key, self.code)
        if isinstance(code, tuple):
            return code
        return code if isinstance(code, list) else [code] if code else []
