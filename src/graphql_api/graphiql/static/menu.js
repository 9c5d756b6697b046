// The examples by topic, in a panel beside the editors: whoever has a task finds it by its name, and one tab opens.

export const MENU = 'Ejemplos';
let topics = [];

// What the panel offers: all of it to administrators, to others what they may run.
export function offer(all, roles) {
  topics = all.filter((topic) => !topic.forAdministrators || roles.includes('ADMIN'));
}

// Without accents or capitals, so that "egreso" and "liquidacion" find what is meant.
function plain(text) {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
}

function nameOf(query) {
  return query?.match(/^(?:query|mutation) (\w+)/m)?.[1];
}

// Those whose title has every word, and then those whose comment has the rest; each once, in the order of the topics.
function matching(text) {
  const words = plain(text).split(/\s+/).filter(Boolean);
  const all = [...new Map(topics.flatMap(({ examples }) => examples).map((it) => [it.title, it])).values()];
  const has = (told) => words.every((word) => plain(told).includes(word));
  const named = all.filter(({ title }) => has(title));
  return [...named, ...all.filter((it) => !named.includes(it) && has(`${it.title} ${it.about}`))];
}

// Opens an example in a tab of its own, or goes to the tab where it is open already, with whatever was changed there.
function useOpening() {
  const { React, GraphiQL } = window;
  const editors = GraphiQL.React.useEditorContext();
  const [wanted, setWanted] = React.useState(null);
  const { tabs, activeTabIndex, queryEditor, variableEditor } = editors;

  function write({ query, variables }) {
    variableEditor?.setValue(variables ?? '');
    queryEditor?.setValue(query);
    queryEditor?.focus();
  }
  // A new tab's editors are empty once it is the open one: only then can something be written there that stays.
  React.useEffect(() => {
    if (!wanted || tabs.length !== wanted.tabs || activeTabIndex !== wanted.tabs - 1) return;
    write(wanted.example);
    setWanted(null);
  }, [wanted, tabs.length, activeTabIndex]);

  return (example) => {
    // By what is written there: titles follow a moment later, and of the open tab the editor knows best.
    const texts = tabs.map((tab, place) => (place === activeTabIndex ? queryEditor?.getValue() : tab.query));
    const open = texts.findIndex((text) => nameOf(text) === nameOf(example.query));
    if (open >= 0) {
      if (open !== activeTabIndex) editors.changeTab(open);
    } else if (!queryEditor?.getValue().trim()) {
      write(example);
    } else {
      setWanted({ example, tabs: tabs.length + 1 });
      editors.addTab();
    }
  };
}

function Panel() {
  const { React } = window;
  const h = React.createElement;
  const open = useOpening();
  const [text, setText] = React.useState('');
  const found = text.trim() ? matching(text) : null;

  const entry = (example) =>
    h(
      'li',
      { key: example.title },
      h(
        'button',
        { type: 'button', className: 'example', title: example.about, onClick: () => open(example) },
        h('span', { className: 'example-title' }, example.title),
        found && h('span', { className: 'example-about' }, example.about),
      ),
    );
  const list = (examples) => h('ul', { className: 'examples' }, examples.map(entry));

  return h(
    'nav',
    { className: 'menu', 'aria-label': MENU },
    h('h2', null, MENU),
    h('input', {
      type: 'search',
      placeholder: '¿Qué necesita hacer?',
      'aria-label': 'Buscar un ejemplo',
      value: text,
      onChange: (event) => setText(event.target.value),
    }),
    found && (found.length ? list(found) : h('p', { className: 'nothing' }, 'Ningún ejemplo tiene esas palabras.')),
    !found && topics.map(({ title, examples }, place) =>
      h('details', { key: title, open: place === 0 || undefined }, h('summary', null, title), list(examples)),
    ),
  );
}

// A panel of GraphiQL's own kind: its sidebar has a button that shows and hides it.
export const menu = {
  title: MENU,
  icon: () => {
    const h = window.React.createElement;
    return h('svg', { viewBox: '0 0 16 16', fill: 'none', stroke: 'currentColor', strokeWidth: 1.5, strokeLinecap: 'round' },
      h('path', { d: 'M6 3.5h8M6 8h8M6 12.5h8M2 3.5h.5M2 8h.5M2 12.5h.5' }));
  },
  content: () => window.React.createElement(Panel),
};
