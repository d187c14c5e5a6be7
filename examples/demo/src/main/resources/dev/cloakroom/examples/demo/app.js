'use strict';

// Whatever comes from a server goes into the page as text, never as HTML.

const POLL_MILLIS = 2000;
const COUNTERS = [
  ['sessions', 'Sessions'],
  ['lookups', 'Lookups'],
  ['storeReads', 'Store reads'],
  ['storeWrites', 'Store writes'],
  ['touches', 'Touches'],
  ['rejectedCookies', 'Bad cookies'],
  ['logins', 'Logins'],
  ['endings', 'Endings'],
];

const byId = id => document.getElementById(id);

class HttpError extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

async function call(method, path, body) {
  const response = await fetch(path, { method, body, credentials: 'same-origin', cache: 'no-store' });
  showAnsweredBy(response.headers.get('Demo-Node'));
  const text = await response.text();
  const answer = text === '' ? null : JSON.parse(text);
  if (!response.ok) {
    throw new HttpError(response.status, answer?.error ?? `status ${response.status}`);
  }
  return answer;
}

function element(tag, properties = {}, ...children) {
  const { dataset = {}, ...rest } = properties;
  const made = Object.assign(document.createElement(tag), rest);
  Object.assign(made.dataset, dataset);
  made.append(...children);
  return made;
}

function say(text, isError = false) {
  const message = byId('message');
  message.textContent = text;
  message.classList.toggle('error', isError);
}

const dateTime = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' });
const showTime = iso => dateTime.format(new Date(iso));

const plural = (count, one, many = `${one}s`) => `${count} ${count === 1 ? one : many}`;

/** Runs what a button asks for; an answer of 401 leads back to the login. */
function on(id, event, action) {
  byId(id).addEventListener(event, async happened => {
    happened.preventDefault();
    const button = byId(id).closest('button');
    if (button) {
      button.disabled = true;
    }
    await attempt(action, happened);
    if (button) {
      button.disabled = false;
    }
  });
}

async function attempt(action, happened) {
  try {
    say('');
    await action(happened);
  } catch (error) {
    if (error instanceof HttpError && error.status === 401 && !byId('app-view').hidden) {
      showLogin('You are not logged in any more.');
    } else {
      say(error.message, true);
    }
  }
}

function showLogin(message = '') {
  byId('app-view').hidden = true;
  byId('session-actions').hidden = true;
  byId('orders').hidden = true;
  byId('orders').tBodies[0].replaceChildren();
  for (const frame of [byId('jwt-frame'), byId('cloakroom-frame')]) {
    frame.removeAttribute('src');
  }
  byId('login-view').hidden = false;
  byId('password').value = '';
  byId('username').focus();
  say(message);
}

async function showApp() {
  showMe(await call('GET', '/api/me'));
  byId('login-view').hidden = true;
  byId('app-view').hidden = false;
  byId('session-actions').hidden = false;
  showReadable();
  await Promise.all([countVisit(), loadNotes(), loadDevices(), loadOrders(), refreshFigures()]);
  await startApplications();
}

function showMe(me) {
  byId('who').textContent = me.username;
  byId('created-at').textContent = showTime(me.createdAt);
  byId('last-accessed-at').textContent = showTime(me.lastAccessedAt);
}

function showReadable() {
  showRead('document-cookie', document.cookie);
  showRead('local-storage', Object.keys(localStorage).join(', '));
  showRead('session-storage', Object.keys(sessionStorage).join(', '));
}

function showRead(id, found) {
  const output = byId(id);
  output.textContent = found === '' ? 'nothing' : found;
  output.parentElement.classList.toggle('leak', found !== '');
}

async function countVisit() {
  const { visits } = await call('POST', '/api/visits');
  byId('visits').textContent = visits;
}

async function loadOrders() {
  const { orders } = await call('GET', '/api/orders');
  byId('orders').tBodies[0].replaceChildren(...orders.map(order => element('tr', {},
      ...[order.id, order.item, order.placedOn, order.status].map(text => element('td', { textContent: text })))));
  byId('orders').hidden = false;
}

async function loadNotes() {
  const notes = Object.entries(await call('GET', '/api/attributes'));
  byId('no-notes').hidden = notes.length > 0;
  byId('notes').replaceChildren(...notes.map(([name, text]) => {
    const remove = element('button', { type: 'button', textContent: 'Take out', ariaLabel: `Take out ${name}` });
    remove.addEventListener('click', () => attempt(async () => {
      await call('DELETE', `/api/attributes/${encodeURIComponent(name)}`);
      await loadNotes();
    }));
    return element('li', { dataset: { testid: 'note', name } },
        element('span', { className: 'what' },
            element('strong', { textContent: name }), element('span', { textContent: text })),
        remove);
  }));
}

