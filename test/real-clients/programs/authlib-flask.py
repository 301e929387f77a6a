"""Authlib with Flask, as its documentation has it; and its OAuth2Session, to revoke a token."""

import os

from authlib.integrations.flask_client import OAuth
from authlib.integrations.requests_client import OAuth2Session
from flask import Flask, jsonify, url_for

app = Flask(__name__)
app.secret_key = os.urandom(32)
renewed = []
oauth = OAuth(app)
oauth.register(
    name="latchkey",
    client_id=os.environ["CLIENT_ID"],
    client_secret=os.environ["CLIENT_SECRET"],
    server_metadata_url=os.environ["ISSUER"] + "/.well-known/openid-configuration",
    client_kwargs={"scope": "openid profile email groups offline_access"},
    update_token=lambda token, **_: renewed.append(token),
)


@app.route("/")
def index():
    return "ready"


@app.route("/login")
def login():
    return oauth.latchkey.authorize_redirect(url_for("callback", _external=True))


@app.route("/callback")
def callback():
    """Goes the whole way, and tells what came of it."""
    token = oauth.latchkey.authorize_access_token()
    userinfo = oauth.latchkey.userinfo(token=token)
    metadata = oauth.latchkey.load_server_metadata()
    # Authlib refreshes by itself what is past its time.
    late = {**token, "expires_at": 1}
    oauth.latchkey.get(metadata["userinfo_endpoint"], token=late).raise_for_status()
    session = OAuth2Session(os.environ["CLIENT_ID"], os.environ["CLIENT_SECRET"])
    revoked = session.revoke_token(metadata["revocation_endpoint"], renewed[-1]["refresh_token"], "refresh_token")
    return jsonify(
        claims=token["userinfo"],
        userinfo=userinfo,
        renewed=renewed[-1]["access_token"] != token["access_token"],
        revoked=revoked.status_code,
    )


if __name__ == "__main__":
    app.run("localhost", int(os.environ["PORT"]))
