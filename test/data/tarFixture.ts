import { gzipSync } from "node:zlib";

/** One member of a test archive. `kind` "5" is a folder, "0" a file. */
export interface TarMember {
  readonly name: string;
  readonly body?: Uint8Array;
  readonly kind?: string;
  /** Puts the folder of the name into the ustar prefix field. */
  readonly prefix?: string;
}

function header({ name, body, kind = "0", prefix = "" }: TarMember): Buffer {
  const block = Buffer.alloc(512);
  block.write(name, 0);
  block.write("0000644\0", 100);
  block.write(`${(body?.length ?? 0).toString(8).padStart(11, "0")}\0`, 124);
  block.write("        ", 148);
  block.write(kind, 156);
  block.write("ustar\0", 257);
  block.write("00", 263);
  block.write(prefix, 345);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  return block;
}

/** An uncompressed tar archive of the members. */
export function tar(members: readonly TarMember[]): Buffer {
  const parts = members.flatMap((member) => {
    const body = Buffer.from(member.body ?? []);
    return [header(member), body, Buffer.alloc((512 - (body.length % 512)) % 512)];
  });
  return Buffer.concat([...parts, Buffer.alloc(1024)]);
}

/** A gzipped tar archive of the members. */
export function tarGz(members: readonly TarMember[]): Buffer {
  return gzipSync(tar(members), { level: 1 });
}
