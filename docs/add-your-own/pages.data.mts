import { createContentLoader } from "vitepress";

/** The pages of this folder, for its first page. */
export default createContentLoader("add-your-own/*.md", {
  includeSrc: true,
  transform: (pages) =>
    pages
      .filter(({ url }) => !url.endsWith("/"))
      .map(({ url, src }) => ({ url, title: /^# (.+)$/m.exec(src ?? "")?.[1] ?? url })),
});
