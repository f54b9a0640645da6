"""The action server as the assistant runs it: `python -m action_server PORT`, on loopback, behind a token.

By hand `rasa run actions` does; it asks for no token and listens on all interfaces.
"""

import hmac
import os
import sys

from rasa_sdk.endpoint import create_app
from sanic.request import Request
from sanic.response import HTTPResponse
from sanic.response import json as json_response


def main() -> None:
    token = os.environ.pop("ACTION_SERVER_TOKEN").encode()
    app = create_app("actions")

    @app.middleware("request")
    async def refuse_strangers(request: Request) -> HTTPResponse | None:
        given = request.args.get("token", "").encode()  # as Rasa sends the token of endpoints.yml
        if request.path == "/health" or hmac.compare_digest(given, token):
            return None
        return json_response({"error": "This server needs its token."}, status=401)

    app.run("127.0.0.1", int(sys.argv[1]), workers=1, access_log=False)


if __name__ == "__main__":
    main()
