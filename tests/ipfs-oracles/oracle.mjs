// Answers questions of the .NET tests with independent encoders: one JSON request per line of stdin, one JSON answer per line of stdout.
import { createInterface } from 'node:readline'
import { createWriteStream, readFileSync } from 'node:fs'
import { Readable } from 'node:stream'
import { CarReader, CarWriter } from '@ipld/car'
import * as dagPb from '@ipld/dag-pb'
import { MemoryBlockstore } from 'blockstore-core'
import { UnixFS } from 'ipfs-unixfs'
import { importer } from 'ipfs-unixfs-importer'
import { fixedSize } from 'ipfs-unixfs-importer/chunker'
import { balanced } from 'ipfs-unixfs-importer/layout'
import { CID } from 'multiformats/cid'
import * as raw from 'multiformats/codecs/raw'
import { sha256 } from 'multiformats/hashes/sha2'

// the bytes that the tests use as file content: a sequence that both sides can make
const content = (size) => {
  const bytes = new Uint8Array(size)
  for (let i = 0, x = 1; i < size; i++) {
    x = (Math.imul(x, 1103515245) + 12345) >>> 0
    bytes[i] = x >>> 24
  }
  return bytes
}

const options = (chunk) => ({
  cidVersion: 1,
  rawLeaves: true,
  reduceSingleLeafToSelf: true,
  wrapWithDirectory: false,
  shardSplitThresholdBytes: 1 << 30,
  chunker: fixedSize({ chunkSize: chunk }),
  layout: balanced({ maxChildrenPerNode: 174 })
})

const cidOf = async (code, bytes) => CID.createV1(code, await sha256.digest(bytes))

const questions = {
  // {size} -> {cid}
  async raw ({ size }) {
    return { cid: (await cidOf(raw.code, content(size))).toString() }
  },

  // {size, chunk} -> {cid, size, tsize}
  async file ({ size, chunk }) {
    let last
    for await (const entry of importer([{ path: 'f', content: (async function * () { yield content(size) })() }], new MemoryBlockstore(), options(chunk))) last = entry
    return { cid: last.cid.toString(), size: Number(last.unixfs?.fileSize() ?? size), tsize: Number(last.size) }
  },

  // {chunk, files: [{path, size}]} -> {cid, tsize}: the directory "d" that holds them
  async directory ({ chunk, files }) {
    const source = files.map(({ path, size }) => ({ path: `d/${path}`, content: (async function * () { yield content(size) })() }))
    let last
    for await (const entry of importer(source, new MemoryBlockstore(), options(chunk))) last = entry
    return { cid: last.cid.toString(), tsize: Number(last.size) }
  },

  // {links: [{cid, name, tsize}], data: hex} -> {cid, hex}
  async dagPb ({ links, data }) {
    const node = dagPb.prepare({ Data: Buffer.from(data, 'hex'), Links: links.map(l => ({ Hash: CID.parse(l.cid), Name: l.name, Tsize: l.tsize })) })
    const bytes = dagPb.encode(node)
    return { cid: (await cidOf(dagPb.code, bytes)).toString(), hex: Buffer.from(bytes).toString('hex') }
  },

  // {hex} -> {kind, fileSize, blockSizes, links}
  async unixFs ({ hex }) {
    const node = dagPb.decode(Buffer.from(hex, 'hex'))
    const data = UnixFS.unmarshal(node.Data)
    return { kind: data.type, fileSize: Number(data.fileSize()), blockSizes: data.blockSizes.map(Number), links: node.Links.map(l => ({ cid: l.Hash.toString(), name: l.Name, tsize: l.Tsize })) }
  },

  // {path} -> {version, roots, blocks: [{cid, length, ok}]}
  async readCar ({ path }) {
    const reader = await CarReader.fromBytes(readFileSync(path))
    const blocks = []
    for await (const { cid, bytes } of reader.blocks()) {
      blocks.push({ cid: cid.toString(), length: bytes.length, ok: cid.equals(await cidOf(cid.code, bytes)) })
    }
    return { version: reader.version, roots: (await reader.getRoots()).map(String), blocks }
  },

  // {path, sizes, roots: "none" | "first" | "foreign"} -> {roots, cids}
  async writeCar ({ path, sizes, roots }) {
    const blocks = await Promise.all(sizes.map(async size => ({ cid: await cidOf(raw.code, content(size)), bytes: content(size) })))
    const foreign = [CID.parse('bafkqaaa'), CID.parse('QmYwAPJzv5CZsnA625s3Xf2nemtYgPpHdWEz79ojWnPbdG'), blocks[0].cid]
    const chosen = { none: [], first: [blocks[0].cid], foreign }[roots]
    const { writer, out } = CarWriter.create(chosen)
    const done = new Promise((resolve, reject) => Readable.from(out).pipe(createWriteStream(path)).on('finish', resolve).on('error', reject))
    for (const block of blocks) await writer.put(block)
    await writer.close()
    await done
    return { roots: chosen.map(String), cids: blocks.map(b => b.cid.toString()) }
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  const { question, ...rest } = JSON.parse(line)
  let answer
  try {
    answer = await questions[question](rest)
  } catch (error) {
    answer = { error: String(error?.stack ?? error) }
  }
  process.stdout.write(JSON.stringify(answer) + '\n')
}
