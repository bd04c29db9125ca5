// How does a table leave the page?

export type Cell = string | number | boolean | null | undefined;

function quoted(cell: Cell): string {
  const text = cell === null || cell === undefined ? '' : String(cell);
  // A spreadsheet would run a cell that begins like a formula; numbers keep their sign.
  const safe = typeof cell === 'string' && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** Write rows as CSV (RFC 4180, with a byte order mark so that spreadsheets read the Arabic letters). */
export function toCsv(header: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const lines = [header, ...rows].map((row) => row.map(quoted).join(','));
  return `\ufeff${lines.join('\r\n')}\r\n`;
}

/** Hand a text to the browser as a file. */
export function saveAs(name: string, text: string, type = 'text/csv'): void {
  saveBlob(name, new Blob([text], { type: `${type};charset=utf-8` }));
}

/** Hand bytes to the browser as a file. */
export function saveBlob(name: string, blob: Blob): void {
  const url = URL.createObjectURL(blob);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}
