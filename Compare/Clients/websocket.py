"""A room over a WebSocket, with the package websockets: websocket.py ws://host:port/api/CODE [start|pause]"""
import asyncio
import json
import random
import sys

import websockets


async def events(room, command):
    last_id, heartbeat, wait, unanswered = None, 15.0, 1.0, False
    while True:
        try:
            resume = f"?lastEventId={last_id}" if last_id else ""
            connect = websockets.connect(
                f"{room}/connect{resume}", subprotocols=["tandem.v1.json"], open_timeout=10, close_timeout=1
            )
            async with connect as socket:
                # Sent once: if the answer is lost, the room's state tells whether the command arrived.
                if command:
                    text, command, unanswered = json.dumps({"command": command, "ref": "1"}), None, True
                    await socket.send(text)
                while True:
                    # Two heartbeats and a margin without a message are a dead connection.
                    message = json.loads(await asyncio.wait_for(socket.recv(), 2 * heartbeat + 5))
                    wait = 1.0
                    last_id = message.get("id", last_id)
                    if message["event"] == "heartbeat":
                        heartbeat = int(message["data"]) / 1000
                    if message["event"] in ("ack", "error"):
                        unanswered = False
                    if message["event"] == "error":
                        raise RuntimeError(message["code"])
                    if message["event"] == "ack":
                        continue
                    yield message["event"], message["data"]
                    if message["event"] == "close" and message["data"] in ("OK", "deleted"):
                        return
        except (OSError, asyncio.TimeoutError, websockets.ConnectionClosed, websockets.InvalidHandshake) as failure:
            # A refusal has its status in its response; before websockets 14, in itself.
            status = getattr(getattr(failure, "response", failure), "status_code", 500)
            if status != 429 and status < 500:
                raise
            if unanswered:
                yield "unanswered", "the command may or may not have arrived"
            unanswered = False
        await asyncio.sleep(wait * (0.5 + random.random()))
        wait = min(wait * 2, 30)


async def main(room, command=None):
    async for name, data in events(room, command):
        print(name, data, flush=True)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