/** Makes something readable of the commonest user agents, and shows the others as they are. */
function deviceName(userAgent) {
  const browsers = [['Firefox', /Firefox\/(\d+)/], ['Edge', /Edg\/(\d+)/], ['Chrome', /Chrome\/(\d+)/],
    ['Safari', /Version\/(\d+).*Safari/], ['curl', /^curl\/([\d.]+)/], ['Java', /^Java-http-client\/([\d.]+)/]];
  const systems = [['Android', /Android/], ['iOS', /iPhone|iPad/], ['Windows', /Windows/], ['macOS', /Mac OS X/],
    ['Linux', /Linux/]];
  const browser = browsers.map(([name, pattern]) => [name, pattern.exec(userAgent)]).find(([, match]) => match);
  const system = systems.find(([, pattern]) => pattern.test(userAgent));
  if (!browser) {
    return userAgent || 'An unknown device';
  }
  return `${browser[0]} ${browser[1][1]}${system ? ` on ${system[0]}` : ''}`;
}

async function loadDevices() {
  const devices = await call('GET', '/api/sessions');
  byId('own-handle').textContent = devices.find(device => device.current)?.handle ?? '';
  byId('devices').replaceChildren(...devices.map(deviceItem));
}

function deviceItem(device) {
  const name = deviceName(device.userAgent);
  const title = element('strong', { textContent: name });
  if (device.current) {
    title.append(element('span', { className: 'badge', textContent: 'this one' }));
  }
  const end = element('button', {
    type: 'button', className: 'danger', textContent: 'End', ariaLabel: `End the session of ${name}`,
    dataset: { testid: 'end' },
  });
  end.addEventListener('click', () => attempt(async () => {
    await call('DELETE', `/api/sessions/${device.handle}`);
    if (device.current) {
      showLogin('This session is over.');
    } else {
      await loadDevices();
      say('That session is over.');
    }
  }));
  return element('li', { dataset: { testid: 'device', current: device.current, handle: device.handle } },
      element('span', { className: 'what', title: device.userAgent },
          title, element('small', { textContent: `last seen ${showTime(device.lastAccessedAt)}` })),
      end);
}

// One script, two applications

const APPLICATIONS = ['jwt', 'cloakroom'];
const FRAME_PATIENCE_MILLIS = 4000;
const LOOT_PATIENCE_MILLIS = 10000;

/** Loads both applications for the user who is logged in. */
async function startApplications() {
  const { otherApplication } = await call('GET', '/api/lab');
  const user = encodeURIComponent(byId('who').textContent);
  byId('jwt-link').href = `${otherApplication}/application`;
  loadFrame('jwt-frame', `${otherApplication}/application#${user}`);
  loadFrame('cloakroom-frame', `/application#${user}`);
  byId('jwt-blocked').hidden = true;
  setTimeout(() => {
    byId('jwt-blocked').hidden = 'ready' in byId('jwt-frame').dataset || byId('app-view').hidden;
  }, FRAME_PATIENCE_MILLIS);
  await showLoot();
}

function loadFrame(id, url) {
  delete byId(id).dataset.ready;
  byId(id).src = url;
}

addEventListener('message', event => {
  const frame = APPLICATIONS.map(name => byId(`${name}-frame`)).find(each => each.contentWindow === event.source);
  if (frame && event.data.ready) {
    frame.dataset.ready = 'true';
    frame.dataset.height = Math.min(Number(event.data.height) || 0, 600);
    const height = Math.max(...APPLICATIONS.map(name => Number(byId(`${name}-frame`).dataset.height ?? 0)));
    for (const name of APPLICATIONS) {
      byId(`${name}-frame`).height = height + 2; // its borders count
    }
  }
});

async function inject() {
  await call('DELETE', '/api/thief');
  for (const name of APPLICATIONS) {
    const frame = byId(`${name}-frame`);
    frame.contentWindow.postMessage('inject', new URL(frame.src, location.href).origin);
  }
  const end = Date.now() + LOOT_PATIENCE_MILLIS;
  while (await showLoot() < APPLICATIONS.length && Date.now() < end) {
    await new Promise(resolve => setTimeout(resolve, 100));
  }
}

/** Shows what the thief has, and returns from how many applications. */
async function showLoot() {
  const loot = await call('GET', '/api/thief');
  const found = APPLICATIONS.filter(name => loot[name]);
  for (const name of APPLICATIONS) {
    byId(`${name}-loot`).replaceChildren(element('h3', { textContent: 'What the thief has' }), ...lootOf(loot[name]));
    byId(`${name}-loot`).classList.toggle('robbed', loot[name]?.status === 200);
    byId(`${name}-loot`).classList.toggle('safe', Boolean(loot[name]) && loot[name].status !== 200);
  }
  return found.length;
}

