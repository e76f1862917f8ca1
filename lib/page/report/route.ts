/** Which page of the report is shown, as the address says behind `#`. */
export type Route =
  | { readonly page: "runs"; readonly filter: string; readonly sort: string; readonly columns: string }
  | { readonly page: "run"; readonly id: string }
  | { readonly page: "compare"; readonly ids: readonly string[] }
  | { readonly page: "frontier" }
  | { readonly page: "unreadable" };

const id = /^[0-9a-f]{12}$/;

/** Reads the part of an address behind `#`; what it does not know is the table. */
export function routeOf(hash: string): Route {
  const [path = "", query = ""] = hash.replace(/^#\/?/, "").split("?");
  const [page, rest = ""] = path.split("/");
  if (page === "run" && id.test(rest)) return { page, id: rest };
  if (page === "compare") return { page, ids: rest.split("+").filter((one) => id.test(one)) };
  if (page === "frontier" || page === "unreadable") return { page };
  const asked = new URLSearchParams(query);
  return {
    page: "runs",
    filter: asked.get("filter") ?? "",
    sort: asked.get("sort") ?? "",
    columns: asked.get("columns") ?? "",
  };
}

export function addressOf(route: Route): string {
  switch (route.page) {
    case "run":
      return `#/run/${route.id}`;
    case "compare":
      return `#/compare/${route.ids.join("+")}`;
    case "runs": {
      const { filter, sort, columns } = route;
      const asked = new URLSearchParams(
        Object.entries({ filter, sort, columns }).filter(([, value]) => value !== ""),
      ).toString();
      return asked === "" ? "#/" : `#/?${asked}`;
    }
    default:
      return `#/${route.page}`;
  }
}
