// Talks to the service and keeps the session: in this tab only, and only until it is closed.

import { solve } from './altcha.js';

const root = document.documentElement;
const ENDPOINT = root.dataset.endpoint;
const OPEN_TO_VISITORS = root.dataset.open === 'true';
const KEY = 'explorador.sesion';
const REFRESH_AHEAD = 30_000;

const ACCOUNT = 'accessToken accessTokenExpiresAt refreshToken account { username roles }';
const BEFORE = 'query AntesDeEntrar { agency { name } captcha { provider challenge } }';
const AGENCY = 'query Inmobiliaria { agency { name } }';
const LOGIN = `mutation Entrar($input: LoginInput!) {
  login(input: $input) {
    __typename
    ... on SessionPayload { ${ACCOUNT} recoveryCodes }
    ... on UserError { message }
    ... on SecondFactorRequired { enrolment { secret qr { contentType contentBase64 } } }
  }
}`;
const REFRESH = `mutation Renovar($token: String!) {
  refreshSession(refreshToken: $token) { __typename ... on SessionPayload { ${ACCOUNT} } }
}`;
const LOGOUT = 'mutation Salir { logout { __typename } }';

// How the explorer names its own question for the schema; nobody else can know the name.
export const SCHEMA = `Esquema${[...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('')}`;

export class Refused extends Error {
  constructor(message, code) {
    super(message);
    this.code = code;
  }
}

// The password was right; a code of the second factor has to come with it. With `enrolment`, there was none until now.
export class CodeWanted extends Refused {
  constructor(message, enrolment) {
    super(message);
    this.enrolment = enrolment;
  }
}

const agency = new URLSearchParams(location.search).get('agency');
let session = stored();
let renewal = null;
let seeing = null;

export const openToVisitors = OPEN_TO_VISITORS;
export const current = () => session;

// Whose view the explorer shows, and until when; null in one's own session.
export const seen = () => seeing;

export function lookAway() {
  seeing = null;
}

// One request; the answer as the service wrote it, also when it refuses.
async function post(body, token) {
  const headers = { 'Content-Type': 'application/json', Accept: 'application/graphql-response+json, application/json;q=0.9' };
  if (token) headers.Authorization = `Bearer ${token}`;
  if (agency) headers['X-Agency'] = agency;
  let response;
  try {
    response = await fetch(ENDPOINT, { method: 'POST', headers, body: JSON.stringify(body), credentials: 'omit' });
  } catch {
    throw new Refused('No hay conexión con el servicio.');
  }
  try {
    return { status: response.status, answer: await response.json() };
  } catch {
    throw new Refused(`El servicio respondió ${response.status} sin explicación.`);
  }
}

async function ask(query, variables, token) {
  const { answer } = await post({ query, variables }, token);
  if (answer.errors?.length) throw new Refused(answer.errors[0].message, answer.errors[0].extensions?.code);
  return answer.data;
}

// The name of the agency one is about to sign in to.
export async function agencyName() {
  return (await ask(AGENCY)).agency.name;
}

// Recovery codes, where a second factor began with this; otherwise none.
export async function signIn(login, password, code) {
  const { captcha } = await ask(BEFORE);
  const input = { login, password, captcha: await proof(captcha), code: code || null };
  const result = (await ask(LOGIN, { input })).login;
  if (result.__typename === 'SecondFactorRequired') throw new CodeWanted(result.message, result.enrolment);
  if (result.__typename !== 'SessionPayload') throw new Refused(result.message ?? 'No fue posible entrar.');
  keep(result);
  if (!OPEN_TO_VISITORS && !session.roles.some((role) => role === 'STAFF' || role === 'ADMIN')) {
    await signOut();
    throw new Refused('El explorador es para el personal de la inmobiliaria.');
  }
  return result.recoveryCodes ?? [];
}

async function proof({ provider, challenge }) {
  if (provider === 'NONE') return null;
  if (provider === 'ALTCHA') return solve(challenge);
  throw new Refused(
    'Esta inmobiliaria comprueba los ingresos con un servicio externo, que solo funciona en su propia página. ' +
      'Para entrar aquí, un administrador puede cambiar la comprobación a ALTCHA.',
  );
}

export async function signOut() {
  const token = session?.accessToken;
  session = seeing = null;
  sessionStorage.clear();
  if (token) await ask(LOGOUT, undefined, token).catch(() => {});
}

// Sends what the explorer asks for, with a token that is good for the moment.
export async function send(body) {
  // The schema is read as oneself: what a client sees of it may be nothing. No other operation is, whatever it says.
  if (seeing && body.operationName !== SCHEMA) {
    const { status, answer } = await post(body, seeing.token);
    if (status !== 401) return answer;
    seeing = null;
    throw new Refused('Ya no ve como el cliente: pasaron los 15 minutos o terminó la sesión.');
  }
  const answer = await sendAsOneself(body);
  const shown = answer.data?.viewAsClient;
  if (shown?.accessToken) {
    seeing = { token: shown.accessToken, name: shown.client?.name ?? 'el cliente', until: new Date(shown.accessTokenExpiresAt) };
  }
  return answer;
}

async function sendAsOneself(body) {
  if (session && session.expiresAt - Date.now() < REFRESH_AHEAD) await renew();
  const first = await post(body, session?.accessToken);
  if (first.status !== 401 || !session) return first.answer;
  await renew();
  return (await post(body, session?.accessToken)).answer;
}

// One renewal at a time: a refresh token is good for one pair only.
function renew() {
  renewal ??= renewNow().finally(() => {
    renewal = null;
  });
  return renewal;
}

async function renewNow() {
  const result = (await ask(REFRESH, { token: session.refreshToken })).refreshSession;
  if (result.__typename === 'SessionPayload') {
    keep(result);
    return;
  }
  session = null;
  sessionStorage.removeItem(KEY);
  throw new Refused('La sesión terminó: entre de nuevo.', 'SESSION_OVER');
}

function keep(payload) {
  session = {
    accessToken: payload.accessToken,
    refreshToken: payload.refreshToken,
    expiresAt: Date.parse(payload.accessTokenExpiresAt),
    username: payload.account.username,
    roles: payload.account.roles,
  };
  sessionStorage.setItem(KEY, JSON.stringify(session));
}

function stored() {
  try {
    return JSON.parse(sessionStorage.getItem(KEY));
  } catch {
    return null;
  }
}
