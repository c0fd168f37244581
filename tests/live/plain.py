"""plain.py - peers that speak no TLS."""
import socket, struct, threading


def plain_server(port, answer, reset=False):
    """Answers the first bytes with `answer` and closes, with a reset if asked."""
    listener = socket.create_server(("127.0.0.1", port))

    def work():
        s, _ = listener.accept()
        s.recv(65536)
        s.sendall(answer) if answer else None
        if reset:
            s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        s.close()
        listener.close()
    thread = threading.Thread(target=work)
    thread.start()
    return thread


def say(port, text):
    with socket.create_connection(("127.0.0.1", port)) as s:
        s.settimeout(10)
        s.sendall(text)
        try:
            while s.recv(65536):
                pass
        except ConnectionResetError:
            pass
