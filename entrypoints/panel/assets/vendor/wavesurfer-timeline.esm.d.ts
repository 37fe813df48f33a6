export * from "wavesurfer.js/plugins/timeline";
export { default } from "wavesurfer.js/plugins/timeline";
