export function ensureLanguages(): Promise<string[]>;
