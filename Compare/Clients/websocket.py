"""A room over a WebSocket, with the package websockets: websocket.py ws://host:port/api/CODE [start|pause]"""
import asyncio
import json
import random
import sys

import websockets


async def events(room, commands):
    last_id, wait = None, 1.0
    while True:
        try:
            resume = f"?lastEventId={last_id}" if last_id else ""
            # The library pings by itself and closes a connection that is dead.
            async with websockets.connect(f"{room}/connect{resume}", subprotocols=["tandem.v1.json"]) as socket:
                wait = 1.0
                while commands:
                    await socket.send(json.dumps({"command": commands.pop(0), "ref": "1"}))
                async for text in socket:
                    message = json.loads(text)
                    last_id = message.get("id", last_id)
                    if message["event"] == "error":
                        raise RuntimeError(message["code"])
                    if message["event"] == "ack":
                        continue
                    yield message["event"], message["data"]
                    if (message["event"], message["data"]) == ("close", "OK"):
                        return
        except (OSError, websockets.ConnectionClosed):
            pass
        await asyncio.sleep(wait * (0.5 + random.random()))
        wait = min(wait * 2, 30)


async def main(room, *commands):
    async for name, data in events(room, list(commands)):
        print(name, data, flush=True)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
