// What does a made-up thermal picture look like? Noise, a few warm shapes, and the word that it is simulated.
import { deflateSync } from 'node:zlib';

const SIGNATURE = Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]);
const WIDTH = 320;
const HEIGHT = 120;
// Five by seven letters, one row per number, for the mark that must be in the pixels.
const LETTERS: Record<string, readonly number[]> = {
  S: [15, 16, 16, 14, 1, 1, 30],
  I: [14, 4, 4, 4, 4, 4, 14],
  M: [17, 27, 21, 17, 17, 17, 17],
  U: [17, 17, 17, 17, 17, 17, 14],
  L: [16, 16, 16, 16, 16, 16, 31],
  A: [14, 17, 17, 31, 17, 17, 17],
  T: [31, 4, 4, 4, 4, 4, 4],
  E: [31, 16, 16, 30, 16, 16, 31],
  D: [30, 17, 17, 17, 17, 17, 30],
};

function crc32(bytes: Buffer): number {
  let crc = ~0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}

function chunk(kind: string, body: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(kind, 'latin1'), body]);
  const out = Buffer.alloc(8 + named.length);
  out.writeUInt32BE(body.length, 0);
  named.copy(out, 4);
  out.writeUInt32BE(crc32(named), out.length - 4);
  return out;
}

/** Write a picture of so many pixels a side as a PNG; four bytes a pixel: red, green, blue, opacity. */
export function colourPng(side: number, rgba: Uint8Array): Buffer {
  const rows = Buffer.alloc(side * (side * 4 + 1));
  for (let y = 0; y < side; y++) {
    rows.set(rgba.subarray(y * side * 4, (y + 1) * side * 4), y * (side * 4 + 1) + 1);
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(side, 0);
  header.writeUInt32BE(side, 4);
  header[8] = 8;
  header[9] = 6;
  const body = [chunk('IHDR', header), chunk('IDAT', deflateSync(rows)), chunk('IEND', Buffer.alloc(0))];
  return Buffer.concat([SIGNATURE, ...body]);
}

/** Draw a grey PNG with warm shapes for so many people. */
export function thermalStill(people: number, seed: number): Buffer {
  let state = seed * 2654435761 + 1;
  const random = (): number => (state = (state * 1664525 + 1013904223) % 4294967296) / 4294967296;
  const rows: Buffer[] = [];
  const middles = Array.from({ length: people }, (_, i) => 160 + (i - people / 2) * 14 + random() * 6);
  for (let y = 0; y < HEIGHT; y++) {
    const row = Buffer.alloc(WIDTH + 1);
    for (let x = 0; x < WIDTH; x++) {
      let grey = 70 + 30 * (y / HEIGHT) + 18 * random();
      for (const middle of middles) {
        grey += 190 * Math.exp(-((x - middle) ** 2 / 12 + (y - 62) ** 2 / 70));
      }
      row[x + 1] = Math.min(255, grey);
    }
    rows.push(row);
  }
  [...'SIMULATED'].forEach((letter, at) => {
    LETTERS[letter]?.forEach((bits, y) => {
      for (let x = 0; x < 5; x++) if ((bits >> (4 - x)) & 1) (rows[y + 6] as Buffer)[9 + at * 7 + x] = 235;
    });
  });
  const header = Buffer.alloc(13);
  header.writeUInt32BE(WIDTH, 0);
  header.writeUInt32BE(HEIGHT, 4);
  header[8] = 8;
  const pixels = chunk('IDAT', deflateSync(Buffer.concat(rows)));
  return Buffer.concat([SIGNATURE, chunk('IHDR', header), pixels, chunk('IEND', Buffer.alloc(0))]);
}
