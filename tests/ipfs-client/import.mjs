// Imports CAR files: node import.mjs RPC_URL. For every line of input, the path of a CAR, it prints the seconds that its import took.
import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { create } from 'kubo-rpc-client'

const client = create({ url: new URL('/api/v0', process.argv[2]) })
for await (const path of createInterface({ input: process.stdin })) {
  const started = performance.now()
  for await (const _ of client.dag.import([createReadStream(path, { highWaterMark: 1 << 20 })], { pinRoots: false }));
  console.log((performance.now() - started) / 1000)
}