function lootOf(loot) {
  if (!loot) {
    return [element('p', { className: 'verdict', textContent: 'Nothing yet. The script has not run.' })];
  }
  const robbed = loot.status === 200;
  const stored = [...loot.localStorage, ...loot.sessionStorage];
  const lines = [
    ['document.cookie', loot.cookie || 'nothing'],
    ...(stored.length ? stored.map(({ name, value }) => [name, value]) : [['storage', 'nothing']]),
    [`tries ${loot.tried}`, `${loot.status}`],
  ];
  return [
    element('p', { className: 'verdict', textContent: robbed
      ? `Robbed: he reads ${plural(JSON.parse(loot.answer).orders.length, 'order')} from elsewhere.`
      : 'Nothing to take. The API refuses him.' }),
    element('dl', {}, ...lines.map(([name, value]) =>
        element('div', {}, element('dt', { textContent: name }), element('dd', { textContent: value })))),
    ...(robbed ? [element('pre', { textContent: JSON.stringify(JSON.parse(loot.answer).orders[0], null, 1) })] : []),
  ];
}

// What can be tried

async function forge() {
  const result = await call('POST', '/api/lab/forgeries', JSON.stringify({ cookies: 25 }));
  byId('forge-result').textContent = `${result.refused} of ${result.sent} refused. Rejected cookies: `
      + `+${result.rejectedCookies}. Store reads: +${result.storeReads}. `
      + `The genuine cookie, once: ${plural(result.storeReadsOfGenuine, 'store read')}.`;
  await refreshFigures();
}

async function sendParallel() {
  const requests = Number(byId('parallel').value);
  byId('dots').replaceChildren();
  const result = await call('POST', '/api/lab/requests', JSON.stringify({ requests }));
  byId('dots').replaceChildren(...Object.entries(result.nodes).flatMap(([node, count]) =>
      Array.from({ length: count }, () => element('span', { dataset: { node }, title: `answered by ${node}` }))));
  const nodes = Object.entries(result.nodes).map(([node, count]) => `${node} ${count}`);
  byId('parallel-result').textContent = `${result.answered} of ${result.sent} answered in ${result.millis} ms`
      + `${nodes.length > 1 ? ` (${nodes.join(', ')})` : ''}, with ${plural(result.tokensIssued, 'refresh', 'refreshes')}.`;
  await refreshFigures();
}

async function rotateKeys() {
  const result = await call('POST', '/api/lab/keys');
  showMe(await call('GET', '/api/me'));
  await refreshFigures();
  byId('rotate-result').textContent = `${result.activeKey} signs now. The cookie that ${result.cookieKey} has signed`
      + ' was accepted: you are still logged in, and have a new one.';
}

async function addDevice() {
  const { userAgent } = await call('POST', '/api/lab/devices');
  await loadDevices();
  say(`${deviceName(userAgent)} is logged in, too.`);
}

// Nodes

function showAnsweredBy(node) {
  if (node) {
    byId('answered-by').textContent = `node ${node}`;
    for (const item of byId('nodes').children) {
      item.classList.toggle('answered', item.dataset.node === node);
    }
  }
}

function showNodes(nodes) {
  const own = nodes[0].own;
  byId('nodes-text').textContent = own
    ? 'Three nodes in processes of their own share the sessions, and each request goes to the next. Kill one: it gets no'
      + ' chance to hand anything over.'
    : 'One process answers, and its sessions are in its store. With --store infinispan the demo starts three nodes here,'
      + ' and you can kill them.';
  byId('ask').parentElement.hidden = !own;
  const up = nodes.filter(node => node.state === 'up').length;
  const answered = byId('answered-by').textContent;
  const key = JSON.stringify(nodes.map(node => [node.name, node.state]));
  if (byId('nodes').dataset.key !== key) {
    byId('nodes').dataset.key = key;
    byId('nodes').replaceChildren(...nodes.map(node => nodeItem(node, up)));
  }
  for (const node of nodes) {
    const item = byId('nodes').querySelector(`[data-node="${node.name}"]`);
    item.classList.toggle('answered', answered === `node ${node.name}`);
    item.querySelector('.count').textContent = node.state === 'up'
      ? `process ${node.pid}, ${node.answered} ${node.own ? 'answered' : 'lookups'}`
      : `${node.answered} answered`;
  }
}

