"""Signing people in at the built-in identity provider of local mode, as a client of theirs does."""

import base64
import hashlib
import json
import secrets
import urllib.error
import urllib.parse
import urllib.request

CLIENT = "visningsklient"
REDIRECT = "http://127.0.0.1/callback"


class Stay(urllib.request.HTTPRedirectHandler):
    """Leaves redirects to us."""

    def redirect_request(self, *_):
        return None


def post(url, fields, headers=None):
    body = urllib.parse.urlencode(fields).encode()
    request = urllib.request.Request(url, body, headers or {})
    try:
        return urllib.request.build_opener(Stay).open(request)
    except urllib.error.HTTPError as answer:
        return answer


def token(base, number, role):
    """An access token of whoever has this number, in this role."""
    verifier = secrets.token_hex(64)
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode()
    answer = post(base + "/apis/v1/oauth/authorize", {
        "response_type": "code",
        "client_id": CLIENT,
        "redirect_uri": REDIRECT,
        "scope": "openid",
        "state": secrets.token_hex(16),
        "nonce": secrets.token_hex(16),
        "code_challenge": challenge.rstrip("="),
        "code_challenge_method": "S256",
        "number": number,
        "role": role,
    })
    if answer.status != 303:
        raise SystemExit(f"signing in as {role}: {answer.status} {answer.read()[:500]}")
    query = urllib.parse.urlparse(answer.headers["Location"]).query
    code = urllib.parse.parse_qs(query)["code"][0]
    basic = base64.b64encode(f"{CLIENT}:{CLIENT}".encode()).decode()
    answer = post(base + "/apis/v1/oauth/token", {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": REDIRECT,
        "code_verifier": verifier,
    }, {"Authorization": "Basic " + basic})
    if answer.status != 200:
        raise SystemExit(f"changing the code of {role}: {answer.status} {answer.read()[:500]}")
    return json.load(answer)["access_token"]
