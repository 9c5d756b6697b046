// Loads the explorer, once somebody is in, and gives it the menu of examples.

import { MENU, menu, offer } from './menu.js';
import { SCHEMA } from './session.js';

const ASSETS = document.documentElement.dataset.assets;
let mounted = null;
let keeping = true;

// Its own corner of the tab's storage: tabs and history end with the tab, and with the session.
const storage = {
  getItem: (name) => sessionStorage.getItem(`explorador.${name}`),
  setItem: (name, value) => keeping && sessionStorage.setItem(`explorador.${name}`, value),
  removeItem: (name) => sessionStorage.removeItem(`explorador.${name}`),
  clear: () => Object.keys(sessionStorage).filter(isOurs).forEach((name) => sessionStorage.removeItem(name)),
  get length() {
    return Object.keys(sessionStorage).filter(isOurs).length;
  },
};

function isOurs(name) {
  return name.startsWith('explorador.graphiql');
}

// `roles`: those of whoever is in, by which the menu is chosen.
export async function show(element, fetcher, roles) {
  if (!mounted) {
    await Promise.all([stylesheet('graphiql.min.css'), stylesheet('explorer.css')]);
    await script('react.production.min.js');
    await script('react-dom.production.min.js');
    await script('graphiql.min.js');
    const examples = await (await fetch(`${ASSETS}/examples.json`)).json();
    mounted = { element, fetcher, examples };
  }
  offer(mounted.examples, roles);
  render();
}

// Whoever leaves leaves nothing: GraphiQL writes its tabs a moment later than they change.
export function forget() {
  keeping = false;
  storage.clear();
}

// Closes the open tabs and begins as after entering.
export function reset() {
  storage.clear();
  window.ReactDOM.unmountComponentAtNode(mounted.element);
  render();
}

function render() {
  const { React, ReactDOM, GraphiQL } = window;
  const [first] = mounted.examples[0].examples;
  // GraphiQL takes the first tab's text from its storage, and its variables from nowhere else.
  if (storage.getItem('graphiql:tabState') === null) {
    storage.setItem('graphiql:query', first.query);
    storage.setItem('graphiql:variables', first.variables ?? '');
    storage.setItem('graphiql:visiblePlugin', MENU);
    // The menu needs less room than documentation, and what is written there more than an answer.
    storage.setItem('graphiql:docExplorerFlex', '0.25');
    storage.setItem('graphiql:editorFlex', '1.25');
  }
  const element = React.createElement(
    GraphiQL,
    {
      fetcher: mounted.fetcher,
      introspectionQueryName: SCHEMA,
      storage,
      defaultTabs: [first],
      plugins: [menu],
      defaultQuery: '# Escriba aquí una consulta. Ctrl+Espacio propone los campos.\n\n',
      defaultEditorToolsVisibility: 'variables',
      isHeadersEditorEnabled: false,
      shouldPersistHeaders: false,
    },
    React.createElement(GraphiQL.Logo, null, ' '),
    React.createElement(GraphiQL.Toolbar, null, React.createElement(Tools)),
  );
  ReactDOM.render(element, mounted.element);
}

// The explorer's own tools, with Spanish names.
function Tools() {
  const { React, GraphiQL } = window;
  const parts = GraphiQL.React;
  const tools = [
    ['Ordenar la consulta (Mayús-Ctrl-P)', parts.PrettifyIcon, parts.usePrettifyEditors()],
    ['Unir los fragmentos en la consulta (Mayús-Ctrl-M)', parts.MergeIcon, parts.useMergeQuery()],
    ['Copiar la consulta (Mayús-Ctrl-C)', parts.CopyIcon, parts.useCopyQuery()],
  ];
  return tools.map(([label, icon, onClick]) =>
    React.createElement(
      parts.ToolbarButton,
      { key: label, label, onClick },
      React.createElement(icon, { className: 'graphiql-toolbar-icon', 'aria-hidden': 'true' }),
    ),
  );
}

function script(name) {
  return loaded('script', { src: `${ASSETS}/${name}` });
}

function stylesheet(name) {
  return loaded('link', { rel: 'stylesheet', href: `${ASSETS}/${name}` });
}

function loaded(tag, attributes) {
  return new Promise((resolve, reject) => {
    const element = Object.assign(document.createElement(tag), attributes);
    element.onload = resolve;
    element.onerror = () => reject(new Error('No se pudo cargar el explorador.'));
    document.head.append(element);
  });
}
