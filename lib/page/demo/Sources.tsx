import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { type Picture, pictureOf } from "./pictures";

/** A picture that the page brings along. */
export interface Example {
  readonly name: string;
  readonly url: string;
}

interface SourcesProps {
  readonly examples: readonly Example[];
  readonly size: number;
  readonly picture: Picture | null;
  readonly onFile: (file: File) => void;
  readonly onExample: (example: Example) => void;
  readonly onPicture: (picture: Picture) => void;
  readonly onProblem: (message: string) => void;
  readonly children?: ComponentChildren;
}

/** Where pictures come from: a file, something dropped or pasted, an example, the camera. */
export function Sources({
  examples,
  size,
  picture,
  onFile,
  onExample,
  onPicture,
  onProblem,
  children,
}: SourcesProps) {
  return (
    <section class="card" aria-label="picture">
      <h2>Picture</h2>
      <Preview picture={picture} />
      <p>
        <label class="file">
          choose a picture or a .bars file
          <input
            type="file"
            accept="image/*,.bars"
            onChange={({ currentTarget }) => {
              const [file] = currentTarget.files ?? [];
              if (file) onFile(file);
              currentTarget.value = "";
            }}
          />
        </label>
      </p>
      <p class="soft">
        Or drop one anywhere on this page, or paste one. Its middle square is read, {size} × {size} pixels.
        Nothing leaves your machine.
      </p>
      {children}
      <h3 id="examples">Examples, drawn for this page</h3>
      <ul class="plain examples" aria-labelledby="examples">
        {examples.map((example) => (
          <li key={example.url}>
            <button type="button" onClick={() => onExample(example)} aria-label={`example: ${example.name}`}>
              <img src={example.url} alt="" width="56" height="56" />
            </button>
          </li>
        ))}
      </ul>
      <h3>Camera</h3>
      <Camera size={size} onPicture={onPicture} onProblem={onProblem} />
    </section>
  );
}

/** What the network sees. */
function Preview({ picture }: { readonly picture: Picture | null }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const context = canvas.current?.getContext("2d");
    if (!context || !picture) return;
    const { size, pixels } = picture;
    const image = context.createImageData(size, size);
    for (let p = 0; p < size * size; p++) image.data.set([...pixels.subarray(3 * p, 3 * p + 3), 255], 4 * p);
    context.putImageData(image, 0, 0);
  }, [picture]);
  const { size = 32, name = "no picture yet" } = picture ?? {};
  return (
    <canvas
      class="preview"
      ref={canvas}
      width={size}
      height={size}
      role="img"
      aria-label={`what the network reads: ${name}`}
    />
  );
}

function Camera({ size, onPicture, onProblem }: Pick<SourcesProps, "size" | "onPicture" | "onProblem">) {
  const [stream, setStream] = useState<MediaStream | null>(null);
  const video = useRef<HTMLVideoElement>(null);
  const start = async () => {
    try {
      if (!navigator.mediaDevices) throw new Error("a page must come from this machine or by https for it");
      setStream(await navigator.mediaDevices.getUserMedia({ video: { width: 320, height: 240 } }));
    } catch (error) {
      onProblem(`The camera did not start: ${(error as Error).message}.`);
    }
  };
  useEffect(() => {
    const screen = video.current;
    if (!stream || !screen) return;
    screen.srcObject = stream;
    void screen.play();
    let frame = 0;
    let last = 0;
    const read = (time: number) => {
      frame = requestAnimationFrame(read);
      if (time - last < 80 || screen.videoWidth === 0) return;
      last = time;
      const name = "a frame of the camera";
      onPicture(pictureOf(screen, [screen.videoWidth, screen.videoHeight], size, { name, live: true }));
    };
    frame = requestAnimationFrame(read);
    return () => {
      cancelAnimationFrame(frame);
      for (const track of stream.getTracks()) track.stop();
    };
  }, [stream, size]);
  return (
    <>
      <button type="button" onClick={() => (stream ? setStream(null) : void start())}>
        {stream ? "stop the camera" : "start the camera"}
      </button>
      {stream ? (
        <video class="camera" ref={video} muted playsInline aria-label="the camera's picture" />
      ) : null}
    </>
  );
}
