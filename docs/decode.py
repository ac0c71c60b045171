"""Opens a backup without BackupFunctions: docs/format.md in Python.              python3 decode.py BACKUP.car KEYFILE DIRECTORY [KEYRING]

BACKUP.car is what `backupfn download` wrote, KEYFILE holds the key (base64 or hex) or the passphrase, KEYRING what `backupfn keys export` wrote: with it a key of today opens a
backup from before a rotation. DIRECTORY, which must not exist, gets DATABASE/COLLECTION.bson and oplog.bson as mongodump writes them, and at the very end index.json: names, options
and indexes (base64 of their BSON). Every block is hashed, every sealed block authenticated; what is not as it was sealed ends this with an error. Needs Python 3.8 with cryptography and zstandard."""
import base64, hashlib, hmac, io, json, mmap, os, struct, sys, urllib.parse
import cryptography.exceptions, cryptography.hazmat.primitives.ciphers.aead as aead, zstandard

def check(good, what):
    if not good: raise SystemExit(f"corrupt: {what}")
def mac(key, message): return hmac.new(key, message, hashlib.sha256).digest()
def varint(data, at):
    value, shift = data[at] & 127, 7
    while data[at] > 127: value, shift, at = value | (data[at + 1] & 127) << shift, shift + 7, at + 1
    return value, at + 1

def read_car(path):                                     # the root, and where in the file the block of each CID is, all of them hashed
    data, blocks, at = mmap.mmap(os.open(path, os.O_RDONLY), 0, access=mmap.ACCESS_READ), {}, 59
    check(data[:14] == b"\x3a\xa2\x65roots\x81\xd8\x2a\x58\x25\x00" and data[50:59] == b"\x67version\x01", "header of the CAR")
    while at < len(data):
        size, start = varint(data, at)
        cid, at = data[start:start + 36], start + size
        check(cid[:4] in (b"\1\x55\x12\x20", b"\1\x70\x12\x20") and hashlib.sha256(data[start + 36:at]).digest() == cid[4:], f"block before byte {at}")
        blocks[cid] = slice(start + 36, at)
    return data[14:50], lambda cid: data[blocks[cid]]

def links(node, at=0):                                  # of a dag-pb node: (name, CID)
    while node[at] == 0x12:
        size, start = varint(node, at + 1)
        length, name = varint(node, start + 39)
        yield node[name:name + length].decode(), node[start + 2:start + 38]
        at = start + size
def leaves(cid):                                        # of a file, in order
    return [cid] if cid[1] == 0x55 else [leaf for _, child in links(block(cid)) for leaf in leaves(child)]

def derive(root, repository, epoch):                    # the keys of an epoch, or those of a slot
    return {x: mac(root, b"backupfunctions/v1/" + x + repository + struct.pack("<I", epoch) + b"\1") for x in (b"siv", b"enc", b"pid")}

def unseal(block, keys, epoch, kind, seq=0, last=True, context=b""):
    a = struct.pack("<4sBBBIIIB", b"BKFN", 0, 1, kind, epoch, len(block) - len(context) - 68, seq, last) + context
    check(block.startswith(a), f"header of a block of type {kind}")
    s, sealed = block[len(a):len(a) + 32], block[len(a) + 32:]
    f = aead.AESGCM(mac(keys[b"enc"], b"block" + s + b"\1")).decrypt(s[:12], sealed, a + s)
    check(hmac.compare_digest(mac(keys[b"siv"], struct.pack("<Q", len(a)) + a + f), s), "synthetic IV")
    length, size, codec = struct.unpack_from("<IIB", f)
    e = (9 + size).bit_length() - 1
    mask = (1 << (e - e.bit_length())) - 1              # Padmé
    check(len(f) == ((9 + size + mask) & ~mask) and not any(f[9 + size:]) and codec < 2 and length <= 1032183, "body of a block")
    text = zstandard.ZstdDecompressor().stream_reader(io.BytesIO(f[9:9 + size])).read(length + 1) if codec else f[9:9 + size]
    check(len(text) == length and (size < length or codec == 0), "length of a plaintext")
    return text

def unlock(slots, secret, repository, epoch):           # the keys of the epoch, from the first slot that the secret opens
    for block in (base64.b64decode(slot["block"]) for slot in slots if slot["epoch"] == epoch):
        kdf, rounds, n = struct.unpack_from("<BIB", block, 37 + block[36])
        end = 43 + block[36] + n
        check(kdf == 0 and n == 0 or kdf in (1, 2) and 10**5 <= rounds <= 10**7 and 16 <= n <= 64, "parameters of a key slot")
        try:
            if kdf: kek = hashlib.pbkdf2_hmac(("sha512", "sha256")[kdf - 1], secret.rstrip(b"\r\n"), block[end - n:end], rounds, 32)
            else: kek = bytes.fromhex(secret.decode()) if len(secret.strip()) == 64 else base64.b64decode(secret)
            return derive(unseal(block, derive(kek, repository, epoch), epoch, 5, context=repository + block[36:end]), repository, epoch)
        except (cryptography.exceptions.InvalidTag, ValueError): pass
    raise SystemExit("the key opens no slot of this backup")

def read_object(cid, kind, context=b""):                # sealed in one or more blocks
    parts = leaves(cid)
    return b"".join(unseal(block(part), keys, epoch, kind, i, i == len(parts) - 1, context) for i, part in enumerate(parts))

def write(path, files):                                 # chunk by chunk: a file is never whole in memory
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "xb") as out:
        for file in files:
            records, digest = read_object(base64.b32decode(file["list"][1:].upper() + "======"), 2), hashlib.sha256()
            check(records[0] == 0 and len(records) == 6 + 104 * file["chunks"], "chunk list")
            for sha256, s, pid, length, size in struct.iter_unpack("<32s32s32sII", records[6:]):
                sealed = block(b"\1\x55\x12\x20" + sha256)
                text = unseal(sealed, keys, epoch, 1)
                check((sealed[20:52], len(text), len(sealed), mac(keys[b"pid"], b"\1zstd" + records[1:2] + text)) == (s, length, size, pid), "chunk")
                out.write(text)
                digest.update(text)
            check(digest.hexdigest() == file["sha256"], f"SHA-256 of a file of {path}")

if len(sys.argv) < 4: raise SystemExit(__doc__)
root, block = read_car(sys.argv[1])
top = dict(links(block(root)))
header = json.loads(block(top["backup.json"]))
epoch = header["epoch"]
keyring, secret = json.load(open(sys.argv[4])) if len(sys.argv) > 4 else header["keyring"], open(sys.argv[2], "rb").read()
keys = unlock(keyring["slots"], secret, bytes.fromhex(header["repository"]), epoch)
index = json.loads(text := read_object(top["index"], 3, bytes.fromhex(header["backup"])))
check(index["format"] == 0 and index["backup"] == header["backup"], "index: it is of another backup")
os.mkdir(sys.argv[3])
for c in index["collections"]:
    name = ("system.buckets." if c["type"] == "timeseries" else "") + c["name"]
    stem = urllib.parse.quote_plus(name, safe="-_.~")
    if len(stem) > 238: stem = stem[:208] + "%24" + base64.urlsafe_b64encode(hashlib.sha1(name.encode()).digest()).decode().rstrip("=")
    if c["type"] != "view": write(os.path.join(sys.argv[3], c["database"], stem + ".bson"), c["files"])
if index["oplog"]: write(os.path.join(sys.argv[3], "oplog.bson"), index["oplog"]["files"])
open(os.path.join(sys.argv[3], "index.json"), "wb").write(text)
