// What is vendored is minified; its types are those that its package brings along, in the same version.
export * from "wavesurfer.js";
export { default } from "wavesurfer.js";
