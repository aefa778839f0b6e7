"""The control side of a double over HTTP: acts of citizens, what was seen, switches, pictures."""

import asyncio
import base64
import json
from collections.abc import Awaitable, Callable, Collection
from dataclasses import fields
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

Endpoint = Callable[[Request], Awaitable[Response]]


def control(double: Any, names: Collection[str], switches: Collection[str], refusals: tuple[type[Exception], ...]) -> Endpoint:
    """``/ctl/NAME``: calls or shows one of *names*; ``/ctl/set`` sets *switches*. *refusals* are answered with 400 and their words."""
    async def answer(request: Request) -> Response:
        name = request.path_params["name"]
        arguments = dict(request.query_params) | (await request.json() if await request.body() else {})
        if name == "set" and arguments.keys() <= set(switches):
            for each, value in arguments.items():
                setattr(double, each, value)
            return JSONResponse({"result": {each: getattr(double, each) for each in sorted(switches)}})
        if name not in names:
            return JSONResponse({"error": f"no {name}"}, 404)
        if isinstance(arguments.get("picture"), str):
            arguments["picture"] = base64.b64decode(arguments["picture"])
        asked = getattr(double, name)
        try:
            result = await asyncio.to_thread(asked, **arguments) if callable(asked) else asked
        except refusals as error:
            return JSONResponse({"error": str(error)}, 400)
        return Response(json.dumps({"result": result}, default=_plain, ensure_ascii=False), media_type="application/json")

    return answer


def picture(double: Any) -> Endpoint:
    """``/pictures/NAME.jpg``."""
    async def answer(request: Request) -> Response:
        content = double.picture(request.path_params["name"].removesuffix(".jpg"))
        return Response("Not Found", 404) if content is None else Response(content, media_type="image/jpeg")

    return answer


def _plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    return {each.name: getattr(value, each.name) for each in fields(value)}
