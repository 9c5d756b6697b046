// Files in both directions: those of this computer that an operation sends, and documents that an answer brings.

const PREFIX = 'archivo:';
const picked = new Map();

export class NotPicked extends Error {}

// Keeps what is in a file until an operation sends it; one of the same name takes the place of the other.
export async function pick(file) {
  picked.set(file.name, new Uint8Array(await file.arrayBuffer()));
}

export function drop(name) {
  picked.delete(name);
}

// Those that are kept, with their sizes in bytes.
export function kept() {
  return [...picked].map(([name, bytes]) => ({ name, size: bytes.length }));
}

// The text of variables with a file where it belongs: in a list of attachments, or in place of the name of a file that
// nobody has picked yet (with `over`, of any). Null where the variables have no such place, or are being written.
export function withPlaceFor(name, variables, { over = false } = {}) {
  let value;
  try {
    value = JSON.parse(variables);
  } catch {
    return null;
  }
  return put(value, name, over) ? JSON.stringify(value, null, 2) : null;
}

function put(value, name, over) {
  if (!value || typeof value !== 'object') return false;
  for (const [key, member] of Object.entries(value)) {
    if (key === 'attachments' && Array.isArray(member)) {
      if (!member.some((it) => it?.fileName === name)) member.push({ fileName: name, contentBase64: PREFIX + name });
      return true;
    }
    if (typeof member === 'string' && member.startsWith(PREFIX) && (over || !picked.has(member.slice(PREFIX.length)))) {
      value[key] = PREFIX + name;
      if (key === 'contentBase64' && 'fileName' in value) value.fileName = name;
      return true;
    }
    if (put(member, name, over)) return true;
  }
  return false;
}

// Variables with every "archivo:NOMBRE" replaced by what is in that file: in contentBase64 as base64, elsewhere as text.
export function withFiles(value, key = '') {
  if (typeof value === 'string' && value.startsWith(PREFIX)) {
    const name = value.slice(PREFIX.length);
    if (!picked.has(name)) throw new NotPicked(`Elija primero el archivo ${name} con el botón «Elegir archivos».`);
    return key === 'contentBase64' ? base64(picked.get(name)) : text(picked.get(name));
  }
  if (Array.isArray(value)) return value.map((member) => withFiles(member));
  if (value && typeof value === 'object') {
    return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, withFiles(member, name)]));
  }
  return value;
}

// A CSV as spreadsheets write it: UTF-8, or else Windows-1252.
function text(bytes) {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder('windows-1252').decode(bytes);
  }
}

// Piece by piece: a function takes only so many arguments.
function base64(bytes) {
  let binary = '';
  for (let start = 0; start < bytes.length; start += 8192) {
    binary += String.fromCharCode(...bytes.subarray(start, start + 8192));
  }
  return btoa(binary);
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
