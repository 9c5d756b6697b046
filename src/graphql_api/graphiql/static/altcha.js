// Solves an ALTCHA challenge (version 2): find the counter whose derived key starts with the prefix that the challenge
// names. It is work for the browser, so that no person has to prove anything by hand.

const KEY_DERIVATIONS = { 'PBKDF2/SHA-256': 'SHA-256', 'PBKDF2/SHA-384': 'SHA-384', 'PBKDF2/SHA-512': 'SHA-512' };
const DIGESTS = { 'SHA-256': 'SHA-256', 'SHA-384': 'SHA-384', 'SHA-512': 'SHA-512' };
const AT_ONCE = 8;
const LONGEST = 90_000;

export class Unsolvable extends Error {}

// `text` is the challenge as the service gave it; the answer is the value of `captcha` in a sign-in.
export async function solve(text) {
  if (!globalThis.crypto?.subtle) {
    throw new Unsolvable('El navegador solo permite entrar por HTTPS o desde este mismo equipo.');
  }
  const challenge = JSON.parse(text);
  const parameters = challenge.parameters;
  const derive = derivation(parameters);
  const nonce = fromHex(parameters.nonce);
  const salt = fromHex(parameters.salt);
  const prefix = parameters.keyPrefix.toLowerCase();
  const started = performance.now();
  for (let first = 0; performance.now() - started < LONGEST; first += AT_ONCE) {
    const counters = Array.from({ length: AT_ONCE }, (_, step) => first + step);
    const keys = await Promise.all(counters.map((counter) => derive(password(nonce, counter), salt)));
    const found = keys.findIndex((key) => key.startsWith(prefix));
    if (found >= 0) {
      const solution = { counter: counters[found], derivedKey: keys[found], time: Math.round(performance.now() - started) };
      return toBase64(JSON.stringify({ challenge, solution }));
    }
  }
  throw new Unsolvable('La comprobación tardó demasiado. Intente de nuevo.');
}

function derivation(parameters) {
  const { algorithm, cost, keyLength = 32 } = parameters;
  if (algorithm in KEY_DERIVATIONS) {
    return async (secret, salt) => {
      const key = await crypto.subtle.importKey('raw', secret, 'PBKDF2', false, ['deriveBits']);
      const how = { name: 'PBKDF2', hash: KEY_DERIVATIONS[algorithm], salt, iterations: cost };
      return toHex(new Uint8Array(await crypto.subtle.deriveBits(how, key, keyLength * 8)));
    };
  }
  if (algorithm in DIGESTS) {
    return async (secret, salt) => {
      let data = join(salt, secret);
      for (let round = 0; round < Math.max(1, cost); round += 1) {
        data = new Uint8Array(await crypto.subtle.digest(DIGESTS[algorithm], data));
      }
      return toHex(data.slice(0, keyLength));
    };
  }
  throw new Unsolvable('Este explorador no conoce la comprobación que pide el servicio.');
}

// The nonce and the counter as four bytes, the most significant first.
function password(nonce, counter) {
  const joined = join(nonce, new Uint8Array(4));
  new DataView(joined.buffer).setUint32(nonce.length, counter);
  return joined;
}

function join(one, other) {
  const joined = new Uint8Array(one.length + other.length);
  joined.set(one);
  joined.set(other, one.length);
  return joined;
}

function fromHex(text) {
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => parseInt(pair, 16));
}

function toHex(bytes) {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

function toBase64(text) {
  return btoa(String.fromCharCode(...new TextEncoder().encode(text)));
}
