// Downloads a DAG as a tar archive, as `ipfs get` does: node get.mjs RPC_URL CID FILE
import { createWriteStream } from 'node:fs'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { create } from 'kubo-rpc-client'

const [url, cid, file] = process.argv.slice(2)
await pipeline(Readable.from(create({ url: new URL('/api/v0', url) }).get(cid)), createWriteStream(file))
