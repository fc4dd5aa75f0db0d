"""A room over Server-Sent Events, with the standard library alone: sse.py http://host:port/api/CODE [start|pause]"""
import sys
import time
import urllib.error
import urllib.request


def command(room, name):
    urllib.request.urlopen(urllib.request.Request(f"{room}/timer/{name}", method="PATCH"), timeout=10)


def events(room):
    last_id, retry = None, 1.0
    while True:
        try:
            fields = {"Last-Event-ID": last_id} if last_id else {}
            # The server's heartbeats come every 15 s; twice that without a byte is a dead connection.
            with urllib.request.urlopen(urllib.request.Request(f"{room}/connect", headers=fields), timeout=30) as stream:
                event = {}
                for line in stream:
                    name, _, value = line.decode().rstrip("\n").partition(":")
                    if name == "retry":
                        retry = int(value) / 1000
                    elif name:
                        event[name] = value.removeprefix(" ")
                    elif "data" in event:
                        last_id = event.get("id", last_id)
                        yield event.get("event", "message"), event["data"]
                        if event.get("event") == "close" and event["data"] == "OK":
                            return
                        event = {}
        except urllib.error.HTTPError as error:
            if error.code != 429 and error.code < 500:
                raise
        except OSError:
            pass
        time.sleep(retry)


if __name__ == "__main__":
    if len(sys.argv) > 2:
        command(sys.argv[1], sys.argv[2])
    for name, data in events(sys.argv[1]):
        print(name, data, flush=True)
