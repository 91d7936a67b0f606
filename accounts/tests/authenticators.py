"""What staff hold in their hands: an authenticator app, and a passkey made of software."""

import hashlib
import json
import os
import struct
import time

from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from fido2 import cbor
from fido2.cose import ES256
from fido2.utils import websafe_decode, websafe_encode

from accounts.staff import factors

USER_PRESENT, USER_VERIFIED, HAS_KEY = 0x01, 0x04, 0x40


def code(secret: str, steps: int = 0) -> str:
    """What the app shows now, or so many half minutes later."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + steps))


def app_of(user) -> str:
    """The secret of an app that was added to the account a while ago."""
    secret = factors.new_secret()
    factor = factors.add_app(user=user, secret=secret, code=code(secret))
    factor.data["counter"] = 0
    factor.save()
    return secret


class Passkey:
    """One ES256 key on one device, as Web Authentication (level 2) describes its answers."""

    def __init__(self, origin: str = "https://testserver") -> None:
        self.origin = origin
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.id = os.urandom(32)
        self.uses = 0

    def create(self, options: dict, **wrong: bytes | str) -> str:
        """The answer to navigator.credentials.create, as the page's script sends it."""
        asked = options["publicKey"]
        public = ES256.from_cryptography_key(self.key.public_key())
        held = bytes(16) + struct.pack(">H", len(self.id)) + self.id + cbor.encode(dict(public))
        data = self._data(asked["rp"]["id"], HAS_KEY, held)
        response = {
            "clientDataJSON": self._client_data("webauthn.create", asked, wrong),
            "attestationObject": websafe_encode(
                cbor.encode({"fmt": "none", "attStmt": {}, "authData": data})
            ),
        }
        return self._answer(response)

    def get(self, options: dict, **wrong: bytes | str) -> str:
        """The answer to navigator.credentials.get."""
        asked = options["publicKey"]
        self.uses += 1
        data = self._data(asked["rpId"])
        client_data = self._client_data("webauthn.get", asked, wrong)
        signed = data + hashlib.sha256(websafe_decode(client_data)).digest()
        signature = self.key.sign(signed, ec.ECDSA(hashes.SHA256()))
        response = {
            "clientDataJSON": client_data,
            "authenticatorData": websafe_encode(data),
            "signature": websafe_encode(wrong.get("signature", signature)),
        }
        return self._answer(response)

    def _data(self, rp_id: str, flags: int = 0, held: bytes = b"") -> bytes:
        flags |= USER_PRESENT | USER_VERIFIED
        return hashlib.sha256(rp_id.encode()).digest() + struct.pack(">BI", flags, self.uses) + held

    def _client_data(self, kind: str, asked: dict, wrong: dict) -> str:
        challenge = wrong.get("challenge", asked["challenge"])
        origin = wrong.get("origin", self.origin)
        return websafe_encode(
            json.dumps({"type": kind, "challenge": challenge, "origin": origin}).encode()
        )

    def _answer(self, response: dict) -> str:
        name = websafe_encode(self.id)
        return json.dumps(
            {"id": name, "rawId": name, "type": "public-key", "response": response,
             "clientExtensionResults": {}}
        )  # fmt: skip
