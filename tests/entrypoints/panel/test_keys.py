"""/keys: who may come in."""

import re
from datetime import timedelta

from tests.entrypoints.http.conftest import V1, Service
from tests.entrypoints.panel.conftest import Reader

HOSTILE = '"><img src=x>'


def row_of(page: str, name: str) -> str:
    rows: list[str] = re.findall(r"<tr>.*?</tr>", page, re.DOTALL)
    return next(row for row in rows if name in row)


def test_each_key_says_whether_it_is_valid(service: Service, admin: Reader) -> None:
    soon = (service.clock.now() + timedelta(hours=1)).isoformat()
    service.admin.post(f"{V1}/keys", json={"name": "short", "role": "viewer", "expires_at": soon})
    made = service.admin.post(f"{V1}/keys", json={"name": "given up", "role": "editor"}).get_json()
    service.admin.delete(f"{V1}/keys/{made['id']}")
    service.clock.advance(timedelta(hours=2))
    page = admin.read("/keys")
    assert "expired" in row_of(page, "short")
    assert "revoked" in row_of(page, "given up")
    assert f"/keys/{made['id']}" not in page, "what is revoked cannot be revoked"
    own = row_of(page, "admin&#39;s")
    assert "valid" in own
    assert "yours" in own
    assert "you are signed out" in own


def test_a_name_stays_a_name(service: Service, admin: Reader) -> None:
    service.admin.post(f"{V1}/keys", json={"name": HOSTILE, "role": "viewer"})
    page = admin.read("/keys")
    assert HOSTILE not in page
    assert "&#34;&gt;&lt;img src=x&gt;" in page


def test_others_than_admins_are_told_what_they_lack(editor: Reader) -> None:
    for address in ("/keys", "/webhooks", "/audit"):
        answer = editor.get(address)
        assert (answer.status_code, answer.mimetype) == (403, "text/html")
        assert "administer" in answer.text
