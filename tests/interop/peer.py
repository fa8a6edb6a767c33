"""The Python side of the interoperation test: the real library walnats, as a service would use it.

`peer.py URL receive N` registers, says `ready`, and prints each of N events as a line of JSON.
`peer.py URL emit PAYLOAD` registers and emits one event, confirmed, with uid, trace id and delay.
`peer.py URL register` registers alone.
`peer.py URL request PAYLOAD` emits one event and prints the response of whoever handles it as a line of JSON.
`peer.py URL respond` says `ready`, and responds to one event with its text and the number of its topics.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
import time

import walnats

NEWSLETTER_REQUESTED = walnats.Event("newsletter-requested", dict)
EVENTS = walnats.Events(NEWSLETTER_REQUESTED)
WITH_RESPONSE = NEWSLETTER_REQUESTED.with_response(dict)
REQUESTS = walnats.Events(WITH_RESPONSE)


class Recorder(walnats.middlewares.Middleware):
    def __init__(self, left: int) -> None:
        self.left = left
        self.done = asyncio.Event()

    def on_start(self, ctx: walnats.types.Context) -> None:
        line = {
            "message": ctx.message,
            "trace_id": ctx.trace_id,
            "uid": (ctx._msg.headers or {}).get("Nats-Msg-Id"),
            "sequence": ctx.seq_number,
            "time": time.time(),
        }
        print(json.dumps(line), flush=True)

    def on_success(self, ctx: walnats.types.OkContext) -> None:
        self.left -= 1
        if self.left == 0:
            self.done.set()


async def receive(url: str, count: int) -> None:
    recorder = Recorder(count)
    actor = walnats.Actor("newsletter", NEWSLETTER_REQUESTED, lambda message: None, middlewares=(recorder,))
    async with EVENTS.connect(url) as events, walnats.Actors(actor).connect(url) as actors:
        await events.register()
        await actors.register()
        print("ready", flush=True)
        listening = asyncio.create_task(actors.listen(poll_delay=0.5))
        await asyncio.wait_for(recorder.done.wait(), timeout=30)
        await asyncio.sleep(0.3)
        listening.cancel()
        with contextlib.suppress(BaseException):
            await listening


async def emit(url: str, payload: str) -> None:
    async with EVENTS.connect(url) as events:
        await events.register()
        for _ in range(2):
            await events.emit(
                NEWSLETTER_REQUESTED, json.loads(payload), uid="from-python", trace_id="trace-2", delay=1.5, sync=True
            )


async def register(url: str) -> None:
    async with EVENTS.connect(url) as events:
        await events.register()


async def request(url: str, payload: str) -> None:
    async with REQUESTS.connect(url) as events:
        response = await events.request(WITH_RESPONSE, json.loads(payload), trace_id="trace-3", timeout=30)
        print(json.dumps(response), flush=True)


async def respond(url: str) -> None:
    recorder = Recorder(1)

    def handler(message: dict) -> dict:
        return {"email": message["email"], "topics": len(message["topics"])}

    actor = walnats.Actor("newsletter", WITH_RESPONSE, handler, middlewares=(recorder,))
    async with REQUESTS.connect(url) as events, walnats.Actors(actor).connect(url) as actors:
        await events.register()
        await actors.register()
        print("ready", flush=True)
        listening = asyncio.create_task(actors.listen(poll_delay=0.5))
        await asyncio.wait_for(recorder.done.wait(), timeout=60)
        await asyncio.sleep(0.3)
        listening.cancel()
        with contextlib.suppress(BaseException):
            await listening


if __name__ == "__main__":
    _, url, command, *rest = sys.argv
    match command:
        case "receive":
            asyncio.run(receive(url, int(rest[0])))
        case "emit":
            asyncio.run(emit(url, rest[0]))
        case "register":
            asyncio.run(register(url))
        case "request":
            asyncio.run(request(url, rest[0]))
        case "respond":
            asyncio.run(respond(url))
