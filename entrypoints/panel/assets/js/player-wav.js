// @ts-check
/** The samples in a WAV file, which are integers. */

/** @param {ArrayBuffer} file @returns {{rate: number, channels: Float32Array[]}} in ±1 */
export function samplesOf(file) {
  const view = new DataView(file);
  let count = 0;
  let rate = 0;
  let bits = 0;
  for (let at = 12; at + 8 <= view.byteLength; ) {
    const name = String.fromCharCode(...new Uint8Array(file, at, 4));
    const size = Math.min(view.getUint32(at + 4, true), view.byteLength - at - 8);
    const body = at + 8;
    if (name === "fmt ") {
      count = view.getUint16(body + 2, true);
      rate = view.getUint32(body + 4, true);
      bits = view.getUint16(body + 14, true);
    } else if (name === "data") {
      return { rate, channels: planar(view, body, size, count, reader(bits), bits / 8) };
    }
    at = body + size + (size % 2);
  }
  throw new Error("The excerpt has no samples.");
}

/**
 * @param {DataView} view @param {number} from @param {number} size @param {number} count
 * @param {(view: DataView, at: number) => number} read @param {number} width of a sample in bytes
 */
function planar(view, from, size, count, read, width) {
  const frames = Math.floor(size / (count * width));
  const channels = Array.from({ length: count }, () => new Float32Array(frames));
  for (let frame = 0, at = from; frame < frames; frame += 1) {
    for (let channel = 0; channel < count; channel += 1, at += width) channels[channel][frame] = read(view, at);
  }
  return channels;
}

/** As the service writes them. @param {number} bits @returns {(view: DataView, at: number) => number} */
function reader(bits) {
  if (bits === 16) return (view, at) => view.getInt16(at, true) / 2 ** 15;
  if (bits === 32) return (view, at) => view.getInt32(at, true) / 2 ** 31;
  throw new Error(`Excerpts of ${bits} bits are not known.`);
}
