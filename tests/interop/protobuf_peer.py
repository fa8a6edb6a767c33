"""The Python side of the test with protobuf: the real library walnats, with messages that Google's protoc generated.

`protobuf_peer.py URL MODULES receive` registers, says `ready`, prints one event in protobuf's JSON mapping, and emits one of its own.
"""

from __future__ import annotations

import asyncio
import contextlib
import sys

import walnats
from google.protobuf import json_format

_, URL, MODULES, COMMAND = sys.argv
sys.path.insert(0, MODULES)
# `walnats/options.proto` becomes a module `walnats.options_pb2`, and the library has the name of its package already.
walnats.__path__.append(f"{MODULES}/walnats")

from kitchen import everything_pb2  # noqa: E402

DISH_WASHED = walnats.Event("dish-washed", everything_pb2.DishWashed)
EVENTS = walnats.Events(DISH_WASHED)


async def receive() -> None:
    received = asyncio.Queue()
    actor = walnats.Actor("sink", DISH_WASHED, received.put)
    async with EVENTS.connect(URL) as events, walnats.Actors(actor).connect(URL) as actors:
        await events.register()
        await actors.register()
        print("ready", flush=True)
        listening = asyncio.create_task(actors.listen(poll_delay=0.5))
        message = await asyncio.wait_for(received.get(), timeout=30)
        print(json_format.MessageToJson(message, indent=None), flush=True)
        await asyncio.sleep(0.3)
        listening.cancel()
        with contextlib.suppress(BaseException):
            await listening
        await events.emit(DISH_WASHED, everything_pb2.DishWashed(name="from Python: Öl"), uid="from-python", sync=True)


if COMMAND == "receive":
    asyncio.run(receive())
