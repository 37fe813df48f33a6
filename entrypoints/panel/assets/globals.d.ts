// What the pages load as classic scripts stands in the global scope.
import type Htmx from "htmx.org";
import type UPlot from "uplot";

declare global {
  const htmx: typeof Htmx;
  const uPlot: typeof UPlot;

  // Of the File System Access API: not in every browser, and not in TypeScript's own description of the DOM.
  interface DataTransferItem {
    getAsFileSystemHandle?(): Promise<FileSystemHandle | null>;
  }
  interface FileSystemHandle {
    requestPermission?(asked: { mode: "read" }): Promise<PermissionState>;
    queryPermission?(asked: { mode: "read" }): Promise<PermissionState>;
  }
  interface FileSystemDirectoryHandle {
    values(): AsyncIterableIterator<FileSystemHandle>;
  }
}
