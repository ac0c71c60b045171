// HTTP front that gives a real js-ipfs node the wire behaviour of Kubo's /api/v0 for the commands a backup client uses.
// Storage, pinning, bitswap and libp2p stay js-ipfs; only request parsing, response shapes and a few semantics are ours.
// Anything not handled here is passed to js-ipfs' own HTTP server (with base32 CIDs in the answer).
// It is our reading of Kubo's source and documentation: a test that passes here does not prove a real Kubo.
import http from 'node:http'
import { setMaxListeners } from 'node:events'
import { CID } from 'multiformats/cid'
import { base58btc } from 'multiformats/bases/base58'
import { sha256, sha512 } from 'multiformats/hashes/sha2'
import { identity } from 'multiformats/hashes/identity'
import { createUnsafe } from 'multiformats/block'
import * as raw from 'multiformats/codecs/raw'
import * as dagPb from '@ipld/dag-pb'
import * as dagCbor from '@ipld/dag-cbor'
import * as dagJson from '@ipld/dag-json'
import { CarBlockIterator } from '@ipld/car/iterator'
import { CarWriter } from '@ipld/car/writer'

export const codecs = Object.fromEntries([dagPb, raw, dagCbor, dagJson].map(c => [c.code, c]))
const codecNames = { raw: raw.code, 'dag-pb': dagPb.code, 'dag-cbor': dagCbor.code, 'dag-json': dagJson.code }
const hashers = { [sha256.code]: sha256, [sha512.code]: sha512, [identity.code]: identity }
const hashNames = { 'sha2-256': sha256, 'sha2-512': sha512 }
const BLOCK_LIMIT = 2 * 1024 * 1024
const TYPES = ['direct', 'recursive', 'indirect', 'all']

const str = cid => cid.toString()
const linksOf = (cid, bytes) => {
  const codec = codecs[cid.code]
  if (!codec) throw new Error(`unsupported codec 0x${cid.code.toString(16)}`)
  return [...createUnsafe({ bytes, cid, codec }).links()].map(l => l[1])
}
async function verify (cid, bytes) {
  const h = hashers[cid.multihash.code]
  if (!h) throw new Error(`unknown multihash 0x${cid.multihash.code.toString(16)}`)
  const got = await h.digest(bytes)
  if (Buffer.compare(got.digest, cid.multihash.digest)) throw new Error(`mismatch in content integrity, expected: ${cid}, got: ${CID.create(cid.version, cid.code, got)}`)
}
class Plain extends Error { constructor (status, text) { super(text); this.status = status } }

