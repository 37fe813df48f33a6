export * from "wavesurfer.js/plugins/regions";
export { default } from "wavesurfer.js/plugins/regions";
