"""A room over Server-Sent Events, with the standard library alone: sse.py http://host:port/api/CODE [start|pause]"""
import http.client
import random
import sys
import time
import urllib.parse
import urllib.request


# Sent once: if the answer is lost, the room's state tells whether the command arrived.
def command(room, name):
    urllib.request.urlopen(urllib.request.Request(f"{room}/timer/{name}", method="PATCH"), timeout=10)


def events(room):
    url = urllib.parse.urlsplit(room)
    connect = http.client.HTTPSConnection if url.scheme == "https" else http.client.HTTPConnection
    last_id, heartbeat, wait = None, 15.0, 1.0
    while True:
        try:
            connection = connect(url.netloc, timeout=10)
            connection.request("GET", f"{url.path}/connect", headers={"Last-Event-ID": last_id} if last_id else {})
            socket = connection.sock
            with connection.getresponse() as stream:
                if stream.status != 200 and stream.status != 429 and stream.status < 500:
                    raise RuntimeError(f"{stream.status} {stream.reason}")
                event = {}
                for line in stream if stream.status == 200 else ():
                    # Two heartbeats and a margin without a byte are a dead connection.
                    socket.settimeout(2 * heartbeat + 5)
                    name, _, value = line.decode().rstrip("\n").partition(":")
                    if name:
                        event[name] = value.removeprefix(" ")
                    elif "data" in event:
                        wait = 1.0
                        last_id = event.get("id", last_id)
                        if event.get("event") == "heartbeat":
                            heartbeat = int(event["data"]) / 1000
                        yield event.get("event", "message"), event["data"]
                        if event.get("event") == "close" and event["data"] in ("OK", "deleted"):
                            return
                        event = {}
        except (OSError, http.client.HTTPException):
            pass
        time.sleep(wait * (0.5 + random.random()))
        wait = min(wait * 2, 30)


if __name__ == "__main__":
    if len(sys.argv) > 2:
        command(sys.argv[1], sys.argv[2])
    for name, data in events(sys.argv[1]):
        print(name, data, flush=True)
