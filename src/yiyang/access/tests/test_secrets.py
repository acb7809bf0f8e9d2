"""Sealed values open for their column and key only; the ciphers are those of the published vectors."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from yiyang.access import keyring, secrets
from yiyang.access.keyring import Cipher, Hash, IndexKey
from yiyang.base.errors import SecretError

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
ID, PHONE, ADDRESS = "person.id_number", "person.phone", "person.address"
BOTH = [(Cipher.AES, Hash.SHA256), (Cipher.SM4, Hash.SM3)]
# The texts are drawn anew, the ring may stay.
RING_STAYS = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(params=BOTH, ids=["international", "chinese"])
def ring(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "keys.json"
    monkeypatch.setenv("YIYANG_KEYS", str(path))
    keyring.create(path, now=NOW, cipher=request.param[0], index=request.param[1])
    return path


@RING_STAYS
@given(st.text(), st.sampled_from([ID, PHONE, ADDRESS]))
def test_opens_what_it_sealed(ring: Path, text: str, column: str) -> None:
    assert secrets.unseal(secrets.seal(text, column), column) == text


def test_many_at_once_are_the_same_as_one_by_one(ring: Path) -> None:
    texts = ["51172419500101123X", None, "", "王小明"]
    sealed = secrets.seal_many(texts, ADDRESS)
    assert secrets.unseal_many(sealed, ADDRESS) == texts
    assert [None if value is None else secrets.unseal(value, ADDRESS) for value in sealed] == texts
    assert secrets.index_many(texts, PHONE) == [
        None if text is None else secrets.index_of(text, PHONE) for text in texts
    ]


def test_equal_texts_are_sealed_differently(ring: Path) -> None:
    assert len(set(secrets.seal_many(["爱华"] * 100, ADDRESS))) == 100


@pytest.mark.parametrize("column", [ID, ADDRESS])
def test_every_changed_byte_is_noticed(ring: Path, column: str) -> None:
    sealed = secrets.seal("51172419500101123X", column)
    for place in range(len(sealed)):
        changed = bytearray(sealed)
        changed[place] ^= 1
        with pytest.raises(SecretError):
            secrets.unseal(bytes(changed), column)


def test_a_cut_value_is_noticed(ring: Path) -> None:
    sealed = secrets.seal("51172419500101123X", ID)
    for length in range(len(sealed)):
        with pytest.raises(SecretError):
            secrets.unseal(sealed[:length], ID)


def test_a_value_of_another_column_does_not_open(ring: Path) -> None:
    with pytest.raises(SecretError, match="of another column"):
        secrets.unseal(secrets.seal("13800001111", PHONE), "contact.phone")


def test_a_key_that_is_not_in_the_ring_is_named(ring: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sealed = secrets.seal("爱华", ADDRESS)
    other = tmp_path / "other.json"
    keyring.create(other, now=NOW)
    monkeypatch.setenv("YIYANG_KEYS", str(other))
    with pytest.raises(SecretError, match=f"sealed under key {secrets.key_id(sealed)}"):
        secrets.unseal(sealed, ADDRESS)


def test_a_rotation_reaches_a_running_process_and_old_values_still_open(ring: Path) -> None:
    before = secrets.seal("保国", ADDRESS)
    keyring.rotate(ring, now=NOW)
    after = secrets.seal("保国", ADDRESS)
    assert secrets.key_id(before) != secrets.key_id(after) == secrets.ring().active.id
    assert secrets.unseal_many([before, after], ADDRESS) == ["保国", "保国"]


def test_hashes_survive_a_rotation(ring: Path) -> None:
    before = secrets.index_of("13800001111", PHONE)
    keyring.rotate(ring, now=NOW)
    assert secrets.index_of("13800001111", PHONE) == before


def test_a_searchable_value_carries_its_hash(ring: Path) -> None:
    sealed = secrets.seal("+86 138-0000-1111", PHONE)
    assert sealed[secrets.KEY_END : secrets.INDEX_END] == secrets.index_of("13800001111", PHONE)


def test_spellings_of_one_number_meet(ring: Path) -> None:
    same = ["13800001111", "+86 138 0000 1111", "0086-13800001111", "8613800001111", "１３８００００１１１１"]
    assert len(set(secrets.index_many(same, PHONE))) == 1
    same = ["51172419500101123X", "51172419500101123x", "511724 19500101 123Ｘ", "'51172419500101123X"]
    assert len(set(secrets.index_many(same, ID))) == 1


def test_two_id_numbers_have_two_hashes(ring: Path) -> None:
    hashes = secrets.index_many([f"5117241950{number:08d}" for number in range(20_000)], ID)
    assert len(set(hashes)) == 20_000
    assert {len(found or b"") for found in hashes} == {secrets.INDEX_BYTES}


def test_the_same_text_in_another_column_has_another_hash(ring: Path) -> None:
    assert secrets.index_of("13800001111", PHONE) != secrets.index_of("13800001111", "contact.phone")


def test_nothing_to_search_by_has_no_hash(ring: Path) -> None:
    assert secrets.index_many(["", " ", "无"], PHONE) == [None, None, None]
    assert secrets.unseal(secrets.seal("无", PHONE), PHONE) == "无"


def test_plain_text_is_not_in_the_sealed_value(ring: Path) -> None:
    text = "51172419500101123X"
    sealed = secrets.seal(text, ID)
    assert text.encode() not in sealed
    assert text[:6].encode() not in sealed


def test_many_threads_do_not_disturb_each_other(ring: Path) -> None:
    def there_and_back(number: int) -> bool:
        text = f"{number:018d}"
        return secrets.unseal(secrets.seal(text, ID), ID) == text

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(there_and_back, range(4000)))


def _hex(text: str) -> bytes:
    return bytes.fromhex(text.replace(" ", ""))


def test_sm4_gcm_is_that_of_rfc_8998() -> None:
    plain = b"".join(bytes([byte]) * 8 for byte in _hex("AABBCCDDEEFFEEAA"))
    bound = _hex("FEEDFACEDEADBEEFFEEDFACEDEADBEEFABADDAD2")
    sealed = _hex(
        "17F399F08C67D5EE19D0DC9969C4BB7D 5FD46FD3756489069157B282BB200735 D82710CA5C22F0CCFA7CBF93D496AC15"
        "A56834CBCF98C397B4024A2691233B8D 83DE3541E4C2B58177E065A9BF7B62EC"
    )
    encrypt, decrypt = secrets._engine(Cipher.SM4, _hex("0123456789ABCDEFFEDCBA9876543210"))
    nonce = _hex("00001234567800000000ABCD")
    assert encrypt(nonce, plain, bound) == sealed
    assert decrypt(nonce, sealed, bound) == plain


def test_aes_gcm_is_that_of_the_gcm_specification() -> None:
    encrypt, _ = secrets._engine(Cipher.AES, bytes(32))
    assert encrypt(bytes(12), bytes(16), b"") == _hex(
        "cea7403d4d606b6e074ec5d3baf39d18 d0d1c8a799996bf0265b98b5d48ab919"
    )


def test_hmac_sha256_is_that_of_rfc_4231() -> None:
    # model_construct: the key of the vector is shorter than ours may be.
    key = IndexKey.model_construct(algorithm=Hash.SHA256, secret=b"Jefe", created=NOW)
    expected = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    assert secrets._mac(key, b"what do ya want for nothing?").hex() == expected


def test_hmac_sm3_is_rfc_2104_over_the_sm3_of_its_standard() -> None:
    from cryptography.hazmat.primitives.hashes import SM3
    from cryptography.hazmat.primitives.hashes import Hash as Digest

    def sm3(message: bytes) -> bytes:
        work = Digest(SM3())
        work.update(message)
        return work.finalize()

    assert sm3(b"abc").hex() == "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
    assert sm3(b"abcd" * 16).hex() == "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732"
    secret, message = bytes(range(32)), "爱华".encode()
    padded = secret.ljust(64, b"\0")
    inner = sm3(bytes(byte ^ 0x36 for byte in padded) + message)
    key = IndexKey(algorithm=Hash.SM3, secret=secret, created=NOW)
    assert secrets._mac(key, message) == sm3(bytes(byte ^ 0x5C for byte in padded) + inner)
