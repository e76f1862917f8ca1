import { useEffect, useState } from "preact/hooks";

/** Takes the first file that is dropped anywhere on the page, or pasted. Says whether something is held above the page. */
export function useDropAndPaste(onFile: (file: File, name: string) => void): boolean {
  const [above, setAbove] = useState(false);
  useEffect(() => {
    const take = (files: FileList | undefined, fallback: string) => {
      const [file] = files ?? [];
      if (file) onFile(file, file.name || fallback);
      return file !== undefined;
    };
    const over = (event: DragEvent) => {
      if (!event.dataTransfer?.types.includes("Files")) return;
      event.preventDefault();
      setAbove(true);
    };
    const leave = (event: DragEvent) => {
      if (event.relatedTarget === null) setAbove(false);
    };
    const drop = (event: DragEvent) => {
      setAbove(false);
      if (take(event.dataTransfer?.files, "dropped picture")) event.preventDefault();
    };
    const paste = (event: ClipboardEvent) => {
      if (take(event.clipboardData?.files, "pasted picture")) event.preventDefault();
    };
    document.addEventListener("dragover", over);
    document.addEventListener("dragleave", leave);
    document.addEventListener("drop", drop);
    document.addEventListener("paste", paste);
    return () => {
      document.removeEventListener("dragover", over);
      document.removeEventListener("dragleave", leave);
      document.removeEventListener("drop", drop);
      document.removeEventListener("paste", paste);
    };
  }, [onFile]);
  return above;
}