/** @param {{ ipfs: any, repo: any, raw: any, upstream: number, token?: string }} o */
export function kuboShim ({ ipfs, repo, rawBlocks, upstream, token }) {
  // every command that pins has walked the DAG before; js-ipfs would read it again, all blocks at once, and run out of file handles
  repo.pins.fetchCompleteDag = async () => {}
  const faults = []
  const root = s => {
    const bad = e => new Error(`invalid path "${s}": ${e}`)
    const m = /^(?:\/ipfs\/|ipfs:\/\/)?([^/]+)(\/.+)?$/.exec(s)
    if (!m) throw bad('path does not have enough components')
    try { return { cid: CID.parse(m[1], m[1][0] === 'z' ? base58btc : undefined), rest: m[2] ?? '' } } catch (e) { throw bad('invalid cid: ' + e.message) }
  }
  async function resolve (s, signal) {
    const { cid, rest } = root(s)
    if (!rest) return cid
    return CID.parse((await ipfs.resolve(`/ipfs/${cid}${rest}`, { signal })).replace('/ipfs/', ''))
  }
  async function getBlock (cid, { signal, offline }) {
    if (offline && !(await rawBlocks.has(cid))) throw new Error(`block was not found locally (offline): ipld: could not find ${cid}`)
    return await repo.blocks.get(cid, { signal })
  }
  // breadth-first walk with a bounded number of fetches in flight; every block is visited once
  async function walk (rootCid, opts, visit) {
    const seen = new Set([str(rootCid)]); const queue = [rootCid]; const busy = new Set(); let failed
    const gone = new Promise((resolve, reject) => opts.signal?.addEventListener('abort', () => reject(opts.signal.reason), { once: true }))
    gone.catch(() => {})
    while ((queue.length || busy.size) && !failed) {
      while (queue.length && busy.size < 32) {
        const cid = queue.shift()
        const p = getBlock(cid, opts).then(async bytes => {
          await visit?.(cid, bytes)
          for (const l of linksOf(cid, bytes)) if (!seen.has(str(l))) { seen.add(str(l)); queue.push(l) }
        }).catch(e => { failed ??= e }).finally(() => busy.delete(p))
        busy.add(p)
      }
      await Promise.race([...busy, gone])
    }
    if (failed) throw failed
  }
  async function * dfs (cid, opts, seen = new Set()) {
    if (seen.has(str(cid))) return
    seen.add(str(cid))
    const bytes = await getBlock(cid, opts)
    yield { cid, bytes }
    for (const l of linksOf(cid, bytes)) yield * dfs(l, opts, seen)
  }
  // shared with gc; given back as soon as the request is cancelled, even when js-ipfs underneath never settles
  async function locked (signal, fn) {
    const release = await repo.gcLock.readLock()
    if (signal.aborted) { release(); throw signal.reason }
    const gone = new Promise((resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true }))
    const work = fn(); work.catch(() => {})
    try { return await Promise.race([work, gone]) } finally { release() }
  }
  // streaming multipart/form-data reader; unlike js-ipfs' own it fails (instead of hanging) when the client goes away,
  // and takes unquoted or filename* names and parts without a content-type, as Kubo does
  async function * parts (req, name) {
    const m = /^multipart\/form-data;.*boundary=(?:"([^"]+)"|([^;\s]+))/i.exec(req.headers['content-type'] ?? '')
    if (!m) throw new Plain(400, `file argument '${name}' is required`)
    const delim = Buffer.from('\r\n--' + (m[1] ?? m[2])); const src = req[Symbol.asyncIterator](); let buf = Buffer.from('\r\n')
    const more = async () => { const r = await src.next(); if (r.done) throw new Error('unexpected EOF'); buf = buf.length ? Buffer.concat([buf, r.value]) : r.value }
    const find = async (what, keep) => { let i; while ((i = buf.indexOf(what)) < 0) { if (!keep) buf = buf.subarray(Math.max(0, buf.length - what.length)); await more() } return i }
    for (let n = 0; ; n++) {
      const i = await find(delim); buf = buf.subarray(i + delim.length)
      while (buf.length < 2) await more()
      if (buf[0] === 45 && buf[1] === 45) { req.resume(); if (!n) throw new Plain(400, `file argument '${name}' is required`); return }
      const h = await find(Buffer.from('\r\n\r\n'), true); const head = buf.subarray(0, h).toString(); buf = buf.subarray(h + 4)
      // the body may be empty: put back the CRLF that ends the head so that the next delimiter can match right here
      buf = Buffer.concat([Buffer.from('\r\n'), buf]); let first = true
      const ext = /filename\*=(?:utf-8|UTF-8)''([^;\s]+)/.exec(head); const plain = /filename=(?:"([^"]*)"|([^;\s]+))/.exec(head)
      let file = ext ? decodeURIComponent(ext[1]) : plain ? plain[1] ?? plain[2] : ''
      try { file = decodeURIComponent(file.replace(/\+/g, ' ')) } catch {}
      yield {
        name: file.replace(/^\/+/, ''),
        directory: /content-type:\s*application\/x-directory/i.test(head),
        content: (async function * () {
          for (;;) {
            const i = buf.indexOf(delim); const end = i >= 0 ? i : Math.max(0, buf.length - delim.length)
            const from = first ? 2 : 0
            if (end > from) { const out = buf.subarray(from, end); buf = i >= 0 ? buf.subarray(end) : buf.subarray(end); first = false; yield out } else if (i >= 0) return
            if (buf.indexOf(delim) < 0) await more(); else if (first || buf.indexOf(delim) === 0) return
          }
        })()
      }
    }
  }

  const cmd = {
    add: async c => {
      const v1 = c.q.get('cid-version') === '1' || (c.q.has('hash') && c.q.get('hash') !== 'sha2-256')
      const opts = {
        cidVersion: v1 ? 1 : 0, rawLeaves: c.bool('raw-leaves', v1), hashAlg: c.q.get('hash') ?? undefined, chunker: c.q.get('chunker') || 'size-262144',
        trickle: c.bool('trickle'), wrapWithDirectory: c.bool('wrap-with-directory'), onlyHash: c.bool('only-hash'), pin: false, signal: c.signal,
        fileImportConcurrency: 1 // parts arrive one after the other on one connection
      }
      if (c.q.has('max-file-links')) opts.maxChildrenPerNode = Number(c.q.get('max-file-links'))
      if (c.bool('progress')) opts.progress = (n, path) => c.emit({ Name: path, Bytes: n })
      const src = (async function * () { for await (const p of parts(c.req, 'path')) yield p.directory ? { path: p.name } : { path: p.name || undefined, content: p.content } })()
      const top = new Map()
      for await (const f of ipfs.addAll(src, opts)) {
        const path = f.path === str(f.cid) ? '' : f.path
        c.emit({ Name: path || (opts.wrapWithDirectory ? '' : str(f.cid)), Hash: str(f.cid), Size: String(f.size) })
        if (!path.includes('/')) top.set(path, f.cid)
      }
      if (c.bool('pin', true) && !opts.onlyHash) {
        const name = c.q.get('pin-name'); const roots = top.has('') && opts.wrapWithDirectory ? [top.get('')] : [...top.values()]
        await locked(c.signal, async () => { for (const r of roots) await repo.pins.pinRecursively(r, { metadata: name ? { name } : undefined }) })
      }
    },
    'pin/add': async c => {
      const cids = []; const want = c.args('ipfs-path')
      const recursive = c.bool('recursive', true); const name = c.q.get('name') ?? ''
      if (Buffer.byteLength(name) > 255) throw new Error(`pin name is ${Buffer.byteLength(name)} bytes (max 255 bytes)`)
      let nodes = 0; let bytes = 0
      const tick = c.bool('progress') && setInterval(() => c.emit({ ...(nodes && { Progress: nodes }), ...(bytes && { Bytes: bytes }) }), 500)
      try {
        await locked(c.signal, async () => {
          for (const a of want) {
            const cid = await resolve(a, c.signal)
            if (recursive) await walk(cid, c, (k, b) => { nodes++; bytes += b.length }); else await getBlock(cid, c)
            const metadata = name ? { name } : undefined
            if (!recursive && (await repo.pins.isPinnedWithType(cid, 'recursive')).pinned) throw new Error(`${cid} already pinned recursively`)
            await repo.pins[recursive ? 'pinRecursively' : 'pinDirectly'](cid, { metadata, signal: c.signal })
            cids.push(str(cid))
          }
        })
      } finally { clearInterval(tick) }
      if (tick && nodes) c.emit({ Progress: nodes, Bytes: bytes })
      c.emit({ Pins: cids })
    },
    'pin/rm': async c => {
      const done = []
      await locked(c.signal, async () => {
        for (const a of c.args('ipfs-path')) {
          const cid = await resolve(a, c.signal)
          const r = await repo.pins.isPinnedWithType(cid, ['recursive', 'direct'])
          if (!r.pinned) throw new Error('not pinned or pinned indirectly')
          if (r.reason === 'recursive' && !c.bool('recursive', true)) throw new Error(`${cid} is pinned recursively`)
          await repo.pins.unpin(cid); done.push(str(cid))
        }
      })
      c.single({ Pins: done })
    },
    'pin/update': async c => {
      const [from, to] = await Promise.all(c.args('from-path', 2).map(a => resolve(a, c.signal)))
      const old = await repo.pins.isPinnedWithType(from, 'recursive')
      if (!old.pinned) throw new Error("'from' cid was not recursively pinned already")
      await locked(c.signal, async () => { await walk(to, c); await repo.pins.pinRecursively(to, { metadata: old.metadata, signal: c.signal }) })
      if (c.bool('unpin', true) && !from.equals(to)) await repo.pins.unpin(from)
      c.single({ Pins: [str(from), str(to)] })
    },
    'pin/ls': async c => {
      const type = c.q.get('type') ?? 'all'; const filter = c.q.get('name') ?? ''; const names = c.bool('names') || !!filter; const stream = c.bool('stream')
      if (!TYPES.includes(type)) throw new Error(`invalid type '${type}', must be one of {direct, indirect, recursive, all}`)
      const keys = {}
      const out = (cid, t, meta) => {
        const Name = names ? meta?.name ?? '' : ''
        if (filter && !Name.includes(filter)) return
        if (stream) c.emit({ Cid: str(cid), ...(Name && { Name }), Type: t }); else keys[str(cid)] = { Type: t, Name }
      }
      const args = c.q.getAll('arg')
      for (const a of args) {
        const cid = await resolve(a, c.signal)
        const r = await repo.pins.isPinnedWithType(cid, type)
        if (!r.pinned) throw new Error(`path '${a}' is not pinned`)
        out(cid, r.reason === 'indirect' ? `indirect through ${r.parent}` : r.reason, r.metadata)
      }
      if (!args.length) {
        const all = type === 'all'
        if (all || type === 'recursive') for await (const p of repo.pins.recursiveKeys()) out(p.cid, 'recursive', p.metadata)
        if (all || type === 'direct') for await (const p of repo.pins.directKeys()) out(p.cid, 'direct', p.metadata)
        if (all || type === 'indirect') for await (const cid of repo.pins.indirectKeys()) out(cid, 'indirect')
      }
      if (!stream) c.single(Object.keys(keys).length ? { Keys: keys } : {})
    },
    'dag/import': async c => {
      const pin = c.bool('pin-roots', true) && !c.bool('local-only'); const roots = new Map(); let n = 0; let size = 0
      await locked(c.signal, async () => {
        for await (const part of parts(c.req, 'path')) {
          let prev
          const fail = (cur, e) => new Error(cur ? `import failed at block "${cur}": ${e.message}` : prev ? `import failed after block "${prev}": ${e.message}` : `import failed: ${e.message}`)
          const it = await CarBlockIterator.fromIterable(part.content).catch(e => { throw new Error('invalid car file: ' + e.message) })
          for (const r of await it.getRoots()) roots.set(str(r), r)
          const src = it[Symbol.asyncIterator]()
          for (;;) {
            let r; try { r = await src.next() } catch (e) { throw fail(null, e) }
            if (r.done) break
            const { cid, bytes } = r.value
            try {
              await verify(cid, bytes)
              if (bytes.length > BLOCK_LIMIT && !c.bool('allow-big-block')) throw new Error('produced block is over 2MiB: big blocks can\'t be exchanged with other peers. consider using UnixFS for automatic chunking of bigger files, or pass --allow-big-block to override')
              linksOf(cid, bytes)
              await repo.blocks.put(cid, bytes)
            } catch (e) { throw fail(cid, e) }
            n++; size += bytes.length; prev = cid
          }
        }
        if (pin) {
          for (const r of roots.values()) {
            let msg = ''
            try {
              if (!(await rawBlocks.has(r))) throw new Error(`ipld: could not find ${r}`)
              // Kubo's text promises an offline pin, but a daemon that is online goes looking for missing blocks (kubo issue 10159): IPFS_IMPORT_PIN_ONLINE=1 does that too
              await walk(r, { signal: c.signal, offline: process.env.IPFS_IMPORT_PIN_ONLINE !== '1' }); await repo.pins.pinRecursively(r)
            } catch (e) { if (c.signal.aborted) throw e; msg = e.message }
            c.emit({ Root: { Cid: { '/': str(r) }, PinErrorMsg: msg } })
          }
        }
      })
      if (c.bool('stats')) c.emit({ Stats: { BlockCount: n, BlockBytesCount: size } })
    },
    'dag/export': async c => {
      const cid = await resolve(c.args('root')[0], c.signal)
      await getBlock(cid, c)
      c.stream('application/vnd.ipld.car')
      const { writer, out } = CarWriter.create([cid])
      const feed = (async () => { try { for await (const b of dfs(cid, c)) await writer.put(b) } finally { await writer.close() } })()
      feed.catch(() => {})
      for await (const chunk of out) await c.write(chunk)
      await feed
    },
    'dag/stat': async c => {
      const list = []; const all = new Map(); let sum = 0
      for (const a of c.args('root')) {
        const cid = await resolve(a, c.signal); let blocks = 0; let size = 0
        await walk(cid, c, (k, b) => { blocks++; size += b.length; all.set(str(k), b.length) })
        list.push({ Cid: str(cid), Size: size, NumBlocks: blocks }); sum += size
      }
      const total = [...all.values()].reduce((x, y) => x + y, 0)
      c.emit({ UniqueBlocks: all.size, TotalSize: total, ...(sum > total && { SharedSize: sum - total }), Ratio: total ? sum / total : 1, DagStats: list })
    },
    'block/get': async c => { const b = await getBlock(await resolve(c.args('cid')[0], c.signal), c); c.stream('application/vnd.ipld.raw'); await c.write(b) },
    'block/stat': async c => { const cid = await resolve(c.args('cid')[0], c.signal); c.single({ Key: str(cid), Size: (await getBlock(cid, c)).length }) },
    'block/put': async c => {
      const codec = codecNames[c.q.get('cid-codec') ?? 'raw']; const mh = hashNames[c.q.get('mhtype') || 'sha2-256']
      if (!mh) throw new Error(`unrecognized multihash function: ${c.q.get('mhtype')}`)
      if (codec === undefined) throw new Error(`unrecognized codec: ${c.q.get('cid-codec')}`)
      for await (const part of parts(c.req, 'data')) {
        const bufs = []; for await (const b of part.content) bufs.push(b)
        const bytes = Buffer.concat(bufs); const digest = await mh.digest(bytes)
        const cid = c.q.get('format') === 'v0' ? CID.createV0(digest) : CID.createV1(codec, digest)
        await locked(c.signal, async () => { await repo.blocks.put(cid, new Uint8Array(bytes)); if (c.bool('pin')) await repo.pins.pinRecursively(cid) })
        if (bytes.length > BLOCK_LIMIT && !c.bool('allow-big-block')) throw new Error("produced block is over 2MiB: big blocks can't be exchanged with other peers. consider using UnixFS for automatic chunking of bigger files, or pass --allow-big-block to override")
        c.emit({ Key: str(cid), Size: bytes.length })
      }
    },
    'block/rm': async c => {
      for (const a of c.args('cid')) {
        const cid = await resolve(a, c.signal); let err
        const p = await repo.pins.isPinnedWithType(cid, 'all')
        if (p.pinned) err = `pinned: ${p.reason}`
        else if (await rawBlocks.has(cid)) await rawBlocks.delete(cid)
        else if (!c.bool('force')) err = `ipld: could not find ${cid}`
        c.emit({ Hash: str(cid), ...(err && { Error: err }) })
      }
    },
    cat: async c => {
      const offset = Number(c.q.get('offset') ?? 0); const length = c.q.has('length') ? Number(c.q.get('length')) : undefined
      let started = false
      for (const a of c.args('ipfs-path')) {
        const cid = await resolve(a, c.signal)
        await getBlock(cid, c)
        for await (const chunk of ipfs.cat(cid, { offset, length, signal: c.signal })) { if (!started) { started = true; c.stream('text/plain') } await c.write(chunk) }
      }
      if (!started) c.stream('text/plain')
    },
    // what a client tells Kubo by: js-ipfs' own answer names its packages
    version: async c => c.single({ Version: '0.40.0-shim', Commit: '', Repo: '18', System: 'amd64/linux', Golang: 'go1.26' }),
    'repo/gc': async c => { for await (const r of repo.gc()) if (!c.bool('silent')) c.emit({ Key: { '/': str(r.cid) } }) },
    'repo/stat': async c => {
      const s = await ipfs.repo.stat()
      c.single({ RepoSize: Number(s.repoSize), StorageMax: 10000000000, NumObjects: Number(s.numObjects), RepoPath: String(s.repoPath), Version: 'fs-repo@' + s.version })
    }
  }

  // js-ipfs answers CIDv1 in base58btc unless asked; Kubo in base32
  const fixJson = v => {
    for (const k of ['Hash', 'Key', 'Cid']) if (typeof v?.[k] === 'string' && v[k][0] === 'z') v[k] = CID.parse(v[k], base58btc).toString()
    return v
  }
  function proxy (c) {
    return new Promise((resolve, reject) => {
      const up = http.request({ host: '127.0.0.1', port: upstream, method: 'POST', path: `/api/v0/${c.command}?${c.q}`, headers: { ...c.req.headers, host: '127.0.0.1', authorization: '' } }, res => {
        if (res.statusCode === 404) { res.resume(); return reject(new Plain(404, '404 page not found')) }
        // js-ipfs calls a tar archive JSON
        const tar = c.command === 'get'
        const json = !tar && /json/.test(res.headers['content-type'] ?? '')
        const h = { 'content-type': tar ? 'application/x-tar' : json ? 'application/json' : res.headers['content-type'] ?? 'text/plain' }
        for (const k of ['x-chunked-output', 'x-stream-output', 'trailer']) if (res.headers[k]) h[k] = res.headers[k]
        c.res.writeHead(res.statusCode, h)
        let buf = ''
        const line = l => { if (!l.trim()) return; try { c.res.write(JSON.stringify(fixJson(JSON.parse(l))) + '\n') } catch { c.res.write(l + '\n') } }
        res.on('data', d => { if (!json) return c.res.write(d); buf += d; const ls = buf.split('\n'); buf = ls.pop(); ls.forEach(line) })
        res.on('end', () => {
          if (json) line(buf)
          if (res.trailers['x-stream-error']) c.res.addTrailers({ 'X-Stream-Error': res.trailers['x-stream-error'] })
          c.res.end(); resolve()
        })
        res.on('error', reject)
      })
      up.on('error', reject); c.signal.addEventListener('abort', () => up.destroy())
      c.req.pipe(up)
    })
  }

  const server = http.createServer(async (req, res) => {
    const url = new URL(req.url, 'http://x')
    const text = (s, t, h) => { res.writeHead(s, { 'Content-Type': 'text/plain; charset=utf-8', 'X-Content-Type-Options': 'nosniff', ...h }); res.end(t + '\n') }
    if (url.pathname === '/_test/faults') { // POST [{match,status|hang|cutAfter,times}] - replaces the list
      let b = ''; for await (const d of req) b += d
      faults.splice(0, Infinity, ...JSON.parse(b || '[]')); return text(200, 'ok')
    }
    if (req.method === 'OPTIONS') { res.writeHead(204, { Allow: 'OPTIONS, POST' }); return res.end() }
    if (req.method !== 'POST') return text(405, '405 - Method Not Allowed', { Allow: 'OPTIONS, POST' })
    if (!url.pathname.startsWith('/api/v0/')) return text(404, '404 page not found')
    if (token && req.headers.authorization !== `Bearer ${token}`) return text(403, 'Kubo RPC Access Denied: Please provide a valid authorization token as defined in the API.Authorizations configuration.')
    if (req.headers.origin && !/^https?:\/\/(127\.0\.0\.1|\[::1\]|localhost)(:|$)/.test(req.headers.origin)) return text(403, '403 - Forbidden')
    const command = url.pathname.slice(8); const q = url.searchParams
    const ctl = new AbortController(); setMaxListeners(0, ctl.signal); res.setMaxListeners(0); res.once('close', () => { if (!res.writableFinished) ctl.abort(new Error('context canceled')) })
    let timer; const m = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(q.get('timeout') ?? '')
    if (m) timer = setTimeout(() => ctl.abort(new Error('context deadline exceeded')), m[1] * { ms: 1, s: 1e3, m: 6e4, h: 36e5 }[m[2]])
    let sent = 0; let cut = Infinity; let begun = false
    const head = (type, extra) => { if (begun) return; begun = true; res.writeHead(200, { 'Content-Type': type, Trailer: 'X-Stream-Error', ...extra }) }
    const write = async b => { if (sent + b.length > cut) { res.write(b.subarray(0, cut - sent)); await new Promise(r => setTimeout(r, 50)); res.destroy(); throw new Error('cut') } sent += b.length; if (!res.write(b)) await new Promise(r => { const f = () => { res.off('drain', f); res.off('close', f); r() }; res.on('drain', f); res.on('close', f) }) }
    const c = {
      req, res, q, command, signal: ctl.signal, offline: q.get('offline') === 'true', write,
      bool: (k, d = false) => q.has(k) ? ['true', '1', ''].includes(q.get(k)) : d,
      args: (name, n = 1) => { const a = q.getAll('arg'); if (a.length < n) throw new Plain(400, `argument "${name}" is required`); return a },
      emit: v => { head('application/json', { 'X-Chunked-Output': '1' }); res.write(JSON.stringify(v) + '\n') },
      single: v => { head('application/json'); res.write(JSON.stringify(v) + '\n') },
      stream: type => head(type, { 'X-Stream-Output': '1' })
    }
    try {
      const f = faults.find(f => f.times !== 0 && command.startsWith(f.match))
      if (f) {
        if (f.times) f.times--
        if (f.hang) { req.resume(); return }
        if (f.reset) return req.socket.resetAndDestroy()
        if (f.cutAfter !== undefined) cut = f.cutAfter
        if (f.error) throw new Error(f.error)
        if (f.status) { req.resume(); return text(f.status, f.body ?? 'injected') }
      }
      // the command must be abandoned as soon as the request is cancelled, even if js-ipfs below never settles
      const gone = new Promise((resolve, reject) => ctl.signal.addEventListener('abort', () => reject(ctl.signal.reason), { once: true }))
      gone.catch(() => {})
      await Promise.race([cmd[command] ? cmd[command](c) : proxy(c), gone])
      if (cmd[command]) { head('application/json', { 'X-Chunked-Output': '1' }); res.end() }
    } catch (e) {
      if (res.destroyed) return
      const msg = ctl.signal.aborted ? ctl.signal.reason.message : e.message
      if (begun || res.headersSent) { res.addTrailers({ 'X-Stream-Error': msg.replace(/[\r\n]+/g, ' ') }); return res.end() }
      if (!req.complete) res.setHeader('Connection', 'close')
      if (e instanceof Plain) return text(e.status, e.message)
      res.writeHead(500, { 'Content-Type': 'application/json', Trailer: 'X-Stream-Error' }); res.end(JSON.stringify({ Message: msg, Code: 0, Type: 'error' }) + '\n')
    } finally { clearTimeout(timer) }
  })
  server.requestTimeout = 0; server.headersTimeout = 0
  return server
}

/** mark & sweep on the bare blockstore: js-ipfs' own gc re-walks every pin for every block it deletes (minutes instead of milliseconds) */
export function fastGc (repo, rawBlocks) {
  return async function * () {
    const release = await repo.gcLock.writeLock()
    try {
      const keep = new Set(); const mh = cid => Buffer.from(cid.multihash.bytes).toString('base64')
      const mark = async cid => {
        if (keep.has(mh(cid)) || !(await rawBlocks.has(cid))) { keep.add(mh(cid)); return }
        keep.add(mh(cid))
        for (const l of linksOf(cid, await rawBlocks.get(cid))) await mark(l)
      }
      for await (const p of repo.pins.recursiveKeys()) await mark(p.cid)
      for await (const p of repo.pins.directKeys()) keep.add(mh(p.cid))
      try { await mark(CID.decode(await repo.root.get(new (await import('interface-datastore/key')).Key('/local/filesroot')))) } catch {}
      for await (const cid of rawBlocks.queryKeys({})) if (!keep.has(mh(cid))) { await rawBlocks.delete(cid); yield { cid } }
    } finally { release() }
  }
}
