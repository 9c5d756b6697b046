// Files in both directions: CSVs of this computer that an operation sends, and documents that an answer brings.

const PREFIX = 'archivo:';
const picked = new Map();

export class NotPicked extends Error {}

// Reads a CSV as spreadsheets write it: UTF-8, or else Windows-1252.
export async function pick(file) {
  const bytes = await file.arrayBuffer();
  let text;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    text = new TextDecoder('windows-1252').decode(bytes);
  }
  picked.set(file.name, text);
}

// Variables with every "archivo:NOMBRE" replaced by that file's text.
export function withFiles(value) {
  if (typeof value === 'string' && value.startsWith(PREFIX)) {
    const name = value.slice(PREFIX.length);
    if (!picked.has(name)) throw new NotPicked(`Elija primero el archivo ${name} con el botón «Elegir CSV».`);
    return picked.get(name);
  }
  if (Array.isArray(value)) return value.map(withFiles);
  if (value && typeof value === 'object') {
    return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, withFiles(member)]));
  }
  return value;
}

// The documents inside an answer, in its order.
export function documentsIn(value, found = []) {
  if (Array.isArray(value)) value.forEach((member) => documentsIn(member, found));
  else if (value && typeof value === 'object') {
    if (typeof value.contentBase64 === 'string') found.push(value);
    else Object.values(value).forEach((member) => documentsIn(member, found));
  }
  return found;
}

// A link that saves a document under its own name.
export function downloadLink(document_, number) {
  const bytes = Uint8Array.from(atob(document_.contentBase64), (character) => character.charCodeAt(0));
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([bytes], { type: document_.contentType ?? 'application/octet-stream' }));
  link.download = document_.fileName ?? `documento-${number}`;
  link.textContent = link.download;
  return link;
}
