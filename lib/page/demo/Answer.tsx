import { percent } from "./words";

/** The likeliest classes with their probabilities; thin marks where they were with the trained weights. */
export function Answer({
  classNames,
  probabilities,
  before,
  changed,
  most = 5,
}: {
  readonly classNames: readonly string[];
  readonly probabilities: readonly number[];
  readonly before: readonly number[];
  /** Whether weights were flipped. */
  readonly changed: boolean;
  readonly most?: number;
}) {
  const order = probabilities
    .map((share, i) => ({ share, i, was: before[i] ?? 0 }))
    .sort((a, b) => b.share - a.share)
    .slice(0, most);
  return (
    <table class="answer">
      <caption class="visually-hidden">the {order.length} likeliest classes</caption>
      <thead>
        <tr>
          <th scope="col">class</th>
          <th scope="col">
            <span class="visually-hidden">probability as a bar</span>
          </th>
          <th scope="col" class="num">
            probability
          </th>
          {changed ? (
            <th scope="col" class="num">
              as trained
            </th>
          ) : null}
        </tr>
      </thead>
      <tbody>
        {order.map(({ share, i, was }, place) => (
          <tr key={i} class={place === 0 ? "first" : ""}>
            <th scope="row">{classNames[i]}</th>
            <td class="stretch">
              <div class="bar">
                <i style={{ width: `${100 * share}%` }} />
                {changed ? <b style={{ left: `${100 * was}%` }} /> : null}
              </div>
            </td>
            <td class="num">{percent(share)}</td>
            {changed ? <td class="num">{percent(was)}</td> : null}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
