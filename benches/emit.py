"""The Python library walnats on the same work: `emit.py URL COUNT` prints the seconds it took."""

from __future__ import annotations

import asyncio
import sys
import time
import uuid

import walnats


# The library publishes to a subject that is the event's name.
STOCK_CHANGED = walnats.Event("stock.dub.TEA-0001", dict)


async def main(url: str, count: int) -> None:
    async with walnats.Events(STOCK_CHANGED).connect(url) as events:
        start = time.perf_counter()
        for pieces in range(count):
            meta = walnats.CloudEvent(
                id=str(uuid.uuid4()),
                source="https://shop.example/warehouses/dub",
                type="stock-changed",
                datacontenttype="application/json",
            )
            await events.emit(
                STOCK_CHANGED, {"warehouse": "dub", "sku": "TEA-0001", "pieces": pieces}, meta=meta, sync=True
            )
        print(time.perf_counter() - start)


asyncio.run(main(sys.argv[1], int(sys.argv[2])))
