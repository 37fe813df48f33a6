// What the waveform-data package reads in a file of peaks: `node read_waveform.js FILE`, NODE_PATH at the package.
const fs = require("node:fs");
const WaveformData = require("waveform-data");

const bytes = fs.readFileSync(process.argv[2]);
const source = process.argv[2].endsWith(".json")
  ? JSON.parse(bytes)
  : bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
const waveform = WaveformData.create(source);
const channels = [];
for (let n = 0; n < waveform.channels; n++) {
  channels.push([waveform.channel(n).min_array(), waveform.channel(n).max_array()]);
}
const { sample_rate, scale, length, bits } = waveform;
console.log(JSON.stringify({ sample_rate, scale, length, bits, channels }));
