// The page: a form to sign in, and the explorer behind it.

import { forget, reset, show } from './explorer.js';
import { documentsIn, downloadLink, drop, kept, NotPicked, pick, withFiles, withPlaceFor } from './files.js';
import { agencyName, CodeWanted, current, lookAway, openToVisitors, Refused, SCHEMA, seen, send, signIn, signOut } from './session.js';

const $ = (id) => document.getElementById(id);
const ROLES = { CLIENT: 'cliente', STAFF: 'personal', ADMIN: 'administración' };

function notify(message) {
  $('notice').textContent = message;
  $('notice').hidden = !message;
}

function showEntry(message = '') {
  $('workspace').hidden = true;
  $('entry').hidden = false;
  $('password').value = '';
  forgetCode();
  notify(message);
  $($('login').value ? 'password' : 'login').focus();
}

function forgetCode() {
  $('second').hidden = true;
  $('code').value = '';
  $('set-up').hidden = true;
  $('set-up-qr').removeAttribute('src');
  $('set-up-secret').textContent = '';
}

function askForCode({ enrolment }) {
  $('second').hidden = false;
  $('code').value = '';
  if (enrolment) {
    $('set-up-qr').src = `data:${enrolment.qr.contentType};base64,${enrolment.qr.contentBase64}`;
    $('set-up-secret').textContent = enrolment.secret;
    $('set-up').hidden = false;
  }
  $('code').focus();
}

// The codes are told this once, so nothing hides them before they are kept.
function showRecovery(codes) {
  $('sign-in').hidden = true;
  $('recovery-codes').textContent = codes.join('\n');
  $('recovery').hidden = false;
  $('recovery-kept').focus();
}

async function showWorkspace() {
  const session = current();
  await show($('explorer'), fetcher, session?.roles ?? []);
  $('who').textContent = session ? `${session.username} · ${session.roles.map((role) => ROLES[role] ?? role).join(', ')}` : 'Sin sesión';
  $('leave').textContent = session ? 'Cerrar sesión' : 'Entrar';
  $('entry').hidden = true;
  $('workspace').hidden = false;
  notify('');
}

// In whose place the explorer asks, for as long as that lasts.
function showWhoSees() {
  const other = seen();
  $('seeing').hidden = !other;
  if (other) $('seeing-whom').textContent = `Ve lo que ve ${other.name}, solo para consultar, hasta las ${other.until.toLocaleTimeString('es-CO', { timeStyle: 'short' })}.`;
}

async function fetcher({ query, variables, operationName }) {
  try {
    const answer = await send({ query, variables: withFiles(variables), operationName });
    if (operationName !== SCHEMA) offer(documentsIn(answer.data));
    return answer;
  } catch (problem) {
    if (problem instanceof Refused && problem.code === 'SESSION_OVER') showEntry(problem.message);
    if (problem instanceof Refused || problem instanceof NotPicked) return { errors: [{ message: problem.message }] };
    throw problem;
  } finally {
    showWhoSees();
  }
}

function offer(documents) {
  const bar = $('downloads');
  bar.querySelectorAll('a').forEach((link) => URL.revokeObjectURL(link.href));
  bar.replaceChildren();
  if (documents.length) bar.append('Documentos de la respuesta: ', ...documents.map((item, place) => downloadLink(item, place + 1)));
  bar.hidden = !documents.length;
}

$('sign-in').addEventListener('submit', async (event) => {
  event.preventDefault();
  const button = $('enter');
  button.disabled = true;
  button.textContent = 'Entrando…';
  notify('');
  try {
    const recovery = await signIn($('login').value.trim(), $('password').value, $('code').value.trim());
    $('password').value = '';
    forgetCode();
    if (recovery.length) showRecovery(recovery);
    else await showWorkspace();
  } catch (problem) {
    if (problem instanceof CodeWanted) askForCode(problem);
    notify(problem.message);
  } finally {
    button.disabled = false;
    button.textContent = 'Entrar';
  }
});

$('login').addEventListener('input', forgetCode);
$('recovery-kept').addEventListener('click', () => {
  $('recovery').hidden = true;
  $('recovery-codes').textContent = '';
  $('sign-in').hidden = false;
  showWorkspace().catch((problem) => notify(problem.message));
});

$('visit').addEventListener('click', () => showWorkspace().catch((problem) => notify(problem.message)));
$('reset').addEventListener('click', reset);
$('look-away').addEventListener('click', () => {
  lookAway();
  showWhoSees();
});
$('leave').addEventListener('click', async () => {
  if (!current()) {
    showEntry();
    return;
  }
  forget();
  await signOut();
  location.reload();
});

$('pick').addEventListener('change', async (event) => {
  const files = [...event.target.files];
  event.target.value = '';
  for (const file of files) {
    const again = kept().some(({ name }) => name === file.name);
    await pick(file).then(
      () => again || use(file.name),
      () => notice(`No se pudo leer ${file.name}.`),
    );
  }
  showFiles();
});

function showFiles() {
  $('files').replaceChildren(...kept().map(chip));
  $('attached').hidden = !kept().length;
}

function chip({ name, size }) {
  const whole = document.createElement('span');
  whole.className = 'chip';
  const button = (title, onClick, ...content) => {
    const made = Object.assign(document.createElement('button'), { type: 'button', title, ariaLabel: title });
    made.addEventListener('click', onClick);
    made.append(...content);
    return made;
  };
  const shown = Object.assign(document.createElement('span'), { className: 'chip-name', textContent: name });
  whole.append(
    button(`Usar ${name} en las variables de la pestaña abierta`, () => use(name, { over: true }), shown, ` · ${sizeOf(size)}`),
    button(
      `Quitar ${name}`,
      () => {
        drop(name);
        notice('');
        showFiles();
      },
      '×',
    ),
  );
  return whole;
}

function sizeOf(bytes) {
  if (bytes < 1e3) return `${bytes} bytes`;
  const [number, unit] = bytes < 1e6 ? [bytes / 1e3, 'KB'] : [bytes / 1e6, 'MB'];
  return `${number.toLocaleString('es-CO', { maximumFractionDigits: 1 })} ${unit}`;
}

// Writes a file into the variables of the open tab, where they have a place for one.
function use(name, how) {
  const editor = document.querySelector('.graphiql-editor-tool .CodeMirror')?.CodeMirror;
  const text = editor && withPlaceFor(name, editor.getValue(), how);
  if (text) {
    editor.setValue(text);
    const line = text.split('\n').findLastIndex((it) => it.includes(`archivo:${name}`));
    editor.scrollIntoView({ line: Math.max(line, 0), ch: 0 });
  }
  notice(text ? '' : `Esta pestaña no pide archivos: abra la que los pida y pulse ${name}, o escriba "archivo:${name}" en las variables.`);
}

function notice(text) {
  $('files-notice').textContent = text;
}

async function start() {
  $('enter').disabled = false;
  $('visit').hidden = !openToVisitors;
  agencyName().then(
    (name) => {
      $('agency').textContent = name;
      $('bar-agency').textContent = name;
    },
    (problem) => {
      if (problem.code === 'AGENCY_NOT_FOUND') $('choose-agency').hidden = false;
      notify(problem.message);
    },
  );
  if (current()) await showWorkspace().catch((problem) => showEntry(problem.message));
  else $('login').focus();
}

start();
