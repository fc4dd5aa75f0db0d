"""A room over a WebSocket, until the connection ends: websocket-unwatched.py ws://host:port/api/CODE [start|pause]"""
import asyncio
import json
import sys

import websockets


async def main(room, *commands):
    async with websockets.connect(f"{room}/connect", subprotocols=["tandem.v1.json"]) as socket:
        for command in commands:
            await socket.send(json.dumps({"command": command, "ref": "1"}))
        async for text in socket:
            message = json.loads(text)
            if message["event"] == "error":
                raise RuntimeError(message["code"])
            if message["event"] != "ack":
                print(message["event"], message["data"], flush=True)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
