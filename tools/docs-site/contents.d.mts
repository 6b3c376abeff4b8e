/** Documents for other sites. */
export const ELSEWHERE: readonly string[];
export function contentsOf(readme: string): readonly {
  readonly text: string;
  readonly items: readonly { readonly text: string; readonly link: string }[];
}[];
