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

/** Runs what a button asks for; an answer of 401 leads back to the login. */
function on(id, event, action) {
  byId(id).addEventListener(event, async happened => {
    happened.preventDefault();
    await attempt(action, happened);
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
  await Promise.all([countVisit(), loadNotes(), loadDevices()]);
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

async function pollCounters() {
  if (!document.hidden) {
    try {
      showCounters(await call('GET', '/api/metrics'));
    } catch {
      // The demo may be restarting; the next poll will tell.
    }
  }
  setTimeout(pollCounters, POLL_MILLIS);
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
on('visit', 'click', countVisit);
on('fetch-orders', 'click', loadOrders);
on('refresh-devices', 'click', loadDevices);
on('note-form', 'submit', async () => {
  await call('PUT', `/api/attributes/${encodeURIComponent(byId('note-name').value)}`, byId('note-text').value);
  byId('note-form').reset();
  await loadNotes();
});

(async () => {
  try {
    await showApp();
  } catch (error) {
    showLogin(error instanceof HttpError && error.status === 401 ? '' : error.message);
  }
  await pollCounters();
})();
