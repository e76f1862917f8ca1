/**
 * Makes what an element holds equal to some markup, and leaves alone what is equal already: its text is not measured and laid out anew.
 * The markup is trusted as `innerHTML` is.
 */
export function patchMarkup(host: Element, markup: string): void {
  const fresh = document.createElement("template");
  fresh.innerHTML = markup;
  patchChildren(host, fresh.content);
}

function patchChildren(now: Element, wanted: ParentNode): void {
  const old = [...now.childNodes];
  const nodes = [...wanted.childNodes];
  for (const left of old.slice(nodes.length)) left.remove();
  for (const [i, node] of nodes.entries()) {
    const at = old[i];
    if (at === undefined) now.append(node);
    else if (!at.isEqualNode(node)) patch(at, node);
  }
}

function patch(now: ChildNode, wanted: ChildNode): void {
  if (!(now instanceof Element && wanted instanceof Element && now.nodeName === wanted.nodeName)) {
    now.replaceWith(wanted);
    return;
  }
  for (const { name } of [...now.attributes]) if (!wanted.hasAttribute(name)) now.removeAttribute(name);
  for (const { name, value } of wanted.attributes)
    if (now.getAttribute(name) !== value) now.setAttribute(name, value);
  patchChildren(now, wanted);
}
