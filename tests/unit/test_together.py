"""Writes that come together are written together, each gets its own result, and nobody waits for ever."""

import asyncio
import threading

import pytest

from bot.together import MOST, Together


def test_what_comes_during_a_write_is_written_with_the_next():
    batches, go_on = [], threading.Event()

    def write(items):
        if not batches:
            go_on.wait(10)
        batches.append(list(items))
        return [item * 10 for item in items]

    async def scene():
        together = Together(write)
        first = asyncio.create_task(together.write(1))
        await asyncio.sleep(0.05)
        rest = [asyncio.create_task(together.write(n)) for n in (2, 3, 4)]
        await asyncio.sleep(0.05)
        go_on.set()
        return await asyncio.gather(first, *rest)

    assert asyncio.run(scene()) == [10, 20, 30, 40]
    assert batches == [[1], [2, 3, 4]]


def test_a_batch_is_bounded():
    sizes = []

    def write(items):
        sizes.append(len(items))
        return items

    async def scene():
        together = Together(write)
        return await asyncio.gather(*(together.write(n) for n in range(3 * MOST)))

    assert asyncio.run(scene()) == list(range(3 * MOST))
    assert max(sizes) <= MOST


def test_an_error_reaches_everyone_of_its_batch_and_the_next_batch_goes_on():
    def write(items):
        if "bad" in items:
            raise ValueError("no")
        return items

    async def scene():
        together = Together(write)
        failed = await asyncio.gather(together.write("a"), together.write("bad"), return_exceptions=True)
        return failed, await together.write("b")

    failed, after = asyncio.run(scene())
    assert [type(each) for each in failed] == [ValueError, ValueError]
    assert after == "b"


def test_one_who_gives_up_leaves_the_others_theirs():
    go_on = threading.Event()

    def write(items):
        go_on.wait(10)
        return items

    async def scene():
        together = Together(write)
        tasks = [asyncio.create_task(together.write(n)) for n in (1, 2)]
        await asyncio.sleep(0.05)
        tasks[0].cancel()
        go_on.set()
        with pytest.raises(asyncio.CancelledError):
            await tasks[0]
        return await tasks[1], await together.write(3)

    assert asyncio.run(scene()) == (2, 3)
