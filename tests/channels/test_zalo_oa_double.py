"""The double of the Official Account is as strict as its documents: what it lets through must not be what Zalo would refuse."""

import base64
import json

import httpx
import pytest

from tests.doubles.zalo_oa import APP_ID, APP_SECRET, SEED, zalo_oa_double


@pytest.fixture(scope="module")
def zalo():
    with zalo_oa_double() as own:
        own.know("u1")
        yield own


@pytest.fixture
def call(zalo):
    with httpx.Client(base_url=zalo.url, trust_env=False) as client:
        def ask(path, access=None, **body):
            return client.post(path, json=body, headers={"access_token": access} if access else {}).json()

        ask.client = client
        yield ask


def renewed(zalo, call, refresh, secret=APP_SECRET):
    form = {"app_id": APP_ID, "grant_type": "refresh_token", "refresh_token": refresh}
    return call.client.post("/v4/oa/access_token", data=form, headers={"secret_key": secret}).json()


@pytest.fixture
def access(zalo, call):
    zalo.consent(SEED)
    return renewed(zalo, call, SEED)["access_token"]


def test_a_refresh_token_is_good_once_and_the_old_access_token_ends(zalo, call):
    zalo.consent(SEED)
    assert renewed(zalo, call, SEED, secret="another")["error"] == -14020
    first = renewed(zalo, call, SEED)
    assert first["expires_in"] == "90000"
    assert renewed(zalo, call, SEED)["error"] == -14020
    second = renewed(zalo, call, first["refresh_token"])
    body = {"recipient": {"user_id": "u1"}, "message": {"text": "a"}}
    assert call("/v3.0/oa/message/cs", first["access_token"], **body)["error"] == -216
    assert call("/v3.0/oa/message/cs", second["access_token"], **body)["error"] == 0
    assert call("/v3.0/oa/message/cs", **body)["error"] == -216


def button(title="Một", payload="#c1.1"):
    return {"title": title, "type": "oa.query.hide", "payload": payload}


@pytest.mark.parametrize(("user", "message", "code"), [
    ("u1", {"text": "a" * 2000}, 0), ("u1", {"text": "a" * 2001}, -201), ("u1", {"text": ""}, -201), ("u9", {"text": "a"}, -213),
    ("u1", {"text": "a", "attachment": {"type": "template", "payload": {"buttons": [button()] * 5}}}, 0),
    ("u1", {"text": "a", "attachment": {"type": "template", "payload": {"buttons": [button()] * 6}}}, -201),
    ("u1", {"text": "a", "attachment": {"type": "template", "payload": {"buttons": [button("x" * 101)]}}}, -201),
    ("u1", {"text": "a", "attachment": {"type": "template", "payload": {"buttons": [button(payload="x" * 1001)]}}}, -201),
    ("u1", {"text": "a", "attachment": {"type": "template", "payload": {
        "template_type": "media", "elements": [{"media_type": "image", "attachment_id": "none"}],
    }}}, -100),
])
def test_a_message_is_held_to_its_limits(call, access, user, message, code):
    assert call("/v3.0/oa/message/cs", access, recipient={"user_id": user}, message=message)["error"] == code


def test_templates_have_their_night_and_their_fields(zalo, call, access):
    fields = {"code": "H20"}
    assert call("/v3.0/oa/message/template", access, user_id="u1", template_id="5", template_data=fields)["error"] == 0
    assert call("/v3.0/oa/message/template", access, user_id="u1", template_id="5", template_data={"code": ""})["error"] == -201
    zalo.night()
    assert call("/v3.0/oa/message/template", access, user_id="u1", template_id="5", template_data=fields)["error"] == -133
    zalo.mend()


def test_the_citizens_side_is_there_by_hand(zalo, call):
    told = call("/ctl/say", user="u2", text="xin chào")["result"]
    assert json.loads(zalo.events[-1].body)["message"] == {"msg_id": told, "text": "xin chào"}
    call("/ctl/photo", user="u2", picture=base64.b64encode(b"x").decode())
    url = json.loads(zalo.events[-1].body)["message"]["attachments"][0]["payload"]["url"]
    assert httpx.get(url, trust_env=False).content == b"x"
    assert call("/ctl/set", signed="header")["result"]["signed"] == "header"
    assert call("/ctl/set", signed="body")["result"] == {"life": 90_000, "signed": "body"}
    assert "error" in call("/ctl/call")
    assert "BOT_ZALO_OA_REFRESH_TOKEN" in httpx.get(zalo.url, trust_env=False).text
