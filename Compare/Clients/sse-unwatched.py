"""A room over Server-Sent Events, until the connection ends: sse-unwatched.py http://host:port/api/CODE [start|pause]"""
import sys
import urllib.request


def command(room, name):
    urllib.request.urlopen(urllib.request.Request(f"{room}/timer/{name}", method="PATCH"))


def events(room):
    with urllib.request.urlopen(f"{room}/connect") as stream:
        event = {}
        for line in stream:
            name, _, value = line.decode().rstrip("\n").partition(":")
            if name:
                event[name] = value.removeprefix(" ")
            elif "data" in event:
                yield event.get("event", "message"), event["data"]
                event = {}


if __name__ == "__main__":
    if len(sys.argv) > 2:
        command(sys.argv[1], sys.argv[2])
    for name, data in events(sys.argv[1]):
        print(name, data, flush=True)