function nodeItem(node, up) {
  const children = [
    element('strong', { textContent: node.own ? `Node ${node.name}` : 'This process' }),
    element('span', { className: 'state', textContent: node.state }),
    element('small', { className: 'count' }),
  ];
  if (node.own) {
    const kills = node.state === 'up';
    const button = element('button', {
      type: 'button', className: kills ? 'danger' : '', textContent: kills ? 'Kill' : 'Start again',
      ariaLabel: kills ? `Kill node ${node.name}` : `Start node ${node.name} again`,
      disabled: node.state === 'starting' || (kills && up === 1), dataset: { testid: 'node-button' },
    });
    button.addEventListener('click', () => attempt(async () => {
      button.disabled = true;
      await call(kills ? 'DELETE' : 'PUT', `/api/nodes/${node.name}`);
      await Promise.all([refreshFigures(), countVisit()]);
      say(kills ? `Node ${node.name} is dead. You are still logged in.` : `Node ${node.name} is back.`);
    }));
    children.push(button);
  }
  return element('li', { dataset: { node: node.name, state: node.state, testid: 'node' } }, ...children);
}

// The code behind the cards

async function loadCode() {
  const pieces = await call('GET', '/api/code');
  for (const place of document.querySelectorAll('[data-code]')) {
    const found = place.dataset.code.split(' ').flatMap(name => pieces[name]);
    place.replaceChildren(element('details', { className: 'code' },
        element('summary', { textContent: 'The code that runs' }),
        ...found.flatMap(({ file, text }) => [
          element('p', { className: 'file', textContent: file }),
          element('pre', { textContent: text, tabIndex: 0 }),
        ])));
  }
}

// Figures

async function refreshFigures() {
  const [metrics, lab] = await Promise.all([call('GET', '/api/metrics'), call('GET', '/api/lab')]);
  showCounters(metrics);
  const figures = { ...metrics, tokensIssued: lab.tokensIssued };
  for (const place of document.querySelectorAll('[data-live]')) {
    place.textContent = figures[place.dataset.live];
  }
  byId('active-key').textContent = lab.activeKey;
  byId('cookie-key').textContent = lab.cookieKey ?? 'none';
  byId('other-keys').replaceChildren(...(lab.otherKeys.length
    ? lab.otherKeys.slice(-4).map(key => element('code', { className: 'key', textContent: key })) : ['none']));
  showNodes(lab.nodes);
}

async function pollFigures() {
  if (!document.hidden) {
    try {
      await refreshFigures();
    } catch {
      // The demo may be restarting; the next poll will tell.
    }
  }
  setTimeout(pollFigures, POLL_MILLIS);
}

function showCounters(figures) {
  const list = byId('counters');
  for (const [key, label] of COUNTERS) {
    let item = list.querySelector(`[data-counter="${key}"]`);
    if (!item) {
      item = element('div', { dataset: { counter: key } }, element('dt', { textContent: label }), element('dd'));
      list.append(item);
    }
    const value = String(figures[key]);
    const shown = item.querySelector('dd');
    item.classList.toggle('changed', shown.textContent !== '' && shown.textContent !== value);
    shown.textContent = value;
  }
}

on('login-form', 'submit', async () => {
  const credentials = {
    username: byId('username').value,
    password: byId('password').value,
    remember: byId('remember').checked,
  };
  await call('POST', '/api/login', JSON.stringify(credentials));
  await showApp();
});
on('logout', 'click', async () => {
  await call('POST', '/api/logout');
  showLogin('You are logged out.');
});
on('logout-all', 'click', async () => {
  await call('DELETE', '/api/sessions');
  showLogin('You are logged out everywhere.');
});
on('guest', 'click', async () => {
  await call('POST', '/api/login', JSON.stringify({ username: 'ada', password: 'demo' }));
  await showApp();
});
on('visit', 'click', countVisit);
on('fetch-orders', 'click', loadOrders);
on('refresh-devices', 'click', loadDevices);
on('inject', 'click', inject);
on('forge', 'click', forge);
on('send-parallel', 'click', sendParallel);
on('rotate', 'click', rotateKeys);
on('add-device', 'click', addDevice);
on('ask', 'click', async () => {
  await countVisit();
  await refreshFigures();
});
byId('parallel').addEventListener('input', () => {
  byId('parallel-count').textContent = byId('parallel').value;
});
on('note-form', 'submit', async () => {
  await call('PUT', `/api/attributes/${encodeURIComponent(byId('note-name').value)}`, byId('note-text').value);
  byId('note-form').reset();
  await loadNotes();
});

(async () => {
  try {
    await loadCode();
    const { username } = await call('GET', '/api/session');
    if (username === null) {
      showLogin();
    } else {
      await showApp();
    }
  } catch (error) {
    showLogin(error.message);
  }
  await pollFigures();
})();
