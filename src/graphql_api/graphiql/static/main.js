// The page: a form to sign in, and the explorer behind it.

import { forget, reset, show } from './explorer.js';
import { documentsIn, downloadLink, NotPicked, pick, withFiles } from './files.js';
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
  await show($('explorer'), fetcher);
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
  for (const file of event.target.files) {
    await pick(file);
    const chip = document.createElement('span');
    chip.className = 'chip';
    chip.textContent = `archivo:${file.name}`;
    chip.title = 'Escriba este texto, entre comillas, como valor de csv o de contentBase64 en las variables';
    $('files').append(chip);
  }
  event.target.value = '';
});

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
